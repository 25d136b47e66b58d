//! One entry of a list with all that is known of it.

use super::accounts::{DiscogsAccountId, DiscogsList};
use super::browse::{EntryView, Price};
use crate::error::ErrorBody;
use serde::{Deserialize, Serialize};

/// One entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfEntry {
    /// Whose.
    pub account: DiscogsAccountId,
    /// Of which list.
    #[serde(default)]
    pub list: DiscogsList,
    /// Which.
    pub entry: i64,
    /// Asks the site first for what is older than it may be shown ([`Record::stale`]).
    #[serde(default)]
    pub refresh: bool,
}

/// An entry with all that is known of it and its release.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Record {
    /// In short.
    pub view: EntryView,
    /// The page of the release at the site.
    pub page: String,
    /// Where it was released.
    pub country: String,
    /// When it was released, as precisely as is known: `1999`, `1999-03`, `1999-03-21`.
    pub released: String,
    /// Address of a picture at the site; it expires. Empty where there is none.
    pub image: String,
    /// Labels with their catalogue numbers, all of them.
    pub labels: Vec<(String, String)>,
    /// Tracks and headings.
    pub tracks: Vec<RecordTrack>,
    /// Barcodes, matrix numbers and the like: which kind, what it reads.
    pub identifiers: Vec<(String, String)>,
    /// Who did what: the role, the credit.
    pub credits: Vec<(String, String)>,
    /// What is written about it at the site.
    pub notes: String,
    /// What the person wrote: the custom field's name, the text.
    pub fields: Vec<(String, String)>,
    /// What it costs.
    pub prices: Option<RecordPrices>,
    /// When the details were fetched, seconds since 1970; `None` when they never were.
    pub fetched_at: Option<i64>,
    /// Something of it is missing or older than the site lets it be shown (six hours): ask again with
    /// [`OfEntry::refresh`].
    pub stale: bool,
    /// Why asking again did not succeed. What was known is shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<ErrorBody>,
}

/// A track, or a heading.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RecordTrack {
    /// Where it is, such as `A1`; empty for a heading.
    pub position: String,
    /// Whose it is, where that differs from the record.
    pub artists: String,
    /// The title.
    pub title: String,
    /// Such as `3:45`; often empty.
    pub duration: String,
    /// A heading, no track.
    pub heading: bool,
}

/// What a release costs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RecordPrices {
    /// The least that is asked for it.
    pub lowest: Option<Price>,
    /// How many are for sale.
    pub for_sale: Option<i64>,
    /// What the site would ask for it, by condition, the best first.
    pub suggestions: Vec<(String, Price)>,
    /// When this was fetched, seconds since 1970.
    pub fetched_at: i64,
}
