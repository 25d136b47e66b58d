//! Smart folders: searches kept under a name. They hold nothing; what is in one is found when it is looked at.

use super::folders::{checked_name, taken};
use crate::database::{Library, json_column};
use crate::error::LibraryError;
use protocol::SmartFolderId;
use protocol::shelf::LibraryQuery;
use protocol::smart::{ChangeSmartFolder, NewSmartFolder, SmartFolder};
use sqlx::Row;

impl Library {
    /// All kept searches, by name, with how much each finds now.
    ///
    /// # Errors
    /// Database failures.
    pub async fn smart_folders(&self) -> Result<Vec<SmartFolder>, LibraryError> {
        let rows = sqlx::query("SELECT id, name, query FROM smart_folder ORDER BY lower(name), id")
            .fetch_all(&self.pool)
            .await?;
        let mut folders = Vec::with_capacity(rows.len());
        for row in rows {
            let id = SmartFolderId(row.try_get("id")?);
            folders.push(
                self.with_count(id, row.try_get("name")?, json_column(&row, "query")?).await?,
            );
        }
        Ok(folders)
    }

    /// Keeps a search.
    ///
    /// # Errors
    /// [`LibraryError::Invalid`] for an empty or taken name; database failures.
    pub async fn add_smart_folder(
        &self,
        new: &NewSmartFolder,
    ) -> Result<SmartFolder, LibraryError> {
        let (name, query) = (checked_name(&new.name)?, kept(&new.query));
        let mut write = self.write().await?;
        let row =
            sqlx::query("INSERT INTO smart_folder (name, query) VALUES (?1, ?2) RETURNING id")
                .bind(&name)
                .bind(serde_json::to_string(&query)?)
                .fetch_one(&mut *write.tx)
                .await
                .map_err(|error| taken(error, &name))?;
        let id = SmartFolderId(row.try_get(0)?);
        write.commit().await?;
        self.with_count(id, name, query).await
    }

    /// Gives a kept search another name and another query.
    ///
    /// # Errors
    /// As [`Library::add_smart_folder`]; [`LibraryError::NotFound`].
    pub async fn change_smart_folder(
        &self,
        change: &ChangeSmartFolder,
    ) -> Result<SmartFolder, LibraryError> {
        let (name, query) = (checked_name(&change.name)?, kept(&change.query));
        let mut write = self.write().await?;
        let changed = sqlx::query("UPDATE smart_folder SET name = ?2, query = ?3 WHERE id = ?1")
            .bind(change.folder.0)
            .bind(&name)
            .bind(serde_json::to_string(&query)?)
            .execute(&mut *write.tx)
            .await
            .map_err(|error| taken(error, &name))?;
        if changed.rows_affected() == 0 {
            return Err(unknown(change.folder));
        }
        write.commit().await?;
        self.with_count(change.folder, name, query).await
    }

    /// Forgets a kept search. What it found stays where it is.
    ///
    /// # Errors
    /// [`LibraryError::NotFound`]; database failures.
    pub async fn remove_smart_folder(&self, id: SmartFolderId) -> Result<(), LibraryError> {
        let mut write = self.write().await?;
        let removed = sqlx::query("DELETE FROM smart_folder WHERE id = ?1")
            .bind(id.0)
            .execute(&mut *write.tx)
            .await?;
        if removed.rows_affected() == 0 {
            return Err(unknown(id));
        }
        write.commit().await
    }

    async fn with_count(
        &self,
        id: SmartFolderId,
        name: String,
        query: LibraryQuery,
    ) -> Result<SmartFolder, LibraryError> {
        let one = LibraryQuery { limit: 1, ..query.clone() };
        let items = self.list_library(&one).await?.total;
        Ok(SmartFolder { id, name, query, items })
    }
}

/// Which page is looked at is no part of a search.
fn kept(query: &LibraryQuery) -> LibraryQuery {
    LibraryQuery { offset: 0, limit: 0, ..query.clone() }
}

fn unknown(id: SmartFolderId) -> LibraryError {
    LibraryError::NotFound(format!("smart folder {id}"))
}
