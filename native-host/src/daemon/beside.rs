//! What lies beside each song: the site's record as `.json`, timed lyrics as `.lrc`, pictures, and subtitles as
//! `.vtt` for browsers and as `.srt` for other players.

use super::engine::Engine;
use library::{Extra, LibraryError, Shelf, Sidecar, names};
use media::subtitle;

const BATCH: u32 = 50;

impl Engine {
    /// Writes every sidecar that is missing or out of date. A disk that refuses is met again with the next tick.
    pub async fn write_sidecars(&self) {
        loop {
            match self.write_some().await {
                Ok(0) => return,
                Ok(_) => {}
                Err(error) => {
                    return tracing::warn!(%error, "a file beside a song was not written");
                }
            }
        }
    }

    async fn write_some(&self) -> Result<usize, LibraryError> {
        let sidecars = self.library.stale_sidecars(BATCH).await?;
        if sidecars.is_empty() {
            return Ok(0);
        }
        let shelf = self.library.shelf();
        self.library.check_shelf().await?;
        self.library.note_sidecars(&sidecars).await?;
        let written = tokio::task::spawn_blocking(move || {
            sidecars.iter().try_for_each(|sidecar| write(&shelf, sidecar))?;
            Ok::<_, LibraryError>(sidecars)
        });
        let written = written.await.map_err(|_| LibraryError::Superseded)??;
        self.library.sidecars_written(&written).await?;
        Ok(written.len())
    }
}

fn is_webvtt(extra: &Extra) -> bool {
    extra.extension == "vtt"
}

fn write(shelf: &Shelf, sidecar: &Sidecar) -> Result<(), LibraryError> {
    let record: serde_json::Value = serde_json::from_str(&sidecar.raw)?;
    shelf.write_small(&sidecar.name, &serde_json::to_vec_pretty(&record)?)?;
    let lyrics = media::lrc::render(&sidecar.metadata.lyrics_timing);
    if !lyrics.is_empty() {
        shelf.write_small(&names::lyrics_name(&sidecar.name), lyrics.as_bytes())?;
    }
    for extra in &sidecar.extras {
        shelf.write_small(&sidecar.extra_name(extra), &extra.bytes)?;
        if is_webvtt(extra) {
            let same = subtitle::subrip(&subtitle::cues(&extra.bytes));
            shelf.write_small(&sidecar.subrip_name(extra), same.as_bytes())?;
        }
    }
    sidecar.old_names().iter().try_for_each(|old| shelf.remove(old))
}
