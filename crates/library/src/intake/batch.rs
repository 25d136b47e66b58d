//! Taking in a batch of files whose bytes are on the disk of the library, hashed and judged (I2): names noted, parts
//! placed, rows written, with one sync of each kind for all of them.
//!
//! 1. [`Library::note_parts`] says which parts are about to appear;
//! 2. the caller copies, judges and syncs;
//! 3. [`Library::take_in`] notes what each becomes, gives it its name, and writes its rows in one transaction.
//!
//! A kill between any two of these is mended by `mend`. Files that are taken in where they lie skip all steps but the
//! last transaction.

use super::rows::ensure_folder;
use crate::commit::{MOST_NAMES, Output, free_names};
use crate::database::{Library, Write};
use crate::error::LibraryError;
use crate::names;
use protocol::{ErrorBody, JobId, Metadata};
use serde::{Deserialize, Serialize};
use sqlx::Row;

/// A media file that is to be taken in.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Incoming {
    /// Where it came from: an absolute path.
    pub from: String,
    /// The virtual folders that it is filed in, from the top.
    pub folders: Vec<String>,
    /// What is known of it.
    pub metadata: Metadata,
    /// What it is. `file` is its part, and `name` the wished one; both are its name when it stays where it lies.
    pub output: Output,
}

/// A file that is not taken in.
#[derive(Clone, Debug)]
pub struct Refused {
    /// Where it lies: an absolute path.
    pub from: String,
    /// Its path to be shown.
    pub shown: String,
    /// Why.
    pub reason: ErrorBody,
}

/// What became of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Taken {
    /// It is a new file of the library, of this name.
    New(String),
    /// A new thing, whose bytes the library had in the file of this name.
    Twin(String),
    /// An earlier import took in these bytes; the file has this name.
    Already(String),
    /// As `Already`, and then the person deleted the thing.
    Deleted,
    /// It lies where it is to stay, but another file has the same name but for case: this one.
    Clash(String),
    /// Its twin went away at this moment. Once more.
    Again,
}

impl Incoming {
    pub(super) fn stays(&self) -> bool {
        self.output.file == self.output.name
    }
}

impl Library {
    /// Notes the parts that an import is about to write (I2).
    ///
    /// # Errors
    /// Database failures.
    pub async fn note_parts(&self, job: JobId, parts: &[String]) -> Result<(), LibraryError> {
        let mut write = self.write().await?;
        sqlx::query(
            "INSERT OR REPLACE INTO import_part (part, job_id) SELECT value, ?2 FROM json_each(?1)",
        )
        .bind(serde_json::to_string(parts)?)
        .bind(job.0)
        .execute(&mut *write.tx)
        .await?;
        write.commit().await
    }

    /// Removes parts of which nothing will come, and then their notes.
    ///
    /// # Errors
    /// Database and disk failures.
    pub async fn drop_parts(&self, parts: &[String]) -> Result<(), LibraryError> {
        let shelf = self.shelf();
        parts.iter().try_for_each(|part| shelf.remove(part))?;
        let mut write = self.write().await?;
        forget_parts(&mut write, parts).await?;
        write.commit().await
    }

