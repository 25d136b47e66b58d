//! Collection, wantlist and inventory: entries as the site listed them.
//!
//! A list is read in walks. What a walk finds is written at once, so that a kill loses one page; what it does not find
//! is removed when it has ended with its proof, in one transaction. Until then the entries of earlier walks stay.

use super::shown::{Shown, put_shown};
use crate::database::{Library, now};
use crate::error::LibraryError;
use protocol::discogs::{CollectionFolder, DiscogsAccountId, DiscogsList, ListProof};
use serde::Serialize;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, Sqlite, Transaction};

/// An entry of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// What is unique in its list: the copy's `instance_id`, the wanted release, the listing.
    pub entry: i64,
    /// The release.
    pub release: i64,
    /// The collection's folder.
    pub folder: Option<i64>,
    /// When it was added, seconds since 1970.
    pub added_at: Option<i64>,
    /// The site's record, JSON.
    pub record: String,
}

/// A custom field of a collection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Field {
    /// The site's number.
    pub field: i64,
    /// Its place among the fields.
    pub place: i64,
    /// The site's record, JSON.
    pub record: String,
}

/// What a collection is divided into, and what is written about its copies.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Folders {
    /// Its folders.
    pub folders: Vec<CollectionFolder>,
    /// Its custom fields; `None` where they were not told and stay as they are known.
    pub fields: Option<Vec<Field>>,
}

/// What of a list is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    /// Whose.
    pub account: DiscogsAccountId,
    /// Which list.
    pub list: DiscogsList,
    /// In these folders of the collection only; all when empty.
    pub folders: Vec<i64>,
}

/// How far a list is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListRead {
    /// When it was last read to its end, seconds since 1970.
    pub read_at: Option<i64>,
    /// The proof of that.
    pub proof: Option<ListProof>,
    /// Entries there are now.
    pub entries: u64,
}

/// Where a page of entries begins: after this moment and number.
type After = (i64, i64);

/// A page of entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entries {
    /// In the order in which they were added.
    pub entries: Vec<Entry>,
    /// Where the next page begins; `None` at the end.
    pub next: Option<After>,
}

impl Library {
    /// Begins to read a list, from its beginning. Returns the number of the walk.
    ///
    /// # Errors
    /// Database failures; an account that is gone.
    pub async fn begin_discogs_walk(
        &self,
        account: DiscogsAccountId,
        list: DiscogsList,
    ) -> Result<i64, LibraryError> {
        let mut write = self.write().await?;
        let row = sqlx::query(
            "INSERT INTO discogs_list (account, list, walk) VALUES (?1, ?2, 1) \
             ON CONFLICT (account, list) DO UPDATE SET walk = walk + 1 RETURNING walk",
        )
        .bind(account.0)
        .bind(list.as_str())
        .fetch_one(&mut *write.tx)
        .await?;
        write.commit().await?;
        Ok(row.try_get(0)?)
    }

    /// Takes in what a page of a walk brought, with what is shown of it. The same page twice changes nothing.
    ///
    /// # Errors
    /// [`LibraryError::Superseded`] when another walk has begun meanwhile; database failures.
    pub async fn add_discogs_entries(
        &self,
        account: DiscogsAccountId,
        list: DiscogsList,
        walk: i64,
        page: &[(Entry, Shown)],
    ) -> Result<(), LibraryError> {
        let (entries, shown): (Vec<_>, Vec<_>) =
            page.iter().map(|(entry, shown)| (entry, shown)).unzip();
        let mut write = self.write().await?;
        require_walk(&mut write.tx, account, list, walk).await?;
        sqlx::query(
            "INSERT INTO discogs_entry (account, list, entry, release, folder, added_at, walk, record) \
             SELECT ?1, ?2, value ->> 'entry', value ->> 'release', value ->> 'folder', value ->> 'added_at', \
               ?3, value ->> 'record' FROM json_each(?4) WHERE true \
             ON CONFLICT (account, list, entry) DO UPDATE SET release = excluded.release, \
               folder = excluded.folder, added_at = excluded.added_at, walk = excluded.walk, \
               record = excluded.record",
        )
        .bind(account.0)
        .bind(list.as_str())
        .bind(walk)
        .bind(serde_json::to_string(&entries)?)
        .execute(&mut *write.tx)
        .await?;
        put_shown(&mut write.tx, account, list, &shown).await?;
        write.commit().await
    }

