//! Virtual folders: a tree that the person arranges, of which the disk knows nothing.

use crate::database::{Library, Write};
use crate::error::LibraryError;
use protocol::FolderId;
use protocol::shelf::{ChangeFolder, Folder, NewFolder};
use sqlx::Row;

/// Longest name, in characters: what still can be read in a tree.
const LONGEST_NAME: usize = 200;

impl Library {
    /// All folders, parents before their children, each level by name.
    ///
    /// # Errors
    /// Database failures.
    pub async fn folders(&self) -> Result<Vec<Folder>, LibraryError> {
        let rows = sqlx::query(
            "WITH RECURSIVE tree (id, parent_id, name, path) AS ( \
               SELECT id, parent_id, name, lower(name) FROM folder WHERE parent_id IS NULL \
               UNION ALL \
               SELECT f.id, f.parent_id, f.name, t.path || char(1) || lower(f.name) \
               FROM folder f JOIN tree t ON f.parent_id = t.id) \
             SELECT id, parent_id, name, \
               (SELECT count(*) FROM library_item l WHERE l.folder_id = tree.id AND l.deleted_at IS NULL) AS items \
             FROM tree ORDER BY path, id",
        )
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(folder).collect()
    }

    /// Makes a folder.
    ///
    /// # Errors
    /// [`LibraryError::Invalid`] for an empty or taken name, [`LibraryError::NotFound`] for a parent that is gone.
    pub async fn add_folder(&self, new: &NewFolder) -> Result<Folder, LibraryError> {
        let name = checked_name(&new.name)?;
        let mut write = self.write().await?;
        if let Some(parent) = new.parent {
            require(&mut write, parent).await?;
        }
        let row = sqlx::query("INSERT INTO folder (parent_id, name) VALUES (?1, ?2) RETURNING id")
            .bind(new.parent.map(|parent| parent.0))
            .bind(&name)
            .fetch_one(&mut *write.tx)
            .await
            .map_err(|error| taken(error, &name))?;
        let id = FolderId(row.try_get(0)?);
        write.commit().await?;
        Ok(Folder { id, parent: new.parent, name, items: 0 })
    }

    /// Renames a folder and moves it below another.
    ///
    /// # Errors
    /// [`LibraryError::Invalid`] for a name that is empty or taken, or a place inside itself;
    /// [`LibraryError::NotFound`] for a folder that is gone.
    pub async fn change_folder(&self, change: &ChangeFolder) -> Result<Folder, LibraryError> {
        let name = checked_name(&change.name)?;
        let mut write = self.write().await?;
        require(&mut write, change.folder).await?;
        if let Some(parent) = change.parent {
            require(&mut write, parent).await?;
            refuse_inside_itself(&mut write, change.folder, parent).await?;
        }
        let row = sqlx::query(
            "UPDATE folder SET parent_id = ?2, name = ?3 WHERE id = ?1 RETURNING id, parent_id, name, \
               (SELECT count(*) FROM library_item l WHERE l.folder_id = folder.id AND l.deleted_at IS NULL) AS items",
        )
        .bind(change.folder.0)
        .bind(change.parent.map(|parent| parent.0))
        .bind(&name)
        .fetch_one(&mut *write.tx)
        .await
        .map_err(|error| taken(error, &name))?;
        let changed = folder(&row)?;
        write.commit().await?;
        Ok(changed)
    }

    /// Removes a folder. What was in it moves to the folder above; a folder whose name is taken there gets its id behind it.
    ///
    /// # Errors
    /// [`LibraryError::NotFound`]; database failures.
    pub async fn remove_folder(&self, id: FolderId) -> Result<(), LibraryError> {
        let mut write = self.write().await?;
        require(&mut write, id).await?;
        sqlx::query(
            "UPDATE library_item SET folder_id = (SELECT parent_id FROM folder WHERE id = ?1) WHERE folder_id = ?1",
        )
        .bind(id.0)
        .execute(&mut *write.tx)
        .await?;
        // A name that is taken above is made unique by the id.
        sqlx::query(
            "UPDATE folder AS f SET parent_id = gone.parent_id, \
               name = iif(EXISTS (SELECT 1 FROM folder o WHERE o.parent_id IS gone.parent_id AND o.name = f.name), \
                          f.name || ' (' || f.id || ')', f.name) \
             FROM (SELECT id, parent_id FROM folder WHERE id = ?1) AS gone WHERE f.parent_id = gone.id",
        )
        .bind(id.0)
        .execute(&mut *write.tx)
        .await?;
        sqlx::query("DELETE FROM folder WHERE id = ?1").bind(id.0).execute(&mut *write.tx).await?;
        write.commit().await
    }
}

pub(super) async fn require(write: &mut Write<'_>, id: FolderId) -> Result<(), LibraryError> {
    let found = sqlx::query("SELECT 1 FROM folder WHERE id = ?1")
        .bind(id.0)
        .fetch_optional(&mut *write.tx)
        .await?;
    found.map(|_| ()).ok_or_else(|| LibraryError::NotFound(format!("folder {id}")))
}

async fn refuse_inside_itself(
    write: &mut Write<'_>,
    folder: FolderId,
    parent: FolderId,
) -> Result<(), LibraryError> {
    let inside = sqlx::query(
        "WITH RECURSIVE above (id) AS (SELECT ?2 UNION \
           SELECT f.parent_id FROM folder f JOIN above a ON f.id = a.id WHERE f.parent_id IS NOT NULL) \
         SELECT 1 FROM above WHERE id = ?1",
    )
    .bind(folder.0)
    .bind(parent.0)
    .fetch_optional(&mut *write.tx)
    .await?;
    match inside {
        Some(_) => Err(LibraryError::Invalid("a folder cannot be inside itself".into())),
        None => Ok(()),
    }
}

pub(super) fn checked_name(name: &str) -> Result<String, LibraryError> {
    let name: String = name.trim().chars().filter(|c| !c.is_control()).collect();
    if name.is_empty() || name.chars().count() > LONGEST_NAME {
        let words = format!("a folder needs a name of 1 to {LONGEST_NAME} characters");
        return Err(LibraryError::Invalid(words));
    }
    Ok(name)
}

/// The name of a folder of the disk, as it can be that of a virtual one.
pub(crate) fn tidy_name(name: &str) -> String {
    let shorter: String = name.chars().take(LONGEST_NAME).collect();
    checked_name(&shorter).unwrap_or_else(|_| "Untitled".into())
}

pub(super) fn taken(error: sqlx::Error, name: &str) -> LibraryError {
    match error.as_database_error().is_some_and(|error| error.is_unique_violation()) {
        true => LibraryError::Invalid(format!("there is a folder “{name}” already")),
        false => error.into(),
    }
}

fn folder(row: &sqlx::sqlite::SqliteRow) -> Result<Folder, LibraryError> {
    Ok(Folder {
        id: FolderId(row.try_get("id")?),
        parent: row.try_get::<Option<i64>, _>("parent_id")?.map(FolderId),
        name: row.try_get("name")?,
        items: row.try_get::<i64, _>("items")?.unsigned_abs(),
    })
}
