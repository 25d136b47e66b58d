//! Filing things in folders and marking them. No bytes move.

use super::ids;
use crate::database::Library;
use crate::error::LibraryError;
use protocol::shelf::{Changed, FileItems, MarkItems};
use sqlx::Row;

impl Library {
    /// Files things in a folder, or in none.
    ///
    /// # Errors
    /// [`LibraryError::NotFound`] for a folder that does not exist; database failures.
    pub async fn file_items(&self, wish: &FileItems) -> Result<Changed, LibraryError> {
        let mut write = self.write().await?;
        if let Some(folder) = wish.folder {
            super::folders::require(&mut write, folder).await?;
        }
        let moved = sqlx::query(
            "UPDATE library_item SET folder_id = ?2 \
             WHERE id IN (SELECT value FROM json_each(?1)) AND folder_id IS NOT ?2 RETURNING id",
        )
        .bind(ids(&wish.items))
        .bind(wish.folder.map(|folder| folder.0))
        .fetch_all(&mut *write.tx)
        .await?;
        write.commit().await?;
        Ok(Changed { items: moved.len() as u64 })
    }

    /// Marks things as favourites, or takes the mark away.
    ///
    /// # Errors
    /// Database failures.
    pub async fn mark_items(&self, wish: &MarkItems) -> Result<Changed, LibraryError> {
        let mut write = self.write().await?;
        let marked = sqlx::query(
            "UPDATE library_item SET favorite = ?2 \
             WHERE id IN (SELECT value FROM json_each(?1)) AND favorite <> ?2 RETURNING id",
        )
        .bind(ids(&wish.items))
        .bind(wish.favorite)
        .fetch_all(&mut *write.tx)
        .await?;
        write.commit().await?;
        Ok(Changed { items: marked.len() as u64 })
    }

    /// The name of the file that holds a thing's bytes.
    ///
    /// # Errors
    /// [`LibraryError::NotFound`] for a thing that is deleted or was never there; database failures.
    pub async fn file_of(&self, item: protocol::LibraryItemId) -> Result<String, LibraryError> {
        let row = sqlx::query(
            "SELECT m.path FROM library_item l JOIN media_file m ON m.id = l.media_file_id \
             WHERE l.id = ?1 AND l.deleted_at IS NULL",
        )
        .bind(item.0)
        .fetch_optional(&self.pool)
        .await?;
        let row = row.ok_or_else(|| LibraryError::NotFound(format!("thing {item}")))?;
        Ok(row.try_get(0)?)
    }
}
