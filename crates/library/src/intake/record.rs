//! The last transaction of a batch: every row of every file of it.
//!
//! New files, the many, cost a handful of statements together, with their values bound: taking a wide row apart as JSON
//! cost more than hashing the song. What meets older rows goes the way of all commits, one by one.

use super::batch::{Incoming, Taken, folders_of, forget_parts};
use crate::commit::{record, release, remove_empty};
use crate::database::{Library, Write, now};
use crate::error::LibraryError;
use crate::names::{clash_key, sort_key};
use crate::shelf::Shelf;
use crate::thing;
use protocol::{ItemId, JobId};
use serde_json::json;
use sqlx::{QueryBuilder, Row, Sqlite};
use std::collections::HashMap;
use std::sync::Arc;

/// How a row of media stands to the bytes that come in.
struct Older {
    path: String,
    id: i64,
    size: u64,
    is_live: bool,
}

impl Library {
    /// Writes the rows of files that have their names, and changes what became of them where the database says so.
    pub(super) async fn record_all(
        &self,
        job: JobId,
        batch: &[Incoming],
        taken: &mut [Taken],
    ) -> Result<(), LibraryError> {
        let shelf = self.shelf();
        let mut write = self.write().await?;
        let folders = folders_of(&mut write, batch).await?;
        let older = older_rows(&mut write, batch, SAME_BYTES).await?;
        let own = older_rows(&mut write, batch, OWN_FILE).await?;
        let (mut plain, mut others, mut surplus) = (Vec::new(), Vec::new(), Vec::new());
        let mut given: HashMap<String, &str> = HashMap::new();
        for (at, one) in batch.iter().enumerate() {
            let is_there = |row: &&Older| row.is_live && shelf.has(&row.path, row.size);
            let there = older[at].as_ref().filter(is_there);
            let has_own = own[at].as_ref().filter(is_there);
            // The thing that an earlier import made has its file, perhaps with other tags: that one stays.
            if let Some(row) = has_own.filter(|row| row.path != one.output.name) {
                if matches!(taken[at], Taken::New(_)) && !one.stays() {
                    surplus.push(at);
                }
                taken[at] = Taken::Already(row.path.clone());
                continue;
            }
            match (&taken[at], there) {
                (Taken::New(_), None) if older[at].is_none() && own[at].is_none() => {
                    let key = clash_key(&one.output.name);
                    let other = match given.get(&key) {
                        Some(other) => Some((*other).to_owned()),
                        None => clash(&mut write, one, &key).await?,
                    };
                    match other {
                        Some(name) => taken[at] = Taken::Clash(name),
                        None => {
                            taken[at] = Taken::New(one.output.name.clone());
                            given.insert(key, &one.output.name);
                            plain.push(at);
                        }
                    }
                }
                (Taken::New(_), None) => {
                    taken[at] = Taken::New(one.output.name.clone());
                    others.push(at);
                }
                // The row's file was lost, and this one has its name now.
                (Taken::New(_), Some(row)) if row.path == one.output.name => {
                    taken[at] = Taken::New(row.path.clone());
                    others.push(at);
                }
                (Taken::New(_) | Taken::Twin(_), Some(row)) => {
                    taken[at] = Taken::Twin(row.path.clone());
                    others.push(at);
                }
                (Taken::Twin(_) | Taken::Already(_), None) if has_own.is_none() => {
                    taken[at] = Taken::Again;
                }
                _ => {}
            }
        }
        let counted: Vec<usize> = (0..batch.len())
            .filter(|&at| !matches!(taken[at], Taken::Clash(_) | Taken::Again))
            .collect();
        store_wishes(&mut write, job, batch, &counted, taken).await?;
        store_new(&mut write, batch, &plain, &folders, &shelf).await?;
        for &at in &others {
            let one = &batch[at];
            let kept =
                store_other(&mut write, one, older[at].as_ref(), folders[at], &taken[at], &shelf)
                    .await?;
            if let Some(lost) = &own[at] {
                // Unless the thing has it still.
                release(&mut write, lost.id).await?;
                remove_empty(&shelf, &lost.path)?;
            }
            if kept != one.output.name && one.output.file != one.output.name {
                surplus.push(at);
            }
        }
        let settled = (0..batch.len()).filter(|at| !surplus.contains(at));
        let settled: Vec<String> = settled.map(|at| batch[at].output.file.clone()).collect();
        forget_parts(&mut write, &settled).await?;
        write.commit().await?;
        // A surplus file is waste, not loss (I1): it goes only after the rows are durable.
        for at in surplus {
            shelf.remove(&batch[at].output.name)?;
            self.drop_parts(std::slice::from_ref(&batch[at].output.file)).await?;
        }
        Ok(())
    }
}

