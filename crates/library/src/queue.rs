//! What becomes of claimed work that was not committed, and what the person asks of the queue.

use crate::claim::Claimed;
use crate::database::{Library, now};
use crate::error::LibraryError;
use crate::intent::{check_running, drop_intent};
use protocol::{ErrorBody, ErrorCode, ItemId, ItemState, JobId, Source};
use sqlx::Row;

/// How work on a file ended without a file.
#[derive(Clone, Debug)]
pub enum Settled {
    /// Put back as it was (paused, or the daemon ends): the attempt does not count.
    PutBack,
    /// Will be tried again at this time (seconds since 1970).
    Waiting(i64, ErrorBody),
    /// As `Waiting`, but no server was asked, so that it does not count as an attempt.
    HeldBack(i64, ErrorBody),
    /// The person has to do something.
    NeedsYou(ErrorBody),
    /// Given up.
    Failed(ErrorBody),
    /// The site has no such file.
    Absent,
    /// The site refuses it on purpose.
    Withheld(ErrorBody),
    /// The person does not want it.
    Cancelled,
}

impl Settled {
    fn state(&self) -> ItemState {
        match self {
            Settled::PutBack => ItemState::Wanted,
            Settled::Waiting(..) | Settled::HeldBack(..) => ItemState::Waiting,
            Settled::NeedsYou(_) => ItemState::NeedsYou,
            Settled::Failed(_) => ItemState::Failed,
            Settled::Absent => ItemState::Absent,
            Settled::Withheld(_) => ItemState::Withheld,
            Settled::Cancelled => ItemState::Cancelled,
        }
    }

    fn reason(&self) -> Option<&ErrorBody> {
        match self {
            Settled::Waiting(_, reason)
            | Settled::HeldBack(_, reason)
            | Settled::NeedsYou(reason)
            | Settled::Failed(reason)
            | Settled::Withheld(reason) => Some(reason),
            Settled::PutBack | Settled::Absent | Settled::Cancelled => None,
        }
    }
}

impl Library {
    /// Notes how claimed work ended. A final state also drops the intent and the part file.
    ///
    /// # Errors
    /// [`LibraryError::Superseded`]; database and disk failures.
    pub async fn settle(&self, claimed: &Claimed, settled: &Settled) -> Result<(), LibraryError> {
        let state = settled.state();
        let next_try_at = match settled {
            Settled::Waiting(at, _) | Settled::HeldBack(at, _) => Some(*at),
            _ => None,
        };
        let attempts = match settled {
            Settled::PutBack | Settled::HeldBack(..) => claimed.attempts.saturating_sub(1),
            _ => claimed.attempts,
        };
        let mut write = self.write().await?;
        check_running(&mut write, claimed.item, claimed.fence).await?;
        // What would go on belongs to a job that was ended meanwhile: then it does not.
        sqlx::query(
            "UPDATE item SET state = iif(?2 IN ('wanted', 'waiting', 'needs_you') AND EXISTS ( \
                 SELECT 1 FROM job j WHERE j.id = item.job_id AND j.state = 'cancelled'), 'cancelled', ?2), \
               reason = ?3, next_try_at = ?4, attempts = ?5 WHERE id = ?1",
        )
        .bind(claimed.item.0)
        .bind(state.as_str())
        .bind(settled.reason().map(serde_json::to_string).transpose()?)
        .bind(next_try_at)
        .bind(attempts)
        .execute(&mut *write.tx)
        .await?;
        if state.is_final() {
            drop_intent(&mut write, claimed.item).await?;
        }
        write.commit().await?;
        if state.is_final() {
            // A part that cannot be removed now is a stray for the next start.
            let part = claimed.kept.part.clone();
            let _ = self.at_disk(move |shelf| shelf.remove(&part)).await;
        }
        self.drop_cancelled_parts().await
    }

    /// Removes what was fetched of files that nobody wants any more.
    pub(crate) async fn drop_cancelled_parts(&self) -> Result<(), LibraryError> {
        let mut write = self.write().await?;
        let gone = sqlx::query(
            "DELETE FROM intent WHERE phase = 'fetching' \
             AND item_id IN (SELECT id FROM item WHERE state = 'cancelled') RETURNING part",
        )
        .fetch_all(&mut *write.tx)
        .await?;
        if gone.is_empty() {
            return Ok(());
        }
        write.commit().await?;
        for row in gone {
            let part: String = row.try_get(0)?;
            let _ = self.at_disk(move |shelf| shelf.remove(&part)).await;
        }
        Ok(())
    }

