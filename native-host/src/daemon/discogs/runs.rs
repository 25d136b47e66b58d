//! What was asked to be read: beginning, stopping, and how far it is. The rows are the library's; here are the tasks that
//! carry them out and their live figures.

use super::accounts::find;
use super::read::{Reading, Stop};
use super::transport::api;
use super::{Answer, DAY, now};
use crate::daemon::engine::Engine;
use crate::daemon::server::Caller;
use library::discogs::{AnswerKind, RunRow, Scope};
use protocol::discogs::*;
use protocol::method::Nothing;
use protocol::{ErrorBody, ErrorClass, ErrorCode};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Runs that are told about.
const TOLD: u32 = 50;
/// Before the first new try of a run that cannot go on for now; it doubles up to [`LONGEST_WAIT`].
const FIRST_WAIT: Duration = Duration::from_secs(15);
const LONGEST_WAIT: Duration = Duration::from_secs(15 * 60);

/// The runs that are being carried out.
#[derive(Default)]
pub(in crate::daemon) struct Live {
    runs: Mutex<HashMap<RunId, Arc<Task>>>,
}

/// One run being carried out.
pub(super) struct Task {
    pub cancel: CancellationToken,
    figures: Mutex<Figures>,
}

/// How far a run is.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Figures {
    pub stage: RunStage,
    pub done: u64,
    pub total: u64,
    pub failed: u64,
}

impl Live {
    fn runs(&self) -> MutexGuard<'_, HashMap<RunId, Arc<Task>>> {
        self.runs.lock().expect("nothing panics while holding it")
    }

    fn stop(&self, run: RunId) {
        if let Some(task) = self.runs().remove(&run) {
            task.cancel.cancel();
        }
    }

    fn figures(&self, run: RunId) -> Option<Figures> {
        self.runs().get(&run).map(|task| task.figures())
    }
}

impl Task {
    fn lock(&self) -> MutexGuard<'_, Figures> {
        self.figures.lock().expect("nothing panics while holding it")
    }

    fn figures(&self) -> Figures {
        *self.lock()
    }

    /// Changes the figures.
    pub fn tell(&self, change: impl FnOnce(&mut Figures)) {
        change(&mut self.lock());
    }
}

/// Begins to read, or finds the run with the same key.
pub(in crate::daemon) async fn start(
    engine: &Engine,
    _: Caller,
    new: NewRun,
) -> Answer<RunStarted> {
    if new.list == DiscogsList::Inventory && new.depth > Depth::List {
        let error = ErrorBody::new(ErrorCode::BadParameters);
        return Err(error.with("detail", "an inventory has no details of its own"));
    }
    let (id, existing) = engine.library.start_discogs_run(&new).await?;
    let row = engine.library.discogs_run(id).await?;
    if row.state == RunState::Running {
        carry_out(engine, &row);
    }
    Ok(RunStarted { run: view(engine, row).await?, existing })
}

/// What reading would take.
pub(in crate::daemon) async fn estimate(
    engine: &Engine,
    _: Caller,
    new: NewRun,
) -> Answer<Estimate> {
    let account = find(engine, new.account).await?;
    let mut estimate = Estimate::default();
    let scope = scope(&new);
    for kind in kinds(new.depth, account.signed_by) {
        let since = now() - i64::from(new.max_age_days) * DAY;
        let (all, missing) = engine.library.discogs_coverage(kind, &scope, since).await?;
        estimate.releases = all;
        estimate.requests += missing;
        if kind == AnswerKind::Release {
            estimate.from_cache = all - missing;
        }
    }
    if !new.keep_list {
        let entries = engine.library.discogs_list(new.account, new.list).await?.entries;
        // The folders, the fields, and at least one page.
        estimate.requests += entries.div_ceil(100).max(1) + 2;
    }
    estimate.seconds = engine.downloader.time_for(&api()?, estimate.requests).as_secs();
    Ok(estimate)
}

/// The newest runs.
pub(in crate::daemon) async fn list(engine: &Engine, _: Caller, _: Nothing) -> Answer<Runs> {
    let mut runs = Vec::new();
    for row in engine.library.discogs_runs(TOLD).await? {
        runs.push(view(engine, row).await?);
    }
    Ok(Runs { runs })
}

/// Stops a run; what it has read stays.
pub(in crate::daemon) async fn pause(engine: &Engine, _: Caller, of: OfRun) -> Answer<Nothing> {
    set(engine, of.run, RunState::Paused).await
}

/// Gives a run up; what it has read stays.
pub(in crate::daemon) async fn cancel(engine: &Engine, _: Caller, of: OfRun) -> Answer<Nothing> {
    set(engine, of.run, RunState::Cancelled).await
}

/// Goes on with a run.
pub(in crate::daemon) async fn resume(engine: &Engine, _: Caller, of: OfRun) -> Answer<Nothing> {
    set(engine, of.run, RunState::Running).await?;
    let row = engine.library.discogs_run(of.run).await?;
    if row.state == RunState::Running {
        carry_out(engine, &row);
    }
    Ok(Nothing {})
}

async fn set(engine: &Engine, run: RunId, state: RunState) -> Answer<Nothing> {
    engine.library.discogs_run(run).await?;
    engine.library.set_discogs_run(run, state, None).await?;
    engine.discogs.stop(run);
    Ok(Nothing {})
}

