//! The row of one thing that the person has, as a commit writes it.

use crate::commit::Output;
use crate::database::{Write, json_column, now};
use crate::error::LibraryError;
use crate::names::sort_key;
use protocol::shelf::MediaKind;
use protocol::{ItemId, Metadata};

/// Stores what a wanted file became, or what it is after its title or its bytes changed. What the person did with it
/// stays: its folder, its mark, and that it was deleted.
pub(crate) async fn store(
    write: &mut Write<'_>,
    item: ItemId,
    media_file: i64,
    output: &Output,
) -> Result<(), LibraryError> {
    let row = sqlx::query(
        "SELECT r.metadata FROM item i JOIN record r ON r.id = i.record_id WHERE i.id = ?1",
    )
    .bind(item.0)
    .fetch_one(&mut *write.tx)
    .await?;
    let metadata: Metadata = json_column(&row, "metadata")?;
    sqlx::query(
        "INSERT INTO library_item (media_file_id, record_id, item_id, part, title, added_at, source, variant, \
           artist, album, year, title_key, artist_key, size, duration_ms, favorite, kind) \
         SELECT ?1, record_id, id, ?3, ?4, ?5, source, variant, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14 \
         FROM item WHERE id = ?2 \
         ON CONFLICT (item_id, part) DO UPDATE SET media_file_id = excluded.media_file_id, \
           title = excluded.title, artist = excluded.artist, album = excluded.album, year = excluded.year, \
           title_key = excluded.title_key, artist_key = excluded.artist_key, size = excluded.size, \
           duration_ms = excluded.duration_ms, kind = excluded.kind",
    )
    .bind(media_file)
    .bind(item.0)
    .bind(&output.part)
    .bind(&output.title)
    .bind(now())
    .bind(&metadata.artist)
    .bind(&metadata.album)
    .bind(year(&metadata))
    .bind(sort_key(&output.title))
    .bind(sort_key(metadata.artist.as_deref().unwrap_or_default()))
    .bind(output.sealed.size as i64)
    .bind(output.duration_ms)
    .bind(metadata.favorite)
    .bind(kind(output).as_str())
    .execute(&mut *write.tx)
    .await?;
    // Renamed on the site, or fetched again with the other stems of its song, after the person had deleted it.
    sqlx::query(
        "UPDATE media_file SET trashed_at = ?2 WHERE id = ?1 AND references_count = 0 AND trashed_at IS NULL",
    )
    .bind(media_file)
    .bind(now())
    .execute(&mut *write.tx)
    .await?;
    Ok(())
}

/// `created_at` is RFC 3339.
pub(crate) fn year(metadata: &Metadata) -> Option<i32> {
    metadata.created_at.as_deref()?.get(..4)?.parse().ok()
}

/// Whether there is something to look at.
pub(crate) fn kind(output: &Output) -> MediaKind {
    if output.has_picture { MediaKind::Video } else { MediaKind::Audio }
}
