//! Songs whose title changed on the site: a copy with new tags takes the place of the old file (never fetched again).

use super::engine::Engine;
use super::seal;
use library::{Output, Retitle, Shelf};
use media::{Container, MediaError, Tags};
use protocol::{ErrorBody, ErrorCode, ItemId, Source};
use std::sync::Arc;

/// Retitled items taken at once.
const BATCH: u32 = 20;

impl Engine {
    /// Renames every file of a source whose title has changed. What cannot be renamed now is offered again with the
    /// next list.
    pub async fn rename_retitled(&self, source: Source) {
        let mut after = ItemId(0);
        loop {
            let retitles = match self.library.claim_retitles(source, after, BATCH).await {
                Ok(retitles) => retitles,
                Err(error) => return tracing::error!(%error, "retitled songs could not be read"),
            };
            for retitle in &retitles {
                if let Err(error) = self.rename(retitle).await {
                    tracing::warn!(title = retitle.claimed.title, %error, "not renamed");
                    let given_up = self.library.abandon_retitle(retitle).await;
                    given_up.unwrap_or_else(|error| tracing::error!(%error, "not given up"));
                }
                self.item_changed(retitle.claimed.item).await;
            }
            match retitles.last() {
                Some(last) if !self.stopping.is_cancelled() => after = last.claimed.item,
                _ => return,
            }
        }
    }

    async fn rename(&self, retitle: &Retitle) -> Result<(), ErrorBody> {
        let claimed = &retitle.claimed;
        let mut outputs = Vec::with_capacity(retitle.files.len());
        for (index, (part, path, container)) in retitle.files.iter().enumerate() {
            let unknown = || ErrorBody::new(ErrorCode::Internal).with("detail", container);
            let container = Container::of_extension(container).ok_or_else(unknown)?;
            let file = part_name(&claimed.kept.part, index);
            let name = seal::final_name(self, claimed, part).await?;
            let mut tags = seal::tags_of(claimed, part, None);
            let shelf = self.library.shelf();
            let (old, title, part) = (path.clone(), claimed.title.clone(), part.clone());
            let copied = tokio::task::spawn_blocking(move || {
                let facts = copy_with_tags(&shelf, &old, &file, container, &mut tags)?;
                let sealed = shelf.seal(&file)?;
                Ok::<_, ErrorBody>(Output {
                    part,
                    file,
                    name,
                    sealed,
                    container: container.to_string(),
                    codec: facts.codec,
                    duration_ms: facts.duration_s.map(|seconds| (seconds * 1000.0).round() as i64),
                    title,
                    has_picture: false,
                    replaces: Some(old),
                })
            });
            let internal = |error| ErrorBody::new(ErrorCode::Internal).with("detail", error);
            outputs.push(copied.await.map_err(internal)??);
        }
        self.commit(claimed, outputs).await?;
        Ok(())
    }
}

/// The first file of an item uses the item's own part name, others are numbered.
fn part_name(base: &str, index: usize) -> String {
    let suffix = library::names::PART_SUFFIX;
    match (index, base.strip_suffix(suffix)) {
        (0, _) | (_, None) => base.to_owned(),
        (index, Some(stem)) => format!("{stem}-{index}{suffix}"),
    }
}

/// The audio, the cover and the time of the old file stay.
fn copy_with_tags(
    shelf: &Arc<Shelf>,
    old: &str,
    new: &str,
    container: Container,
    tags: &mut Tags,
) -> Result<media::Facts, ErrorBody> {
    let (from, to) = (shelf.path(old)?, shelf.path(new)?);
    let failed = |source| ErrorBody::from(library::LibraryError::Io { what: old.into(), source });
    let modified = std::fs::metadata(&from).and_then(|found| found.modified()).map_err(failed)?;
    std::fs::copy(&from, &to).map_err(failed)?;
    tags.cover = media::read_tags(&from, container).ok().and_then(|tags| tags.cover);
    match media::write_tags(&to, container, tags) {
        Ok(()) | Err(MediaError::CannotTag(_)) => {}
        Err(error) => return Err(error.into()),
    }
    let since = modified.duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    shelf.set_time(new, i64::try_from(since.as_secs()).unwrap_or_default())?;
    media::inspect(&to, container)
}
