//! Changing what the person's things say of themselves, and naming their files anew.

use crate::error::ErrorBody;
use crate::ids::LibraryItemId;
use serde::{Deserialize, Serialize};

/// Things that are changed with one call at most: each is written to the disk before the answer.
pub const MOST_EDITED: usize = 50;

/// What a thing says of itself. In a wish, `None` leaves a field as it is and an empty text takes it away; a title
/// cannot be empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TagValues {
    /// Title.
    pub title: Option<String>,
    /// Artist.
    pub artist: Option<String>,
    /// Album.
    pub album: Option<String>,
    /// When it was made: `2026`, `2026-02`, `2026-02-03`, or RFC 3339.
    pub date: Option<String>,
}

/// What one thing is to say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemEdit {
    /// Which.
    pub item: LibraryItemId,
    /// What.
    pub values: TagValues,
}

/// What things are to say from now on, whatever their sites say later. At most [`MOST_EDITED`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EditItems {
    /// Each with what it is to say.
    pub edits: Vec<ItemEdit>,
}

/// What became of the edits, in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edited {
    /// One for each.
    pub items: Vec<EditedItem>,
}

/// What became of one edit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EditedItem {
    /// Which.
    pub item: LibraryItemId,
    /// What the changed fields said before: sent back as an edit, it undoes this one.
    pub before: TagValues,
    /// The file says it as well. `false`: files of its kind carry no tags that are written here, and only the library
    /// knows.
    pub written: bool,
    /// Why nothing was changed.
    pub error: Option<ErrorBody>,
}

/// Files are to be named by the template in the settings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RenameFiles {
    /// Only say what would be renamed.
    pub dry_run: bool,
    /// Of a dry run: files after this row: 0 at first, then what the answer says.
    pub after: i64,
    /// Of a dry run: at most so many files are looked at, and at most 500.
    pub limit: u32,
}

/// What would be renamed; or how many files a run that was started looks at, of which events tell.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Renames {
    /// Of a dry run.
    pub renames: Vec<Rename>,
    /// Files in the library.
    pub total: u64,
    /// Of a dry run: where to go on; `None` at the end.
    pub next: Option<i64>,
}

/// A file and the name that it would get.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rename {
    /// Its name in the library.
    pub from: String,
    /// The name that the template gives it.
    pub to: String,
}

/// How far a run that names files anew is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RenameProgress {
    /// Files that were looked at.
    pub looked_at: u64,
    /// Of so many.
    pub total: u64,
    /// Files with another name now.
    pub renamed: u64,
    /// Files that keep their old name for now: they are being worked on, or the disk refused.
    pub left: u64,
    /// Nothing more comes.
    pub finished: bool,
    /// Why it ended early; asked for again, it goes on.
    pub error: Option<ErrorBody>,
}
