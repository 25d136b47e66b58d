//! Writing the blocks that are out of date.

use super::{BLOCK, FOLDERS, OWNED, SETTINGS, SMART, columns, file_name};
use crate::database::Library;
use crate::disk::replace_private_file;
use crate::error::LibraryError;
use crate::shelf::Shelf;
use sqlx::Row;

/// Counted by triggers, or changed with every look at a file.
const NOT_OF_FILES: &[&str] = &["references_count", "checked_at"];
/// What only the queue needs.
const NOT_OF_ITEMS: &[&str] = &["state", "reason", "attempts", "next_try_at", "job_id"];

impl Library {
    /// Writes up to `limit` blocks of the journal that are out of date; gives how many.
    ///
    /// # Errors
    /// [`LibraryError::VolumeMissing`] while the folder is away; database and disk failures.
    pub async fn write_journal(&self, limit: u32) -> Result<usize, LibraryError> {
        let due = sqlx::query("SELECT block, version FROM journal_due ORDER BY block LIMIT ?1")
            .bind(limit)
            .fetch_all(&self.pool)
            .await?;
        if due.is_empty() {
            return Ok(0);
        }
        self.check_shelf().await?;
        for row in &due {
            let (block, version): (i64, i64) = (row.try_get(0)?, row.try_get(1)?);
            let lines = self.lines_of(block).await?;
            let name = file_name(block);
            self.at_disk(move |shelf| match lines.is_empty() {
                true => shelf.remove(&name),
                false => write_block(shelf, &name, &lines),
            })
            .await?;
            let mut write = self.write().await?;
            sqlx::query("DELETE FROM journal_due WHERE block = ?1 AND version = ?2")
                .bind(block)
                .bind(version)
                .execute(&mut *write.tx)
                .await?;
            write.commit().await?;
        }
        Ok(due.len())
    }

    async fn lines_of(&self, block: i64) -> Result<Vec<String>, LibraryError> {
        let statement = match block {
            FOLDERS => {
                let of_folder = object("f", &columns(&self.pool, "folder", &[]).await?);
                format!("SELECT {of_folder} FROM folder f ORDER BY id")
            }
            SMART => {
                let of_folder = object("f", &columns(&self.pool, "smart_folder", &[]).await?);
                format!("SELECT {of_folder} FROM smart_folder f ORDER BY id")
            }
            OWNED => "SELECT json_array(extractor, id) FROM owned ORDER BY extractor, id".into(),
            SETTINGS => "SELECT value FROM meta WHERE key = 'settings'".into(),
            _ => self.statement_for_things().await?,
        };
        let rows = sqlx::query(sqlx::AssertSqlSafe(statement))
            .bind(block * BLOCK)
            .bind((block + 1) * BLOCK)
            .fetch_all(&self.pool)
            .await?;
        Ok(rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?)
    }

    /// `?1` first record, `?2` the first one after.
    async fn statement_for_things(&self) -> Result<String, LibraryError> {
        let record = object("r", &columns(&self.pool, "record", &["raw"]).await?);
        let thing = object("l", &columns(&self.pool, "library_item", &[]).await?);
        let item = object("i", &columns(&self.pool, "item", NOT_OF_ITEMS).await?);
        let edit = object("e", &columns(&self.pool, "edit", &["item_id"]).await?);
        let file = object("m", &columns(&self.pool, "media_file", NOT_OF_FILES).await?);
        // Where the site's record lies beside the song, it is not repeated.
        Ok(format!(
            "SELECT json_object('record', {record}, \
               'extras', (SELECT json_group_array(json_array(x.kind, x.language, x.extension)) FROM extra x \
                 WHERE x.record_id = r.id), \
               'raw', iif(r.sidecar IS NOT NULL AND r.sidecar_fresh = 1, NULL, r.raw), \
               'things', (SELECT json_group_array(json_object('thing', {thing}, 'item', {item}, 'file', {file}, \
                   'account', json_array(j.account_id, j.account_name), \
                   'edit', (SELECT {edit} FROM edit e WHERE e.item_id = i.id AND e.part = l.part)) ORDER BY l.id) \
                 FROM library_item l JOIN item i ON i.id = l.item_id JOIN media_file m ON m.id = l.media_file_id \
                 JOIN job j ON j.id = i.job_id WHERE l.record_id = r.id)) \
             FROM record r WHERE r.id >= ?1 AND r.id < ?2 \
               AND EXISTS (SELECT 1 FROM library_item l WHERE l.record_id = r.id) ORDER BY r.id"
        ))
    }
}

/// It names accounts and addresses: on a shared disk, only its owner may read it.
fn write_block(shelf: &Shelf, name: &str, lines: &[String]) -> Result<(), LibraryError> {
    let path = shelf.path(name)?;
    let folder = path.parent().unwrap_or(shelf.root());
    shelf.make_folder(folder)?;
    let written = replace_private_file(&path, (lines.join("\n") + "\n").as_bytes());
    written.map_err(LibraryError::io(name))
}

/// A row as a JSON object. The names of columns are this database's own.
fn object(alias: &str, columns: &[String]) -> String {
    let field = |name: &String| match name.as_str() {
        "sha256" => format!("'{name}', lower(hex({alias}.{name}))"),
        _ => format!("'{name}', {alias}.{name}"),
    };
    format!("json_object({})", columns.iter().map(field).collect::<Vec<_>>().join(", "))
}
