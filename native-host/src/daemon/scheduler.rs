//! Which wanted file is worked on next: slots per lane, filled from the queue in the order things were listed.

use super::engine::{Engine, ROOM};
use super::work;
use library::Lane;
use protocol::{ErrorCode, Source};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Files of one site's API in work at once. The API itself is asked one at a time (`transfer`); the others are
/// being tagged and synced meanwhile, or fetched from the file host that the API named.
const API_SLOTS: u32 = 4;
/// Pages in work at once: while one is encoded, others are read and fetched.
const PAGE_SLOTS: u32 = 4;
/// The longest sleep without looking, so that a clock that was set does not stop the queue.
const LONGEST_SLEEP: Duration = Duration::from_secs(30);
/// While a file is due and its lane is full.
const SHORTEST_SLEEP: Duration = Duration::from_millis(500);
/// How often a disk that refused is looked at again.
const DISK_CHECK: Duration = Duration::from_secs(5);

/// How long before its end a session is asked for again.
const RENEW_BEFORE: Duration = Duration::from_secs(180);

/// How many files of each lane are in work.
type Busy = Arc<Mutex<HashMap<Lane, u32>>>;

/// Hands out work until the daemon stops.
pub(super) async fn run(engine: Engine) {
    let busy = Busy::default();
    loop {
        if let Err(error) = fill(&engine, &busy).await {
            tracing::error!(%error, "the queue could not be read");
        }
        tokio::select! {
            () = engine.stopping.cancelled() => return,
            () = engine.wake.notified() => {}
            () = tokio::time::sleep(pause(&engine).await) => look_around(&engine).await,
        }
    }
}

async fn fill(engine: &Engine, busy: &Busy) -> Result<(), library::LibraryError> {
    if engine.is_paused() || engine.disk_trouble().is_some() || engine.stopping.is_cancelled() {
        return Ok(());
    }
    // While some files are fetched, as many are being verified, tagged and synced.
    let parallel = engine.library.settings().await?.parallel * 2;
    fill_lane(engine, busy, Lane::Files, parallel).await?;
    for &source in Source::SITES {
        if !engine.is_blocked(source) {
            fill_lane(engine, busy, Lane::Api(source), API_SLOTS).await?;
        }
    }
    fill_lane(engine, busy, Lane::Api(Source::Web), PAGE_SLOTS).await?;
    Ok(())
}

async fn fill_lane(
    engine: &Engine,
    busy: &Busy,
    lane: Lane,
    slots: u32,
) -> Result<(), library::LibraryError> {
    let taken = *in_lane(busy).entry(lane).or_default();
    if taken >= slots {
        return Ok(());
    }
    for claimed in engine.library.claim(lane, slots - taken).await? {
        *in_lane(busy).entry(lane).or_default() += 1;
        let cancel = engine.begin(claimed.item, claimed.job);
        let (engine, busy) = (engine.clone(), busy.clone());
        engine.clone().spawn(async move {
            work::run(&engine, &claimed, &cancel).await;
            in_lane(&busy).entry(lane).and_modify(|count| *count -= 1);
            engine.wake.notify_one();
        });
    }
    Ok(())
}

fn in_lane(busy: &Busy) -> std::sync::MutexGuard<'_, HashMap<Lane, u32>> {
    busy.lock().expect("nothing panics while holding it")
}

/// Until the next file that waits for its time.
async fn pause(engine: &Engine) -> Duration {
    if engine.disk_trouble().is_some() {
        return DISK_CHECK;
    }
    if engine.is_paused() {
        return LONGEST_SLEEP;
    }
    let due = engine.library.next_due().await.ok().flatten();
    let Some(due) = due else { return LONGEST_SLEEP };
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let until = Duration::from_secs(due.max(0).unsigned_abs()).saturating_sub(now);
    until.clamp(SHORTEST_SLEEP, LONGEST_SLEEP)
}

/// A disk that was full needs more than a few free blocks before it is worth a try.
fn has_room(engine: &Engine) -> bool {
    let full = engine.disk_trouble().is_some_and(|why| why.code == ErrorCode::DiskFull);
    !full || engine.library.shelf().free_space().is_none_or(|free| free >= ROOM)
}

async fn look_around(engine: &Engine) {
    look_at_disk(engine).await;
    if let Err(error) = renew_sessions(engine).await {
        tracing::warn!(%error, "unfinished jobs could not be read");
    }
}

/// Access tokens live an hour: the browser is asked for the next one before the work stops.
async fn renew_sessions(engine: &Engine) -> Result<(), library::LibraryError> {
    for (source, account_id) in engine.sessions.ending_within(RENEW_BEFORE) {
        let needed = |job: &protocol::JobSummary| job.source == source;
        if engine.library.unfinished_jobs().await?.iter().any(needed) {
            engine.ask_for_credentials(source, &account_id);
        }
    }
    Ok(())
}

/// A disk that refused is tried with a real file; when it takes that, the queue goes on.
pub(super) async fn look_at_disk(engine: &Engine) {
    if engine.disk_trouble().is_none() {
        return;
    }
    open_again(engine).await;
    if engine.try_disk().await.is_ok() && has_room(engine) {
        engine.disk_mended().await;
    }
}

/// The person says that the disk is mended: it is believed without a look at how much room there is.
pub(super) async fn try_disk_again(engine: &Engine) {
    if engine.disk_trouble().is_some() {
        open_again(engine).await;
        engine.disk_mended().await;
    }
}

async fn open_again(engine: &Engine) {
    if let Err(error) = engine.library.reopen_shelf().await {
        tracing::warn!(%error, "the library folder could not be opened");
    }
}
