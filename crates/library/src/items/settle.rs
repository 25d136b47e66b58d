//! The disk follows the rows: what is deleted goes to the trash, and what is wanted again gets its name back.
//!
//! A file that goes to the trash is noted there with its move: if a power cut undoes the move, the file is where it was,
//! and nobody needs it. One that comes back is noted as there only when its name is durable (I1); if that is not the name
//! it had, it is noted before the file has it, since a start could not tell the file from somebody else's by its old
//! name. What takes long, a copy from disk to disk, holds up nobody.

use crate::database::{Library, Write};
use crate::error::LibraryError;
use crate::names;
use crate::shelf::Shelf;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How many names are tried for a file that comes back while its own name is taken.
const MOST_NAMES: u32 = 100;
/// Files moved in one go, so that others can write in between.
const BATCH: u32 = 100;
/// How long whoever changed the rows waits for the disk.
const PATIENCE: Duration = Duration::from_secs(2);

/// A file whose place on the disk is not yet what its row says.
struct Unsettled {
    id: i64,
    sha256: String,
    path: String,
    trashed: bool,
}

impl Library {
    /// Makes the disk follow the rows, and waits for that unless it takes long, as it does from disk to disk: then it goes
    /// on by itself. What the disk refuses is logged and met again with the next call.
    pub async fn settle_files(&self) {
        let library = self.clone();
        let settling = tokio::spawn(async move { library.settle_all().await });
        let _ = tokio::time::timeout(PATIENCE, settling).await;
    }

    /// As [`Library::settle_files`], to its end.
    pub async fn settle_all(&self) {
        // Two would copy the same files.
        let _alone = self.copying.lock().await;
        if self.check_shelf().await.is_err() {
            return;
        }
        if let Err(error) = self.settle_each().await {
            tracing::error!(%error, "the trash could not be settled");
        }
    }

    async fn settle_each(&self) -> Result<(), LibraryError> {
        let away = self.at_disk(|shelf| Ok(shelf.disks_away())).await?;
        let (mut after, mut waited_for) = (0, BTreeSet::new());
        while let Some(last) = self.settle_some(after, &away, &mut waited_for).await? {
            after = last;
        }
        for disk in waited_for {
            tracing::warn!(disk, "files go to or from the trash when their disk is back");
        }
        Ok(())
    }

