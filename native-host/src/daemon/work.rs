//! One wanted file: fetched by the way its address asks for, and settled by how that ended.

use super::engine::{DISK_ERRORS, Engine, SESSION_ERRORS};
use super::sending::PROGRAM_ERRORS;
use super::{bundle, import, sending, song};
use library::{Claimed, LibraryError, Settled};
use protocol::{ErrorBody, ErrorClass, ErrorCode, Fetch, Source};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio_util::sync::CancellationToken;
use transfer::TransferError;

/// Tries before giving up on a file whose server fails.
const MOST_ATTEMPTS: u32 = 8;
/// Tries before giving up on what came from a page and is damaged.
const MOST_DAMAGED: u32 = 2;
/// Errors that a disk in trouble may be behind: programs name it in words of their own, if at all.
const MAYBE_OF_DISK: &[ErrorCode] = &[
    ErrorCode::Io,
    ErrorCode::NotWritable,
    ErrorCode::VolumeMissing,
    ErrorCode::FileLost,
    ErrorCode::Damaged,
    ErrorCode::ProgramMissing,
    ErrorCode::ProgramFailed,
    ErrorCode::ProgramTimeout,
];
/// Between two tries to store how a file ended.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// Tries before giving up when the network itself is gone: about six hours of it.
const MOST_UNREACHABLE: u32 = 80;

/// Works on one claimed file to the end, whatever that is.
pub(super) async fn run(engine: &Engine, claimed: &Claimed, cancel: &CancellationToken) {
    engine.item_changed(claimed.item).await;
    let edition = engine.sessions.edition(claimed.source);
    let fetched = match &claimed.fetch {
        Fetch::Missing => Err(ErrorBody::new(ErrorCode::Absent).into()),
        Fetch::Direct { .. } | Fetch::Api { .. } => song::bring(engine, claimed, cancel).await,
        Fetch::Page { url, number, media, depth } => {
            let media = media.as_deref();
            let page = sending::Page { url, number: *number, media, depth: *depth };
            sending::bring(engine, claimed, &page, cancel).await
        }
        Fetch::Here => import::again::bring(engine, claimed, cancel).await,
        Fetch::StemBundle { url } => bundle::bring(engine, claimed, url, cancel).await,
    };
    let unwanted = engine.end(claimed.item);
    if let Err(error) = fetched {
        settle(engine, claimed, error, unwanted, edition).await;
    }
    engine.item_changed(claimed.item).await;
}

async fn settle(
    engine: &Engine,
    claimed: &Claimed,
    error: TransferError,
    unwanted: bool,
    edition: Option<u64>,
) {
    let settled = verdict(engine, claimed, &error, unwanted).await;
    // First the item's own state, then what follows for the others: they are all to be found in the queue.
    store(engine, claimed, &settled).await;
    if let Settled::NeedsYou(why) = &settled {
        if DISK_ERRORS.contains(&why.code) {
            engine.disk_failed(why).await;
        } else if claimed.source == Source::Web {
            // Each site for itself: the others go on.
            if SESSION_ERRORS.contains(&why.code) {
                engine.ask_for_session_of(&claimed.fetch);
            }
        } else {
            engine.session_ended(claimed.source, &claimed.account_id, why, edition).await;
        }
    }
}