    /// Ends a walk that was proven complete: what it did not find is gone, and of a collection `folders` are what it is
    /// divided into. Returns how many entries are gone.
    ///
    /// # Errors
    /// [`LibraryError::Superseded`] when another walk has begun meanwhile; database failures.
    pub async fn end_discogs_walk(
        &self,
        account: DiscogsAccountId,
        list: DiscogsList,
        walk: i64,
        proof: &ListProof,
        folders: Option<&Folders>,
    ) -> Result<u64, LibraryError> {
        let mut write = self.write().await?;
        require_walk(&mut write.tx, account, list, walk).await?;
        let gone = sqlx::query(
            "DELETE FROM discogs_entry WHERE account = ?1 AND list = ?2 AND walk <> ?3",
        )
        .bind(account.0)
        .bind(list.as_str())
        .bind(walk)
        .execute(&mut *write.tx)
        .await?;
        sqlx::query(
            "UPDATE discogs_list SET read_at = ?3, proof = ?4 WHERE account = ?1 AND list = ?2",
        )
        .bind(account.0)
        .bind(list.as_str())
        .bind(now())
        .bind(serde_json::to_string(proof)?)
        .execute(&mut *write.tx)
        .await?;
        if let Some(folders) = folders {
            put_folders(&mut write.tx, account, folders).await?;
        }
        write.commit().await?;
        Ok(gone.rows_affected())
    }

    /// The folders of a collection, in the site's order.
    ///
    /// # Errors
    /// Database failures.
    pub async fn discogs_folders(
        &self,
        account: DiscogsAccountId,
    ) -> Result<Vec<CollectionFolder>, LibraryError> {
        let rows = sqlx::query(
            "SELECT folder, name, copies FROM discogs_folder WHERE account = ?1 ORDER BY folder",
        )
        .bind(account.0)
        .fetch_all(&self.pool)
        .await?;
        let folder = |row: &SqliteRow| {
            let copies: i64 = row.try_get(2)?;
            Ok(CollectionFolder {
                id: row.try_get(0)?,
                name: row.try_get(1)?,
                copies: copies.unsigned_abs(),
            })
        };
        rows.iter().map(folder).collect()
    }

    /// The custom fields of a collection, in the person's order.
    ///
    /// # Errors
    /// Database failures.
    pub async fn discogs_fields(
        &self,
        account: DiscogsAccountId,
    ) -> Result<Vec<Field>, LibraryError> {
        let rows = sqlx::query(
            "SELECT field, place, record FROM discogs_field WHERE account = ?1 ORDER BY place, field",
        )
        .bind(account.0)
        .fetch_all(&self.pool)
        .await?;
        let field = |row: &SqliteRow| {
            Ok(Field { field: row.try_get(0)?, place: row.try_get(1)?, record: row.try_get(2)? })
        };
        rows.iter().map(field).collect()
    }

    /// The copies that somebody owns of these releases, in the order of their numbers.
    ///
    /// # Errors
    /// Database failures.
    pub async fn discogs_copies(
        &self,
        account: DiscogsAccountId,
        releases: &[i64],
    ) -> Result<Vec<Entry>, LibraryError> {
        let rows = sqlx::query(
            "SELECT entry, release, folder, added_at, record FROM discogs_entry \
             WHERE account = ?1 AND list = 'collection' \
               AND release IN (SELECT value FROM json_each(?2)) ORDER BY entry",
        )
        .bind(account.0)
        .bind(serde_json::to_string(releases)?)
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(entry).collect()
    }

    /// How far a list is read.
    ///
    /// # Errors
    /// Database failures.
    pub async fn discogs_list(
        &self,
        account: DiscogsAccountId,
        list: DiscogsList,
    ) -> Result<ListRead, LibraryError> {
        let row = sqlx::query(
            "SELECT (SELECT read_at FROM discogs_list WHERE account = ?1 AND list = ?2), \
               (SELECT proof FROM discogs_list WHERE account = ?1 AND list = ?2), \
               (SELECT count(*) FROM discogs_entry WHERE account = ?1 AND list = ?2)",
        )
        .bind(account.0)
        .bind(list.as_str())
        .fetch_one(&self.pool)
        .await?;
        let (proof, entries): (Option<String>, i64) = (row.try_get(1)?, row.try_get(2)?);
        Ok(ListRead {
            read_at: row.try_get(0)?,
            proof: proof.map(|json| serde_json::from_str(&json)).transpose()?,
            entries: entries.unsigned_abs(),
        })
    }

