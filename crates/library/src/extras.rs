//! What came from a page with a thing, its picture and its subtitles, and what else the page said of it.

use crate::claim::Claimed;
use crate::database::{Library, Write};
use crate::error::LibraryError;
use crate::intent::check_running;
use crate::listing::fingerprint;
use protocol::{ErrorBody, ItemId, JobId, LibraryItemId, RemoteItem};
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

const WEBVTT: &str = "vtt";
pub(crate) const SUBRIP: &str = "srt";

/// What an extra is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExtraKind {
    /// A picture that stands for the thing.
    Picture,
    /// What is said in it.
    Subtitle,
}

impl ExtraKind {
    fn as_str(self) -> &'static str {
        match self {
            ExtraKind::Picture => "picture",
            ExtraKind::Subtitle => "subtitle",
        }
    }
}

/// A picture or subtitles of a thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extra {
    /// Which of them.
    pub kind: ExtraKind,
    /// Of subtitles, as the site names it, such as `en` or `pt-BR`; empty for a picture.
    pub language: String,
    /// What its file's name ends in: `jpg`, `png`, `vtt`.
    pub extension: String,
    /// It itself.
    pub bytes: Vec<u8>,
}

impl Extra {
    pub(crate) fn read(row: &SqliteRow) -> Result<Self, LibraryError> {
        let kind = match row.try_get("kind")? {
            "picture" => ExtraKind::Picture,
            _ => ExtraKind::Subtitle,
        };
        Ok(Self {
            kind,
            language: row.try_get("language")?,
            extension: row.try_get("extension")?,
            bytes: row.try_get("bytes")?,
        })
    }

    /// The name of its file beside the sidecar `json`: players look for both under the name of the media.
    pub(crate) fn name(&self, json: &str) -> String {
        name_beside(json, &self.language, &self.extension)
    }

    /// The names of all files beside the sidecar `json` that are made from it.
    pub(crate) fn names(&self, json: &str) -> Vec<String> {
        names_beside(json, &self.language, &self.extension)
    }
}

/// WebVTT is what browsers play; what other players read lies beside it.
pub(crate) fn names_beside(json: &str, language: &str, extension: &str) -> Vec<String> {
    let also = (extension == WEBVTT).then_some(SUBRIP);
    let extensions = [extension].into_iter().chain(also);
    extensions.map(|extension| name_beside(json, language, extension)).collect()
}

/// `Title_id.en.vtt` beside `Title_id.json`.
pub(crate) fn name_beside(json: &str, language: &str, extension: &str) -> String {
    let stem = json.strip_suffix(".json").unwrap_or(json);
    let plain: String =
        language.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').take(20).collect();
    match plain.is_empty() {
        true => format!("{stem}.{extension}"),
        false => format!("{stem}.{plain}.{extension}"),
    }
}

impl Library {
    /// Stores what a page said of the thing being fetched: title, metadata and record in place of what was known when
    /// it was sent, and its extras in place of older ones.
    ///
    /// # Errors
    /// [`LibraryError::Superseded`]; database failures.
    pub async fn describe(
        &self,
        claimed: &Claimed,
        said: &RemoteItem,
        extras: &[Extra],
    ) -> Result<(), LibraryError> {
        let mut write = self.write().await?;
        check_running(&mut write, claimed.item, claimed.fence).await?;
        let record = sqlx::query(
            "UPDATE record SET title = ?2, metadata = ?3, raw = ?4, fingerprint = ?5, \
               sidecar_fresh = iif(sidecar_fresh = 2, 2, 0) \
             WHERE id = (SELECT record_id FROM item WHERE id = ?1) RETURNING id",
        )
        .bind(claimed.item.0)
        .bind(&said.title)
        .bind(serde_json::to_string(&said.metadata)?)
        .bind(said.raw.to_string())
        .bind(fingerprint(said))
        .fetch_one(&mut *write.tx)
        .await?;
        store(&mut write, record.try_get(0)?, extras).await?;
        write.commit().await
    }

    /// The extra of one kind and language that came with a thing.
    ///
    /// # Errors
    /// [`LibraryError::NotFound`]; database failures.
    pub async fn extra_of(
        &self,
        item: LibraryItemId,
        kind: ExtraKind,
        language: &str,
    ) -> Result<Extra, LibraryError> {
        let row = sqlx::query(
            "SELECT e.kind, e.language, e.extension, e.bytes FROM library_item l \
             JOIN extra e ON e.record_id = l.record_id \
             WHERE l.id = ?1 AND l.deleted_at IS NULL AND e.kind = ?2 AND e.language = ?3",
        )
        .bind(item.0)
        .bind(kind.as_str())
        .bind(language)
        .fetch_optional(&self.pool)
        .await?;
        Extra::read(&row.ok_or_else(|| LibraryError::NotFound("that picture or text".into()))?)
    }