    /// When the next waiting file of a running job is due (seconds since 1970).
    ///
    /// # Errors
    /// Database failures.
    pub async fn next_due(&self) -> Result<Option<i64>, LibraryError> {
        let row = sqlx::query(
            "SELECT min(i.next_try_at) FROM item i JOIN job j ON j.id = i.job_id \
             WHERE i.state = 'waiting' AND j.state IN ('listing', 'running')",
        )
        .fetch_one(&self.pool)
        .await?;
        Ok(row.try_get(0)?)
    }

    /// Queued work now needs the person: the API work of one site, or everything; gives how many files that are.
    ///
    /// # Errors
    /// Database failures.
    pub async fn block(
        &self,
        source: Option<Source>,
        reason: &ErrorBody,
    ) -> Result<u64, LibraryError> {
        let mut write = self.write().await?;
        let done = sqlx::query(
            "UPDATE item SET state = 'needs_you', reason = ?2 \
             WHERE (?1 IS NULL OR (lane = 'api' AND source = ?1)) AND state IN ('wanted', 'waiting')",
        )
        .bind(source.map(Source::as_str))
        .bind(serde_json::to_string(reason)?)
        .execute(&mut *write.tx)
        .await?;
        write.commit().await?;
        Ok(done.rows_affected())
    }

    /// What waited for one of these errors to be mended is wanted again, of one account if it is known; gives how
    /// many files.
    ///
    /// # Errors
    /// Database failures.
    pub async fn unblock(
        &self,
        source: Option<Source>,
        account_id: Option<&str>,
        codes: &[ErrorCode],
    ) -> Result<u64, LibraryError> {
        let numbers: Vec<u16> = codes.iter().map(|&code| code.into()).collect();
        let mut write = self.write().await?;
        let done = sqlx::query(
            "UPDATE item SET state = 'wanted', reason = NULL, attempts = 0 \
             WHERE state = 'needs_you' AND (?1 IS NULL OR source = ?1) \
               AND reason ->> 'code' IN (SELECT value FROM json_each(?2)) \
               AND (?3 IS NULL OR job_id IN (SELECT id FROM job WHERE account_id IN (?3, '')))",
        )
        .bind(source.map(Source::as_str))
        .bind(serde_json::to_string(&numbers)?)
        .bind(account_id.filter(|id| !id.is_empty()))
        .execute(&mut *write.tx)
        .await?;
        write.commit().await?;
        Ok(done.rows_affected())
    }

    /// Pages of a host that waited for one of these errors to be mended are wanted again.
    ///
    /// # Errors
    /// Database failures.
    pub async fn unblock_host(&self, host: &str, codes: &[ErrorCode]) -> Result<u64, LibraryError> {
        let numbers: Vec<u16> = codes.iter().map(|&code| code.into()).collect();
        let mut write = self.write().await?;
        let done = sqlx::query(
            "UPDATE item SET state = 'wanted', reason = NULL, attempts = 0 \
             WHERE state = 'needs_you' AND source = 'web' \
               AND reason ->> 'code' IN (SELECT value FROM json_each(?2)) \
               AND (instr(fetch ->> 'url', '://' || ?1 || '/') IN (5, 6) \
                 OR instr(fetch ->> 'url', '://' || ?1 || ':') IN (5, 6))",
        )
        .bind(host)
        .bind(serde_json::to_string(&numbers)?)
        .execute(&mut *write.tx)
        .await?;
        write.commit().await?;
        Ok(done.rows_affected())
    }

    /// Tries again what failed, waits or needs the person: of one job, or of all that are not cancelled.
    ///
    /// # Errors
    /// Database failures.
    pub async fn retry_job(&self, job: Option<JobId>) -> Result<(), LibraryError> {
        let states = match job {
            // "Undo" of a cancel is a retry of that job.
            Some(_) => "'failed', 'waiting', 'needs_you', 'cancelled'",
            None => "'failed', 'waiting', 'needs_you'",
        };
        let chosen = format!(
            "SELECT i.id FROM item i WHERE i.state IN ({states}) AND (?1 IS NULL OR i.job_id = ?1)"
        );
        if let Some(job) = job {
            self.reopen_list(job).await?;
        }
        self.retry_where(&chosen, job.map(|job| job.0.to_string())).await
    }

