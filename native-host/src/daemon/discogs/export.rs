//! Writing tables, with the proof that nothing is missing in them.
//!
//! Only what is here is written: no request is made, so that an export is done at once and comes out the same each time.

use super::Answer;
use super::accounts::find;
use super::lines::{About, answers, context, line};
use super::runs::scope;
use super::selection::{check_wish, chosen, describe, expected, name_part, print, selection};
use crate::collection::{Context, Line, Needs, Owned, columns};
use crate::daemon::engine::Engine;
use crate::daemon::server::Caller;
use crate::drafts::Drafts;
use library::LibraryError;
use library::discogs::{Answer as Kept, AnswerKind, Entry, Fingerprints, Scope};
use protocol::discogs::*;
use protocol::{ErrorBody, ErrorCode};
use providers::discogs::{Release, credit};
use sheets::{Cell, Format, Options, Sheet, SheetError};
use std::collections::HashMap;
use std::fs::File;
use std::path::{Path, PathBuf};

/// Entries in memory at once.
const CHUNK: u32 = 500;
/// Where exports lie in the library folder.
const FOLDER: &str = "Exports";
/// Releases that are gone are named up to this number.
const MOST_NAMED: usize = 1_000;

/// Writes a table of what is known.
pub(in crate::daemon) async fn export(
    engine: &Engine,
    caller: Caller,
    wish: NewExport,
) -> Answer<Exported> {
    if wish.to.is_some() && !caller.is_cli {
        return Err(ErrorBody::new(ErrorCode::Forbidden).with("origin", "a browser"));
    }
    let account = find(engine, wish.account).await?;
    check_wish(engine, &wish).await?;
    let (file, shown) = place(engine, &wish, &account.username).await?;
    let what = describe(&wish);
    let before = engine.library.last_discogs_export(wish.account, &what).await?;
    let mut read = engine.library.discogs_list(wish.account, wish.list).await?;
    let (read_at, written) = loop {
        let Some(read_at) = read.read_at else {
            let error = ErrorBody::new(ErrorCode::BadParameters);
            return Err(error.with("detail", "this list was not read to its end yet"));
        };
        let written = write(engine, &wish, file.clone()).await?;
        let now = engine.library.discogs_list(wish.account, wish.list).await?;
        // A list that was read to its end meanwhile is half of one moment and half of another in the file.
        if (now.read_at, &now.proof) == (read.read_at, &read.proof) {
            break (read_at, written);
        }
        read = now;
    };
    engine.library.note_discogs_export(wish.account, &what, &written.prints).await?;
    Ok(Exported {
        file: shown,
        bytes: written.bytes,
        rows: written.rows,
        expected: expected(engine, &wish, written.matched, read.proof).await?,
        selection: selection(&wish),
        read_at,
        proof: read.proof.unwrap_or_default(),
        without_details: written.without_details,
        gone: written.gone,
        changes: before.map(|(since, before)| changes(since, &before, &written.prints)),
    })
}

async fn write(engine: &Engine, wish: &NewExport, file: PathBuf) -> Answer<Written> {
    let writer = Writer::new(engine.clone(), wish.clone()).await?;
    let handle = tokio::runtime::Handle::current();
    // Writing is the file system's pace, and compressing a workbook the processor's.
    let written = tokio::task::spawn_blocking(move || handle.block_on(writer.write(&file)));
    written.await.map_err(|_| ErrorBody::new(ErrorCode::Withdrawn))?
}

/// Where the file goes, and how it is called towards the person.
async fn place(engine: &Engine, wish: &NewExport, user: &str) -> Answer<(PathBuf, String)> {
    if let Some(to) = &wish.to {
        let path = PathBuf::from(to);
        if !path.is_absolute() {
            let error = ErrorBody::new(ErrorCode::BadParameters);
            return Err(error.with("detail", "give the whole path of the file"));
        }
        return Ok((path, to.clone()));
    }
    engine.library.check_shelf().await?;
    let shelf = engine.library.shelf();
    let name = format!(
        "discogs-{}-{}{}-{}.{}",
        safe(user),
        wish.list.as_str(),
        name_part(wish),
        wish.preset.as_str(),
        form(wish.format).extension()
    );
    let shown = format!("{FOLDER}/{name}");
    Ok((shelf.root().join(FOLDER).join(name), shown))
}

