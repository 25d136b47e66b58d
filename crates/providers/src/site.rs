//! What a service has to say about itself: a table of facts and two small functions, one table a service.
//!
//! Everything that services have in common (calling, judging answers, walking lists) works from this table, so
//! a new service is a folder with a [`Site`] in it and one line in [`site_of`].

use crate::{flowmusic, producer};
use protocol::{Account, ErrorBody, RemoteItem, Source, Variant};
use serde_json::Value;
use std::collections::BTreeMap;

/// A service.
pub(crate) struct Site {
    /// Which.
    pub source: Source,
    /// What signs its requests.
    pub signed_by: SignedBy,
    /// Path of the answer to "who is signed in".
    pub me: &'static str,
    /// Path at which the name of a user can be asked for, when [`Site::me`] does not tell.
    pub names: Option<&'static str>,
    /// The field of a page that holds the records, such as `generations`.
    pub list: &'static str,
    /// Records asked for in a page.
    pub limit: usize,
    /// Records at the end of a page that the next one must show again.
    pub overlap: usize,
    /// Path of the page that starts at the record of this number.
    pub page: fn(&Account, usize) -> String,
    /// Where records can be asked for by id, if the service has such a thing.
    pub details: Option<&'static Details>,
    /// Turns a record into an item; `None` for a thing that is not wanted.
    pub item: fn(Value, &Wish<'_>) -> Result<Option<RemoteItem>, ErrorBody>,
}

/// What signs a service's requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SignedBy {
    /// The cookies; an access token is sent too where there is one.
    Cookies,
    /// An access token, always.
    Token,
}

/// Asking for records by their ids.
pub(crate) struct Details {
    /// Path to post to.
    pub path: &'static str,
    /// The field of the question that holds the ids.
    pub ids: &'static str,
    /// The field of the answer that holds the records by id.
    pub records: &'static str,
    /// Most ids in one question.
    pub most: usize,
    /// Whether a listed record lacks fields that only the details have.
    pub lacks: fn(&Value) -> bool,
    /// The id of the song that this record is a part of.
    pub parent: for<'v> fn(&'v Value) -> Option<&'v str>,
}

/// What items are made for.
pub(crate) struct Wish<'w> {
    /// Whose list it is.
    pub account: &'w Account,
    /// What is wanted of each song.
    pub formats: &'w [Variant],
    /// Titles of songs that have parts in the list, by id.
    pub titles: &'w BTreeMap<String, String>,
}

/// The table of a service, one of [`Source::SITES`]: who calls has made sure of that.
pub(crate) fn site_of(source: Source) -> &'static Site {
    match source {
        Source::Producer => &producer::SITE,
        Source::Flowmusic => &flowmusic::SITE,
        Source::Discogs | Source::Web | Source::Files => {
            unreachable!("{source} has no account to list")
        }
    }
}
