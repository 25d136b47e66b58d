//! What is shown of entries, and what they are found by: written with the entry, in its transaction.
//!
//! What stands in a site's record is not this crate's business: whoever hands an entry in says what is shown of it.

use super::filter::{FORMAT, GENRE, LABEL, STYLE};
use super::lists::{Entry, entry};
use crate::database::Library;
use crate::error::LibraryError;
use crate::names::sort_key;
use protocol::discogs::{DiscogsAccountId, DiscogsList, EntryView};
use serde::Serialize;
use sqlx::{Row, Sqlite, Transaction};

/// Entries that are looked at in one transaction.
const BATCH: u32 = 500;
/// Between the parts of a key: sorts before whatever stands in one.
const JOINT: char = '\u{1}';

/// What is shown of an entry, and what it is found by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    /// What is shown. Whether the site still has the release is not looked at here.
    pub view: EntryView,
    /// Labels, all of them.
    pub labels: Vec<String>,
    /// Carriers, such as `Vinyl`.
    pub formats: Vec<String>,
    /// Whatever words it is to be found by.
    pub words: String,
}

/// A row of `discogs_shown` with its tags and words.
#[derive(Serialize)]
struct Shelved<'s> {
    entry: i64,
    release: i64,
    folder: Option<i64>,
    added_at: Option<i64>,
    year: Option<i32>,
    artist_key: String,
    title_key: String,
    label_key: String,
    view: String,
    tags: Vec<(&'static str, &'s str)>,
    words: &'s str,
}

/// Entries `e` that are not findable yet.
macro_rules! unshown {
    () => {
        "discogs_entry e WHERE NOT EXISTS (SELECT 1 FROM discogs_shown s \
           WHERE s.account = e.account AND s.list = e.list AND s.entry = e.entry)"
    };
}

impl Library {
    /// Makes the next entries findable that are not yet, since they are older than what they are found by. Returns how
    /// many; 0 when none is left.
    ///
    /// # Errors
    /// Database failures.
    pub async fn show_discogs_entries(
        &self,
        shown: impl Fn(DiscogsList, &Entry) -> Shown,
    ) -> Result<usize, LibraryError> {
        // Nearly always there is none, and nobody waits for whoever writes.
        let some = sqlx::query(concat!("SELECT EXISTS (SELECT 1 FROM ", unshown!(), ")"))
            .fetch_one(&self.pool)
            .await?;
        if !some.try_get::<bool, _>(0)? {
            return Ok(0);
        }
        let mut write = self.write().await?;
        // The numbers first, from an index alone: records are read of those that are missing.
        let rows = sqlx::query(concat!(
            "SELECT account, list, entry, release, folder, added_at, record FROM discogs_entry WHERE rowid IN \
               (SELECT e.rowid FROM ",
            unshown!(),
            " LIMIT ?1)"
        ))
        .bind(BATCH)
        .fetch_all(&mut *write.tx)
        .await?;
        for row in &rows {
            let (account, list): (i64, &str) = (row.try_get("account")?, row.try_get("list")?);
            let list = DiscogsList::ALL.iter().find(|known| known.as_str() == list);
            let list = *list.ok_or_else(|| LibraryError::Unreadable("a list of Discogs".into()))?;
            let shown = shown(list, &entry(row)?);
            put_shown(&mut write.tx, DiscogsAccountId(account), list, &[&shown]).await?;
        }
        write.commit().await?;
        Ok(rows.len())
    }
}

/// Writes what is shown of entries that are there, in place of what was.
pub(super) async fn put_shown(
    tx: &mut Transaction<'static, Sqlite>,
    account: DiscogsAccountId,
    list: DiscogsList,
    shown: &[&Shown],
) -> Result<(), LibraryError> {
    let rows = shown.iter().map(|shown| shelved(shown)).collect::<Result<Vec<_>, _>>()?;
    let rows = serde_json::to_string(&rows)?;
    for statement in [
        "INSERT INTO discogs_shown (account, list, entry, release, folder, added_at, year, artist_key, title_key, \
           label_key, view) \
         SELECT ?1, ?2, value ->> 'entry', value ->> 'release', value ->> 'folder', value ->> 'added_at', \
           value ->> 'year', value ->> 'artist_key', value ->> 'title_key', value ->> 'label_key', value ->> 'view' \
         FROM json_each(?3) WHERE true \
         ON CONFLICT (account, list, entry) DO UPDATE SET release = excluded.release, folder = excluded.folder, \
           added_at = excluded.added_at, year = excluded.year, artist_key = excluded.artist_key, \
           title_key = excluded.title_key, label_key = excluded.label_key, view = excluded.view",
        "DELETE FROM discogs_tag WHERE id IN (SELECT s.id FROM json_each(?3) j CROSS JOIN discogs_shown s \
           ON s.account = ?1 AND s.list = ?2 AND s.entry = j.value ->> 'entry')",
        "INSERT OR IGNORE INTO discogs_tag (account, list, kind, value, id) \
         SELECT ?1, ?2, t.value ->> 0, t.value ->> 1, s.id FROM json_each(?3) j \
           CROSS JOIN discogs_shown s ON s.account = ?1 AND s.list = ?2 AND s.entry = j.value ->> 'entry' \
           CROSS JOIN json_each(j.value, '$.tags') t",
        "DELETE FROM discogs_words WHERE rowid IN (SELECT s.id FROM json_each(?3) j CROSS JOIN discogs_shown s \
           ON s.account = ?1 AND s.list = ?2 AND s.entry = j.value ->> 'entry')",
        "INSERT INTO discogs_words (rowid, words) SELECT s.id, j.value ->> 'words' FROM json_each(?3) j \
           CROSS JOIN discogs_shown s ON s.account = ?1 AND s.list = ?2 AND s.entry = j.value ->> 'entry'",
    ] {
        sqlx::query(statement)
            .bind(account.0)
            .bind(list.as_str())
            .bind(&rows)
            .execute(&mut **tx)
            .await?;
    }
    Ok(())
}

fn shelved(shown: &Shown) -> Result<Shelved<'_>, LibraryError> {
    let Shown { view, labels, formats, words } = shown;
    Ok(Shelved {
        entry: view.entry,
        release: view.release,
        folder: view.folder,
        added_at: view.added_at,
        year: view.year,
        artist_key: sort_key(&view.artists),
        title_key: sort_key(&view.title),
        label_key: format!("{}{JOINT}{}", sort_key(&view.label), sort_key(&view.catalog_number)),
        view: serde_json::to_string(view)?,
        tags: [
            tagged(GENRE, &view.genres),
            tagged(STYLE, &view.styles),
            tagged(LABEL, labels),
            tagged(FORMAT, formats),
        ]
        .concat(),
        words,
    })
}

fn tagged<'s>(kind: &'static str, values: &'s [String]) -> Vec<(&'static str, &'s str)> {
    values.iter().map(|value| (kind, value.as_str())).collect()
}
