//! What the person changed of a thing: title, artist, album, date. It wins over what the site says, then and later.
//!
//! An edit is work on a finished item, as a retitle is: claimed with a fence and an intent, made on a part file, and
//! committed together with the rows (I2). A kill leaves the old or the new, in file and rows alike.

use crate::claim::{self, Claimed, Held, claimed_from};
use crate::database::{Library, Write};
use crate::error::LibraryError;
use crate::intent::{check_fence, drop_intent};
use crate::thing;
use protocol::edit::TagValues;
use protocol::{ItemId, LibraryItemId};
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

/// Longest text of a field, in characters.
const LONGEST: usize = 1_000;

/// An edit of one thing, being worked on by whoever holds this.
#[derive(Clone, Debug)]
pub struct Revision {
    /// The item as if claimed: it stays `done`, but a commit must carry this fence. Its edits are the new ones.
    pub claimed: Claimed,
    /// The file as it is.
    pub file: Held,
    /// What the changed fields said.
    pub before: TagValues,
    /// What is to be written into the file: an empty text goes. Nothing: the file says it all already.
    pub changes: TagValues,
    /// All that the person says of the thing from now on.
    pub edit: TagValues,
    /// The name stays as it is: the template names nothing that is changed.
    pub keeps_name: bool,
}

impl Library {
    /// Takes a thing to be changed, and writes the intent. `None`: it says all that already.
    ///
    /// # Errors
    /// [`LibraryError::NotFound`] and [`LibraryError::Invalid`] for things that are not there or deleted, and for
    /// values that cannot be; [`LibraryError::Busy`] while its file is being worked on; database failures.
    pub async fn claim_edit(
        &self,
        item: LibraryItemId,
        wish: &TagValues,
    ) -> Result<Option<Revision>, LibraryError> {
        let wish = checked(wish)?;
        let settings = self.settings().await?;
        let name_max = self.shelf().name_max();
        let _settled = self.settling.lock().await;
        let mut write = self.write().await?;
        let statement = format!(
            "SELECT l.part AS thing_part, l.title AS shown_title, l.artist, l.album, l.year, l.deleted_at, \
               i.state = 'done' AND n.item_id IS NULL AND NOT m.stowed AS is_free, {held}, {columns} \
             FROM library_item l JOIN media_file m ON m.id = l.media_file_id JOIN item i ON i.id = l.item_id {joins} \
             WHERE l.id = ?1",
            held = claim::HELD,
            columns = claim::COLUMNS,
            joins = claim::JOINS,
        );
        let row = sqlx::query(sqlx::AssertSqlSafe(statement))
            .bind(item.0)
            .fetch_optional(&mut *write.tx)
            .await?;
        let row = row.ok_or_else(|| LibraryError::NotFound(format!("thing {item}")))?;
        let title: String = row.try_get("shown_title")?;
        if row.try_get::<Option<i64>, _>("deleted_at")?.is_some() {
            return Err(LibraryError::Invalid(format!("“{title}” is deleted: restore it first")));
        }
        if !row.try_get::<bool, _>("is_free")? {
            return Err(LibraryError::Busy(title));
        }
        let before = claimed_from(&row, &settings.template, name_max)?;
        let Some(revision) = revision(&row, before, &wish, &settings.template)? else {
            return Ok(None);
        };
        claim::take_finished(&mut write, &revision.claimed).await?;
        write.commit().await?;
        Ok(Some(revision))
    }

    /// The edit of a thing whose file cannot say it, or says it already: only the rows follow.
    ///
    /// # Errors
    /// [`LibraryError::Superseded`]; database failures.
    pub async fn edit_rows(&self, revision: &Revision) -> Result<(), LibraryError> {
        let claimed = &revision.claimed;
        let mut write = self.write().await?;
        check_fence(&mut write, claimed.item, claimed.fence).await?;
        store(&mut write, claimed.item, &revision.file.part, &revision.edit).await?;
        let title = thing::site_title(&revision.file.part, &claimed.title);
        thing::show(&mut write, claimed.item, &revision.file.part, &title).await?;
        drop_intent(&mut write, claimed.item).await?;
        write.commit().await
    }

