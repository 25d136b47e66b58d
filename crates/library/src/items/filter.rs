//! From a query to SQL: which table leads, and what must hold.

use crate::words::match_words;
use protocol::shelf::{LibraryQuery, MediaKind, Place, SortBy};

/// The parameters of every statement made here, in the order in which they are bound.
/// `?1` words for FTS5, `?2` source, `?3` variant, `?4` year, `?5` folder,
/// `?6` kind.
pub(super) struct Filter {
    pub words: String,
    pub source: Option<&'static str>,
    pub variant: Option<&'static str>,
    pub year: Option<i32>,
    pub folder: Option<i64>,
    pub kind: Option<&'static str>,
    /// What follows `FROM`, with its `WHERE`.
    pub from: String,
}

impl Filter {
    pub fn new(query: &LibraryQuery) -> Self {
        let words = match_words(&query.text);
        let mut conditions = vec![match query.place {
            Place::Trash => "l.deleted_at IS NOT NULL",
            _ => "l.deleted_at IS NULL",
        }];
        let mut folder = None;
        match query.place {
            Place::Everything => {}
            Place::Trash => conditions.push(RESTORABLE),
            Place::Unfiled => conditions.push("l.folder_id IS NULL"),
            Place::Favorites => conditions.push("l.favorite"),
            Place::Folder(id) => {
                folder = Some(id.0);
                conditions.push("l.folder_id = ?5");
            }
        }
        for (given, condition) in [
            (query.source.is_some(), "l.source = ?2"),
            (query.variant.is_some(), "l.variant = ?3"),
            (query.year.is_some(), "l.year = ?4"),
            (query.kind.is_some(), "l.kind = ?6"),
        ] {
            conditions.extend(given.then_some(condition));
        }
        if !words.is_empty() {
            conditions.push(match query.place {
                // What is deleted is not in the index of words.
                Place::Trash => "instr(l.title_key, ?1) > 0",
                _ => "l.id IN (SELECT rowid FROM library_search WHERE library_search MATCH ?1)",
            });
        }
        Filter {
            words: match query.place {
                Place::Trash => crate::names::sort_key(&query.text),
                _ => words,
            },
            source: query.source.map(protocol::Source::as_str),
            variant: query.variant.map(protocol::Variant::as_str),
            year: query.year,
            folder,
            kind: query.kind.map(MediaKind::as_str),
            from: format!("library_item l WHERE {}", conditions.join(" AND ")),
        }
    }

    /// As [`Filter::from`], for who needs no more than ids: where only words are looked for, their index has them, in
    /// the order of ids.
    pub fn ids_from(&self, query: &LibraryQuery) -> &str {
        let wholly = query.place == Place::Everything
            && (query.source, query.variant, query.year, query.kind) == (None, None, None, None);
        match wholly && !self.words.is_empty() {
            true => {
                "(SELECT rowid AS id FROM library_search WHERE library_search MATCH ?1) l WHERE true"
            }
            false => &self.from,
        }
    }
}

/// Its file is still in the trash, or another thing keeps it.
const RESTORABLE: &str =
    "EXISTS (SELECT 1 FROM media_file m WHERE m.id = l.media_file_id AND m.collected_at IS NULL)";

/// `ORDER BY`, equals in the order in which they came.
pub(super) fn order(query: &LibraryQuery) -> String {
    let direction = if query.descending { "DESC" } else { "ASC" };
    match query.sort {
        SortBy::Added => format!("l.id {direction}"),
        SortBy::Title => format!("l.title_key {direction}, l.id {direction}"),
        SortBy::Artist => format!("l.artist_key {direction}, l.id {direction}"),
        SortBy::Duration => format!("l.duration_ms {direction}, l.id {direction}"),
        SortBy::Size => format!("l.size {direction}, l.id {direction}"),
    }
}
