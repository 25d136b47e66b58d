//! Looking through a list: pages, counts, figures.

use super::filter::{FORMAT, Filter, GENRE, LABEL, STYLE, order};
use crate::database::{Library, json_column};
use crate::error::LibraryError;
use protocol::discogs::{
    DiscogsAccountId, DiscogsList, EntryFacets, EntryFilter, EntryOrder, EntryPage, EntryQuery,
    EntryView, ListStatistics,
};
use sqlx::sqlite::SqliteRow;
use sqlx::{Decode, Row, Sqlite, Type};
use std::collections::HashMap;

/// Entries of one page.
const MOST_ROWS: u32 = 500;
/// Values of one kind that are counted out.
const MOST_VALUES: u32 = 100;
/// The same in statistics, of kinds that have many.
const MOST_DRAWN: usize = 20;

/// Counted tags by their kind.
type Tags = HashMap<String, Vec<(String, u64)>>;

impl Library {
    /// A page of a list, and how many entries match in all.
    ///
    /// # Errors
    /// Database failures.
    pub async fn browse_discogs(&self, query: &EntryQuery) -> Result<EntryPage, LibraryError> {
        let (filter, order) = (Filter::new(query)?, order(query));
        // The ids first, from an index alone: only the rows of the page itself are read.
        let page = format!(
            "SELECT s.view, ifnull(a.gone, 0) AS gone FROM discogs_shown s LEFT JOIN discogs_answer a \
               ON a.kind = 'release' AND a.release = s.release AND a.account = 0 \
             WHERE s.id IN (SELECT s.id FROM {} ORDER BY {order} LIMIT ?13 OFFSET ?14) ORDER BY {order}",
            filter.from
        );
        let rows = filter
            .bound(page)
            .bind(query.limit.clamp(1, MOST_ROWS))
            .bind(query.offset)
            .fetch_all(&self.pool)
            .await?;
        let entries = rows.iter().map(view).collect::<Result<_, _>>()?;
        Ok(EntryPage { entries, total: self.count_of(&filter, "count(*)").await? })
    }

    /// The numbers of all entries that match, in the order in which they were added; those without a moment first.
    ///
    /// # Errors
    /// Database failures.
    pub async fn discogs_matching(&self, query: &EntryQuery) -> Result<Vec<i64>, LibraryError> {
        let filter = Filter::new(query)?;
        let added = EntryQuery { order: EntryOrder::Added, descending: false, ..query.clone() };
        let statement = format!("SELECT s.entry FROM {} ORDER BY {}", filter.from, order(&added));
        let rows = filter.bound(statement).fetch_all(&self.pool).await?;
        rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
    }

    /// All labels of a list, each once.
    ///
    /// # Errors
    /// Database failures.
    pub async fn discogs_labels(
        &self,
        account: DiscogsAccountId,
        list: DiscogsList,
    ) -> Result<Vec<String>, LibraryError> {
        let rows = sqlx::query(
            "SELECT DISTINCT value FROM discogs_tag WHERE account = ?1 AND list = ?2 AND kind = 'label'",
        )
        .bind(account.0)
        .bind(list.as_str())
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
    }

    /// How many of the entries that match have which property. A property's own filter does not count, so that another
    /// value can be chosen beside it. What labels are called is not looked at here.
    ///
    /// # Errors
    /// Database failures.
    pub async fn discogs_facets(&self, query: &EntryQuery) -> Result<EntryFacets, LibraryError> {
        let without = |leave: fn(&mut EntryFilter)| {
            let mut query = query.clone();
            leave(&mut query.filter);
            Filter::new(&query)
        };
        let folders = without(|filter| filter.folders.clear())?;
        let countries = without(|filter| filter.countries.clear())?;
        let years = without(|filter| (filter.from_year, filter.to_year) = (None, None))?;
        let chosen = &query.filter;
        let mut facets = Tags::default();
        // Those of which nothing is chosen have one filter, which is looked through once.
        let mut shared = Vec::new();
        for (kind, values, leave) in [
            (GENRE, &chosen.genres, (|filter| filter.genres.clear()) as fn(&mut EntryFilter)),
            (STYLE, &chosen.styles, |filter| filter.styles.clear()),
            (LABEL, &chosen.labels, |filter| filter.labels.clear()),
            (FORMAT, &chosen.formats, |filter| filter.formats.clear()),
        ] {
            if values.is_empty() {
                shared.push(kind);
            } else {
                facets.extend(self.tags(&without(leave)?, &[kind], MOST_VALUES).await?);
            }
        }
        facets.extend(self.tags(&Filter::new(query)?, &shared, MOST_VALUES).await?);
        Ok(EntryFacets {
            folders: self.counts(&folders, "s.folder", "2 DESC, 1").await?,
            genres: facets.remove(GENRE).unwrap_or_default(),
            styles: facets.remove(STYLE).unwrap_or_default(),
            labels: facets.remove(LABEL).unwrap_or_default(),
            formats: facets.remove(FORMAT).unwrap_or_default(),
            countries: self.countries(&countries).await?,
            names: Vec::new(),
            years: self.counts(&years, "s.year", "1 DESC").await?,
        })
    }

