//! Songs whose title changed on the site: a copy with new tags takes the place of the old file (never fetched again).

use super::engine::Engine;
use super::seal::{self, Draft, Writing};
use library::Retitle;
use media::Container;
use protocol::{ErrorBody, ErrorCode, ItemId, Source};

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
                    let given_up = self.library.abandon(&retitle.claimed).await;
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
        for (index, held) in retitle.files.iter().enumerate() {
            let unknown = || ErrorBody::new(ErrorCode::Internal).with("detail", &held.container);
            let container = Container::of_extension(&held.container).ok_or_else(unknown)?;
            let file = part_name(&claimed.kept.part, index);
            let extension = claimed.variant.extension();
            let name = seal::final_name(self, claimed, &held.part, extension).await?;
            let mut tags = seal::tags_of(claimed, &held.part, None);
            let mut draft = Draft::new(file, name, claimed.title.clone());
            draft.holds(held);
            let retitled = seal::at_the_disk(self, move |shelf| {
                let path = draft.copy_of_replaced(shelf)?;
                draft.found(&media::inspect(&path, container)?);
                tags.cover = media::read_tags(&path, container).ok().and_then(|tags| tags.cover);
                draft.writing = Writing::Tags(container, Box::new(tags));
                draft.finish(shelf)
            });
            outputs.push(retitled.await?);
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