    /// A list that broke off is read again.
    async fn reopen_list(&self, job: JobId) -> Result<(), LibraryError> {
        let mut write = self.write().await?;
        sqlx::query(
            "UPDATE job SET state = 'listing', listed_at = NULL, reason = NULL, balance = NULL, \
               finished_at = NULL \
             WHERE id = ?1 AND state <> 'paused' AND NOT coalesce(listing ->> 'complete', 0)",
        )
        .bind(job.0)
        .execute(&mut *write.tx)
        .await?;
        write.commit().await
    }

    /// Tries these again.
    ///
    /// # Errors
    /// Database failures.
    pub async fn retry_items(&self, items: &[ItemId]) -> Result<(), LibraryError> {
        let chosen = "SELECT i.id FROM item i JOIN json_each(?1) a ON a.value = i.id \
                      WHERE i.state IN ('failed', 'waiting', 'needs_you', 'cancelled', 'absent', 'withheld')";
        self.retry_where(chosen, Some(serde_json::to_string(items)?)).await
    }

    /// Sees to it that these files, which are wanted again, are fetched although their jobs have ended.
    ///
    /// # Errors
    /// Database failures.
    pub async fn want_now(&self, items: &[ItemId]) -> Result<(), LibraryError> {
        if items.is_empty() {
            return Ok(());
        }
        let chosen = "SELECT i.id FROM item i JOIN json_each(?1) a ON a.value = i.id WHERE i.state = 'wanted'";
        self.retry_where(chosen, Some(serde_json::to_string(items)?)).await
    }

    /// Wants the chosen files again and opens their jobs again if they had ended.
    async fn retry_where(
        &self,
        chosen: &str,
        argument: Option<String>,
    ) -> Result<(), LibraryError> {
        let mut write = self.write().await?;
        let reopen = format!(
            "UPDATE job SET state = iif(listed_at IS NULL, 'listing', 'running'), balance = NULL, \
               finished_at = NULL WHERE state IN ('finished', 'cancelled') \
             AND id IN (SELECT job_id FROM item WHERE id IN ({chosen}))"
        );
        let want = format!(
            "UPDATE item SET state = 'wanted', reason = NULL, next_try_at = NULL, attempts = 0 \
             WHERE id IN ({chosen})"
        );
        for statement in [reopen, want] {
            sqlx::query(sqlx::AssertSqlSafe(statement))
                .bind(&argument)
                .execute(&mut *write.tx)
                .await?;
        }
        write.commit().await
    }

    /// Gives these up, unless they are being worked on (their worker does that) or done.
    ///
    /// # Errors
    /// Database failures.
    pub async fn cancel_items(&self, items: &[ItemId]) -> Result<(), LibraryError> {
        let mut write = self.write().await?;
        sqlx::query(
            "UPDATE item SET state = 'cancelled', reason = NULL, next_try_at = NULL \
             WHERE id IN (SELECT value FROM json_each(?1)) \
               AND state IN ('wanted', 'waiting', 'needs_you', 'failed')",
        )
        .bind(serde_json::to_string(items)?)
        .execute(&mut *write.tx)
        .await?;
        write.commit().await?;
        self.drop_cancelled_parts().await
    }

    /// Fresh ways to the bytes of an item whose signed address had expired.
    ///
    /// # Errors
    /// Database failures.
    pub async fn set_fetch(
        &self,
        item: ItemId,
        fetch: &protocol::Fetch,
    ) -> Result<(), LibraryError> {
        let mut write = self.write().await?;
        sqlx::query("UPDATE item SET fetch = ?2, lane = ?3 WHERE id = ?1")
            .bind(item.0)
            .bind(serde_json::to_string(fetch)?)
            .bind(crate::listing::lane(fetch))
            .execute(&mut *write.tx)
            .await?;
        write.commit().await
    }

    /// Whether the whole queue is paused.
    ///
    /// # Errors
    /// Database failures.
    pub async fn is_paused(&self) -> Result<bool, LibraryError> {
        let row = sqlx::query("SELECT 1 FROM meta WHERE key = 'paused_since'")
            .fetch_optional(&self.pool)
            .await?;
        Ok(row.is_some())
    }

    /// Pauses the whole queue or lets it go on.
    ///
    /// # Errors
    /// Database failures.
    pub async fn set_paused(&self, paused: bool) -> Result<(), LibraryError> {
        let mut write = self.write().await?;
        let statement = if paused {
            "INSERT INTO meta (key, value) VALUES ('paused_since', ?1) ON CONFLICT DO NOTHING"
        } else {
            "DELETE FROM meta WHERE key = 'paused_since' AND ?1 IS NOT NULL"
        };
        sqlx::query(statement).bind(now().to_string()).execute(&mut *write.tx).await?;
        write.commit().await
    }
}
