//! Reading lists. A browser reads its own and hands pages in; the daemon reads for the command line, and goes on
//! where a browser that went away had begun.

use super::engine::{Engine, SESSION_ERRORS};
use super::import;
use protocol::method::Added;
use protocol::{
    ErrorBody, ErrorClass, ErrorCode, JobId, JobState, JobSummary, Listing, RemoteItem, Source,
    Variant,
};
use providers::Lister;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

/// How long a browser's worker may be away before the daemon reads on: a worker that was only idle wakes sooner.
const GRACE: Duration = Duration::from_secs(5);
/// How long after a temporary failure a list is read again, growing with each one.
const AGAIN: Duration = Duration::from_secs(20);
/// Temporary failures of one list before it is left for the person.
const MOST_FAILURES: u32 = 5;

/// Who reads which list.
#[derive(Default)]
pub(super) struct Listers {
    of_job: Mutex<HashMap<JobId, Reader>>,
}

/// The reader of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reader {
    /// A client, by its connection.
    Connection(u64),
    /// The daemon itself.
    Daemon,
}

impl Listers {
    fn of_job(&self) -> MutexGuard<'_, HashMap<JobId, Reader>> {
        self.of_job.lock().expect("nothing panics while holding it")
    }

    /// Notes that a client reads. When the daemon has taken the list over, it goes on: two readers do no harm, but
    /// only one decides how the list ended.
    pub fn read_by_client(&self, job: JobId, connection: u64) {
        let mut of_job = self.of_job();
        let reader = of_job.entry(job).or_insert(Reader::Connection(connection));
        if *reader != Reader::Daemon {
            *reader = Reader::Connection(connection);
        }
    }

    /// The daemon itself reads it.
    pub fn is_read_by_daemon(&self, job: JobId) -> bool {
        self.of_job().get(&job) == Some(&Reader::Daemon)
    }

    /// Notes that the list has ended.
    pub fn ended(&self, job: JobId) {
        self.of_job().remove(&job);
    }

    /// Takes the list over, if nobody reads it.
    fn take_over(&self, job: JobId) -> bool {
        let mut of_job = self.of_job();
        let free = !of_job.contains_key(&job);
        if free {
            of_job.insert(job, Reader::Daemon);
        }
        free
    }

    /// A client went away: the lists it was reading.
    pub fn left_by(&self, connection: u64) -> Vec<JobId> {
        let mut of_job = self.of_job();
        let gone = Reader::Connection(connection);
        let jobs = of_job.iter().filter(|(_, reader)| **reader == gone).map(|(job, _)| *job);
        let jobs: Vec<JobId> = jobs.collect();
        of_job.retain(|_, reader| *reader != gone);
        jobs
    }
}

impl Engine {
    /// Adds a page to a job, and looks at files that are not as their rows say.
    ///
    /// # Errors
    /// When the job is unknown or the database refuses.
    pub async fn add_page(&self, job: JobId, page: &[RemoteItem]) -> Result<Added, ErrorBody> {
        let formats = self.library.job(job).await?.formats;
        let mut outcome = self.library.add_items(job, &formats, page).await?;
        for suspect in std::mem::take(&mut outcome.suspects) {
            if self.examine(&suspect).await? {
                outcome.already = outcome.already.saturating_sub(1);
                outcome.wanted += 1;
            }
        }
        if let Some(item) = page.first() {
            self.hold_new_work(item.source).await;
        }
        self.job_changed(job);
        self.wake.notify_one();
        Ok(Added { songs: outcome.songs, wanted: outcome.wanted, already: outcome.already })
    }

    /// A file that was changed by another program and is sound is taken as it is; a lost, empty or damaged one is
    /// wanted again (true).
    pub async fn examine(&self, suspect: &library::Suspect) -> Result<bool, ErrorBody> {
        let shelf = self.library.shelf();
        self.library.check_shelf().await?;
        if !suspect.gone {
            let path = shelf.path(&suspect.path)?;
            let container = media::Container::of_extension(suspect.variant.extension());
            let sound = match (suspect.variant, container) {
                // Whatever the container is.
                (Variant::Media | Variant::Opus, _) => import::still_plays(&path).await?,
                (_, Some(container)) => {
                    let inspecting =
                        tokio::task::spawn_blocking(move || media::inspect(&path, container));
                    let internal =
                        |error| ErrorBody::new(ErrorCode::Internal).with("detail", error);
                    is_sound(inspecting.await.map_err(internal)?)?
                }
                (_, None) => true,
            };
            if sound {
                self.library.accept_changed(&suspect.path).await?;
                return Ok(false);
            }
        }
        self.replace(suspect).await
    }

    /// A file that is lost or worth nothing is wanted again and what is there set aside; false if nothing was changed.
    ///
    /// # Errors
    /// When the disk or the database refuses.
    pub async fn replace(&self, suspect: &library::Suspect) -> Result<bool, ErrorBody> {
        let shelf = self.library.shelf();
        if !self.library.want_again(suspect).await? {
            return Ok(false);
        }
        tracing::info!(name = suspect.path, "a file is lost or damaged and will be fetched again");
        if shelf.stat(&suspect.path).is_some() {
            shelf.set_aside(&suspect.path)?;
        }
        Ok(true)
    }

