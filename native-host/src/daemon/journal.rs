//! Keeping the journal in the library folder up to date (`library::journal`): soon after each change, and never so
//! often that it shows.

use super::engine::Engine;
use std::time::Duration;
use tokio::time::Instant;

/// After a change, so that several are written together.
const PAUSE: Duration = Duration::from_secs(3);
/// Changes of records alone wake nobody: looked at so often.
const LONGEST: Duration = Duration::from_secs(60);
/// The share of its time that a disk may spend on it: one part in so many.
const SHARE: u32 = 20;
/// Blocks written in one go.
const BATCH: u32 = 16;

/// Writes while the daemon runs.
pub(super) async fn run(engine: Engine) {
    loop {
        tokio::select! {
            () = engine.stopping.cancelled() => return,
            () = engine.journal.notified() => {}
            () = tokio::time::sleep(LONGEST) => {}
        }
        let mut pause = PAUSE;
        loop {
            tokio::select! {
                () = engine.stopping.cancelled() => return,
                () = tokio::time::sleep(pause) => {}
            }
            let begun = Instant::now();
            match engine.library.write_journal(BATCH).await {
                Ok(0) => break,
                Ok(_) => pause = (begun.elapsed() * SHARE).max(PAUSE),
                Err(error) => {
                    tracing::warn!(%error, "the journal could not be written");
                    break;
                }
            }
        }
    }
}

/// Writes what is due, before the database is closed.
pub(super) async fn finish(engine: &Engine) {
    loop {
        match engine.library.write_journal(BATCH).await {
            Ok(0) => return,
            Ok(_) => {}
            Err(error) => return tracing::warn!(%error, "the journal could not be written"),
        }
    }
}
