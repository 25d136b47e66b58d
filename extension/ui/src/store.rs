//! What a page knows of the daemon's state, as signals that views read.
//!
//! It is a mirror: filled by events (see [`crate::link`]), never a place where something is decided.

use crate::components::toast::Toasts;
use crate::state::{Derived, State};
use leptos::prelude::*;
use protocol::discogs::Run;
use protocol::event::Event;
use protocol::{
    ErrorBody, ErrorCode, ItemView, JobId, JobState, JobSummary, Progress, Settings, Source,
    Variant,
};
use std::rc::Rc;

/// How the page stands with the host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Link {
    /// The first attempt is under way.
    Connecting,
    /// It answers.
    Up {
        /// The program's version.
        version: String,
    },
    /// It never answered, or speaks another version.
    Missing(ErrorBody),
    /// It answered before; a new attempt follows by itself.
    Lost,
}

impl Link {
    /// Whether commands can be given.
    pub fn is_up(&self) -> bool {
        matches!(self, Link::Up { .. })
    }

    /// Whether the program is there but of a version that does not fit.
    pub fn is_upgrade(&self) -> bool {
        matches!(self, Link::Missing(error) if error.code == ErrorCode::UpgradeRequired)
    }
}

/// Who wants to hear of changed files.
type ItemListener = Rc<dyn Fn(ItemView)>;

/// The page's signals. A handle: copies are the same store.
#[derive(Clone, Copy)]
pub struct Store {
    /// The connection.
    pub link: State<Link>,
    /// The jobs known so far, newest first.
    pub jobs: State<Vec<JobSummary>>,
    /// Live figures of the jobs that run.
    pub progress: State<Vec<(JobId, Progress)>>,
    /// The settings, once known.
    pub settings: State<Option<Settings>>,
    /// The formats ticked last, until the daemon repeats them: what it says before that is older.
    pub formats_sent: State<Option<Vec<Variant>>>,
    /// The whole queue is paused.
    pub paused: State<bool>,
    /// How often the library has changed since the page opened.
    pub library_changes: State<u64>,
    /// What is and was read from Discogs, newest first, as far as anybody asked or something changed.
    pub runs: State<Vec<Run>>,
    /// How often the daemon has told how things stand: whoever shows what is not in that asks for it anew.
    pub snapshots: State<u64>,
    /// How often accounts or lists of Discogs have changed since the page opened.
    pub discogs_changes: State<u64>,
    /// Short messages at the bottom of the page.
    pub toasts: Toasts,
    /// Who wants to hear of changed files. Not a signal: signals keep the last value only, and every file counts.
    item_listener: State<Option<ItemListener>>,
}

impl Store {
    /// A store that knows nothing yet.
    pub fn new() -> Self {
        Self {
            link: State::new(Link::Connecting),
            jobs: State::default(),
            progress: State::default(),
            settings: State::default(),
            formats_sent: State::default(),
            paused: State::default(),
            library_changes: State::default(),
            runs: State::default(),
            snapshots: State::default(),
            discogs_changes: State::default(),
            toasts: Toasts::new(),
            item_listener: State::new(None),
        }
    }

    /// Calls `listener` for every changed file until the owner of the calling view ends.
    pub fn on_item(self, listener: impl Fn(ItemView) + 'static) {
        self.item_listener.set(Some(Rc::new(listener)));
        on_cleanup(move || self.item_listener.set(None));
    }

    /// Takes in what the daemon tells.
    pub fn apply(self, event: Event) {
        match event {
            Event::Snapshot { jobs, settings, paused } => {
                // A snapshot holds the newest jobs; older ones that were asked for stay.
                self.put_jobs(jobs);
                self.settings.set(Some(settings));
                self.paused.set(paused);
                self.snapshots.update(|told| *told += 1);
            }
            Event::Job { job } => self.put_job(job),
            Event::Item { item } => {
                if let Some(listener) = self.item_listener.get_untracked() {
                    listener(item);
                }
            }
            Event::Progress { job, progress } => self.progress.update(|all| {
                all.retain(|(known, _)| *known != job);
                all.push((job, progress));
            }),
            Event::Settings { settings } => self.settings.set(Some(settings)),
            Event::Paused { paused } => self.paused.set(paused),
            Event::Library {} => self.library_changes.update(|changes| *changes += 1),
            Event::Discogs {} => self.discogs_changes.update(|changes| *changes += 1),
            Event::Run { run } => self.put_runs(vec![run]),
            // The worker's business, as it has the session; and what pages do not show.
            Event::CredentialNeeded { .. } | Event::Renaming { .. } => {}
        }
    }

