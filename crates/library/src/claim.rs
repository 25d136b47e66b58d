//! Taking work from the queue.

use crate::database::{Library, Write, json_column, named_column, now};
use crate::error::LibraryError;
use crate::intent::Kept;
use crate::names;
use crate::names::PART_SUFFIX;
use protocol::edit::TagValues;
use protocol::{Fetch, ItemId, JobId, Metadata, Source, Variant};
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

/// Which queue a file stands in: a site's own API is asked gently, file hosts can be asked in parallel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Lane {
    /// The site's own API.
    Api(Source),
    /// File hosts.
    Files,
}

/// The part of what was encoded, kept as it came.
pub const ORIGINAL: &str = "original";

/// One wanted file, being worked on by whoever holds this. The fence makes a commit by an older holder fail.
#[derive(Clone, Debug)]
pub struct Claimed {
    /// Which.
    pub item: ItemId,
    /// The job that last asked for it.
    pub job: JobId,
    /// Grows with each claim.
    pub fence: i64,
    /// The site.
    pub source: Source,
    /// The account of the job.
    pub account_id: String,
    /// The site's id.
    pub source_id: String,
    /// Which rendering.
    pub variant: Variant,
    /// How the bytes are had.
    pub fetch: Fetch,
    /// The title as listed.
    pub title: String,
    /// What is known.
    pub metadata: Metadata,
    /// How often it was tried, this time included.
    pub attempts: u32,
    /// What the person says of its things, by their part.
    pub edits: Vec<(String, TagValues)>,
    /// Where the bytes go, and what is there already.
    pub kept: Kept,
}

/// What [`claimed_from`] reads, of an `item i` with [`JOINS`].
pub(crate) const COLUMNS: &str = "i.id, i.job_id, i.fence + 1 AS fence, i.source, i.source_id, i.variant, i.fetch, \
     i.attempts, r.title, r.metadata, j.account_id, n.part, n.validator, \
     (SELECT json_group_array(json_array(e.part, json_object('title', e.title, 'artist', e.artist, \
        'album', e.album, 'date', e.date))) FROM edit e WHERE e.item_id = i.id) AS edits";
/// See [`COLUMNS`].
pub(crate) const JOINS: &str = "JOIN job j ON j.id = i.job_id JOIN record r ON r.id = i.record_id \
     LEFT JOIN intent n ON n.item_id = i.id";
/// What [`Held::read`] reads, of a `library_item l` with its `media_file m`.
pub(crate) const HELD: &str = "l.part AS held_part, m.path AS held_path, m.container AS held_container, \
     m.codec AS held_codec, m.duration_ms AS held_duration_ms, l.kind = 'video' AS held_has_picture";
/// Two queries, each of which walks `item_of_state` in the order of ids and stops at its limit.
const WANTED: &str = "i.state = 'wanted' AND ?3 > 0";
const DUE: &str = "i.state = 'waiting' AND i.next_try_at <= ?3";
/// Of the lane, and listed by a job that runs.
const MAY_RUN: &str = "+i.lane = ?1 AND (?2 IS NULL OR +i.source = ?2) AND EXISTS ( \
     SELECT 1 FROM job_item x JOIN job k ON k.id = x.job_id \
     WHERE x.item_id = i.id AND k.state IN ('listing', 'running'))";

