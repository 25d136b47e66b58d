//! Reading the journal back into rows, of what the folder still holds.

use super::{BLOCK, FOLDER, FOLDERS, OWNED, SETTINGS, SMART, columns, file_name};
use crate::database::{Library, Write, now};
use crate::error::LibraryError;
use crate::extras::name_beside;
use crate::shelf::{Sealed, Shelf};
use protocol::Settings;
use serde_json::{Map, Value, json};
use sqlx::Row;
use std::collections::{BTreeMap, HashMap};

/// What the journal had.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Restored {
    pub things: u64,
    pub folders: u64,
    /// Names of files that the journal knows and the folder does not hold any more as they were.
    pub missing: Vec<String>,
}

/// A line: a record with its things.
struct Line {
    record: Map<String, Value>,
    things: Vec<Value>,
    /// Kind, language and extension of each picture and text that lies beside.
    extras: Vec<Value>,
}

impl Library {
    /// Makes rows of what the journal says, in an empty database.
    pub(super) async fn restore_journal(
        &self,
        on: &mut dyn FnMut(u64),
    ) -> Result<Restored, LibraryError> {
        let mut restored =
            Restored { folders: self.restore_folders().await?, ..Restored::default() };
        self.restore_owned().await?;
        let mut known = HashMap::new();
        for block in self.blocks()? {
            let lines: Vec<Line> =
                self.read_lines(block)?.into_iter().filter_map(|line| self.line_of(line)).collect();
            self.restore_block(lines, &mut known, &mut restored).await?;
            on(restored.things);
        }
        Ok(restored)
    }

