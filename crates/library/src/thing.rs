//! The row of one thing that the person has, as a commit writes it.

use crate::claim::ORIGINAL;
use crate::commit::Output;
use crate::database::{Write, json_column, now};
use crate::edit;
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
    if let Some(edit) = &output.edit {
        edit::store(write, item, &output.part, edit).await?;
    }
    let shown = shown(write, item, &output.part, &output.title).await?;
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
    .bind(&shown.title)
    .bind(now())
    .bind(&shown.artist)
    .bind(&shown.album)
    .bind(shown.year)
    .bind(sort_key(&shown.title))
    .bind(sort_key(shown.artist.as_deref().unwrap_or_default()))
    .bind(output.sealed.size as i64)
    .bind(output.duration_ms)
    .bind(shown.favorite)
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

/// What is shown, sorted and found of a thing.
struct Shown {
    title: String,
    artist: Option<String>,
    album: Option<String>,
    year: Option<i32>,
    favorite: bool,
}

/// What the person says of a thing, else `title` and what its site says.
async fn shown(
    write: &mut Write<'_>,
    item: ItemId,
    part: &str,
    title: &str,
) -> Result<Shown, LibraryError> {
    let row = sqlx::query(
        "SELECT r.metadata FROM item i JOIN record r ON r.id = i.record_id WHERE i.id = ?1",
    )
    .bind(item.0)
    .fetch_one(&mut *write.tx)
    .await?;
    let mut site: Metadata = json_column(&row, "metadata")?;
    let edit = edit::of(write, item, part).await?;
    let said =
        |edit: Option<String>, site: Option<String>| edit.or(site).filter(|text| !text.is_empty());
    site.created_at = said(edit.date, site.created_at);
    Ok(Shown {
        title: edit.title.unwrap_or_else(|| title.to_owned()),
        year: year(&site),
        artist: said(edit.artist, site.artist),
        album: said(edit.album, site.album),
        favorite: site.favorite,
    })
}

/// Writes anew what is shown, sorted and found of a thing that is there.
pub(crate) async fn show(
    write: &mut Write<'_>,
    item: ItemId,
    part: &str,
    title: &str,
) -> Result<(), LibraryError> {
    let shown = shown(write, item, part, title).await?;
    sqlx::query(
        "UPDATE library_item SET title = ?3, artist = ?4, album = ?5, year = ?6, title_key = ?7, artist_key = ?8 \
         WHERE item_id = ?1 AND part = ?2",
    )
    .bind(item.0)
    .bind(part)
    .bind(&shown.title)
    .bind(&shown.artist)
    .bind(&shown.album)
    .bind(shown.year)
    .bind(sort_key(&shown.title))
    .bind(sort_key(shown.artist.as_deref().unwrap_or_default()))
    .execute(&mut *write.tx)
    .await?;
    Ok(())
}

/// What a thing is called by its site: the original of what was encoded is marked as one.
pub fn site_title(part: &str, title: &str) -> String {
    match part {
        ORIGINAL => format!("{title} (original)"),
        _ => title.to_owned(),
    }
}

/// `created_at` is RFC 3339, or what a person typed.
pub(crate) fn year(metadata: &Metadata) -> Option<i32> {
    metadata.created_at.as_deref()?.get(..4)?.parse().ok()
}

/// Whether there is something to look at.
pub(crate) fn kind(output: &Output) -> MediaKind {
    if output.has_picture { MediaKind::Video } else { MediaKind::Audio }
}