/// Every wanted file is in a visible state: until this one is stored, it is tried again.
async fn store(engine: &Engine, claimed: &Claimed, settled: &Settled) {
    let mut pause = Duration::from_millis(200);
    while let Err(error) = engine.library.settle(claimed, settled).await {
        if matches!(error, LibraryError::Superseded) || engine.stopping.is_cancelled() {
            return tracing::info!(item = claimed.item.0, %error, "not settled");
        }
        tracing::error!(item = claimed.item.0, %error, "a file could not be settled yet");
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

async fn verdict(
    engine: &Engine,
    claimed: &Claimed,
    failed: &TransferError,
    unwanted: bool,
) -> Settled {
    let error = &failed.error;
    tracing::debug!(item = claimed.item.0, %error, "a file did not come");
    if let Some(trouble) = disk_behind(engine, error).await {
        return Settled::NeedsYou(trouble);
    }
    match error.code {
        ErrorCode::Withdrawn if unwanted => Settled::Cancelled,
        // Stopped for the disk's sake, it waits for the person like what had not begun.
        ErrorCode::Withdrawn => engine.disk_trouble().map_or(Settled::PutBack, Settled::NeedsYou),
        ErrorCode::Absent => Settled::Absent,
        ErrorCode::Withheld => Settled::Withheld(error.clone()),
        code if SESSION_ERRORS.contains(&code) => Settled::NeedsYou(error.clone()),
        code if PROGRAM_ERRORS.contains(&code) => Settled::NeedsYou(error.clone()),
        // There is room as soon as what came of it is gone: it does not fit, and the others go on.
        ErrorCode::DiskFull if engine.does_not_fit(claimed.item) => Settled::Failed(error.clone()),
        ErrorCode::DiskFull => Settled::NeedsYou(error.clone()),
        // One place that cannot be written to is no reason to stop everything.
        ErrorCode::NotWritable => Settled::Failed(error.clone()),
        // It is there again, or only this file has its trouble.
        ErrorCode::VolumeMissing => {
            let detail = error.params.get("folder").map_or("", String::as_str);
            let error = ErrorBody::new(ErrorCode::Io).with("detail", detail);
            wait_or_give_up(claimed, &TransferError { error, ..failed.clone() })
        }
        ErrorCode::AddressExpired if is_direct(claimed) && claimed.attempts < MOST_ATTEMPTS => {
            renew_address(engine, claimed, failed).await
        }
        _ if error.class() == ErrorClass::Temporary => wait_or_give_up(claimed, failed),
        _ => Settled::Failed(error.clone()),
    }
}

/// What is wrong with the disk, if that is why.
async fn disk_behind(engine: &Engine, error: &ErrorBody) -> Option<ErrorBody> {
    if !MAYBE_OF_DISK.contains(&error.code) {
        return None;
    }
    let trouble = engine.try_disk().await.err()?;
    DISK_ERRORS.contains(&trouble.code).then_some(trouble)
}

/// An API address is asked again as it is and names a fresh one by itself.
fn is_direct(claimed: &Claimed) -> bool {
    matches!(claimed.fetch, Fetch::Direct { .. })
}

fn wait_or_give_up(claimed: &Claimed, failed: &TransferError) -> Settled {
    let most = match failed.error.code {
        ErrorCode::Unreachable => MOST_UNREACHABLE,
        // It came whole, and is what the page has.
        ErrorCode::Damaged if claimed.source == Source::Web => MOST_DAMAGED,
        _ => MOST_ATTEMPTS,
    };
    match transfer::backoff(claimed.attempts, failed) {
        Some(wait) if !failed.asked => Settled::HeldBack(in_seconds(wait), failed.error.clone()),
        Some(wait) if claimed.attempts < most => {
            Settled::Waiting(in_seconds(wait), failed.error.clone())
        }
        _ => Settled::Failed(failed.error.clone()),
    }
}

/// A signed address has a short life: the site is asked for a new one.
async fn renew_address(engine: &Engine, claimed: &Claimed, failed: &TransferError) -> Settled {
    let transport = engine.transport(claimed.source, &claimed.account_id);
    let account = protocol::Account { id: claimed.account_id.clone(), name: String::new() };
    let ids = [claimed.source_id.clone()];
    let fresh = match providers::refresh(claimed.source, &transport, account, &ids).await {
        Ok(fresh) => fresh,
        Err(error) if SESSION_ERRORS.contains(&error.code) => return Settled::NeedsYou(error),
        Err(error) => return wait_or_give_up(claimed, &TransferError { error, ..failed.clone() }),
    };
    let assets = fresh.into_iter().flat_map(|item| item.assets);
    match assets.into_iter().find(|asset| asset.variant == claimed.variant) {
        Some(asset) if asset.fetch != Fetch::Missing => {
            if let Err(error) = engine.library.set_fetch(claimed.item, &asset.fetch).await {
                return Settled::Failed(error.into());
            }
            wait_or_give_up(claimed, failed)
        }
        _ => Settled::Absent,
    }
}

/// That long from now, in seconds since 1970.
fn in_seconds(wait: Duration) -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from((now + wait).as_secs()).unwrap_or(i64::MAX)
}
