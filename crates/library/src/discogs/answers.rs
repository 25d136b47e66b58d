//! The cache: what the site said about releases, compressed, with its age.

use super::filter::{Filter, Statement};
use crate::database::{Library, now};
use crate::error::LibraryError;
use protocol::discogs::{CacheFigures, DiscogsAccountId, DiscogsList, EntryFilter};
use sqlx::Row;
use sqlx::sqlite::SqliteRow;
use std::collections::{HashMap, HashSet};
use std::ops::RangeInclusive;

/// Level of compression. Answers shrink to a quarter; higher levels cost time and win little.
const LEVEL: i32 = 3;
/// The longest answer that is unpacked, in bytes: twice what an API's answer may have.
const LONGEST: usize = 64 * 1024 * 1024;
/// A week, in seconds.
const WEEK: i64 = 7 * 24 * 60 * 60;

/// What was asked about a release.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AnswerKind {
    /// Everything about it. The same for everybody.
    Release,
    /// The least that is asked for it. In the currency of who asks.
    Stats,
    /// What the site would ask for it. In the currency of who asks.
    Suggestions,
}

impl AnswerKind {
    /// The stored name.
    pub fn as_str(self) -> &'static str {
        match self {
            AnswerKind::Release => "release",
            AnswerKind::Stats => "stats",
            AnswerKind::Suggestions => "suggestions",
        }
    }

    /// The account under which an answer is kept.
    fn owner(self, account: DiscogsAccountId) -> i64 {
        match self {
            AnswerKind::Release => 0,
            AnswerKind::Stats | AnswerKind::Suggestions => account.0,
        }
    }
}

/// Releases that are asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Releases {
    /// Whose.
    pub account: DiscogsAccountId,
    /// Of which list.
    pub list: DiscogsList,
    /// Of which of its entries. Details are asked of those, too, that match once they turn out to be from the right country.
    pub filter: EntryFilter,
}

impl Releases {
    /// A statement over what is to be asked about so: `text` puts it around what follows `FROM`. `?13` kind and `?14` owner
    /// of an answer, `?15` and `?16` the moments between which it must have been fetched. Its own parameters begin at `?17`.
    fn asked(
        &self,
        kind: AnswerKind,
        fresh: &RangeInclusive<i64>,
        text: impl FnOnce(&str) -> String,
    ) -> Result<Statement, LibraryError> {
        let Releases { account, list, filter } = self;
        let filter = match kind {
            AnswerKind::Release => Filter::possible(*account, *list, filter),
            AnswerKind::Stats | AnswerKind::Suggestions => Filter::certain(*account, *list, filter),
        }?;
        let statement = filter.bound(text(&filter.from)).bind(kind.as_str());
        Ok(statement.bind(kind.owner(*account)).bind(*fresh.start()).bind(*fresh.end()))
    }
}

/// An answer of the site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// When it was fetched, seconds since 1970.
    pub fetched_at: i64,
    /// The answer, JSON; `None` where the site says that there is no such thing (any more) and nothing is known.
    pub body: Option<Vec<u8>>,
    /// The site did not have it any more when it was asked last.
    pub gone: bool,
}

impl Library {
    /// Keeps an answer. `None` says that the site has no such thing (any more): what was known of it stays. It counts as
    /// fetched at `not_before` (seconds since 1970) at the earliest: a clock that was set back must not make it old.
    ///
    /// # Errors
    /// Database failures.
    pub async fn keep_discogs_answer(
        &self,
        kind: AnswerKind,
        release: i64,
        account: DiscogsAccountId,
        not_before: i64,
        body: Option<&[u8]>,
    ) -> Result<(), LibraryError> {
        let packed = body.map(|body| zstd::bulk::compress(body, LEVEL));
        let packed = packed.transpose().map_err(LibraryError::io("compressing an answer"))?;
        let mut write = self.write().await?;
        sqlx::query(
            "INSERT INTO discogs_answer (kind, release, account, fetched_at, gone, body) \
             VALUES (?1, ?2, ?3, ?4, ?5 IS NULL, ?5) \
             ON CONFLICT (kind, release, account) DO UPDATE SET fetched_at = excluded.fetched_at, \
               gone = excluded.gone, body = ifnull(excluded.body, body)",
        )
        .bind(kind.as_str())
        .bind(release)
        .bind(kind.owner(account))
        .bind(now().max(not_before))
        .bind(packed)
        .execute(&mut *write.tx)
        .await?;
        write.commit().await
    }