/// Another file's name that is the same on a system that ignores case. Copies were given a name of their own.
async fn clash(
    write: &mut Write<'_>,
    one: &Incoming,
    key: &str,
) -> Result<Option<String>, LibraryError> {
    if one.output.file != one.output.name {
        return Ok(None);
    }
    let row = sqlx::query("SELECT path FROM media_file WHERE path_key = ?1")
        .bind(key)
        .fetch_optional(&mut *write.tx)
        .await?;
    Ok(row.map(|row| row.try_get(0)).transpose()?)
}

/// The file with the bytes that come in.
const SAME_BYTES: &str = "m.sha256 = unhex(a.value)";
/// The file of the thing that an earlier import made of these bytes, whatever it says by now.
const OWN_FILE: &str = "m.id = (SELECT l.media_file_id FROM item i JOIN library_item l ON l.item_id = i.id \
     WHERE i.source = 'files' AND i.source_id = a.value AND i.variant = 'media' AND l.part = '' \
       AND l.deleted_at IS NULL)";

async fn older_rows(
    write: &mut Write<'_>,
    batch: &[Incoming],
    which: &str,
) -> Result<Vec<Option<Older>>, LibraryError> {
    let hashes: Vec<&str> = batch.iter().map(|one| one.output.sealed.sha256.as_str()).collect();
    let statement = format!(
        "SELECT a.key, m.id, m.path, m.size, m.trashed_at IS NULL AND NOT m.stowed AND m.collected_at IS NULL \
         FROM json_each(?1) a CROSS JOIN media_file m ON {which}"
    );
    let rows = sqlx::query(sqlx::AssertSqlSafe(statement))
        .bind(serde_json::to_string(&hashes)?)
        .fetch_all(&mut *write.tx)
        .await?;
    let mut older: Vec<Option<Older>> = (0..batch.len()).map(|_| None).collect();
    for row in rows {
        let at = usize::try_from(row.try_get::<i64, _>(0)?).unwrap_or_default();
        older[at] = Some(Older {
            id: row.try_get(1)?,
            path: row.try_get(2)?,
            size: row.try_get::<i64, _>(3)?.unsigned_abs(),
            is_live: row.try_get(4)?,
        });
    }
    Ok(older)
}

/// Records, wanted files that are done, and that this job names them.
async fn store_wishes(
    write: &mut Write<'_>,
    job: JobId,
    batch: &[Incoming],
    which: &[usize],
    taken: &[Taken],
) -> Result<(), LibraryError> {
    if which.is_empty() {
        return Ok(());
    }
    let mut records = QueryBuilder::<Sqlite>::new(
        "INSERT INTO record (source, source_id, title, metadata, raw, fingerprint, seen_at, sidecar_fresh) ",
    );
    records.push_values(which.iter().map(|&at| &batch[at]), |mut row, one| {
        row.push("'files'").push_bind(&one.output.sealed.sha256).push_bind(&one.output.title);
        row.push_bind(json!(one.metadata).to_string());
        row.push_bind(json!({ "from": one.from }).to_string());
        row.push("''").push_bind(now()).push("1");
    });
    records.push(" ON CONFLICT DO NOTHING").build().execute(&mut *write.tx).await?;
    let ids = |wanted: Option<bool>| {
        let chosen = which.iter().filter(|&&at| {
            wanted.is_none_or(|already| already != matches!(taken[at], Taken::New(_)))
        });
        let ids: Vec<&str> = chosen.map(|&at| batch[at].output.sealed.sha256.as_str()).collect();
        serde_json::to_string(&ids)
    };
    for statement in [
        // An older wish for a file that was lost is fulfilled by this one, whoever works on it (I8). Work on one that is
        // done, such as an edit, goes on.
        "DELETE FROM intent WHERE item_id IN (SELECT i.id FROM json_each(?1) a CROSS JOIN item i \
           ON i.source = 'files' AND i.source_id = a.value WHERE i.state <> 'done')",
        "INSERT INTO item (record_id, source, source_id, variant, job_id, fetch, lane, state) \
         SELECT r.id, 'files', r.source_id, 'media', ?2, '{\"how\":\"here\"}', 'files', 'done' \
         FROM json_each(?1) a CROSS JOIN record r ON r.source = 'files' AND r.source_id = a.value WHERE true \
         ON CONFLICT (source, source_id, variant) DO UPDATE SET state = 'done', reason = NULL, next_try_at = NULL, \
           fence = fence + 1, job_id = excluded.job_id WHERE state <> 'done'",
    ] {
        let query = sqlx::query(statement).bind(ids(None)?).bind(job.0);
        query.execute(&mut *write.tx).await?;
    }
    for already in [false, true] {
        sqlx::query(
            "INSERT INTO job_item (job_id, item_id, already) SELECT ?2, i.id, ?3 FROM json_each(?1) a \
             CROSS JOIN item i ON i.source = 'files' AND i.source_id = a.value AND i.variant = 'media' WHERE true \
             ON CONFLICT DO NOTHING",
        )
        .bind(ids(Some(already))?)
        .bind(job.0)
        .bind(already)
        .execute(&mut *write.tx)
        .await?;
    }
    Ok(())
}

