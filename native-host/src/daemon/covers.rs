//! Cover pictures, fetched once for all formats of a song.

use super::engine::Engine;
use library::Claimed;
use media::Cover;
use protocol::{ErrorBody, ErrorClass, ErrorCode};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use tokio::sync::OnceCell;
use tokio_util::sync::CancellationToken;

/// Songs are worked on in their order, so that few covers need to be remembered.
const REMEMBERED: usize = 24;
const LARGEST: usize = 8 * 1024 * 1024;
/// A cover that does not come is done without after this many tries of the song.
const WORTH_TRYING: u32 = 3;

/// The last covers; an empty cell is being filled, `None` is no picture or not there.
#[derive(Default)]
pub(super) struct Covers {
    recent: Mutex<VecDeque<(String, Cell)>>,
}

type Cell = Arc<OnceCell<Option<Cover>>>;

impl Covers {
    /// The place for a cover: whoever comes first fills it, the others wait for that.
    fn cell(&self, url: &str) -> Cell {
        let mut recent = self.recent.lock().expect("nothing panics while holding it");
        if let Some((_, cell)) = recent.iter().find(|(known, _)| known == url) {
            return cell.clone();
        }
        if recent.len() == REMEMBERED {
            recent.pop_front();
        }
        let cell = Cell::default();
        recent.push_back((url.to_owned(), cell.clone()));
        cell
    }
}

impl Engine {
    /// The cover of a song, if it has one that can be had.
    ///
    /// # Errors
    /// A temporary one, while it is worth trying the song again for its cover.
    pub async fn cover_of(
        &self,
        claimed: &Claimed,
        cancel: &CancellationToken,
    ) -> Result<Option<Cover>, ErrorBody> {
        let Some(url) = claimed.metadata.image_url.as_deref() else { return Ok(None) };
        let cell = self.covers.cell(url);
        let found = cell.get_or_try_init(|| self.fetch_cover(url));
        let found = cancel.run_until_cancelled(found).await;
        match found.unwrap_or_else(|| Err(ErrorBody::new(ErrorCode::Withdrawn))) {
            Err(error) if error.code == ErrorCode::Withdrawn => Err(error),
            Ok(cover) => Ok(cover.clone()),
            Err(_) if claimed.attempts >= WORTH_TRYING => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Errors are temporary ones only: for others, the song has no cover.
    async fn fetch_cover(&self, url: &str) -> Result<Option<Cover>, ErrorBody> {
        match self.downloader.fetch_small(url, LARGEST).await {
            Ok((_, bytes)) => Ok(Cover::new(bytes)),
            Err(failed) if failed.error.class() == ErrorClass::Temporary => Err(failed.error),
            Err(failed) => {
                tracing::info!(error = %failed.error, "a song is kept without its cover");
                Ok(None)
            }
        }
    }
}