impl Library {
    /// Takes up to `limit` files of a lane that may be worked on now, and writes their intents (I2).
    ///
    /// # Errors
    /// Database failures.
    pub async fn claim(&self, lane: Lane, limit: u32) -> Result<Vec<Claimed>, LibraryError> {
        let (lane_name, source) = match lane {
            Lane::Api(source) => ("api", Some(source.as_str())),
            Lane::Files => ("files", None),
        };
        let settings = self.settings().await?;
        self.try_untried().await;
        let name_max = self.shelf().name_max();
        let mut write = self.write().await?;
        let mut rows = Vec::new();
        for ready in [WANTED, DUE] {
            let left = limit.saturating_sub(u32::try_from(rows.len()).unwrap_or(u32::MAX));
            let statement = format!(
                "SELECT {COLUMNS} FROM item i {JOINS} WHERE {ready} AND {MAY_RUN} ORDER BY i.id LIMIT ?4"
            );
            let more = sqlx::query(sqlx::AssertSqlSafe(statement))
                .bind(lane_name)
                .bind(source)
                .bind(now())
                .bind(left)
                .fetch_all(&mut *write.tx)
                .await?;
            rows.extend(more);
        }
        let mut claimed = Vec::with_capacity(rows.len());
        for row in rows {
            let mut one = claimed_from(&row, &settings.template, name_max)?;
            one.attempts = one.attempts.saturating_add(1);
            sqlx::query(
                "UPDATE item SET state = 'running', fence = ?2, attempts = ?3, next_try_at = NULL WHERE id = ?1",
            )
            .bind(one.item.0)
            .bind(one.fence)
            .bind(one.attempts)
            .execute(&mut *write.tx)
            .await?;
            sqlx::query(
                "INSERT INTO intent (item_id, part, phase, created_at) VALUES (?1, ?2, 'fetching', ?3) \
                 ON CONFLICT (item_id) DO UPDATE SET phase = 'fetching', outputs = NULL",
            )
            .bind(one.item.0)
            .bind(&one.kept.part)
            .bind(now())
            .execute(&mut *write.tx)
            .await?;
            claimed.push(one);
        }
        if claimed.is_empty() {
            return Ok(claimed); // nothing was written: no commit, no sync
        }
        write.commit().await?;
        Ok(claimed)
    }
}

pub(crate) fn claimed_from(
    row: &SqliteRow,
    template: &str,
    name_max: usize,
) -> Result<Claimed, LibraryError> {
    let mut one = Claimed {
        item: ItemId(row.try_get("id")?),
        job: JobId(row.try_get("job_id")?),
        fence: row.try_get("fence")?,
        source: named_column(row, "source")?,
        account_id: row.try_get("account_id")?,
        source_id: row.try_get("source_id")?,
        variant: named_column(row, "variant")?,
        fetch: json_column(row, "fetch")?,
        title: row.try_get("title")?,
        metadata: json_column(row, "metadata")?,
        attempts: row.try_get::<i64, _>("attempts")?.try_into().unwrap_or(u32::MAX),
        edits: json_column(row, "edits")?,
        kept: Kept { part: String::new(), validator: row.try_get("validator")? },
    };
    one.kept.part = match row.try_get("part")? {
        Some(part) => part,
        None => part_name(&one, template, name_max),
    };
    Ok(one)
}

/// The part file lies in the library folder itself; the item's number keeps two of one name apart.
fn part_name(claimed: &Claimed, template: &str, name_max: usize) -> String {
    let number = format!(".{}", claimed.item);
    let limit = name_max.saturating_sub(number.len());
    let name =
        names::file_name(template, &claimed.name_parts(), claimed.variant.extension(), limit);
    format!("{name}{number}{PART_SUFFIX}")
}

/// Takes a finished item for work on its files: it stays `done`, with a new fence and an intent.
pub(crate) async fn take_finished(
    write: &mut Write<'_>,
    claimed: &Claimed,
) -> Result<(), LibraryError> {
    sqlx::query("UPDATE item SET fence = ?2 WHERE id = ?1")
        .bind(claimed.item.0)
        .bind(claimed.fence)
        .execute(&mut *write.tx)
        .await?;
    sqlx::query(
        "INSERT INTO intent (item_id, part, phase, created_at) VALUES (?1, ?2, 'sealing', ?3)",
    )
    .bind(claimed.item.0)
    .bind(&claimed.kept.part)
    .bind(now())
    .execute(&mut *write.tx)
    .await?;
    Ok(())
}