    fn put_job(self, job: JobSummary) {
        if !is_active(&job) {
            self.progress.update(|all| all.retain(|(known, _)| *known != job.id));
        }
        self.put_jobs(vec![job]);
    }

    /// Adds jobs that were asked for by hand.
    pub fn put_jobs(self, jobs: Vec<JobSummary>) {
        self.jobs.update(|known| jobs.into_iter().for_each(|job| put(known, job, |job| job.id.0)));
    }

    /// Adds what is or was read from Discogs.
    ///
    /// What has ended stays so: an answer that was on its way meanwhile is older than the event that told of the end.
    pub fn put_runs(self, runs: Vec<Run>) {
        self.runs.update(|known| {
            for run in runs {
                let is_over = known.iter().any(|one| one.id == run.id && one.state.is_over());
                if !is_over || run.state.is_over() {
                    put(known, run, |run| run.id.0);
                }
            }
        });
    }

    /// The live figures of a job, as they change.
    pub fn progress_of(self, id: JobId) -> Option<Progress> {
        self.progress.with(|all| {
            all.iter().find(|(job, _)| *job == id).map(|(_, progress)| progress.clone())
        })
    }

    /// The job with this id, as it changes.
    pub fn job(self, id: JobId) -> Derived<Option<JobSummary>> {
        Derived::new(move || self.jobs.with(|jobs| jobs.iter().find(|job| job.id == id).cloned()))
    }
}

/// Puts something new or changed in its place: that of the highest `number` first, which is the newest.
fn put<T>(all: &mut Vec<T>, one: T, number: fn(&T) -> i64) {
    match all.binary_search_by(|known| number(&one).cmp(&number(known))) {
        Ok(at) => all[at] = one,
        Err(at) => all.insert(at, one),
    }
}

/// Whether something is still to happen by itself, or will when resumed.
pub fn is_active(job: &JobSummary) -> bool {
    matches!(job.state, JobState::Listing | JobState::Running | JobState::Paused)
}

/// The newest job of a site.
pub fn newest_of(jobs: &[JobSummary], source: Source) -> Option<&JobSummary> {
    jobs.iter().find(|job| job.source == source)
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use protocol::{Account, Balance};

    /// A job to show.
    pub fn job(id: i64, source: Source, state: JobState) -> JobSummary {
        JobSummary {
            id: JobId(id),
            source,
            account: Account { id: "u".into(), name: "Ada".into() },
            formats: Vec::new(),
            state,
            songs: 0,
            balance: Balance::default(),
            listing: Default::default(),
            reason: None,
            created_at: 0,
            finished_at: None,
        }
    }

    #[test]
    fn jobs_stay_newest_first_and_are_replaced_by_id() {
        let mut jobs = Vec::new();
        for id in [2, 5, 3, 5] {
            put(&mut jobs, job(id, Source::Producer, JobState::Running), |job| job.id.0);
        }
        put(&mut jobs, job(3, Source::Producer, JobState::Finished), |job| job.id.0);
        assert_eq!(jobs.iter().map(|job| job.id.0).collect::<Vec<_>>(), [5, 3, 2]);
        assert_eq!(jobs[1].state, JobState::Finished);
    }

    #[test]
    fn the_newest_job_of_the_site_is_the_one_shown() {
        let jobs = [
            job(9, Source::Flowmusic, JobState::Running),
            job(4, Source::Producer, JobState::Finished),
        ];
        assert_eq!(newest_of(&jobs, Source::Producer).map(|job| job.id.0), Some(4));
    }

    #[test]
    fn a_paused_job_is_still_active_and_a_finished_one_is_not() {
        assert!(is_active(&job(1, Source::Producer, JobState::Paused)));
        assert!(!is_active(&job(1, Source::Producer, JobState::Finished)));
    }
}
