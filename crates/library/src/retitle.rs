//! Songs whose title changed on the site: the file is renamed and its tags rewritten, never fetched again.

use crate::claim::{COLUMNS, Claimed, HELD, Held, JOINS, claimed_from, take_finished};
use crate::database::Library;
use crate::error::LibraryError;
use protocol::{ItemId, Source};

/// A finished item whose files carry an old title.
#[derive(Clone, Debug)]
pub struct Retitle {
    /// The item as if claimed: it stays `done`, but a commit must carry this fence.
    pub claimed: Claimed,
    /// Its files.
    pub files: Vec<Held>,
}

impl Library {
    /// Takes up to `limit` finished items of a source, in the order of their ids from `after` on, whose title has
    /// changed since their files were tagged. A title that the person gave stays.
    ///
    /// # Errors
    /// Database failures.
    pub async fn claim_retitles(
        &self,
        source: Source,
        after: ItemId,
        limit: u32,
    ) -> Result<Vec<Retitle>, LibraryError> {
        let settings = self.settings().await?;
        let name_max = self.shelf().name_max();
        let _settled = self.settling.lock().await;
        let mut write = self.write().await?;
        let statement = format!(
            "SELECT {COLUMNS} FROM item i {JOINS} \
             WHERE i.source = ?1 AND i.state = 'done' AND i.id > ?3 AND n.item_id IS NULL \
               AND EXISTS (SELECT 1 FROM library_item l WHERE l.item_id = i.id AND l.title <> r.title \
                             AND l.deleted_at IS NULL AND NOT EXISTS (SELECT 1 FROM edit e \
                               WHERE e.item_id = i.id AND e.part = l.part AND e.title IS NOT NULL)) \
             ORDER BY i.id LIMIT ?2"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(statement))
            .bind(source.as_str())
            .bind(limit)
            .bind(after.0)
            .fetch_all(&mut *write.tx)
            .await?;
        let mut retitles = Vec::with_capacity(rows.len());
        for row in rows {
            let claimed = claimed_from(&row, &settings.template, name_max)?;
            take_finished(&mut write, &claimed).await?;
            let files = format!(
                "SELECT {HELD} FROM library_item l JOIN media_file m ON m.id = l.media_file_id \
                 WHERE l.item_id = ?1 AND l.deleted_at IS NULL"
            );
            let files = sqlx::query(sqlx::AssertSqlSafe(files))
                .bind(claimed.item.0)
                .fetch_all(&mut *write.tx)
                .await?;
            let files = files.iter().map(Held::read).collect::<Result<_, _>>()?;
            retitles.push(Retitle { claimed, files });
        }
        if !retitles.is_empty() {
            write.commit().await?;
        }
        Ok(retitles)
    }
}
