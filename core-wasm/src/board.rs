//! What the daemon's events say about the jobs, as far as the worker needs it. Pure.

use crate::badge::Badge;
use browser::fields::{integer, is_true, list, text};
use protocol::{JobId, JobState, Source};
use serde::Serialize;
use serde_json::Value;

/// A job whose outcome the person has not seen yet. Kept in the storage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Watched {
    pub job: JobId,
    pub source: Source,
}

impl Watched {
    /// Reads one out of the storage.
    pub fn read(watched: &Value) -> Option<Self> {
        let source = text(watched, "source")?.parse().ok()?;
        Some(Watched { job: JobId(integer(watched, "job")?), source })
    }
}

/// How a job stands, for the badge and for whether the worker has to stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// It has not come to its end.
    pub open: bool,
    /// It moves by itself: listing, or files still to come.
    pub working: bool,
    /// Files still to come.
    pub pending: u64,
    /// Something failed or waits for the person.
    pub trouble: bool,
}

/// What is read of a `protocol::JobSummary`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    pub id: JobId,
    source: Source,
    state: JobState,
    pending: u64,
    /// Files that failed or wait for the person.
    troubles: u64,
    has_reason: bool,
    is_listed: bool,
}

impl Job {
    /// Reads a job summary; `None` for one of a site that this version does not know.
    pub fn read(summary: &Value) -> Option<Self> {
        let count = |name| summary["balance"].get(name).and_then(Value::as_u64).unwrap_or_default();
        Some(Job {
            id: JobId(integer(summary, "id")?),
            source: text(summary, "source")?.parse().ok()?,
            state: text(summary, "state")?.parse().ok()?,
            pending: count("pending"),
            troubles: count("failed") + count("needs_you"),
            has_reason: summary.get("reason").is_some_and(|reason| !reason.is_null()),
            is_listed: is_true(&summary["listing"], "complete"),
        })
    }

    fn standing(&self) -> Standing {
        let listing = self.state == JobState::Listing && !self.has_reason;
        let moves = matches!(self.state, JobState::Listing | JobState::Running);
        Standing {
            open: !matches!(self.state, JobState::Finished | JobState::Cancelled),
            working: listing || (moves && self.pending > 0),
            pending: self.pending,
            trouble: self.troubles > 0 || self.has_reason,
        }
    }

    /// Whether a listing that broke off should be read again, seeing what became of its job.
    pub fn wants_listing(&self) -> bool {
        match self.state {
            JobState::Listing => true,
            JobState::Paused => !self.is_listed,
            JobState::Running | JobState::Finished | JobState::Cancelled => false,
        }
    }
}

/// The jobs known from events, and those watched.
#[derive(Default)]
pub struct Board {
    jobs: Vec<Job>,
    watched: Vec<Watched>,
}

impl Board {
    /// Takes over what an earlier life of the worker watched.
    pub fn remember(&mut self, watched: impl Iterator<Item = Watched>) {
        watched.for_each(|one| self.watch(one));
    }

    /// What is watched, for the storage.
    pub fn watched(&self) -> &[Watched] {
        &self.watched
    }

    /// Takes a `protocol::Event` into account. True when the list of watched jobs has changed.
    pub fn apply(&mut self, event: &Value) -> bool {
        let before = self.watched.clone();
        match text(event, "event") {
            Some("snapshot") => {
                self.start_over(list(event, "jobs").iter().filter_map(Job::read).collect())
            }
            Some("job") => self.update(Job::read(&event["job"])),
            _ => {}
        }
        self.watched != before
    }

    fn start_over(&mut self, jobs: Vec<Job>) {
        self.jobs = jobs;
        // What the daemon does not have any more is nobody's concern.
        self.watched.retain(|watched| self.jobs.iter().any(|job| job.id == watched.job));
        for job in self.jobs.clone() {
            self.watch_if_working(&job);
        }
    }

    fn update(&mut self, job: Option<Job>) {
        let Some(job) = job else { return };
        self.watch_if_working(&job);
        self.jobs.retain(|known| known.id != job.id);
        self.jobs.push(job);
    }

    /// The person has seen how things stand: only what is still open stays watched.
    pub fn seen(&mut self) {
        let ended = |job: JobId| self.standing(job).is_some_and(|standing| !standing.open);
        let watched = self.watched.iter().filter(|watched| !ended(watched.job));
        self.watched = watched.copied().collect();
    }

    /// What the button shows.
    pub fn badge(&self) -> Badge {
        Badge::of(self.watched.iter().filter_map(|watched| self.standing(watched.job)))
    }

    /// Some job moves by itself, so the worker stays connected.
    pub fn is_working(&self) -> bool {
        self.jobs.iter().any(|job| job.standing().working)
    }

    /// The person gave the job up.
    pub fn is_cancelled(&self, job: JobId) -> bool {
        self.find(job).is_some_and(|job| job.state == JobState::Cancelled)
    }

    fn find(&self, job: JobId) -> Option<&Job> {
        self.jobs.iter().find(|known| known.id == job)
    }

    fn standing(&self, job: JobId) -> Option<Standing> {
        self.find(job).map(Job::standing)
    }