    /// Which of these names are those of files that the library has, as they were when it last looked. They are counted
    /// as being there already by the job, if there is one.
    ///
    /// # Errors
    /// Database failures.
    pub async fn known_names(
        &self,
        job: Option<JobId>,
        names: &[String],
    ) -> Result<Vec<bool>, LibraryError> {
        let names_json = serde_json::to_string(names)?;
        let rows = sqlx::query(
            "SELECT m.size, m.mtime_ns FROM json_each(?1) a LEFT JOIN media_file m \
               ON m.path = a.value AND m.trashed_at IS NULL AND NOT m.stowed AND m.collected_at IS NULL \
             ORDER BY a.key",
        )
        .bind(&names_json)
        .fetch_all(&self.pool)
        .await?;
        let shelf = self.shelf();
        let mut known = Vec::with_capacity(names.len());
        for (name, row) in names.iter().zip(&rows) {
            let size: Option<i64> = row.try_get(0)?;
            let mtime_ns: Option<i64> = row.try_get(1)?;
            let recorded = size.map(i64::unsigned_abs).zip(mtime_ns);
            known.push(recorded.is_some() && shelf.stat(name) == recorded);
        }
        let named = names.iter().zip(&known).filter(|(_, known)| **known).map(|(name, _)| name);
        let named: Vec<&String> = named.collect();
        if let Some(job) = job.filter(|_| !named.is_empty()) {
            let mut write = self.write().await?;
            sqlx::query(
                "INSERT INTO job_item (job_id, item_id, already) SELECT DISTINCT ?2, l.item_id, 1 \
                 FROM json_each(?1) a JOIN media_file m ON m.path = a.value \
                 JOIN library_item l ON l.media_file_id = m.id WHERE true ON CONFLICT DO NOTHING",
            )
            .bind(serde_json::to_string(&named)?)
            .bind(job.0)
            .execute(&mut *write.tx)
            .await?;
            write.commit().await?;
        }
        Ok(known)
    }

    /// What would become of files with these bytes (SHA-256, hexadecimal), in their order. Changes nothing.
    ///
    /// # Errors
    /// Database failures.
    pub async fn compare(&self, hashes: &[String]) -> Result<Vec<Taken>, LibraryError> {
        let rows = sqlx::query(
            "SELECT i.state = 'done', l.deleted_at IS NOT NULL, own.path, own.size, m.path, m.size \
             FROM json_each(?1) a \
             LEFT JOIN item i ON i.source = 'files' AND i.source_id = a.value AND i.variant = 'media' \
             LEFT JOIN library_item l ON l.item_id = i.id AND l.part = '' \
             LEFT JOIN media_file own ON own.id = l.media_file_id AND own.trashed_at IS NULL AND NOT own.stowed \
               AND own.collected_at IS NULL \
             LEFT JOIN media_file m ON m.sha256 = unhex(a.value) AND m.trashed_at IS NULL AND NOT m.stowed \
               AND m.collected_at IS NULL ORDER BY a.key",
        )
        .bind(serde_json::to_string(hashes)?)
        .fetch_all(&self.pool)
        .await?;
        let shelf = self.shelf();
        let taken = |row: &sqlx::sqlite::SqliteRow| -> Result<Taken, LibraryError> {
            let done: bool = row.try_get::<Option<bool>, _>(0)?.unwrap_or_default();
            if done && row.try_get(1)? {
                return Ok(Taken::Deleted);
            }
            let there = |path: Option<String>, size: Option<i64>| {
                let size = size.unwrap_or_default().unsigned_abs();
                path.filter(|path| shelf.has(path, size))
            };
            // The thing has its own file, which may say something else by now: the person has changed it.
            let own = there(row.try_get(2)?, row.try_get(3)?).filter(|_| done);
            let same = there(row.try_get(4)?, row.try_get(5)?);
            Ok(match (own, same) {
                (Some(path), _) => Taken::Already(path),
                (None, Some(path)) => Taken::Twin(path),
                (None, None) => Taken::New(String::new()),
            })
        };
        rows.iter().map(taken).collect()
    }

    /// Takes in a batch of one job, no two with the same bytes; says what became of each, in their order.
    ///
    /// # Errors
    /// Database and disk failures: those that have their names are taken in by the next start, the others are not.
    pub async fn take_in(
        &self,
        job: JobId,
        mut batch: Vec<Incoming>,
    ) -> Result<Vec<Taken>, LibraryError> {
        self.check_shelf().await?;
        let stays = batch.iter().filter(|one| one.stays());
        self.note_disks_of(stays.map(|one| one.output.name.as_str())).await?;
        let hashes: Vec<String> =
            batch.iter().map(|one| one.output.sealed.sha256.clone()).collect();
        let mut taken = self.compare(&hashes).await?;
        let is_new = |taken: &Taken| matches!(taken, Taken::New(_));
        let wished: Vec<String> = batch.iter().map(|one| one.output.name.clone()).collect();
        let to_place = |taken: &[Taken], batch: &[Incoming]| -> Vec<usize> {
            let all = taken.iter().zip(batch).enumerate();
            all.filter(|(_, (taken, one))| is_new(taken) && !one.stays())
                .map(|(at, _)| at)
                .collect()
        };
        let mut left = to_place(&taken, &batch);
        self.note_names(&mut batch, &left).await?;
        for attempt in 2..=MOST_NAMES {
            left = self.place_some(&batch, left).await?;
            if left.is_empty() {
                break;
            }
            // Foreign files have these names.
            for &at in &left {
                batch[at].output.name = names::numbered(&wished[at], attempt);
            }
            self.note_names(&mut batch, &left).await?;
        }
        if let Some(&at) = left.first() {
            return Err(LibraryError::Invalid(format!("no free name for {}", wished[at])));
        }
        self.check_shelf().await?;
        self.remove_parts_of_others(&batch, &taken)?;
        self.record_all(job, &batch, &mut taken).await?;
        Ok(taken)
    }

