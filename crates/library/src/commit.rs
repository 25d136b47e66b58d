//! The commit sequence: from a sealed part file to a named file with its rows (I1, I2, I3).
//!
//! 1. `placing`: the intent row says which part becomes which name, with the hash it must have;
//! 2. rename without replacing, folder synced;
//! 3. one transaction: media_file, library_item, item done, intent gone.
//!
//! A kill between any two of these is mended by `recovery`.

use crate::claim::Claimed;
use crate::database::{Library, Write, now};
use crate::error::LibraryError;
use crate::intent::{Phase, check_fence, drop_intent, set_phase};
use crate::names;
use crate::shelf::{Sealed, Shelf};
use crate::thing;
use protocol::ItemId;
use protocol::edit::TagValues;
use serde::{Deserialize, Serialize};
use sqlx::Row;
use std::sync::Arc;

/// How many names are tried before giving up on a clash with foreign files.
pub(crate) const MOST_NAMES: u32 = 100;

/// A sealed part that is to become a file of the library.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Output {
    /// The stem's name in a bundle, empty otherwise.
    pub part: String,
    /// Name of the part file.
    pub file: String,
    /// The wanted final name, `/` between its parts.
    pub name: String,
    /// What it is.
    pub sealed: Sealed,
    /// `mp3`, `mp4`, `wav`, …
    pub container: String,
    /// Such as `mp3`, `aac`, `pcm_s16le`.
    pub codec: String,
    /// Length in milliseconds, if known.
    pub duration_ms: Option<i64>,
    /// The title in the file's tags.
    pub title: String,
    /// There is something to look at, not only to hear.
    #[serde(default)]
    pub has_picture: bool,
    /// The file of ours that this one takes the place of, when a title has changed.
    pub replaces: Option<String>,
    /// All that the person says of the thing from now on, when that is what changed.
    #[serde(default)]
    pub edit: Option<TagValues>,
}

/// A file that is now in the library.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finished {
    /// Its final name.
    pub name: String,
    /// Bytes.
    pub size: u64,
}

impl Library {
    /// Takes the sealed parts of one item into the library, all or none.
    ///
    /// # Errors
    /// [`LibraryError::Superseded`] when the item was given to somebody else; database and disk failures.
    /// After a failure the item is still `running` with its intent, and the caller settles it.
    pub async fn commit(
        &self,
        claimed: &Claimed,
        mut outputs: Vec<Output>,
    ) -> Result<Vec<Finished>, LibraryError> {
        // A part that was begun after the disk went away lies where the disk would be.
        self.check_shelf().await?;
        let mut write = self.write().await?;
        check_fence(&mut write, claimed.item, claimed.fence).await?;
        for output in outputs.iter_mut().filter(|output| output.replaces.is_none()) {
            output.replaces = in_its_place(&mut write, claimed.item, &output.part).await?;
        }
        let outputs = free_names(&mut write, outputs, &self.shelf()).await?;
        note_placing(&mut write, claimed.item, &outputs).await?;
        write.commit().await?;
        self.place_and_record(claimed.item, claimed.fence, outputs).await
    }

    /// Steps 2 and 3; also the way on for an intent found in `placing` after a kill.
    pub(crate) async fn place_and_record(
        &self,
        item: ItemId,
        fence: i64,
        mut outputs: Vec<Output>,
    ) -> Result<Vec<Finished>, LibraryError> {
        for index in 0..outputs.len() {
            self.place_one(item, &mut outputs, index).await?;
        }
        self.check_shelf().await?;
        let mut write = self.write().await?;
        check_fence(&mut write, item, fence).await?;
        let mut surplus = Vec::new();
        let mut finished = Vec::new();
        for output in &outputs {
            let before = held_before(&mut write, item, &output.part).await?;
            let kept = record(&mut write, item, output, &self.shelf()).await?;
            if kept != output.name {
                surplus.push(output.name.clone());
            }
            if let Some(old) = before.as_ref().filter(|old| **old != kept) {
                surplus.extend(unreferenced(&mut write, old).await?);
            }
            finished.push(Finished { name: kept, size: output.sealed.size });
        }
        sqlx::query(
            "UPDATE item SET state = 'done', reason = NULL, next_try_at = NULL WHERE id = ?1",
        )
        .bind(item.0)
        .execute(&mut *write.tx)
        .await?;
        if surplus.is_empty() {
            drop_intent(&mut write, item).await?;
            write.commit().await?;
            return Ok(finished);
        }
        // A surplus file is waste, not loss (I1): it goes only after the rows are durable.
        set_phase(&mut write, item, Phase::Clearing, Some(&serde_json::to_string(&surplus)?))
            .await?;
        write.commit().await?;
        if let Err(error) = self.clear(item, &surplus).await {
            tracing::warn!(%error, "a surplus file stays until the next start");
        }
        Ok(finished)
    }

