//! A folder from its first file to its last, batch by batch: while one batch is being synced, named and recorded, the
//! next one is read.
//!
//! A file that is refused is no reason to stop; a disk that refuses is. Then everything waits for it, and the batch is
//! begun again.

use super::Plan;
use super::look::{self, Look, Task};
use super::tally::Tally;
use crate::daemon::engine::{DISK_ERRORS, Engine};
use library::intake::{Found, Incoming, Refused, Taken, Walk, intake_name, with_short_id};
use library::names::PART_SUFFIX;
use library::{LibraryError, Output};
use media::{Program, Surveyed};
use protocol::intake::ImportState;
use protocol::{ErrorBody, ErrorCode, JobState, Listing, Metadata};
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

/// Files of a batch: enough to share the syncs, few enough to be done in a moment.
const BATCH: usize = 64;
/// Bytes of a batch.
const BATCH_BYTES: u64 = 128 * 1024 * 1024;
/// Files that are known before they are looked at.
const AHEAD: usize = 256;
/// Between two looks at whether it may go on.
const NAP: Duration = Duration::from_millis(250);

/// Why an import does not go on.
type Stop = Result<(), ErrorBody>;

pub(super) async fn run(engine: Engine, plan: Plan, tally: Arc<Tally>) {
    tracing::info!(folder = %plan.folder.display(), in_place = plan.in_place, "an import begins");
    let ffprobe = Program::Ffprobe.find(None).await.map(|found| found.path);
    let template = engine.library.settings().await.unwrap_or_default().template;
    let mut run = Run {
        engine,
        plan,
        tally,
        ffprobe,
        template,
        seen: HashMap::new(),
        parts: 0,
        mostly_known: false,
    };
    let ended = run.to_the_end().await;
    run.end(ended).await;
}

/// An import at work.
struct Run {
    engine: Engine,
    plan: Plan,
    tally: Arc<Tally>,
    ffprobe: Option<PathBuf>,
    template: String,
    /// Which file had these bytes first.
    seen: HashMap<String, String>,
    /// Parts so far, for their names.
    parts: u64,
    /// The last batch was nearly all there: then it is worth reading files before copying them.
    mostly_known: bool,
}

/// A batch that is hashed and judged.
#[derive(Default)]
struct Looked {
    media: Vec<(Found, Incoming)>,
    refused: Vec<(Found, ErrorBody)>,
    /// Of which nothing will come.
    parts: Vec<String>,
    /// The library's disk refused these.
    not_kept: Option<(Vec<Found>, ErrorBody)>,
}

/// What a batch has left.
struct Committed {
    /// To be looked at again.
    again: Vec<Found>,
    mostly_known: bool,
    failed: Option<ErrorBody>,
}

impl Run {
    async fn to_the_end(&mut self) -> Stop {
        let mut files = self.walk();
        let mut again: Vec<Found> = Vec::new();
        let mut committing: Option<JoinHandle<Committed>> = None;
        loop {
            self.wait_until_free().await?;
            let batch = next_batch(&mut again, &mut files).await;
            let looked = match self.look(&batch).await {
                Err(why) if DISK_ERRORS.contains(&why.code) => {
                    again.extend(batch);
                    self.disk_failed(&why).await;
                    continue;
                }
                looked => looked?,
            };
            if let Some(before) = committing.take() {
                self.committed(before, &mut again).await?;
                self.wait_until_free().await?;
            } else if batch.is_empty() {
                return Ok(());
            }
            if !batch.is_empty() {
                committing = Some(self.commit(looked));
            }
        }
    }

