//! What the database said at the moment of a kill, read from a copy: the daemon itself must mend the original.

use anyhow::{Context, Result};
use serde_json::Value;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteRow};
use sqlx::{ConnectOptions, Row};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// A wanted file: the song's id and the variant's name.
pub type Key = (String, String);

/// A file that a row or an intent speaks of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promise {
    /// Which wanted file it is of.
    pub key: Key,
    /// The stem's name in a bundle, empty otherwise.
    pub part: String,
    /// SHA-256 in lower-case hex.
    pub sha256: String,
    /// It may lie in the trash instead of under its name.
    pub in_trash: bool,
}

/// One thing that the person has.
#[derive(Clone, Debug)]
pub struct Thing {
    /// Its number.
    pub id: i64,
    /// Name of its file.
    pub name: String,
    /// The person deleted it.
    pub deleted: bool,
}

/// Work that was under way.
#[derive(Clone, Debug)]
pub struct Intent {
    /// Which wanted file.
    pub key: Key,
    /// Name of the part file.
    pub part: String,
    /// `fetching`, `sealing`, `placing` or `clearing`.
    pub phase: String,
    /// Files that may have their final name by now, by name.
    pub placing: BTreeMap<String, Promise>,
    /// Files that no row speaks of any more and that are to be removed.
    pub clearing: Vec<String>,
}

/// The rows that matter.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    /// Files that are in the library, by name.
    pub files: BTreeMap<String, Promise>,
    /// What the person has, deleted or not.
    pub things: Vec<Thing>,
    /// Files whose place on the disk is not yet what their row says.
    pub unsettled: u32,
    /// Wanted files that are done.
    pub done: BTreeSet<Key>,
    /// Work under way.
    pub intents: Vec<Intent>,
    /// Jobs by key, and whether their list has ended.
    pub listed: BTreeMap<String, bool>,
    /// Jobs that are not finished.
    pub open_jobs: u64,
    /// Why files wait for the person, by error number.
    pub needs_you: BTreeMap<i64, u64>,
    /// What SQLite and the rules of the schema find wrong.
    pub faults: Vec<String>,
}

/// Counts that do not follow from the rows, dangling references, and promises without a file.
const RULES: &[(&str, &str)] = &[
    (
        "a reference count is wrong (I1)",
        "SELECT path FROM media_file WHERE references_count <>
         (SELECT count(*) FROM library_item WHERE media_file_id = media_file.id AND deleted_at IS NULL)",
    ),
    (
        "in the trash although something refers to it (I11)",
        "SELECT path FROM media_file WHERE trashed_at IS NOT NULL AND references_count > 0",
    ),
    (
        "needed by nothing and not in the trash (I11)",
        "SELECT path FROM media_file WHERE trashed_at IS NULL AND references_count = 0",
    ),
    ("a reference dangles", "SELECT \"table\" FROM pragma_foreign_key_check"),
    (
        "done without a file (I1)",
        "SELECT source_id FROM item WHERE state = 'done'
         AND id NOT IN (SELECT item_id FROM library_item)",
    ),
];

impl Snapshot {
    /// Copies the database with its log and reads it. A database that does not exist yet is empty.
    ///
    /// # Errors
    /// When it cannot be read at all.
    pub async fn take(database: &Path) -> Result<Self> {
        if !database.exists() {
            return Ok(Self::default());
        }
        let folder = tempfile::tempdir()?;
        let copy = folder.path().join("copy.db");
        std::fs::copy(database, &copy)?;
        let log = database.with_extension("db-wal");
        if log.exists() {
            std::fs::copy(log, folder.path().join("copy.db-wal"))?;
        }
        let mut connection = SqliteConnectOptions::new().filename(&copy).connect().await?;
        let has_tables = "SELECT name FROM sqlite_master WHERE name = 'intent'";
        if sqlx::query(has_tables).fetch_optional(&mut connection).await?.is_none() {
            return Ok(Self::default());
        }
        Self::read(&mut connection).await.context("the rows cannot be read")
    }

