//! Lists of what other programs have fetched: yt-dlp's `--download-archive`, a text, and gallery-dl's, a SQLite
//! database.

use crate::database::Library;
use crate::error::LibraryError;
use protocol::intake::{OwnedAdded, OwnedEntry};
use serde_json::{Value, json};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection, Row};
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

/// How a SQLite database begins (sqlite.org/fileformat.html).
const SQLITE: &[u8] = b"SQLite format 3\0";
/// Longer than any site's id; a line beyond it is no entry.
const LONGEST: usize = 2_000;

/// Reads the archive of yt-dlp or of gallery-dl, whichever it is. It is opened for reading only.
///
/// # Errors
/// [`LibraryError::Invalid`] when it is neither; when it cannot be read.
pub async fn read_archive(file: &Path) -> Result<Vec<OwnedEntry>, LibraryError> {
    let shown = || file.display().to_string();
    let mut head = Vec::new();
    let opened = File::open(file).map_err(LibraryError::io(shown()))?;
    (&opened)
        .take(SQLITE.len() as u64)
        .read_to_end(&mut head)
        .map_err(LibraryError::io(shown()))?;
    if head == SQLITE {
        return read_gallery_dl(file).await;
    }
    let opened = File::open(file).map_err(LibraryError::io(shown()))?;
    read_yt_dlp(BufReader::new(opened), &shown())
}

/// Lines of `extractor id`, as yt-dlp's `make_archive_id` writes them.
fn read_yt_dlp(text: impl BufRead, shown: &str) -> Result<Vec<OwnedEntry>, LibraryError> {
    let neither = || {
        let words = format!("{shown} is an archive neither of yt-dlp nor of gallery-dl");
        LibraryError::Invalid(words)
    };
    let mut entries = Vec::new();
    for line in text.lines() {
        let line = match line {
            Err(error) if error.kind() == std::io::ErrorKind::InvalidData => return Err(neither()),
            other => other.map_err(LibraryError::io(shown))?,
        };
        let line = line.trim();
        if line.is_empty() {
            continue;
        }
        let (extractor, id) = line.split_once(' ').ok_or_else(neither)?;
        if line.len() > LONGEST || line.contains(char::is_control) {
            return Err(neither());
        }
        entries.push(OwnedEntry { extractor: extractor.to_lowercase(), id: id.trim().to_owned() });
    }
    Ok(entries)
}

/// One table with one column. Where site and id part in an entry depends on the site, so they are not parted.
async fn read_gallery_dl(file: &Path) -> Result<Vec<OwnedEntry>, LibraryError> {
    let options = SqliteConnectOptions::new().filename(file).read_only(true).immutable(true);
    let mut connection: SqliteConnection = options.connect().await?;
    let known = sqlx::query("SELECT 1 FROM pragma_table_info('archive') WHERE name = 'entry'")
        .fetch_optional(&mut connection)
        .await?;
    if known.is_none() {
        let words = format!("{} is a database, but not gallery-dl's archive", file.display());
        return Err(LibraryError::Invalid(words));
    }
    let rows = sqlx::query(
        "SELECT entry FROM archive WHERE typeof(entry) = 'text' AND length(entry) <= ?1",
    )
    .bind(LONGEST as i64)
    .fetch_all(&mut connection)
    .await?;
    connection.close().await?;
    let entry = |row: &sqlx::sqlite::SqliteRow| {
        Ok(OwnedEntry { extractor: OwnedEntry::GALLERY_DL.into(), id: row.try_get(0)? })
    };
    rows.iter().map(entry).collect()
}

impl Library {
    /// Notes what another program has fetched.
    ///
    /// # Errors
    /// Database failures.
    pub async fn note_owned(&self, entries: &[OwnedEntry]) -> Result<OwnedAdded, LibraryError> {
        let row = |one: &OwnedEntry| json!([one.extractor.to_lowercase(), one.id]);
        let rows = Value::Array(entries.iter().map(row).collect()).to_string();
        let mut write = self.write().await?;
        let added = sqlx::query(
            "INSERT INTO owned (extractor, id) SELECT a.value ->> 0, a.value ->> 1 FROM json_each(?1) a WHERE true \
             ON CONFLICT DO NOTHING",
        )
        .bind(rows)
        .execute(&mut *write.tx)
        .await?;
        write.commit().await?;
        let new = added.rows_affected();
        Ok(OwnedAdded { new, known: entries.len() as u64 - new })
    }

    /// Whether another program has fetched this. `extractor`: yt-dlp's `extractor_key`, case does not matter.
    ///
    /// # Errors
    /// Database failures.
    pub async fn is_owned(&self, extractor: &str, id: &str) -> Result<bool, LibraryError> {
        let one = OwnedEntry { extractor: extractor.to_owned(), id: id.to_owned() };
        Ok(self.which_are_owned(&[one]).await?[0])
    }

    /// What is owned, as yt-dlp's archive has it: one `site id` a line. Empty where nothing is.
    ///
    /// # Errors
    /// Database failures.
    pub async fn owned_lines(&self) -> Result<String, LibraryError> {
        let rows = sqlx::query("SELECT extractor || ' ' || id FROM owned WHERE extractor <> ?1")
            .bind(OwnedEntry::GALLERY_DL)
            .fetch_all(&self.pool)
            .await?;
        let lines = rows.iter().map(|row| Ok(row.try_get::<String, _>(0)? + "\n"));
        Ok(lines.collect::<Result<String, sqlx::Error>>()?)
    }

    /// As [`Library::is_owned`] for many, in their order.
    ///
    /// # Errors
    /// Database failures.
    pub async fn which_are_owned(&self, entries: &[OwnedEntry]) -> Result<Vec<bool>, LibraryError> {
        let row = |one: &OwnedEntry| json!([one.extractor.to_lowercase(), one.id]);
        let rows = Value::Array(entries.iter().map(row).collect()).to_string();
        // gallery-dl writes site and id as one word.
        let rows = sqlx::query(
            "SELECT EXISTS (SELECT 1 FROM owned o WHERE o.extractor = a.value ->> 0 AND o.id = a.value ->> 1) \
                 OR EXISTS (SELECT 1 FROM owned o WHERE o.extractor = ?2 \
                              AND o.id = (a.value ->> 0) || (a.value ->> 1)) \
             FROM json_each(?1) a ORDER BY a.key",
        )
        .bind(rows)
        .bind(OwnedEntry::GALLERY_DL)
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?)
    }
}
