//! What the person has: library items, the folders they are arranged in, and how they are looked for.
//!
//! An *item* of the queue ([`crate::item`]) is a wish; a *library item* is a thing that came of it.

use crate::error::ErrorBody;
use crate::ids::{FolderId, LibraryItemId};
use crate::item::{Source, Variant};
use serde::{Deserialize, Serialize};

/// Whether there is something to look at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MediaKind {
    /// Sound alone.
    #[default]
    Audio,
    /// Moving pictures.
    Video,
}

impl MediaKind {
    /// The stored name.
    pub fn as_str(self) -> &'static str {
        match self {
            MediaKind::Audio => "audio",
            MediaKind::Video => "video",
        }
    }
}

impl std::str::FromStr for MediaKind {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "audio" => Ok(MediaKind::Audio),
            "video" => Ok(MediaKind::Video),
            other => Err(format!("unknown kind {other:?} (audio or video)")),
        }
    }
}

/// One thing the person has. Several may share one file, when their bytes are the same.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LibraryItem {
    /// Which.
    pub id: LibraryItemId,
    /// The title in its tags.
    pub title: String,
    /// Who made it.
    pub artist: Option<String>,
    /// Album, if any.
    pub album: Option<String>,
    /// Year it was made.
    pub year: Option<i32>,
    /// Where it came from.
    pub source: Source,
    /// The source's id.
    pub source_id: String,
    /// Which rendering.
    pub variant: Variant,
    /// Sound alone or pictures.
    #[serde(default)]
    pub kind: MediaKind,
    /// The stem's name for one track of a song, empty otherwise.
    pub part: String,
    /// Marked by the person, or on the site when it came.
    pub favorite: bool,
    /// The virtual folder it is filed in.
    pub folder: Option<FolderId>,
    /// Of the file: bytes.
    pub bytes: u64,
    /// Of the file: length in milliseconds.
    pub duration_ms: Option<i64>,
    /// Of the file: such as `mp3`, `aac`, `pcm_s16le`.
    pub codec: String,
    /// Of the file: its name in the library folder, `/` between its parts.
    pub name: String,
    /// How many library items share the file, this one included.
    pub references: u32,
    /// When it came, seconds since 1970.
    pub added_at: i64,
    /// When it was deleted; still there to be restored.
    pub deleted_at: Option<i64>,
}

/// Everything known of one thing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LibraryDetails {
    /// The thing itself.
    pub item: LibraryItem,
    /// Lyrics, if any.
    pub lyrics: Option<String>,
    /// What it was made from.
    pub prompt: Option<String>,
    /// Its page on the site.
    pub page_url: Option<String>,
    /// What is written about it there.
    #[serde(default)]
    pub description: Option<String>,
    /// The languages in which there are subtitles, as the site names them.
    #[serde(default)]
    pub subtitles: Vec<String>,
    /// What belongs to it and could not be kept, and why.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<ErrorBody>,
    /// SHA-256 of the file, hexadecimal.
    pub sha256: String,
    /// The source's own record, as JSON text.
    pub raw: String,
}

/// A virtual folder. Moving things between folders moves no bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Folder {
    /// Which.
    pub id: FolderId,
    /// The folder it is in; `None` at the top.
    pub parent: Option<FolderId>,
    /// Its name, unique within its parent.
    pub name: String,
    /// Things in it, not counting those in folders below.
    pub items: u64,
}

/// Which part of the library is looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "in", content = "folder", rename_all = "snake_case")]
pub enum Place {
    /// All that is not deleted.
    #[default]
    Everything,
    /// What is in no folder.
    Unfiled,
    /// What is in this folder itself.
    Folder(FolderId),
    /// What was marked.
    Favorites,
    /// What was deleted and can still be restored.
    Trash,
}

/// By what a list is sorted; equals in the order in which they came, the last first when descending.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SortBy {
    /// When it came.
    #[default]
    Added,
    /// Title, accents and case folded.
    Title,
    /// Artist, accents and case folded.
    Artist,
    /// Length.
    Duration,
    /// Bytes.
    Size,
}

/// What is looked for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct LibraryQuery {
    /// Where.
    pub place: Place,
    /// Words that title, artist, album, source or lyrics begin with, in any order, all of them; empty: everything.
    pub text: String,
    /// Only from this source.
    pub source: Option<Source>,
    /// Only this rendering.
    pub variant: Option<Variant>,
    /// Only of this year.
    pub year: Option<i32>,
    /// Only sound, or only what has pictures.
    pub kind: Option<MediaKind>,
    /// Order.
    pub sort: SortBy,
    /// The other way round: newest, longest, largest first.
    pub descending: bool,
    /// How many to skip.
    pub offset: u32,
    /// At most 500.
    pub limit: u32,
}

