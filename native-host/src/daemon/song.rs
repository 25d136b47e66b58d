//! One file from one address: part file, verification, tags, library.

use super::engine::Engine;
use super::seal::{self, Raw};
use library::{Claimed, Finished};
use media::Container;
use protocol::{ErrorBody, ErrorCode, Fetch};
use std::sync::atomic::{AtomicBool, Ordering};
use tokio_util::sync::CancellationToken;
use transfer::{HostClass, Kept, Step, Target, TransferError, Validator};

/// A transfer this long is worth a database write so that a kill does not cost it.
const WORTH_RESUMING: u64 = 8 * 1024 * 1024;

/// Brings the file of a claimed item into the library.
///
/// # Errors
/// Why it did not come, with what may be resumed.
pub(super) async fn bring(
    engine: &Engine,
    claimed: &Claimed,
    cancel: &CancellationToken,
) -> Result<Vec<Finished>, TransferError> {
    let cover = engine.cover_of(claimed, cancel).await?;
    let stored = fetch(engine, claimed, &target(engine, claimed)?, cancel).await?;
    if stored {
        // The part will be changed now: what was stored for a resume no longer holds.
        engine.library.begin_sealing(claimed).await.map_err(ErrorBody::from)?;
    }
    let raw = Raw {
        part: String::new(),
        file: claimed.kept.part.clone(),
        container: container(claimed)?,
    };
    let output = seal::seal(engine, claimed, raw, cover).await?;
    Ok(engine.commit(claimed, vec![output]).await.map_err(ErrorBody::from)?)
}

fn container(claimed: &Claimed) -> Result<Container, ErrorBody> {
    let unknown = || ErrorBody::new(ErrorCode::Internal).with("detail", claimed.variant);
    Container::of_extension(claimed.variant.extension()).ok_or_else(unknown)
}

/// Fetches into the part file; true if a resume point was stored on the way.
pub(super) async fn fetch(
    engine: &Engine,
    claimed: &Claimed,
    target: &Target,
    cancel: &CancellationToken,
) -> Result<bool, TransferError> {
    let shelf = engine.library.shelf();
    engine.library.check_shelf().await.map_err(ErrorBody::from)?;
    let path = shelf.path(&claimed.kept.part).map_err(ErrorBody::from)?;
    let stored = AtomicBool::new(claimed.kept.validator.is_some());
    let on = |step: Step| match step {
        Step::Bytes { so_far, total } => engine.meter.note(claimed, so_far, total),
        Step::Validator(validator) => {
            let worth =
                validator.can_resume() && validator.total.is_none_or(|all| all >= WORTH_RESUMING);
            // What was stored for an older version must not outlive its bytes.
            if worth || stored.load(Ordering::Relaxed) {
                store(engine, claimed, worth.then_some(&validator));
                stored.store(worth, Ordering::Relaxed);
            }
        }
    };
    let kept = kept(claimed, shelf.stat(&claimed.kept.part));
    if let Err(error) = engine.downloader.fetch_file(target, &path, kept, &on, cancel).await {
        keep(engine, claimed, error.kept.as_ref()).await;
        return Err(error);
    }
    // A part from an earlier attempt may have one as well.
    Ok(stored.into_inner() || claimed.kept.validator.is_some())
}

fn target(engine: &Engine, claimed: &Claimed) -> Result<Target, ErrorBody> {
    let (url, signed) = match &claimed.fetch {
        Fetch::Api { url } | Fetch::StemBundle { url } => (url, true),
        Fetch::Direct { url } => (url, false),
        Fetch::Page { .. } | Fetch::Here | Fetch::Missing => {
            return Err(ErrorBody::new(ErrorCode::Absent));
        }
    };
    let signer = match signed {
        true => Some(engine.sessions.signer(claimed.source, &claimed.account_id)?),
        false => None,
    };
    let class = if signed { HostClass::Api } else { HostClass::Files };
    Ok(Target { url: url.clone(), signer, class, allow_json_url: signed })
}

fn kept(claimed: &Claimed, found: Option<(u64, i64)>) -> Option<Kept> {
    let validator: Validator = serde_json::from_str(claimed.kept.validator.as_deref()?).ok()?;
    let (length, _) = found.filter(|&(length, _)| length > 0)?;
    Some(Kept { length, validator: Some(validator) })
}

/// Stores the resume point before the transfer writes its first byte (I4).
fn store(engine: &Engine, claimed: &Claimed, validator: Option<&Validator>) {
    let json = validator.and_then(|validator| serde_json::to_string(validator).ok());
    let stored = tokio::task::block_in_place(|| {
        let storing = engine.library.store_validator(claimed, json.as_deref());
        tokio::runtime::Handle::current().block_on(storing)
    });
    if let Err(error) = stored {
        tracing::warn!(item = claimed.item.0, %error, "a resume point was not stored");
    }
}

/// What the next attempt may go on from, if anything. Only a transfer knows: a file that failed before it, for want
/// of a session say, keeps what was stored.
async fn keep(engine: &Engine, claimed: &Claimed, kept: Option<&Kept>) {
    let validator = kept.and_then(|kept| kept.validator.as_ref()).filter(|one| one.can_resume());
    let json = validator.and_then(|validator| serde_json::to_string(validator).ok());
    if let Err(error) = engine.library.store_validator(claimed, json.as_deref()).await {
        tracing::warn!(item = claimed.item.0, %error, "a resume point was not stored");
    }
}
