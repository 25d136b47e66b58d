//! The `.json` with the site's own record, and the `.lrc` with timed lyrics, beside each song; pictures and subtitles
//! beside what came from a page.

use crate::claim::{day, name_parts};
use crate::database::{Library, Write, json_column, named_column, optional_json_column};
use crate::error::LibraryError;
use crate::extras::{Extra, SUBRIP, name_beside, names_beside};
use crate::names;
use protocol::edit::TagValues;
use protocol::{Metadata, Source, Variant};
use sqlx::Row;
use std::collections::BTreeSet;

/// A song whose sidecar is missing or out of date.
#[derive(Clone, Debug)]
pub struct Sidecar {
    record_id: i64,
    fingerprint: String,
    version: i64,
    /// Name of the `.json`.
    pub name: String,
    /// Its content: the site's record.
    pub raw: String,
    old: Vec<String>,
    /// What is known of the song, for the `.lrc`.
    pub metadata: Metadata,
    /// What came with it.
    pub extras: Vec<Extra>,
}

impl Sidecar {
    /// The name of an extra's file.
    pub fn extra_name(&self, extra: &Extra) -> String {
        extra.name(&self.name)
    }

    /// The name of the same subtitles as SubRip.
    pub fn subrip_name(&self, extra: &Extra) -> String {
        name_beside(&self.name, &extra.language, SUBRIP)
    }

    /// The names that its files had before, if they were others.
    pub fn old_names(&self) -> Vec<String> {
        let names = |old: &String| {
            let extras = self.extras.iter().flat_map(|extra| extra.names(old));
            [old.clone(), names::lyrics_name(old)].into_iter().chain(extras).collect::<Vec<_>>()
        };
        self.old.iter().flat_map(names).collect()
    }
}

impl Library {
    /// Up to `limit` songs with a file but without a sidecar that says what the site says.
    ///
    /// # Errors
    /// Database failures.
    pub async fn stale_sidecars(&self, limit: u32) -> Result<Vec<Sidecar>, LibraryError> {
        let template = self.settings().await?.template;
        let shelf = self.shelf();
        let name_max = shelf.name_max();
        let rows = sqlx::query(
            "SELECT id, source, source_id, title, metadata, raw, fingerprint, sidecar, sidecar_version, \
               (SELECT json_object('title', e.title, 'artist', e.artist, 'date', e.date) FROM library_item l \
                JOIN edit e ON e.item_id = l.item_id AND e.part = '' \
                WHERE l.record_id = r.id AND l.part = '' AND l.deleted_at IS NULL ORDER BY l.id LIMIT 1) AS edit, \
               (SELECT json_group_array(s.name) FROM sidecar_name s WHERE s.record_id = r.id) AS noted \
             FROM record r \
             WHERE sidecar_fresh = 0 \
               AND EXISTS (SELECT 1 FROM item i WHERE i.record_id = r.id AND +i.state = 'done') \
             ORDER BY id LIMIT ?1",
        )
        .bind(limit)
        .fetch_all(&self.pool)
        .await?;
        let mut sidecars = Vec::with_capacity(rows.len());
        for row in rows {
            let metadata: Metadata = json_column(&row, "metadata")?;
            let edit: Option<TagValues> = optional_json_column(&row, "edit")?;
            let source: Source = named_column(&row, "source")?;
            let (title, id): (&str, &str) = (row.try_get("title")?, row.try_get("source_id")?);
            // Beside the file, whose name follows what the person says.
            let edit = edit.unwrap_or_default();
            let mut parts = name_parts(title, id, &metadata, Variant::Mp3, source);
            parts.title = edit.title.as_deref().unwrap_or(parts.title);
            parts.artist = edit.artist.as_deref().unwrap_or(parts.artist);
            parts.date = edit.date.as_deref().map_or(parts.date, day);
            let name = names::file_name(&template, &parts, "json", name_max);
            let mut old: Vec<String> = json_column(&row, "noted")?;
            old.extend(row.try_get::<Option<String>, _>("sidecar")?);
            // Where the disk takes both for one name, the new file has replaced the old one.
            old.retain(|old| !shelf.is_one_name(old, &name));
            let record_id = row.try_get("id")?;
            sidecars.push(Sidecar {
                record_id,
                extras: self.extras_of(record_id).await?,
                fingerprint: row.try_get("fingerprint")?,
                version: row.try_get("sidecar_version")?,
                raw: row.try_get("raw")?,
                old,
                name,
                metadata,
            });
        }
        Ok(sidecars)
    }

