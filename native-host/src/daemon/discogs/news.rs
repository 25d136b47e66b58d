//! Telling clients what has changed: where a run stands at once, its figures and what lists hold with the next tick.

use super::runs::view;
use crate::daemon::engine::Engine;
use protocol::Event;
use protocol::discogs::RunId;
use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard};

/// What is still to be told.
#[derive(Default)]
pub(super) struct News {
    due: Mutex<Due>,
    /// Held from looking at a run until it is told about: what was seen later must not be told earlier.
    telling: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct Due {
    /// Runs whose figures have changed.
    runs: HashSet<RunId>,
    /// Accounts, lists or folders have changed.
    lists: bool,
}

impl News {
    fn due(&self) -> MutexGuard<'_, Due> {
        self.due.lock().expect("nothing panics while holding it")
    }
}

impl Engine {
    /// Clients will be told with the next tick that accounts, lists or folders are others.
    pub fn discogs_changed(&self) {
        self.discogs.news.due().lists = true;
        self.changed.notify_one();
    }

    /// Clients will be told about a run with the next tick.
    pub(super) fn run_changed(&self, run: RunId) {
        self.discogs.news.due().runs.insert(run);
        self.changed.notify_one();
    }

    /// Tells clients, if there is something to tell.
    pub async fn tell_discogs(&self) {
        let due = std::mem::take(&mut *self.discogs.news.due());
        for run in due.runs {
            tell_run(self, run).await;
        }
        if due.lists {
            self.hub.send(Event::Discogs {});
        }
    }
}

/// Tells clients how a run stands now.
pub(super) async fn tell_run(engine: &Engine, run: RunId) {
    let _turn = engine.discogs.news.telling.lock().await;
    let seen = match engine.library.discogs_run(run).await {
        Ok(row) => view(engine, row).await,
        Err(error) => Err(error.into()),
    };
    match seen {
        Ok(run) => engine.hub.send(Event::Run { run }),
        // Its account was forgotten; its end was told before.
        Err(error) => tracing::debug!(%error, run = run.0, "a run could not be told about"),
    }
}
