//! Naming files by the template after it was changed: looked at first, then done in the background, over kills.

use super::engine::Engine;
use super::server::Caller;
use library::RenameRun;
use protocol::edit::{RenameFiles, RenameProgress, Renames};
use protocol::{ErrorBody, Event};
use std::sync::atomic::{AtomicBool, Ordering};

/// Says what would be renamed, or begins with it. While a run is going on, a second wish joins it.
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
    let Some(turn) = Turn::take(engine) else {
        let run = engine.library.unfinished_renames().await?.unwrap_or_default();
        return Ok(Renames { total: run.progress.total, ..Renames::default() });
    };
    let run = engine.library.begin_renames().await?;
    let total = run.progress.total;
    start(turn, run);
    Ok(Renames { total, ..Renames::default() })
}

/// Goes on with what the last run of the daemon left.
pub(super) async fn go_on(engine: &Engine) {
    match engine.library.unfinished_renames().await {
        Ok(Some(run)) => {
            if let Some(turn) = Turn::take(engine) {
                start(turn, run);
            }
        }
        Ok(None) => {}
        Err(error) => tracing::error!(%error, "files that are to be renamed could not be read"),
    }
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

fn start(turn: Turn, run: RenameRun) {
    let engine = turn.engine.clone();
    engine.spawn(async move { work(&turn.engine, run).await });
}

async fn work(engine: &Engine, mut run: RenameRun) {
    while !engine.stopping.is_cancelled() {
        let so_far = run.progress.clone();
        match engine.library.go_on_renaming(run).await {
            Ok(next) => {
                let is_finished = next.progress.finished;
                tell(engine, next.progress.clone());
                if is_finished {
                    return tracing::info!(progress = ?next.progress, "files were renamed");
                }
                run = next;
            }
            // Met again at the next start, or when it is asked for.
            Err(error) => {
                tracing::warn!(%error, "files are not renamed for now");
                let error = Some(error.into());
                return tell(engine, RenameProgress { finished: true, error, ..so_far });
            }
        }
    }
}

fn tell(engine: &Engine, progress: RenameProgress) {
    engine.hub.send(Event::Renaming { progress });
    engine.library_changed();
}

/// Whether a run is going on.
pub(super) type Renaming = AtomicBool;
