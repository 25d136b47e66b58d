//! Opening the database, and the one way to write to it.

use crate::error::LibraryError;
use crate::shelf::Shelf;
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{ConnectOptions, Connection, Row, SqlSafeStr, Sqlite, Transaction};
use std::path::Path;
use std::sync::{Arc, RwLock};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::sync::{Mutex, MutexGuard};

/// The oldest SQLite that is safe with WAL: a corruption race was fixed in 3.51.3 (sqlite.org/wal.html).
const OLDEST_SQLITE: (u32, u32, u32) = (3, 51, 3);

/// The library: database and folder. A cheap clone of one shared thing.
#[derive(Clone, Debug)]
pub struct Library {
    pub(crate) pool: SqlitePool,
    writer: Arc<Mutex<()>>,
    shelf: Arc<RwLock<Arc<Shelf>>>,
    /// Held while files that rows speak of get other names: what is halfway there is nobody else's business. Taken
    /// before the right to write, never after it.
    pub(crate) settling: Arc<Mutex<()>>,
    /// Held while files are copied to the trash or from it, which takes long. Taken before `settling`.
    pub(crate) copying: Arc<Mutex<()>>,
    /// Held while the library folder is chosen or opened: both take long, and the last word must be the settings'.
    pub(crate) choosing: Arc<Mutex<()>>,
}

/// A write transaction; the only one of this process while it lives.
pub(crate) struct Write<'a> {
    pub tx: Transaction<'static, Sqlite>,
    _alone: MutexGuard<'a, ()>,
}

impl Write<'_> {
    /// Makes it durable (`synchronous=FULL`: on disk when this returns).
    pub async fn commit(self) -> Result<(), LibraryError> {
        Ok(self.tx.commit().await?)
    }
}

impl Library {
    /// Opens or makes the database in `file`; the library folder is the one in its settings, or
    /// `default_folder` at first.
    ///
    /// # Errors
    /// When the file is no database of ours, the disk refuses, or the linked SQLite is too old.
    pub async fn open(file: &Path, default_folder: &Path) -> Result<Self, LibraryError> {
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(10))
            .pragma("temp_store", "memory")
            .pragma("mmap_size", "0");
        let pool = SqlitePoolOptions::new().max_connections(4).connect_with(options).await?;
        assert_sqlite_version(&pool).await?;
        migrator().run(&pool).await?;
        let shelf = Arc::new(RwLock::new(Arc::new(Shelf::closed(default_folder))));
        let library = Self {
            pool,
            writer: Arc::default(),
            shelf,
            settling: Arc::default(),
            copying: Arc::default(),
            choosing: Arc::default(),
        };
        library.adopt_settings(default_folder).await?;
        Ok(library)
    }

    /// Begins writing. One writer at a time, so that nobody waits inside SQLite (I9).
    pub(crate) async fn write(&self) -> Result<Write<'_>, LibraryError> {
        let alone = self.writer.lock().await;
        let tx = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        Ok(Write { tx, _alone: alone })
    }

    /// The library folder in force.
    pub fn shelf(&self) -> Arc<Shelf> {
        self.shelf.read().expect("nothing panics while holding it").clone()
    }

    /// Does what a disk may take long for where it keeps nobody else from going on.
    ///
    /// # Errors
    /// Those of `work`.
    pub(crate) async fn at_disk<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Shelf) -> Result<T, LibraryError> + Send + 'static,
    ) -> Result<T, LibraryError> {
        let shelf = self.shelf();
        let done = tokio::task::spawn_blocking(move || work(&shelf));
        done.await.map_err(|_| LibraryError::Superseded)?
    }

    /// As [`Shelf::check`], also for a disk that does not answer soon.
    ///
    /// # Errors
    /// [`LibraryError::VolumeMissing`].
    pub async fn check_shelf(&self) -> Result<(), LibraryError> {
        self.at_disk(Shelf::check).await?;
        self.try_untried().await;
        Ok(())
    }

    pub(crate) fn set_shelf(&self, shelf: Shelf) {
        *self.shelf.write().expect("nothing panics while holding it") = Arc::new(shelf);
    }

    /// SQLite's own check of the whole file: `ok`, or what is wrong.
    ///
    /// # Errors
    /// When the check cannot run.
    pub async fn integrity(&self) -> Result<String, LibraryError> {
        // On a connection of its own: FTS5 compares its index with what the connection remembers of it, which others may
        // have changed since, and would take that for damage.
        let mut fresh = self.pool.connect_options().connect().await?;
        let row = sqlx::query("PRAGMA integrity_check").fetch_one(&mut fresh).await?;
        let verdict = row.try_get(0)?;
        fresh.close().await?;
        Ok(verdict)
    }

    /// Writes the log back into the database file and closes it.
    pub async fn close(&self) {
        // Only shortens the next start; the log is durable as it is.
        let _ = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&self.pool).await;
        self.pool.close().await;
    }
}

