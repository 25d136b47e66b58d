//! Jobs: started once per key, listed, and ended with a balance that adds up.

use crate::database::{Library, json_column, named_column, now, optional_json_column};
use crate::error::LibraryError;
use protocol::method::NewJob;
use protocol::{Account, Balance, ErrorBody, JobId, JobState, JobSummary, Listing, Variant};
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

const COLUMNS: &str = "id, source, account_id, account_name, formats, state, songs, listing, reason, \
                       balance, created_at, finished_at";

/// The list has ended and every file is in a final state; `j` is the job.
const CAN_END: &str = "finished_at IS NULL AND listed_at IS NOT NULL AND state IN ('running', 'cancelled') \
     AND NOT EXISTS (SELECT 1 FROM job_item ji JOIN item i ON i.id = ji.item_id WHERE ji.job_id = j.id \
       AND i.state IN ('wanted', 'running', 'waiting', 'needs_you'))";

impl Library {
    /// Starts a job, or finds the one with the same key. The bool: it was there before.
    ///
    /// # Errors
    /// Database failures.
    pub async fn start_job(
        &self,
        new: &NewJob,
        formats: &[Variant],
    ) -> Result<(JobId, bool), LibraryError> {
        let mut write = self.write().await?;
        let made = sqlx::query(
            "INSERT INTO job (key, source, account_id, account_name, formats, state, created_at) \
             VALUES (?1, ?2, ?3, ?4, ?5, 'listing', ?6) ON CONFLICT (key) DO NOTHING",
        )
        .bind(&new.key)
        .bind(new.source.as_str())
        .bind(&new.account.id)
        .bind(&new.account.name)
        .bind(serde_json::to_string(formats)?)
        .bind(now())
        .execute(&mut *write.tx)
        .await?;
        let row = sqlx::query("SELECT id FROM job WHERE key = ?1")
            .bind(&new.key)
            .fetch_one(&mut *write.tx)
            .await?;
        write.commit().await?;
        Ok((JobId(row.try_get(0)?), made.rows_affected() == 0))
    }

    /// Names the account of a job that was started before it was known.
    ///
    /// # Errors
    /// Database failures.
    pub async fn set_account(&self, job: JobId, account: &Account) -> Result<(), LibraryError> {
        let mut write = self.write().await?;
        sqlx::query("UPDATE job SET account_id = ?2, account_name = ?3 WHERE id = ?1")
            .bind(job.0)
            .bind(&account.id)
            .bind(&account.name)
            .execute(&mut *write.tx)
            .await?;
        write.commit().await
    }

    /// Notes how the list stands; with `ended`, that no more will come (well, or with a reason).
    ///
    /// # Errors
    /// Database failures.
    pub async fn set_listing(
        &self,
        job: JobId,
        listing: Option<Listing>,
        reason: Option<&ErrorBody>,
        ended: bool,
    ) -> Result<(), LibraryError> {
        let listing = listing.map(|listing| serde_json::to_string(&listing)).transpose()?;
        let reason = reason.map(serde_json::to_string).transpose()?;
        let mut write = self.write().await?;
        sqlx::query(
            "UPDATE job SET listing = coalesce(?2, listing), reason = ?3, \
               listed_at = iif(?4, coalesce(listed_at, ?5), listed_at), \
               state = iif(?4 AND state = 'listing', 'running', state) \
             WHERE id = ?1 AND listed_at IS NULL AND finished_at IS NULL",
        )
        .bind(job.0)
        .bind(listing)
        .bind(reason)
        .bind(ended)
        .bind(now())
        .execute(&mut *write.tx)
        .await?;
        write.commit().await
    }

    /// Pauses, resumes or cancels. A job that has ended stays as it is.
    ///
    /// # Errors
    /// [`LibraryError::NotFound`]; database failures.
    pub async fn set_job_state(&self, job: JobId, wanted: JobState) -> Result<(), LibraryError> {
        let resumed = "iif(listed_at IS NULL, 'listing', 'running')";
        let (target, from) = match wanted {
            JobState::Paused => ("'paused'", "'listing', 'running'"),
            JobState::Cancelled => ("'cancelled'", "'listing', 'running', 'paused'"),
            _ => (resumed, "'paused'"),
        };
        let mut write = self.write().await?;
        let statement = format!(
            "UPDATE job SET state = iif(state IN ({from}), {target}, state), \
               listed_at = iif({cancel} AND listed_at IS NULL, ?2, listed_at) WHERE id = ?1",
            cancel = wanted == JobState::Cancelled
        );
        let changed = sqlx::query(sqlx::AssertSqlSafe(statement))
            .bind(job.0)
            .bind(now())
            .execute(&mut *write.tx)
            .await?;
        if changed.rows_affected() == 0 {
            return Err(LibraryError::NotFound(format!("job {job}")));
        }
        if wanted == JobState::Cancelled {
            cancel_rest(&mut write, job).await?;
        }
        write.commit().await?;
        self.drop_cancelled_parts().await
    }

