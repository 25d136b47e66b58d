//! What was asked to be read: beginning, stopping, and how far it is. The rows are the library's; here are the tasks that
//! carry them out and their live figures.

use super::estimate::seconds_left;
use super::news::{News, tell_run};
use super::oauth::Attempts;
use super::read::{Reading, Stop};
use super::selection::{canonical, check_part};
use super::{Answer, DAY, now};
use crate::daemon::engine::Engine;
use crate::daemon::server::Caller;
use library::discogs::{AnswerKind, Begun, Releases, RunRow, Scope};
use protocol::discogs::*;
use protocol::method::Nothing;
use protocol::{ErrorBody, ErrorClass, ErrorCode};
use std::collections::{HashMap, HashSet};
use std::ops::RangeInclusive;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// Runs that are told about beside those that are not over.
const TOLD: u32 = 50;
/// Before the first new try of a run that cannot go on for now; it doubles up to [`LONGEST_WAIT`].
const FIRST_WAIT: Duration = Duration::from_secs(15);
const LONGEST_WAIT: Duration = Duration::from_secs(15 * 60);

/// Held by who reads a list.
type Turn = Arc<tokio::sync::Mutex<()>>;

/// The runs that are being carried out.
#[derive(Default)]
pub(in crate::daemon) struct Live {
    runs: Mutex<HashMap<RunId, Arc<Task>>>,
    lists: Mutex<HashMap<(DiscogsAccountId, DiscogsList), Turn>>,
    pub(super) news: News,
    pub(super) attempts: Attempts,
}

/// One run being carried out, over all its attempts.
pub(super) struct Task {
    pub cancel: CancellationToken,
    /// It is to be tried again now, if it waits for that.
    wake: Notify,
    figures: Mutex<RunFigures>,
    failures: Mutex<Failures>,
}

/// Releases that could not be read.
#[derive(Default)]
pub(super) struct Failures {
    /// How often asking about one has failed.
    pub tries: HashMap<i64, u32>,
    /// Those that are left out after too many.
    pub given_up: HashSet<i64>,
    /// Given up since the last answer.
    pub in_a_row: u32,
}

impl Live {
    fn runs(&self) -> MutexGuard<'_, HashMap<RunId, Arc<Task>>> {
        self.runs.lock().expect("nothing panics while holding it")
    }

    /// Ends the task of a run, if there is one, and gives how far it was.
    fn stop(&self, run: RunId) -> Option<RunFigures> {
        let task = self.runs().remove(&run)?;
        task.cancel.cancel();
        Some(task.figures())
    }

    fn wake(&self, run: RunId) {
        if let Some(task) = self.runs().get(&run) {
            task.wake.notify_one();
        }
    }

    fn figures(&self, run: RunId) -> Option<RunFigures> {
        self.runs().get(&run).map(|task| task.figures())
    }

    /// A new task for a run, unless it has one.
    fn take_on(&self, run: RunId, task: &Arc<Task>) -> bool {
        let mut runs = self.runs();
        let is_free = runs.get(&run).is_none_or(|known| known.cancel.is_cancelled());
        if is_free {
            runs.insert(run, task.clone());
        }
        is_free
    }

    /// Forgets a task that has ended, unless another has the run by now.
    fn release(&self, run: RunId, task: &Arc<Task>) {
        let mut runs = self.runs();
        if runs.get(&run).is_some_and(|known| Arc::ptr_eq(known, task)) {
            runs.remove(&run);
        }
    }

    /// Held while a list is read: a second reader would take the first one's walk away.
    pub(super) fn list(&self, account: DiscogsAccountId, list: DiscogsList) -> Turn {
        let mut lists = self.lists.lock().expect("nothing panics while holding it");
        lists.entry((account, list)).or_default().clone()
    }
}

impl Task {
    fn lock(&self) -> MutexGuard<'_, RunFigures> {
        self.figures.lock().expect("nothing panics while holding it")
    }

    pub fn figures(&self) -> RunFigures {
        *self.lock()
    }

    /// Changes the figures.
    pub fn tell(&self, change: impl FnOnce(&mut RunFigures)) {
        change(&mut self.lock());
    }

    /// What could not be read so far.
    pub fn failures(&self) -> MutexGuard<'_, Failures> {
        self.failures.lock().expect("nothing panics while holding it")
    }
}

