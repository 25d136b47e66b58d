//! A large library: what a page of a list, a search while typing and the counts beside it cost.

use crate::table::Table;
use anyhow::{Result, ensure};
use library::Library;
use protocol::shelf::{LibraryQuery, SortBy};
use protocol::{LibraryItemId, Variant};
use sqlx::ConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;
use std::path::Path;
use std::time::{Duration, Instant};

/// Questions of each kind.
const ROUNDS: u32 = 60;
const WORDS: &[&str] = &[
    "amber", "autumn", "blue", "broken", "candle", "cold", "distant", "dream", "echo", "ember",
    "fading", "forest", "glass", "golden", "harbor", "hollow", "ivory", "jasmine", "kindle",
    "lantern", "midnight", "mirror", "neon", "ocean", "paper", "quiet", "rain", "river", "silver",
    "shadow", "thunder", "tide", "umbra", "velvet", "violet", "whisper", "winter", "wire",
    "yellow", "zephyr",
];

/// Fills a library with `count` things and asks it what the app page asks.
///
/// # Errors
/// When the library cannot be made or answers wrongly.
pub async fn run(count: u32) -> Result<Table> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("library.db");
    let library = Library::open(&file, &folder.path().join("files")).await?;
    fill(&file, count).await?;
    let title = format!("A library of {count} things");
    let mut table = Table::new(&title, &["", "p50 ms", "p95 ms", "budget p95 ms"]);
    let all = LibraryQuery { limit: 50, descending: true, ..LibraryQuery::default() };
    ensure!(library.list_library(&all).await?.total == u64::from(count), "not all are there");

    for (name, sort) in
        [("newest", SortBy::Added), ("title", SortBy::Title), ("size", SortBy::Size)]
    {
        let query = LibraryQuery { sort, ..all.clone() };
        let pages = |round: u32| LibraryQuery { offset: round * count / ROUNDS, ..query.clone() };
        let row = format!("a page anywhere, by {name}");
        time_lists(&mut table, &library, &row, Some(20), pages).await?;
    }
    let filtered = |round: u32| LibraryQuery {
        variant: Some(Variant::Mp3),
        year: Some(2020 + (round % 5) as i32),
        sort: SortBy::Title,
        ..all.clone()
    };
    time_lists(&mut table, &library, "a page of a year and a format", Some(20), filtered).await?;
    for length in 1..=4 {
        let typed = |round: u32| LibraryQuery {
            text: WORDS[round as usize % WORDS.len()][..length].to_owned(),
            ..all.clone()
        };
        let row = format!("search, {length} letters typed");
        time_lists(&mut table, &library, &row, Some(30), typed).await?;
    }
    let two = |round: u32| LibraryQuery {
        text: format!(
            "{} {}",
            WORDS[round as usize % 40],
            &WORDS[(round as usize * 7 + 3) % 40][..3]
        ),
        ..all.clone()
    };
    time_lists(&mut table, &library, "search, two words", Some(30), two).await?;
    time_facets(&mut table, &library, &all).await?;
    time_trash(&mut table, &library).await?;
    Ok(table)
}

async fn time_lists(
    table: &mut Table,
    library: &Library,
    name: &str,
    budget: Option<u32>,
    query: impl Fn(u32) -> LibraryQuery,
) -> Result<()> {
    let mut times = Vec::new();
    for round in 0..ROUNDS {
        let query = query(round);
        let begun = Instant::now();
        let page = library.list_library(&query).await?;
        times.push(begun.elapsed());
        ensure!(!page.items.is_empty(), "nothing found: {query:?}");
    }
    row(table, name, times, budget);
    Ok(())
}

async fn time_facets(table: &mut Table, library: &Library, all: &LibraryQuery) -> Result<()> {
    for (name, letters) in [("facets of everything", 0), ("facets of a search, 3 letters", 3)] {
        let mut times = Vec::new();
        for round in 0..ROUNDS {
            let text = WORDS[round as usize % WORDS.len()][..letters].to_owned();
            let begun = Instant::now();
            library.facets(&LibraryQuery { text, ..all.clone() }).await?;
            times.push(begun.elapsed());
        }
        row(table, name, times, None);
    }
    Ok(())
}

