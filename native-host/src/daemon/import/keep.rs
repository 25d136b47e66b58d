//! A batch that is hashed and judged becomes part of the library: synced, named, recorded, counted.

use super::Plan;
use super::run::{Looked, Stop};
use super::tally::Tally;
use crate::daemon::engine::Engine;
use library::LibraryError;
use library::intake::{Found, Incoming, Refused, Taken};
use protocol::{ErrorBody, ErrorCode};

/// What came of a batch.
pub(super) struct Kept {
    /// To be looked at once more.
    pub again: Vec<Found>,
    /// Files that were there already.
    pub known: usize,
}

/// Keeps what is media, and notes what is not.
pub(super) async fn keep(
    engine: &Engine,
    plan: &Plan,
    tally: &Tally,
    looked: Looked,
) -> Result<Kept, ErrorBody> {
    let library = &engine.library;
    if !plan.in_place && plan.job.is_some() && !looked.parts.is_empty() {
        library.drop_parts(&looked.parts).await?;
    }
    refuse(engine, plan, tally, &looked.refused).await?;
    let (files, media): (Vec<Found>, Vec<Incoming>) = looked.media.into_iter().unzip();
    let hashes: Vec<String> = media.iter().map(|one| one.output.sealed.sha256.clone()).collect();
    let taken = library.compare(&hashes).await?;
    let names: Vec<Option<String>> =
        media.iter().map(|one| plan.in_place.then(|| one.output.name.clone())).collect();
    let taken = match plan.job {
        None => taken,
        Some(job) => {
            // What is there already is not worth a sync.
            let new = media.iter().zip(&taken).filter(|(_, taken)| matches!(taken, Taken::New(_)));
            let new: Vec<String> = new.map(|(one, _)| one.output.file.clone()).collect();
            let shelf = library.shelf();
            let synced = tokio::task::spawn_blocking(move || shelf.sync_all(&new));
            synced.await.map_err(|_| LibraryError::Superseded)??;
            library.take_in(job, media).await?
        }
    };
    let mut kept = Kept { again: Vec::new(), known: 0 };
    let mut clashes = Vec::new();
    for ((found, taken), name) in files.into_iter().zip(taken).zip(names) {
        tally.taken(&found, &taken, name.as_deref());
        match taken {
            Taken::New(_) => {}
            Taken::Twin(_) | Taken::Already(_) | Taken::Deleted => kept.known += 1,
            Taken::Again => kept.again.push(found),
            Taken::Clash(other) => clashes.push((found, clash(&other, name.as_deref()))),
        }
    }
    refuse(engine, plan, tally, &clashes).await?;
    Ok(kept)
}

/// Why a file cannot stay under its name.
fn clash(other: &str, own: Option<&str>) -> ErrorBody {
    let detail = match own == Some(other) {
        true => "the library has other bytes under this name; `mediafetcher library verify` looks at it again".to_owned(),
        false => format!("its name and that of {other} differ only in capitals; rename one of them"),
    };
    ErrorBody::new(ErrorCode::Io).with("detail", detail)
}

async fn refuse(engine: &Engine, plan: &Plan, tally: &Tally, files: &[(Found, ErrorBody)]) -> Stop {
    if let Some(job) = plan.job {
        let row = |(found, reason): &(Found, ErrorBody)| Refused {
            from: found.path.to_string_lossy().into_owned(),
            shown: found.shown(),
            reason: reason.clone(),
        };
        let rows: Vec<Refused> = files.iter().map(row).collect();
        engine.library.refuse(job, &rows).await?;
    }
    for (found, reason) in files {
        tally.refused(found, reason);
    }
    Ok(())
}

/// Copies of a batch that failed: those that have their names get their rows, the others go. What the disk refuses now
/// is met by the next start.
pub(super) async fn mend(engine: &Engine, plan: &Plan, parts: &[String]) {
    if plan.in_place || plan.job.is_none() {
        return;
    }
    if let Err(error) = engine.library.mend_parts(parts).await {
        tracing::warn!(%error, "copies of a batch that failed are left to the next start");
    }
}
