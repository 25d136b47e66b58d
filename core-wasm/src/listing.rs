//! "Download all": reading a site's list and handing it to the daemon, page by page.
//!
//! The worker may die at any point. A note in the storage (`notes`) then makes the next start read the list
//! again from its beginning with the same key; adding items is idempotent, so nothing is asked for twice.

use crate::batches::{FRAME, batches};
use crate::board::Job;
use crate::daemon::{self, Lease};
use crate::fetch::FetchTransport;
use crate::notes::{Note, Notes};
use crate::session::{Identity, Session};
use crate::{spawn, upkeep};
use browser::environment::{random_uuid, sleep};
use browser::fields::{integer, is_true, list};
use browser::messages::{StartedJob, variants};
use futures::lock::Mutex;
use protocol::method::{
    AddItems, GetSettings, JobsQuery, ListJobs, Listed, ListingDone, ListingEnd, ListingError,
    ListingFailed, NewJob, Nothing, PutCredentials, StartJob,
};
use protocol::{
    Account, ErrorBody, ErrorClass, ErrorCode, JobId, RemoteItem, Settings, Source, Variant,
};
use providers::Lister;
use serde_json::Value;
use std::cell::RefCell;
use std::rc::Rc;

/// Waits between tries after a temporary error, beyond those that the provider itself makes.
const WAITS_MS: [u32; 3] = [5_000, 20_000, 60_000];
/// How far back an unfinished job is looked for.
const RECENT_JOBS: u32 = 100;

thread_local! {
    /// Held while a listing is being opened, so that two clicks do not open two.
    static OPENING: Rc<Mutex<()>> = Rc::default();
    /// The listings that run in this life of the worker.
    static RUNNING: RefCell<Vec<(Source, JobId)>> = const { RefCell::new(Vec::new()) };
}

/// Starts "Download all" and answers when its job exists; the listing itself goes on.
///
/// # Errors
/// What the site says about the session, or `HostMissing`. Nothing was started then.
pub async fn start(
    source: Source,
    formats: Vec<Variant>,
    store: Option<String>,
) -> Result<StartedJob, ErrorBody> {
    let session = Session::of(source, store).await;
    let opening = OPENING.with(Rc::clone);
    let _opening = opening.lock().await;
    if let Some(job) = running(source) {
        return Ok(StartedJob { job, existing: true });
    }
    let note = Notes::load().await.for_click(source, formats, session.store, random_uuid());
    let key = note.key.clone();
    match begin(note).await {
        Ok(started) => Ok(started),
        Err(error) => {
            // The person is looking and will click again.
            forget(&key).await;
            Err(error)
        }
    }
}

/// Goes on with a listing that an earlier life of the worker left, or that waited for the person.
pub async fn resume(note: Note) {
    let opening = OPENING.with(Rc::clone);
    let _opening = opening.lock().await;
    if running(note.source).is_some() {
        return;
    }
    match still_wanted(&note).await {
        Ok(true) => {}
        Ok(false) => return forget(&note.key).await,
        // No daemon: the note stays for the next time.
        Err(_) => return,
    }
    let before = note.clone();
    if let Err(error) = begin(note).await {
        give_up(before, error).await;
    }
}

/// Whether the job of a note still needs its list.
async fn still_wanted(note: &Note) -> Result<bool, ErrorBody> {
    let Some(job) = note.job else {
        return Ok(true);
    };
    let host = daemon::lease().await?;
    let recent = host.ask::<ListJobs>(JobsQuery { limit: RECENT_JOBS, before: None }).await?;
    let mut jobs = list(&recent, "jobs").iter().filter_map(Job::read);
    Ok(jobs.any(|known| known.id == job && known.wants_listing()))
}

/// Opens the job and leaves the walk through the list running.
async fn begin(mut note: Note) -> Result<StartedJob, ErrorBody> {
    // First of all the note: from here on the click is not forgotten.
    note.halted = false;
    keep(&note).await?;
    upkeep::look_again(true).await;
    let host = daemon::lease().await?;
    let settings = host.ask::<GetSettings>(Nothing {}).await?;
    let pace_ms = pace_in(&settings);
    let session = Session { source: note.source, store: note.store.clone() };
    let identity = session.identify(pace_ms).await?;
    same_account(&note, &identity.account)?;
    let formats = if note.formats.is_empty() { variants(&settings) } else { note.formats.clone() };
    let started = open_job(&host, &note, &identity, formats.clone()).await?;
    let job = started.job;
    note.job = Some(job);
    note.account = Some(identity.account.clone());
    if !identity.by_worker {
        forget(&note.key).await;
        return Ok(started);
    }
    keep(&note).await?;
    let lister = Lister::new(note.source, identity.account, formats);
    let transport = FetchTransport::new(session, pace_ms);
    RUNNING.with_borrow_mut(|running| running.push((note.source, job)));
    spawn(Walk { host, note, job, lister, transport }.finish());
    Ok(started)
}