    /// Walks over the folder twice: to count, and to hand out.
    fn walk(&self) -> mpsc::Receiver<Found> {
        let root = self.engine.library.shelf().root().to_owned();
        let except = root.canonicalize().unwrap_or(root);
        let except = (!self.plan.in_place).then_some(except);
        let (sender, files) = mpsc::channel(AHEAD);
        let (counting, tally) =
            (Walk::over(&self.plan.folder, except.as_deref()), self.tally.clone());
        tokio::task::spawn_blocking(move || {
            let mut counting = counting;
            for found in counting.by_ref() {
                tally.found(1, found.size);
            }
            tally.found_all(counting.skipped);
            for (folder, words) in &counting.closed {
                let detail = format!("it cannot be read: {words}");
                tally.closed(folder, &ErrorBody::new(ErrorCode::Io).with("detail", detail));
            }
        });
        let walk = Walk::over(&self.plan.folder, except.as_deref());
        tokio::task::spawn_blocking(move || {
            for found in walk {
                if sender.blocking_send(found).is_err() {
                    return; // the import has ended
                }
            }
        });
        files
    }

    /// Paused, cancelled, or nothing can be written: looked at before each batch.
    async fn wait_until_free(&self) -> Stop {
        loop {
            if self.engine.stopping.is_cancelled() {
                return Err(ErrorBody::new(ErrorCode::Withdrawn));
            }
            let state = match self.plan.job {
                Some(job) => self.engine.library.job(job).await?.state,
                None => JobState::Running,
            };
            if matches!(state, JobState::Cancelled | JobState::Finished) {
                return Err(ErrorBody::new(ErrorCode::Withdrawn));
            }
            let trouble = self.engine.disk_trouble().filter(|_| self.plan.job.is_some());
            let paused = state == JobState::Paused || self.engine.is_paused();
            if trouble.is_none() && !paused {
                self.tally.set_state(ImportState::Running, None);
                return Ok(());
            }
            self.tally.set_state(ImportState::Waiting, trouble);
            tokio::select! {
                () = self.engine.stopping.cancelled() => {}
                () = tokio::time::sleep(NAP) => {}
            }
        }
    }

    async fn look(&mut self, batch: &[Found]) -> Result<Looked, ErrorBody> {
        let mut looked = Looked::default();
        if self.plan.job.is_some() {
            self.engine.library.shelf().check()?;
        }
        let fresh = match self.plan.in_place {
            true => self.without_known(batch, &mut looked).await?,
            false => batch.to_vec(),
        };
        let fresh = match self.plan.job {
            Some(_) if !self.plan.in_place && self.mostly_known => {
                self.read_first(fresh, &mut looked).await?
            }
            _ => fresh,
        };
        let copies = self.plan.job.is_some() && !self.plan.in_place;
        let shelf = self.engine.library.shelf();
        let mut tasks = Vec::with_capacity(fresh.len());
        let mut names = Vec::with_capacity(fresh.len());
        for found in fresh {
            let part = self.part_name();
            let to = if copies { Some(shelf.path(&part)?) } else { None };
            names.push(part);
            tasks.push(Task { found, to });
        }
        if let Some(job) = self.plan.job.filter(|_| copies && !names.is_empty()) {
            self.engine.library.note_parts(job, &names).await?;
        }
        let looks = look::all(tasks.clone(), self.ffprobe.clone(), self.engine.stopping.clone());
        for ((task, part), look) in tasks.into_iter().zip(names).zip(looks.await) {
            self.sort_out(task.found, part, look, &mut looked)?;
        }
        Ok(looked)
    }

    fn part_name(&mut self) -> String {
        self.parts += 1;
        let job = self.plan.job.map_or(0, |job| job.0);
        format!("import.{job}-{}{PART_SUFFIX}", self.parts)
    }

    fn sort_out(&mut self, found: Found, part: String, look: Look, looked: &mut Looked) -> Stop {
        match look {
            Look::Stopped => return Err(ErrorBody::new(ErrorCode::Withdrawn)),
            Look::NotKept(source) => {
                let what = self.engine.library.shelf().root().display().to_string();
                let why = ErrorBody::from(LibraryError::Io { what, source });
                looked.parts.push(part);
                looked.not_kept.get_or_insert_with(|| (Vec::new(), why)).0.push(found);
            }
            Look::Refused(reason) => {
                looked.parts.push(part);
                looked.refused.push((found, reason));
            }
            Look::Media { sealed, what } => {
                let key = sealed.sha256.clone();
                if let Some(first) = self.seen.get(&key) {
                    self.tally.same_within(&found, first);
                    looked.parts.push(part);
                    return Ok(());
                }
                match self.incoming(&found, part.clone(), sealed, *what) {
                    Ok(incoming) => {
                        self.seen.insert(key, found.shown());
                        looked.media.push((found, incoming));
                    }
                    Err(reason) => {
                        looked.parts.push(part);
                        looked.refused.push((found, reason));
                    }
                }
            }
        }
        Ok(())
    }