/// Begins to read, or finds the run with the same key. What is a part of a run that is not over is read by that one, which
/// then goes on, whatever it rested for.
pub(in crate::daemon) async fn start(
    engine: &Engine,
    _: Caller,
    new: NewRun,
) -> Answer<RunStarted> {
    let new = order(engine, new).await?;
    let (id, begun) = engine.library.start_discogs_run(&new).await?;
    match begun {
        Begun::New => {
            carry_out(engine, &engine.library.discogs_run(id).await?);
            tell_run(engine, id).await;
        }
        Begun::Joined => go_on(engine, id).await?,
        Begun::Known => {}
    }
    let run = view(engine, engine.library.discogs_run(id).await?).await?;
    Ok(RunStarted { run, existing: begun != Begun::New })
}

/// An order in the form in which equal ones are equal, if it has sense.
pub(super) async fn order(engine: &Engine, mut new: NewRun) -> Answer<NewRun> {
    if new.list == DiscogsList::Inventory && new.depth > Depth::List {
        let error = ErrorBody::new(ErrorCode::BadParameters);
        return Err(error.with("detail", "an inventory has no details of its own"));
    }
    check_part(new.list, &new.folders, &new.filter)?;
    new.filter = canonical(&new.filter);
    // A list is read whole.
    if new.depth == Depth::List {
        (new.folders, new.filter) = (Vec::new(), EntryFilter::default());
    }
    new.max_age_days = Some(max_age(engine, &new).await?);
    Ok(new)
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
    engine.library.discogs_run(of.run).await?;
    go_on(engine, of.run).await?;
    Ok(Nothing {})
}

async fn set(engine: &Engine, run: RunId, state: RunState) -> Answer<Nothing> {
    let row = engine.library.discogs_run(run).await?;
    if let Some(figures) = engine.discogs.stop(run) {
        // What its task knew goes with it.
        engine.library.note_discogs_run(run, row.state, row.reason.as_ref(), &figures).await?;
    }
    engine.library.set_discogs_run(run, state).await?;
    tell_run(engine, run).await;
    Ok(Nothing {})
}

async fn go_on(engine: &Engine, run: RunId) -> Answer<()> {
    engine.library.set_discogs_run(run, RunState::Running).await?;
    carry_out(engine, &engine.library.discogs_run(run).await?);
    engine.discogs.wake(run);
    tell_run(engine, run).await;
    Ok(())
}

/// Goes on with what the last life of the daemon had begun.
pub(in crate::daemon) async fn resume_all(engine: &Engine) {
    match engine.library.unfinished_discogs_runs().await {
        Ok(rows) => rows.iter().for_each(|row| carry_out(engine, row)),
        Err(error) => tracing::error!(%error, "unfinished runs could not be read"),
    }
}

