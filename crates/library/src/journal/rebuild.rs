//! A database made again from the library folder: from its journal first, and then from what the journal does not know.

use crate::database::{Library, json_column};
use crate::error::LibraryError;
use crate::intake::{self, Found, Walk};
use crate::shelf::Shelf;
use protocol::{Metadata, Source};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Row};
use std::collections::HashSet;
use std::path::{Path, PathBuf};

/// What came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rebuilt {
    /// Things of which the journal told.
    pub things: u64,
    /// Virtual folders.
    pub folders: u64,
    /// Names of files that the journal knows and the folder does not hold any more as they were.
    pub missing: Vec<String>,
}

/// The library folder that a database names, if it can be read. It is not changed.
pub async fn folder_in(database: &Path) -> Option<PathBuf> {
    let options = SqliteConnectOptions::new().filename(database).read_only(true);
    let mut connection = options.connect().await.ok()?;
    let row = sqlx::query("SELECT value ->> 'folder' FROM meta WHERE key = 'settings'")
        .fetch_one(&mut connection)
        .await
        .ok()?;
    let folder: String = row.try_get(0).ok()?;
    (!folder.is_empty()).then(|| PathBuf::from(folder))
}

impl Library {
    /// Makes `folder`, the library of a database that is lost, that of this one, which must be empty.
    ///
    /// # Errors
    /// [`LibraryError::Invalid`] for a folder that never was a library, or a database that is not empty.
    pub async fn adopt_library(&self, folder: &Path) -> Result<(), LibraryError> {
        let words = || {
            let shown = folder.display();
            LibraryError::Invalid(format!("{shown} is no library folder; name it with --folder"))
        };
        let id = Shelf::marked_by(folder).ok_or_else(words)?;
        if self.stats().await?.files > 0 {
            return Err(LibraryError::Invalid("this database holds a library already".into()));
        }
        let mut write = self.write().await?;
        sqlx::query(
            "INSERT INTO meta (key, value) VALUES ('library_id', ?1) \
             ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        )
        .bind(&id)
        .execute(&mut *write.tx)
        .await?;
        write.commit().await?;
        self.set_shelf(Shelf::open(folder, &id)?);
        let mut settings = self.journaled_settings().unwrap_or_default();
        settings.folder = folder.to_string_lossy().into_owned();
        self.replace_settings(&settings).await
    }

    /// Makes rows of what the journal says and the folder still holds. `on` hears how many things there are so far.
    ///
    /// # Errors
    /// Database and disk failures.
    pub async fn rebuild(&self, on: &mut dyn FnMut(u64)) -> Result<Rebuilt, LibraryError> {
        let restored = self.restore_journal(on).await?;
        Ok(Rebuilt {
            things: restored.things,
            folders: restored.folders,
            missing: restored.missing,
        })
    }

    /// Files in the library folder that no row speaks of, and that do not lie beside another.
    ///
    /// # Errors
    /// Database failures.
    pub async fn unclaimed(&self) -> Result<Vec<Found>, LibraryError> {
        let rows = sqlx::query("SELECT path FROM media_file UNION SELECT sidecar FROM record WHERE sidecar IS NOT NULL")
            .fetch_all(&self.pool)
            .await?;
        let claimed =
            rows.iter().map(|row| row.try_get(0)).collect::<Result<HashSet<String>, _>>()?;
        let root = self.shelf().root().to_owned();
        let is_claimed = |found: &Found| {
            let name = found.shown();
            // Records and lyrics of a song that is gone are no things.
            claimed.contains(&name) || name.ends_with(".json") || name.ends_with(".lrc")
        };
        let walk = Walk::over(&root, intake::Source::of(&root), None);
        Ok(walk.filter(|found| !is_claimed(found)).collect())
    }
}

/// A record as the database has it.
#[derive(Clone, Debug, PartialEq)]
pub struct KnownRecord {
    /// The title.
    pub title: String,
    /// What is known of it.
    pub metadata: Metadata,
    /// What the site said.
    pub raw: serde_json::Value,
}

impl Library {
    /// What is known of a site's thing.
    ///
    /// # Errors
    /// Database failures.
    pub async fn known_record(
        &self,
        source: Source,
        source_id: &str,
    ) -> Result<Option<KnownRecord>, LibraryError> {
        let row = sqlx::query(
            "SELECT title, metadata, raw FROM record WHERE source = ?1 AND source_id = ?2",
        )
        .bind(source.as_str())
        .bind(source_id)
        .fetch_optional(&self.pool)
        .await?;
        let known = |row: &sqlx::sqlite::SqliteRow| -> Result<KnownRecord, LibraryError> {
            Ok(KnownRecord {
                title: row.try_get("title")?,
                metadata: json_column(row, "metadata")?,
                raw: json_column(row, "raw")?,
            })
        };
        row.as_ref().map(known).transpose()
    }
}