    /// Gives work on a finished item up: its files stay as they are.
    ///
    /// # Errors
    /// Database and disk failures.
    pub async fn abandon(&self, claimed: &Claimed) -> Result<(), LibraryError> {
        let mut write = self.write().await?;
        check_fence(&mut write, claimed.item, claimed.fence).await?;
        drop_intent(&mut write, claimed.item).await?;
        write.commit().await?;
        self.shelf().remove(&claimed.kept.part)
    }
}

/// What is to be done for a wish; `None` when nothing is.
fn revision(
    row: &SqliteRow,
    old: Claimed,
    wish: &TagValues,
    template: &str,
) -> Result<Option<Revision>, LibraryError> {
    let file = Held::read(row)?;
    let text =
        |name| Ok::<_, sqlx::Error>(row.try_get::<Option<String>, _>(name)?.unwrap_or_default());
    let old_edit = old.edit_of(&file.part);
    let created_at = old.metadata.created_at.clone().unwrap_or_default();
    let shown = Said {
        title: text("shown_title")?,
        artist: text("artist")?,
        album: text("album")?,
        date: old_edit.date.clone().unwrap_or_else(|| created_at.clone()),
    };
    let site = Said {
        title: thing::site_title(&file.part, &old.title),
        artist: old.metadata.artist.clone().unwrap_or_default(),
        album: old.metadata.album.clone().unwrap_or_default(),
        date: created_at,
    };
    // What is as the site says follows the site.
    let field = |wish: &Option<String>, edit: &Option<String>, site: &str| match wish {
        Some(text) => Some(text.clone()).filter(|text| text != site),
        None => edit.clone(),
    };
    let edit = TagValues {
        title: field(&wish.title, &old_edit.title, &site.title),
        artist: field(&wish.artist, &old_edit.artist, &site.artist),
        album: field(&wish.album, &old_edit.album, &site.album),
        date: field(&wish.date, &old_edit.date, &site.date),
    };
    let said = |edit: &Option<String>, site: &str| edit.clone().unwrap_or_else(|| site.to_owned());
    let differs = |edit: &Option<String>, site: &str, shown: &str| {
        Some(said(edit, site)).filter(|said| said != shown)
    };
    let changes = TagValues {
        title: differs(&edit.title, &site.title, &shown.title),
        artist: differs(&edit.artist, &site.artist, &shown.artist),
        album: differs(&edit.album, &site.album, &shown.album),
        date: differs(&edit.date, &site.date, &shown.date),
    };
    if edit == old_edit && changes == TagValues::default() {
        return Ok(None);
    }
    let kept = |wish: &Option<String>, shown: String| wish.is_some().then_some(shown);
    let before = TagValues {
        title: kept(&wish.title, shown.title),
        artist: kept(&wish.artist, shown.artist),
        album: kept(&wish.album, shown.album),
        date: kept(&wish.date, shown.date),
    };
    let mut claimed = old.clone();
    claimed.edits.retain(|(part, _)| *part != file.part);
    claimed.edits.push((file.part.clone(), edit.clone()));
    let name = |of: &Claimed| of.file_name(template, &file.part, file.extension(), usize::MAX);
    let keeps_name = name(&old) == name(&claimed) || file.is_elsewhere();
    Ok(Some(Revision { claimed, file, before, changes, edit, keeps_name }))
}

/// The fields of a thing, all of them; empty ones are not there.
struct Said {
    title: String,
    artist: String,
    album: String,
    date: String,
}

/// Values as they are stored: each on one line, without what is invisible.
fn checked(wish: &TagValues) -> Result<TagValues, LibraryError> {
    let values = TagValues {
        title: wish.title.as_deref().map(line),
        artist: wish.artist.as_deref().map(line),
        album: wish.album.as_deref().map(line),
        date: wish.date.as_deref().map(line),
    };
    if values.title.as_deref() == Some("") {
        return Err(LibraryError::Invalid("a title cannot be empty".into()));
    }
    match &values.date {
        Some(date) if !date.is_empty() && !is_date(date) => {
            let words = format!("{date:?} is no date: a year, 2026-02 or 2026-02-03 is expected");
            Err(LibraryError::Invalid(words))
        }
        _ => Ok(values),
    }
}

