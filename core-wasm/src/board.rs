//! What the daemon's events say about the jobs, as far as the worker needs it. Pure.

use crate::badge::Badge;
use protocol::{Event, JobId, JobState, JobSummary, Source};
use serde::{Deserialize, Serialize};

/// A job whose outcome the person has not seen yet. Kept in the storage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watched {
    pub job: JobId,
    pub source: Source,
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

impl Standing {
    fn of(job: &JobSummary) -> Self {
        let open = !matches!(job.state, JobState::Finished | JobState::Cancelled);
        let listing = job.state == JobState::Listing && job.reason.is_none();
        let pending = job.balance.pending;
        let moves = matches!(job.state, JobState::Listing | JobState::Running);
        let troubles = job.balance.failed + job.balance.needs_you;
        Standing {
            open,
            working: listing || (moves && pending > 0),
            pending,
            trouble: troubles > 0 || job.reason.is_some(),
        }
    }
}

/// The jobs known from events, and those watched.
#[derive(Default)]
pub struct Board {
    jobs: Vec<JobSummary>,
    watched: Vec<Watched>,
}

impl Board {
    /// Takes over what an earlier life of the worker watched.
    pub fn remember(&mut self, watched: Vec<Watched>) {
        for one in watched {
            self.watch(one);
        }
    }

    /// What is watched, for the storage.
    pub fn watched(&self) -> &[Watched] {
        &self.watched
    }

    /// Takes an event into account. True when the list of watched jobs has changed.
    pub fn apply(&mut self, event: &Event) -> bool {
        let before = self.watched.len();
        match event {
            Event::Snapshot { jobs, .. } => {
                self.jobs.clone_from(jobs);
                // What the daemon does not have any more is nobody's concern.
                self.watched.retain(|watched| jobs.iter().any(|job| job.id == watched.job));
                let removed = self.watched.len() != before;
                let after = self.watched.len();
                jobs.iter().for_each(|job| self.watch_if_working(job));
                return removed || self.watched.len() != after;
            }
            Event::Job { job } => {
                self.jobs.retain(|known| known.id != job.id);
                self.jobs.push(job.clone());
                self.watch_if_working(job);
            }
            _ => {}
        }
        self.watched.len() != before
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
        self.jobs.iter().any(|job| Standing::of(job).working)
    }

    /// The state of a job, if it was heard of.
    pub fn state(&self, job: JobId) -> Option<JobState> {
        self.find(job).map(|job| job.state)
    }

    fn find(&self, job: JobId) -> Option<&JobSummary> {
        self.jobs.iter().find(|known| known.id == job)
    }

    fn standing(&self, job: JobId) -> Option<Standing> {
        self.find(job).map(Standing::of)
    }

    fn watch_if_working(&mut self, job: &JobSummary) {
        if Standing::of(job).working {
            self.watch(Watched { job: job.id, source: job.source });
        }
    }

    fn watch(&mut self, one: Watched) {
        if !self.watched.contains(&one) {
            self.watched.push(one);
        }
    }
}

/// Whether a listing that broke off should be read again, seeing what became of its job.
pub fn wants_listing(job: &JobSummary) -> bool {
    match job.state {
        JobState::Listing => true,
        JobState::Paused => !job.listing.complete,
        JobState::Running | JobState::Finished | JobState::Cancelled => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::{Account, Balance, ErrorBody, ErrorCode, Listing, Settings};

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

    fn snapshot(jobs: Vec<JobSummary>) -> Event {
        Event::Snapshot { jobs, settings: Settings::default(), paused: false }
    }

    #[test]
    fn a_job_is_counted_while_it_runs_ticked_when_it_ends_and_cleared_when_seen() {
        let mut board = Board::default();
        assert!(board.apply(&snapshot(vec![job(1, JobState::Listing, pending(0))])));
        assert_eq!(board.badge(), Badge::Pending(0));
        board.apply(&Event::Job { job: job(1, JobState::Running, pending(12)) });
        assert_eq!(board.badge(), Badge::Pending(12));
        assert!(board.is_working());
        board.seen();
        assert_eq!(board.badge(), Badge::Pending(12), "what goes on stays visible");
        board.apply(&Event::Job { job: job(1, JobState::Finished, pending(0)) });
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
        board.remember(vec![Watched { job: JobId(1), source: Source::Producer }]);
        let failed = Balance { listed: 2, done: 1, failed: 1, ..Balance::default() };
        board.apply(&snapshot(vec![job(1, JobState::Finished, failed)]));
        assert_eq!(board.badge(), Badge::Attention);
    }

    #[test]
    fn a_watched_job_that_the_daemon_does_not_know_is_dropped() {
        let mut board = Board::default();
        board.remember(vec![Watched { job: JobId(1), source: Source::Producer }]);
        assert!(board.apply(&snapshot(Vec::new())));
        assert!(board.watched().is_empty());
    }

    #[test]
    fn a_listing_that_broke_off_lets_the_worker_rest_and_calls_for_attention() {
        let mut board = Board::default();
        board.apply(&snapshot(vec![job(1, JobState::Listing, pending(0))]));
        let reason = Some(ErrorBody::new(ErrorCode::SignedOut));
        board.apply(&Event::Job {
            job: JobSummary { reason, ..job(1, JobState::Listing, pending(0)) },
        });
        assert!(!board.is_working());
        assert_eq!(board.badge(), Badge::Attention);
    }

    #[test]
    fn a_listing_is_read_again_only_while_its_job_is_open_and_incomplete() {
        let with = |state, complete| JobSummary {
            listing: Listing { complete, ..Listing::default() },
            ..job(1, state, pending(1))
        };
        assert!(wants_listing(&with(JobState::Listing, false)));
        assert!(wants_listing(&with(JobState::Paused, false)));
        assert!(!wants_listing(&with(JobState::Paused, true)));
        assert!(!wants_listing(&with(JobState::Running, true)));
        assert!(!wants_listing(&with(JobState::Finished, true)));
        assert!(!wants_listing(&with(JobState::Cancelled, false)));
    }
}
