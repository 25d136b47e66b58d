//! What the daemon tells its subscribers.

use crate::discogs::Run;
use crate::edit::RenameProgress;
use crate::ids::{JobId, Seq};
use crate::item::{ItemView, Source};
use crate::job::{JobSummary, Progress};
use crate::settings::Settings;
use serde::{Deserialize, Serialize};

/// Something happened. `seq` numbers it; a client that reconnects names the last one it saw.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Numbered {
    /// The number.
    pub seq: Seq,
    /// What happened.
    #[serde(flatten)]
    pub event: Event,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// Everything of the queue as it stands: sent first, and again to a subscriber that fell behind. Whoever shows something
    /// else asks for it then: the runs of Discogs with `discogs.runs`.
    Snapshot {
        /// The newest jobs first.
        jobs: Vec<JobSummary>,
        /// The settings in force.
        settings: Settings,
        /// The whole queue is paused.
        paused: bool,
    },
    /// A job is new or changed.
    Job {
        /// As it is now.
        job: JobSummary,
    },
    /// A wanted file is new or changed.
    Item {
        /// As it is now.
        item: ItemView,
    },
    /// Live figures, at most four a second.
    Progress {
        /// Of which job.
        job: JobId,
        /// The figures.
        progress: Progress,
    },
    /// Settings changed.
    Settings {
        /// As they are now.
        settings: Settings,
    },
    /// The whole queue was paused or goes on.
    Paused {
        /// True: paused.
        paused: bool,
    },
    /// What the person has changed: things came, went, or were filed elsewhere. At most four a second.
    Library {},
    /// Accounts or lists of Discogs changed. At most four a second.
    Discogs {},
    /// Something that is read from Discogs is new or changed. Of its figures at most four a second.
    Run {
        /// As it is now.
        run: Run,
    },
    /// Files are being named anew.
    Renaming {
        /// How far it is.
        progress: RenameProgress,
    },
    /// The daemon needs the session of a site again: the worker answers with `credentials.put`.
    CredentialNeeded {
        /// The site.
        source: Source,
        /// The exact origin.
        origin: String,
        /// For this account only.
        account_id: String,
    },
}