async fn open_job(
    host: &Lease,
    note: &Note,
    identity: &Identity,
    formats: Vec<Variant>,
) -> Result<StartedJob, ErrorBody> {
    host.ask_ref::<PutCredentials>(&identity.credentials).await?;
    let job = NewJob {
        key: note.key.clone(),
        source: note.source,
        account: identity.account.clone(),
        formats,
        daemon_lists: !identity.by_worker,
    };
    let started = host.ask::<StartJob>(job).await?;
    let Some(job) = integer(&started, "job") else {
        return Err(ErrorBody::new(ErrorCode::BadFrame).with("detail", "job"));
    };
    Ok(StartedJob { job: JobId(job), existing: is_true(&started, "existing") })
}

/// A list being read.
struct Walk {
    host: Lease,
    note: Note,
    job: JobId,
    lister: Lister,
    transport: FetchTransport,
}

impl Walk {
    async fn finish(mut self) {
        let outcome = self.read().await;
        RUNNING.with_borrow_mut(|running| running.retain(|(_, job)| *job != self.job));
        match outcome {
            Ok(()) => forget(&self.note.key).await,
            Err(error) => give_up(self.note, error).await,
        }
    }

    async fn read(&mut self) -> Result<(), ErrorBody> {
        let Walk { lister, transport, .. } = self;
        while let Some(page) = patiently(async || lister.next_page(transport).await).await? {
            for items in batches(page, FRAME) {
                if daemon::is_cancelled(self.job) {
                    return Ok(());
                }
                add(&self.host, self.job, items).await?;
            }
        }
        let end = ListingEnd { job: self.job, listing: lister.listing() };
        patiently(async || self.host.ask_ref::<ListingDone>(&end).await).await.map(drop)
    }
}

async fn add(host: &Lease, job: JobId, items: Vec<RemoteItem>) -> Result<(), ErrorBody> {
    let listed = Listed { job, items };
    patiently(async || host.ask_ref::<AddItems>(&listed).await).await.map(drop)
}

/// Tries again after temporary errors. Every call made through this may be repeated without harm.
async fn patiently<T>(mut act: impl AsyncFnMut() -> Result<T, ErrorBody>) -> Result<T, ErrorBody> {
    for wait in WAITS_MS {
        match act().await {
            Err(error) if error.class() == ErrorClass::Temporary => sleep(wait).await,
            result => return result,
        }
    }
    act().await
}

/// A list that broke off: tells the daemon why, and keeps the note when the person can mend it.
async fn give_up(mut note: Note, error: ErrorBody) {
    if error.code == ErrorCode::HostMissing {
        return;
    }
    if let (Some(job), Ok(host)) = (note.job, daemon::lease().await) {
        // The job may be gone or cancelled; then there is nobody to tell.
        let _ = host.ask::<ListingFailed>(ListingError { job, error: error.clone() }).await;
    }
    match error.class() {
        ErrorClass::NeedsUser => {
            note.halted = true;
            // Not kept, a click lists again as well.
            let _ = keep(&note).await;
        }
        ErrorClass::Permanent | ErrorClass::Temporary => forget(&note.key).await,
    }
}

/// The pace that the settings ask for, in milliseconds.
fn pace_in(settings: &Value) -> u64 {
    settings.get("pace_ms").and_then(Value::as_u64).unwrap_or(Settings::default().pace_ms)
}

/// A list is never continued with somebody else's session.
fn same_account(note: &Note, found: &Account) -> Result<(), ErrorBody> {
    match &note.account {
        Some(expected) if expected.id != found.id => Err(ErrorBody::new(ErrorCode::OtherAccount)
            .with("site", note.source.title())
            .with("expected", &expected.name)
            .with("found", &found.name)),
        _ => Ok(()),
    }
}

fn running(source: Source) -> Option<JobId> {
    RUNNING.with_borrow(|running| running.iter().find(|(of, _)| *of == source).map(|(_, job)| *job))
}

async fn keep(note: &Note) -> Result<(), ErrorBody> {
    let mut notes = Notes::load().await;
    notes.put(note.clone());
    notes.save().await
}

async fn forget(key: &str) {
    let mut notes = Notes::load().await;
    notes.remove(key);
    // A note that stays is looked at again, and dropped when its job is through.
    let _ = notes.save().await;
}