    /// One job.
    ///
    /// # Errors
    /// [`LibraryError::NotFound`]; database failures.
    pub async fn job(&self, job: JobId) -> Result<JobSummary, LibraryError> {
        let statement = format!("SELECT {COLUMNS} FROM job WHERE id = ?1");
        let row = sqlx::query(sqlx::AssertSqlSafe(statement))
            .bind(job.0)
            .fetch_optional(&self.pool)
            .await?;
        let row = row.ok_or_else(|| LibraryError::NotFound(format!("job {job}")))?;
        self.summary(&row).await
    }

    /// Jobs, newest first.
    ///
    /// # Errors
    /// Database failures.
    pub async fn jobs(
        &self,
        limit: u32,
        before: Option<JobId>,
    ) -> Result<Vec<JobSummary>, LibraryError> {
        let statement =
            format!("SELECT {COLUMNS} FROM job WHERE id < ?1 ORDER BY id DESC LIMIT ?2");
        let rows = sqlx::query(sqlx::AssertSqlSafe(statement))
            .bind(before.map_or(i64::MAX, |job| job.0))
            .bind(limit)
            .fetch_all(&self.pool)
            .await?;
        let mut jobs = Vec::with_capacity(rows.len());
        for row in rows {
            jobs.push(self.summary(&row).await?);
        }
        Ok(jobs)
    }

    /// Jobs that have not ended.
    ///
    /// # Errors
    /// Database failures.
    pub async fn unfinished_jobs(&self) -> Result<Vec<JobSummary>, LibraryError> {
        let statement = format!(
            "SELECT {COLUMNS} FROM job WHERE state IN ('listing','running','paused') ORDER BY id"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(statement)).fetch_all(&self.pool).await?;
        let mut jobs = Vec::with_capacity(rows.len());
        for row in rows {
            jobs.push(self.summary(&row).await?);
        }
        Ok(jobs)
    }

    /// Ends every job whose list is complete and whose files are all in a final state; gives those that ended.
    ///
    /// # Errors
    /// Database failures.
    pub async fn finish_jobs(&self) -> Result<Vec<JobSummary>, LibraryError> {
        let candidates = format!("SELECT id FROM job j WHERE {CAN_END}");
        let rows = sqlx::query(sqlx::AssertSqlSafe(candidates)).fetch_all(&self.pool).await?;
        let mut ended = Vec::new();
        for row in rows {
            ended.extend(self.finish(JobId(row.try_get(0)?)).await?);
        }
        Ok(ended)
    }

    /// Ends one job, unless it was opened again meanwhile: check, count and change are one transaction.
    async fn finish(&self, job: JobId) -> Result<Option<JobSummary>, LibraryError> {
        let mut write = self.write().await?;
        let balance = count(&mut *write.tx, job).await?;
        let end = format!(
            "UPDATE job AS j SET state = iif(state = 'running', 'finished', state), \
               balance = ?2, finished_at = ?3 WHERE id = ?1 AND {CAN_END}"
        );
        let done = sqlx::query(sqlx::AssertSqlSafe(end))
            .bind(job.0)
            .bind(serde_json::to_string(&balance)?)
            .bind(now())
            .execute(&mut *write.tx)
            .await?;
        write.commit().await?;
        if done.rows_affected() == 0 {
            return Ok(None);
        }
        self.job(job).await.map(Some)
    }

    async fn summary(&self, row: &SqliteRow) -> Result<JobSummary, LibraryError> {
        let id = JobId(row.try_get("id")?);
        let balance = match optional_json_column(row, "balance")? {
            Some(frozen) => frozen,
            None => count(&self.pool, id).await?,
        };
        Ok(JobSummary {
            id,
            source: named_column(row, "source")?,
            account: Account { id: row.try_get("account_id")?, name: row.try_get("account_name")? },
            formats: json_column(row, "formats")?,
            state: named_column(row, "state")?,
            songs: row.try_get::<i64, _>("songs")?.unsigned_abs(),
            balance,
            listing: json_column(row, "listing")?,
            reason: optional_json_column(row, "reason")?,
            created_at: row.try_get("created_at")?,
            finished_at: row.try_get("finished_at")?,
        })
    }
}

/// Counts a job's files by how they stand now.
async fn count<'e>(
    executor: impl sqlx::Executor<'e, Database = sqlx::Sqlite>,
    job: JobId,
) -> Result<Balance, LibraryError> {
    let rows = sqlx::query(
        "SELECT i.state, ji.already, count(*) FROM job_item ji JOIN item i ON i.id = ji.item_id \
         WHERE ji.job_id = ?1 GROUP BY 1, 2",
    )
    .bind(job.0)
    .fetch_all(executor)
    .await?;
    let mut balance = Balance::default();
    for row in rows {
        let count = row.try_get::<i64, _>(2)?.unsigned_abs();
        balance.add(named_column(&row, "state")?, row.try_get(1)?, count);
    }
    Ok(balance)
}

/// What is not being worked on ends now; what is running is ended by its worker.
async fn cancel_rest(
    write: &mut crate::database::Write<'_>,
    job: JobId,
) -> Result<(), LibraryError> {
    sqlx::query(
        "UPDATE item SET state = 'cancelled', reason = NULL, next_try_at = NULL \
         WHERE job_id = ?1 AND state IN ('wanted', 'waiting', 'needs_you')",
    )
    .bind(job.0)
    .execute(&mut *write.tx)
    .await?;
    Ok(())
}