    /// Removes files that no row speaks of any more, then the intent.
    pub(crate) async fn clear(&self, item: ItemId, surplus: &[String]) -> Result<(), LibraryError> {
        let surplus = surplus.to_vec();
        self.at_disk(move |shelf| surplus.iter().try_for_each(|name| shelf.remove(name))).await?;
        let mut write = self.write().await?;
        drop_intent(&mut write, item).await?;
        write.commit().await
    }

    /// Renames one part; when a foreign file has the name, the next free one is taken and noted first.
    async fn place_one(
        &self,
        item: ItemId,
        outputs: &mut [Output],
        index: usize,
    ) -> Result<(), LibraryError> {
        let wished = outputs[index].name.clone();
        for attempt in 1..=MOST_NAMES {
            let output = outputs[index].clone();
            if self.at_disk(move |shelf| place(shelf, &output)).await? {
                return Ok(());
            }
            outputs[index].name = names::numbered(&wished, attempt + 1);
            let mut write = self.write().await?;
            note_placing(&mut write, item, outputs).await?;
            write.commit().await?;
        }
        Err(LibraryError::Invalid(format!("no free name for {}", outputs[index].name)))
    }
}

/// True when the file now has its name: by renaming, or because it had it already.
pub(crate) fn place(shelf: &Shelf, output: &Output) -> Result<bool, LibraryError> {
    let part_is_there = shelf.stat(&output.file).is_some();
    if part_is_there && output.replaces.as_ref() == Some(&output.name) {
        return shelf.place_over(&output.file, &output.name).map(|()| true);
    }
    if part_is_there && shelf.place(&output.file, &output.name)? {
        return Ok(true);
    }
    let there = shelf.stat(&output.name).is_some_and(|(size, _)| size == output.sealed.size);
    if there && shelf.hash(&output.name)? == output.sealed {
        // A kill may have come between the renaming and this (I1).
        shelf.sync_folders_of([output.name.as_str()])?;
        shelf.remove(&output.file)?;
        return Ok(true);
    }
    if shelf.stat(&output.file).is_none() {
        return Err(LibraryError::Io {
            what: output.file.clone(),
            source: std::io::ErrorKind::NotFound.into(),
        });
    }
    Ok(false)
}

async fn note_placing(
    write: &mut Write<'_>,
    item: ItemId,
    outputs: &[Output],
) -> Result<(), LibraryError> {
    set_phase(write, item, Phase::Placing, Some(&serde_json::to_string(outputs)?)).await
}

/// Gives each output a name that no row has, also after case folding (I6).
pub(crate) async fn free_names(
    write: &mut Write<'_>,
    mut outputs: Vec<Output>,
    shelf: &Shelf,
) -> Result<Vec<Output>, LibraryError> {
    let mut given: Vec<String> = Vec::new();
    for output in &mut outputs {
        if let Some(old) = &output.replaces
            && is_shared(write, old).await?
        {
            // The others keep their file.
            output.replaces = None;
        }
        // Where the disk takes both for one name, the new file gets the old one's.
        if let Some(old) =
            output.replaces.as_ref().filter(|old| shelf.is_one_name(old, &output.name))
        {
            output.name.clone_from(old);
        }
        let wished = output.name.clone();
        for attempt in 2..=MOST_NAMES {
            let key = names::clash_key(&output.name);
            let taken = sqlx::query(
                "SELECT 1 FROM media_file WHERE path_key = ?1 AND sha256 <> unhex(?2) \
                 AND path IS NOT ?3",
            )
            .bind(&key)
            .bind(&output.sealed.sha256)
            .bind(&output.replaces)
            .fetch_optional(&mut *write.tx)
            .await?;
            if taken.is_none() && !given.contains(&key) {
                given.push(key);
                break;
            }
            output.name = names::numbered(&wished, attempt);
        }
    }
    Ok(outputs)
}

