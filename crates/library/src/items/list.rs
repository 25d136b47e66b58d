//! Pages of what the person has, counts of it, and one thing with all that is known of it.

use super::filter::{Filter, order};
use crate::database::{Library, json_column, named_column};
use crate::error::LibraryError;
use protocol::shelf::{
    Facets, LibraryDetails, LibraryItem, LibraryPage, LibraryQuery, LibraryStats, MediaKind, SortBy,
};
use protocol::{FolderId, LibraryItemId, Metadata};
use sqlx::Row;
use sqlx::sqlite::{Sqlite, SqliteArguments, SqliteRow};

const MOST_ROWS: u32 = 500;

const VIEW: &str = "SELECT l.id, l.title, l.artist, l.album, l.year, l.source, r.source_id, l.variant, l.kind, l.part, \
     l.favorite, l.folder_id, l.size, l.duration_ms, m.codec, m.path, m.references_count, l.added_at, l.deleted_at \
     FROM library_item l JOIN media_file m ON m.id = l.media_file_id JOIN record r ON r.id = l.record_id";

type Statement<'q> = sqlx::query::Query<'q, Sqlite, SqliteArguments>;

fn bound(statement: String, filter: &Filter) -> Statement<'static> {
    sqlx::query(sqlx::AssertSqlSafe(statement))
        .bind(filter.words.clone())
        .bind(filter.source)
        .bind(filter.variant)
        .bind(filter.year)
        .bind(filter.folder)
        .bind(filter.kind)
}

impl Library {
    /// A page of what the person has, and how many match in all.
    ///
    /// # Errors
    /// Database failures.
    pub async fn list_library(&self, query: &LibraryQuery) -> Result<LibraryPage, LibraryError> {
        let filter = Filter::new(query);
        let order = order(query);
        // The ids first, from an index alone: only the rows of the page itself are read.
        let statement = format!(
            "{VIEW} WHERE l.id IN (SELECT l.id FROM {from} ORDER BY {order} LIMIT ?7 OFFSET ?8) ORDER BY {order}",
            from = if query.sort == SortBy::Added { filter.ids_from(query) } else { &filter.from },
        );
        let rows = bound(statement, &filter)
            .bind(query.limit.clamp(1, MOST_ROWS))
            .bind(query.offset)
            .fetch_all(&self.pool)
            .await?;
        let total = bound(format!("SELECT count(*) FROM {}", filter.ids_from(query)), &filter)
            .fetch_one(&self.pool)
            .await?;
        let items = rows.iter().map(item).collect::<Result<_, _>>()?;
        Ok(LibraryPage { items, total: total.try_get::<i64, _>(0)?.unsigned_abs() })
    }

    /// How many of what matches have which property. A property's own filter does not count, so that another value
    /// can be chosen instead.
    ///
    /// # Errors
    /// Database failures.
    pub async fn facets(&self, query: &LibraryQuery) -> Result<Facets, LibraryError> {
        let any =
            LibraryQuery { source: None, variant: None, year: None, kind: None, ..query.clone() };
        let filter = Filter::new(&any);
        let statement = format!(
            "SELECT l.source, l.variant, l.year, l.kind, count(*) FROM {} \
             GROUP BY l.source, l.variant, l.year, l.kind",
            filter.from
        );
        let rows = bound(statement, &filter).fetch_all(&self.pool).await?;
        let mut facets = Facets::default();
        for row in &rows {
            let (source, variant) = (named_column(row, "source")?, named_column(row, "variant")?);
            let year: Option<i32> = row.try_get("year")?;
            let kind: MediaKind = named_column(row, "kind")?;
            let count = row.try_get::<i64, _>(4)?.unsigned_abs();
            let of_source = query.source.is_none_or(|wanted| wanted == source);
            let of_variant = query.variant.is_none_or(|wanted| wanted == variant);
            let of_year = query.year.is_none_or(|wanted| Some(wanted) == year);
            let of_kind = query.kind.is_none_or(|wanted| wanted == kind);
            if of_variant && of_year && of_kind {
                count_one(&mut facets.sources, source, count);
            }
            if of_source && of_year && of_kind {
                count_one(&mut facets.variants, variant, count);
            }
            if let Some(year) = year.filter(|_| of_source && of_variant && of_kind) {
                count_one(&mut facets.years, year, count);
            }
            if of_source && of_variant && of_year {
                count_one(&mut facets.kinds, kind, count);
            }
        }
        facets.sources.sort_unstable();
        facets.variants.sort_unstable();
        facets.kinds.sort_unstable();
        facets.years.sort_unstable_by(|a, b| b.cmp(a));
        Ok(facets)
    }

