//! Discogs: accounts, what is read of them, and exports.

use crate::error::ErrorBody;
use crate::secret::{Secret, serialize_option_to_daemon};
use serde::{Deserialize, Serialize};
use std::fmt;

/// An account of Discogs in this library, by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DiscogsAccountId(pub i64);

impl fmt::Display for DiscogsAccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A run: something that is read from Discogs, by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RunId(pub i64);

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What signs requests for an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignedBy {
    /// A personal access token.
    Token,
    /// Nothing: what everybody may see.
    Nobody,
}

/// Adds an account, or gives one that is there another token. The token is asked about before anything is changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiscogsLogin {
    /// A personal access token (discogs.com, Settings, Developers). Without one, `username` says whose public lists.
    #[serde(
        default,
        serialize_with = "serialize_option_to_daemon",
        skip_serializing_if = "Option::is_none"
    )]
    pub token: Option<Secret>,
    /// The name in addresses; with a token it is asked for.
    #[serde(default)]
    pub username: String,
}

/// An account and what is known of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiscogsAccount {
    /// Which.
    pub id: DiscogsAccountId,
    /// The name in addresses.
    pub username: String,
    /// What signs its requests.
    pub signed_by: SignedBy,
    /// Its lists, those never read among them.
    pub lists: Vec<ListState>,
}

/// The accounts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiscogsAccounts {
    /// By name.
    pub accounts: Vec<DiscogsAccount>,
}

/// One account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfDiscogsAccount {
    /// Which.
    pub account: DiscogsAccountId,
}

/// A list of an account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DiscogsList {
    /// The copies that somebody owns.
    #[default]
    Collection,
    /// The releases that somebody wants.
    Wants,
    /// What somebody sells.
    Inventory,
}

impl DiscogsList {
    /// Every list.
    pub const ALL: &[DiscogsList] =
        &[DiscogsList::Collection, DiscogsList::Wants, DiscogsList::Inventory];

    /// The name on the command line and in files.
    pub fn as_str(self) -> &'static str {
        match self {
            DiscogsList::Collection => "collection",
            DiscogsList::Wants => "wants",
            DiscogsList::Inventory => "inventory",
        }
    }
}

/// How far a list is read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListState {
    /// Which.
    pub list: DiscogsList,
    /// Entries there are here.
    pub entries: u64,
    /// When it was last read to its end, seconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read_at: Option<i64>,
    /// How that is proven.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proof: Option<ListProof>,
}

/// How a list was read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ListProof {
    /// Entries that the site says there are.
    pub expected: u64,
    /// Entries found, each once.
    pub found: u64,
    /// Entries that came a second time.
    pub repeated: u64,
    /// Pages read.
    pub pages: u32,
    /// How often the list was begun until its count added up.
    pub walks: u32,
}

/// How much is read about what is on a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Depth {
    /// The list alone.
    #[default]
    List,
    /// Everything about each release.
    Details,
    /// That, and what it costs.
    Prices,
}

/// What to read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewRun {
    /// Idempotency key: the same key gives the same run.
    pub key: String,
    /// Whose.
    pub account: DiscogsAccountId,
    /// Which list.
    #[serde(default)]
    pub list: DiscogsList,
    /// Releases in these folders of the collection only; all when empty. The list is always read whole.
    #[serde(default)]
    pub folders: Vec<i64>,
    /// How much.
    #[serde(default)]
    pub depth: Depth,
    /// What is known about a release and not older than so many days is not asked for again.
    pub max_age_days: u32,
    /// The list is not read again; only what is known of it is looked at more closely.
    #[serde(default)]
    pub keep_list: bool,
}

/// What reading would take.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Estimate {
    /// Releases that would be looked at, as far as the list is known.
    pub releases: u64,
    /// Of them, those about which enough is known.
    pub from_cache: u64,
    /// Requests to the site.
    pub requests: u64,
    /// Seconds that these take at the least, by the site's limit.
    pub seconds: u64,
}

/// Where a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    /// It goes on.
    Running,
    /// The person stopped it.
    Paused,
    /// It waits for the person; `reason` says for what.
    NeedsYou,
    /// It will be tried again by itself; `reason` says why.
    Waiting,
    /// Everything was read.
    Finished,
    /// The person gave it up; what was read stays.
    Cancelled,
    /// It cannot go on; `reason` says why. What was read stays.
    Failed,
}

impl RunState {
    /// Nothing more happens, by itself or by the person.
    pub fn is_over(self) -> bool {
        matches!(self, RunState::Finished | RunState::Cancelled | RunState::Failed)
    }
}

/// What a run is at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunStage {
    /// Reading the list.
    #[default]
    List,
    /// Reading about releases.
    Details,
    /// Reading prices.
    Prices,
}

/// How far a run is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RunFigures {
    /// What it is at.
    pub stage: RunStage,
    /// Entries or releases of the stage that were read.
    pub done: u64,
    /// Of so many, as far as is known.
    pub total: u64,
    /// Releases that could not be read; the next run asks again.
    pub failed: u64,
}

/// A run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// Which.
    pub id: RunId,
    /// Whose.
    pub account: DiscogsAccountId,
    /// Which list.
    pub list: DiscogsList,
    /// How much is read.
    pub depth: Depth,
    /// Where it stands.
    pub state: RunState,
    /// Why it does not go on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<ErrorBody>,
    /// How far it is.
    #[serde(flatten)]
    pub figures: RunFigures,
    /// Seconds that are left at the least, by the site's limit.
    pub seconds_left: u64,
    /// When it was begun, seconds since 1970.
    pub created_at: i64,
}

/// The run that was started or found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunStarted {
    /// As it is now.
    pub run: Run,
    /// It was there before.
    pub existing: bool,
}

/// One run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfRun {
    /// Which.
    pub run: RunId,
}

/// Runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Runs {
    /// Newest first.
    pub runs: Vec<Run>,
}

/// The folders of a collection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CollectionFolders {
    /// In the site's order, "All" first.
    pub folders: Vec<CollectionFolder>,
}

/// A folder of a collection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CollectionFolder {
    /// The site's number: 0 is "All", 1 "Uncategorized".
    pub id: i64,
    /// Its name.
    pub name: String,
    /// Copies in it, as the site says.
    pub copies: u64,
}

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
    /// Entries that the site says there are, in the folders chosen.
    pub expected: u64,
    /// When the list was read, seconds since 1970.
    pub read_at: i64,
    /// Rows without the details that the columns have room for: nobody asked for them yet.
    pub without_details: u64,
    /// Releases that the site does not have any more.
    pub gone: Vec<GoneRelease>,
    /// What is different from the last export of the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changes: Option<Changes>,
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

/// The cache in figures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CacheFigures {
    /// Answers kept.
    pub answers: u64,
    /// Bytes they take.
    pub bytes: u64,
    /// How often one served.
    pub uses: u64,
    /// Answers fetched in the last seven days.
    pub fetched_last_week: u64,
    /// When the oldest was fetched, seconds since 1970.
    pub oldest_at: Option<i64>,
}

/// Which answers to forget.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PurgeCache {
    /// Those older than so many days; 0 forgets all.
    pub older_than_days: u32,
}

/// How many were forgotten.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CachePurged {
    /// Answers.
    pub answers: u64,
}