    /// Files that the library knows under the very names that they have are not read.
    async fn without_known(
        &self,
        batch: &[Found],
        looked: &mut Looked,
    ) -> Result<Vec<Found>, ErrorBody> {
        let mut named = Vec::with_capacity(batch.len());
        let mut names = Vec::with_capacity(batch.len());
        for found in batch {
            match self.own_name(found) {
                Ok(name) => {
                    names.push(name);
                    named.push(found.clone());
                }
                Err(reason) => looked.refused.push((found.clone(), reason)),
            }
        }
        let known = self.engine.library.known_names(self.plan.job, &names).await?;
        let mut fresh = Vec::new();
        for ((found, name), known) in named.into_iter().zip(names).zip(known) {
            match known {
                true => self.tally.taken(&found, &Taken::Already(name.clone()), Some(&name)),
                false => fresh.push(found),
            }
        }
        Ok(fresh)
    }

    /// Files whose bytes an earlier import took in are not copied; the others are left to be.
    async fn read_first(
        &mut self,
        batch: Vec<Found>,
        looked: &mut Looked,
    ) -> Result<Vec<Found>, ErrorBody> {
        let tasks: Vec<Task> = batch.into_iter().map(|found| Task { found, to: None }).collect();
        let looks = look::all(tasks.clone(), self.ffprobe.clone(), self.engine.stopping.clone());
        let looks = looks.await;
        let hash = |look: &Look| match look {
            Look::Media { sealed, .. } => sealed.sha256.clone(),
            _ => String::new(),
        };
        let hashes: Vec<String> = looks.iter().map(hash).collect();
        let taken = self.engine.library.compare(&hashes).await?;
        let mut fresh = Vec::new();
        for ((task, look), taken) in tasks.into_iter().zip(looks).zip(taken) {
            let is_known = !matches!(taken, Taken::New(_));
            match look {
                Look::Media { .. } if !is_known => fresh.push(task.found),
                look => {
                    // Of a part that is never written.
                    let part = self.part_name();
                    self.sort_out(task.found, part, look, looked)?;
                }
            }
        }
        Ok(fresh)
    }

    /// Its name in the library, in which it lies.
    fn own_name(&self, found: &Found) -> Result<String, ErrorBody> {
        let root = self.engine.library.shelf().root().to_owned();
        let root = root.canonicalize().unwrap_or(root);
        let relative = found.path.strip_prefix(&root).ok();
        let parts = relative.into_iter().flat_map(|path| path.components());
        let parts: Option<Vec<&str>> = parts.map(|part| part.as_os_str().to_str()).collect();
        let unreadable = || {
            let detail = "its name is not Unicode; rename it and import again";
            ErrorBody::new(ErrorCode::Io).with("detail", detail)
        };
        parts.filter(|parts| !parts.is_empty()).map(|parts| parts.join("/")).ok_or_else(unreadable)
    }

    fn incoming(
        &self,
        found: &Found,
        part: String,
        sealed: library::Sealed,
        what: Surveyed,
    ) -> Result<Incoming, ErrorBody> {
        let stem = found.path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let title = what.tags.title.unwrap_or(stem);
        let metadata = Metadata {
            artist: what.tags.artist,
            album: what.tags.album,
            created_at: what.tags.date,
            duration_s: what.duration_s,
            lyrics: what.tags.lyrics,
            description: what.tags.comment,
            ..Metadata::default()
        };
        let metadata = with_short_id(metadata, &sealed.sha256);
        let name_max = self.engine.library.shelf().name_max();
        let (file, name) = match self.plan.in_place {
            true => {
                let name = self.own_name(found)?;
                (name.clone(), name)
            }
            false => {
                let sha256 = &sealed.sha256;
                let name = intake_name(
                    &self.template,
                    &title,
                    sha256,
                    &metadata,
                    &what.extension,
                    name_max,
                );
                (part, name)
            }
        };
        Ok(Incoming {
            from: found.path.to_string_lossy().into_owned(),
            folders: found.folders.clone(),
            metadata,
            output: Output {
                part: String::new(),
                file,
                name,
                sealed,
                container: what.container,
                codec: what.codec,
                duration_ms: what.duration_s.map(|seconds| (seconds * 1000.0).round() as i64),
                title,
                replaces: None,
            },
        })
    }

