//! A list in figures.

use serde::{Deserialize, Serialize};

/// A list in figures, to be drawn as charts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ListStatistics {
    /// Entries.
    pub entries: u64,
    /// Releases, each once.
    pub releases: u64,
    /// Entries by decade of release (1990, 2000, …), the earliest first; those of unknown year are left out.
    pub decades: Vec<(i32, u64)>,
    /// By genre, the most frequent first.
    pub genres: Vec<(String, u64)>,
    /// By style, the most frequent first, at most 20.
    pub styles: Vec<(String, u64)>,
    /// By label, the most frequent first, at most 20.
    pub labels: Vec<(String, u64)>,
    /// By carrier, the most frequent first.
    pub formats: Vec<(String, u64)>,
    /// Entries added, by month (`2024-03`), the earliest first.
    pub added: Vec<(String, u64)>,
    /// What the collection was worth, as the site estimated it whenever it was read, the earliest first.
    pub value: Vec<ValueAt>,
}

/// What a collection was worth at a moment, in hundredths of its currency.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ValueAt {
    /// When it was asked, seconds since 1970.
    pub at: i64,
    /// ISO 4217, or the sign that the site uses.
    pub currency: String,
    /// If everything sold for the least.
    pub minimum: i64,
    /// If everything sold for the median.
    pub median: i64,
    /// If everything sold for the most.
    pub maximum: i64,
}