    /// The next files after `after`; gives the last one looked at. Those of the disks `away` are left, and their disks
    /// noted in `waited_for`.
    async fn settle_some<'a>(
        &self,
        after: i64,
        away: &'a [String],
        waited_for: &mut BTreeSet<&'a str>,
    ) -> Result<Option<i64>, LibraryError> {
        let found = unsettled(&mut *self.pool.acquire().await?, after).await?;
        let (mut last, mut ready, mut copied) = (None, Vec::new(), None);
        for file in found {
            last = Some(file.id);
            if let Some(disk) = away.iter().find(|disk| Path::new(&file.path).starts_with(disk)) {
                waited_for.insert(disk.as_str());
                continue;
            }
            match self.prepare(&file).await {
                Ok(copy) => {
                    ready.push(file.id);
                    copied = copy;
                    if copied.is_some() {
                        break; // its move syncs two disks: one at a time, so that others write in between
                    }
                }
                Err(error) => {
                    tracing::warn!(name = file.path, %error, "a file could not be moved to or from the trash");
                }
            }
        }
        if !ready.is_empty() {
            self.move_files(after, &ready).await?;
        }
        if let Some(copy) = copied {
            // It is a file of the library now, unless the person has changed their mind meanwhile.
            self.at_disk(move |_| Ok(_ = std::fs::remove_file(copy))).await?;
        }
        Ok(last)
    }

    /// Does what comes before a move: the name of a file that comes back is noted, and from one disk to another its bytes
    /// are copied. Gives that copy.
    async fn prepare(&self, file: &Unsettled) -> Result<Option<PathBuf>, LibraryError> {
        let path = match file.trashed {
            true => file.path.clone(),
            false => self.name_returning(file).await?,
        };
        let (sha256, comes_back) = (file.sha256.clone(), !file.trashed);
        self.at_disk(move |shelf| shelf.prepare_stow(&path, &sha256, comes_back)).await
    }

    /// The name of a file that comes back: its own, or the next free one when something else has that now.
    async fn name_returning(&self, file: &Unsettled) -> Result<String, LibraryError> {
        let mut name = file.path.clone();
        for number in 2..=MOST_NAMES {
            let other = sqlx::query("SELECT 1 FROM media_file WHERE path_key = ?1 AND id <> ?2")
                .bind(names::clash_key(&name))
                .bind(file.id)
                .fetch_optional(&self.pool)
                .await?;
            let (sha256, wished) = (file.sha256.clone(), name.clone());
            if other.is_none()
                && self.at_disk(move |shelf| shelf.is_free_for(&sha256, &wished)).await?
            {
                if name != file.path {
                    self.note_returning(file, &name).await?;
                }
                return Ok(name);
            }
            name = names::numbered(&file.path, number);
        }
        Err(LibraryError::Invalid(format!("no free name for {}", file.path)))
    }

    async fn note_returning(&self, file: &Unsettled, name: &str) -> Result<(), LibraryError> {
        let mut write = self.write().await?;
        sqlx::query(
            "UPDATE media_file SET path = ?2, path_key = ?3 \
             WHERE id = ?1 AND path = ?4 AND stowed AND trashed_at IS NULL",
        )
        .bind(file.id)
        .bind(name)
        .bind(names::clash_key(name))
        .bind(&file.path)
        .execute(&mut *write.tx)
        .await?;
        write.commit().await
    }

    /// Moves those of the next files after `after` that are ready.
    async fn move_files(&self, after: i64, ready: &[i64]) -> Result<(), LibraryError> {
        let _alone = self.settling.lock().await;
        // No commit may come between looking at a row and moving its file: a file that is being deleted may be
        // arriving again (I8).
        let mut write = self.write().await?;
        let mut found = unsettled(&mut write.tx, after).await?;
        found.retain(|file| ready.contains(&file.id));
        let mut returned = Vec::new();
        for file in &found {
            match self.move_file(&mut write, file).await {
                Ok(()) if file.trashed => {}
                Ok(()) => returned.push((file.id, file.path.clone())),
                Err(error) => {
                    tracing::warn!(name = file.path, %error, "a file could not be moved to or from the trash");
                }
            }
        }
        write.commit().await?;
        let mut names: Vec<String> = returned.iter().map(|(_, name)| name.clone()).collect();
        let stowed = found.iter().find(|file| file.trashed);
        names.extend(stowed.map(|file| Shelf::stowed_name(&file.sha256)));
        self.note_returned(names, &returned).await
    }

    /// Moves one file; a kill after the move and before the commit is met by the same move doing nothing.
    async fn move_file(&self, write: &mut Write<'_>, file: &Unsettled) -> Result<(), LibraryError> {
        let (path, sha256) = (file.path.clone(), file.sha256.clone());
        if !file.trashed {
            let is_back = self.at_disk(move |shelf| shelf.unstow(&sha256, &path)).await?;
            // Another program was quicker: the next call finds another name.
            let taken =
                || LibraryError::Invalid(format!("something else has the name {}", file.path));
            return is_back.then_some(()).ok_or_else(taken);
        }
        self.at_disk(move |shelf| shelf.stow(&path, &sha256)).await?;
        sqlx::query("UPDATE media_file SET stowed = 1 WHERE id = ?1")
            .bind(file.id)
            .execute(&mut *write.tx)
            .await?;
        Ok(())
    }

    /// Makes the moves to `names` durable, and then notes which files are in their places again. One that was deleted
    /// meanwhile is too, and moved with the next call.
    async fn note_returned(
        &self,
        names: Vec<String>,
        returned: &[(i64, String)],
    ) -> Result<(), LibraryError> {
        let stamps = self.at_disk(move |shelf| {
            shelf.sync_folders_of(names.iter().map(String::as_str))?;
            let stamp = |name: &String| shelf.stat(name).map(|(_, mtime_ns)| mtime_ns);
            Ok(names.iter().map(stamp).collect::<Vec<_>>())
        });
        let stamps = stamps.await?;
        if returned.is_empty() {
            return Ok(());
        }
        let mut write = self.write().await?;
        for ((id, name), mtime_ns) in returned.iter().zip(stamps) {
            sqlx::query(
                "UPDATE media_file SET stowed = 0, mtime_ns = coalesce(?3, mtime_ns) WHERE id = ?1 AND path = ?2",
            )
            .bind(id)
            .bind(name)
            .bind(mtime_ns)
            .execute(&mut *write.tx)
            .await?;
        }
        write.commit().await
    }
}

async fn unsettled(
    connection: &mut SqliteConnection,
    after: i64,
) -> Result<Vec<Unsettled>, LibraryError> {
    let rows = sqlx::query(
        "SELECT id, lower(hex(sha256)), path, trashed_at IS NOT NULL FROM media_file \
         WHERE stowed <> (trashed_at IS NOT NULL) AND collected_at IS NULL AND id > ?1 ORDER BY id LIMIT ?2",
    )
    .bind(after)
    .bind(BATCH)
    .fetch_all(connection)
    .await?;
    let unsettled = |row: &SqliteRow| {
        Ok(Unsettled {
            id: row.try_get(0)?,
            sha256: row.try_get(1)?,
            path: row.try_get(2)?,
            trashed: row.try_get(3)?,
        })
    };
    rows.iter().map(unsettled).collect()
}
