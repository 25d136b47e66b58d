//! The methods a client can call: name, parameters, answer.

use crate::credentials::Credentials;
use crate::discogs::{
    CacheFigures, CachePurged, CollectionFolders, DiscogsAccount, DiscogsAccounts, DiscogsLogin,
    DiscogsOAuth, DiscogsOAuthFinish, DiscogsOAuthStarted, EntryFacets, EntryPage, EntryQuery,
    Estimate, Exported, ListStatistics, NewExport, NewRun, OfDiscogsAccount, OfEntry, OfRun,
    PurgeCache, Record, RunStarted, Runs,
};
use crate::edit::{EditItems, Edited, RenameFiles, Renames};
use crate::error::ErrorBody;
use crate::ids::{ItemId, JobId, Seq};
use crate::intake::{
    ChosenImport, ImportReport, ImportStarted, NewImport, OfImport, OwnedAdded, OwnedEntries,
};
use crate::item::{ItemState, ItemView, RemoteItem, Source, Variant};
use crate::job::{Account, JobSummary, Listing};
use crate::send::{NewSend, OfHost, SiteSession};
use crate::settings::{Settings, SettingsPatch};
use crate::shelf::{
    ChangeFolder, Changed, Checked, Collected, CoverAddresses, Facets, FileItems, Folder, Folders,
    LibraryDetails, LibraryPage, LibraryQuery, LibraryStats, MarkItems, MediaAddress, NewFolder,
    OfFolder, OfLibraryItem, OfLibraryItems, OfSubtitles, Subtitles, VerifyFrom,
};
use crate::smart::{ChangeSmartFolder, NewSmartFolder, OfSmartFolder, SmartFolder, SmartFolders};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// A method's name and types in one place, so that both sides agree by construction.
pub trait Method {
    /// The name on the wire.
    const NAME: &'static str;
    /// What the client sends.
    type Params: Serialize + DeserializeOwned;
    /// What the daemon answers.
    type Answer: Serialize + DeserializeOwned;
}

