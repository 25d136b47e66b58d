//! Jobs: what the person asked for once, and the balance it must end with.

use crate::error::ErrorBody;
use crate::ids::{ItemId, JobId};
use crate::item::{ItemState, Source, Variant};
use crate::send::Stage;
use serde::{Deserialize, Serialize};

/// Whose things they are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// The site's user id.
    pub id: String,
    /// The name to show.
    pub name: String,
}

/// Where a job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    /// The list is still being read; downloads already run.
    Listing,
    /// The list is complete; files are still to come.
    Running,
    /// Stopped by the person.
    Paused,
    /// Every file is in a final state.
    Finished,
    /// Ended by the person.
    Cancelled,
}

impl JobState {
    /// The stored name.
    pub fn as_str(self) -> &'static str {
        match self {
            JobState::Listing => "listing",
            JobState::Running => "running",
            JobState::Paused => "paused",
            JobState::Finished => "finished",
            JobState::Cancelled => "cancelled",
        }
    }
}

impl std::str::FromStr for JobState {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "listing" => Ok(JobState::Listing),
            "running" => Ok(JobState::Running),
            "paused" => Ok(JobState::Paused),
            "finished" => Ok(JobState::Finished),
            "cancelled" => Ok(JobState::Cancelled),
            other => Err(format!("unknown job state {other:?}")),
        }
    }
}

/// How many files ended how. `listed` is the sum of the others while a job runs and when it ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Balance {
    /// Files the list asked for.
    pub listed: u64,
    /// Brought home by this job.
    pub done: u64,
    /// Already there when this job listed them.
    pub already: u64,
    /// The site has no such file.
    pub absent: u64,
    /// The site refuses them on purpose.
    pub withheld: u64,
    /// Given up, with a reason.
    pub failed: u64,
    /// Not wanted any more.
    pub cancelled: u64,
    /// Waiting for the person.
    pub needs_you: u64,
    /// Still to come: wanted, running or waiting.
    pub pending: u64,
}

impl Balance {
    /// Adds `count` files in `state`.
    pub fn add(&mut self, state: ItemState, already: bool, count: u64) {
        self.listed += count;
        let slot = match state {
            ItemState::Done if already => &mut self.already,
            ItemState::Done => &mut self.done,
            ItemState::Absent => &mut self.absent,
            ItemState::Withheld => &mut self.withheld,
            ItemState::Failed => &mut self.failed,
            ItemState::Cancelled => &mut self.cancelled,
            ItemState::NeedsYou => &mut self.needs_you,
            ItemState::Wanted | ItemState::Running | ItemState::Waiting => &mut self.pending,
        };
        *slot += count;
    }

    /// True when every listed file is accounted for.
    pub fn adds_up(&self) -> bool {
        let parts = self.done + self.already + self.absent + self.withheld + self.failed;
        self.listed == parts + self.cancelled + self.needs_you + self.pending
    }

    /// True when nothing failed and nothing waits for the person.
    pub fn is_clean(&self) -> bool {
        self.failed == 0 && self.needs_you == 0 && self.pending == 0
    }
}

/// How a list was read, kept as the proof that it is complete.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Listing {
    /// Pages asked for.
    pub pages: u64,
    /// Records seen, repeats included.
    pub seen: u64,
    /// Distinct things.
    pub unique: u64,
    /// The walk reached the end and a second look at the front found nothing new.
    pub complete: bool,
}

/// A job as a client shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct JobSummary {
    /// Which.
    pub id: JobId,
    /// The site.
    pub source: Source,
    /// Whose things.
    pub account: Account,
    /// What was asked for.
    pub formats: Vec<Variant>,
    /// Where it stands.
    pub state: JobState,
    /// Songs listed so far.
    pub songs: u64,
    /// Files.
    pub balance: Balance,
    /// How the list was read.
    pub listing: Listing,
    /// Why the list could not be read to its end, or why the job is stuck.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<ErrorBody>,
    /// Seconds since 1970.
    pub created_at: i64,
    /// Seconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<i64>,
}

/// Live figures of a running job, at most four a second.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Progress {
    /// Bytes received by the job in this life of the daemon.
    pub bytes: u64,
    /// Bytes a second over the last seconds.
    pub bytes_per_s: u64,
    /// Estimated seconds to the end; `None` while the list is open or nothing is known.
    pub eta_s: Option<u64>,
    /// The files being transferred: id, bytes so far, total if known.
    pub running: Vec<(ItemId, u64, Option<u64>)>,
    /// What is being done to files of which more is to be said than their bytes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub stages: Vec<(ItemId, Stage)>,
}
