//! Naming files by the template after it was changed: on request, some at a time, and on from where it stopped.
//!
//! The new name is noted first; then the file is renamed without replacing anything, and its row follows when the name
//! is durable (I13). The renaming is done under the write lock, and nobody else touches these files until the rows say
//! where they are. A kill between any two of these leaves a note, and the next start finishes what it says. Asked for
//! again, a run finds what has its name already, so that it does no harm to begin anew.

use crate::claim::{self, Claimed, Held, claimed_from};
use crate::commit::MOST_NAMES;
use crate::database::{Library, Write};
use crate::error::LibraryError;
use crate::names;
use crate::shelf::Shelf;
use protocol::edit::{Rename, RenameProgress, Renames};
use serde::{Deserialize, Serialize};
use sqlx::{Row, SqliteConnection};

/// Files looked at for one answer of a dry run.
const MOST_LOOKED_AT: u32 = 500;
/// Files renamed in one go, so that others can write in between.
const BATCH: u32 = 20;
/// Where a run stands, in `meta`.
const KEY: &str = "rename_run";

/// A run that names files anew.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Run {
    /// Grows when it is begun anew before its end: what was looked at then counts no more.
    number: u64,
    /// Files up to this row were looked at.
    after: i64,
    progress: RenameProgress,
}

/// A file that is looked at.
struct Candidate {
    id: i64,
    file: Held,
    claimed: Claimed,
    is_busy: bool,
}

/// A rename that was noted.
#[derive(Clone)]
struct Noted {
    id: i64,
    from: String,
    to: String,
    sha256: String,
    /// The file went to the trash, or work on it began since.
    is_off: bool,
}

impl Library {
    /// What a run would rename, of the next files after the row `after`. Nothing is changed.
    ///
    /// # Errors
    /// Database failures.
    pub async fn plan_renames(&self, after: i64, limit: u32) -> Result<Renames, LibraryError> {
        let mut connection = self.pool.acquire().await?;
        let limit = limit.clamp(1, MOST_LOOKED_AT);
        let found = self.candidates(&mut connection, after, limit).await?;
        let next = found.last().map(|last| last.id);
        let renames = self.wished(&mut connection, &found).await?;
        let rename = |(_, rename): (i64, Rename)| rename;
        let total = count(&mut connection).await?;
        Ok(Renames { renames: renames.into_iter().map(rename).collect(), total, next })
    }