fn line(text: &str) -> String {
    let visible: String =
        text.chars().filter(|c| c.is_whitespace() || !c.is_control()).take(LONGEST).collect();
    visible.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A year, month or day of ISO 8601, or a moment of RFC 3339, which begins with a day.
fn is_date(text: &str) -> bool {
    let fits = |pattern: &str| {
        text.len() == pattern.len()
            && text.bytes().zip(pattern.bytes()).all(|(c, p)| match p {
                b'9' => c.is_ascii_digit(),
                p => c == p,
            })
    };
    let month = text.get(5..7).is_none_or(|month| ("01"..="12").contains(&month));
    let day = text.get(8..10).is_none_or(|day| ("01"..="31").contains(&day));
    let moment = text.get(..19).filter(|_| text.ends_with('Z') && text.is_ascii());
    let is_moment = moment.is_some_and(|start| {
        start.bytes().zip(b"9999-99-99T99:99:99".iter()).all(|(c, p)| match p {
            b'9' => c.is_ascii_digit(),
            p => c == *p,
        })
    });
    month && day && (["9999", "9999-99", "9999-99-99"].iter().any(|one| fits(one)) || is_moment)
}

/// Stores all that the person says of a thing.
pub(crate) async fn store(
    write: &mut Write<'_>,
    item: ItemId,
    part: &str,
    edit: &TagValues,
) -> Result<(), LibraryError> {
    // What lies beside the file is named after it.
    sqlx::query(
        "UPDATE record SET sidecar_fresh = 0, sidecar_version = sidecar_version + 1 \
         WHERE id = (SELECT record_id FROM item WHERE id = ?1) AND sidecar_fresh <> 2 AND source <> 'files'",
    )
    .bind(item.0)
    .execute(&mut *write.tx)
    .await?;
    if *edit == TagValues::default() {
        sqlx::query("DELETE FROM edit WHERE item_id = ?1 AND part = ?2")
            .bind(item.0)
            .bind(part)
            .execute(&mut *write.tx)
            .await?;
        return Ok(());
    }
    sqlx::query(
        "INSERT OR REPLACE INTO edit (item_id, part, title, artist, album, date) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )
    .bind(item.0)
    .bind(part)
    .bind(&edit.title)
    .bind(&edit.artist)
    .bind(&edit.album)
    .bind(&edit.date)
    .execute(&mut *write.tx)
    .await?;
    Ok(())
}

/// What the person says of a thing.
pub(crate) async fn of(
    write: &mut Write<'_>,
    item: ItemId,
    part: &str,
) -> Result<TagValues, LibraryError> {
    let row =
        sqlx::query("SELECT title, artist, album, date FROM edit WHERE item_id = ?1 AND part = ?2")
            .bind(item.0)
            .bind(part)
            .fetch_optional(&mut *write.tx)
            .await?;
    let Some(row) = row else { return Ok(TagValues::default()) };
    Ok(TagValues {
        title: row.try_get(0)?,
        artist: row.try_get(1)?,
        album: row.try_get(2)?,
        date: row.try_get(3)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_dates() {
        for good in
            ["1999", "2026-02", "2026-02-03", "2026-02-03T04:05:06Z", "2026-02-03T04:05:06.5Z"]
        {
            assert!(is_date(good), "{good}");
        }
        for bad in
            ["99", "soon", "2026-13", "2026-02-32", "2026/02", "2026-02-03T", "١٩٩٩", "2026-é"]
        {
            assert!(!is_date(bad), "{bad}");
        }
    }

    #[test]
    fn a_title_is_one_line_and_never_empty() {
        let titled = |title: &str| TagValues { title: Some(title.into()), ..TagValues::default() };
        assert_eq!(checked(&titled(" a\n\0b ")).unwrap().title.as_deref(), Some("a b"));
        assert!(checked(&titled(" \n")).is_err());
    }
}