/// Several things have this file, deleted ones included.
async fn is_shared(write: &mut Write<'_>, path: &str) -> Result<bool, LibraryError> {
    let row = sqlx::query(
        "SELECT count(*) > 1 FROM library_item l JOIN media_file m ON m.id = l.media_file_id WHERE m.path = ?1",
    )
    .bind(path)
    .fetch_one(&mut *write.tx)
    .await?;
    Ok(row.try_get(0)?)
}

/// Writes the rows for one output and gives the name of the file that now holds its bytes: its own, or an
/// older one with the same bytes.
pub(crate) async fn record(
    write: &mut Write<'_>,
    item: ItemId,
    output: &Output,
    shelf: &Arc<Shelf>,
) -> Result<String, LibraryError> {
    let same = sqlx::query("SELECT id, path, NOT stowed FROM media_file WHERE sha256 = unhex(?1)")
        .bind(&output.sealed.sha256)
        .fetch_optional(&mut *write.tx)
        .await?;
    let older: Option<(i64, String, bool)> = same
        .map(|row| Ok::<_, sqlx::Error>((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?)))
        .transpose()?;
    let (media_file, path) = match older {
        Some((id, path, is_under_its_name))
            if has_its_file(shelf, &path, is_under_its_name, output)? =>
        {
            keep_from_trash(write, id).await?;
            (id, path)
        }
        Some((id, path, is_under_its_name)) => {
            if is_under_its_name {
                remove_empty(shelf, &path)?;
            }
            (adopt_path(write, id, path, output, shelf).await?, output.name.clone())
        }
        None => (store_media_file(write, output, shelf).await?, output.name.clone()),
    };
    thing::store(write, item, media_file, output).await?;
    Ok(path)
}

/// Whether the bytes are under their name already, or on a disk that is away and will be back. One that another program
/// cut off is no place for good bytes. One that comes back from the trash has its name a moment before its row says so.
fn has_its_file(
    shelf: &Shelf,
    path: &str,
    is_under_its_name: bool,
    output: &Output,
) -> Result<bool, LibraryError> {
    if is_under_its_name {
        return Ok(shelf.has(path, output.sealed.size));
    }
    let is_whole = shelf.stat(path).is_some_and(|(size, _)| size == output.sealed.size);
    let is_in_trash = shelf.stat(&Shelf::stowed_name(&output.sealed.sha256)).is_some();
    Ok(is_whole && !is_in_trash && shelf.hash(path)? == output.sealed)
}

/// A new file, or new tags in a file that keeps its name.
async fn store_media_file(
    write: &mut Write<'_>,
    output: &Output,
    shelf: &Arc<Shelf>,
) -> Result<i64, LibraryError> {
    let row = sqlx::query(
        "INSERT INTO media_file (sha256, size, path, path_key, mtime_ns, container, codec, duration_ms, added_at, checked_at) \
         VALUES (unhex(?1), ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9) \
         ON CONFLICT DO UPDATE SET sha256 = excluded.sha256, size = excluded.size, \
           mtime_ns = excluded.mtime_ns RETURNING id",
    )
    .bind(&output.sealed.sha256)
    .bind(output.sealed.size as i64)
    .bind(&output.name)
    .bind(names::clash_key(&output.name))
    .bind(shelf.stat(&output.name).map_or(0, |(_, mtime_ns)| mtime_ns))
    .bind(&output.container)
    .bind(&output.codec)
    .bind(output.duration_ms)
    .bind(now())
    .fetch_one(&mut *write.tx)
    .await?;
    Ok(row.try_get(0)?)
}

/// What is left of a file that lost all its bytes is nothing that anybody could want.
pub(crate) fn remove_empty(shelf: &Shelf, path: &str) -> Result<(), LibraryError> {
    match shelf.stat(path) {
        Some((0, _)) => shelf.remove(path),
        _ => Ok(()),
    }
}

