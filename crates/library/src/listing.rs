//! Taking in a page of what a site has: records, wanted files, and what is already here.
//!
//! A page costs a handful of statements whatever its length: rows travel as one JSON array and are spread by
//! SQLite's `json_each`.

use crate::commit::release;
use crate::database::{Library, Write, now};
use crate::error::LibraryError;
use protocol::{Fetch, ItemId, JobId, RemoteItem, Variant};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use sqlx::Row;

/// What became of a page.
#[derive(Clone, Debug, Default)]
pub struct AddOutcome {
    /// Songs this job had not seen before.
    pub songs: u64,
    /// Files now in the queue for this page.
    pub wanted: u64,
    /// Files already in the library.
    pub already: u64,
    /// Files whose disk contents differ from what the row promises: to be examined.
    pub suspects: Vec<Suspect>,
}

/// What a page asked for.
pub(crate) struct Wanted {
    /// Its assets as a JSON array.
    assets: String,
    /// Songs the job had not seen before.
    songs: u64,
}

/// A file that a row promises and the disk does not keep.
#[derive(Clone, Debug)]
pub struct Suspect {
    /// The wanted file it belongs to.
    pub item: ItemId,
    /// Its name in the library.
    pub path: String,
    /// Which rendering it is.
    pub variant: Variant,
    /// It is gone or has no bytes; otherwise it has changed.
    pub gone: bool,
}

impl Library {
    /// Adds a page of listed things to a job, wanting the assets in `formats`. Idempotent.
    ///
    /// # Errors
    /// [`LibraryError::Superseded`] for a job that has ended; database failures.
    pub async fn add_items(
        &self,
        job: JobId,
        formats: &[Variant],
        page: &[RemoteItem],
    ) -> Result<AddOutcome, LibraryError> {
        let mut write = self.write().await?;
        let Wanted { assets, songs } = self.want(&mut write, job, formats, page).await?;
        let (wanted, already) = count_states(&mut write, &assets).await?;
        write.commit().await?;
        let suspects = self.suspects(&assets).await?;
        Ok(AddOutcome { songs, wanted, already, suspects })
    }

    /// Stores the records of a page and wants its assets in `formats`, as part of what else is written.
    pub(crate) async fn want(
        &self,
        write: &mut Write<'_>,
        job: JobId,
        formats: &[Variant],
        page: &[RemoteItem],
    ) -> Result<Wanted, LibraryError> {
        let records = Value::Array(page.iter().map(record_row).collect()).to_string();
        let assets = Value::Array(asset_rows(page, formats)).to_string();
        let songs = count_new_songs(write, job, &records).await?;
        store_records(write, &records).await?;
        store_items(write, job, &assets).await?;
        count_songs(write, job, songs).await?;
        Ok(Wanted { assets, songs })
    }

