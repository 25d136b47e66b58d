//! What was asked to be read. How far it is shows in lists and answers, so that a kill loses nothing.

use crate::database::{Library, now};
use crate::error::LibraryError;
use protocol::ErrorBody;
use protocol::discogs::{NewRun, Purpose, RunFigures, RunId, RunState, SHOWN_FOR};
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteExecutor};

/// A run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunRow {
    /// Which.
    pub id: RunId,
    /// What was asked for.
    pub request: NewRun,
    /// Where it stands.
    pub state: RunState,
    /// Why it does not go on.
    pub reason: Option<ErrorBody>,
    /// The list was read.
    pub list_read: bool,
    /// How far it was when it stopped last.
    pub figures: RunFigures,
    /// When it was begun, seconds since 1970.
    pub created_at: i64,
}

/// What became of an order to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begun {
    /// It is a new run.
    New,
    /// It is what was ordered before, or nobody's order: as it stands.
    Known,
    /// It is a part of a run that is not over.
    Joined,
}

/// A query for whole runs with these words behind it.
macro_rules! runs_where {
    ($rest:literal) => {
        concat!(
            "SELECT id, request, state, reason, list_read, figures, created_at FROM discogs_run",
            $rest
        )
    };
}

impl Library {
    /// Notes a run, or finds the one with the same key, or that it can be a part of: that one is to read it as well.
    ///
    /// # Errors
    /// [`LibraryError::NotFound`] for an account that is gone; database failures.
    pub async fn start_discogs_run(&self, new: &NewRun) -> Result<(RunId, Begun), LibraryError> {
        let mut write = self.write().await?;
        let known = sqlx::query("SELECT id FROM discogs_run WHERE key = ?1")
            .bind(&new.key)
            .fetch_optional(&mut *write.tx)
            .await?;
        if let Some(known) = known {
            return Ok((RunId(known.try_get(0)?), Begun::Known));
        }
        if let Some(Join { row, request, anew }) = run_to_join(&mut *write.tx, new).await? {
            if new.purpose == Purpose::KeepFresh {
                return Ok((row.id, Begun::Known));
            }
            sqlx::query(
                "UPDATE discogs_run SET request = ?2, list_read = iif(?3, list_read AND ?4, list_read), \
                   figures = iif(?3, NULL, figures), created_at = iif(?3, ?5, created_at) WHERE id = ?1",
            )
            .bind(row.id.0)
            .bind(serde_json::to_string(&request)?)
            .bind(anew)
            .bind(new.keep_list)
            .bind(now())
            .execute(&mut *write.tx)
            .await?;
            write.commit().await?;
            return Ok((row.id, Begun::Joined));
        }
        let row = sqlx::query(
            "INSERT INTO discogs_run (key, account, request, state, list_read, created_at) \
             SELECT ?1, id, ?3, 'running', ?4, ?5 FROM discogs_account WHERE id = ?2 RETURNING id",
        )
        .bind(&new.key)
        .bind(new.account.0)
        .bind(serde_json::to_string(new)?)
        .bind(new.keep_list)
        .bind(now())
        .fetch_optional(&mut *write.tx)
        .await?;
        let gone = || LibraryError::NotFound(format!("Discogs account {}", new.account));
        let id = RunId(row.ok_or_else(gone)?.try_get(0)?);
        write.commit().await?;
        Ok((id, Begun::New))
    }

    /// The run that an order would be a part of, if it were given now.
    ///
    /// # Errors
    /// Database failures.
    pub async fn discogs_run_to_join(&self, new: &NewRun) -> Result<Option<RunId>, LibraryError> {
        Ok(run_to_join(&self.pool, new).await?.map(|join| join.row.id))
    }

