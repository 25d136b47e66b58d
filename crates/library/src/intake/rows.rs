//! The rows of an import as a whole: its job, where its files come from, how it ended; and the files that were refused.

use super::Refused;
use crate::database::{Library, Write, now, optional_json_column};
use crate::error::LibraryError;
use protocol::intake::ImportReport;
use protocol::{ItemId, JobId, Source, Variant};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

/// What a refused file is known by: it lies there, and what it holds may change.
const PATH_PREFIX: &str = "path:";

/// An import as it was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportRow {
    /// Its job.
    pub job: JobId,
    /// The folder, an absolute path.
    pub folder: String,
    /// The files stay where they lie.
    pub in_place: bool,
    /// How it ended, once it has.
    pub report: Option<ImportReport>,
}

impl Library {
    /// Starts an import, or finds the one with the same key. The bool: it was there before.
    ///
    /// # Errors
    /// Database failures.
    pub async fn start_import(
        &self,
        key: &str,
        folder: &str,
        in_place: bool,
    ) -> Result<(JobId, bool), LibraryError> {
        let mut write = self.write().await?;
        let made = sqlx::query(
            "INSERT INTO job (key, source, account_id, account_name, formats, state, created_at) \
             VALUES (?1, ?2, '', ?3, ?4, 'listing', ?5) ON CONFLICT (key) DO NOTHING",
        )
        .bind(key)
        .bind(Source::Files.as_str())
        .bind(folder)
        .bind(serde_json::to_string(&[Variant::Media])?)
        .bind(now())
        .execute(&mut *write.tx)
        .await?;
        let row = sqlx::query("SELECT id FROM job WHERE key = ?1 AND source = ?2")
            .bind(key)
            .bind(Source::Files.as_str())
            .fetch_optional(&mut *write.tx)
            .await?;
        let other = || LibraryError::Invalid("this key is another job's".into());
        let job: i64 = row.ok_or_else(other)?.try_get(0)?;
        sqlx::query(
            "INSERT INTO import (job_id, folder, in_place) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
        )
        .bind(job)
        .bind(folder)
        .bind(in_place)
        .execute(&mut *write.tx)
        .await?;
        write.commit().await?;
        Ok((JobId(job), made.rows_affected() == 0))
    }

    /// One import.
    ///
    /// # Errors
    /// [`LibraryError::NotFound`]; database failures.
    pub async fn import_row(&self, job: JobId) -> Result<ImportRow, LibraryError> {
        let row =
            sqlx::query("SELECT job_id, folder, in_place, report FROM import WHERE job_id = ?1")
                .bind(job.0)
                .fetch_optional(&self.pool)
                .await?;
        import_row(&row.ok_or_else(|| LibraryError::NotFound(format!("import {job}")))?)
    }

    /// Where a file that was taken in came from: an absolute path.
    ///
    /// # Errors
    /// Database failures.
    pub async fn origin(&self, item: ItemId) -> Result<Option<String>, LibraryError> {
        let row = sqlx::query(
            "SELECT r.raw ->> 'from' FROM item i JOIN record r ON r.id = i.record_id WHERE i.id = ?1",
        )
        .bind(item.0)
        .fetch_optional(&self.pool)
        .await?;
        Ok(row.map(|row| row.try_get::<Option<String>, _>(0)).transpose()?.flatten())
    }

    /// Imports whose jobs have not ended.
    ///
    /// # Errors
    /// Database failures.
    pub async fn unfinished_imports(&self) -> Result<Vec<ImportRow>, LibraryError> {
        let rows = sqlx::query(
            "SELECT m.job_id, m.folder, m.in_place, m.report FROM import m JOIN job j ON j.id = m.job_id \
             WHERE j.listed_at IS NULL AND j.state IN ('listing', 'paused') ORDER BY m.job_id",
        )
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(import_row).collect()
    }