/// A user's name as a part of a file's name.
fn safe(user: &str) -> String {
    let keep = |c: char| if c.is_alphanumeric() || matches!(c, '-' | '_') { c } else { '_' };
    user.chars().map(keep).take(80).collect()
}

fn form(format: SheetFormat) -> Format {
    match format {
        SheetFormat::Csv => Format::Csv,
        SheetFormat::Jsonl => Format::JsonLines,
        SheetFormat::Xml => Format::Xml,
        SheetFormat::Xlsx => Format::Xlsx,
    }
}

fn changes(since: i64, before: &Fingerprints, now: &Fingerprints) -> Changes {
    let count = |n: usize| n as u64;
    Changes {
        since,
        added: count(now.keys().filter(|entry| !before.contains_key(entry)).count()),
        removed: count(before.keys().filter(|entry| !now.contains_key(entry)).count()),
        changed: count(
            now.iter()
                .filter(|(entry, print)| before.get(entry).is_some_and(|old| old != *print))
                .count(),
        ),
    }
}

/// What writing came to.
#[derive(Default)]
struct Written {
    bytes: u64,
    /// Entries of a selection when it began.
    matched: u64,
    rows: u64,
    without_details: u64,
    gone: Vec<GoneRelease>,
    prints: Fingerprints,
}

/// Where a page of entries begins.
#[derive(Clone, Copy, Default)]
struct Place {
    /// Of all: behind this moment and number.
    after: Option<(i64, i64)>,
    /// Of those chosen: behind so many.
    done: usize,
}

struct Writer {
    engine: Engine,
    wish: NewExport,
    scope: Scope,
    /// The entries by their numbers, where they are not all of the scope.
    chosen: Option<Vec<i64>>,
    context: Context,
    needs: Needs,
}

impl Writer {
    async fn new(engine: Engine, wish: NewExport) -> Answer<Self> {
        let context = context(&engine, wish.account, wish.list).await?;
        let needs = Needs::of(wish.list, wish.preset);
        let scope = scope(wish.account, wish.list, &wish.folders);
        let chosen = chosen(&engine, &wish).await?;
        Ok(Self { scope, chosen, engine, wish, context, needs })
    }

    /// Writes a new file, which takes the place of an old one when it is whole.
    async fn write(self, file: &Path) -> Answer<Written> {
        let folder = file.parent().unwrap_or(Path::new("/"));
        let failed = |error: std::io::Error| io_error(file, error);
        if self.wish.to.is_none() {
            // Looked at once more: below a disk that has gone nothing is made (I5).
            self.engine.library.shelf().check()?;
            std::fs::create_dir_all(folder).map_err(failed)?;
        }
        let mut draft = Drafts::of(&self.engine.home).begin(folder).map_err(failed)?;
        let written = self.fill(draft.file(), file, folder).await?;
        draft.keep(file).map_err(failed)?;
        Ok(written)
    }

    async fn fill(&self, out: &mut File, file: &Path, scratch: &Path) -> Answer<Written> {
        let failed = |error| sheet_error(file, error);
        let columns = columns(self.wish.preset, &self.context);
        let options = Options {
            spreadsheet_safe: self.wish.spreadsheet_safe,
            scratch: Some(scratch.to_owned()),
        };
        let mut sheet =
            Sheet::begin(form(self.wish.format), &columns, &options, out).map_err(failed)?;
        let matched = self.chosen.as_ref().map_or(0, Vec::len) as u64;
        let mut written = Written { matched, ..Written::default() };
        let mut next = Some(Place::default());
        while let Some(place) = next {
            let (entries, following) = self.page(place).await?;
            let lines = self.lines(&entries).await?;
            for (entry, line) in entries.iter().zip(&lines) {
                let cells = line.cells(self.wish.preset, &self.context);
                sheet.row(&cells).map_err(failed)?;
                written.prints.insert(entry.entry, fingerprint(&columns, &cells));
                written.take_note(entry, line, self.needs);
            }
            next = following;
        }
        let whole = sheet.finish().map_err(failed)?;
        (written.bytes, written.rows) = (whole.bytes, whole.rows);
        Ok(written)
    }

