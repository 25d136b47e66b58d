//! The one connection to the daemon that everything in the worker shares, and what follows from its events.
//!
//! An open connection keeps the worker alive. So it is held while somebody uses it or a job moves, and given up
//! after: the daemon goes on without it, and an alarm or a click brings the worker back.

use crate::badge::Badge;
use crate::board::{Board, Watched};
use crate::{notice, renewal, spawn, upkeep};
use browser::fields::{is_true, members, text};
use browser::storage::Area;
use browser::{HostClient, action, i18n, runtime};
use futures::lock::Mutex;
use protocol::{ErrorBody, JobId, Source};
use serde_json::Value;
use std::cell::{Cell, RefCell};
use std::ops::Deref;
use std::rc::Rc;

const WATCHED_KEY: &str = "watched";

/// What the tasks of the worker share.
#[derive(Default)]
struct Shared {
    /// Locked while connecting, so that two tasks do not connect twice.
    client: Mutex<Option<HostClient>>,
    leases: Cell<u32>,
    /// The first snapshot of this connection has come: what the board says is true.
    in_step: Cell<bool>,
    board: RefCell<Board>,
    recalled: Cell<bool>,
    /// Something went wrong that the person has not read of yet.
    has_notice: Cell<bool>,
    /// What the button shows; not known when the worker has just started.
    shown: Cell<Option<Badge>>,
}

thread_local! {
    static SHARED: Rc<Shared> = Rc::default();
}

fn shared() -> Rc<Shared> {
    SHARED.with(Rc::clone)
}

/// The use of the connection. It stays open at least until this is dropped.
pub struct Lease(HostClient);

impl Deref for Lease {
    type Target = HostClient;

    fn deref(&self) -> &HostClient {
        &self.0
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let shared = shared();
        shared.leases.set(shared.leases.get() - 1);
        shared.rest();
    }
}

/// The connection, made now if there is none.
///
/// # Errors
/// `HostMissing` and `UpgradeRequired`, as [`HostClient::connect`].
pub async fn lease() -> Result<Lease, ErrorBody> {
    let shared = shared();
    recall().await;
    let mut slot = shared.client.lock().await;
    let client = match slot.as_ref().filter(|client| client.is_connected()) {
        Some(client) => client.clone(),
        None => connect(&shared).await?,
    };
    *slot = Some(client.clone());
    shared.leases.set(shared.leases.get() + 1);
    Ok(Lease(client))
}

async fn connect(shared: &Shared) -> Result<HostClient, ErrorBody> {
    shared.in_step.set(false);
    let (client, _) = HostClient::connect(runtime::browser_family(), &runtime::version()).await?;
    client.subscribe_json(None, on_event).await?;
    Ok(client)
}

fn on_event(event: Value) {
    let name = text(&event, "event");
    // The most frequent by far, and nothing in it is for the worker.
    if matches!(name, Some("progress" | "item")) {
        return;
    }
    let shared = shared();
    let watch_changed = shared.board.borrow_mut().apply(&event);
    if watch_changed {
        spawn(note_watched());
    }
    match name {
        Some("snapshot") => {
            shared.in_step.set(true);
            spawn(upkeep::keep_up_to_date(is_true(&event["settings"], "keep_up_to_date")));
        }
        Some("settings") => {
            spawn(upkeep::keep_up_to_date(is_true(&event["settings"], "keep_up_to_date")));
        }
        Some("credential_needed") => spawn(renewal::on_needed(event)),
        _ => {}
    }
    shared.publish();
    shared.rest();
}

impl Shared {
    /// Gives the connection up when nobody needs it.
    fn rest(&self) {
        let is_needed =
            self.leases.get() > 0 || !self.in_step.get() || self.board.borrow().is_working();
        if is_needed {
            return;
        }
        // Locked: somebody is just connecting, and will come here again.
        if let Some(mut slot) = self.client.try_lock() {
            slot.take();
        }
    }

    /// Shows how things stand, if that has changed.
    fn publish(&self) {
        let badge = match self.has_notice.get() {
            true => Badge::Unsent,
            false => self.board.borrow().badge(),
        };
        if self.shown.replace(Some(badge)) != Some(badge) {
            show(badge);
        }
        spawn(upkeep::look_again(self.board.borrow().is_working()));
    }
}

fn show(badge: Badge) {
    let text = badge.text();
    action::set_badge_background_color(badge.color());
    action::set_badge_text(&text);
    let title = i18n::message(badge.title_key(), &[]).replace("{n}", &text);
    action::set_title(&if title.is_empty() { i18n::message("actionTitle", &[]) } else { title });
}

/// Takes over, once, what an earlier life of the worker watched.
async fn recall() {
    let shared = shared();
    if !shared.recalled.get() {
        let watched = Area::Local.get_value(WATCHED_KEY).await.unwrap_or_default();
        shared.board.borrow_mut().remember(members(&watched).iter().filter_map(Watched::read));
        shared.has_notice.set(notice::is_there().await);
        shared.recalled.set(true);
    }
}

async fn note_watched() {
    let watched = shared().board.borrow().watched().to_vec();
    // Lost, it costs a badge after the worker's next start, no more.
    let _ = Area::Local.set(WATCHED_KEY, &watched).await;
}

/// There is something to read for the person, or not any more.
pub fn set_notice(there: bool) {
    let shared = shared();
    shared.has_notice.set(there);
    shared.publish();
}

/// The outcome of this job is waited for.
pub async fn watch(job: JobId, source: Source) {
    recall().await;
    shared().board.borrow_mut().watch(Watched { job, source });
    note_watched().await;
}

/// True when this browser waits for the outcome of a job; with a source, of that source's.
pub async fn is_watching(source: Option<Source>) -> bool {
    recall().await;
    let shared = shared();
    let board = shared.board.borrow();
    board.watched().iter().any(|watched| source.is_none_or(|source| watched.source == source))
}

/// The person gave the job up.
pub fn is_cancelled(job: JobId) -> bool {
    shared().board.borrow().is_cancelled(job)
}

/// The person looks at the popup: the tick or "!" has done its duty.
pub async fn seen() {
    recall().await;
    notice::clear().await;
    let shared = shared();
    shared.board.borrow_mut().seen();
    note_watched().await;
    shared.publish();
}
