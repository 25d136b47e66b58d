//! What a site has (`RemoteItem`) and what becomes of each wanted file (`ItemState`, `ItemView`).

use crate::error::ErrorBody;
use crate::ids::{ItemId, JobId};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A remote service. The text form is stored in the library and used on the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Source {
    /// producer.ai, the first era.
    #[serde(rename = "producer.ai")]
    Producer,
    /// Google Flow Music at flowmusic.app, its successor.
    #[serde(rename = "flowmusic")]
    Flowmusic,
    /// Discogs: a record collection, a wantlist and a shop.
    #[serde(rename = "discogs")]
    Discogs,
    /// Any page of the open web that was sent here.
    #[serde(rename = "web")]
    Web,
    /// Files that were here before, taken in from a folder.
    #[serde(rename = "files")]
    Files,
}

impl Source {
    /// Every source.
    pub const ALL: &[Source] =
        &[Source::Producer, Source::Flowmusic, Source::Discogs, Source::Web, Source::Files];
    /// The sites with an account whose files are listed.
    pub const SITES: &[Source] = &[Source::Producer, Source::Flowmusic];

    /// The stored name.
    pub fn as_str(self) -> &'static str {
        match self {
            Source::Producer => "producer.ai",
            Source::Flowmusic => "flowmusic",
            Source::Discogs => "discogs",
            Source::Web => "web",
            Source::Files => "files",
        }
    }

    /// The name people know it by.
    pub fn title(self) -> &'static str {
        match self {
            Source::Producer => "producer.ai",
            Source::Flowmusic => "Google Flow Music",
            Source::Discogs => "Discogs",
            Source::Web => "Web",
            Source::Files => "Files",
        }
    }

    /// The origin of its API; empty for what is no single site.
    pub fn origin(self) -> &'static str {
        match self {
            Source::Producer => "https://www.producer.ai",
            Source::Flowmusic => "https://www.flowmusic.app",
            Source::Discogs => "https://api.discogs.com",
            Source::Web | Source::Files => "",
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::str::FromStr for Source {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let known = Source::ALL.iter().find(|source| source.as_str() == text);
        known.copied().ok_or_else(|| format!("unknown source {text:?}"))
    }
}

/// Which rendering of a thing is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Variant {
    /// MPEG-1 layer 3.
    Mp3,
    /// Uncompressed RIFF.
    Wav,
    /// AAC in MP4.
    M4a,
    /// The separated tracks of a song.
    Stems,
    /// Picture and sound, or sound alone where there is no picture, in whatever form plays everywhere.
    Media,
    /// Opus in Ogg.
    Opus,
}

impl Variant {
    /// Every variant.
    pub const ALL: &[Variant] =
        &[Variant::Mp3, Variant::Wav, Variant::M4a, Variant::Stems, Variant::Media, Variant::Opus];
    /// What songs of the sites are offered in, in the order of the choices.
    pub const OF_SONGS: &[Variant] = &[Variant::Mp3, Variant::Wav, Variant::M4a, Variant::Stems];
    /// What pages of the web can be sent as.
    pub const OF_PAGES: &[Variant] = &[Variant::Media, Variant::M4a, Variant::Mp3, Variant::Opus];

    /// The stored name.
    pub fn as_str(self) -> &'static str {
        match self {
            Variant::Mp3 => "mp3",
            Variant::Wav => "wav",
            Variant::M4a => "m4a",
            Variant::Stems => "stems",
            Variant::Media => "media",
            Variant::Opus => "opus",
        }
    }

    /// The extension of the files this makes; stems are m4a. Media is mp4 until it is known to be something else.
    pub fn extension(self) -> &'static str {
        match self {
            Variant::Stems => "m4a",
            Variant::Media => "mp4",
            other => other.as_str(),
        }
    }
}

impl fmt::Display for Variant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::str::FromStr for Variant {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let known = Variant::ALL.iter().find(|variant| variant.as_str() == text);
        known
            .copied()
            .ok_or_else(|| format!("unknown format {text:?} (mp3, wav, m4a, stems, media or opus)"))
    }
}

/// How the bytes of an asset are had.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "how", rename_all = "snake_case")]
pub enum Fetch {
    /// From a file host, without credentials. May be signed and expire.
    Direct {
        /// Absolute https address.
        url: String,
    },
    /// From the site's own origin, with credentials. The answer is the file itself, a redirect, or JSON `{"url"}`
    /// with a signed address that is followed without credentials.
    Api {
        /// Absolute https address on the source's origin.
        url: String,
    },
    /// From the site's own origin, with credentials: JSON `{"stems":{name: base64 m4a}}`, one file a stem.
    StemBundle {
        /// Absolute https address on the source's origin.
        url: String,
    },
    /// From a page of the web, or media at its own address: looked at when its turn comes.
    Page {
        /// Absolute http or https address.
        url: String,
        /// Which of the things on that page, from 1, where they have no pages of their own.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        number: Option<u32>,
        /// Where its media itself was when the page was read, if that is one file. The address may be signed and expire.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        media: Option<String>,
        /// Lists that led to it: a list in a list in a list has to end somewhere.
        #[serde(default)]
        depth: u32,
    },
    /// Nothing is fetched: the file was here before.
    Here,
    /// The site gives no address for it: absent without a request.
    Missing,
}