/// A page of the library.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LibraryPage {
    /// The things.
    pub items: Vec<LibraryItem>,
    /// How many match in all.
    pub total: u64,
}

/// How many of the things that match have which property.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facets {
    /// By source.
    pub sources: Vec<(Source, u64)>,
    /// By rendering.
    pub variants: Vec<(Variant, u64)>,
    /// By year, newest first.
    pub years: Vec<(i32, u64)>,
    /// By kind.
    #[serde(default)]
    pub kinds: Vec<(MediaKind, u64)>,
}

/// The library in figures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LibraryStats {
    /// Things the person has.
    pub items: u64,
    /// Files that hold them.
    pub files: u64,
    /// Bytes of those files.
    pub bytes: u64,
    /// Milliseconds of sound in all things.
    pub duration_ms: i64,
    /// Deleted things that can still be restored.
    pub deleted: u64,
    /// Bytes that emptying the trash would free.
    pub deleted_bytes: u64,
}

/// These things.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfLibraryItems {
    /// Which.
    pub items: Vec<LibraryItemId>,
}

/// One thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfLibraryItem {
    /// Which.
    pub item: LibraryItemId,
}

/// Files things in a folder, or in none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileItems {
    /// Which.
    pub items: Vec<LibraryItemId>,
    /// Where; `None`: in no folder.
    pub folder: Option<FolderId>,
}

/// Marks things, or takes the mark away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MarkItems {
    /// Which.
    pub items: Vec<LibraryItemId>,
    /// The mark.
    pub favorite: bool,
}

/// Makes a folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewFolder {
    /// In which folder; `None`: at the top.
    pub parent: Option<FolderId>,
    /// Its name.
    pub name: String,
}

/// Gives a folder a name and a place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeFolder {
    /// Which.
    pub folder: FolderId,
    /// In which folder from now on; `None`: at the top.
    pub parent: Option<FolderId>,
    /// Its name from now on.
    pub name: String,
}

/// One folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfFolder {
    /// Which.
    pub folder: FolderId,
}

/// All folders, parents before their children, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Folders {
    /// The folders.
    pub folders: Vec<Folder>,
}

/// How many things a call changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changed {
    /// Things.
    pub items: u64,
}

/// How many files a collection deleted for good.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Collected {
    /// Files.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
}

/// Where a player finds the bytes of one thing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MediaAddress {
    /// Loopback address with a token; good until the daemon ends.
    pub url: String,
    /// Its cover picture, if it has one.
    pub cover_url: String,
}

/// Where the covers of all things are, so that a page full of them takes one question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoverAddresses {
    /// A loopback address with a token, good until the daemon ends. A thing's id stands in the place of
    /// [`CoverAddresses::ITEM`]; nothing is there for a thing without a cover.
    pub pattern: String,
}

impl CoverAddresses {
    /// What a thing's id takes the place of.
    pub const ITEM: &'static str = "{item}";

    /// The address of one thing's cover.
    pub fn of(&self, item: LibraryItemId) -> String {
        self.pattern.replace(Self::ITEM, &item.to_string())
    }
}

/// Subtitles of one thing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfSubtitles {
    /// Of which thing.
    pub item: LibraryItemId,
    /// In which language, as [`LibraryDetails::subtitles`] names it.
    pub language: String,
}

/// What is said in a thing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subtitles {
    /// As WebVTT.
    pub vtt: String,
}

/// Which files are to be read again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerifyFrom {
    /// Those after this row: 0 at first, then what the answer says.
    pub after: i64,
    /// At most so many, and at most 50.
    pub limit: u32,
}

/// What was found when files were read again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checked {
    /// Files that were read.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Those that are not what they were.
    pub found: Vec<FileVerdict>,
    /// Where to go on; `None` at the end.
    pub next: Option<i64>,
}

/// A file that is not what it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileVerdict {
    /// Its name in the library.
    pub name: String,
    /// What is the matter.
    pub verdict: Verdict,
}

/// How a file compares with what its row says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The same bytes.
    Sound,
    /// Written to by another program and sound; kept as it is now.
    Edited,
    /// Written to by another program and broken; set aside and fetched again.
    Damaged,
    /// Other bytes although nobody wrote to it; set aside and fetched again.
    Rotten,
    /// Not there; fetched again.
    Missing,
    /// The folder that it is in is a disk of its own, which is not there now; nothing is fetched.
    Away,
}