    /// Releases of the lists of which the site's answer is kept and nobody has looked yet where they came out, with that
    /// answer.
    ///
    /// # Errors
    /// [`LibraryError::Unreadable`] for a broken entry; database failures.
    pub async fn discogs_without_country(
        &self,
        limit: u32,
    ) -> Result<Vec<(i64, Vec<u8>)>, LibraryError> {
        let rows = sqlx::query(
            "SELECT a.release, a.body FROM (SELECT DISTINCT release FROM discogs_shown \
                 WHERE release NOT IN (SELECT release FROM discogs_country)) s \
               JOIN discogs_answer a ON a.kind = 'release' AND a.release = s.release AND a.account = 0 \
             WHERE a.body IS NOT NULL LIMIT ?1",
        )
        .bind(limit)
        .fetch_all(&self.pool)
        .await?;
        let answer = |row: &SqliteRow| {
            let packed: Vec<u8> = row.try_get("body")?;
            Ok((row.try_get("release")?, unpack(&packed)?))
        };
        rows.iter().map(answer).collect()
    }

    /// Notes where releases came out whose answers are kept; empty where the site does not say.
    ///
    /// # Errors
    /// Database failures.
    pub async fn note_discogs_countries(
        &self,
        countries: &[(i64, String)],
    ) -> Result<(), LibraryError> {
        let mut write = self.write().await?;
        sqlx::query(
            "INSERT INTO discogs_country (release, country) \
             SELECT value ->> 0, value ->> 1 FROM json_each(?1) WHERE true \
             ON CONFLICT (release) DO UPDATE SET country = excluded.country",
        )
        .bind(serde_json::to_string(countries)?)
        .execute(&mut *write.tx)
        .await?;
        write.commit().await
    }

    /// What the site said about these releases, however old.
    ///
    /// # Errors
    /// [`LibraryError::Unreadable`] for a broken entry; database failures.
    pub async fn discogs_answers(
        &self,
        kind: AnswerKind,
        releases: &[i64],
        account: DiscogsAccountId,
    ) -> Result<HashMap<i64, Answer>, LibraryError> {
        let rows = sqlx::query(
            "SELECT release, fetched_at, gone, body FROM discogs_answer \
             WHERE kind = ?1 AND account = ?2 AND release IN (SELECT value FROM json_each(?3))",
        )
        .bind(kind.as_str())
        .bind(kind.owner(account))
        .bind(serde_json::to_string(releases)?)
        .fetch_all(&self.pool)
        .await?;
        let answer = |row: &SqliteRow| {
            let packed: Option<Vec<u8>> = row.try_get("body")?;
            let body = packed.map(|packed| unpack(&packed)).transpose()?;
            let (fetched_at, gone) = (row.try_get("fetched_at")?, row.try_get("gone")?);
            Ok((row.try_get("release")?, Answer { fetched_at, gone, body }))
        };
        rows.iter().map(answer).collect()
    }