/// One thing that can be fetched of a remote item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asset {
    /// Which rendering.
    pub variant: Variant,
    /// How.
    pub fetch: Fetch,
}

/// What is known about a song, for tags and names. Every text is hostile until cleaned.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Metadata {
    /// Who made it.
    pub artist: Option<String>,
    /// Album, if the site has such a thing.
    pub album: Option<String>,
    /// The playlist it was listed in.
    pub playlist: Option<String>,
    /// When it was made, RFC 3339.
    pub created_at: Option<String>,
    /// Length in seconds, as the site says.
    pub duration_s: Option<f64>,
    /// Plain lyrics.
    pub lyrics: Option<String>,
    /// Timed lyrics: seconds from the start and the line.
    pub lyrics_timing: Vec<(f64, String)>,
    /// What the song was made from.
    pub prompt: Option<String>,
    /// The model's name.
    pub model: Option<String>,
    /// The seed, as text (it may exceed 53 bits).
    pub seed: Option<String>,
    /// Cover picture address.
    pub image_url: Option<String>,
    /// Marked as favourite on the site.
    pub favorite: bool,
    /// The page of the song on the site.
    pub page_url: Option<String>,
    /// For a stem that the site lists as a thing of its own: its name, such as `vocals`.
    pub stem: Option<String>,
    /// For such a stem: title of the song it belongs to.
    pub parent_title: Option<String>,
    /// For such a stem: id of the song it belongs to.
    pub parent_id: Option<String>,
    /// The site's short id of it, where its id here is a whole address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub short_id: Option<String>,
    /// What is written about it on its page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// What belongs to it and could not be kept, such as subtitles that are broken, and why.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<ErrorBody>,
}

/// One thing as listed by a site.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RemoteItem {
    /// The site.
    pub source: Source,
    /// The site's id, unique within the source.
    pub source_id: String,
    /// The title as the site has it; may be empty.
    #[serde(default)]
    pub title: String,
    /// What is known.
    #[serde(default)]
    pub metadata: Metadata,
    /// What can be fetched.
    #[serde(default)]
    pub assets: Vec<Asset>,
    /// The site's record, kept whole.
    #[serde(default)]
    pub raw: serde_json::Value,
}

/// The one visible state of a wanted file (`docs/invariants.md`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemState {
    /// In the queue.
    Wanted,
    /// Being worked on.
    Running,
    /// Will be tried again by itself at a known time.
    Waiting,
    /// The person has to do something.
    NeedsYou,
    /// On disk, verified.
    Done,
    /// Gave up, with the reason.
    Failed,
    /// The site has no such file.
    Absent,
    /// The site refuses it on purpose.
    Withheld,
    /// The person does not want it.
    Cancelled,
}

impl ItemState {
    /// Every state.
    pub const ALL: &[ItemState] = &[
        ItemState::Wanted,
        ItemState::Running,
        ItemState::Waiting,
        ItemState::NeedsYou,
        ItemState::Done,
        ItemState::Failed,
        ItemState::Absent,
        ItemState::Withheld,
        ItemState::Cancelled,
    ];

    /// The stored name.
    pub fn as_str(self) -> &'static str {
        match self {
            ItemState::Wanted => "wanted",
            ItemState::Running => "running",
            ItemState::Waiting => "waiting",
            ItemState::NeedsYou => "needs_you",
            ItemState::Done => "done",
            ItemState::Failed => "failed",
            ItemState::Absent => "absent",
            ItemState::Withheld => "withheld",
            ItemState::Cancelled => "cancelled",
        }
    }

    /// No further work will happen by itself and none is asked of the person.
    pub fn is_final(self) -> bool {
        use ItemState::*;
        matches!(self, Done | Failed | Absent | Withheld | Cancelled)
    }
}

impl std::str::FromStr for ItemState {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let known = ItemState::ALL.iter().find(|state| state.as_str() == text);
        known.copied().ok_or_else(|| format!("unknown state {text:?}"))
    }
}

/// A wanted file as a client shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ItemView {
    /// Which.
    pub id: ItemId,
    /// The job that last asked for it.
    pub job: JobId,
    /// The site.
    pub source: Source,
    /// The site's id.
    pub source_id: String,
    /// Which rendering.
    pub variant: Variant,
    /// The title as listed.
    pub title: String,
    /// Its state.
    pub state: ItemState,
    /// Why it is waiting, needs the person or failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<ErrorBody>,
    /// When it will be tried again, seconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_try_at: Option<i64>,
    /// How often it was tried.
    #[serde(default)]
    pub attempts: u32,
    /// Bytes on disk, once done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// Name relative to the library folder, once done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}
