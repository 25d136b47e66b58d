//! What the database says, read from outside while no daemon runs.

use anyhow::{Result, ensure};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Row};
use std::path::Path;

/// Checks the database file itself, and what must be true of its rows after a finished download:
/// SQLite finds no fault, no reference dangles, the reference counts are those of the rows, nothing is half done.
///
/// # Errors
/// The first thing that is not so.
pub async fn check(database: &Path) -> Result<()> {
    let mut connection = SqliteConnectOptions::new().filename(database).connect().await?;
    let verdict = texts(&mut connection, "PRAGMA integrity_check").await?;
    ensure!(verdict == ["ok"], "integrity check: {verdict:?}");
    none(&mut connection, "a reference dangles", "SELECT 'x' FROM pragma_foreign_key_check")
        .await?;
    none(&mut connection, "a reference count is wrong", WRONG_COUNTS).await?;
    none(&mut connection, "an intent is left", "SELECT part FROM intent").await?;
    none(&mut connection, "an item is done without a file", DONE_WITHOUT_FILE).await?;
    none(
        &mut connection,
        "an item is still running",
        "SELECT source_id FROM item WHERE state = 'running'",
    )
    .await
}

const WRONG_COUNTS: &str = "SELECT path FROM media_file WHERE references_count <>
    (SELECT count(*) FROM library_item WHERE media_file_id = media_file.id AND deleted_at IS NULL)";
const DONE_WITHOUT_FILE: &str = "SELECT source_id FROM item WHERE state = 'done'
    AND id NOT IN (SELECT item_id FROM library_item)";

async fn none(connection: &mut SqliteConnection, fault: &str, query: &'static str) -> Result<()> {
    let found = texts(connection, query).await?;
    ensure!(found.is_empty(), "{fault}: {found:?}");
    Ok(())
}

async fn texts(connection: &mut SqliteConnection, query: &'static str) -> Result<Vec<String>> {
    let rows = sqlx::query(query).fetch_all(connection).await?;
    rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
}
