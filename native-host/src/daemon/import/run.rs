//! A folder from its first file to its last, batch by batch: while one batch is being synced, named and recorded, the
//! next one is read.
//!
//! A file that is refused is no reason to stop; a disk that refuses is. Then everything waits for it, and the batch is
//! begun again. The disk that the files come from may go away as well: then the import waits for it, and goes on from there.

use super::Plan;
use super::keep::{keep, mend};
use super::tally::Tally;
use crate::daemon::engine::{DISK_ERRORS, Engine};
use library::intake::{Found, Incoming, Source, Walk};
use media::Program;
use protocol::intake::ImportState;
use protocol::{ErrorBody, ErrorCode, JobState, Listing};
use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Files of a batch: enough to share the syncs, few enough to be done in a moment.
const BATCH: usize = 64;
/// Bytes of a batch.
const BATCH_BYTES: u64 = 128 * 1024 * 1024;
/// Files that are known before they are looked at.
const AHEAD: usize = 256;
/// Between two looks at whether it may go on.
const NAP: Duration = Duration::from_millis(250);

/// Why an import does not go on.
pub(super) type Stop = Result<(), ErrorBody>;

pub(super) async fn run(engine: Engine, plan: Plan, tally: Arc<Tally>) {
    tracing::info!(folder = %plan.folder.display(), in_place = plan.in_place, "an import begins");
    let ffprobe = Program::Ffprobe.find(None).await.map(|found| found.path);
    let template = engine.library.settings().await.unwrap_or_default().template;
    let source = match source_of(&engine, &plan).await {
        Ok(source) => source,
        Err(error) => return tracing::error!(%error, "an import could not begin"),
    };
    let mut run = Run {
        noted_disks: source.inner_disks(),
        over: engine.stopping.child_token(),
        engine,
        plan,
        tally,
        ffprobe,
        template,
        seen: HashMap::new(),
        parts: 0,
        mostly_known: false,
        source,
    };
    let ended = run.carry_out().await;
    run.end(ended).await;
}

async fn source_of(engine: &Engine, plan: &Plan) -> Result<Source, ErrorBody> {
    if let Some(job) = plan.job {
        return Ok(engine.library.import_source(job, &plan.folder).await?);
    }
    let folder = plan.folder.clone();
    let looking = tokio::task::spawn_blocking(move || Source::of(&folder));
    looking.await.map_err(|error| ErrorBody::new(ErrorCode::Internal).with("detail", error))
}

/// An import at work.
pub(super) struct Run {
    source: Source,
    /// The disks in it that the next start would know of.
    noted_disks: BTreeSet<PathBuf>,
    /// Ends with it.
    over: CancellationToken,
    pub(super) engine: Engine,
    pub(super) plan: Plan,
    pub(super) tally: Arc<Tally>,
    pub(super) ffprobe: Option<PathBuf>,
    pub(super) template: String,
    /// Which file had these bytes first.
    pub(super) seen: HashMap<String, String>,
    /// Parts so far, for their names.
    pub(super) parts: u64,
    /// The last batch was nearly all there: then it is worth reading files before copying them.
    pub(super) mostly_known: bool,
}

/// A batch that is hashed and judged.
#[derive(Default)]
pub(super) struct Looked {
    pub media: Vec<(Found, Incoming)>,
    pub refused: Vec<(Found, ErrorBody)>,
    /// The disk that they are on went away: to be looked at when it is back.
    pub away: Vec<Found>,
    /// Of which nothing will come.
    pub parts: Vec<String>,
    /// The library's disk refused these.
    pub not_kept: Option<(Vec<Found>, ErrorBody)>,
}

impl Looked {
    /// Every copy that was made.
    fn all_parts(&self) -> Vec<String> {
        let media = self.media.iter().map(|(_, incoming)| &incoming.output.file);
        media.chain(&self.parts).cloned().collect()
    }
}

/// What a batch has left.
struct Committed {
    /// To be looked at again.
    again: Vec<Found>,
    mostly_known: bool,
    failed: Option<ErrorBody>,
}

impl Run {
    /// To its end, whichever that is: the batch that is being recorded is waited for.
    async fn carry_out(&mut self) -> Stop {
        let mut committing = None;
        let ended = self.all_batches(&mut committing).await;
        if let Some(last) = committing
            && let Err(error) = self.committed(last, &mut Vec::new()).await
        {
            tracing::warn!(%error, "the last batch of an import was not kept");
        }
        ended
    }

    async fn all_batches(&mut self, committing: &mut Option<JoinHandle<Committed>>) -> Stop {
        let mut files = self.walk();
        let mut again: Vec<Found> = Vec::new();
        loop {
            self.wait_until_free().await?;
            let batch = self.next_batch(&mut again, &mut files).await;
            self.note_disks().await?;
            let is_end = batch.is_empty() && files.is_closed() && files.is_empty();
            let mut looked = match self.look(&batch).await {
                Err(why) if DISK_ERRORS.contains(&why.code) => {
                    again.extend(batch);
                    self.disk_failed(&why).await;
                    continue;
                }
                looked => looked?,
            };
            again.append(&mut looked.away);
            if let Some(before) = committing.take() {
                if let Err(why) = self.after(before, &mut again).await {
                    mend(&self.engine, &self.plan, &looked.all_parts()).await;
                    return Err(why);
                }
            } else if is_end {
                return Ok(());
            }
            if !batch.is_empty() {
                *committing = Some(self.commit(looked));
            }
        }
    }

