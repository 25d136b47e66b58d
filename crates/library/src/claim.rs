//! Taking work from the queue.

use crate::database::{Library, json_column, named_column, now};
use crate::error::LibraryError;
use crate::intent::Kept;
use crate::names;
use crate::names::PART_SUFFIX;
use protocol::{Fetch, ItemId, JobId, Metadata, Source, Variant};
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

/// Which queue a file stands in: a site's own API is asked gently, file hosts can be asked in parallel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Lane {
    /// The site's own API.
    Api(Source),
    /// File hosts.
    Files,
}

/// One wanted file, being worked on by whoever holds this. The fence makes a commit by an older holder fail.
#[derive(Clone, Debug)]
pub struct Claimed {
    /// Which.
    pub item: ItemId,
    /// The job that last asked for it.
    pub job: JobId,
    /// Grows with each claim.
    pub fence: i64,
    /// The site.
    pub source: Source,
    /// The account of the job.
    pub account_id: String,
    /// The site's id.
    pub source_id: String,
    /// Which rendering.
    pub variant: Variant,
    /// How the bytes are had.
    pub fetch: Fetch,
    /// The title as listed.
    pub title: String,
    /// What is known.
    pub metadata: Metadata,
    /// How often it was tried, this time included.
    pub attempts: u32,
    /// Where the bytes go, and what is there already.
    pub kept: Kept,
}

const CANDIDATES: &str = "SELECT i.id, i.job_id, i.fence + 1 AS fence, i.source, i.source_id, i.variant, i.fetch, \
     i.attempts + 1 AS attempts, r.title, r.metadata, j.account_id, n.part, n.validator \
     FROM item i JOIN job j ON j.id = i.job_id JOIN record r ON r.id = i.record_id \
     LEFT JOIN intent n ON n.item_id = i.id";
/// Two queries, each of which walks `item_of_state` in the order of ids and stops at its limit.
const WANTED: &str = "i.state = 'wanted' AND ?3 > 0";
const DUE: &str = "i.state = 'waiting' AND i.next_try_at <= ?3";
/// Of the lane, and listed by a job that runs.
const MAY_RUN: &str = "+i.lane = ?1 AND (?2 IS NULL OR +i.source = ?2) AND EXISTS ( \
     SELECT 1 FROM job_item x JOIN job k ON k.id = x.job_id \
     WHERE x.item_id = i.id AND k.state IN ('listing', 'running'))";

impl Library {
    /// Takes up to `limit` files of a lane that may be worked on now, and writes their intents (I2).
    ///
    /// # Errors
    /// Database failures.
    pub async fn claim(&self, lane: Lane, limit: u32) -> Result<Vec<Claimed>, LibraryError> {
        let (lane_name, source) = match lane {
            Lane::Api(source) => ("api", Some(source.as_str())),
            Lane::Files => ("files", None),
        };
        let settings = self.settings().await?;
        let name_max = self.shelf().name_max();
        let mut write = self.write().await?;
        let mut rows = Vec::new();
        for ready in [WANTED, DUE] {
            let left = limit.saturating_sub(u32::try_from(rows.len()).unwrap_or(u32::MAX));
            let statement =
                format!("{CANDIDATES} WHERE {ready} AND {MAY_RUN} ORDER BY i.id LIMIT ?4");
            let more = sqlx::query(sqlx::AssertSqlSafe(statement))
                .bind(lane_name)
                .bind(source)
                .bind(now())
                .bind(left)
                .fetch_all(&mut *write.tx)
                .await?;
            rows.extend(more);
        }
        let mut claimed = Vec::with_capacity(rows.len());
        for row in rows {
            let one = claimed_from(&row, &settings.template, name_max)?;
            sqlx::query(
                "UPDATE item SET state = 'running', fence = ?2, attempts = ?3, next_try_at = NULL WHERE id = ?1",
            )
            .bind(one.item.0)
            .bind(one.fence)
            .bind(one.attempts)
            .execute(&mut *write.tx)
            .await?;
            sqlx::query(
                "INSERT INTO intent (item_id, part, phase, created_at) VALUES (?1, ?2, 'fetching', ?3) \
                 ON CONFLICT (item_id) DO UPDATE SET phase = 'fetching', outputs = NULL",
            )
            .bind(one.item.0)
            .bind(&one.kept.part)
            .bind(now())
            .execute(&mut *write.tx)
            .await?;
            claimed.push(one);
        }
        if claimed.is_empty() {
            return Ok(claimed); // nothing was written: no commit, no sync
        }
        write.commit().await?;
        Ok(claimed)
    }
}

pub(crate) fn claimed_from(
    row: &SqliteRow,
    template: &str,
    name_max: usize,
) -> Result<Claimed, LibraryError> {
    let mut one = Claimed {
        item: ItemId(row.try_get("id")?),
        job: JobId(row.try_get("job_id")?),
        fence: row.try_get("fence")?,
        source: named_column(row, "source")?,
        account_id: row.try_get("account_id")?,
        source_id: row.try_get("source_id")?,
        variant: named_column(row, "variant")?,
        fetch: json_column(row, "fetch")?,
        title: row.try_get("title")?,
        metadata: json_column(row, "metadata")?,
        attempts: row.try_get::<i64, _>("attempts")?.try_into().unwrap_or(u32::MAX),
        kept: Kept { part: String::new(), validator: row.try_get("validator")? },
    };
    one.kept.part = match row.try_get("part")? {
        Some(part) => part,
        None => part_name(&one, template, name_max),
    };
    Ok(one)
}

/// The part file lies in the library folder itself; the item's number keeps two of one name apart.
fn part_name(claimed: &Claimed, template: &str, name_max: usize) -> String {
    let number = format!(".{}", claimed.item);
    let limit = name_max.saturating_sub(number.len());
    let name =
        names::file_name(template, &claimed.name_parts(), claimed.variant.extension(), limit);
    format!("{name}{number}{PART_SUFFIX}")
}

impl Claimed {
    /// What the name template can use.
    pub fn name_parts(&self) -> names::Parts<'_> {
        name_parts(&self.title, &self.source_id, &self.metadata, self.variant, self.source)
    }
}

pub(crate) fn name_parts<'a>(
    title: &'a str,
    source_id: &'a str,
    metadata: &'a Metadata,
    variant: Variant,
    source: Source,
) -> names::Parts<'a> {
    let date = metadata.created_at.as_deref().unwrap_or_default();
    names::Parts {
        title,
        id: metadata.short_id.as_deref().unwrap_or(source_id),
        date: date.get(..10).unwrap_or_default(),
        artist: metadata.artist.as_deref().unwrap_or_default(),
        playlist: metadata.playlist.as_deref().unwrap_or_default(),
        format: variant.as_str(),
        source: source.as_str(),
    }
}
