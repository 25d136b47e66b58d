//! From what is looked for in a list to SQL.

use crate::error::LibraryError;
use crate::words::match_words;
use protocol::discogs::{DiscogsAccountId, DiscogsList, EntryFilter, EntryOrder, EntryQuery};
use sqlx::sqlite::{Sqlite, SqliteArguments};

/// Kinds of tags.
pub(super) const GENRE: &str = "genre";
pub(super) const STYLE: &str = "style";
pub(super) const LABEL: &str = "label";
pub(super) const FORMAT: &str = "format";

/// A statement with everything bound that [`Filter::from`] speaks of. Its own parameters begin at `?13`.
pub(super) type Statement = sqlx::query::Query<'static, Sqlite, SqliteArguments>;

/// `?1` account, `?2` list, `?3` words for FTS5, `?4` folders, `?5` genres, `?6` styles, `?7` labels, `?8` formats (these
/// as JSON), `?9` first year, `?10` last year, `?11` countries, `?12` entries (as JSON).
pub(super) struct Filter {
    account: i64,
    list: &'static str,
    words: String,
    /// JSON arrays: folders, genres, styles, labels, formats.
    chosen: [String; 5],
    from_year: Option<i32>,
    to_year: Option<i32>,
    /// JSON arrays: countries, entries.
    named: [String; 2],
    /// What follows `FROM`, with its `WHERE`.
    pub from: String,
    /// Whether the whole list matches.
    pub is_all: bool,
}

impl Filter {
    /// What a query matches.
    pub fn new(query: &EntryQuery) -> Result<Self, LibraryError> {
        Self::certain(query.account, query.list, &query.filter)
    }

    /// What matches.
    pub fn certain(
        account: DiscogsAccountId,
        list: DiscogsList,
        filter: &EntryFilter,
    ) -> Result<Self, LibraryError> {
        let with_country = "s.release IN (SELECT release FROM discogs_country \
                              WHERE country IN (SELECT value FROM json_each(?11)))";
        Self::of(account, list, filter, with_country)
    }

    /// What matches, or may once it is known where it came out.
    pub fn possible(
        account: DiscogsAccountId,
        list: DiscogsList,
        filter: &EntryFilter,
    ) -> Result<Self, LibraryError> {
        let not_elsewhere = "s.release NOT IN (SELECT release FROM discogs_country \
                               WHERE country NOT IN (SELECT value FROM json_each(?11)))";
        Self::of(account, list, filter, not_elsewhere)
    }

    fn of(
        account: DiscogsAccountId,
        list: DiscogsList,
        filter: &EntryFilter,
        by_country: &str,
    ) -> Result<Self, LibraryError> {
        let words = match_words(&filter.text);
        let folders = folders(filter);
        let mut conditions = vec!["s.account = ?1 AND s.list = ?2".to_owned()];
        if !words.is_empty() {
            conditions.push(
                "s.id IN (SELECT rowid FROM discogs_words WHERE discogs_words MATCH ?3)".into(),
            );
        }
        if !folders.is_empty() {
            conditions.push("s.folder IN (SELECT value FROM json_each(?4))".into());
        }
        for (values, kind, parameter) in [
            (&filter.genres, GENRE, 5),
            (&filter.styles, STYLE, 6),
            (&filter.labels, LABEL, 7),
            (&filter.formats, FORMAT, 8),
        ] {
            if !values.is_empty() {
                conditions.push(format!(
                    "s.id IN (SELECT id FROM discogs_tag WHERE account = ?1 AND list = ?2 AND kind = '{kind}' \
                       AND value IN (SELECT value FROM json_each(?{parameter})))"
                ));
            }
        }
        if !filter.countries.is_empty() {
            conditions.push(by_country.to_owned());
        }
        if !filter.entries.is_empty() {
            conditions.push("s.entry IN (SELECT value FROM json_each(?12))".into());
        }
        for (year, condition) in
            [(filter.from_year, "s.year >= ?9"), (filter.to_year, "s.year <= ?10")]
        {
            conditions.extend(year.map(|_| condition.to_owned()));
        }
        Ok(Self {
            account: account.0,
            list: list.as_str(),
            words,
            chosen: [
                serde_json::to_string(folders)?,
                serde_json::to_string(&filter.genres)?,
                serde_json::to_string(&filter.styles)?,
                serde_json::to_string(&filter.labels)?,
                serde_json::to_string(&filter.formats)?,
            ],
            from_year: filter.from_year,
            to_year: filter.to_year,
            named: [
                serde_json::to_string(&filter.countries)?,
                serde_json::to_string(&filter.entries)?,
            ],
            is_all: conditions.len() == 1,
            from: format!("discogs_shown s WHERE {}", conditions.join(" AND ")),
        })
    }

    /// A statement made of [`Filter::from`], with its values.
    pub fn bound(&self, statement: String) -> Statement {
        let query = sqlx::query(sqlx::AssertSqlSafe(statement))
            .bind(self.account)
            .bind(self.list)
            .bind(self.words.clone());
        let query = self.chosen.iter().fold(query, |query, chosen| query.bind(chosen.clone()));
        let query = query.bind(self.from_year).bind(self.to_year);
        self.named.iter().fold(query, |query, named| query.bind(named.clone()))
    }
}

/// 0 is the folder of all.
fn folders(filter: &EntryFilter) -> &[i64] {
    if filter.folders.contains(&0) { &[] } else { &filter.folders }
}

/// `ORDER BY`, equals in the order of their numbers.
pub(super) fn order(query: &EntryQuery) -> String {
    let column = match query.order {
        EntryOrder::Added => "added_at",
        EntryOrder::Artist => "artist_key",
        EntryOrder::Title => "title_key",
        EntryOrder::Label => "label_key",
        EntryOrder::Year => "year",
    };
    let direction = if query.descending { "DESC" } else { "ASC" };
    format!("s.{column} {direction}, s.entry {direction}")
}
