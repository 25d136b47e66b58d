//! What is read of an account, and how far it is.

use super::accounts::{DiscogsAccountId, DiscogsList};
use super::browse::EntryFilter;
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

/// Who waits for what is read. The first is the most urgent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// The person, now.
    #[default]
    Asked,
    /// The person, one day: it is to be here before it is needed, or to be younger.
    Preload,
    /// Nobody: a list that is shown has become too old. It is read where no run is to bring it, or waits for the person.
    KeepFresh,
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
    /// Releases of entries that match only; folders are named beside it. What may match once it is known where it came out
    /// is asked for its details as well. A list is always read whole.
    #[serde(default, skip_serializing_if = "EntryFilter::is_all")]
    pub filter: EntryFilter,
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
    /// Who waits for it.
    #[serde(default)]
    pub purpose: Purpose,
}

/// The folder of everything.
const ALL: i64 = 0;

impl NewRun {
    /// What this run, which is not over, is to read so that `other` needs none of its own; `None` where the two are
    /// different work. It is so when one has all that the other has: then nothing is read twice, and nothing is read that
    /// nobody asked for. Whoever wants the list alone does not wait for details, nor sets them going, and whoever wants
    /// little does not wait for much. `list_read`: this run has its list.
    pub fn joined(&self, other: &NewRun, list_read: bool) -> Option<NewRun> {
        let is_same = (self.account, self.list) == (other.account, other.list);
        let is_short = other.depth == Depth::List && self.depth > Depth::List;
        if !is_same || is_short || self.is_apart(other) || !self.brings_list(other, list_read) {
            return None;
        }
        let purpose = self.purpose.min(other.purpose);
        if self.is_as_deep(other) {
            return Some(NewRun { purpose, ..self.clone() });
        }
        let (key, keep_list) = (self.key.clone(), self.keep_list);
        other.is_as_deep(self).then(|| NewRun { key, keep_list, purpose, ..other.clone() })
    }

    /// What was chosen of a list waits neither for other releases nor, where the list is there, for the list.
    fn is_apart(&self, other: &NewRun) -> bool {
        let both_ask = self.depth > Depth::List && other.depth > Depth::List;
        self.filter != other.filter && (both_ask || other.keep_list)
    }

    /// The list is read for both. What is asked about releases may rest on a list that was read at the beginning; whoever
    /// wants the list itself wants it as it is now.
    fn brings_list(&self, other: &NewRun, list_read: bool) -> bool {
        let is_to_come = !self.keep_list && (!list_read || other.depth > Depth::List);
        other.keep_list || is_to_come
    }

    /// Everything that `other` asks about releases is asked here too, and nothing older serves.
    fn is_as_deep(&self, other: &NewRun) -> bool {
        let within = |id: &i64| self.folders.contains(id);
        let everywhere = |run: &NewRun| run.folders.is_empty() || run.folders.contains(&ALL);
        let has_folders =
            everywhere(self) || (!everywhere(other) && other.folders.iter().all(within));
        other.depth == Depth::List
            || (self.depth >= other.depth && has_folders && self.max_age_days <= other.max_age_days)
    }
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
    /// The run of which it would be a part: one that is not over and reads the same, or goes on with more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub joins: Option<RunId>,
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
    /// It is about some of the releases only.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_part: bool,
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
    /// It was there before, and what was asked for is a part of it.
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