    /// The list is complete: retitled files get their new names, then the job can end.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn list_ended(&self, job: JobId, listing: Listing) -> Result<JobSummary, ErrorBody> {
        self.listers.ended(job);
        self.library.set_listing(job, Some(listing), None, false).await?;
        let summary = self.library.job(job).await?;
        let engine = self.clone();
        self.spawn(async move {
            engine.rename_retitled(summary.source).await;
            if let Err(error) = engine.library.set_listing(job, None, None, true).await {
                tracing::error!(%error, "the end of a list was not stored");
            }
            engine.job_changed(job);
        });
        Ok(self.library.job(job).await?)
    }

    /// The list broke off: the job ends with what was listed, and says why. `edition` is the session that was in hand
    /// when it was begun; a list that an older one could not read is read again.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn list_failed(
        &self,
        job: JobId,
        why: &ErrorBody,
        edition: Option<u64>,
    ) -> Result<JobSummary, ErrorBody> {
        if why.code == ErrorCode::Withdrawn {
            // The job was ended, or somebody else reads on.
            return Ok(self.library.job(job).await?);
        }
        self.listers.ended(job);
        let ended = why.class() != ErrorClass::NeedsUser;
        self.library.set_listing(job, None, Some(why), ended).await?;
        self.job_changed(job);
        let summary = self.library.job(job).await?;
        if SESSION_ERRORS.contains(&why.code) {
            self.session_ended(summary.source, &summary.account.id, why, edition).await;
            if self.sessions.edition(summary.source) != edition {
                self.read_list(job, false);
            }
        }
        Ok(summary)
    }

    /// Reads the list of a job from now on, unless somebody does already. With `patience`, a browser that was
    /// reading it may come back first.
    pub fn read_list(&self, job: JobId, patience: bool) {
        let engine = self.clone();
        self.spawn(async move {
            if patience {
                tokio::select! {
                    () = tokio::time::sleep(GRACE) => {}
                    () = engine.stopping.cancelled() => return,
                }
            }
            let open = engine.library.job(job).await.is_ok_and(|job| {
                job.state == JobState::Listing && Source::SITES.contains(&job.source)
            });
            if !open || !engine.listers.take_over(job) {
                return;
            }
            let edition = engine.edition_for(job).await;
            let read = engine.read_to_the_end(job).await;
            let stored = match read {
                Ok(listing) => engine.list_ended(job, listing).await,
                Err(why) if why.code == ErrorCode::Withdrawn => {
                    engine.listers.ended(job);
                    return;
                }
                Err(why) => engine.list_failed(job, &why, edition).await,
            };
            if let Err(error) = stored {
                tracing::error!(%error, "how a list ended was not stored");
            }
        });
    }

    /// Lists of a source that wait for a session, and nobody reads.
    pub async fn read_waiting_lists(&self, source: protocol::Source) -> Result<(), ErrorBody> {
        for job in self.library.unfinished_jobs().await? {
            if job.source == source && job.state == JobState::Listing {
                self.read_list(job.id, true);
            }
        }
        Ok(())
    }

    /// The session in hand for a job's site.
    pub async fn edition_for(&self, job: JobId) -> Option<u64> {
        self.sessions.edition(self.library.job(job).await.ok()?.source)
    }

    async fn read_to_the_end(&self, job: JobId) -> Result<Listing, ErrorBody> {
        let mut summary = self.library.job(job).await?;
        let transport = self.transport(summary.source, &summary.account.id);
        if summary.account.id.is_empty() {
            summary.account = providers::whoami(summary.source, &transport).await?;
            self.library.set_account(job, &summary.account).await?;
        }
        let transport = self.transport(summary.source, &summary.account.id);
        let mut lister = Lister::new(summary.source, summary.account, summary.formats);
        let mut failures = 0;
        loop {
            if self.stopping.is_cancelled() || self.was_ended(job).await {
                return Err(ErrorBody::new(ErrorCode::Withdrawn));
            }
            match lister.next_page(&transport).await {
                Ok(Some(page)) => {
                    self.add_page(job, &page).await?;
                    self.library.set_listing(job, Some(lister.listing()), None, false).await?;
                }
                Ok(None) => return Ok(lister.listing()),
                Err(error)
                    if error.class() == ErrorClass::Temporary && failures < MOST_FAILURES =>
                {
                    failures += 1;
                    self.library.set_listing(job, None, Some(&error), false).await?;
                    self.job_changed(job);
                    tokio::select! {
                        () = tokio::time::sleep(AGAIN * failures) => {}
                        () = self.stopping.cancelled() => {}
                    }
                }
                Err(error) => return Err(error),
            }
        }
    }

    async fn was_ended(&self, job: JobId) -> bool {
        let ended = |job: JobSummary| matches!(job.state, JobState::Cancelled | JobState::Finished);
        self.library.job(job).await.is_ok_and(ended)
    }
}

/// A file that can be read and is not what it should be is unsound; one that cannot be read says nothing.
fn is_sound(inspected: Result<media::Facts, ErrorBody>) -> Result<bool, ErrorBody> {
    match inspected {
        Ok(_) => Ok(true),
        Err(error) if matches!(error.code, ErrorCode::NotMedia | ErrorCode::Damaged) => Ok(false),
        Err(error) => Err(error),
    }
}