    /// The blocks of things that there are, in order.
    fn blocks(&self) -> Result<Vec<i64>, LibraryError> {
        let folder = self.shelf().root().join(FOLDER);
        let entries = match std::fs::read_dir(&folder) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            other => other.map_err(LibraryError::io(FOLDER))?,
        };
        let names = entries.flatten().filter_map(|entry| entry.file_name().into_string().ok());
        let mut blocks: Vec<i64> =
            names.filter_map(|name| name.strip_suffix(".jsonl")?.parse().ok()).collect();
        blocks.retain(|block| *block >= 0 && *block <= i64::MAX / BLOCK);
        blocks.sort_unstable();
        Ok(blocks)
    }

    /// A line that is no JSON is passed over: better a thing less than none at all.
    fn read_lines(&self, block: i64) -> Result<Vec<Value>, LibraryError> {
        let name = file_name(block);
        let text = match std::fs::read_to_string(self.shelf().path(&name)?) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            other => other.map_err(LibraryError::io(&name))?,
        };
        let mut lines = Vec::new();
        for line in text.lines() {
            match serde_json::from_str(line) {
                Ok(line) => lines.push(line),
                Err(error) => tracing::warn!(name, %error, "a line of the journal is unreadable"),
            }
        }
        Ok(lines)
    }

    /// The settings that were in force.
    pub(super) fn journaled_settings(&self) -> Option<Settings> {
        let line = self.read_lines(SETTINGS).ok()?.into_iter().next()?;
        serde_json::from_value(line).ok()
    }

    async fn restore_folders(&self) -> Result<u64, LibraryError> {
        let rows = self.read_lines(FOLDERS)?;
        let count = rows.len() as u64;
        let mut write = self.write().await?;
        // A folder may have been moved into one that was made later.
        sqlx::query("PRAGMA defer_foreign_keys = ON").execute(&mut *write.tx).await?;
        self.insert(&mut write, "folder", rows, &[]).await?;
        self.insert(&mut write, "smart_folder", self.read_lines(SMART)?, &[]).await?;
        write.commit().await?;
        Ok(count)
    }

    async fn restore_owned(&self) -> Result<(), LibraryError> {
        let rows = Value::Array(self.read_lines(OWNED)?).to_string();
        let mut write = self.write().await?;
        sqlx::query(
            "INSERT INTO owned (extractor, id) SELECT value ->> 0, value ->> 1 FROM json_each(?1) WHERE true \
             ON CONFLICT DO NOTHING",
        )
        .bind(rows)
        .execute(&mut *write.tx)
        .await?;
        write.commit().await
    }

    fn line_of(&self, line: Value) -> Option<Line> {
        let mut record = line.get("record")?.as_object()?.clone();
        let things = line.get("things")?.as_array()?.clone();
        let raw = match line.get("raw").and_then(Value::as_str) {
            Some(raw) => raw.to_owned(),
            None => self.raw_beside(record.get("sidecar").and_then(Value::as_str)),
        };
        record.insert("raw".into(), raw.into());
        let extras = line.get("extras").and_then(Value::as_array).cloned().unwrap_or_default();
        Some(Line { record, things, extras })
    }

    /// The site's record that lies beside the song.
    fn raw_beside(&self, sidecar: Option<&str>) -> String {
        let path = sidecar.and_then(|name| self.shelf().path(name).ok());
        let text = path.and_then(|path| std::fs::read_to_string(path).ok());
        let value: Option<Value> = text.and_then(|text| serde_json::from_str(&text).ok());
        value.unwrap_or_else(|| json!({})).to_string()
    }

    async fn restore_block(
        &self,
        mut lines: Vec<Line>,
        known: &mut HashMap<String, bool>,
        restored: &mut Restored,
    ) -> Result<(), LibraryError> {
        let shelf = self.shelf();
        for line in &mut lines {
            for thing in &mut line.things {
                let Some(file) = thing.get_mut("file").and_then(Value::as_object_mut) else {
                    continue;
                };
                let sha256 = text(file, "sha256");
                let is_there = match known.get(&sha256) {
                    Some(is_there) => *is_there,
                    None => {
                        let is_there = is_there(&shelf, file)?;
                        if !is_there {
                            restored.missing.push(text(file, "path"));
                        }
                        known.insert(sha256, is_there);
                        is_there
                    }
                };
                if !is_there {
                    *thing = Value::Null;
                }
            }
            line.things.retain(|thing| thing.get("file").is_some());
        }
        lines.retain(|line| !line.things.is_empty());
        let mut write = self.write().await?;
        let all = || lines.iter().flat_map(|line| &line.things);
        let jobs = jobs_of(&mut write, all()).await?;
        let part = |name: &'static str| all().filter_map(move |thing| thing.get(name).cloned());
        let items = all().zip(jobs).filter_map(|(thing, job)| {
            let mut item = thing.get("item")?.as_object()?.clone();
            item.insert("job_id".into(), job.into());
            item.insert("state".into(), "done".into());
            Some(Value::Object(item))
        });
        let items = items.collect();
        let things = all().filter_map(|thing| {
            let mut row = thing.get("thing")?.as_object()?.clone();
            row.insert("sha256".into(), thing.pointer("/file/sha256")?.clone());
            row.insert("source_id".into(), thing.pointer("/item/source_id")?.clone());
            Some(Value::Object(row))
        });
        let things: Vec<Value> = things.collect();
        let edits = all().filter_map(|thing| {
            let mut row = thing.get("edit")?.as_object()?.clone();
            let item = thing.get("item")?;
            for key in ["source", "source_id", "variant"] {
                row.insert(key.into(), item.get(key)?.clone());
            }
            Some(Value::Object(row))
        });
        let edits = edits.collect();
        restored.things += things.len() as u64;
        let records: Vec<Value> =
            lines.iter().map(|line| Value::Object(line.record.clone())).collect();
        let records_again = Value::Array(records.clone()).to_string();
        self.insert(&mut write, "record", records, &[]).await?;
        self.restore_extras(&mut write, &lines).await?;
        self.insert(&mut write, "item", items, RECORD_OF_ITEM).await?;
        self.insert(&mut write, "media_file", part("file").collect(), SHA256).await?;
        self.insert(&mut write, "library_item", things, KEYS_OF_THING).await?;
        self.insert(&mut write, "edit", edits, ITEM_OF_EDIT).await?;
        // A new thing asks for its record to be written beside it; these were new long ago.
        sqlx::query(
            "UPDATE record SET sidecar_fresh = a.value ->> 'sidecar_fresh' FROM json_each(?1) a \
             WHERE source = a.value ->> 'source' AND source_id = a.value ->> 'source_id'",
        )
        .bind(records_again)
        .execute(&mut *write.tx)
        .await?;
        sqlx::query(
            "INSERT INTO job_item (job_id, item_id) SELECT job_id, id FROM item WHERE true ON CONFLICT DO NOTHING",
        )
        .execute(&mut *write.tx)
        .await?;
        write.commit().await
    }

    /// Pictures and subtitles, from the files that lie beside the media. One that is gone is done without.
    async fn restore_extras(
        &self,
        write: &mut Write<'_>,
        lines: &[Line],
    ) -> Result<(), LibraryError> {
        let shelf = self.shelf();
        for line in lines {
            let of_record = |name: &str| text(&line.record, name);
            for extra in &line.extras {
                let field = |at: usize| extra.get(at).and_then(Value::as_str).unwrap_or_default();
                let name = name_beside(&of_record("sidecar"), field(1), field(2));
                let path = shelf.stat(&name).and_then(|_| shelf.path(&name).ok());
                let Some(bytes) = path.and_then(|path| std::fs::read(path).ok()) else { continue };
                sqlx::query(
                    "INSERT INTO extra (record_id, kind, language, extension, bytes) \
                     SELECT id, ?3, ?4, ?5, ?6 FROM record WHERE source = ?1 AND source_id = ?2 \
                     ON CONFLICT DO NOTHING",
                )
                .bind(of_record("source"))
                .bind(of_record("source_id"))
                .bind(field(0))
                .bind(field(1))
                .bind(field(2))
                .bind(bytes)
                .execute(&mut *write.tx)
                .await?;
            }
        }
        Ok(())
    }

    /// Inserts rows that are JSON objects, the columns of which this database knows. `special`: columns that are not
    /// taken as they are, each with its expression over the row `a.value`.
    async fn insert(
        &self,
        write: &mut Write<'_>,
        table: &str,
        rows: Vec<Value>,
        special: &[(&str, &str)],
    ) -> Result<(), LibraryError> {
        let Some(first) = rows.iter().find_map(Value::as_object) else { return Ok(()) };
        let mut into: BTreeMap<String, String> = BTreeMap::new();
        for name in columns(&self.pool, table, &[]).await? {
            let special = special.iter().find(|(column, _)| *column == name);
            match special {
                Some((_, expression)) => into.insert(name, (*expression).to_owned()),
                None if first.contains_key(&name) => {
                    let value = format!("a.value ->> '{name}'");
                    into.insert(name, value)
                }
                None => None,
            };
        }
        let names = into.keys().cloned().collect::<Vec<_>>().join(", ");
        let values = into.values().cloned().collect::<Vec<_>>().join(", ");
        let statement = format!(
            "INSERT INTO {table} ({names}) SELECT {values} FROM json_each(?1) a WHERE true ON CONFLICT DO NOTHING"
        );
        sqlx::query(sqlx::AssertSqlSafe(statement))
            .bind(Value::Array(rows).to_string())
            .execute(&mut *write.tx)
            .await?;
        Ok(())
    }
}

