//! Deleting, bringing back, and deleting for good.
//!
//! The rows lead and the disk follows (`docs/invariants.md`, I11): deleting notes in one transaction that nothing
//! refers to the file, then the file is stowed in the trash under its hash; restoring notes that it is wanted, then
//! the file gets its name back. A kill between the two leaves a row that says what is still to be done, and
//! [`Library::settle_files`] does it. Whoever looks between the two finds the file in one place or the other.

use super::ids;
use crate::database::{Library, Write, now};
use crate::error::LibraryError;
use crate::shelf::Shelf;
use protocol::LibraryItemId;
use protocol::shelf::{Changed, Collected};
use sqlx::Row;

const DAY: i64 = 24 * 60 * 60;

impl Library {
    /// Deletes things. A file that nothing else refers to goes to the trash.
    ///
    /// # Errors
    /// Database failures, with nothing changed. A disk that refuses is met again later.
    pub async fn delete_items(&self, items: &[LibraryItemId]) -> Result<Changed, LibraryError> {
        let mut write = self.write().await?;
        let deleted = sqlx::query(
            "UPDATE library_item SET deleted_at = ?2 \
             WHERE id IN (SELECT value FROM json_each(?1)) AND deleted_at IS NULL RETURNING media_file_id, record_id",
        )
        .bind(ids(items))
        .bind(now())
        .fetch_all(&mut *write.tx)
        .await?;
        let (mut files, mut records) = (Vec::new(), Vec::new());
        for row in &deleted {
            files.push(row.try_get::<i64, _>(0)?);
            records.push(row.try_get::<i64, _>(1)?);
        }
        sqlx::query(
            "UPDATE media_file SET trashed_at = ?2 WHERE id IN (SELECT value FROM json_each(?1)) \
             AND references_count = 0 AND trashed_at IS NULL",
        )
        .bind(serde_json::to_string(&files)?)
        .bind(now())
        .execute(&mut *write.tx)
        .await?;
        drop_sidecars(&mut write, &records).await?;
        write.commit().await?;
        self.remove_dropped_sidecars().await;
        self.settle_files().await;
        Ok(Changed { items: deleted.len() as u64 })
    }

    /// Brings deleted things back, all of them or none, with their folder and their mark.
    ///
    /// # Errors
    /// [`LibraryError::Invalid`] names the first one that has been deleted for good; [`LibraryError::VolumeMissing`]
    /// while the folder is away; database failures.
    pub async fn restore_items(&self, items: &[LibraryItemId]) -> Result<Changed, LibraryError> {
        self.check_shelf().await?;
        let items = ids(items);
        let mut write = self.write().await?;
        let gone = sqlx::query(
            "SELECT l.title FROM library_item l JOIN media_file m ON m.id = l.media_file_id \
             WHERE l.id IN (SELECT value FROM json_each(?1)) AND l.deleted_at IS NOT NULL \
               AND m.collected_at IS NOT NULL ORDER BY l.id LIMIT 1",
        )
        .bind(&items)
        .fetch_optional(&mut *write.tx)
        .await?;
        if let Some(row) = gone {
            let title: String = row.try_get(0)?;
            let words = format!("“{title}” was deleted for good: the trash was emptied since");
            return Err(LibraryError::Invalid(words));
        }
        let restored = sqlx::query(
            "UPDATE library_item SET deleted_at = NULL \
             WHERE id IN (SELECT value FROM json_each(?1)) AND deleted_at IS NOT NULL RETURNING media_file_id",
        )
        .bind(&items)
        .fetch_all(&mut *write.tx)
        .await?;
        let files = restored.iter().map(|row| row.try_get(0)).collect::<Result<Vec<i64>, _>>()?;
        sqlx::query(
            "UPDATE media_file SET trashed_at = NULL WHERE id IN (SELECT value FROM json_each(?1))",
        )
        .bind(serde_json::to_string(&files)?)
        .execute(&mut *write.tx)
        .await?;
        write.commit().await?;
        self.settle_files().await;
        Ok(Changed { items: restored.len() as u64 })
    }

    /// Deletes for good what has been in the trash for as long as the settings say.
    ///
    /// # Errors
    /// Database failures.
    pub async fn collect(&self) -> Result<Collected, LibraryError> {
        let days = i64::from(self.settings().await?.trash_days);
        self.collect_before(now() - days * DAY).await
    }