/// A file that a finished item has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// The stem's name in a bundle, empty otherwise.
    pub part: String,
    /// Its name in the library.
    pub path: String,
    /// As in [`crate::Output`].
    pub container: String,
    /// As in [`crate::Output`].
    pub codec: String,
    /// As in [`crate::Output`].
    pub duration_ms: Option<i64>,
    /// As in [`crate::Output`].
    pub has_picture: bool,
}

impl Held {
    pub(crate) fn read(row: &SqliteRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            part: row.try_get("held_part")?,
            path: row.try_get("held_path")?,
            container: row.try_get("held_container")?,
            codec: row.try_get("held_codec")?,
            duration_ms: row.try_get("held_duration_ms")?,
            has_picture: row.try_get("held_has_picture")?,
        })
    }

    /// What its name ends in, without the point.
    pub fn extension(&self) -> &str {
        self.path.rsplit_once('.').map_or("", |(_, extension)| extension)
    }

    /// It lies in a folder that the person made, with a name that the person gave.
    pub(crate) fn is_elsewhere(&self) -> bool {
        self.path.rsplit_once('/').is_some_and(|(folder, _)| !names::is_stems_folder(folder))
    }
}

impl Claimed {
    /// What the person says of one of its things.
    pub fn edit_of(&self, part: &str) -> TagValues {
        let found = self.edits.iter().find(|(of, _)| of == part);
        found.map(|(_, edit)| edit.clone()).unwrap_or_default()
    }

    /// As it is for one of its things: what the person says in place of what the site says.
    pub fn edited(&self, part: &str) -> Self {
        let edit = self.edit_of(part);
        let mut edited = self.clone();
        if let Some(title) = edit.title {
            edited.title = title;
            edited.metadata.parent_title = None;
        }
        let field = |site: &mut Option<String>, said: Option<String>| {
            if let Some(text) = said {
                *site = Some(text).filter(|text| !text.is_empty());
            }
        };
        field(&mut edited.metadata.artist, edit.artist);
        field(&mut edited.metadata.album, edit.album);
        field(&mut edited.metadata.created_at, edit.date);
        edited
    }

    /// The name in the library of one of its files: by the template, stems in the folder of their song, the original
    /// of what was encoded beside the result.
    pub fn file_name(
        &self,
        template: &str,
        part: &str,
        extension: &str,
        name_max: usize,
    ) -> String {
        let own = if part == ORIGINAL { "" } else { part };
        let stem = if own.is_empty() { self.metadata.stem.as_deref() } else { Some(own) };
        let Some(stem) = stem else {
            let edited = self.edited(part);
            let name = names::file_name(template, &edited.name_parts(), extension, name_max);
            return if part == ORIGINAL { names::original_name(&name) } else { name };
        };
        let mut parts = self.name_parts();
        if let Some(parent) = self.metadata.parent_id.as_deref() {
            parts.id = parent;
            parts.title = self.metadata.parent_title.as_deref().unwrap_or(parts.title);
        }
        let folder = names::stems_folder(template, &parts, name_max);
        format!("{folder}/{}", names::stem_file_name(stem))
    }

    /// What the name template can use.
    pub fn name_parts(&self) -> names::Parts<'_> {
        name_parts(&self.title, &self.source_id, &self.metadata, self.variant, self.source)
    }
}

pub(crate) fn name_parts<'a>(
    title: &'a str,
    source_id: &'a str,
    metadata: &'a Metadata,
    variant: Variant,
    source: Source,
) -> names::Parts<'a> {
    let date = metadata.created_at.as_deref().unwrap_or_default();
    names::Parts {
        title,
        id: metadata.short_id.as_deref().unwrap_or(source_id),
        date: day(date),
        artist: metadata.artist.as_deref().unwrap_or_default(),
        playlist: metadata.playlist.as_deref().unwrap_or_default(),
        format: variant.as_str(),
        source: source.as_str(),
    }
}

/// Of a moment its day; of a year or a month itself.
pub(crate) fn day(date: &str) -> &str {
    date.get(..10).unwrap_or(date)
}