    /// Syncs, names and records a batch beside what comes next.
    fn commit(&self, looked: Looked) -> JoinHandle<Committed> {
        let (engine, plan, tally) = (self.engine.clone(), self.plan.clone(), self.tally.clone());
        tokio::spawn(async move {
            let media = looked.media.iter();
            let (batch, parts): (Vec<Found>, Vec<String>) = media
                .map(|(found, incoming)| (found.clone(), incoming.output.file.clone()))
                .unzip();
            let count = batch.len();
            let (mut again, mut failed) = match looked.not_kept.clone() {
                Some((files, why)) => (files, Some(why)),
                None => (Vec::new(), None),
            };
            let mut known = 0;
            match keep(&engine, &plan, &tally, looked).await {
                Ok(kept) => {
                    again.extend(kept.again);
                    known = kept.known;
                }
                Err(error) => {
                    failed = Some(error);
                    again.extend(batch);
                    mend(&engine, &plan, &parts).await;
                }
            }
            Committed { again, mostly_known: known * 2 > count, failed }
        })
    }

    /// Goes on from a batch that has ended, or not.
    async fn committed(&mut self, before: JoinHandle<Committed>, again: &mut Vec<Found>) -> Stop {
        let internal = |error| ErrorBody::new(ErrorCode::Internal).with("detail", error);
        let before = before.await.map_err(internal)?;
        self.mostly_known = before.mostly_known;
        for found in &before.again {
            let shown = found.shown();
            self.seen.retain(|_, first| *first != shown);
        }
        again.extend(before.again);
        if let Some(job) = self.plan.job {
            self.engine.job_changed(job);
            self.engine.library_changed();
        }
        match before.failed {
            Some(why) if DISK_ERRORS.contains(&why.code) => self.disk_failed(&why).await,
            Some(why) => return Err(why),
            None => {}
        }
        Ok(())
    }

    async fn disk_failed(&self, why: &ErrorBody) {
        tracing::warn!(%why, "an import waits for the disk");
        self.tally.set_state(ImportState::Waiting, Some(why.clone()));
        self.engine.disk_failed(why).await;
    }

    /// Notes how it ended. What the end of the daemon cut short goes on with the next start.
    async fn end(self, ended: Stop) {
        let stuck = ended.as_ref().err().filter(|why| why.code != ErrorCode::Withdrawn).cloned();
        let state = if ended.is_ok() { ImportState::Ended } else { ImportState::BrokenOff };
        self.tally.set_state(state, stuck.clone());
        let report = self.tally.report();
        tracing::info!(
            found = report.found,
            imported = report.imported,
            refused = report.refused,
            ?state,
            "an import has ended"
        );
        let Some(job) = self.plan.job.filter(|_| !self.engine.stopping.is_cancelled()) else {
            return;
        };
        let listing = Listing {
            pages: 1,
            seen: report.looked_at,
            unique: report.looked_at - report.same_within,
            complete: ended.is_ok(),
        };
        let library = &self.engine.library;
        let stored = match library.store_import_report(job, &report).await {
            Ok(()) => library.set_listing(job, Some(listing), stuck.as_ref(), true).await,
            Err(error) => Err(error),
        };
        if let Err(error) = stored {
            tracing::error!(%error, "how an import ended was not stored");
        }
        self.engine.job_changed(job);
        self.engine.library_changed();
    }
}