const SHA256: &[(&str, &str)] =
    &[("sha256", "unhex(a.value ->> 'sha256')"), ("checked_at", "a.value ->> 'added_at'")];
/// Found by what they are and not by their numbers, which an older block may have had for others.
const RECORD_OF_ITEM: &[(&str, &str)] = &[(
    "record_id",
    "(SELECT id FROM record WHERE source = a.value ->> 'source' AND source_id = a.value ->> 'source_id')",
)];
const ITEM_OF_EDIT: &[(&str, &str)] = &[(
    "item_id",
    "(SELECT id FROM item WHERE source = a.value ->> 'source' AND source_id = a.value ->> 'source_id' \
       AND variant = a.value ->> 'variant')",
)];
const KEYS_OF_THING: &[(&str, &str)] = &[
    ("media_file_id", "(SELECT id FROM media_file WHERE sha256 = unhex(a.value ->> 'sha256'))"),
    (
        "record_id",
        "(SELECT id FROM record WHERE source = a.value ->> 'source' AND source_id = a.value ->> 'source_id')",
    ),
    (
        "item_id",
        "(SELECT id FROM item WHERE source = a.value ->> 'source' AND source_id = a.value ->> 'source_id' \
           AND variant = a.value ->> 'variant')",
    ),
    ("folder_id", "(SELECT id FROM folder WHERE id = a.value ->> 'folder_id')"),
];

fn text(row: &Map<String, Value>, name: &str) -> String {
    row.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// The file is where the row says, with the bytes that it says: told by size and time, and read when those differ. Its
/// row then has the time that it has. What was deleted for good needs none.
fn is_there(shelf: &Shelf, file: &mut Map<String, Value>) -> Result<bool, LibraryError> {
    if file.get("collected_at").is_some_and(|time| !time.is_null()) {
        return Ok(true);
    }
    let sha256 = text(file, "sha256");
    let stowed = file.get("stowed").and_then(Value::as_i64) == Some(1);
    let name = match stowed {
        true => Shelf::stowed_name(&sha256),
        false => text(file, "path"),
    };
    let number = |name: &str| file.get(name).and_then(Value::as_i64).unwrap_or_default();
    let size = number("size").unsigned_abs();
    match shelf.stat(&name) {
        Some((length, mtime_ns)) if length == size => {
            if stowed || mtime_ns == number("mtime_ns") {
                return Ok(true);
            }
            file.insert("mtime_ns".into(), mtime_ns.into());
            Ok(shelf.hash(&name)? == Sealed { sha256, size })
        }
        _ => Ok(false),
    }
}

/// The job of each thing: one for all of an account.
async fn jobs_of<'t>(
    write: &mut Write<'_>,
    things: impl Iterator<Item = &'t Value>,
) -> Result<Vec<i64>, LibraryError> {
    let mut known: HashMap<[String; 3], i64> = HashMap::new();
    let mut jobs = Vec::new();
    for thing in things {
        let of = |place: &str| thing.pointer(place).and_then(Value::as_str).unwrap_or_default();
        let key = [of("/item/source"), of("/account/0"), of("/account/1")].map(str::to_owned);
        let job = match known.get(&key) {
            Some(job) => *job,
            None => {
                let [source, id, name] = &key;
                let row = sqlx::query(
                    "INSERT INTO job (key, source, account_id, account_name, formats, state, listed_at, listing, \
                       created_at) VALUES (?1, ?2, ?3, ?4, '[]', 'running', ?5, ?6, ?5) \
                     ON CONFLICT (key) DO UPDATE SET source = source RETURNING id",
                )
                .bind(format!("rebuilt/{source}/{id}/{name}"))
                .bind(source)
                .bind(id)
                .bind(name)
                .bind(now())
                .bind(json!({ "pages": 0, "seen": 0, "unique": 0, "complete": true }).to_string())
                .fetch_one(&mut *write.tx)
                .await?;
                let job = row.try_get(0)?;
                known.insert(key, job);
                job
            }
        };
        jobs.push(job);
    }
    Ok(jobs)
}