/// Goes on with what the last life of the daemon had begun.
pub(in crate::daemon) async fn resume_all(engine: &Engine) {
    match engine.library.unfinished_discogs_runs().await {
        Ok(rows) => rows
            .iter()
            .filter(|row| matches!(row.state, RunState::Running | RunState::Waiting))
            .for_each(|row| carry_out(engine, row)),
        Err(error) => tracing::error!(%error, "unfinished runs could not be read"),
    }
}

/// A fresh token has come: what waited for it goes on.
pub(super) async fn signed_in(engine: &Engine, account: DiscogsAccountId) -> Answer<()> {
    for row in engine.library.unfinished_discogs_runs().await? {
        if row.request.account == account && row.state == RunState::NeedsYou {
            engine.library.set_discogs_run(row.id, RunState::Running, None).await?;
            carry_out(engine, &row);
        }
    }
    Ok(())
}

/// Ends every run of an account that is forgotten.
pub(super) async fn stop_all_of(engine: &Engine, account: DiscogsAccountId) -> Answer<()> {
    for row in engine.library.unfinished_discogs_runs().await? {
        if row.request.account == account {
            set(engine, row.id, RunState::Cancelled).await?;
        }
    }
    Ok(())
}

/// The cache in figures.
pub(in crate::daemon) async fn cache(
    engine: &Engine,
    _: Caller,
    _: Nothing,
) -> Answer<CacheFigures> {
    Ok(engine.library.discogs_cache().await?)
}

/// Forgets old answers.
pub(in crate::daemon) async fn purge(
    engine: &Engine,
    _: Caller,
    wish: PurgeCache,
) -> Answer<CachePurged> {
    // Of this very second, too, when all are meant.
    let before = match wish.older_than_days {
        0 => i64::MAX,
        days => now() - i64::from(days) * DAY,
    };
    Ok(CachePurged { answers: engine.library.purge_discogs_answers(before).await? })
}

/// What is asked about each release, in order.
pub(super) fn kinds(depth: Depth, signed_by: SignedBy) -> Vec<AnswerKind> {
    match depth {
        Depth::List => vec![],
        Depth::Details => vec![AnswerKind::Release],
        // Suggestions are for people who are signed in.
        Depth::Prices if signed_by == SignedBy::Nobody => {
            vec![AnswerKind::Release, AnswerKind::Stats]
        }
        Depth::Prices => vec![AnswerKind::Release, AnswerKind::Stats, AnswerKind::Suggestions],
    }
}

/// The entries that a run looks at.
pub(super) fn scope(new: &NewRun) -> Scope {
    // 0 is the folder of all.
    let folders = if new.folders.contains(&0) { Vec::new() } else { new.folders.clone() };
    Scope { account: new.account, list: new.list, folders }
}

fn carry_out(engine: &Engine, row: &RunRow) {
    let cancel = engine.stopping.child_token();
    let task = Arc::new(Task { cancel, figures: Mutex::default() });
    let before = engine.discogs.runs().insert(row.id, task.clone());
    if let Some(before) = before {
        before.cancel.cancel();
    }
    let (engine, id) = (engine.clone(), row.id);
    engine.clone().spawn(async move {
        let mut wait = FIRST_WAIT;
        while let Some(again_after) = attempt(&engine, id, &task, wait).await {
            wait = (wait * 2).min(LONGEST_WAIT);
            tokio::select! {
                () = tokio::time::sleep(again_after) => {}
                () = task.cancel.cancelled() => return,
            }
        }
        let mut runs = engine.discogs.runs();
        if runs.get(&id).is_some_and(|known| Arc::ptr_eq(known, &task)) {
            runs.remove(&id);
        }
    });
}

/// Carries a run out as far as it goes. Returns how long to wait before it is tried again, if it is.
async fn attempt(engine: &Engine, id: RunId, task: &Task, wait: Duration) -> Option<Duration> {
    let ended = match engine.library.discogs_run(id).await {
        Ok(row) => Reading::new(engine, row, task).carry_out().await,
        Err(error) => Err(Stop::Failed(error.into())),
    };
    let (state, reason, again) = match ended {
        Ok(()) => (RunState::Finished, None, None),
        // Whoever stopped it has said where it stands; at the daemon's end it goes on running.
        Err(Stop::Cancelled) => return None,
        Err(Stop::Failed(error)) => {
            let (state, again) = match error.class() {
                ErrorClass::NeedsUser => (RunState::NeedsYou, None),
                ErrorClass::Temporary => (RunState::Waiting, Some(wait)),
                ErrorClass::Permanent if error.code == ErrorCode::Withdrawn => return None,
                ErrorClass::Permanent => (RunState::Failed, None),
            };
            (state, Some(error), again)
        }
    };
    if task.cancel.is_cancelled() {
        return None;
    }
    if let Err(error) = engine.library.set_discogs_run(id, state, reason.as_ref()).await {
        tracing::error!(%error, run = id.0, "where a run stands could not be noted");
    }
    again
}

async fn view(engine: &Engine, row: RunRow) -> Answer<Run> {
    let figures = engine.discogs.figures(row.id).unwrap_or_default();
    let left = figures.total.saturating_sub(figures.done);
    let requests = if figures.stage == RunStage::List { left.div_ceil(100) } else { left };
    let seconds_left = match row.state.is_over() {
        true => 0,
        false => engine.downloader.time_for(&api()?, requests).as_secs(),
    };
    Ok(Run {
        id: row.id,
        account: row.request.account,
        list: row.request.list,
        depth: row.request.depth,
        state: row.state,
        stage: figures.stage,
        reason: row.reason,
        done: figures.done,
        total: figures.total,
        failed: figures.failed,
        seconds_left,
        created_at: row.created_at,
    })
}
