//! Which files are to be read again, to see whether they are still what they were.

use crate::database::{Library, named_column, now};
use crate::error::LibraryError;
use crate::listing::Suspect;
use crate::shelf::Sealed;
use protocol::ItemId;
use sqlx::Row;

const DAY: i64 = 24 * 60 * 60;

/// A file as its row says that it is.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// The row.
    pub id: i64,
    /// Its name in the library.
    pub path: String,
    /// What was read back when it came, or when it was last found sound.
    pub sealed: Sealed,
    /// Modification time then, nanoseconds since 1970.
    pub mtime_ns: i64,
}

impl Library {
    /// Up to `limit` files after the row `after`, in the order of their rows.
    ///
    /// # Errors
    /// Database failures.
    pub async fn recorded(&self, after: i64, limit: u32) -> Result<Vec<Recorded>, LibraryError> {
        let all = "id > ?1 AND trashed_at IS NULL AND NOT stowed ORDER BY id LIMIT ?2";
        self.recorded_but(&[], all, after, limit).await
    }

    /// Up to `limit` files that were not read for `days` days, those first that were read longest ago. Files of a disk
    /// that is away are not among them: they would be first until it is back, and keep the others from their turn.
    ///
    /// # Errors
    /// Database failures.
    pub async fn due_for_check(
        &self,
        days: u32,
        limit: u32,
    ) -> Result<Vec<Recorded>, LibraryError> {
        let away = self.at_disk(|shelf| Ok(shelf.disks_away())).await?;
        for disk in &away {
            tracing::warn!(disk, "files are not read again while their disk is away");
        }
        let due =
            "checked_at < ?1 AND trashed_at IS NULL AND NOT stowed ORDER BY checked_at LIMIT ?2";
        self.recorded_but(&away, due, now() - i64::from(days) * DAY, limit).await
    }

    /// Those of which `condition` holds and that are not on one of `disks`.
    async fn recorded_but(
        &self,
        disks: &[String],
        condition: &str,
        first: i64,
        limit: u32,
    ) -> Result<Vec<Recorded>, LibraryError> {
        let statement = format!(
            "SELECT id, path, lower(hex(sha256)), size, mtime_ns FROM media_file m WHERE NOT EXISTS \
               (SELECT 1 FROM json_each(?3) d WHERE m.path >= d.value || '/' AND m.path < d.value || '0') AND {condition}"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(statement))
            .bind(first)
            .bind(limit)
            .bind(serde_json::to_string(disks)?)
            .fetch_all(&self.pool)
            .await?;
        let recorded = |row: &sqlx::sqlite::SqliteRow| {
            let size = row.try_get::<i64, _>(3)?.unsigned_abs();
            Ok(Recorded {
                id: row.try_get(0)?,
                path: row.try_get(1)?,
                sealed: Sealed { sha256: row.try_get(2)?, size },
                mtime_ns: row.try_get(4)?,
            })
        };
        rows.iter().map(recorded).collect()
    }

    /// Notes that these files were read now.
    ///
    /// # Errors
    /// Database failures.
    pub async fn checked(&self, files: &[i64]) -> Result<(), LibraryError> {
        let mut write = self.write().await?;
        sqlx::query(
            "UPDATE media_file SET checked_at = ?2 WHERE id IN (SELECT value FROM json_each(?1))",
        )
        .bind(serde_json::to_string(files)?)
        .bind(now())
        .execute(&mut *write.tx)
        .await?;
        write.commit().await
    }

    /// Whether a file is still the one that was recorded, and nobody is changing it: one that was edited or retitled
    /// while it was being read has other bytes, and may have its old size and time.
    ///
    /// # Errors
    /// Database failures.
    pub async fn is_still(&self, file: &Recorded) -> Result<bool, LibraryError> {
        let row = sqlx::query(
            "SELECT 1 FROM media_file m WHERE m.id = ?1 AND m.path = ?2 AND m.sha256 = unhex(?3) AND NOT EXISTS \
               (SELECT 1 FROM library_item l JOIN intent n ON n.item_id = l.item_id WHERE l.media_file_id = m.id)",
        )
        .bind(file.id)
        .bind(&file.path)
        .bind(&file.sealed.sha256)
        .fetch_optional(&self.pool)
        .await?;
        Ok(row.is_some())
    }

    /// The wanted files that a file on disk is of.
    ///
    /// # Errors
    /// Database failures.
    pub async fn wishes_of(
        &self,
        file: &Recorded,
        gone: bool,
    ) -> Result<Vec<Suspect>, LibraryError> {
        let rows = sqlx::query(
            "SELECT DISTINCT i.id, i.variant FROM library_item l JOIN item i ON i.id = l.item_id \
             WHERE l.media_file_id = ?1 AND l.deleted_at IS NULL ORDER BY i.id",
        )
        .bind(file.id)
        .fetch_all(&self.pool)
        .await?;
        let suspect = |row: &sqlx::sqlite::SqliteRow| {
            let variant = named_column(row, "variant")?;
            Ok(Suspect { item: ItemId(row.try_get(0)?), path: file.path.clone(), variant, gone })
        };
        rows.iter().map(suspect).collect()
    }
}