macro_rules! methods {
    ($($(#[$doc:meta])* $name:ident = $wire:literal, $params:ty => $answer:ty;)*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug)]
            pub struct $name;
            impl Method for $name {
                const NAME: &'static str = $wire;
                type Params = $params;
                type Answer = $answer;
            }
        )*
        /// The names of all methods.
        pub const NAMES: &[&str] = &[$($wire,)*];
    };
}

methods! {
    /// The first exchange on every connection.
    SayHello = "hello", Hello => Welcome;
    /// Hands over a site's session. Replaces what was known for that origin and account.
    PutCredentials = "credentials.put", Credentials => Nothing;
    /// Forgets a site's session.
    ForgetCredentials = "credentials.forget", OfSource => Nothing;
    /// Brings home what pages of the web hold, or finds the job with the same key.
    SendPages = "send", NewSend => Started;
    /// Hands over the session at a site that was sent from, or renews it. What waits for it goes on.
    PutSiteSession = "site_session.put", SiteSession => Nothing;
    /// Forgets the session at a site.
    ForgetSiteSession = "site_session.forget", OfHost => Nothing;
    /// Installs the current yt-dlp, for MediaFetcher alone. What waited for it goes on.
    UpdateTools = "tools.update", Nothing => Updated;
    /// Starts a job, or finds the unfinished one with the same key.
    StartJob = "job.start", NewJob => Started;
    /// Adds a page of listed things to a job. Adding the same twice changes nothing.
    AddItems = "job.add", Listed => Added;
    /// The list is complete.
    ListingDone = "job.listed", ListingEnd => JobSummary;
    /// The list could not be read to its end.
    ListingFailed = "job.listing_failed", ListingError => JobSummary;
    /// Stops a job's transfers, or the whole queue without a job; keeps what is there.
    Pause = "job.pause", OfJob => Nothing;
    /// Goes on with a job, or the whole queue.
    Resume = "job.resume", OfJob => Nothing;
    /// Gives up what is not done yet of a job.
    Cancel = "job.cancel", OfJob => Nothing;
    /// Tries again what failed, waits or needs the person, of a job or of all.
    Retry = "job.retry", OfJob => Nothing;
    /// Tries these again.
    RetryItems = "item.retry", OfItems => Nothing;
    /// Gives these up.
    CancelItems = "item.cancel", OfItems => Nothing;
    /// The jobs, newest first.
    ListJobs = "jobs.list", JobsQuery => Jobs;
    /// Wanted files, newest first, filtered.
    ListItems = "items.list", ItemsQuery => Items;
    /// The settings in force.
    GetSettings = "settings.get", Nothing => Settings;
    /// Changes settings; bad values are refused as a whole.
    SetSettings = "settings.set", SettingsPatch => Settings;
    /// The checklist.
    Doctor = "doctor", Nothing => Checklist;
    /// Shows the library folder in the system's file manager.
    OpenFolder = "folder.open", Nothing => Nothing;
    /// A page of what the person has.
    ListLibrary = "library.list", LibraryQuery => LibraryPage;
    /// How many of what matches have which property.
    CountFacets = "library.facets", LibraryQuery => Facets;
    /// Everything known of one thing.
    ShowLibraryItem = "library.show", OfLibraryItem => LibraryDetails;
    /// The library in figures.
    CountLibrary = "library.stats", Nothing => LibraryStats;
    /// Deletes things: a file that nothing else refers to goes to the trash.
    DeleteItems = "library.delete", OfLibraryItems => Changed;
    /// Brings deleted things back, with their folder and their mark.
    RestoreItems = "library.restore", OfLibraryItems => Changed;
    /// Deletes for good what is in the trash, however recent.
    EmptyTrash = "library.empty_trash", Nothing => Collected;
    /// Files things in a folder.
    MoveItems = "library.move", FileItems => Changed;
    /// Marks things as favourites.
    MarkFavorites = "library.favorite", MarkItems => Changed;
    /// Changes what things say of themselves, in their files too. What is said after it was changed by the person
    /// stays, whatever the site says later.
    EditItemTags = "library.edit", EditItems => Edited;
    /// Names files by the template in the settings: says which, or begins with it.
    RenameLibrary = "library.rename", RenameFiles => Renames;
    /// Reads the next files again, to see whether they are still what they were.
    VerifyLibrary = "library.verify", VerifyFrom => Checked;
    /// Takes in the media of a folder, or finds the import with the same key. Refused for browsers.
    ImportFolder = "library.import", NewImport => ImportStarted;
    /// Opens a window of the system's own in which the person picks a folder, and takes in its media. Answers when one
    /// is picked, with [`crate::ErrorCode::Withdrawn`] when none is.
    ImportChosen = "library.import_chosen", ChosenImport => ImportStarted;
    /// What became of the files of a folder, so far or in the end.
    ShowImport = "library.import_report", OfImport => ImportReport;
    /// Notes what another program has fetched before.
    NoteOwned = "library.own", OwnedEntries => OwnedAdded;
    /// The virtual folders.
    ListFolders = "folders.list", Nothing => Folders;
    /// Makes a virtual folder.
    AddFolder = "folders.add", NewFolder => Folder;
    /// Renames a virtual folder, or moves it into another.
    EditFolder = "folders.edit", ChangeFolder => Folder;
    /// Removes a virtual folder; what was in it, folders and things, moves to the folder above.
    RemoveFolder = "folders.remove", OfFolder => Nothing;
    /// The kept searches.
    ListSmartFolders = "smart_folders.list", Nothing => SmartFolders;
    /// Keeps a search under a name.
    AddSmartFolder = "smart_folders.add", NewSmartFolder => SmartFolder;
    /// Gives a kept search another name and another query.
    EditSmartFolder = "smart_folders.edit", ChangeSmartFolder => SmartFolder;
    /// Forgets a kept search.
    RemoveSmartFolder = "smart_folders.remove", OfSmartFolder => Nothing;
    /// An address to play one thing from.
    PlayItem = "library.play", OfLibraryItem => MediaAddress;
    /// Where the covers of all things are.
    FindCovers = "library.covers", Nothing => CoverAddresses;
    /// The subtitles of one thing in one language.
    ReadSubtitles = "library.subtitles", OfSubtitles => Subtitles;
    /// Adds an account of Discogs, or gives one another token.
    DiscogsSignIn = "discogs.login", DiscogsLogin => DiscogsAccount;
    /// Begins to sign in at Discogs by an application of the person's own.
    BeginDiscogsOAuth = "discogs.oauth", DiscogsOAuth => DiscogsOAuthStarted;
    /// Ends that with the code that the site has shown.
    FinishDiscogsOAuth = "discogs.oauth_finish", DiscogsOAuthFinish => DiscogsAccount;
    /// Forgets an account of Discogs with its token and its lists.
    DiscogsSignOut = "discogs.logout", OfDiscogsAccount => Nothing;
    /// The accounts of Discogs, and how far their lists are read.
    ListDiscogsAccounts = "discogs.accounts", Nothing => DiscogsAccounts;
    /// The folders of a collection, as they were when it was read last.
    ListCollectionFolders = "discogs.folders", OfDiscogsAccount => CollectionFolders;
    /// A page of a list of Discogs, as it was read last.
    ListEntries = "discogs.entries", EntryQuery => EntryPage;
    /// What the entries that match have in common, in figures. Order, offset and limit do not matter.
    CountEntries = "discogs.facets", EntryQuery => EntryFacets;
    /// One entry of a list with all that is known of it.
    ReadEntry = "discogs.entry", OfEntry => Record;
    /// A list of Discogs in figures. Order, offset and limit do not matter.
    MeasureEntries = "discogs.statistics", EntryQuery => ListStatistics;
    /// Begins to read from Discogs, or finds the run with the same key.
    StartRun = "discogs.read", NewRun => RunStarted;
    /// What reading would take.
    EstimateRun = "discogs.estimate", NewRun => Estimate;
    /// What is and was read from Discogs, newest first.
    ListRuns = "discogs.runs", Nothing => Runs;
    /// Stops a run; what it has read stays.
    PauseRun = "discogs.pause", OfRun => Nothing;
    /// Goes on with a run.
    ResumeRun = "discogs.resume", OfRun => Nothing;
    /// Gives a run up; what it has read stays.
    CancelRun = "discogs.cancel", OfRun => Nothing;
    /// Writes a table of what is known. Naming the file is refused for browsers.
    ExportDiscogs = "discogs.export", NewExport => Exported;
    /// What is kept of Discogs' answers, in figures.
    CountDiscogsCache = "discogs.cache", Nothing => CacheFigures;
    /// Forgets old answers of Discogs.
    PurgeDiscogsCache = "discogs.purge", PurgeCache => CachePurged;
    /// Events from now on, as `event` frames with this request's id.
    Subscribe = "subscribe", Since => Nothing;
    /// Ends the daemon after what is being written is safe. Refused for browsers.
    StopDaemon = "daemon.stop", Nothing => Nothing;
}

/// No parameters or no answer: `{}`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Nothing {}

/// Who calls.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// Oldest protocol version the client understands.
    pub proto_min: u32,
    /// Newest.
    pub proto_max: u32,
    /// Version of the extension or of the command line.
    pub client_version: String,
    /// `chromium`, `firefox`, … or `cli`.
    pub browser: String,
    /// Something that tells two profiles of one browser apart; may be empty.
    #[serde(default)]
    pub profile: String,
}