/// What came of a batch.
struct Kept {
    /// To be looked at once more.
    again: Vec<Found>,
    /// Files that were there already.
    known: usize,
}

/// Keeps what is media, and notes what is not.
async fn keep(
    engine: &Engine,
    plan: &Plan,
    tally: &Tally,
    looked: Looked,
) -> Result<Kept, ErrorBody> {
    let library = &engine.library;
    if !plan.in_place && plan.job.is_some() && !looked.parts.is_empty() {
        library.drop_parts(&looked.parts).await?;
    }
    refuse(engine, plan, tally, &looked.refused).await?;
    let (files, media): (Vec<Found>, Vec<Incoming>) = looked.media.into_iter().unzip();
    let hashes: Vec<String> = media.iter().map(|one| one.output.sealed.sha256.clone()).collect();
    let taken = library.compare(&hashes).await?;
    let names: Vec<Option<String>> =
        media.iter().map(|one| plan.in_place.then(|| one.output.name.clone())).collect();
    let taken = match plan.job {
        None => taken,
        Some(job) => {
            // What is there already is not worth a sync.
            let new = media.iter().zip(&taken).filter(|(_, taken)| matches!(taken, Taken::New(_)));
            let new: Vec<String> = new.map(|(one, _)| one.output.file.clone()).collect();
            let shelf = library.shelf();
            let synced = tokio::task::spawn_blocking(move || shelf.sync_all(&new));
            synced.await.map_err(|_| LibraryError::Superseded)??;
            library.take_in(job, media).await?
        }
    };
    let mut kept = Kept { again: Vec::new(), known: 0 };
    let mut clashes = Vec::new();
    for ((found, taken), name) in files.into_iter().zip(taken).zip(names) {
        tally.taken(&found, &taken, name.as_deref());
        match taken {
            Taken::New(_) => {}
            Taken::Twin(_) | Taken::Already(_) | Taken::Deleted => kept.known += 1,
            Taken::Again => kept.again.push(found),
            Taken::Clash(other) => clashes.push((found, clash(&other, name.as_deref()))),
        }
    }
    refuse(engine, plan, tally, &clashes).await?;
    Ok(kept)
}

/// Why a file cannot stay under its name.
fn clash(other: &str, own: Option<&str>) -> ErrorBody {
    let detail = match own == Some(other) {
        true => "the library has other bytes under this name; `mediafetcher library verify` looks at it again".to_owned(),
        false => format!("its name and that of {other} differ only in capitals; rename one of them"),
    };
    ErrorBody::new(ErrorCode::Io).with("detail", detail)
}

async fn refuse(engine: &Engine, plan: &Plan, tally: &Tally, files: &[(Found, ErrorBody)]) -> Stop {
    if let Some(job) = plan.job {
        let row = |(found, reason): &(Found, ErrorBody)| Refused {
            from: found.path.to_string_lossy().into_owned(),
            shown: found.shown(),
            reason: reason.clone(),
        };
        let rows: Vec<Refused> = files.iter().map(row).collect();
        engine.library.refuse(job, &rows).await?;
    }
    for (found, reason) in files {
        tally.refused(found, reason);
    }
    Ok(())
}

/// Copies of a batch that failed: those that have their names get their rows, the others go. What the disk refuses now
/// is met by the next start.
async fn mend(engine: &Engine, plan: &Plan, parts: &[String]) {
    if plan.in_place || plan.job.is_none() {
        return;
    }
    if let Err(error) = engine.library.mend_parts(parts).await {
        tracing::warn!(%error, "copies of a batch that failed are left to the next start");
    }
}

/// The next files: what is to be looked at again first. Empty at the end.
async fn next_batch(again: &mut Vec<Found>, files: &mut mpsc::Receiver<Found>) -> Vec<Found> {
    let mut batch = Vec::new();
    let mut bytes = 0;
    while batch.len() < BATCH && bytes < BATCH_BYTES {
        let next = match again.pop() {
            Some(found) => Some(found),
            None => files.recv().await,
        };
        let Some(found) = next else { break };
        bytes += found.size;
        batch.push(found);
    }
    batch
}