    /// Forgets a lost file: its rows go, the item is wanted again. The other files of a bundle keep theirs, so that
    /// they are known whatever becomes of the new try. `false`: the item does not have that file (any
    /// more), or is being worked on, and nothing was changed.
    ///
    /// # Errors
    /// Database failures.
    pub async fn want_again(&self, suspect: &Suspect) -> Result<bool, LibraryError> {
        // A file that is being renamed has its new name before its row has.
        let _settled = self.settling.lock().await;
        let mut write = self.write().await?;
        // Looked at again under the lock: since then it may have been deleted and brought back (I11).
        let shelf = self.shelf();
        let is_there = || shelf.stat(&suspect.path).is_some_and(|(length, _)| length > 0);
        if suspect.gone && (is_there() || shelf.away(&suspect.path).is_some()) {
            return Ok(false);
        }
        let wanted = sqlx::query(
            "UPDATE item SET state = 'wanted', attempts = 0, reason = NULL, next_try_at = NULL \
             WHERE id = ?1 AND state = 'done' AND EXISTS (SELECT 1 FROM library_item l \
               JOIN media_file m ON m.id = l.media_file_id WHERE l.item_id = ?1 AND m.path = ?2 \
               AND l.deleted_at IS NULL AND NOT m.stowed)",
        )
        .bind(suspect.item.0)
        .bind(&suspect.path)
        .execute(&mut *write.tx)
        .await?;
        if wanted.rows_affected() == 0 {
            return Ok(false);
        }
        let files =
            sqlx::query(
                "DELETE FROM library_item WHERE item_id = ?1 \
                   AND media_file_id = (SELECT id FROM media_file WHERE path = ?2) RETURNING media_file_id",
            )
                .bind(suspect.item.0)
                .bind(&suspect.path)
                .fetch_all(&mut *write.tx)
                .await?;
        for file in files {
            release(&mut write, file.try_get(0)?).await?;
        }
        sqlx::query(
            "UPDATE job_item SET already = 0 WHERE item_id = ?1 \
             AND job_id = (SELECT job_id FROM item WHERE id = ?1)",
        )
        .bind(suspect.item.0)
        .execute(&mut *write.tx)
        .await?;
        write.commit().await?;
        Ok(true)
    }

    /// Takes a file as it is now, after it was changed by another program and found sound.
    ///
    /// # Errors
    /// Database and disk failures.
    pub async fn accept_changed(&self, path: &str) -> Result<(), LibraryError> {
        let shelf = self.shelf();
        let name = path.to_owned();
        let measured = tokio::task::spawn_blocking(move || {
            Ok::<_, LibraryError>((shelf.hash(&name)?, shelf.stat(&name)))
        });
        let (sealed, stat) = measured.await.map_err(|_| LibraryError::Superseded)??;
        let mut write = self.write().await?;
        sqlx::query(
            "UPDATE OR IGNORE media_file SET sha256 = unhex(?2), size = ?3, mtime_ns = ?4 WHERE path = ?1",
        )
        .bind(path)
        .bind(&sealed.sha256)
        .bind(sealed.size as i64)
        .bind(stat.map_or(0, |(_, mtime_ns)| mtime_ns))
        .execute(&mut *write.tx)
        .await?;
        write.commit().await
    }

    /// Compares what the rows promise for these assets with the disk (sizes and times only).
    async fn suspects(&self, assets: &str) -> Result<Vec<Suspect>, LibraryError> {
        // CROSS: SQLite keeps the order, which is to begin with the page. By itself it would begin with every file
        // that is done, and read the page anew for each.
        let rows = sqlx::query(
            "SELECT i.id, i.variant, m.path, m.size, m.mtime_ns FROM json_each(?1) a CROSS JOIN item i \
               ON i.source = a.value ->> 'source' AND i.source_id = a.value ->> 'source_id' \
              AND i.variant = a.value ->> 'variant' \
             JOIN library_item l ON l.item_id = i.id AND l.deleted_at IS NULL JOIN media_file m ON m.id = l.media_file_id \
             WHERE +i.state = 'done' AND NOT m.stowed",
        )
        .bind(assets)
        .fetch_all(&self.pool)
        .await?;
        let mut promised = Vec::with_capacity(rows.len());
        for row in rows {
            let variant = crate::database::named_column(&row, "variant")?;
            let suspect = Suspect {
                item: ItemId(row.try_get(0)?),
                path: row.try_get(2)?,
                variant,
                gone: false,
            };
            promised.push((suspect, row.try_get::<i64, _>(3)?, row.try_get::<i64, _>(4)?));
        }
        let shelf = self.shelf();
        let compared = tokio::task::spawn_blocking(move || {
            let differs = |(mut suspect, size, mtime_ns): (Suspect, i64, i64)| {
                let found = shelf.stat(&suspect.path).filter(|&(length, _)| length > 0);
                suspect.gone = found.is_none();
                (found != Some((size as u64, mtime_ns))).then_some(suspect)
            };
            promised.into_iter().filter_map(differs).collect()
        });
        compared.await.map_err(|_| LibraryError::Superseded)
    }
}