    async fn extras_of(&self, record_id: i64) -> Result<Vec<Extra>, LibraryError> {
        let rows =
            sqlx::query("SELECT kind, language, extension, bytes FROM extra WHERE record_id = ?1")
                .bind(record_id)
                .fetch_all(&self.pool)
                .await?;
        rows.iter().map(Extra::read).collect()
    }

    /// Notes which names the files beside songs are about to get: a kill before [`Library::sidecars_written`] leaves them
    /// there, and by then the song may have another name, or be deleted.
    ///
    /// # Errors
    /// Database failures.
    pub async fn note_sidecars(&self, sidecars: &[Sidecar]) -> Result<(), LibraryError> {
        let mut write = self.write().await?;
        for sidecar in sidecars {
            note(&mut write, sidecar).await?;
        }
        write.commit().await
    }

    /// Notes that sidecars are on disk. Those of songs that were deleted while they were written are removed again.
    ///
    /// # Errors
    /// Database failures.
    pub async fn sidecars_written(&self, written: &[Sidecar]) -> Result<(), LibraryError> {
        let mut write = self.write().await?;
        for sidecar in written {
            let stays = sqlx::query(
                "UPDATE record SET sidecar = ?2, sidecar_fresh = (fingerprint = ?3 AND sidecar_version = ?4) \
                 WHERE id = ?1 AND sidecar_fresh <> 2",
            )
            .bind(sidecar.record_id)
            .bind(&sidecar.name)
            .bind(&sidecar.fingerprint)
            .bind(sidecar.version)
            .execute(&mut *write.tx)
            .await?;
            if stays.rows_affected() == 0 {
                // The song was deleted while this was written.
                note(&mut write, sidecar).await?;
                continue;
            }
            sqlx::query("DELETE FROM sidecar_name WHERE record_id = ?1")
                .bind(sidecar.record_id)
                .execute(&mut *write.tx)
                .await?;
        }
        write.commit().await?;
        self.remove_dropped_sidecars().await;
        Ok(())
    }

    /// Removes what lies beside songs of which nothing is left, as far as that is noted. What the disk refuses is logged
    /// and met again with the next call.
    pub(crate) async fn remove_dropped_sidecars(&self) {
        if let Err(error) = self.remove_dropped().await {
            tracing::warn!(%error, "files beside deleted songs stay for now");
        }
    }

    async fn remove_dropped(&self) -> Result<(), LibraryError> {
        const DROPPED: &str = "SELECT id FROM record WHERE sidecar_fresh = 2";
        self.check_shelf().await?;
        // Under the lock, so that nothing is restored and written anew in between.
        let mut write = self.write().await?;
        let names = format!(
            "SELECT s.name, e.language, e.extension FROM sidecar_name s \
             LEFT JOIN extra e ON e.record_id = s.record_id WHERE s.record_id IN ({DROPPED})"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(names)).fetch_all(&mut *write.tx).await?;
        if rows.is_empty() {
            return Ok(());
        }
        let mut all = BTreeSet::new();
        for row in &rows {
            let json: String = row.try_get(0)?;
            if let (Some(language), Some(extension)) = (row.try_get(1)?, row.try_get(2)?) {
                all.extend(names_beside(&json, language, extension));
            }
            all.extend([names::lyrics_name(&json), json]);
        }
        self.at_disk(move |shelf| all.iter().try_for_each(|name| shelf.remove(name))).await?;
        let forget = format!("DELETE FROM sidecar_name WHERE record_id IN ({DROPPED})");
        sqlx::query(sqlx::AssertSqlSafe(forget)).execute(&mut *write.tx).await?;
        write.commit().await
    }
}

async fn note(write: &mut Write<'_>, sidecar: &Sidecar) -> Result<(), LibraryError> {
    sqlx::query("INSERT OR IGNORE INTO sidecar_name (record_id, name) VALUES (?1, ?2)")
        .bind(sidecar.record_id)
        .bind(&sidecar.name)
        .execute(&mut *write.tx)
        .await?;
    Ok(())
}