    /// One run.
    ///
    /// # Errors
    /// [`LibraryError::NotFound`]; database failures.
    pub async fn discogs_run(&self, id: RunId) -> Result<RunRow, LibraryError> {
        let row = sqlx::query(runs_where!(" WHERE id = ?1"))
            .bind(id.0)
            .fetch_optional(&self.pool)
            .await?;
        run(&row.ok_or_else(|| LibraryError::NotFound(format!("run {id}")))?)
    }

    /// All runs that are not over, and the newest `limit` of all; newest first.
    ///
    /// # Errors
    /// Database failures.
    pub async fn discogs_runs(&self, limit: u32) -> Result<Vec<RunRow>, LibraryError> {
        let rows = sqlx::query(runs_where!(
            " WHERE finished_at IS NULL \
               OR id IN (SELECT id FROM discogs_run ORDER BY id DESC LIMIT ?1) ORDER BY id DESC"
        ))
        .bind(limit)
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(run).collect()
    }

    /// The runs that are not over, oldest first.
    ///
    /// # Errors
    /// Database failures.
    pub async fn unfinished_discogs_runs(&self) -> Result<Vec<RunRow>, LibraryError> {
        let rows = sqlx::query(runs_where!(" WHERE finished_at IS NULL ORDER BY id"))
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(run).collect()
    }

    /// Says where a run stands, by the person. One that is over stays as it ended.
    ///
    /// # Errors
    /// Database failures.
    pub async fn set_discogs_run(&self, id: RunId, state: RunState) -> Result<(), LibraryError> {
        let mut write = self.write().await?;
        sqlx::query(
            "UPDATE discogs_run SET state = ?2, reason = NULL, finished_at = ?3 \
             WHERE id = ?1 AND finished_at IS NULL",
        )
        .bind(id.0)
        .bind(stored(state))
        .bind(state.is_over().then(now))
        .execute(&mut *write.tx)
        .await?;
        write.commit().await
    }

    /// Says where a run stands that is being carried out. One that the person has stopped meanwhile stays so.
    ///
    /// # Errors
    /// Database failures.
    pub async fn note_discogs_run(
        &self,
        id: RunId,
        state: RunState,
        reason: Option<&ErrorBody>,
        figures: &RunFigures,
    ) -> Result<(), LibraryError> {
        let mut write = self.write().await?;
        sqlx::query(
            "UPDATE discogs_run SET state = ?2, reason = ?3, figures = ?4, finished_at = ?5 \
             WHERE id = ?1 AND state IN ('running', 'waiting')",
        )
        .bind(id.0)
        .bind(stored(state))
        .bind(reason.map(serde_json::to_string).transpose()?)
        .bind(serde_json::to_string(figures)?)
        .bind(state.is_over().then(now))
        .execute(&mut *write.tx)
        .await?;
        write.commit().await
    }

    /// Notes that a run has read everything that `request` asks for. Returns whether that is all: more may have become a
    /// part of it meanwhile, and then it is not over.
    ///
    /// # Errors
    /// [`LibraryError::NotFound`]; database failures.
    pub async fn finish_discogs_run(
        &self,
        id: RunId,
        request: &NewRun,
        figures: &RunFigures,
    ) -> Result<bool, LibraryError> {
        let mut write = self.write().await?;
        let row = sqlx::query(runs_where!(" WHERE id = ?1"))
            .bind(id.0)
            .fetch_optional(&mut *write.tx)
            .await?;
        let row = run(&row.ok_or_else(|| LibraryError::NotFound(format!("run {id}")))?)?;
        // Who waits for it changes nothing of what is read.
        if (NewRun { purpose: request.purpose, ..row.request }) != *request {
            return Ok(false);
        }
        sqlx::query(
            "UPDATE discogs_run SET state = ?2, reason = NULL, figures = ?3, finished_at = ?4 \
             WHERE id = ?1 AND state IN ('running', 'waiting')",
        )
        .bind(id.0)
        .bind(stored(RunState::Finished))
        .bind(serde_json::to_string(figures)?)
        .bind(now())
        .execute(&mut *write.tx)
        .await?;
        write.commit().await?;
        Ok(true)
    }

