//! What collections were worth, whenever they were read.

use crate::database::Library;
use crate::error::LibraryError;
use protocol::discogs::{DiscogsAccountId, ValueAt};
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

impl Library {
    /// Keeps what a collection was worth at a moment.
    ///
    /// # Errors
    /// Database failures; an account that is gone.
    pub async fn keep_discogs_value(
        &self,
        account: DiscogsAccountId,
        value: &ValueAt,
    ) -> Result<(), LibraryError> {
        let mut write = self.write().await?;
        sqlx::query(
            "INSERT OR REPLACE INTO discogs_value (account, at, currency, minimum, median, maximum) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )
        .bind(account.0)
        .bind(value.at)
        .bind(&value.currency)
        .bind(value.minimum)
        .bind(value.median)
        .bind(value.maximum)
        .execute(&mut *write.tx)
        .await?;
        write.commit().await
    }

    /// What a collection was worth, the earliest first.
    ///
    /// # Errors
    /// Database failures.
    pub async fn discogs_values(
        &self,
        account: DiscogsAccountId,
    ) -> Result<Vec<ValueAt>, LibraryError> {
        let rows = sqlx::query(
            "SELECT at, currency, minimum, median, maximum FROM discogs_value WHERE account = ?1 ORDER BY at",
        )
        .bind(account.0)
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(value).collect()
    }
}

fn value(row: &SqliteRow) -> Result<ValueAt, LibraryError> {
    Ok(ValueAt {
        at: row.try_get("at")?,
        currency: row.try_get("currency")?,
        minimum: row.try_get("minimum")?,
        median: row.try_get("median")?,
        maximum: row.try_get("maximum")?,
    })
}