/// A fresh token has come: what waited for it goes on.
pub(super) async fn signed_in(engine: &Engine, account: DiscogsAccountId) -> Answer<()> {
    for row in engine.library.unfinished_discogs_runs().await? {
        if row.request.account == account && row.state == RunState::NeedsYou {
            go_on(engine, row.id).await?;
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

/// Days that answers serve in a run: what it says itself, or what is set.
async fn max_age(engine: &Engine, new: &NewRun) -> Answer<u32> {
    match new.max_age_days {
        Some(days) => Ok(days),
        None => Ok(engine.library.settings().await?.discogs_cache_days),
    }
}

/// When an answer must have been fetched, seconds since 1970, to serve in what was begun then. A clock that was set back
/// since makes no answer old, nor does one that was years ahead when an answer came keep it fresh for years.
pub(super) fn fresh(begun: i64, max_age_days: Option<u32>) -> RangeInclusive<i64> {
    let age = i64::from(max_age_days.unwrap_or_default()) * DAY;
    begun - age..=begun.max(now()) + DAY
}

/// The entries of these folders, or of all.
pub(super) fn scope(account: DiscogsAccountId, list: DiscogsList, folders: &[i64]) -> Scope {
    // 0 is the folder of all.
    let folders = if folders.contains(&0) { Vec::new() } else { folders.to_vec() };
    Scope { account, list, folders }
}

/// The releases that a run asks about.
pub(super) fn releases(run: &NewRun) -> Releases {
    let filter = EntryFilter { folders: run.folders.clone(), ..run.filter.clone() };
    Releases { account: run.account, list: run.list, filter }
}

/// Carries a run out that is to go on, unless somebody does already.
fn carry_out(engine: &Engine, row: &RunRow) {
    if !matches!(row.state, RunState::Running | RunState::Waiting) {
        return;
    }
    let task = Arc::new(Task {
        cancel: engine.stopping.child_token(),
        wake: Notify::new(),
        figures: Mutex::default(),
        failures: Mutex::default(),
    });
    if !engine.discogs.take_on(row.id, &task) {
        return;
    }
    let (engine, id) = (engine.clone(), row.id);
    engine.clone().spawn(async move {
        let (mut wait, mut before) = (FIRST_WAIT, task.figures());
        while attempt(&engine, id, &task).await {
            let now = task.figures();
            wait = if now == before { (wait * 2).min(LONGEST_WAIT) } else { FIRST_WAIT };
            before = now;
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                () = task.wake.notified() => {}
                () = task.cancel.cancelled() => return,
            }
        }
        engine.discogs.release(id, &task);
        // Somebody who let it go on meanwhile has found this task at work and left it at that.
        if !task.cancel.is_cancelled()
            && let Ok(row) = engine.library.discogs_run(id).await
        {
            carry_out(&engine, &row);
        }
    });
}

/// Carries a run out as far as it goes. Returns whether it is to be tried again.
async fn attempt(engine: &Engine, id: RunId, task: &Task) -> bool {
    let ended = match begin(engine, id, task).await {
        Ok(row) => Reading::new(engine, row, task).carry_out().await,
        Err(error) => Err(Stop::Failed(error)),
    };
    let stopped = match ended {
        // That it has read everything is noted already.
        Ok(()) => None,
        // Whoever stopped it has said where it stands; at the daemon's end it goes on running.
        Err(Stop::Cancelled) => return false,
        Err(Stop::Failed(_)) if task.cancel.is_cancelled() => return false,
        Err(Stop::Failed(error)) => {
            let state = match error.class() {
                ErrorClass::NeedsUser => RunState::NeedsYou,
                // Somebody else began with the same; the next attempt sees what is left.
                ErrorClass::Permanent if error.code != ErrorCode::Withdrawn => RunState::Failed,
                ErrorClass::Permanent | ErrorClass::Temporary => RunState::Waiting,
            };
            Some((state, error))
        }
    };
    let mut again = false;
    if let Some((state, reason)) = stopped {
        let figures = task.figures();
        let noted = engine.library.note_discogs_run(id, state, Some(&reason), &figures).await;
        if let Err(error) = &noted {
            tracing::error!(%error, run = id.0, "where a run stands could not be noted");
        }
        again = state == RunState::Waiting || noted.is_err();
    }
    tell_run(engine, id).await;
    // What it read is told with its end, also that releases are gone.
    engine.discogs_changed();
    again
}

/// The run, which is at work again if it was waiting.
async fn begin(engine: &Engine, id: RunId, task: &Task) -> Answer<RunRow> {
    engine.library.note_discogs_run(id, RunState::Running, None, &task.figures()).await?;
    tell_run(engine, id).await;
    Ok(engine.library.discogs_run(id).await?)
}

/// A run with its figures of now.
pub(super) async fn view(engine: &Engine, row: RunRow) -> Answer<Run> {
    let figures = engine.discogs.figures(row.id).unwrap_or(row.figures);
    let seconds_left = match row.state.is_over() {
        true => 0,
        false => seconds_left(engine, &row, &figures).await?,
    };
    Ok(Run {
        id: row.id,
        account: row.request.account,
        list: row.request.list,
        depth: row.request.depth,
        is_part: !row.request.filter.is_all() || !row.request.folders.is_empty(),
        state: row.state,
        reason: row.reason,
        figures,
        seconds_left,
        created_at: row.created_at,
    })
}