    fn watch_if_working(&mut self, job: &Job) {
        if job.standing().working {
            self.watch(Watched { job: job.id, source: job.source });
        }
    }

    /// Watches a job from now on.
    pub fn watch(&mut self, one: Watched) {
        if !self.watched.contains(&one) {
            self.watched.push(one);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::envelope::to_value;
    use protocol::event::Numbered;
    use protocol::{
        Account, Balance, ErrorBody, ErrorCode, Event, JobSummary, Listing, Seq, Settings,
    };

    fn job(id: i64, state: JobState, balance: Balance) -> JobSummary {
        JobSummary {
            id: JobId(id),
            source: Source::Producer,
            account: Account { id: "u".into(), name: "U".into() },
            formats: Vec::new(),
            state,
            songs: 0,
            balance,
            listing: Listing::default(),
            reason: None,
            created_at: 0,
            finished_at: None,
        }
    }

    fn pending(pending: u64) -> Balance {
        Balance { listed: pending, pending, ..Balance::default() }
    }

    fn sent(event: Event) -> Value {
        to_value(&Numbered { seq: Seq(1), event })
    }

    fn snapshot(jobs: Vec<JobSummary>) -> Value {
        sent(Event::Snapshot { jobs, settings: Settings::default(), paused: false })
    }

    fn change(job: JobSummary) -> Value {
        sent(Event::Job { job })
    }

    fn watched(job: i64) -> impl Iterator<Item = Watched> {
        std::iter::once(Watched { job: JobId(job), source: Source::Producer })
    }

    #[test]
    fn a_job_is_counted_while_it_runs_ticked_when_it_ends_and_cleared_when_seen() {
        let mut board = Board::default();
        assert!(board.apply(&snapshot(vec![job(1, JobState::Listing, pending(0))])));
        assert_eq!(board.badge(), Badge::Pending(0));
        board.apply(&change(job(1, JobState::Running, pending(12))));
        assert_eq!(board.badge(), Badge::Pending(12));
        assert!(board.is_working());
        board.seen();
        assert_eq!(board.badge(), Badge::Pending(12), "what goes on stays visible");
        board.apply(&change(job(1, JobState::Finished, pending(0))));
        assert_eq!(board.badge(), Badge::Done);
        assert!(!board.is_working());
        board.seen();
        assert_eq!(board.badge(), Badge::None);
    }

    #[test]
    fn old_jobs_in_a_snapshot_are_not_news() {
        let mut board = Board::default();
        let failed = Balance { listed: 1, failed: 1, ..Balance::default() };
        assert!(!board.apply(&snapshot(vec![job(1, JobState::Finished, failed)])));
        assert_eq!(board.badge(), Badge::None);
    }

    #[test]
    fn a_job_watched_before_the_worker_died_is_reported_after() {
        let mut board = Board::default();
        board.remember(watched(1));
        let failed = Balance { listed: 2, done: 1, failed: 1, ..Balance::default() };
        board.apply(&snapshot(vec![job(1, JobState::Finished, failed)]));
        assert_eq!(board.badge(), Badge::Attention);
    }

    #[test]
    fn a_watched_job_that_the_daemon_does_not_know_is_dropped() {
        let mut board = Board::default();
        board.remember(watched(1));
        assert!(board.apply(&snapshot(Vec::new())));
        assert!(board.watched().is_empty());
    }

    #[test]
    fn a_listing_that_broke_off_lets_the_worker_rest_and_calls_for_attention() {
        let mut board = Board::default();
        board.apply(&snapshot(vec![job(1, JobState::Listing, pending(0))]));
        let reason = Some(ErrorBody::new(ErrorCode::SignedOut));
        let broken = JobSummary { reason, ..job(1, JobState::Listing, pending(0)) };
        board.apply(&change(broken));
        assert!(!board.is_working());
        assert_eq!(board.badge(), Badge::Attention);
    }

    #[test]
    fn a_listing_is_read_again_only_while_its_job_is_open_and_incomplete() {
        let wants = |state, complete| {
            let listing = Listing { complete, ..Listing::default() };
            let summary = JobSummary { listing, ..job(1, state, pending(1)) };
            Job::read(&to_value(&summary)).unwrap().wants_listing()
        };
        assert!(wants(JobState::Listing, false));
        assert!(wants(JobState::Paused, false));
        assert!(!wants(JobState::Paused, true));
        assert!(!wants(JobState::Running, true));
        assert!(!wants(JobState::Finished, true));
        assert!(!wants(JobState::Cancelled, false));
    }

    #[test]
    fn what_is_watched_survives_the_storage() {
        let one = Watched { job: JobId(7), source: Source::Flowmusic };
        assert_eq!(Watched::read(&to_value(&one)), Some(one));
    }

    #[test]
    fn a_job_of_an_unknown_site_or_shape_is_left_out() {
        let mut board = Board::default();
        let mut strange = to_value(&job(1, JobState::Listing, pending(1)));
        strange["source"] = "example.org".into();
        assert!(!board.apply(&serde_json::json!({ "event": "job", "job": strange })));
        assert!(!board.apply(&serde_json::json!({ "event": "later_invention" })));
        assert!(!board.is_working());
    }
}
