//! What is read of an account, and how far it is.

use super::accounts::{DiscogsAccountId, DiscogsList};
use crate::error::ErrorBody;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A run: something that is read from Discogs, by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RunId(pub i64);

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
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
    /// What is known about a release and not older than so many days is not asked for again; as many as are set
    /// (`discogs_cache_days`) when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_age_days: Option<u32>,
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