    /// One entry.
    ///
    /// # Errors
    /// [`LibraryError::NotFound`]; database failures.
    pub async fn discogs_entry(
        &self,
        account: DiscogsAccountId,
        list: DiscogsList,
        number: i64,
    ) -> Result<Entry, LibraryError> {
        let row = sqlx::query(
            "SELECT entry, release, folder, added_at, record FROM discogs_entry \
             WHERE account = ?1 AND list = ?2 AND entry = ?3",
        )
        .bind(account.0)
        .bind(list.as_str())
        .bind(number)
        .fetch_optional(&self.pool)
        .await?;
        let what = || format!("entry {number} of the {}", list.as_str());
        entry(&row.ok_or_else(|| LibraryError::NotFound(what()))?)
    }

    /// These entries, those that are there, in the order in which they were added; those without a moment first.
    ///
    /// # Errors
    /// Database failures.
    pub async fn discogs_entries_of(
        &self,
        account: DiscogsAccountId,
        list: DiscogsList,
        numbers: &[i64],
    ) -> Result<Vec<Entry>, LibraryError> {
        let rows = sqlx::query(
            "SELECT entry, release, folder, added_at, record FROM discogs_entry \
             WHERE account = ?1 AND list = ?2 AND entry IN (SELECT value FROM json_each(?3)) \
             ORDER BY added_at, entry",
        )
        .bind(account.0)
        .bind(list.as_str())
        .bind(serde_json::to_string(numbers)?)
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(entry).collect()
    }

    /// A page of entries in the order in which they were added; those without a moment first.
    ///
    /// # Errors
    /// Database failures.
    pub async fn discogs_entries(
        &self,
        scope: &Scope,
        after: Option<After>,
        limit: u32,
    ) -> Result<Entries, LibraryError> {
        let (moment, number) = after.unwrap_or((i64::MIN, i64::MIN));
        let rows = sqlx::query(
            "SELECT entry, release, folder, added_at, record FROM discogs_entry \
             WHERE account = ?1 AND list = ?2 \
               AND (json_array_length(?3) = 0 OR folder IN (SELECT value FROM json_each(?3))) \
               AND (ifnull(added_at, -9223372036854775807), entry) > (?4, ?5) \
             ORDER BY added_at, entry LIMIT ?6",
        )
        .bind(scope.account.0)
        .bind(scope.list.as_str())
        .bind(serde_json::to_string(&scope.folders)?)
        .bind(moment)
        .bind(number)
        .bind(limit)
        .fetch_all(&self.pool)
        .await?;
        let entries = rows.iter().map(entry).collect::<Result<Vec<_>, LibraryError>>()?;
        let last = entries.last().map(|last| (last.added_at.unwrap_or(i64::MIN + 1), last.entry));
        let next = last.filter(|_| rows.len() == limit as usize);
        Ok(Entries { entries, next })
    }
}

/// Replaces what is known of a collection's folders and custom fields.
async fn put_folders(
    tx: &mut Transaction<'static, Sqlite>,
    account: DiscogsAccountId,
    Folders { folders, fields }: &Folders,
) -> Result<(), LibraryError> {
    let folder = "INSERT INTO discogs_folder (account, folder, name, copies) \
                  SELECT ?1, value ->> 'id', value ->> 'name', value ->> 'copies' FROM json_each(?2)";
    sqlx::query("DELETE FROM discogs_folder WHERE account = ?1")
        .bind(account.0)
        .execute(&mut **tx)
        .await?;
    sqlx::query(folder)
        .bind(account.0)
        .bind(serde_json::to_string(folders)?)
        .execute(&mut **tx)
        .await?;
    let Some(fields) = fields else { return Ok(()) };
    let field = "INSERT INTO discogs_field (account, field, place, record) \
                 SELECT ?1, value ->> 'field', value ->> 'place', value ->> 'record' FROM json_each(?2)";
    sqlx::query("DELETE FROM discogs_field WHERE account = ?1")
        .bind(account.0)
        .execute(&mut **tx)
        .await?;
    sqlx::query(field)
        .bind(account.0)
        .bind(serde_json::to_string(fields)?)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

async fn require_walk(
    tx: &mut Transaction<'static, Sqlite>,
    account: DiscogsAccountId,
    list: DiscogsList,
    walk: i64,
) -> Result<(), LibraryError> {
    let found =
        sqlx::query("SELECT 1 FROM discogs_list WHERE account = ?1 AND list = ?2 AND walk = ?3")
            .bind(account.0)
            .bind(list.as_str())
            .bind(walk)
            .fetch_optional(&mut **tx)
            .await?;
    found.map(|_| ()).ok_or(LibraryError::Superseded)
}

pub(super) fn entry(row: &SqliteRow) -> Result<Entry, LibraryError> {
    Ok(Entry {
        entry: row.try_get("entry")?,
        release: row.try_get("release")?,
        folder: row.try_get("folder")?,
        added_at: row.try_get("added_at")?,
        record: row.try_get("record")?,
    })
}
