//! A file of the person's own that was lost or damaged in the library, copied once more from where it came.

use super::look::{self, Look, Task};
use crate::daemon::engine::Engine;
use library::intake::{Found, intake_name};
use library::{Claimed, Finished, LibraryError, Output};
use protocol::{ErrorBody, ErrorCode};
use std::path::PathBuf;
use tokio_util::sync::CancellationToken;
use transfer::TransferError;

/// Brings the file of a claimed item back, if the original still has the same bytes.
///
/// # Errors
/// [`ErrorCode::FileLost`] when it has not; why it could not be copied.
pub(in crate::daemon) async fn bring(
    engine: &Engine,
    claimed: &Claimed,
    cancel: &CancellationToken,
) -> Result<Vec<Finished>, TransferError> {
    Ok(bring_back(engine, claimed, cancel).await?)
}

async fn bring_back(
    engine: &Engine,
    claimed: &Claimed,
    cancel: &CancellationToken,
) -> Result<Vec<Finished>, ErrorBody> {
    let shelf = engine.library.shelf();
    engine.library.check_shelf().await?;
    let from = engine.library.origin(claimed.item).await?.unwrap_or_default();
    let lost = || ErrorBody::new(ErrorCode::FileLost).with("name", &from);
    let found = Found { path: PathBuf::from(&from), folders: Vec::new(), size: 0 };
    let task = Task { found, to: Some(shelf.path(&claimed.kept.part)?) };
    let ffprobe = media::Program::Ffprobe.find(None).await.map(|found| found.path);
    let look = look::all(vec![task], ffprobe, cancel.clone()).await.pop();
    let (sealed, what) = match look {
        Some(Look::Media { sealed, what }) if sealed.sha256 == claimed.source_id => (sealed, what),
        Some(Look::NotKept(source)) => {
            let what = shelf.root().display().to_string();
            return Err(LibraryError::Io { what, source }.into());
        }
        Some(Look::Stopped) => return Err(ErrorBody::new(ErrorCode::Withdrawn)),
        _ => return Err(lost()),
    };
    let (syncing, parts) = (shelf.clone(), vec![claimed.kept.part.clone()]);
    let synced = tokio::task::spawn_blocking(move || syncing.sync_all(&parts));
    synced.await.map_err(|_| LibraryError::Superseded)??;
    let template = engine.library.settings().await?.template;
    let (title, sha256) = (&claimed.title, &sealed.sha256);
    let name_max = shelf.name_max();
    let name = intake_name(&template, title, sha256, &claimed.metadata, &what.extension, name_max);
    let output = Output {
        part: String::new(),
        file: claimed.kept.part.clone(),
        name,
        sealed,
        container: what.container,
        codec: what.codec,
        duration_ms: what.duration_s.map(|seconds| (seconds * 1000.0).round() as i64),
        title: claimed.title.clone(),
        has_picture: what.is_video,
        edit: None,
        replaces: None,
    };
    Ok(engine.commit(claimed, vec![output]).await?)
}