    /// One thing, deleted or not, with all that is known of it.
    ///
    /// # Errors
    /// [`LibraryError::NotFound`]; database failures.
    pub async fn show(&self, id: LibraryItemId) -> Result<LibraryDetails, LibraryError> {
        let select =
            VIEW.replacen("SELECT", "SELECT r.metadata, r.raw, lower(hex(m.sha256)) AS sha256,", 1);
        let row = sqlx::query(sqlx::AssertSqlSafe(format!("{select} WHERE l.id = ?1")))
            .bind(id.0)
            .fetch_optional(&self.pool)
            .await?;
        let row = row.ok_or_else(|| LibraryError::NotFound(format!("thing {id}")))?;
        let metadata: Metadata = json_column(&row, "metadata")?;
        Ok(LibraryDetails {
            item: item(&row)?,
            lyrics: metadata.lyrics,
            prompt: metadata.prompt,
            page_url: metadata.page_url,
            description: metadata.description,
            subtitles: self.subtitles_of(id).await?,
            left_out: metadata.left_out,
            sha256: row.try_get("sha256")?,
            raw: row.try_get("raw")?,
        })
    }

    /// The library in figures.
    ///
    /// # Errors
    /// Database failures.
    pub async fn stats(&self) -> Result<LibraryStats, LibraryError> {
        let row = sqlx::query(
            "SELECT (SELECT count(*) FROM library_item WHERE deleted_at IS NULL), \
                    (SELECT coalesce(sum(duration_ms), 0) FROM library_item WHERE deleted_at IS NULL), \
                    (SELECT count(*) FROM library_item l WHERE deleted_at IS NOT NULL AND EXISTS \
                       (SELECT 1 FROM media_file m WHERE m.id = l.media_file_id AND m.collected_at IS NULL)), \
                    count(*) FILTER (WHERE trashed_at IS NULL), \
                    coalesce(sum(size) FILTER (WHERE trashed_at IS NULL), 0), \
                    coalesce(sum(size) FILTER (WHERE trashed_at IS NOT NULL AND collected_at IS NULL), 0) \
             FROM media_file",
        )
        .fetch_one(&self.pool)
        .await?;
        let count =
            |index: usize| Ok::<_, sqlx::Error>(row.try_get::<i64, _>(index)?.unsigned_abs());
        Ok(LibraryStats {
            items: count(0)?,
            duration_ms: row.try_get(1)?,
            deleted: count(2)?,
            files: count(3)?,
            bytes: count(4)?,
            deleted_bytes: count(5)?,
        })
    }
}

fn count_one<T: PartialEq>(counts: &mut Vec<(T, u64)>, value: T, count: u64) {
    match counts.iter_mut().find(|(known, _)| *known == value) {
        Some((_, sum)) => *sum += count,
        None => counts.push((value, count)),
    }
}

fn item(row: &SqliteRow) -> Result<LibraryItem, LibraryError> {
    Ok(LibraryItem {
        id: LibraryItemId(row.try_get("id")?),
        title: row.try_get("title")?,
        artist: row.try_get("artist")?,
        album: row.try_get("album")?,
        year: row.try_get("year")?,
        source: named_column(row, "source")?,
        source_id: row.try_get("source_id")?,
        variant: named_column(row, "variant")?,
        kind: named_column(row, "kind")?,
        part: row.try_get("part")?,
        favorite: row.try_get("favorite")?,
        folder: row.try_get::<Option<i64>, _>("folder_id")?.map(FolderId),
        bytes: row.try_get::<i64, _>("size")?.unsigned_abs(),
        duration_ms: row.try_get("duration_ms")?,
        codec: row.try_get("codec")?,
        name: row.try_get("path")?,
        references: row.try_get::<i64, _>("references_count")?.try_into().unwrap_or(u32::MAX),
        added_at: row.try_get("added_at")?,
        deleted_at: row.try_get("deleted_at")?,
    })
}