/// Files whose bytes no row has, and the things that they are.
async fn store_new(
    write: &mut Write<'_>,
    batch: &[Incoming],
    which: &[usize],
    folders: &[Option<i64>],
    shelf: &Arc<Shelf>,
) -> Result<(), LibraryError> {
    if which.is_empty() {
        return Ok(());
    }
    let mut files = QueryBuilder::<Sqlite>::new(
        "INSERT INTO media_file (sha256, size, path, path_key, mtime_ns, container, codec, duration_ms, added_at, \
           checked_at) ",
    );
    files.push_values(which.iter().map(|&at| &batch[at].output), |mut row, output| {
        row.push("unhex(").push_bind_unseparated(&output.sealed.sha256).push_unseparated(")");
        row.push_bind(output.sealed.size as i64).push_bind(&output.name);
        row.push_bind(clash_key(&output.name));
        row.push_bind(shelf.stat(&output.name).map_or(0, |(_, mtime_ns)| mtime_ns));
        row.push_bind(&output.container).push_bind(&output.codec).push_bind(output.duration_ms);
        row.push_bind(now()).push_bind(now());
    });
    files.build().execute(&mut *write.tx).await?;
    let mut things = QueryBuilder::<Sqlite>::new(
        "WITH a (n, id, folder, title, artist, album, year, title_key, artist_key, kind) AS (",
    );
    things.push_values(which.iter().enumerate(), |mut row, (number, &at)| {
        let (one, metadata) = (&batch[at], &batch[at].metadata);
        row.push_bind(number as i64).push_bind(&one.output.sealed.sha256).push_bind(folders[at]);
        row.push_bind(&one.output.title).push_bind(&metadata.artist).push_bind(&metadata.album);
        row.push_bind(thing::year(metadata)).push_bind(sort_key(&one.output.title));
        row.push_bind(sort_key(metadata.artist.as_deref().unwrap_or_default()));
        row.push_bind(thing::kind(&one.output).as_str());
    });
    things.push(
        ") INSERT INTO library_item (media_file_id, record_id, item_id, folder_id, title, added_at, source, variant, \
             artist, album, year, title_key, artist_key, size, duration_ms, kind) \
         SELECT m.id, i.record_id, i.id, a.folder, a.title, m.added_at, i.source, i.variant, a.artist, a.album, a.year, \
           a.title_key, a.artist_key, m.size, m.duration_ms, a.kind \
         FROM a CROSS JOIN media_file m ON m.sha256 = unhex(a.id) \
         CROSS JOIN item i ON i.source = 'files' AND i.source_id = a.id AND i.variant = 'media' WHERE true ORDER BY a.n \
         ON CONFLICT (item_id, part) DO UPDATE SET media_file_id = excluded.media_file_id",
    );
    things.build().execute(&mut *write.tx).await?;
    Ok(())
}

/// One file whose bytes a row has; gives the name of the file that holds them from now on.
async fn store_other(
    write: &mut Write<'_>,
    one: &Incoming,
    older: Option<&Older>,
    folder: Option<i64>,
    taken: &Taken,
    shelf: &Arc<Shelf>,
) -> Result<String, LibraryError> {
    let row = sqlx::query(
        "SELECT i.id, EXISTS (SELECT 1 FROM library_item l WHERE l.item_id = i.id) FROM item i \
         WHERE i.source = 'files' AND i.source_id = ?1 AND i.variant = 'media'",
    )
    .bind(&one.output.sealed.sha256)
    .fetch_one(&mut *write.tx)
    .await?;
    let (item, is_old): (i64, bool) = (row.try_get(0)?, row.try_get(1)?);
    let kept = match (taken, older) {
        (Taken::Twin(path), Some(older)) => {
            thing::store(write, ItemId(item), older.id, &one.output).await?;
            path.clone()
        }
        _ => {
            let path = record(write, ItemId(item), &one.output, shelf).await?;
            sqlx::query("UPDATE media_file SET mtime_ns = ?2 WHERE path = ?1")
                .bind(&path)
                .bind(shelf.stat(&path).map_or(0, |(_, mtime_ns)| mtime_ns))
                .execute(&mut *write.tx)
                .await?;
            path
        }
    };
    if !is_old {
        sqlx::query(
            "UPDATE library_item SET folder_id = coalesce(folder_id, ?2) WHERE item_id = ?1",
        )
        .bind(item)
        .bind(folder)
        .execute(&mut *write.tx)
        .await?;
    }
    Ok(kept)
}
