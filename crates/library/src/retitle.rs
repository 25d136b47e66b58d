//! Songs whose title changed on the site: the file is renamed and its tags rewritten, never fetched again.

use crate::claim::{Claimed, claimed_from};
use crate::database::{Library, now};
use crate::error::LibraryError;
use crate::intent::{check_fence, drop_intent};
use protocol::{ItemId, Source};
use sqlx::Row;

/// A finished item whose files carry an old title.
#[derive(Clone, Debug)]
pub struct Retitle {
    /// The item as if claimed: it stays `done`, but a commit must carry this fence.
    pub claimed: Claimed,
    /// Its files: the stem's name (empty for a song), path, container.
    pub files: Vec<(String, String, String)>,
}

impl Library {
    /// Takes up to `limit` finished items of a source, in the order of their ids from `after` on, whose title has changed since their files were tagged.
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
        let mut write = self.write().await?;
        let rows = sqlx::query(
            "SELECT i.id, i.job_id, i.fence + 1 AS fence, i.source, i.source_id, i.variant, i.fetch, \
                    i.attempts, r.title, r.metadata, j.account_id, NULL AS part, NULL AS validator \
             FROM item i JOIN record r ON r.id = i.record_id JOIN job j ON j.id = i.job_id \
             WHERE i.source = ?1 AND i.state = 'done' AND i.id > ?3 \
               AND EXISTS (SELECT 1 FROM library_item l WHERE l.item_id = i.id AND l.title <> r.title \
                             AND l.deleted_at IS NULL) \
               AND NOT EXISTS (SELECT 1 FROM intent n WHERE n.item_id = i.id) \
             ORDER BY i.id LIMIT ?2",
        )
        .bind(source.as_str())
        .bind(limit)
        .bind(after.0)
        .fetch_all(&mut *write.tx)
        .await?;
        let mut retitles = Vec::with_capacity(rows.len());
        for row in rows {
            let claimed = claimed_from(&row, &settings.template, name_max)?;
            sqlx::query("UPDATE item SET fence = ?2 WHERE id = ?1")
                .bind(claimed.item.0)
                .bind(claimed.fence)
                .execute(&mut *write.tx)
                .await?;
            sqlx::query(
                "INSERT INTO intent (item_id, part, phase, created_at) VALUES (?1, ?2, 'sealing', ?3)",
            )
            .bind(claimed.item.0)
            .bind(&claimed.kept.part)
            .bind(now())
            .execute(&mut *write.tx)
            .await?;
            let files = sqlx::query(
                "SELECT l.part, m.path, m.container FROM library_item l \
                 JOIN media_file m ON m.id = l.media_file_id WHERE l.item_id = ?1 AND l.deleted_at IS NULL",
            )
            .bind(claimed.item.0)
            .fetch_all(&mut *write.tx)
            .await?;
            let file = |row: &sqlx::sqlite::SqliteRow| {
                Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?))
            };
            let files = files.iter().map(file).collect::<Result<_, sqlx::Error>>()?;
            retitles.push(Retitle { claimed, files });
        }
        if !retitles.is_empty() {
            write.commit().await?;
        }
        Ok(retitles)
    }

    /// Gives a retitle up for now: the files stay as they are and it is offered again.
    ///
    /// # Errors
    /// Database and disk failures.
    pub async fn abandon_retitle(&self, retitle: &Retitle) -> Result<(), LibraryError> {
        let mut write = self.write().await?;
        check_fence(&mut write, retitle.claimed.item, retitle.claimed.fence).await?;
        drop_intent(&mut write, retitle.claimed.item).await?;
        write.commit().await?;
        self.shelf().remove(&retitle.claimed.kept.part)
    }
}