    /// Keeps how an import ended.
    ///
    /// # Errors
    /// Database failures.
    pub async fn store_import_report(
        &self,
        job: JobId,
        report: &ImportReport,
    ) -> Result<(), LibraryError> {
        let mut write = self.write().await?;
        sqlx::query("UPDATE import SET report = ?2 WHERE job_id = ?1")
            .bind(job.0)
            .bind(serde_json::to_string(report)?)
            .execute(&mut *write.tx)
            .await?;
        write.commit().await
    }

    /// Notes files that are not taken in: each is a failed file of the job, with its reason.
    ///
    /// # Errors
    /// Database failures.
    pub async fn refuse(&self, job: JobId, refused: &[Refused]) -> Result<(), LibraryError> {
        if refused.is_empty() {
            return Ok(());
        }
        let row = |one: &Refused| -> Result<Value, LibraryError> {
            Ok(json!({
                "id": refused_id(&one.from), "title": one.shown,
                "raw": json!({ "from": one.from }).to_string(),
                "reason": serde_json::to_string(&one.reason)?,
            }))
        };
        let rows = refused.iter().map(row).collect::<Result<Vec<_>, _>>()?;
        let rows = Value::Array(rows).to_string();
        let mut write = self.write().await?;
        for statement in [
            "INSERT INTO record (source, source_id, title, metadata, raw, fingerprint, seen_at, sidecar_fresh) \
             SELECT 'files', a.value ->> 'id', a.value ->> 'title', '{}', a.value ->> 'raw', '', ?3, 1 \
             FROM json_each(?1) a WHERE true ON CONFLICT DO NOTHING",
            "INSERT INTO item (record_id, source, source_id, variant, job_id, fetch, lane, state, reason) \
             SELECT r.id, 'files', r.source_id, 'media', ?2, '{\"how\":\"here\"}', 'files', 'failed', \
                    a.value ->> 'reason' \
             FROM json_each(?1) a JOIN record r ON r.source = 'files' AND r.source_id = a.value ->> 'id' WHERE true \
             ON CONFLICT (source, source_id, variant) DO UPDATE SET state = 'failed', reason = excluded.reason, \
               job_id = excluded.job_id",
            "INSERT INTO job_item (job_id, item_id) SELECT ?2, i.id FROM json_each(?1) a JOIN item i \
               ON i.source = 'files' AND i.source_id = a.value ->> 'id' AND i.variant = 'media' WHERE true \
             ON CONFLICT DO NOTHING",
        ] {
            sqlx::query(statement)
                .bind(&rows)
                .bind(job.0)
                .bind(now())
                .execute(&mut *write.tx)
                .await?;
        }
        write.commit().await
    }
}

fn import_row(row: &SqliteRow) -> Result<ImportRow, LibraryError> {
    Ok(ImportRow {
        job: JobId(row.try_get("job_id")?),
        folder: row.try_get("folder")?,
        in_place: row.try_get("in_place")?,
        report: optional_json_column(row, "report")?,
    })
}

fn refused_id(path: &str) -> String {
    let digest = Sha256::digest(path.as_bytes());
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{PATH_PREFIX}{hex}")
}

/// The ids of virtual folders, made where they are not there yet.
pub(super) async fn ensure_folder(
    write: &mut Write<'_>,
    path: &[String],
) -> Result<Option<i64>, LibraryError> {
    let mut parent: Option<i64> = None;
    for name in path {
        let name = crate::items::folders::tidy_name(name);
        let row = sqlx::query("SELECT id FROM folder WHERE parent_id IS ?1 AND name = ?2")
            .bind(parent)
            .bind(&name)
            .fetch_optional(&mut *write.tx)
            .await?;
        let row = match row {
            Some(row) => row,
            None => {
                sqlx::query("INSERT INTO folder (parent_id, name) VALUES (?1, ?2) RETURNING id")
                    .bind(parent)
                    .bind(&name)
                    .fetch_one(&mut *write.tx)
                    .await?
            }
        };
        parent = Some(row.try_get(0)?);
    }
    Ok(parent)
}