    /// The entries that match in figures.
    ///
    /// # Errors
    /// Database failures.
    pub async fn discogs_statistics(
        &self,
        query: &EntryQuery,
    ) -> Result<ListStatistics, LibraryError> {
        let filter = &Filter::new(query)?;
        let value = match query.list {
            DiscogsList::Collection => self.discogs_values(query.account).await?,
            DiscogsList::Wants | DiscogsList::Inventory => Vec::new(),
        };
        let months = "strftime('%Y-%m', s.added_at, 'unixepoch')";
        let mut tags = self.tags(filter, &[GENRE, STYLE, LABEL, FORMAT], MOST_VALUES).await?;
        let mut drawn = |kind: &str, most: usize| {
            let mut counts = tags.remove(kind).unwrap_or_default();
            counts.truncate(most);
            counts
        };
        Ok(ListStatistics {
            entries: self.count_of(filter, "count(*)").await?,
            releases: self.count_of(filter, "count(DISTINCT nullif(s.release, 0))").await?,
            decades: self.counts(filter, "s.year / 10 * 10", "1").await?,
            genres: drawn(GENRE, usize::MAX),
            styles: drawn(STYLE, MOST_DRAWN),
            labels: drawn(LABEL, MOST_DRAWN),
            formats: drawn(FORMAT, usize::MAX),
            added: self.counts(filter, months, "1").await?,
            value,
        })
    }

    async fn count_of(&self, filter: &Filter, what: &str) -> Result<u64, LibraryError> {
        let statement = format!("SELECT {what} FROM {}", filter.from);
        let row = filter.bound(statement).fetch_one(&self.pool).await?;
        Ok(row.try_get::<i64, _>(0)?.unsigned_abs())
    }

    /// How many entries have which value of an expression, those without one left out.
    async fn counts<T>(
        &self,
        filter: &Filter,
        what: &str,
        order: &str,
    ) -> Result<Vec<(T, u64)>, LibraryError>
    where
        T: for<'r> Decode<'r, Sqlite> + Type<Sqlite>,
    {
        let statement = format!(
            "SELECT {what}, count(*) FROM {} AND {what} IS NOT NULL GROUP BY 1 ORDER BY {order}",
            filter.from
        );
        let rows = filter.bound(statement).fetch_all(&self.pool).await?;
        rows.iter().map(counted).collect()
    }

    /// How many entries are of releases from where, the most frequent first.
    async fn countries(&self, filter: &Filter) -> Result<Vec<(String, u64)>, LibraryError> {
        let statement = format!(
            "SELECT c.country, count(*) FROM (SELECT s.release FROM {}) s JOIN discogs_country c \
               ON c.release = s.release AND c.country <> '' \
             GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT ?13",
            filter.from
        );
        let rows = filter.bound(statement).bind(MOST_VALUES).fetch_all(&self.pool).await?;
        rows.iter().map(counted).collect()
    }

    /// How many entries have which tags of these kinds, the most frequent of each first.
    async fn tags(&self, filter: &Filter, kinds: &[&str], most: u32) -> Result<Tags, LibraryError> {
        let matching = match filter.is_all {
            true => String::new(),
            false => format!("AND id IN (SELECT s.id FROM {})", filter.from),
        };
        let statement = format!(
            "SELECT value, n, kind FROM (SELECT kind, value, count(*) AS n, \
               row_number() OVER (PARTITION BY kind ORDER BY count(*) DESC, value) AS place \
               FROM discogs_tag WHERE account = ?1 AND list = ?2 \
                 AND kind IN (SELECT value FROM json_each(?13)) {matching} \
               GROUP BY kind, value) \
             WHERE place <= ?14 ORDER BY kind, place"
        );
        let kinds = serde_json::to_string(kinds)?;
        let rows = filter.bound(statement).bind(kinds).bind(most).fetch_all(&self.pool).await?;
        let mut tags = Tags::default();
        for row in &rows {
            tags.entry(row.try_get("kind")?).or_default().push(counted(row)?);
        }
        Ok(tags)
    }
}

fn view(row: &SqliteRow) -> Result<EntryView, LibraryError> {
    let view: EntryView = json_column(row, "view")?;
    Ok(EntryView { gone: row.try_get("gone")?, ..view })
}

fn counted<T>(row: &SqliteRow) -> Result<(T, u64), LibraryError>
where
    T: for<'r> Decode<'r, Sqlite> + Type<Sqlite>,
{
    Ok((row.try_get(0)?, row.try_get::<i64, _>(1)?.unsigned_abs()))
}
