//! Writing tables, with the proof that nothing is missing in them.
//!
//! Only what is here is written: no request is made, so that an export is done at once and comes out the same each time.

use super::Answer;
use super::accounts::find;
use super::lines::{About, answers, context, line};
use super::runs::scope;
use crate::collection::{Context, Line, Needs, Owned, columns};
use crate::daemon::engine::Engine;
use crate::daemon::server::Caller;
use crate::drafts::Drafts;
use library::LibraryError;
use library::discogs::{Answer as Kept, AnswerKind, Entry, Fingerprints, Scope};
use protocol::discogs::*;
use protocol::{ErrorBody, ErrorCode};
use providers::discogs::{Release, credit};
use sha2::{Digest, Sha256};
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
    check_folders(engine, &wish).await?;
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
        expected: expected(engine, &wish, read.proof).await?,
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

/// Refuses folders that are none of the list: an empty table would look like a proof.
async fn check_folders(engine: &Engine, wish: &NewExport) -> Answer<()> {
    let bad = |detail: String| Err(ErrorBody::new(ErrorCode::BadParameters).with("detail", detail));
    if wish.list != DiscogsList::Collection && !wish.folders.is_empty() {
        return bad("only a collection has folders".into());
    }
    let known = engine.library.discogs_folders(wish.account).await?;
    match wish.folders.iter().find(|id| known.iter().all(|folder| folder.id != **id)) {
        Some(unknown) => bad(format!("the collection has no folder {unknown}")),
        None => Ok(()),
    }
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
        chosen(&wish.folders),
        wish.preset.as_str(),
        form(wish.format).extension()
    );
    let shown = format!("{FOLDER}/{name}");
    Ok((shelf.root().join(FOLDER).join(name), shown))
}

/// Folders as a part of a file's name: by their numbers, or where they are many by what tells one choice from others.
fn chosen(folders: &[i64]) -> String {
    let mut folders = folders.to_vec();
    folders.sort_unstable();
    folders.dedup();
    let numbers: String = folders.iter().map(|folder| format!("-{folder}")).collect();
    if numbers.len() <= 40 {
        numbers
    } else {
        format!("-{}-folders-{:016x}", folders.len(), print(&numbers))
    }
}

/// A user's name as a part of a file's name.
fn safe(user: &str) -> String {
    let keep = |c: char| if c.is_alphanumeric() || matches!(c, '-' | '_') { c } else { '_' };
    user.chars().map(keep).take(80).collect()
}

/// What makes two exports comparable: the same entries and the same columns, in whatever form.
fn describe(wish: &NewExport) -> String {
    let mut folders = wish.folders.clone();
    folders.sort_unstable();
    format!("{} {folders:?} {}", wish.list.as_str(), wish.preset.as_str())
}

fn form(format: SheetFormat) -> Format {
    match format {
        SheetFormat::Csv => Format::Csv,
        SheetFormat::Jsonl => Format::JsonLines,
        SheetFormat::Xml => Format::Xml,
        SheetFormat::Xlsx => Format::Xlsx,
    }
}

/// How many entries the site says there are.
async fn expected(engine: &Engine, wish: &NewExport, proof: Option<ListProof>) -> Answer<u64> {
    if wish.list != DiscogsList::Collection || wish.folders.is_empty() || wish.folders.contains(&0)
    {
        return Ok(proof.map_or(0, |proof| proof.expected));
    }
    let folders = engine.library.discogs_folders(wish.account).await?;
    let chosen = folders.iter().filter(|folder| wish.folders.contains(&folder.id));
    Ok(chosen.map(|folder| folder.copies).sum())
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
    rows: u64,
    without_details: u64,
    gone: Vec<GoneRelease>,
    prints: Fingerprints,
}

struct Writer {
    engine: Engine,
    wish: NewExport,
    scope: Scope,
    context: Context,
    needs: Needs,
}

impl Writer {
    async fn new(engine: Engine, wish: NewExport) -> Answer<Self> {
        let context = context(&engine, wish.account, wish.list).await?;
        let needs = Needs::of(wish.list, wish.preset);
        let scope = scope(wish.account, wish.list, &wish.folders);
        Ok(Self { scope, engine, wish, context, needs })
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
        let mut written = Written::default();
        let mut after = None;
        loop {
            let page = self.engine.library.discogs_entries(&self.scope, after, CHUNK).await?;
            let lines = self.lines(&page.entries).await?;
            for (entry, line) in page.entries.iter().zip(&lines) {
                let cells = line.cells(self.wish.preset, &self.context);
                sheet.row(&cells).map_err(failed)?;
                written.prints.insert(entry.entry, fingerprint(&cells));
                written.take_note(entry, line, self.needs);
            }
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        let whole = sheet.finish().map_err(failed)?;
        (written.bytes, written.rows) = (whole.bytes, whole.rows);
        Ok(written)
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
        let owned = self.owned(&releases).await?;
        let about = |entry: &Entry| {
            let known = |of: &HashMap<i64, Kept>| of.get(&entry.release).cloned();
            About {
                details: known(&details),
                stats: known(&stats),
                suggestions: known(&suggestions),
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
        if needs.details && line.details.is_none() {
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

/// A number that is another when a cell is, and the same with every version of this program.
fn fingerprint(cells: &[Cell<'_>]) -> u64 {
    let mut row = String::new();
    for cell in cells {
        match cell {
            Cell::Empty => row.push('e'),
            Cell::Text(text) => row.push_str(&format!("t{}:{text}", text.len())),
            Cell::Integer(number) => row.push_str(&format!("i{number}")),
            Cell::Decimal(number) => row.push_str(&format!("d{number}")),
        }
    }
    print(&row)
}

/// The first eight bytes of its SHA-256.
fn print(text: &str) -> u64 {
    let digest = Sha256::digest(text.as_bytes());
    digest.iter().take(8).fold(0, |number, byte| (number << 8) | u64::from(*byte))
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