    /// Those of these releases that the site does not have any more, as it said when it was asked last.
    ///
    /// # Errors
    /// Database failures.
    pub async fn discogs_gone(&self, releases: &[i64]) -> Result<HashSet<i64>, LibraryError> {
        let rows = sqlx::query_scalar(
            "SELECT release FROM discogs_answer WHERE kind = ?1 AND gone <> 0 \
             AND release IN (SELECT value FROM json_each(?2))",
        )
        .bind(AnswerKind::Release.as_str())
        .bind(serde_json::to_string(releases)?)
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.into_iter().collect())
    }

    /// Of these releases those about which nothing is kept that was fetched within `fresh` (seconds since 1970), each once:
    /// those never asked about first, then the oldest. What was fetched later than now, by a clock that was ahead, is of
    /// no known age: `fresh` ends before it.
    ///
    /// # Errors
    /// Database failures.
    pub async fn discogs_unanswered(
        &self,
        kind: AnswerKind,
        releases: &Releases,
        fresh: &RangeInclusive<i64>,
        limit: u32,
    ) -> Result<Vec<i64>, LibraryError> {
        let statement = releases.asked(kind, fresh, |from| {
            format!(
                "SELECT e.release FROM (SELECT s.release, min(s.added_at) AS added_at FROM {from} \
                     AND s.release > 0 GROUP BY s.release) e LEFT JOIN discogs_answer a \
                   ON a.kind = ?13 AND a.release = e.release AND a.account = ?14 \
                 WHERE ifnull(a.fetched_at NOT BETWEEN ?15 AND ?16, true) \
                 ORDER BY ifnull(a.fetched_at, -1), e.added_at, e.release LIMIT ?17"
            )
        })?;
        let rows = statement.bind(limit).fetch_all(&self.pool).await?;
        rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
    }

    /// Whether something is kept about a release that was fetched within `fresh`, as in [`Library::discogs_unanswered`].
    ///
    /// # Errors
    /// Database failures.
    pub async fn discogs_is_answered(
        &self,
        kind: AnswerKind,
        release: i64,
        account: DiscogsAccountId,
        fresh: &RangeInclusive<i64>,
    ) -> Result<bool, LibraryError> {
        let row = sqlx::query(
            "SELECT EXISTS (SELECT 1 FROM discogs_answer WHERE kind = ?1 AND release = ?2 AND account = ?3 \
               AND fetched_at BETWEEN ?4 AND ?5)",
        )
        .bind(kind.as_str())
        .bind(release)
        .bind(kind.owner(account))
        .bind(fresh.start())
        .bind(fresh.end())
        .fetch_one(&self.pool)
        .await?;
        Ok(row.try_get(0)?)
    }

    /// How many releases there are, each once, and how many of them [`Library::discogs_unanswered`] would name.
    ///
    /// # Errors
    /// Database failures.
    pub async fn discogs_coverage(
        &self,
        kind: AnswerKind,
        releases: &Releases,
        fresh: &RangeInclusive<i64>,
    ) -> Result<(u64, u64), LibraryError> {
        let statement = releases.asked(kind, fresh, |from| {
            format!(
                "SELECT count(*), ifnull(sum(ifnull(a.fetched_at NOT BETWEEN ?15 AND ?16, true)), 0) \
                 FROM (SELECT DISTINCT s.release FROM {from} AND s.release > 0) e \
                   LEFT JOIN discogs_answer a ON a.kind = ?13 AND a.release = e.release AND a.account = ?14"
            )
        })?;
        let row = statement.fetch_one(&self.pool).await?;
        let count = |at: usize| -> Result<u64, LibraryError> {
            Ok(row.try_get::<i64, _>(at)?.unsigned_abs())
        };
        Ok((count(0)?, count(1)?))
    }

    /// Notes that answers served.
    ///
    /// # Errors
    /// Database failures.
    pub async fn note_discogs_uses(
        &self,
        kind: AnswerKind,
        releases: &[i64],
    ) -> Result<(), LibraryError> {
        let mut write = self.write().await?;
        sqlx::query(
            "UPDATE discogs_answer SET uses = uses + 1, used_at = ?3 \
             WHERE kind = ?1 AND release IN (SELECT value FROM json_each(?2))",
        )
        .bind(kind.as_str())
        .bind(serde_json::to_string(releases)?)
        .bind(now())
        .execute(&mut *write.tx)
        .await?;
        write.commit().await
    }

    /// The cache in figures.
    ///
    /// # Errors
    /// Database failures.
    pub async fn discogs_cache(&self) -> Result<CacheFigures, LibraryError> {
        let row = sqlx::query(
            "SELECT count(*), ifnull(sum(length(body)), 0), ifnull(sum(uses), 0), \
               ifnull(sum(fetched_at >= ?1), 0), min(fetched_at) FROM discogs_answer",
        )
        .bind(now() - WEEK)
        .fetch_one(&self.pool)
        .await?;
        let count = |at: usize| -> Result<u64, LibraryError> {
            Ok(row.try_get::<i64, _>(at)?.unsigned_abs())
        };
        Ok(CacheFigures {
            answers: count(0)?,
            bytes: count(1)?,
            uses: count(2)?,
            fetched_last_week: count(3)?,
            oldest_at: row.try_get(4)?,
        })
    }

    /// Forgets answers fetched before `before`, seconds since 1970. Returns how many.
    ///
    /// # Errors
    /// Database failures.
    pub async fn purge_discogs_answers(&self, before: i64) -> Result<u64, LibraryError> {
        let mut write = self.write().await?;
        let gone = sqlx::query("DELETE FROM discogs_answer WHERE fetched_at < ?1")
            .bind(before)
            .execute(&mut *write.tx)
            .await?;
        write.commit().await?;
        Ok(gone.rows_affected())
    }
}

fn unpack(packed: &[u8]) -> Result<Vec<u8>, LibraryError> {
    zstd::bulk::decompress(packed, LONGEST.min(capacity(packed)))
        .map_err(|error| LibraryError::Unreadable(format!("an answer of Discogs: {error}")))
}

/// The length that a packed answer says it has.
fn capacity(packed: &[u8]) -> usize {
    let stated = zstd::zstd_safe::get_frame_content_size(packed).ok().flatten();
    stated.and_then(|length| usize::try_from(length).ok()).unwrap_or(LONGEST)
}
