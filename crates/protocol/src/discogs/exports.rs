//! Tables that are written, with their proof.

use super::accounts::{DiscogsAccountId, DiscogsList, ListProof};
use super::browse::EntryFilter;
use serde::{Deserialize, Serialize};

/// The columns of an export.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Preset {
    /// Ten columns that are easy to read.
    #[default]
    Classic,
    /// The site's own columns.
    Discogs,
    /// Everything.
    Wide,
}

impl Preset {
    /// The name on the command line and in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Preset::Classic => "classic",
            Preset::Discogs => "discogs",
            Preset::Wide => "wide",
        }
    }
}

/// The form of an export.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SheetFormat {
    /// RFC 4180.
    #[default]
    Csv,
    /// A JSON object a line.
    Jsonl,
    /// XML.
    Xml,
    /// A workbook.
    Xlsx,
}

/// What to write.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewExport {
    /// Whose.
    pub account: DiscogsAccountId,
    /// Which list.
    #[serde(default)]
    pub list: DiscogsList,
    /// In these folders of the collection only; all when empty.
    #[serde(default)]
    pub folders: Vec<i64>,
    /// Of these only what it leaves. Its own folders are not to be used: `folders` says them.
    #[serde(default, skip_serializing_if = "EntryFilter::is_all")]
    pub filter: EntryFilter,
    /// Which columns.
    #[serde(default)]
    pub preset: Preset,
    /// In which form.
    #[serde(default)]
    pub format: SheetFormat,
    /// In CSV, texts that a spreadsheet would take for a formula get an apostrophe in front.
    #[serde(default)]
    pub spreadsheet_safe: bool,
    /// The file, an absolute path; refused for browsers. Without one, a name in the library's folder `Exports`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
}

/// What was written, and the proof of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exported {
    /// The file: relative to the library folder, or as it was named.
    pub file: String,
    /// Its length.
    pub bytes: u64,
    /// Rows written, the header not counted.
    pub rows: u64,
    /// Entries that the site says there are, in the folders chosen; of a selection, those that match or are named.
    pub expected: u64,
    /// What was selected, where it was not all of the list or the folders.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub selection: Option<Selection>,
    /// When the list was read, seconds since 1970.
    pub read_at: i64,
    /// How the whole list was read.
    #[serde(default)]
    pub proof: ListProof,
    /// Rows without the details that the columns have room for: nobody asked for them yet.
    pub without_details: u64,
    /// Releases that the site does not have any more.
    pub gone: Vec<GoneRelease>,
    /// What is different from the last export of the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changes: Option<Changes>,
}

/// What an export was to hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Selection {
    /// What the entries had to have. The entries that were named are not repeated.
    pub filter: EntryFilter,
    /// How many were named, each once; 0 where none was.
    pub named: u64,
}

/// A release that the site does not have any more, with what is still known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GoneRelease {
    /// Its number.
    pub release: i64,
    /// Who made it.
    pub artists: String,
    /// Its title.
    pub title: String,
}

/// What is different from the last export of the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changes {
    /// When that was made, seconds since 1970.
    pub since: i64,
    /// Entries that are new.
    pub added: u64,
    /// Entries that are not there any more.
    pub removed: u64,
    /// Entries of which a cell is different.
    pub changed: u64,
}