/// The files are not there: what is timed are the rows, with their syncs to the disk.
async fn time_trash(table: &mut Table, library: &Library) -> Result<()> {
    let (mut deleted, mut restored) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let items = [LibraryItemId(i64::from(FIRST + round * 7 + 1))];
        let begun = Instant::now();
        library.delete_items(&items).await?;
        deleted.push(begun.elapsed());
        let begun = Instant::now();
        library.restore_items(&items).await?;
        restored.push(begun.elapsed());
    }
    row(table, "delete one", deleted, None);
    row(table, "restore one", restored, None);
    Ok(())
}

fn row(table: &mut Table, name: &str, mut times: Vec<Duration>, budget: Option<u32>) {
    times.sort_unstable();
    let at =
        |share: usize| format!("{:.1}", times[(times.len() - 1) * share / 100].as_secs_f64() * 1e3);
    let budget = budget.map_or_else(String::new, |budget| budget.to_string());
    table.row(&[name.to_owned(), at(50), at(95), budget]);
}

/// Where their ids begin: above those of what may be there already.
const FIRST: u32 = 1_000;

/// Rows as commits make them, in one transaction: `count` more things, older than any. Titles and artists are drawn
/// from [`WORDS`].
pub(super) async fn fill(file: &Path, count: u32) -> Result<()> {
    let mut connection = SqliteConnectOptions::new().filename(file).connect().await?;
    let words = serde_json::to_string(WORDS)?;
    let script = "
        CREATE TEMP TABLE word AS SELECT key AS n, value AS w FROM json_each(?1);
        CREATE TEMP TABLE thing AS
        WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?2)
        SELECT i + ?3 AS i, (SELECT w FROM word WHERE n = (i * 7919) % 40) || ' ' || (SELECT w FROM word WHERE n = (i / 40) % 40)
                  || ' ' || i AS title,
               (SELECT w FROM word WHERE n = (i * 31) % 40) || ' band' AS artist, 2015 + i / 5 % 12 AS year FROM n;
        INSERT INTO job (id, key, source, account_id, account_name, formats, state, created_at)
        VALUES (?3, 'bench', 'producer.ai', 'u', 'u', '[]', 'finished', 0);
        INSERT INTO record (id, source, source_id, title, metadata, raw, fingerprint, seen_at, sidecar_fresh)
        SELECT i, 'producer.ai', 's' || i, title,
               json_object('artist', artist, 'lyrics', 'the ' || title || ' of ' || artist), '{}', '', 0, 1 FROM thing;
        INSERT INTO item (id, record_id, source, source_id, variant, job_id, fetch, lane, state)
        SELECT i, i, 'producer.ai', 's' || i, iif(i % 4, 'mp3', 'wav'), ?3, '{}', 'files', 'done' FROM thing;
        INSERT INTO media_file (id, sha256, size, path, path_key, mtime_ns, container, duration_ms, added_at)
        SELECT i, unhex(printf('%064x', i)), 1000000 + (i * 7919) % 9000000, i || '.mp3', i || '.mp3', 0, 'mp3',
               60000 + i % 200000, 0 FROM thing;
        INSERT INTO library_item (id, media_file_id, record_id, item_id, title, added_at, source, variant, artist,
               year, title_key, artist_key, size, duration_ms)
        SELECT i, i, i, i, title, i, 'producer.ai', iif(i % 4, 'mp3', 'wav'), artist, year, title, artist,
               1000000 + (i * 7919) % 9000000, 60000 + i % 200000 FROM thing;
    ";
    sqlx::query("BEGIN").execute(&mut connection).await?;
    for statement in script.split(';').filter(|text| !text.trim().is_empty()) {
        // Each statement uses what it needs of the three parameters.
        let statement = sqlx::AssertSqlSafe(statement.to_owned());
        sqlx::query(statement)
            .bind(&words)
            .bind(count)
            .bind(FIRST)
            .execute(&mut connection)
            .await?;
    }
    sqlx::query("COMMIT").execute(&mut connection).await?;
    Ok(())
}