    /// Gives each of these a name that no row has, and notes what it becomes.
    async fn note_names(
        &self,
        batch: &mut [Incoming],
        which: &[usize],
    ) -> Result<(), LibraryError> {
        if which.is_empty() {
            return Ok(());
        }
        let mut write = self.write().await?;
        let outputs = which.iter().map(|&at| batch[at].output.clone()).collect();
        let outputs = free_names(&mut write, outputs, &self.shelf()).await?;
        for (&at, output) in which.iter().zip(outputs) {
            batch[at].output = output;
            sqlx::query("UPDATE import_part SET incoming = ?2 WHERE part = ?1")
                .bind(&batch[at].output.file)
                .bind(serde_json::to_string(&batch[at])?)
                .execute(&mut *write.tx)
                .await?;
        }
        write.commit().await
    }

    /// Gives parts their names; those whose names are taken are left.
    async fn place_some(
        &self,
        batch: &[Incoming],
        which: Vec<usize>,
    ) -> Result<Vec<usize>, LibraryError> {
        let shelf = self.shelf();
        let output = |&at: &usize| (batch[at].output.file.clone(), batch[at].output.name.clone());
        let moves: Vec<(String, String)> = which.iter().map(output).collect();
        let placing = tokio::task::spawn_blocking(move || {
            let moves: Vec<(&str, &str)> =
                moves.iter().map(|(from, to)| (from.as_str(), to.as_str())).collect();
            shelf.place_all(&moves)
        });
        let placed = placing.await.map_err(|_| LibraryError::Superseded)??;
        Ok(which.into_iter().zip(placed).filter(|(_, placed)| !placed).map(|(at, _)| at).collect())
    }

    /// Of what is there already, no copy is needed.
    fn remove_parts_of_others(
        &self,
        batch: &[Incoming],
        taken: &[Taken],
    ) -> Result<(), LibraryError> {
        let shelf = self.shelf();
        let mut others = batch
            .iter()
            .zip(taken)
            .filter(|(one, taken)| !one.stays() && !matches!(taken, Taken::New(_)));
        others.try_for_each(|(one, _)| shelf.remove(&one.output.file))
    }
}

pub(super) async fn forget_parts(
    write: &mut Write<'_>,
    parts: &[String],
) -> Result<(), LibraryError> {
    sqlx::query("DELETE FROM import_part WHERE part IN (SELECT value FROM json_each(?1))")
        .bind(serde_json::to_string(parts)?)
        .execute(&mut *write.tx)
        .await?;
    Ok(())
}

/// The folder of each, made where it is not there.
pub(super) async fn folders_of(
    write: &mut Write<'_>,
    batch: &[Incoming],
) -> Result<Vec<Option<i64>>, LibraryError> {
    let mut known: Vec<(&[String], Option<i64>)> = Vec::new();
    let mut folders = Vec::with_capacity(batch.len());
    for one in batch {
        let path = one.folders.as_slice();
        let id = match known.iter().find(|(folders, _)| *folders == path) {
            Some((_, id)) => *id,
            None => {
                let id = ensure_folder(write, path).await?;
                known.push((path, id));
                id
            }
        };
        folders.push(id);
    }
    Ok(folders)
}
