//! What an export held: one fingerprint for each row, so that the next export of the same can say what has changed.

use crate::database::{Library, now};
use crate::error::LibraryError;
use protocol::discogs::DiscogsAccountId;
use sqlx::Row;
use std::collections::BTreeMap;

/// Fingerprints of rows by their entry.
pub type Fingerprints = BTreeMap<i64, u64>;

/// Exports of one account whose notes are kept: there is no end of selections.
const MOST_NOTES: u32 = 100;
/// The longest note that is unpacked, in bytes: 2 million rows.
const LONGEST: usize = 64 * 1024 * 1024;

impl Library {
    /// What the last export of `what` held, and when it was made (seconds since 1970).
    ///
    /// # Errors
    /// [`LibraryError::Unreadable`] for a broken entry; database failures.
    pub async fn last_discogs_export(
        &self,
        account: DiscogsAccountId,
        what: &str,
    ) -> Result<Option<(i64, Fingerprints)>, LibraryError> {
        let row = sqlx::query(
            "SELECT made_at, rows FROM discogs_export WHERE account = ?1 AND what = ?2",
        )
        .bind(account.0)
        .bind(what)
        .fetch_optional(&self.pool)
        .await?;
        let Some(row) = row else { return Ok(None) };
        let packed: Vec<u8> = row.try_get(1)?;
        let json = zstd::bulk::decompress(&packed, LONGEST)
            .map_err(|error| LibraryError::Unreadable(format!("an export's note: {error}")))?;
        Ok(Some((row.try_get(0)?, serde_json::from_slice(&json)?)))
    }

    /// Notes what an export of `what` held, and forgets the oldest notes where there are many.
    ///
    /// # Errors
    /// Database failures; an account that is gone.
    pub async fn note_discogs_export(
        &self,
        account: DiscogsAccountId,
        what: &str,
        rows: &Fingerprints,
    ) -> Result<(), LibraryError> {
        let packed = zstd::bulk::compress(&serde_json::to_vec(rows)?, 3);
        let packed = packed.map_err(LibraryError::io("compressing an export's note"))?;
        let mut write = self.write().await?;
        sqlx::query(
            "INSERT INTO discogs_export (account, what, made_at, rows) VALUES (?1, ?2, ?3, ?4) \
             ON CONFLICT (account, what) DO UPDATE SET made_at = excluded.made_at, rows = excluded.rows",
        )
        .bind(account.0)
        .bind(what)
        .bind(now())
        .bind(packed)
        .execute(&mut *write.tx)
        .await?;
        sqlx::query(
            "DELETE FROM discogs_export WHERE account = ?1 AND what NOT IN (SELECT what FROM discogs_export \
               WHERE account = ?1 ORDER BY made_at DESC, what = ?2 DESC LIMIT ?3)",
        )
        .bind(account.0)
        .bind(what)
        .bind(MOST_NOTES)
        .execute(&mut *write.tx)
        .await?;
        write.commit().await
    }
}