/// The steps of the schema. A step that has shipped is never edited: sqlx compares checksums.
fn migrator() -> Migrator {
    let step = |version, description: &'static str, sql: &'static str| {
        Migration::new(
            version,
            description.into(),
            MigrationType::Simple,
            sql.into_sql_str(),
            false,
        )
    };
    let foundation = include_str!("../migrations/0001_foundation.sql");
    let sidecars_due = include_str!("../migrations/0002_sidecars_due.sql");
    let library = include_str!("../migrations/0003_library.sql");
    let sending = include_str!("../migrations/0004_sending.sql");
    let intake = include_str!("../migrations/0005_intake_and_journal.sql");
    let edits = include_str!("../migrations/0006_edits_and_renames.sql");
    let discogs = include_str!("../migrations/0007_discogs.sql");
    let discogs_browse = include_str!("../migrations/0008_discogs_browse.sql");
    let discogs_choosing = include_str!("../migrations/0009_discogs_choosing.sql");
    Migrator::with_migrations(vec![
        step(1, "foundation", foundation),
        step(2, "sidecars due", sidecars_due),
        step(3, "library", library),
        step(4, "sending", sending),
        step(5, "intake and journal", intake),
        step(6, "edits and renames", edits),
        step(7, "discogs", discogs),
        step(8, "discogs browse", discogs_browse),
        step(9, "discogs choosing", discogs_choosing),
    ])
}

async fn assert_sqlite_version(pool: &SqlitePool) -> Result<(), LibraryError> {
    let row = sqlx::query("SELECT sqlite_version()").fetch_one(pool).await?;
    let text: String = row.try_get(0)?;
    let mut parts = text.split('.').map(|part| part.parse().unwrap_or(0));
    let mut next = || parts.next().unwrap_or(0);
    let found = (next(), next(), next());
    if found < OLDEST_SQLITE {
        return Err(LibraryError::Invalid(format!("SQLite {text} is too old")));
    }
    Ok(())
}

/// Now, in seconds since 1970.
pub(crate) fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

/// A column that holds JSON of a protocol type.
pub(crate) fn json_column<T: serde::de::DeserializeOwned>(
    row: &sqlx::sqlite::SqliteRow,
    name: &str,
) -> Result<T, LibraryError> {
    let text: &str = row.try_get(name)?;
    Ok(serde_json::from_str(text)?)
}

/// As [`json_column`], for a column that may be NULL.
pub(crate) fn optional_json_column<T: serde::de::DeserializeOwned>(
    row: &sqlx::sqlite::SqliteRow,
    name: &str,
) -> Result<Option<T>, LibraryError> {
    let text: Option<&str> = row.try_get(name)?;
    Ok(text.map(serde_json::from_str).transpose()?)
}

/// A column that holds the stored name of an enum.
pub(crate) fn named_column<T: std::str::FromStr<Err = String>>(
    row: &sqlx::sqlite::SqliteRow,
    name: &str,
) -> Result<T, LibraryError> {
    let text: &str = row.try_get(name)?;
    text.parse().map_err(LibraryError::Unreadable)
}
