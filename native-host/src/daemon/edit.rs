//! What the person changes of a thing: a copy with the new tags takes the place of the old file.
//!
//! As with a retitle the file is never written to where it lies, so that a kill leaves the old one or the new one.

use super::engine::Engine;
use super::seal::{self, Draft, Writing};
use super::server::Caller;
use library::{LibraryError, Revision};
use media::TagChanges;
use protocol::edit::{EditItems, Edited, EditedItem, ItemEdit, MOST_EDITED, TagValues};
use protocol::{ErrorBody, ErrorCode};
use std::time::Duration;

/// How often a file that is being worked on is tried again, and what passes in between.
const TRIES: u32 = 50;
const PAUSE: Duration = Duration::from_millis(100);

/// Changes things one after the other. What goes wrong with one is said of that one.
///
/// # Errors
/// When too many are named, or the library folder is away.
pub(super) async fn edit(engine: &Engine, _: Caller, wish: EditItems) -> Result<Edited, ErrorBody> {
    if wish.edits.len() > MOST_EDITED {
        let detail = format!("at most {MOST_EDITED} things are changed at once");
        return Err(ErrorBody::new(ErrorCode::BadParameters).with("detail", detail));
    }
    engine.library.check_shelf().await?;
    let mut edited = Edited::default();
    for one in &wish.edits {
        let (engine, wish) = (engine.clone(), one.clone());
        // To its end, also when the daemon is asked to stop: a file that was taken is committed or given back.
        let done = engine.tasks.clone().spawn(async move { engine.edit_one(&wish).await }).await;
        let lost = |error| Err(ErrorBody::new(ErrorCode::Internal).with("detail", error));
        edited.items.push(done.unwrap_or_else(lost).unwrap_or_else(|error| EditedItem {
            item: one.item,
            before: TagValues::default(),
            written: false,
            error: Some(error),
        }));
    }
    engine.library_changed();
    Ok(edited)
}

impl Engine {
    async fn edit_one(&self, wish: &ItemEdit) -> Result<EditedItem, ErrorBody> {
        let Some(revision) = self.claim_edit(wish).await? else {
            let before = wish.values.clone();
            return Ok(EditedItem { item: wish.item, before, written: true, error: None });
        };
        let written = match self.rewrite(&revision).await {
            Ok(written) => written,
            Err(error) => {
                tracing::warn!(name = revision.file.path, %error, "not changed");
                self.library.abandon(&revision.claimed).await?;
                return Err(error);
            }
        };
        Ok(EditedItem { item: wish.item, before: revision.before, written, error: None })
    }

    /// Waits a moment for a file that is being retitled or changed by another client.
    async fn claim_edit(&self, wish: &ItemEdit) -> Result<Option<Revision>, LibraryError> {
        for _ in 1..TRIES {
            match self.library.claim_edit(wish.item, &wish.values).await {
                Err(LibraryError::Busy(_)) => tokio::time::sleep(PAUSE).await,
                other => return other,
            }
        }
        self.library.claim_edit(wish.item, &wish.values).await
    }

    /// True: the file says what the person says.
    async fn rewrite(&self, revision: &Revision) -> Result<bool, ErrorBody> {
        let (claimed, held) = (&revision.claimed, &revision.file);
        if revision.changes == TagValues::default() {
            self.library.edit_rows(revision).await?;
            return Ok(true);
        }
        let extension = held.extension().to_owned();
        let name = match revision.keeps_name {
            true => held.path.clone(),
            false => seal::final_name(self, claimed, &held.part, &extension).await?,
        };
        let title = library::site_title(&held.part, &claimed.title);
        let mut draft = Draft::new(claimed.kept.part.clone(), name, title);
        draft.holds(held);
        draft.output.edit = Some(revision.edit.clone());
        draft.writing = Writing::Changes(extension, changes(revision));
        let sealed = seal::at_the_disk(self, move |shelf| {
            draft.copy_of_replaced(shelf)?;
            draft.finish(shelf)
        });
        match sealed.await {
            Ok(output) => {
                self.commit(claimed, vec![output]).await?;
                Ok(true)
            }
            // A file that carries no tags stays as it is.
            Err(error) if error.code == ErrorCode::Unsupported => {
                self.library.shelf().remove(&claimed.kept.part)?;
                self.library.edit_rows(revision).await?;
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }
}

/// As the file has it: the title of a stem names the stem.
fn changes(revision: &Revision) -> TagChanges {
    let TagValues { title, artist, album, date } = revision.changes.clone();
    let full = seal::tags_of(&revision.claimed, &revision.file.part, None);
    TagChanges { title: title.and(full.title), artist, album, date }
}
