//! Lists for clients.

use crate::database::{Library, named_column, optional_json_column};
use crate::error::LibraryError;
use protocol::method::{Items, ItemsQuery};
use protocol::{ItemId, ItemView, JobId};
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

const MOST_ROWS: u32 = 500;

const VIEW: &str = "SELECT i.id, i.job_id, i.source, i.source_id, i.variant, r.title, i.state, i.reason, \
     i.next_try_at, i.attempts, m.size, m.path FROM item i JOIN record r ON r.id = i.record_id \
     LEFT JOIN library_item l ON l.item_id = i.id \
       AND l.part = (SELECT min(part) FROM library_item WHERE item_id = i.id AND deleted_at IS NULL) \
     LEFT JOIN media_file m ON m.id = l.media_file_id";

/// `?1` job, `?2` JSON array of states, `?3` text.
const FILTER: &str = "(?1 IS NULL OR EXISTS (SELECT 1 FROM job_item ji WHERE ji.job_id = ?1 AND ji.item_id = i.id)) \
     AND (?2 = '[]' OR i.state IN (SELECT value FROM json_each(?2))) \
     AND (?3 = '' OR instr(lower(r.title), lower(?3)) > 0 OR i.source_id = ?3)";

impl Library {
    /// A page of wanted files, newest first, and how many match in all.
    ///
    /// # Errors
    /// Database failures.
    pub async fn items(&self, query: &ItemsQuery) -> Result<Items, LibraryError> {
        let job = query.job.map(|job| job.0);
        let states = serde_json::to_string(&query.states)?;
        let page = format!("{VIEW} WHERE {FILTER} ORDER BY i.id DESC LIMIT ?4 OFFSET ?5");
        let rows = sqlx::query(sqlx::AssertSqlSafe(page))
            .bind(job)
            .bind(&states)
            .bind(&query.text)
            .bind(query.limit.clamp(1, MOST_ROWS))
            .bind(query.offset)
            .fetch_all(&self.pool)
            .await?;
        let count = format!(
            "SELECT count(*) FROM item i JOIN record r ON r.id = i.record_id WHERE {FILTER}"
        );
        let total = sqlx::query(sqlx::AssertSqlSafe(count))
            .bind(job)
            .bind(&states)
            .bind(&query.text)
            .fetch_one(&self.pool)
            .await?;
        let items = rows.iter().map(view).collect::<Result<_, _>>()?;
        Ok(Items { items, total: total.try_get::<i64, _>(0)?.unsigned_abs() })
    }

    /// One wanted file.
    ///
    /// # Errors
    /// [`LibraryError::NotFound`]; database failures.
    pub async fn item(&self, item: ItemId) -> Result<ItemView, LibraryError> {
        let row = sqlx::query(sqlx::AssertSqlSafe(format!("{VIEW} WHERE i.id = ?1")))
            .bind(item.0)
            .fetch_optional(&self.pool)
            .await?;
        view(&row.ok_or_else(|| LibraryError::NotFound(format!("item {item}")))?)
    }
}

fn view(row: &SqliteRow) -> Result<ItemView, LibraryError> {
    Ok(ItemView {
        id: ItemId(row.try_get("id")?),
        job: JobId(row.try_get("job_id")?),
        source: named_column(row, "source")?,
        source_id: row.try_get("source_id")?,
        variant: named_column(row, "variant")?,
        title: row.try_get("title")?,
        state: named_column(row, "state")?,
        reason: optional_json_column(row, "reason")?,
        next_try_at: row.try_get("next_try_at")?,
        attempts: row.try_get::<i64, _>("attempts")?.try_into().unwrap_or(u32::MAX),
        bytes: row.try_get::<Option<i64>, _>("size")?.map(i64::unsigned_abs),
        name: row.try_get("path")?,
    })
}