    /// Waits until the next batch can be recorded.
    async fn after(&mut self, before: JoinHandle<Committed>, again: &mut Vec<Found>) -> Stop {
        self.committed(before, again).await?;
        self.wait_until_free().await
    }

    /// A disk that was met in the folder is waited for by the next start as well.
    async fn note_disks(&mut self) -> Stop {
        let disks = self.source.inner_disks();
        if let Some(job) = self.plan.job.filter(|_| disks != self.noted_disks) {
            self.engine.library.note_import_source(job, &self.source).await?;
            self.noted_disks = disks;
        }
        Ok(())
    }

    /// Walks over the folder twice: to count, and to hand out.
    fn walk(&self) -> mpsc::Receiver<Found> {
        let root = self.engine.library.shelf().root().to_owned();
        let except = root.canonicalize().unwrap_or(root);
        let except = (!self.plan.in_place).then_some(except);
        let (sender, files) = mpsc::channel(AHEAD);
        let walk = || Walk::over(&self.plan.folder, self.source.clone(), except.as_deref());
        let (mut counting, mut walking) = (walk(), walk());
        let (tally, walked_tally) = (self.tally.clone(), self.tally.clone());
        let (counted, walked) = (self.over.clone(), self.over.clone());
        tokio::task::spawn_blocking(move || {
            let count = |found: Found| {
                tally.found(1, found.size);
                true
            };
            if !hand_out(&mut counting, &counted, count) {
                return;
            }
            tally.found_all(counting.skipped);
            note_closed(&tally, &counting);
        });
        tokio::task::spawn_blocking(move || {
            hand_out(&mut walking, &walked, |found| sender.blocking_send(found).is_ok());
            // What could be read a moment ago. Whoever receives the files waits for this.
            note_closed(&walked_tally, &walking);
        });
        files
    }

    /// The next files: what is to be looked at again first. None at the end, and while their disk is away.
    async fn next_batch(
        &self,
        again: &mut Vec<Found>,
        files: &mut mpsc::Receiver<Found>,
    ) -> Vec<Found> {
        let mut batch = Vec::new();
        let mut bytes = 0;
        while batch.len() < BATCH && bytes < BATCH_BYTES {
            let next = match again.pop() {
                Some(found) => Some(found),
                None => tokio::select! {
                    next = files.recv() => next,
                    () = self.source_goes() => None,
                },
            };
            let Some(found) = next else { break };
            bytes += found.size;
            batch.push(found);
        }
        batch
    }

    /// Why files cannot be read, if their disk is away.
    pub(super) async fn source_trouble(&self) -> Option<ErrorBody> {
        let source = self.source.clone();
        let looking = tokio::task::spawn_blocking(move || source.missing());
        let missing = looking.await.ok().flatten()?;
        Some(ErrorBody::new(ErrorCode::SourceMissing).with("folder", missing.display()))
    }

    /// Waits until the disk of the files is away.
    async fn source_goes(&self) {
        loop {
            tokio::time::sleep(NAP).await;
            if self.source_trouble().await.is_some() {
                return;
            }
        }
    }

    /// Paused, cancelled, or nothing can be written or read: looked at before each batch.
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
            let trouble = match trouble {
                None => self.source_trouble().await,
                some => some,
            };
            // One without a job could not be cancelled while it waits.
            if let (None, Some(trouble)) = (self.plan.job, &trouble) {
                return Err(trouble.clone());
            }
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
        self.over.cancel();
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
            complete: ended.is_ok() && report.looked_at >= report.found,
        };
        let library = &self.engine.library;
        let store = async {
            library.store_import_report(job, &report).await?;
            library.set_listing(job, Some(listing), stuck.as_ref(), true).await?;
            library.forget_import_source(job).await
        };
        let stored = store.await;
        if let Err(error) = stored {
            tracing::error!(%error, "how an import ended was not stored");
        }
        self.engine.job_changed(job);
        self.engine.library_changed();
    }
}

/// Tells of the folders that a walk could not read.
fn note_closed(tally: &Tally, walk: &Walk) {
    for (folder, words) in &walk.closed {
        let detail = format!("it cannot be read: {words}");
        tally.closed(folder, &ErrorBody::new(ErrorCode::Io).with("detail", detail));
    }
}

/// Gives every file to `take`, and waits while their disk is away. False: nobody wants them any more.
fn hand_out(
    walk: &mut Walk,
    over: &CancellationToken,
    mut take: impl FnMut(Found) -> bool,
) -> bool {
    loop {
        if !walk.all(&mut take) {
            return false;
        }
        if !walk.is_cut() {
            return true;
        }
        if over.is_cancelled() {
            return false;
        }
        std::thread::sleep(NAP);
    }
}