/// Who answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Welcome {
    /// The version both will speak.
    pub proto: u32,
    /// The program's version.
    pub host_version: String,
    /// The largest frame the host sends, in bytes.
    pub max_from_host: u32,
    /// The largest frame the host takes, in bytes.
    pub max_to_host: u32,
    /// The newest event's number.
    pub last_seq: Seq,
}

/// What to start.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewJob {
    /// Idempotency key: the same key gives the same job.
    pub key: String,
    /// The site.
    pub source: Source,
    /// Whose things.
    pub account: Account,
    /// What to bring of each song; the settings' formats when empty.
    #[serde(default)]
    pub formats: Vec<Variant>,
    /// Who lists: the client that asks (`false`), or the daemon by itself (`true`, for the command line).
    #[serde(default)]
    pub daemon_lists: bool,
}

/// The job that was started or found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Started {
    /// Which.
    pub job: JobId,
    /// It was there before.
    pub existing: bool,
}

/// A page of a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Listed {
    /// For which job.
    pub job: JobId,
    /// The things, in the site's order.
    pub items: Vec<RemoteItem>,
}

/// What became of a page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Added {
    /// Songs not seen by this job before.
    pub songs: u64,
    /// Files that will be fetched.
    pub wanted: u64,
    /// Files already in the library.
    pub already: u64,
}

/// The end of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListingEnd {
    /// For which job.
    pub job: JobId,
    /// The proof.
    pub listing: Listing,
}

/// A list that broke off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListingError {
    /// For which job.
    pub job: JobId,
    /// Why.
    pub error: ErrorBody,
}

/// A program that is now there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Updated {
    /// Its version, in its own words.
    pub version: String,
}

/// A job, or everything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfJob {
    /// Which; `None` for all.
    #[serde(default)]
    pub job: Option<JobId>,
}

/// A site.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfSource {
    /// Which.
    pub source: Source,
}

/// Some wanted files.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfItems {
    /// Which.
    pub items: Vec<ItemId>,
}

/// Which jobs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobsQuery {
    /// At most this many, 1 to 200.
    pub limit: u32,
    /// Older than this one.
    #[serde(default)]
    pub before: Option<JobId>,
}

/// Jobs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Jobs {
    /// Newest first.
    pub jobs: Vec<JobSummary>,
}

/// Which wanted files.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ItemsQuery {
    /// Of this job only.
    pub job: Option<JobId>,
    /// In one of these states; all when empty.
    pub states: Vec<ItemState>,
    /// Title or id contains this, without regard to case.
    pub text: String,
    /// Skip this many.
    pub offset: u32,
    /// At most this many, 1 to 500.
    pub limit: u32,
}

/// Wanted files.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Items {
    /// The page.
    pub items: Vec<ItemView>,
    /// How many match in all.
    pub total: u64,
}

/// From where to resume events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Since {
    /// The last event seen; `None` starts with a snapshot.
    pub seq: Option<Seq>,
}

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckResult {
    /// As it should be.
    Ok,
    /// Works, but something is worth knowing.
    Warning,
    /// Does not work.
    Bad,
}

/// One line of the checklist.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// Stable name such as `manifest.chromium`, `ffmpeg`, `folder.writable`; the words come from the catalogue.
    pub id: String,
    /// How it ended.
    pub result: CheckResult,
    /// What was found: a version, a path, a figure.
    pub found: String,
    /// What to do, as a command or a sentence; empty when nothing.
    #[serde(default)]
    pub hint: String,
}

/// All checks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checklist {
    /// In the order to read them.
    pub checks: Vec<Check>,
}
