//! Google Flow Music at flowmusic.app, the second era: signed by an access token, songs and stems as `clips`,
//! files mostly from a file host.
//!
//! The paths and fields were collected from public material about the site, not from a documentation.

mod clip;

use crate::site::{Details, SignedBy, Site};
use protocol::{Account, Source};

pub(crate) const SITE: Site = Site {
    source: Source::Flowmusic,
    signed_by: SignedBy::Token,
    me: "/__api/users/me",
    names: Some("/__api/usernames/get"),
    list: "clips",
    limit: LIMIT,
    overlap: 5,
    page,
    details: Some(&DETAILS),
    item: clip::item,
};

const DETAILS: Details = Details {
    path: "/__api/clips",
    ids: "clip_ids",
    records: "clips",
    most: 50,
    lacks: clip::lacks_fields,
    parent: clip::parent_of_stem,
};

/// What the site's own pages ask for.
const LIMIT: usize = 100;

/// The list is that of whoever the token belongs to; the account is pinned by the caller.
fn page(_: &Account, offset: usize) -> String {
    format!(
        "/__api/clips/auth-user?limit={LIMIT}&offset={offset}&filter=generations&include_disliked=false"
    )
}