    async fn read(connection: &mut SqliteConnection) -> Result<Self> {
        let mut snapshot = Self { faults: faults(connection).await?, ..Self::default() };
        let files = "SELECT i.source_id, i.variant, l.part, m.path, lower(hex(m.sha256)),
                            l.id, l.deleted_at IS NOT NULL, m.stowed, m.trashed_at IS NOT NULL
                     FROM library_item l JOIN item i ON i.id = l.item_id
                     JOIN media_file m ON m.id = l.media_file_id";
        for row in sqlx::query(files).fetch_all(&mut *connection).await? {
            let name: String = row.try_get(3)?;
            let (stowed, trashed): (bool, bool) = (row.try_get(7)?, row.try_get(8)?);
            let promise = Promise {
                key: key(&row)?,
                part: row.try_get(2)?,
                sha256: row.try_get(4)?,
                in_trash: stowed || trashed,
            };
            let thing = Thing { id: row.try_get(5)?, name: name.clone(), deleted: row.try_get(6)? };
            snapshot.things.push(thing);
            snapshot.unsettled += u32::from(stowed != trashed);
            snapshot.files.insert(name, promise);
        }
        let done = "SELECT source_id, variant FROM item WHERE state = 'done'";
        for row in sqlx::query(done).fetch_all(&mut *connection).await? {
            snapshot.done.insert(key(&row)?);
        }
        let intents = "SELECT i.source_id, i.variant, n.part, n.phase, n.outputs
                       FROM intent n JOIN item i ON i.id = n.item_id";
        for row in sqlx::query(intents).fetch_all(&mut *connection).await? {
            snapshot.intents.push(intent(&row)?);
        }
        for row in
            sqlx::query("SELECT key, listed_at, state FROM job").fetch_all(&mut *connection).await?
        {
            let (name, listed, state): (String, Option<i64>, String) =
                (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
            snapshot.listed.insert(name, listed.is_some());
            snapshot.open_jobs += u64::from(!matches!(state.as_str(), "finished" | "cancelled"));
        }
        let waiting = "SELECT CAST(reason ->> 'code' AS INTEGER), count(*) FROM item
                       WHERE state = 'needs_you' GROUP BY 1";
        for row in sqlx::query(waiting).fetch_all(&mut *connection).await? {
            snapshot.needs_you.insert(row.try_get(0)?, row.try_get::<i64, _>(1)?.unsigned_abs());
        }
        Ok(snapshot)
    }
}

async fn faults(connection: &mut SqliteConnection) -> Result<Vec<String>> {
    let mut faults = Vec::new();
    for row in sqlx::query("PRAGMA integrity_check").fetch_all(&mut *connection).await? {
        let verdict: String = row.try_get(0)?;
        if verdict != "ok" {
            faults.push(format!("integrity check (I9): {verdict}"));
        }
    }
    for (fault, query) in RULES {
        for row in sqlx::query(*query).fetch_all(&mut *connection).await? {
            faults.push(format!("{fault}: {}", row.try_get::<String, _>(0)?));
        }
    }
    Ok(faults)
}

fn key(row: &SqliteRow) -> Result<Key> {
    Ok((row.try_get(0)?, row.try_get(1)?))
}

fn intent(row: &SqliteRow) -> Result<Intent> {
    let key = key(row)?;
    let phase: String = row.try_get(3)?;
    let outputs: Option<String> = row.try_get(4)?;
    let outputs: Vec<Value> = serde_json::from_str(outputs.as_deref().unwrap_or("[]"))?;
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let promise = |output: &Value| {
        let part = text(&output["part"]);
        let sha256 = text(&output["sealed"]["sha256"]);
        (text(&output["name"]), Promise { key: key.clone(), part, sha256, in_trash: false })
    };
    let placing = phase == "placing";
    let clearing = phase == "clearing";
    Ok(Intent {
        placing: outputs.iter().filter(|_| placing).map(promise).collect(),
        clearing: outputs.iter().filter(|_| clearing).map(text).collect(),
        part: row.try_get(2)?,
        key,
        phase,
    })
}
