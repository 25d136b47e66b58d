//! Taking in what is there already: folders with media, and lists of what other programs have fetched.

use crate::error::ErrorBody;
use crate::ids::ImportId;
use serde::{Deserialize, Serialize};

/// The most entries in one call of `library.own`.
pub const MOST_OWNED: usize = 5_000;

/// What happens to the files of a folder that is taken in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportMode {
    /// In place below the library folder, copied from anywhere else.
    #[default]
    Automatic,
    /// Copied into the library; the originals stay as they are.
    Copy,
    /// Kept where they lie, with their names: only below the library folder.
    InPlace,
}

/// A folder to take in. Refused for browsers: it names a path.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewImport {
    /// Idempotency key: the same key gives the same import.
    pub key: String,
    /// Absolute path.
    pub folder: String,
    /// What happens to the files.
    #[serde(default)]
    pub mode: ImportMode,
    /// Only look: every file is read and judged, and nothing is kept or written.
    #[serde(default)]
    pub dry_run: bool,
}

/// A folder to take in that the person picks in a window of the system's own: in place below the library folder,
/// copied from anywhere else.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChosenImport {
    /// Idempotency key: the same key gives the same import.
    pub key: String,
}

/// The import that was started or found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportStarted {
    /// Which.
    pub import: ImportId,
    /// It was there before.
    pub existing: bool,
}

/// One import.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfImport {
    /// Which.
    pub import: ImportId,
}

/// Where an import stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportState {
    /// Files are being looked at and taken in.
    #[default]
    Running,
    /// It waits: paused, or for what `stuck` names. It goes on by itself.
    Waiting,
    /// Every file was looked at.
    Ended,
    /// Ended by the person, or by what `stuck` names. What was taken in is there; the same import goes on.
    BrokenOff,
}

/// What became of the files of a folder, so far or in the end. Every file that is counted in `looked_at` is counted in
/// exactly one of `imported`, `already`, `same_as_library`, `same_within`, `deleted` and `refused`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ImportReport {
    /// Where it stands.
    pub state: ImportState,
    /// Why it does not go on.
    pub stuck: Option<ErrorBody>,
    /// Files in the folder so far, without hidden ones, links and what MediaFetcher itself wrote beside files.
    pub found: u64,
    /// Their bytes.
    pub found_bytes: u64,
    /// Nothing more will be found.
    pub found_all: bool,
    /// Links, hidden files and unfinished ones, which are never taken in.
    pub skipped: u64,
    /// Files of which is known what became of them.
    pub looked_at: u64,
    /// Their bytes.
    pub bytes: u64,
    /// New files in the library.
    pub imported: u64,
    /// Taken in by an earlier import.
    pub already: u64,
    /// New things whose bytes were in the library before, from somewhere else: no second file.
    pub same_as_library: u64,
    /// Files with the same bytes as another of this folder: one thing, one file.
    pub same_within: u64,
    /// Taken in earlier, and then deleted by the person: not brought back.
    pub deleted: u64,
    /// Not taken in, each with a reason.
    pub refused: u64,
    /// The first of those not taken in, up to [`ImportReport::MOST_NAMED`].
    pub problems: Vec<RefusedFile>,
    /// The first of those whose bytes were there already, up to [`ImportReport::MOST_NAMED`].
    pub twins: Vec<TwinFile>,
}

impl ImportReport {
    /// Files that are named in each list.
    pub const MOST_NAMED: usize = 500;

    /// Nothing more happens by itself.
    pub fn is_over(&self) -> bool {
        matches!(self.state, ImportState::Ended | ImportState::BrokenOff)
    }
}

/// A file that was not taken in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedFile {
    /// Where it lies, relative to the folder.
    pub path: String,
    /// Why.
    pub reason: ErrorBody,
}

/// A file whose bytes are there already.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TwinFile {
    /// Where it lies, relative to the folder.
    pub path: String,
    /// The file with the same bytes: its name in the library, or in the folder when both are new.
    pub same_as: String,
}

/// What another program has fetched before, so that it is not fetched again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnedEntries {
    /// At most [`MOST_OWNED`].
    pub entries: Vec<OwnedEntry>,
}

/// One thing that another program has fetched.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct OwnedEntry {
    /// yt-dlp's name for the site in lower case, such as `youtube`; [`OwnedEntry::GALLERY_DL`] for an entry of
    /// gallery-dl, in which site and id are not parted.
    pub extractor: String,
    /// The site's id.
    pub id: String,
}

impl OwnedEntry {
    /// The extractor of what gallery-dl's archive names.
    pub const GALLERY_DL: &'static str = "gallery-dl";
}

/// What became of the entries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnedAdded {
    /// Not known before.
    pub new: u64,
    /// Known before.
    pub known: u64,
}