    /// Begins a run, or begins it anew: the template may be another by now.
    ///
    /// # Errors
    /// [`LibraryError::VolumeMissing`]; database failures.
    pub async fn begin_renames(&self) -> Result<RenameProgress, LibraryError> {
        self.check_shelf().await?;
        let mut write = self.write().await?;
        let total = count(&mut write.tx).await?;
        let number = run(&mut write.tx).await?.map_or(0, |run| run.number) + 1;
        let progress = RenameProgress { total, ..RenameProgress::default() };
        let begun = Run { number, after: 0, progress: progress.clone() };
        sqlx::query(
            "INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        )
        .bind(KEY)
        .bind(serde_json::to_string(&begun)?)
        .execute(&mut *write.tx)
        .await?;
        write.commit().await?;
        Ok(progress)
    }

    /// How far the run is that was not finished, if any.
    ///
    /// # Errors
    /// Database failures.
    pub async fn unfinished_renames(&self) -> Result<Option<RenameProgress>, LibraryError> {
        let mut connection = self.pool.acquire().await?;
        Ok(run(&mut connection).await?.map(|run| run.progress))
    }

    /// The next files of the run; finished when there is none.
    ///
    /// # Errors
    /// [`LibraryError::VolumeMissing`]; database failures. What the disk refuses is counted as left.
    pub async fn go_on_renaming(&self) -> Result<RenameProgress, LibraryError> {
        self.check_shelf().await?;
        let mut write = self.write().await?;
        let Some(mut run) = run(&mut write.tx).await? else {
            return Ok(RenameProgress { finished: true, ..RenameProgress::default() });
        };
        let found = self.candidates(&mut write.tx, run.after, BATCH).await?;
        let Some(last) = found.last() else {
            sqlx::query("DELETE FROM meta WHERE key = ?1")
                .bind(KEY)
                .execute(&mut *write.tx)
                .await?;
            write.commit().await?;
            return Ok(RenameProgress { finished: true, ..run.progress });
        };
        run.after = last.id;
        run.progress.looked_at += found.len() as u64;
        run.progress.left += found.iter().filter(|candidate| candidate.is_busy).count() as u64;
        let wished = self.wished(&mut write.tx, &found).await?;
        for (id, rename) in &wished {
            sqlx::query("INSERT OR REPLACE INTO renaming (media_file_id, path) VALUES (?1, ?2)")
                .bind(id)
                .bind(&rename.to)
                .execute(&mut *write.tx)
                .await?;
        }
        if !wished.is_empty() {
            write.commit().await?;
            let renamed = self.finish_renames().await?;
            run.progress.renamed += renamed;
            run.progress.left += (wished.len() as u64).saturating_sub(renamed);
            write = self.write().await?;
        }
        note(&mut write, &run).await?;
        write.commit().await?;
        Ok(run.progress)
    }

    /// Does what is noted, also what a kill left; gives how many files have their new name.
    ///
    /// # Errors
    /// Database failures.
    pub(crate) async fn finish_renames(&self) -> Result<u64, LibraryError> {
        // From the look to the rows nobody edits these files, nor moves them to the trash or back.
        let _alone = self.settling.lock().await;
        let mut write = self.write().await?;
        let noted = noted(&mut write).await?;
        if noted.is_empty() {
            return Ok(0);
        }
        let (mut renamed, mut decided) = (Vec::new(), Vec::new());
        for one in &noted {
            let taken = has_row(&mut write.tx, one.id, &names::clash_key(&one.to)).await?;
            let done = if taken { Some(false) } else { self.rename_noted(one).await };
            decided.extend(done.map(|_| one.id));
            if done == Some(true) {
                renamed.push(one);
            }
        }
        // A disk may take long to make the names durable, which the rows then promise (I1).
        drop(write);
        let names: Vec<String> = renamed.iter().map(|one| one.to.clone()).collect();
        let synced =
            self.at_disk(move |shelf| shelf.sync_folders_of(names.iter().map(String::as_str)));
        if let Err(error) = synced.await {
            tracing::warn!(%error, "new names may not be durable");
        }
        let mut write = self.write().await?;
        for one in &renamed {
            follow(&mut write, one).await?;
        }
        // Where the disk did not say, the note stays: the file may have either name.
        sqlx::query(
            "DELETE FROM renaming WHERE media_file_id IN (SELECT value FROM json_each(?1))",
        )
        .bind(serde_json::to_string(&decided)?)
        .execute(&mut *write.tx)
        .await?;
        write.commit().await?;
        Ok(renamed.len() as u64)
    }

    /// Renames on the disk: whether the row has to follow; `None` if the disk did not say what became of it.
    async fn rename_noted(&self, one: &Noted) -> Option<bool> {
        let (name, to, one) = (one.from.clone(), one.to.clone(), one.clone());
        let settled =
            self.at_disk(move |shelf| match one.is_off && shelf.stat(&one.from).is_some() {
                // One that is off and not there was renamed before a kill: its row has to follow all the same.
                true => Ok(false),
                false => settle(shelf, &one),
            });
        match settled.await {
            Ok(true) => Some(true),
            Ok(false) => {
                tracing::info!(name, to, "not renamed");
                Some(false)
            }
            Err(error) => {
                tracing::warn!(name, %error, "a file was not renamed");
                (!error.is_of_disk()).then_some(false)
            }
        }
    }

    /// The next files, each with the first thing that it is of.
    async fn candidates(
        &self,
        connection: &mut SqliteConnection,
        after: i64,
        limit: u32,
    ) -> Result<Vec<Candidate>, LibraryError> {
        let settings = self.settings().await?;
        let name_max = self.shelf().name_max();
        let statement = format!(
            "SELECT m.id AS file_id, {held}, {columns}, \
               EXISTS (SELECT 1 FROM library_item x JOIN intent y ON y.item_id = x.item_id \
                       WHERE x.media_file_id = m.id) AS is_busy \
             FROM media_file m CROSS JOIN library_item l ON l.id = (SELECT min(x.id) FROM library_item x \
               WHERE x.media_file_id = m.id AND x.deleted_at IS NULL) \
             JOIN item i ON i.id = l.item_id {joins} \
             WHERE m.id > ?1 AND m.trashed_at IS NULL AND NOT m.stowed ORDER BY m.id LIMIT ?2",
            held = claim::HELD,
            columns = claim::COLUMNS,
            joins = claim::JOINS,
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(statement))
            .bind(after)
            .bind(limit)
            .fetch_all(connection)
            .await?;
        let candidate = |row: &sqlx::sqlite::SqliteRow| {
            Ok(Candidate {
                id: row.try_get("file_id")?,
                file: Held::read(row)?,
                claimed: claimed_from(row, &settings.template, name_max)?,
                is_busy: row.try_get("is_busy")?,
            })
        };
        rows.iter().map(candidate).collect()
    }

    /// The names that are to be given. What lies in the person's own folders keeps its name.
    async fn wished(
        &self,
        connection: &mut SqliteConnection,
        found: &[Candidate],
    ) -> Result<Vec<(i64, Rename)>, LibraryError> {
        let (template, shelf) = (self.settings().await?.template, self.shelf());
        let (mut given, mut renames) = (Vec::new(), Vec::new());
        for Candidate { id, file, claimed, is_busy } in found {
            if *is_busy || file.is_elsewhere() {
                continue;
            }
            let (part, extension) = (&file.part, file.extension());
            let name = claimed.file_name(&template, part, extension, shelf.name_max());
            let free = free_name(connection, *id, &file.path, &name, &given, &shelf).await?;
            if let Some(to) = free {
                given.push(names::clash_key(&to));
                renames.push((*id, Rename { from: file.path.clone(), to }));
            }
        }
        Ok(renames)
    }
}

/// `wished`, or the next name that nothing has; `None`: the file has the best name that there is for it.
async fn free_name(
    connection: &mut SqliteConnection,
    id: i64,
    current: &str,
    wished: &str,
    given: &[String],
    shelf: &Shelf,
) -> Result<Option<String>, LibraryError> {
    for number in 1..=MOST_NAMES {
        let name = match number {
            1 => wished.to_owned(),
            number => names::numbered(wished, number),
        };
        // Where the disk takes both for one name, it has it.
        if shelf.is_one_name(&name, current) {
            return Ok(None);
        }
        let key = names::clash_key(&name);
        // Where case does not matter, the file itself has the name already.
        let is_own = key == names::clash_key(current);
        let taken = given.contains(&key)
            || has_row(connection, id, &key).await?
            || (shelf.is_taken(&name) && !is_own);
        if !taken {
            return Ok(Some(name));
        }
    }
    Ok(None)
}

/// Another file has that name.
async fn has_row(
    connection: &mut SqliteConnection,
    id: i64,
    key: &str,
) -> Result<bool, LibraryError> {
    let row = sqlx::query("SELECT 1 FROM media_file WHERE path_key = ?1 AND id <> ?2")
        .bind(key)
        .bind(id)
        .fetch_optional(connection)
        .await?;
    Ok(row.is_some())
}

/// Renames on the disk. `Ok(false)`: something else has the name, or the file is not there; nothing changed.
fn settle(shelf: &Shelf, one: &Noted) -> Result<bool, LibraryError> {
    if shelf.stat(&one.from).is_none() {
        // A kill came after the rename. Nothing else had the name when it was noted.
        return Ok(shelf.stat(&one.to).is_some());
    }
    if shelf.rename(&one.from, &one.to)? {
        return Ok(true);
    }
    // Where the system cannot rename without replacing, a kill in the middle leaves one file under both names.
    let is_both = names::clash_key(&one.from) != names::clash_key(&one.to)
        && shelf.stat(&one.to).is_some()
        && shelf.hash(&one.to)?.sha256 == one.sha256;
    if is_both {
        shelf.remove(&one.from)?;
    }
    Ok(is_both)
}

async fn noted(write: &mut Write<'_>) -> Result<Vec<Noted>, LibraryError> {
    let rows = sqlx::query(
        "SELECT m.id, m.path, n.path, lower(hex(m.sha256)), m.trashed_at IS NOT NULL OR m.stowed \
           OR EXISTS (SELECT 1 FROM library_item x JOIN intent y ON y.item_id = x.item_id \
                      WHERE x.media_file_id = m.id) \
         FROM renaming n JOIN media_file m ON m.id = n.media_file_id ORDER BY m.id",
    )
    .fetch_all(&mut *write.tx)
    .await?;
    let noted = |row: &sqlx::sqlite::SqliteRow| {
        Ok(Noted {
            id: row.try_get(0)?,
            from: row.try_get(1)?,
            to: row.try_get(2)?,
            sha256: row.try_get(3)?,
            is_off: row.try_get(4)?,
        })
    };
    rows.iter().map(noted).collect()
}

/// The row follows its file; what lies beside it is written anew, under the new name.
async fn follow(write: &mut Write<'_>, one: &Noted) -> Result<(), LibraryError> {
    sqlx::query("UPDATE media_file SET path = ?2, path_key = ?3 WHERE id = ?1 AND path = ?4")
        .bind(one.id)
        .bind(&one.to)
        .bind(names::clash_key(&one.to))
        .bind(&one.from)
        .execute(&mut *write.tx)
        .await?;
    sqlx::query(
        "UPDATE record SET sidecar_fresh = 0, sidecar_version = sidecar_version + 1 \
         WHERE id IN (SELECT record_id FROM library_item WHERE media_file_id = ?1) AND sidecar_fresh <> 2 \
           AND source <> 'files'",
    )
    .bind(one.id)
    .execute(&mut *write.tx)
    .await?;
    Ok(())
}

/// Files in their places.
async fn count(connection: &mut SqliteConnection) -> Result<u64, LibraryError> {
    let row =
        sqlx::query("SELECT count(*) FROM media_file WHERE trashed_at IS NULL AND NOT stowed")
            .fetch_one(connection)
            .await?;
    Ok(row.try_get::<i64, _>(0)?.unsigned_abs())
}

async fn run(connection: &mut SqliteConnection) -> Result<Option<Run>, LibraryError> {
    let row = sqlx::query("SELECT value FROM meta WHERE key = ?1")
        .bind(KEY)
        .fetch_optional(connection)
        .await?;
    let text: Option<String> = row.map(|row| row.try_get(0)).transpose()?;
    Ok(text.map(|text| serde_json::from_str(&text)).transpose()?)
}

/// Notes how far a run is, unless it was begun anew since.
async fn note(write: &mut Write<'_>, run: &Run) -> Result<(), LibraryError> {
    sqlx::query("UPDATE meta SET value = ?2 WHERE key = ?1 AND value ->> 'number' = ?3")
        .bind(KEY)
        .bind(serde_json::to_string(run)?)
        .bind(i64::try_from(run.number).unwrap_or(i64::MAX))
        .execute(&mut *write.tx)
        .await?;
    Ok(())
}
