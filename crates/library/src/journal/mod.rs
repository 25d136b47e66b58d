//! The journal: what the rows say of the person's things, repeated in the library folder, so that a lost database can
//! be made again from the files (`rebuild`).
//!
//! It lies in `.mediafetcher/journal`: a file for every 256 records, with a line for each record and its things, and
//! one each for the folders, virtual and smart, what other programs have fetched, and the settings. Triggers note which of them
//! are out of date in the transaction that makes them so; [`Library::write_journal`] replaces those, each as a whole.
//! A line repeats rows column by column, so that a later column is in it without a change here.
//!
//! It is a copy and nothing more: the database is never mended by it while it lives. Who was asked for what, and what
//! did not come, is not in it.

mod read;
mod rebuild;
mod write;

pub use rebuild::{KnownRecord, Rebuilt, folder_in};

use crate::error::LibraryError;
use sqlx::Row;
use sqlx::sqlite::SqlitePool;

/// Where it lies, relative to the library folder.
const FOLDER: &str = ".mediafetcher/journal";
/// Records of one file. The migration that made the triggers says it too.
const BLOCK: i64 = 256;
/// The virtual folders.
const FOLDERS: i64 = -1;
/// What other programs have fetched.
const OWNED: i64 = -2;
/// The settings.
const SETTINGS: i64 = -3;

/// The smart folders.
const SMART: i64 = -4;

/// The name of a block's file, relative to the library folder.
fn file_name(block: i64) -> String {
    match block {
        FOLDERS => format!("{FOLDER}/folders.jsonl"),
        OWNED => format!("{FOLDER}/owned.jsonl"),
        SETTINGS => format!("{FOLDER}/settings.jsonl"),
        SMART => format!("{FOLDER}/smart_folders.jsonl"),
        block => format!("{FOLDER}/{block:06}.jsonl"),
    }
}

/// The columns of a table, without `except`.
async fn columns(
    pool: &SqlitePool,
    table: &str,
    except: &[&str],
) -> Result<Vec<String>, LibraryError> {
    let rows = sqlx::query("SELECT name FROM pragma_table_info(?1) ORDER BY cid")
        .bind(table)
        .fetch_all(pool)
        .await?;
    let names = rows.iter().map(|row| row.try_get(0)).collect::<Result<Vec<String>, _>>()?;
    Ok(names.into_iter().filter(|name| !except.contains(&name.as_str())).collect())
}