    /// The languages in which a thing has subtitles.
    ///
    /// # Errors
    /// Database failures.
    pub async fn subtitles_of(&self, item: LibraryItemId) -> Result<Vec<String>, LibraryError> {
        let rows = sqlx::query(
            "SELECT e.language FROM library_item l JOIN extra e ON e.record_id = l.record_id \
             WHERE l.id = ?1 AND e.kind = 'subtitle' ORDER BY e.language",
        )
        .bind(item.0)
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?)
    }

    /// In place of a page that holds several things, these are wanted by every job that lists it; gives those jobs.
    /// `cut`: they are not all, which the jobs say.
    ///
    /// # Errors
    /// [`LibraryError::Superseded`] when the job has ended; database failures.
    pub async fn expand(
        &self,
        claimed: &Claimed,
        things: &[RemoteItem],
        cut: Option<&ErrorBody>,
    ) -> Result<Vec<JobId>, LibraryError> {
        let mut write = self.write().await?;
        check_running(&mut write, claimed.item, claimed.fence).await?;
        let jobs = listed_by(&mut write, claimed).await?;
        drop_page(&mut write, claimed.item).await?;
        for &job in &jobs {
            self.want(&mut write, job, &[claimed.variant], things).await?;
            if let Some(cut) = cut {
                sqlx::query("UPDATE job SET reason = ?2 WHERE id = ?1")
                    .bind(job.0)
                    .bind(serde_json::to_string(cut)?)
                    .execute(&mut *write.tx)
                    .await?;
            }
        }
        write.commit().await?;
        // Nothing was fetched of the page itself; a part of an earlier try would be a stray.
        let part = claimed.kept.part.clone();
        let _ = self.at_disk(move |shelf| shelf.remove(&part)).await;
        Ok(jobs)
    }
}

/// The jobs that list what is being worked on and have not ended; the one that it is worked on for is the last, so
/// that what comes of it is worked on for the same.
async fn listed_by(write: &mut Write<'_>, claimed: &Claimed) -> Result<Vec<JobId>, LibraryError> {
    let rows = sqlx::query(
        "SELECT j.id FROM job_item ji JOIN job j ON j.id = ji.job_id \
         WHERE ji.item_id = ?1 AND j.state IN ('listing', 'running', 'paused') ORDER BY j.id = ?2, j.id",
    )
    .bind(claimed.item.0)
    .bind(claimed.job.0)
    .fetch_all(&mut *write.tx)
    .await?;
    if rows.is_empty() {
        return Err(LibraryError::Superseded);
    }
    rows.iter().map(|row| Ok(JobId(row.try_get(0)?))).collect()
}

/// The wish for a page goes, and with it what was noted of the page unless another wish is for it.
async fn drop_page(write: &mut Write<'_>, item: ItemId) -> Result<(), LibraryError> {
    let row = sqlx::query("SELECT record_id FROM item WHERE id = ?1")
        .bind(item.0)
        .fetch_one(&mut *write.tx)
        .await?;
    let record: i64 = row.try_get(0)?;
    for statement in [
        "DELETE FROM job_item WHERE item_id = ?1",
        "DELETE FROM intent WHERE item_id = ?1",
        "DELETE FROM lost_item WHERE item_id = ?1",
        "DELETE FROM edit WHERE item_id = ?1",
        "DELETE FROM item WHERE id = ?1",
    ] {
        sqlx::query(statement).bind(item.0).execute(&mut *write.tx).await?;
    }
    for statement in [
        "DELETE FROM extra WHERE record_id = ?1 AND NOT EXISTS (SELECT 1 FROM item WHERE record_id = ?1)",
        "DELETE FROM record WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM item WHERE record_id = ?1)",
    ] {
        sqlx::query(statement).bind(record).execute(&mut *write.tx).await?;
    }
    Ok(())
}

async fn store(write: &mut Write<'_>, record: i64, extras: &[Extra]) -> Result<(), LibraryError> {
    // Another rendering of the same thing may have none of a kind: what an earlier one brought stays.
    for kind in [ExtraKind::Picture, ExtraKind::Subtitle] {
        if extras.iter().any(|extra| extra.kind == kind) {
            sqlx::query("DELETE FROM extra WHERE record_id = ?1 AND kind = ?2")
                .bind(record)
                .bind(kind.as_str())
                .execute(&mut *write.tx)
                .await?;
        }
    }
    for extra in extras {
        sqlx::query(
            "INSERT OR REPLACE INTO extra (record_id, kind, language, extension, bytes) \
             VALUES (?1, ?2, ?3, ?4, ?5)",
        )
        .bind(record)
        .bind(extra.kind.as_str())
        .bind(&extra.language)
        .bind(&extra.extension)
        .bind(&extra.bytes)
        .execute(&mut *write.tx)
        .await?;
    }
    Ok(())
}
