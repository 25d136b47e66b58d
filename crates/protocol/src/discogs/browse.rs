//! Looking through a list that was read: filtered, searched, sorted, a page at a time.

use super::accounts::{DiscogsAccountId, DiscogsList};
use serde::{Deserialize, Serialize};

/// Which entries of a list. What several fields ask must all hold; of the values of one field, any.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct EntryFilter {
    /// Words that artists, title, label, catalogue number or notes have words beginning with, in any order, all of them.
    pub text: String,
    /// Folders of the collection.
    pub folders: Vec<i64>,
    /// Genres.
    pub genres: Vec<String>,
    /// Styles.
    pub styles: Vec<String>,
    /// Labels.
    pub labels: Vec<String>,
    /// Carriers, such as `Vinyl`.
    pub formats: Vec<String>,
    /// Countries of release; known of releases about which the site was asked.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub countries: Vec<String>,
    /// These entries by their numbers, at most [`EntryFilter::MOST_ENTRIES`]; all when empty.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub entries: Vec<i64>,
    /// Released in this year or later.
    pub from_year: Option<i32>,
    /// Released in this year or earlier.
    pub to_year: Option<i32>,
}

impl EntryFilter {
    /// Entries that can be named one by one: some hundred kilobytes of a message. More are asked for by what they share.
    pub const MOST_ENTRIES: usize = 30_000;
    /// Values of one property that can be chosen at once.
    pub const MOST_VALUES: usize = 200;

    /// What is looked for; empty where the text holds nothing that could be found, such as "!!!".
    pub fn words(&self) -> &str {
        let text = self.text.trim();
        if text.contains(char::is_alphanumeric) { text } else { "" }
    }

    /// Whether it leaves out nothing.
    pub fn is_all(&self) -> bool {
        let blank = self.text.trim().is_empty();
        let text = if blank { self.text.clone() } else { String::new() };
        *self == EntryFilter { text, ..EntryFilter::default() }
    }
}

/// By what entries are sorted; equals in the order of their numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntryOrder {
    /// When they were added.
    #[default]
    Added,
    /// Artists, accents and case folded.
    Artist,
    /// Title, accents and case folded.
    Title,
    /// Label and catalogue number, accents and case folded.
    Label,
    /// Year of release.
    Year,
}

/// What is looked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryQuery {
    /// Whose.
    pub account: DiscogsAccountId,
    /// Which list.
    #[serde(default)]
    pub list: DiscogsList,
    /// Which entries.
    #[serde(default)]
    pub filter: EntryFilter,
    /// Order.
    #[serde(default)]
    pub order: EntryOrder,
    /// The other way round.
    #[serde(default)]
    pub descending: bool,
    /// How many to skip.
    #[serde(default)]
    pub offset: u32,
    /// At most 500.
    pub limit: u32,
}

/// A page of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryPage {
    /// The entries.
    pub entries: Vec<EntryView>,
    /// How many match in all.
    pub total: u64,
}

/// An entry of a list, in short.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct EntryView {
    /// What is unique in the list: the copy's `instance_id`, the wanted release, the listing.
    pub entry: i64,
    /// The release; 0 where the site does not tell.
    pub release: i64,
    /// The credit as it is printed.
    pub artists: String,
    /// The title.
    pub title: String,
    /// The first label.
    pub label: String,
    /// Its catalogue number.
    pub catalog_number: String,
    /// The carriers in one line, as the site writes them.
    pub format: String,
    /// The year of release, where it is known.
    pub year: Option<i32>,
    /// Genres.
    pub genres: Vec<String>,
    /// Styles.
    pub styles: Vec<String>,
    /// The folder of the collection.
    pub folder: Option<i64>,
    /// When it was added, seconds since 1970.
    pub added_at: Option<i64>,
    /// Stars, 0 (none) to 5.
    pub rating: u8,
    /// Address of a small picture at the site; it expires. Empty where there is none.
    pub thumb: String,
    /// The site does not have the release any more.
    pub gone: bool,
    /// For something that is sold: what is asked for it.
    pub price: Option<Price>,
    /// For something that is sold: its status, as the site says. Empty otherwise.
    pub status: String,
}

/// An amount of money.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Price {
    /// Exact decimal, with the places of its currency, or as many as the site gives.
    pub value: String,
    /// ISO 4217.
    pub currency: String,
}

/// How many of the entries that match have which property; the most frequent first. A property's own filter does not
/// count, so that another value can be chosen beside it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct EntryFacets {
    /// By folder of the collection.
    pub folders: Vec<(i64, u64)>,
    /// By genre, at most 100.
    pub genres: Vec<(String, u64)>,
    /// By style, at most 100.
    pub styles: Vec<(String, u64)>,
    /// By label, at most 100.
    pub labels: Vec<(String, u64)>,
    /// By carrier, at most 100.
    pub formats: Vec<(String, u64)>,
    /// By country, at most 100; of those of which it is known.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub countries: Vec<(String, u64)>,
    /// Labels that are called by another name than their value: without the number that the site adds to tell labels of
    /// one name apart, where no other label of the list has that name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<(String, String)>,
    /// By year of release, newest first.
    pub years: Vec<(i32, u64)>,
}