fn record_row(item: &RemoteItem) -> Value {
    json!({
        "source": item.source, "source_id": item.source_id, "title": item.title,
        "metadata": json!(item.metadata).to_string(), "raw": item.raw.to_string(),
        "fingerprint": fingerprint(item),
        "song": item.metadata.stem.is_none(),
    })
}

/// What the record says, hashed. Addresses count without their query: sites sign them anew with every answer, and
/// that alone is no news.
pub(crate) fn fingerprint(item: &RemoteItem) -> String {
    let mut hasher = Sha256::new();
    hasher.update(item.title.as_bytes());
    hash_unsigned(&item.raw, &mut hasher);
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn hash_unsigned(value: &Value, hasher: &mut Sha256) {
    match value {
        Value::String(text) if text.starts_with("https://") => {
            hasher.update(text.split('?').next().unwrap_or(text));
        }
        Value::Array(values) => values.iter().for_each(|value| hash_unsigned(value, hasher)),
        Value::Object(fields) => fields.iter().for_each(|(name, value)| {
            hasher.update(name.as_bytes());
            hash_unsigned(value, hasher);
        }),
        plain => hasher.update(plain.to_string()),
    }
    hasher.update([0]);
}

fn asset_rows(page: &[RemoteItem], formats: &[Variant]) -> Vec<Value> {
    let of_item = |item: &RemoteItem| {
        let wanted = item.assets.iter().filter(|asset| formats.contains(&asset.variant));
        let row = |asset: &protocol::Asset| {
            json!({
                "source": item.source, "source_id": item.source_id, "variant": asset.variant,
                "fetch": json!(asset.fetch).to_string(), "lane": lane(&asset.fetch),
                "missing": asset.fetch == Fetch::Missing,
            })
        };
        wanted.map(row).collect::<Vec<_>>()
    };
    page.iter().flat_map(of_item).collect()
}

pub(crate) fn lane(fetch: &Fetch) -> &'static str {
    match fetch {
        Fetch::Direct { .. } | Fetch::Here | Fetch::Missing => "files",
        Fetch::Api { .. } | Fetch::StemBundle { .. } | Fetch::Page { .. } => "api",
    }
}

async fn count_new_songs(
    write: &mut Write<'_>,
    job: JobId,
    records: &str,
) -> Result<u64, LibraryError> {
    let row = sqlx::query(
        "SELECT count(*) FROM json_each(?1) a WHERE a.value ->> 'song' AND NOT EXISTS ( \
           SELECT 1 FROM record r CROSS JOIN item i ON i.record_id = r.id \
           CROSS JOIN job_item j ON j.item_id = i.id AND j.job_id = ?2 \
           WHERE r.source = a.value ->> 'source' AND r.source_id = a.value ->> 'source_id')",
    )
    .bind(records)
    .bind(job.0)
    .fetch_one(&mut *write.tx)
    .await?;
    Ok(row.try_get::<i64, _>(0)?.unsigned_abs())
}

/// A page that is sent again says less of a thing than was learnt when it was fetched.
async fn store_records(write: &mut Write<'_>, records: &str) -> Result<(), LibraryError> {
    sqlx::query(
        "INSERT INTO record (source, source_id, title, metadata, raw, fingerprint, seen_at, sidecar_fresh) \
         SELECT a.value ->> 'source', a.value ->> 'source_id', a.value ->> 'title', \
                a.value ->> 'metadata', a.value ->> 'raw', a.value ->> 'fingerprint', ?2, 2 \
         FROM json_each(?1) a WHERE true \
         ON CONFLICT (source, source_id) DO UPDATE SET title = excluded.title, \
           metadata = excluded.metadata, raw = excluded.raw, fingerprint = excluded.fingerprint, \
           seen_at = excluded.seen_at, \
           sidecar_fresh = iif(fingerprint = excluded.fingerprint OR sidecar_fresh = 2, sidecar_fresh, 0) \
         WHERE (title <> excluded.title OR metadata <> excluded.metadata OR raw <> excluded.raw) \
           AND NOT (source = 'web' AND EXISTS \
             (SELECT 1 FROM item i WHERE i.record_id = record.id AND i.state = 'done'))",
    )
    .bind(records)
    .bind(now())
    .execute(&mut *write.tx)
    .await?;
    Ok(())
}

