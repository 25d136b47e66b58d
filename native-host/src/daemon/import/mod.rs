//! Taking in folders with media that were there before: what clients may ask, and which imports are going on.
//!
//! | module | job |
//! |---|---|
//! | `look` | one file: read through, copied, judged |
//! | `run` | a folder from its first file to its last, batch by batch |
//! | `sort` | which files of a batch are known, media or none |
//! | `again` | one file that was lost, copied once more from where it came |
//! | `keep` | a batch becomes part of the library |
//! | `tally` | what became of the files, so far |
//!
//! Rows, names and the order of steps are the library's (`library::intake`).

pub(super) mod again;
mod keep;
mod look;
mod run;
mod sort;
mod tally;

use super::engine::Engine;
use super::server::Caller;
use library::intake::check_source;
use media::convert::ConvertError;
use media::{Program, Survey};
use protocol::intake::{
    ChosenImport, ImportMode, ImportReport, ImportStarted, ImportState, MOST_OWNED, NewImport,
    OfImport, OwnedAdded, OwnedEntries,
};
use protocol::{ErrorBody, ErrorCode, ImportId, JobId};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use tally::Tally;
use tokio_util::sync::CancellationToken;

type Answer<T> = Result<T, ErrorBody>;

/// Imports that only look and have ended are remembered up to this number.
const REMEMBERED: usize = 8;

/// The imports that are going on, and those that only looked.
#[derive(Default)]
pub(super) struct Imports {
    tallies: Mutex<HashMap<ImportId, Arc<Tally>>>,
}

/// One import as it is carried out.
#[derive(Clone, Debug)]
struct Plan {
    /// Its job; none when it only looks.
    job: Option<JobId>,
    folder: PathBuf,
    in_place: bool,
}

impl Imports {
    /// A tally for an import that begins; `None` when it is going on already.
    fn begin(&self, import: ImportId) -> Option<Arc<Tally>> {
        let mut tallies = self.tallies.lock().expect("nothing panics while holding it");
        if tallies.get(&import).is_some_and(|tally| !tally.report().is_over()) {
            return None;
        }
        let tally = Arc::<Tally>::default();
        tallies.insert(import, tally.clone());
        // Those with a job are in the database; of the others, the newest have the lowest numbers.
        let mut over: Vec<ImportId> = tallies
            .iter()
            .filter(|(_, tally)| tally.report().is_over())
            .map(|(id, _)| *id)
            .collect();
        over.sort_unstable();
        for old in over.into_iter().skip(REMEMBERED) {
            tallies.remove(&old);
        }
        Some(tally)
    }

    /// The number of an import that only looks.
    fn next_without_job(&self) -> ImportId {
        let tallies = self.tallies.lock().expect("nothing panics while holding it");
        ImportId(tallies.keys().map(|import| import.0).min().unwrap_or_default().min(0) - 1)
    }

    fn tally(&self, import: ImportId) -> Option<Arc<Tally>> {
        self.tallies.lock().expect("nothing panics while holding it").get(&import).cloned()
    }
}

/// Takes in the folder that a client names.
pub(super) async fn start(
    engine: &Engine,
    caller: Caller,
    new: NewImport,
) -> Answer<ImportStarted> {
    if !caller.is_cli {
        return Err(ErrorBody::new(ErrorCode::Forbidden).with("origin", "a browser"));
    }
    take_in(engine, new).await
}

/// Takes in a folder that the person picks, whoever asks for it.
pub(super) async fn start_chosen(
    engine: &Engine,
    _: Caller,
    chosen: ChosenImport,
) -> Answer<ImportStarted> {
    let folder = engine.choose_folder().await?;
    take_in(engine, NewImport { key: chosen.key, folder, ..NewImport::default() }).await
}

async fn take_in(engine: &Engine, new: NewImport) -> Answer<ImportStarted> {
    engine.library.check_shelf().await?;
    let (folder, in_place) = place_of(engine, &new)?;
    if new.dry_run {
        let import = engine.imports.next_without_job();
        begin(engine, import, Plan { job: None, folder, in_place });
        return Ok(ImportStarted { import, existing: false });
    }
    let shown = folder.to_str().ok_or_else(|| bad("the folder's name is not Unicode"))?;
    let (job, existing) = engine.library.start_import(&new.key, shown, in_place).await?;
    let import = ImportId(job.0);
    let row = engine.library.import_row(job).await?;
    if row.report.is_none() {
        begin(engine, import, Plan { job: Some(job), folder, in_place });
    }
    engine.job_changed(job);
    Ok(ImportStarted { import, existing })
}