    /// Notes that a run has read its list.
    ///
    /// # Errors
    /// Database failures.
    pub async fn discogs_run_has_list(&self, id: RunId) -> Result<(), LibraryError> {
        let mut write = self.write().await?;
        sqlx::query("UPDATE discogs_run SET list_read = 1 WHERE id = ?1")
            .bind(id.0)
            .execute(&mut *write.tx)
            .await?;
        write.commit().await
    }
}

/// How an order becomes a part of a run.
struct Join {
    row: RunRow,
    /// What the run is to read then.
    request: NewRun,
    /// What it has read is too old for who orders now: it begins anew, as of now.
    anew: bool,
}

impl Join {
    /// What was read at the beginning serves as long as it may be shown. A run that rests can begin anew; one at work goes
    /// on with what it has, and is not what is wanted.
    fn of(row: RunRow, new: &NewRun) -> Option<Self> {
        let is_old = now() - row.created_at > SHOWN_FOR;
        let rests = matches!(row.state, RunState::Paused | RunState::NeedsYou);
        let anew = is_old && rests;
        if is_old && !rests && !new.keep_list {
            return None;
        }
        let request = row.request.joined(new, row.list_read && !anew)?;
        Some(Self { row, request, anew })
    }

    /// What nobody ordered is a part of whatever is to bring its list, and of what waits for the person, without whom
    /// another run would not get further.
    fn of_nobody(row: RunRow, new: &NewRun) -> Option<Self> {
        let brings_it = !row.list_read || row.state == RunState::NeedsYou;
        let request = row.request.clone();
        (brings_it && request.list == new.list).then_some(Self { row, request, anew: false })
    }
}

/// The run that is not over of which an order can be a part.
async fn run_to_join(
    database: impl SqliteExecutor<'_>,
    new: &NewRun,
) -> Result<Option<Join>, LibraryError> {
    let rows = sqlx::query(runs_where!(" WHERE account = ?1 AND finished_at IS NULL ORDER BY id"))
        .bind(new.account.0)
        .fetch_all(database)
        .await?;
    let rows = rows.iter().map(run).collect::<Result<Vec<_>, _>>()?;
    let joins = rows.into_iter().filter_map(|row| match new.purpose {
        Purpose::KeepFresh => Join::of_nobody(row, new),
        Purpose::Asked | Purpose::Preload => Join::of(row, new),
    });
    // Rather one that reads all of it anyway.
    Ok(joins.min_by_key(|join| join.row.request != join.request))
}

const STATES: [(RunState, &str); 7] = [
    (RunState::Running, "running"),
    (RunState::Paused, "paused"),
    (RunState::NeedsYou, "needs_you"),
    (RunState::Waiting, "waiting"),
    (RunState::Finished, "finished"),
    (RunState::Cancelled, "cancelled"),
    (RunState::Failed, "failed"),
];

fn stored(state: RunState) -> &'static str {
    STATES.iter().find(|(one, _)| *one == state).map_or("failed", |(_, name)| name)
}

fn run(row: &SqliteRow) -> Result<RunRow, LibraryError> {
    let (request, state): (String, String) = (row.try_get("request")?, row.try_get("state")?);
    let (reason, figures): (Option<String>, Option<String>) =
        (row.try_get("reason")?, row.try_get("figures")?);
    let known = STATES.iter().find(|(_, name)| *name == state).map(|(state, _)| *state);
    Ok(RunRow {
        id: RunId(row.try_get("id")?),
        request: serde_json::from_str(&request)?,
        state: known.ok_or_else(|| LibraryError::Unreadable(format!("run state {state}")))?,
        reason: reason.map(|reason| serde_json::from_str(&reason)).transpose()?,
        list_read: row.try_get("list_read")?,
        figures: figures.map(|json| serde_json::from_str(&json)).transpose()?.unwrap_or_default(),
        created_at: row.try_get("created_at")?,
    })
}