/// Wants what is new. What failed or was cancelled is wanted again when a *new* job lists it; what the site
/// did not have is asked for again only when the site now says something else about it.
async fn store_items(write: &mut Write<'_>, job: JobId, assets: &str) -> Result<(), LibraryError> {
    sqlx::query(
        "INSERT INTO item (record_id, source, source_id, variant, job_id, fetch, lane, state, reason) \
         SELECT r.id, r.source, r.source_id, a.value ->> 'variant', ?2, a.value ->> 'fetch', \
                a.value ->> 'lane', iif(a.value ->> 'missing', 'absent', 'wanted'), NULL \
         FROM json_each(?1) a JOIN record r \
           ON r.source = a.value ->> 'source' AND r.source_id = a.value ->> 'source_id' WHERE true \
         ON CONFLICT (source, source_id, variant) DO UPDATE SET \
           state = CASE \
             WHEN EXISTS (SELECT 1 FROM job_item j WHERE j.job_id = ?2 AND j.item_id = item.id) THEN state \
             WHEN state IN ('failed', 'cancelled') THEN excluded.state \
             WHEN state IN ('absent', 'withheld') AND fetch <> excluded.fetch THEN excluded.state \
             ELSE state END, \
           attempts = iif(state IN ('failed', 'cancelled'), 0, attempts), \
           fetch = excluded.fetch, lane = excluded.lane, job_id = excluded.job_id",
    )
    .bind(assets)
    .bind(job.0)
    .execute(&mut *write.tx)
    .await?;
    sqlx::query(
        "INSERT INTO job_item (job_id, item_id, already) \
         SELECT ?2, i.id, i.state = 'done' FROM json_each(?1) a JOIN item i \
           ON i.source = a.value ->> 'source' AND i.source_id = a.value ->> 'source_id' \
          AND i.variant = a.value ->> 'variant' WHERE true ON CONFLICT DO NOTHING",
    )
    .bind(assets)
    .bind(job.0)
    .execute(&mut *write.tx)
    .await?;
    Ok(())
}

async fn count_states(write: &mut Write<'_>, assets: &str) -> Result<(u64, u64), LibraryError> {
    let row = sqlx::query(
        "SELECT coalesce(sum(i.state IN ('wanted', 'running', 'waiting', 'needs_you')), 0), \
                coalesce(sum(i.state = 'done'), 0) FROM json_each(?1) a JOIN item i \
           ON i.source = a.value ->> 'source' AND i.source_id = a.value ->> 'source_id' \
          AND i.variant = a.value ->> 'variant'",
    )
    .bind(assets)
    .fetch_one(&mut *write.tx)
    .await?;
    Ok((row.try_get::<i64, _>(0)?.unsigned_abs(), row.try_get::<i64, _>(1)?.unsigned_abs()))
}

async fn count_songs(write: &mut Write<'_>, job: JobId, songs: u64) -> Result<(), LibraryError> {
    let open = "UPDATE job SET songs = songs + ?2 \
                WHERE id = ?1 AND state IN ('listing', 'running', 'paused')";
    let done = sqlx::query(open).bind(job.0).bind(songs as i64).execute(&mut *write.tx).await?;
    if done.rows_affected() == 0 {
        return Err(LibraryError::Superseded);
    }
    Ok(())
}