/// What became of the files of a folder.
pub(super) async fn report(engine: &Engine, _: Caller, of: OfImport) -> Answer<ImportReport> {
    if let Some(tally) = engine.imports.tally(of.import) {
        return Ok(tally.report());
    }
    let unknown =
        || ErrorBody::new(ErrorCode::NotFound).with("what", format!("import {}", of.import));
    if of.import.0 < 0 {
        return Err(unknown());
    }
    let row = engine.library.import_row(JobId(of.import.0)).await?;
    let waiting = || ImportReport { state: ImportState::Waiting, ..ImportReport::default() };
    Ok(row.report.unwrap_or_else(waiting))
}

/// Notes what another program has fetched.
pub(super) async fn own(engine: &Engine, _: Caller, owned: OwnedEntries) -> Answer<OwnedAdded> {
    if owned.entries.len() > MOST_OWNED {
        return Err(bad("too many entries in one call"));
    }
    Ok(engine.library.note_owned(&owned.entries).await?)
}

/// Goes on with the imports that the last run had begun.
pub(super) async fn resume_all(engine: &Engine) {
    let rows = match engine.library.unfinished_imports().await {
        Ok(rows) => rows,
        Err(error) => return tracing::error!(%error, "unfinished imports could not be read"),
    };
    for row in rows {
        let plan =
            Plan { job: Some(row.job), folder: PathBuf::from(row.folder), in_place: row.in_place };
        begin(engine, ImportId(row.job.0), plan);
    }
}

fn begin(engine: &Engine, import: ImportId, plan: Plan) {
    if let Some(tally) = engine.imports.begin(import) {
        engine.spawn(run::run(engine.clone(), plan, tally));
    }
}

/// The folder without links on its way, and whether its files stay where they lie.
fn place_of(engine: &Engine, new: &NewImport) -> Answer<(PathBuf, bool)> {
    let folder = check_source(Path::new(&new.folder))?;
    let shelf = engine.library.shelf();
    let root = shelf.root().canonicalize().unwrap_or_else(|_| shelf.root().to_owned());
    if folder.starts_with(engine.home.root()) {
        return Err(bad("this folder is MediaFetcher's own, with its database"));
    }
    let is_inside = folder.starts_with(&root);
    match new.mode {
        ImportMode::Copy if is_inside => Err(bad(
            "this folder is in the library already; leave --copy out, and its files are taken in where they lie",
        )),
        ImportMode::InPlace if !is_inside => Err(bad(&format!(
            "only what lies below the library folder, {}, can stay in place; leave --in-place out, and the files \
             are copied there",
            root.display()
        ))),
        _ => Ok((folder, is_inside)),
    }
}

/// Whether a file that another program has written to is still media. One that cannot be judged says nothing.
///
/// # Errors
/// When it cannot be read.
pub(super) async fn still_plays(path: &Path) -> Answer<bool> {
    let to_survey = path.to_owned();
    let surveyed = tokio::task::spawn_blocking(move || media::survey(&to_survey)).await;
    let failed = |error: std::io::Error| ErrorBody::new(ErrorCode::Io).with("detail", error);
    match surveyed.map_err(|_| ErrorBody::new(ErrorCode::Withdrawn))?.map_err(failed)? {
        Survey::Known(_) => return Ok(true),
        Survey::Refused(_) => return Ok(false),
        Survey::AskFfprobe => {}
    }
    let Some(ffprobe) = Program::Ffprobe.find(None).await else { return Ok(true) };
    let extension = path.extension().unwrap_or_default().to_string_lossy().into_owned();
    match media::convert::probe(&ffprobe.path, path, &CancellationToken::new()).await {
        Ok(probed) => Ok(media::surveyed(path, &probed, &extension).is_ok()),
        Err(ConvertError::Damaged(_)) => Ok(false),
        Err(_) => Ok(true),
    }
}

fn bad(detail: &str) -> ErrorBody {
    ErrorBody::new(ErrorCode::BadParameters).with("detail", detail)
}
