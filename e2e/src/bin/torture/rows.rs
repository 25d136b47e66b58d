//! Reads the database after a kill, from a copy: the daemon itself must mend the original.

use crate::snapshot::{Copying, Intent, Key, Promise, Snapshot, Thing};
use anyhow::{Context, Result};
use serde_json::Value;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteRow};
use sqlx::{ConnectOptions, Row};
use std::path::Path;

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
    (
        "a page is noted that nobody wants",
        "SELECT source_id FROM record WHERE source = 'web'
         AND id NOT IN (SELECT record_id FROM item)",
    ),
];
/// Each thing with its file; `edited`: the person has changed what it says.
const THINGS: &str = "SELECT i.source_id, i.variant, i.source, l.part, m.path, lower(hex(m.sha256)) AS sha256,
        l.id, l.deleted_at IS NOT NULL AS deleted, m.stowed, m.trashed_at IS NOT NULL AS trashed,
        EXISTS (SELECT 1 FROM edit e WHERE e.item_id = i.id AND e.part = l.part) AS edited
    FROM library_item l JOIN item i ON i.id = l.item_id JOIN media_file m ON m.id = l.media_file_id";

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
        // Of the last migration: a kill may fall between two.
        let has_tables = "SELECT name FROM sqlite_master WHERE name = 'sidecar_name'";
        if sqlx::query(has_tables).fetch_optional(&mut connection).await?.is_none() {
            return Ok(Self::default());
        }
        Self::read(&mut connection).await.context("the rows cannot be read")
    }

    async fn read(connection: &mut SqliteConnection) -> Result<Self> {
        let mut snapshot = Self { faults: faults(connection).await?, ..Self::default() };
        for row in sqlx::query(THINGS).fetch_all(&mut *connection).await? {
            snapshot.add_thing(&row)?;
        }
        snapshot.read_work(connection).await?;
        snapshot.read_jobs(connection).await?;
        Ok(snapshot)
    }

    fn add_thing(&mut self, row: &SqliteRow) -> Result<()> {
        let (stowed, trashed): (bool, bool) = (row.try_get("stowed")?, row.try_get("trashed")?);
        let promise = Promise {
            source: row.try_get("source")?,
            key: key(row)?,
            part: row.try_get("part")?,
            sha256: row.try_get("sha256")?,
            in_trash: stowed || trashed,
            is_edited: row.try_get("edited")?,
        };
        self.things.push(Thing {
            id: row.try_get("id")?,
            key: promise.key.clone(),
            sha256: promise.sha256.clone(),
            deleted: row.try_get("deleted")?,
        });
        self.unsettled += u32::from(stowed != trashed);
        self.files.insert(row.try_get("path")?, promise);
        Ok(())
    }

    async fn read_work(&mut self, connection: &mut SqliteConnection) -> Result<()> {
        let items = "SELECT source_id, variant, source, state FROM item
                     WHERE state = 'done' OR source = 'web'";
        for row in sqlx::query(items).fetch_all(&mut *connection).await? {
            let (source, state): (String, String) = (row.try_get(2)?, row.try_get(3)?);
            if state == "done" {
                self.done.insert(key(&row)?);
            }
            if source == "web" {
                self.pages.insert(key(&row)?, state);
            }
        }
        let intents = "SELECT i.source_id, i.variant, i.source, i.id, n.part, n.phase, n.outputs,
                              EXISTS (SELECT 1 FROM edit e WHERE e.item_id = i.id) AS edited
                       FROM intent n JOIN item i ON i.id = n.item_id";
        for row in sqlx::query(intents).fetch_all(&mut *connection).await? {
            self.intents.push(intent(&row)?);
        }
        let copies = "SELECT incoming FROM import_part";
        for row in sqlx::query(copies).fetch_all(&mut *connection).await? {
            self.copies.push(copying(&row)?);
        }
        let renaming =
            "SELECT m.path, r.path FROM renaming r JOIN media_file m ON m.id = r.media_file_id";
        for row in sqlx::query(renaming).fetch_all(&mut *connection).await? {
            self.renaming.insert(row.try_get(0)?, row.try_get(1)?);
        }
        let sidecars = "SELECT sidecar FROM record WHERE sidecar IS NOT NULL
                        UNION SELECT name FROM sidecar_name";
        for row in sqlx::query(sidecars).fetch_all(&mut *connection).await? {
            self.sidecars.insert(row.try_get(0)?);
        }
        let run = "SELECT 1 FROM meta WHERE key = 'rename_run'";
        self.is_renaming = sqlx::query(run).fetch_optional(&mut *connection).await?.is_some();
        Ok(())
    }

    async fn read_jobs(&mut self, connection: &mut SqliteConnection) -> Result<()> {
        let jobs = "SELECT key, listed_at, state FROM job";
        for row in sqlx::query(jobs).fetch_all(&mut *connection).await? {
            let (name, listed, state): (String, Option<i64>, String) =
                (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
            self.listed.insert(name, listed.is_some());
            self.open_jobs += u64::from(!matches!(state.as_str(), "finished" | "cancelled"));
        }
        let waiting = "SELECT CAST(reason ->> 'code' AS INTEGER), count(*) FROM item
                       WHERE state = 'needs_you' GROUP BY 1";
        for row in sqlx::query(waiting).fetch_all(&mut *connection).await? {
            self.needs_you.insert(row.try_get(0)?, row.try_get::<i64, _>(1)?.unsigned_abs());
        }
        let imports =
            "SELECT folder, count(*), count(*) - count(report) FROM import GROUP BY folder";
        for row in sqlx::query(imports).fetch_all(&mut *connection).await? {
            self.imports.insert(row.try_get(0)?, row.try_get(1)?);
            self.open_imports += row.try_get::<u32, _>(2)?;
        }
        Ok(())
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

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn intent(row: &SqliteRow) -> Result<Intent> {
    let (key, source): (Key, String) = (key(row)?, row.try_get("source")?);
    let edited: bool = row.try_get("edited")?;
    let phase: String = row.try_get("phase")?;
    let outputs: Option<String> = row.try_get("outputs")?;
    let outputs: Vec<Value> = serde_json::from_str(outputs.as_deref().unwrap_or("[]"))?;
    let promise = |output: &Value| {
        let promise = Promise {
            source: source.clone(),
            key: key.clone(),
            part: text(&output["part"]),
            sha256: text(&output["sealed"]["sha256"]),
            in_trash: false,
            is_edited: edited || output["edit"].is_object(),
        };
        (text(&output["name"]), promise)
    };
    let placing = phase == "placing";
    let clearing = phase == "clearing";
    Ok(Intent {
        item: row.try_get("id")?,
        placing: outputs.iter().filter(|_| placing).map(promise).collect(),
        clearing: outputs.iter().filter(|_| clearing).map(text).collect(),
        part: row.try_get("part")?,
        source,
        key,
        phase,
    })
}

fn copying(row: &SqliteRow) -> Result<Copying> {
    let incoming: Option<String> = row.try_get("incoming")?;
    let Some(incoming) = incoming else { return Ok(Copying { placing: None }) };
    let incoming: Value = serde_json::from_str(&incoming)?;
    let output = &incoming["output"];
    let sha256 = text(&output["sealed"]["sha256"]);
    let promise = Promise {
        source: "files".into(),
        key: (sha256.clone(), "media".into()),
        part: String::new(),
        sha256,
        in_trash: false,
        is_edited: false,
    };
    Ok(Copying { placing: Some((text(&output["name"]), promise)) })
}