/// A file that was deleted a moment ago and still has its name is needed again.
async fn keep_from_trash(write: &mut Write<'_>, id: i64) -> Result<(), LibraryError> {
    sqlx::query("UPDATE media_file SET trashed_at = NULL WHERE id = ?1 AND trashed_at IS NOT NULL")
        .bind(id)
        .execute(&mut *write.tx)
        .await?;
    Ok(())
}

/// The row had these bytes under a name that is gone from the disk, or in the trash: the new file takes its place.
/// A copy that stays in the trash is swept at the next start.
async fn adopt_path(
    write: &mut Write<'_>,
    id: i64,
    old: String,
    output: &Output,
    shelf: &Arc<Shelf>,
) -> Result<i64, LibraryError> {
    tracing::info!(old, new = output.name, "a lost or deleted file came back");
    sqlx::query(
        "UPDATE media_file SET path = ?2, path_key = ?3, mtime_ns = ?4, trashed_at = NULL, stowed = 0, \
           collected_at = NULL WHERE id = ?1",
    )
        .bind(id)
        .bind(&output.name)
        .bind(names::clash_key(&output.name))
        .bind(shelf.stat(&output.name).map_or(0, |(_, mtime_ns)| mtime_ns))
        .execute(&mut *write.tx)
        .await?;
    Ok(id)
}

/// The file that the item has for this part so far: the one of an old title, or of a bundle that lost another part.
async fn held_before(
    write: &mut Write<'_>,
    item: ItemId,
    part: &str,
) -> Result<Option<String>, LibraryError> {
    let row = sqlx::query(
        "SELECT m.path FROM library_item l JOIN media_file m ON m.id = l.media_file_id \
         WHERE l.item_id = ?1 AND l.part = ?2",
    )
    .bind(item.0)
    .bind(part)
    .fetch_optional(&mut *write.tx)
    .await?;
    Ok(row.map(|row| row.try_get(0)).transpose()?)
}

/// As [`held_before`], if it is where it belongs: a stem that comes again with another of its bundle takes its place,
/// also when its tags were edited and its bytes are others.
async fn in_its_place(
    write: &mut Write<'_>,
    item: ItemId,
    part: &str,
) -> Result<Option<String>, LibraryError> {
    let row = sqlx::query(
        "SELECT m.path FROM library_item l JOIN media_file m ON m.id = l.media_file_id \
         WHERE l.item_id = ?1 AND l.part = ?2 AND l.deleted_at IS NULL AND m.trashed_at IS NULL AND NOT m.stowed",
    )
    .bind(item.0)
    .bind(part)
    .fetch_optional(&mut *write.tx)
    .await?;
    Ok(row.map(|row| row.try_get(0)).transpose()?)
}

/// Drops the row of a replaced file if nothing refers to it; gives the name to remove from the disk.
async fn unreferenced(write: &mut Write<'_>, path: &str) -> Result<Option<String>, LibraryError> {
    let row = sqlx::query("SELECT id FROM media_file WHERE path = ?1 AND references_count = 0")
        .bind(path)
        .fetch_optional(&mut *write.tx)
        .await?;
    let Some(row) = row else { return Ok(None) };
    let dropped = release(write, row.try_get(0)?).await?;
    Ok(dropped.then(|| path.to_owned()))
}

/// Drops the row of a file that nothing refers to any more. One that a deleted thing would need goes to the trash
/// instead. True: the row is gone.
pub(crate) async fn release(write: &mut Write<'_>, media_file: i64) -> Result<bool, LibraryError> {
    const DELETED: &str = "EXISTS (SELECT 1 FROM library_item WHERE media_file_id = ?1)";
    let trash = format!(
        "UPDATE media_file SET trashed_at = ?2 \
         WHERE id = ?1 AND references_count = 0 AND trashed_at IS NULL AND {DELETED}"
    );
    sqlx::query(sqlx::AssertSqlSafe(trash))
        .bind(media_file)
        .bind(now())
        .execute(&mut *write.tx)
        .await?;
    let drop =
        format!("DELETE FROM media_file WHERE id = ?1 AND references_count = 0 AND NOT {DELETED}");
    let gone =
        sqlx::query(sqlx::AssertSqlSafe(drop)).bind(media_file).execute(&mut *write.tx).await?;
    Ok(gone.rows_affected() > 0)
}
