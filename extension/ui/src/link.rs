//! The page's own connection to the host: made when the page opens, made again when it is lost.
//!
//! Events go into the [`Store`]; questions are asked through [`ask`]. Nothing here outlives the page.

use crate::event_json::read_event;
use crate::store::{Link, Store};
use browser::environment::sleep;
use browser::{HostClient, runtime};
use leptos::task::spawn_local;
use protocol::{ErrorBody, ErrorCode, Method};
use std::cell::{Cell, RefCell};

/// The wait before the first new attempt after the connection was lost; it doubles up to [`LONGEST_WAIT_MS`].
const FIRST_WAIT_MS: u32 = 500;
const LONGEST_WAIT_MS: u32 = 30_000;

thread_local! {
    /// The one connection of this page. Dropping it closes the port.
    static CLIENT: RefCell<Option<HostClient>> = const { RefCell::new(None) };
    /// An attempt is under way.
    static CONNECTING: Cell<bool> = const { Cell::new(false) };
}

/// An idempotency key that nothing else has; `what` is for people who read the database.
pub fn new_key(what: &str) -> String {
    // 53 bits by chance: as many as the number holds.
    format!("{what}-{:x}", (js_sys::Math::random() * 2_f64.powi(53)) as u64)
}

/// Connects, unless connected or about to be.
pub fn connect(store: Store) {
    let connected =
        CLIENT.with_borrow(|client| client.as_ref().is_some_and(HostClient::is_connected));
    if connected || CONNECTING.replace(true) {
        return;
    }
    spawn_local(async move {
        if let Err(error) = open(store).await {
            store.link.set(Link::Missing(error));
        }
        CONNECTING.set(false);
    });
}

async fn open(store: Store) -> Result<(), ErrorBody> {
    let (client, welcome) =
        HostClient::connect(runtime::browser_family(), &runtime::version()).await?;
    client.on_disconnect(move |_| reconnect(store));
    // Kept before the first event comes: what an event changes on the page may ask a question at once.
    CLIENT.set(Some(client.clone()));
    let hear = move |event| {
        if let Some(event) = read_event(event) {
            store.apply(event);
        }
    };
    client.subscribe_json(None, hear).await?;
    store.link.set(Link::Up { version: welcome.host_version });
    Ok(())
}

/// Tries until it works again. Downloads do not depend on it, so there is no hurry.
fn reconnect(store: Store) {
    store.link.set(Link::Lost);
    if CONNECTING.replace(true) {
        return;
    }
    spawn_local(async move {
        let mut wait = FIRST_WAIT_MS;
        loop {
            sleep(wait).await;
            match open(store).await {
                Ok(()) => break,
                // Waiting does not change what is installed.
                Err(error) if error.code == ErrorCode::UpgradeRequired => {
                    store.link.set(Link::Missing(error));
                    break;
                }
                Err(_) => wait = (wait * 2).min(LONGEST_WAIT_MS),
            }
        }
        CONNECTING.set(false);
    });
}

/// Asks the daemon.
///
/// # Errors
/// [`ErrorCode::HostMissing`] without a connection, and what the daemon answers.
pub async fn ask<M: Method>(params: M::Params) -> Result<M::Answer, ErrorBody> {
    let client = CLIENT.with_borrow(Clone::clone);
    client.ok_or_else(|| ErrorBody::new(ErrorCode::HostMissing))?.call::<M>(params).await
}

/// Tells the daemon to do something; an error is shown as a toast, else `then` follows. What it answers is not read.
pub fn command<M: Method + 'static>(
    store: Store,
    params: M::Params,
    then: impl FnOnce() + 'static,
) {
    let then: Box<dyn FnOnce()> = Box::new(then);
    spawn_local(async move {
        let client = CLIENT.with_borrow(Clone::clone);
        let done = match client {
            Some(client) => client.ask::<M>(params).await.map(drop),
            None => Err(ErrorBody::new(ErrorCode::HostMissing)),
        };
        finish(store, done, then);
    });
}

fn finish(store: Store, done: Result<(), ErrorBody>, then: Box<dyn FnOnce()>) {
    match done {
        Ok(()) => then(),
        Err(error) => store.toasts.complain(&error),
    }
}