    /// The entries at a place, and where those after them begin.
    async fn page(&self, place: Place) -> Answer<(Vec<Entry>, Option<Place>)> {
        let library = &self.engine.library;
        let Some(chosen) = &self.chosen else {
            let page = library.discogs_entries(&self.scope, place.after, CHUNK).await?;
            let next = page.next.map(|after| Place { after: Some(after), ..place });
            return Ok((page.entries, next));
        };
        let rest = chosen.get(place.done..).unwrap_or_default();
        let some = rest.get(..CHUNK as usize).unwrap_or(rest);
        let entries = library.discogs_entries_of(self.wish.account, self.wish.list, some).await?;
        let next = Place { done: place.done + some.len(), ..place };
        Ok((entries, (some.len() < rest.len()).then_some(next)))
    }

    /// The entries with all that the columns need.
    async fn lines(&self, entries: &[Entry]) -> Answer<Vec<Line>> {
        let mut releases: Vec<i64> = entries.iter().map(|entry| entry.release).collect();
        releases.sort_unstable();
        releases.dedup();
        let details = self.answers(self.needs.details, AnswerKind::Release, &releases).await?;
        let stats = self.answers(self.needs.stats, AnswerKind::Stats, &releases).await?;
        let wanted = self.needs.suggestions;
        let suggestions = self.answers(wanted, AnswerKind::Suggestions, &releases).await?;
        // Said by every table, also by one whose columns need no details.
        let gone = self.engine.library.discogs_gone(&releases).await?;
        let owned = self.owned(&releases).await?;
        let about = |entry: &Entry| {
            let known = |of: &HashMap<i64, Kept>| of.get(&entry.release).cloned();
            About {
                details: known(&details),
                stats: known(&stats),
                suggestions: known(&suggestions),
                gone: gone.contains(&entry.release),
                owned: owned.get(&entry.release).cloned().unwrap_or_default(),
            }
        };
        entries.iter().map(|entry| line(self.wish.list, entry, about(entry))).collect()
    }

    async fn owned(&self, releases: &[i64]) -> Answer<HashMap<i64, Vec<Owned>>> {
        let mut owned: HashMap<i64, Vec<Owned>> = HashMap::new();
        if self.needs.owned {
            let copies = self.engine.library.discogs_copies(self.wish.account, releases).await?;
            for Entry { entry, release, folder, .. } in copies {
                owned.entry(release).or_default().push(Owned { instance: entry, folder });
            }
        }
        Ok(owned)
    }

    async fn answers(
        &self,
        wanted: bool,
        kind: AnswerKind,
        releases: &[i64],
    ) -> Answer<HashMap<i64, Kept>> {
        if !wanted {
            return Ok(HashMap::new());
        }
        answers(&self.engine, self.wish.account, kind, releases).await
    }
}

impl Written {
    fn take_note(&mut self, entry: &Entry, line: &Line, needs: Needs) {
        // What the site said to be gone was asked about.
        if needs.details && line.details.is_none() && !line.gone {
            self.without_details += 1;
        }
        let known = self.gone.iter().any(|gone| gone.release == entry.release);
        if line.gone && !known && self.gone.len() < MOST_NAMED {
            let release = line.release().cloned().unwrap_or_default();
            let Release { artists, title, .. } = release;
            self.gone.push(GoneRelease {
                release: entry.release,
                artists: credit(&artists),
                title,
            });
        }
    }
}

/// A number that is another when a cell is, and the same with every version of this program. A column that is new and has
/// nothing in this row changes nothing.
fn fingerprint(columns: &[String], cells: &[Cell<'_>]) -> u64 {
    let mut row = String::new();
    for (column, cell) in columns.iter().zip(cells) {
        let value = match cell {
            Cell::Empty => continue,
            Cell::Text(text) => format!("t{}:{text}", text.len()),
            Cell::Integer(number) => format!("i{number}"),
            Cell::Decimal(number) => format!("d{number}"),
        };
        row.push_str(&format!("{}:{column}{value}", column.len()));
    }
    print(&row)
}

fn sheet_error(file: &Path, error: SheetError) -> ErrorBody {
    match error {
        SheetError::Io(error) => io_error(file, error),
        other => ErrorBody::new(ErrorCode::Io).with("detail", other),
    }
}

fn io_error(file: &Path, source: std::io::Error) -> ErrorBody {
    LibraryError::Io { what: file.display().to_string(), source }.into()
}
