//! Naming files by the template after it was changed: looked at first, then done in the background, over kills.

use super::engine::Engine;
use super::server::Caller;
use protocol::edit::{RenameFiles, RenameProgress, Renames};
use protocol::{ErrorBody, Event};
use std::sync::atomic::{AtomicBool, Ordering};

/// Says what would be renamed, or begins with it. A run that is going on begins anew: the template may be another.
///
/// # Errors
/// When the library folder is away or the database refuses.
pub(super) async fn rename(
    engine: &Engine,
    _: Caller,
    wish: RenameFiles,
) -> Result<Renames, ErrorBody> {
    if wish.dry_run {
        return Ok(engine.library.plan_renames(wish.after, wish.limit).await?);
    }
    // Durable before the answer.
    let total = engine.library.begin_renames().await?.total;
    go_on(engine);
    Ok(Renames { total, ..Renames::default() })
}

/// Goes on with what is not finished, also by the last run of the daemon, unless that is being done.
pub(super) fn go_on(engine: &Engine) {
    let engine = engine.clone();
    engine.clone().spawn(async move {
        // Begun anew at the very end of another, it finds the turn taken: that one looks again.
        while let Some(turn) = Turn::take(&engine) {
            let is_done = work(&engine).await;
            drop(turn);
            if !is_done || !matches!(engine.library.unfinished_renames().await, Ok(Some(_))) {
                return;
            }
        }
    });
}

/// The right to rename, which one has at a time.
struct Turn {
    engine: Engine,
}

impl Turn {
    fn take(engine: &Engine) -> Option<Self> {
        let is_taken = engine.renaming.swap(true, Ordering::AcqRel);
        (!is_taken).then(|| Self { engine: engine.clone() })
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.engine.renaming.store(false, Ordering::Release);
    }
}

/// False: it does not go on for now.
async fn work(engine: &Engine) -> bool {
    match engine.library.unfinished_renames().await {
        Ok(Some(_)) => {}
        Ok(None) => return true,
        Err(error) => {
            tracing::error!(%error, "what is to be renamed could not be read");
            return false;
        }
    }
    while !engine.stopping.is_cancelled() {
        match engine.library.go_on_renaming().await {
            Ok(progress) => {
                tell(engine, progress.clone());
                if progress.finished {
                    tracing::info!(?progress, "files were renamed");
                    return true;
                }
            }
            // Met again at the next start, or when it is asked for.
            Err(error) => {
                tracing::warn!(%error, "files are not renamed for now");
                let error = Some(error.into());
                tell(engine, RenameProgress { finished: true, error, ..Default::default() });
                return false;
            }
        }
    }
    false
}

fn tell(engine: &Engine, progress: RenameProgress) {
    engine.hub.send(Event::Renaming { progress });
    engine.library_changed();
}

/// Whether a run is going on.
pub(super) type Renaming = AtomicBool;