    /// Deletes for good what was put into the trash up to `time`, seconds since 1970.
    ///
    /// # Errors
    /// [`LibraryError::VolumeMissing`] while the folder is away; database failures.
    pub async fn collect_before(&self, time: i64) -> Result<Collected, LibraryError> {
        self.check_shelf().await?;
        let mut write = self.write().await?;
        // Looked at again under the lock: a thing may have been restored, or have arrived anew.
        let rows = sqlx::query(
            "UPDATE media_file SET collected_at = ?2, path = '.gone/' || hex(sha256), \
               path_key = '.gone/' || hex(sha256) \
             WHERE trashed_at <= ?1 AND stowed AND collected_at IS NULL AND references_count = 0 \
             RETURNING size",
        )
        .bind(time)
        .bind(now())
        .fetch_all(&mut *write.tx)
        .await?;
        let mut collected = Collected::default();
        for row in &rows {
            collected.files += 1;
            collected.bytes += row.try_get::<i64, _>(0)?.unsigned_abs();
        }
        if collected.files > 0 {
            // First the rows: what a kill leaves in the folder is waste, not loss (I1), and swept at the next start.
            write.commit().await?;
            self.sweep_trash().await?;
        }
        Ok(collected)
    }

    /// Removes files from the trash folder that no row needs there: collected ones that a kill left behind. One whose row
    /// says that it is back, and which is not, stays: it is brought back.
    ///
    /// # Errors
    /// Database and disk failures.
    pub(crate) async fn sweep_trash(&self) -> Result<(), LibraryError> {
        // So that no file is stowed between the look and the removal.
        let alone = self.settling.lock().await;
        let stowed = self.at_disk(Shelf::stowed).await?;
        if stowed.is_empty() {
            return Ok(());
        }
        let rows = sqlx::query(
            "SELECT j.value, m.path, m.size FROM json_each(?1) j LEFT JOIN media_file m \
               ON m.sha256 = unhex(j.value) AND m.collected_at IS NULL \
             WHERE m.id IS NULL OR (m.trashed_at IS NULL AND NOT m.stowed)",
        )
        .bind(serde_json::to_string(&stowed)?)
        .fetch_all(&self.pool)
        .await?;
        let mut unneeded = Vec::new();
        for row in &rows {
            let (sha256, path): (String, Option<String>) = (row.try_get(0)?, row.try_get(1)?);
            unneeded.push((sha256, path, row.try_get::<Option<i64>, _>(2)?));
        }
        let lost = self.at_disk(move |shelf| sweep(shelf, unneeded)).await?;
        if lost.is_empty() {
            return Ok(());
        }
        let mut write = self.write().await?;
        sqlx::query(
            "UPDATE media_file SET stowed = 1 \
             WHERE sha256 IN (SELECT unhex(value) FROM json_each(?1)) AND collected_at IS NULL",
        )
        .bind(serde_json::to_string(&lost)?)
        .execute(&mut *write.tx)
        .await?;
        write.commit().await?;
        drop(alone);
        self.settle_files().await;
        Ok(())
    }
}

/// Removes what is not needed in the trash; gives what its row believes to be elsewhere and is not.
fn sweep(
    shelf: &Shelf,
    unneeded: Vec<(String, Option<String>, Option<i64>)>,
) -> Result<Vec<String>, LibraryError> {
    let mut lost = Vec::new();
    for (sha256, path, size) in unneeded {
        let size = size.map(i64::unsigned_abs);
        let is_elsewhere = |path: String| shelf.stat(&path).map(|(length, _)| length) == size;
        if path.is_none_or(is_elsewhere) {
            shelf.remove_stowed(&sha256)?;
        } else {
            lost.push(sha256);
        }
    }
    Ok(lost)
}

/// Songs of which nothing is left have no files beside them: notes the names of those they had.
async fn drop_sidecars(write: &mut Write<'_>, records: &[i64]) -> Result<(), LibraryError> {
    let records = serde_json::to_string(records)?;
    const BARE: &str = "id IN (SELECT value FROM json_each(?1)) AND NOT EXISTS (SELECT 1 FROM library_item l \
         WHERE l.record_id = record.id AND l.deleted_at IS NULL)";
    let had = format!(
        "INSERT OR IGNORE INTO sidecar_name (record_id, name) \
         SELECT id, sidecar FROM record WHERE sidecar IS NOT NULL AND {BARE}"
    );
    let none = format!(
        "UPDATE record SET sidecar = NULL, sidecar_fresh = 2, \
         sidecar_version = sidecar_version + 1 WHERE {BARE}"
    );
    for statement in [had, none] {
        sqlx::query(sqlx::AssertSqlSafe(statement)).bind(&records).execute(&mut *write.tx).await?;
    }
    Ok(())
}
