//! What all parts of the daemon share.

use super::chooser::Chooser;
use super::covers::Covers;
use super::discogs;
use super::hub::Hub;
use super::import::Imports;
use super::journal;
use super::listing::Listers;
use super::media_server;
use super::meter::Meter;
use super::rename::Renaming;
use super::sending::{SiteSessions, Tools};
use super::sessions::Sessions;
use crate::drafts::Drafts;
use crate::home::{self, Home};
use crate::secrets::Secrets;
use anyhow::Context;
use library::{Claimed, Finished, Library, LibraryError, Output};
use protocol::{ErrorBody, ErrorCode, Event, ItemId, JobId, JobState, Settings, Source};
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use tokio::sync::{Notify, OnceCell, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use transfer::{Config, Downloader, Gate};

/// How long running work may take to come to a safe place when the daemon ends.
const PATIENCE: Duration = Duration::from_secs(10);
/// One hashes while others wait for the disk.
const SEALED_AT_ONCE: usize = 4;
/// An encoder uses every processor by itself.
const ENCODED_AT_ONCE: usize = 1;
/// A disk with less than this is full, in bytes.
pub(super) const ROOM: u64 = 32 * 1024 * 1024;
/// Errors that a healthy disk mends.
pub(super) const DISK_ERRORS: &[ErrorCode] =
    &[ErrorCode::DiskFull, ErrorCode::NotWritable, ErrorCode::VolumeMissing];
/// Errors that a fresh session mends.
pub(super) const SESSION_ERRORS: &[ErrorCode] = &[
    ErrorCode::SessionExpired,
    ErrorCode::SignedOut,
    ErrorCode::Challenge,
    ErrorCode::OtherAccount,
];

/// Shared by everything that runs in the daemon; a clone is a handle.
#[derive(Clone)]
pub(super) struct Engine {
    shared: Arc<Shared>,
}

pub(super) struct Shared {
    pub home: Home,
    pub library: Library,
    pub downloader: Downloader,
    pub hub: Hub,
    pub sessions: Sessions,
    pub site_sessions: SiteSessions,
    pub covers: Covers,
    pub meter: Meter,
    pub listers: Listers,
    pub imports: Imports,
    pub chooser: Chooser,
    pub renaming: Renaming,
    /// What is read from Discogs.
    pub discogs: discogs::Live,
    /// Tokens that outlive the daemon.
    pub secrets: Secrets,
    /// Work may have become possible.
    pub wake: Notify,
    /// Something that clients see has changed.
    pub changed: Notify,
    /// What the person has, has changed.
    pub journal: Notify,
    /// Files may not be where their rows say.
    pub unsettled: Notify,
    pub stopping: CancellationToken,
    pub tasks: TaskTracker,
    /// Files that are checked, tagged and hashed at once: more would only take memory, and the processor from those
    /// that are being fetched.
    pub sealing: Semaphore,
    /// Videos that are encoded at once.
    pub encoding: Semaphore,
    /// Programs that were found.
    pub tools: Tools,
    /// The way to the network for yt-dlp, once it was needed.
    pub gate: OnceCell<Gate>,
    /// The player's server, once it runs.
    pub media_place: OnceCell<media_server::Place>,
    state: Mutex<State>,
}

/// What changes quickly and is not stored.
#[derive(Default)]
struct State {
    running: HashMap<ItemId, Running>,
    /// Jobs whose summary has changed since it was last sent.
    dirty: HashSet<JobId>,
    /// The library has changed since clients were last told.
    library: bool,
    /// The site's API is not asked until a fresh session comes.
    blocked: HashMap<Source, ErrorBody>,
    /// Nothing can be placed in the library folder.
    disk: Option<ErrorBody>,
    /// Files that once filled the disk.
    filled: HashSet<ItemId>,
    /// The library folder was there at some time, so that what the last run left in it is mended.
    was_open: bool,
    paused: bool,
}

/// One file being worked on.
struct Running {
    job: JobId,
    cancel: CancellationToken,
    /// Ended by the person, not only put back.
    unwanted: bool,
}

impl std::ops::Deref for Engine {
    type Target = Shared;
    fn deref(&self) -> &Shared {
        &self.shared
    }
}

impl Engine {
    /// Opens the database and mends what the last run may have left.
    ///
    /// # Errors
    /// When the database or the network clients cannot be set up.
    pub async fn open(home: Home) -> anyhow::Result<Self> {
        let folder = home::default_library().unwrap_or_else(|| home.root().join("library"));
        let library = Library::open(&home.database(), &folder).await.with_context(|| {
            format!("the database {} cannot be used", home.database().display())
        })?;
        home.empty_tmp().context("old temporary files could not be removed")?;
        if let Err(error) = Drafts::of(&home).remove_left() {
            tracing::warn!(%error, "what exports that were killed have left could not be removed");
        }
        let recovered = library.recover().await.context("the library could not be mended")?;
        // A disk that was in trouble is tried anew: the first file will tell.
        library.unblock(None, None, DISK_ERRORS).await?;
        tracing::info!(?recovered, "the library is open");
        let settings = library.settings().await?;
        let downloader = Downloader::new(config(&settings))?;
        discogs::keep_limit(&downloader)?;
        let paused = library.is_paused().await?;
        let was_open = !recovered.is_unfinished;
        let secrets = Secrets::of(&home);
        let shared = Shared {
            secrets,
            home,
            library,
            downloader,
            hub: Hub::default(),
            sessions: Sessions::default(),
            site_sessions: SiteSessions::default(),
            covers: Covers::default(),
            meter: Meter::default(),
            listers: Listers::default(),
            imports: Imports::default(),
            chooser: Chooser::default(),
            renaming: Renaming::default(),
            discogs: discogs::Live::default(),
            wake: Notify::new(),
            changed: Notify::new(),
            journal: Notify::new(),
            unsettled: Notify::new(),
            stopping: CancellationToken::new(),
            tasks: TaskTracker::new(),
            sealing: Semaphore::new(SEALED_AT_ONCE),
            encoding: Semaphore::new(ENCODED_AT_ONCE),
            tools: Tools::default(),
            gate: OnceCell::new(),
            media_place: OnceCell::new(),
            state: Mutex::new(State { paused, was_open, ..State::default() }),
        };
        let engine = Self { shared: Arc::new(shared) };
        if !was_open {
            // So that it is noticed when the disk comes back, also if nobody wants anything of it meanwhile.
            engine.state().disk = engine.try_disk().await.err();
        }
        engine.mark_unfinished().await?;
        Ok(engine)
    }

    /// Lets running work come to a safe place, then closes the database.
    pub async fn stop(&self) {
        self.stopping.cancel();
        for running in self.state().running.values() {
            running.cancel.cancel();
        }
        self.tasks.close();
        if tokio::time::timeout(PATIENCE, self.tasks.wait()).await.is_err() {
            tracing::warn!("some work did not end in time; the next start mends it");
        }
        if tokio::time::timeout(PATIENCE, journal::finish(self)).await.is_err() {
            tracing::warn!("the journal was not finished in time; the next start goes on");
        }
        self.library.close().await;
        tracing::info!("the daemon has ended");
    }

    async fn mark_unfinished(&self) -> anyhow::Result<()> {
        for job in self.library.unfinished_jobs().await? {
            // A kill came between the start of a sending and its pages: whoever sent it was not answered.
            if job.source == Source::Web && job.state == JobState::Listing {
                self.library.set_listing(job.id, None, None, true).await?;
            }
            self.job_changed(job.id);
        }
        Ok(())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("nothing panics while holding it")
    }

    /// Runs a part of the daemon's work that is waited for at the end.
    pub fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        self.tasks.spawn(work);
    }

    /// Clients will be told about `job` with the next tick.
    pub fn job_changed(&self, job: JobId) {
        self.state().dirty.insert(job);
        self.changed.notify_one();
    }

    /// Takes the jobs to tell about.
    pub fn take_changed(&self) -> HashSet<JobId> {
        std::mem::take(&mut self.state().dirty)
    }

    /// Clients will be told with the next tick that the library is another.
    pub fn library_changed(&self) {
        self.state().library = true;
        self.changed.notify_one();
        self.journal.notify_one();
    }

    /// True once after [`Engine::library_changed`].
    pub fn take_library_changed(&self) -> bool {
        std::mem::take(&mut self.state().library)
    }

    /// Takes sealed parts into the library (see [`Library::commit`]).
    ///
    /// # Errors
    /// As there.
    pub async fn commit(
        &self,
        claimed: &Claimed,
        outputs: Vec<Output>,
    ) -> Result<Vec<Finished>, LibraryError> {
        let finished = self.library.commit(claimed, outputs).await?;
        self.library_changed();
        Ok(finished)
    }

    /// Tells clients how an item stands now.
    pub async fn item_changed(&self, item: ItemId) {
        match self.library.item(item).await {
            Ok(item) => {
                self.job_changed(item.job);
                self.hub.send(Event::Item { item });
            }
            Err(error) => tracing::warn!(%error, "an item could not be read"),
        }
    }

    /// Notes that work on an item begins; the token ends it.
    pub fn begin(&self, item: ItemId, job: JobId) -> CancellationToken {
        let cancel = self.stopping.child_token();
        let running = Running { job, cancel: cancel.clone(), unwanted: false };
        self.state().running.insert(item, running);
        cancel
    }

    /// Notes that it ended; true if the person did not want it any more.
    pub fn end(&self, item: ItemId) -> bool {
        self.meter.forget(item);
        self.wake.notify_one();
        self.state().running.remove(&item).is_some_and(|running| running.unwanted)
    }

    /// Stops running work that `which` chooses; `unwanted` means for good.
    pub fn interrupt(&self, which: impl Fn(ItemId, JobId) -> bool, unwanted: bool) {
        for (item, running) in &mut self.state().running {
            if which(*item, running.job) {
                running.unwanted |= unwanted;
                running.cancel.cancel();
            }
        }
    }

    /// Whether the whole queue is paused.
    pub fn is_paused(&self) -> bool {
        self.state().paused
    }

    /// Pauses the whole queue or lets it go on.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn set_paused(&self, paused: bool) -> Result<(), ErrorBody> {
        self.library.set_paused(paused).await?;
        self.state().paused = paused;
        if paused {
            self.interrupt(|_, _| true, false);
        }
        self.hub.send(Event::Paused { paused });
        self.wake.notify_one();
        Ok(())
    }

    /// Why nothing can be placed now, if so.
    pub fn disk_trouble(&self) -> Option<ErrorBody> {
        self.state().disk.clone()
    }

    /// The disk refused: everything waits for the person, and running work stops.
    pub async fn disk_failed(&self, why: &ErrorBody) {
        if self.state().disk.replace(why.clone()).is_some() {
            return;
        }
        tracing::warn!(%why, "the library folder cannot be used");
        self.interrupt(|_, _| true, false);
        self.block(None, why).await;
    }

    /// Notes that a file filled the disk; true if it has done so before, and the disk has room without it.
    pub fn does_not_fit(&self, item: ItemId) -> bool {
        let has_room = self.library.shelf().free_space().is_none_or(|free| free >= ROOM);
        !self.state().filled.insert(item) && has_room
    }

    /// Tries whether the library folder takes a real file.
    ///
    /// # Errors
    /// Why it does not.
    pub async fn try_disk(&self) -> Result<(), ErrorBody> {
        let shelf = self.library.shelf();
        let tried =
            tokio::task::spawn_blocking(move || shelf.check().and_then(|()| shelf.try_out()));
        Ok(tried.await.map_err(|_| LibraryError::Superseded)??)
    }

    /// The disk works again.
    pub async fn disk_mended(&self) {
        let was_open = self.state().was_open;
        if !was_open {
            match self.library.recover().await {
                // It has gone again: nothing new may be noted over what is still to be mended.
                Ok(recovered) if recovered.is_unfinished => return,
                Ok(_) => self.state().was_open = true,
                Err(error) => return tracing::error!(%error, "the library could not be mended"),
            }
        }
        self.state().disk = None;
        self.unblock(None, None, DISK_ERRORS).await;
        for &source in Source::SITES {
            if let Err(error) = self.read_waiting_lists(source).await {
                tracing::error!(%error, "lists could not be read on");
            }
        }
    }

    /// The site's API is not to be asked now.
    pub fn is_blocked(&self, source: Source) -> bool {
        self.state().blocked.contains_key(&source)
    }

    /// A session ended, or the site wants to see a person: its API work waits, and the browser is asked for
    /// fresh credentials. Other sites, and files of this one that need no session, go on (I10). `edition` is the
    /// session that was in hand when the failed work began.
    pub async fn session_ended(
        &self,
        source: Source,
        account_id: &str,
        why: &ErrorBody,
        edition: Option<u64>,
    ) {
        if why.code == ErrorCode::OtherAccount {
            // The session is good, only not for this work.
            return self.ask_for_credentials(source, account_id);
        }
        let first = self.state().blocked.insert(source, why.clone()).is_none();
        if first {
            tracing::info!(%source, %why, "a session is needed");
            self.sessions.reject(source, edition);
            self.block(Some(source), why).await;
            self.ask_for_credentials(source, account_id);
        }
        // One that came meanwhile found nothing to release yet: without this the work would wait for another.
        if self.sessions.edition(source) != edition {
            self.session_renewed(source, None).await;
        }
    }

    /// Asks connected browsers for a site's session.
    pub fn ask_for_credentials(&self, source: Source, account_id: &str) {
        self.hub.send(Event::CredentialNeeded {
            source,
            origin: source.origin().to_owned(),
            account_id: account_id.to_owned(),
        });
    }

    /// A fresh session of an account is there, or the person wants it tried again.
    pub async fn session_renewed(&self, source: Source, account_id: Option<&str>) {
        self.state().blocked.remove(&source);
        self.unblock(Some(source), account_id, SESSION_ERRORS).await;
    }

    /// What is listed while nothing can be done about it waits for the person like the rest.
    pub async fn hold_new_work(&self, source: Source) {
        let blocked = self.state().blocked.get(&source).cloned();
        if let Some(why) = blocked {
            self.block(Some(source), &why).await;
            if !self.is_blocked(source) {
                self.unblock(Some(source), None, SESSION_ERRORS).await;
            }
        }
        if let Some(why) = self.disk_trouble() {
            self.block(None, &why).await;
            if self.disk_trouble().is_none() {
                self.unblock(None, None, DISK_ERRORS).await;
            }
        }
    }

    async fn block(&self, source: Option<Source>, why: &ErrorBody) {
        if let Err(error) = self.library.block(source, why).await {
            tracing::error!(%error, "the queue could not be held");
        }
        self.everything_changed().await;
    }

    async fn unblock(&self, source: Option<Source>, account: Option<&str>, codes: &[ErrorCode]) {
        if let Err(error) = self.library.unblock(source, account, codes).await {
            tracing::error!(%error, "the queue could not be released");
        }
        self.wake.notify_one();
        self.everything_changed().await;
    }

    /// Many items changed at once: clients read their lists again.
    pub async fn everything_changed(&self) {
        match self.snapshot().await {
            Ok(snapshot) => self.hub.send(snapshot),
            Err(error) => tracing::warn!(%error, "no snapshot could be made"),
        }
    }

    /// Everything as it stands.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn snapshot(&self) -> Result<Event, ErrorBody> {
        let jobs = self.library.jobs(20, None).await?;
        let settings = self.library.settings().await?;
        Ok(Event::Snapshot { jobs, settings, paused: self.is_paused() })
    }

    /// Puts changed settings to work.
    pub fn apply(&self, settings: &Settings) {
        self.downloader.set_parallel(settings.parallel as usize);
        self.downloader.set_pace(Duration::from_millis(settings.pace_ms));
        self.downloader.set_open_ended(open_ended(settings));
        self.hub.send(Event::Settings { settings: settings.clone() });
        self.wake.notify_one();
    }
}

/// The most that is fetched of what nobody says the length of, in bytes.
pub(super) fn open_ended(settings: &Settings) -> u64 {
    settings.open_ended_mb.saturating_mul(1_000_000)
}

fn config(settings: &Settings) -> Config {
    Config {
        parallel: settings.parallel as usize,
        pace: Duration::from_millis(settings.pace_ms),
        open_ended: open_ended(settings),
        ..Config::from_env()
    }
}
