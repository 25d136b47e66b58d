//! What runs in the browser's worker: the site's session, listing, and watching over jobs.
//!
//! It holds no state of record. The browser may stop the worker at any second; the daemon has the jobs, and a
//! note in the extension's storage says which listing was under way, so that the next start goes on with it.
//!
//! | module | job |
//! |---|---|
//! | `session` | whose cookies, from which cookie store |
//! | `fetch` | the providers' transport over `fetch` |
//! | `listing`, `notes`, `batches` | "Download all": reading the list and handing it to the daemon |
//! | `sending`, `gestures` | "Send to MediaFetcher": from pages, and from menu, key and address bar |
//! | `sites` | sessions at the sites of what is sent |
//! | `notice` | what went wrong while nobody looked |
//! | `daemon`, `board` | the shared connection, and what its events say about the jobs |
//! | `badge` | the toolbar button |
//! | `renewal` | fresh credentials for jobs that wait for them |
//! | `upkeep` | alarms |
//! | `desk` | the pages' questions |
//!
//! The functions below are what `extension/worker.js` calls from its listeners. No panic hook and no floats in
//! messages: this module has to stay small, because it is compiled each time the worker wakes.

mod badge;
mod batches;
mod board;
mod daemon;
mod desk;
mod discogs;
mod fetch;
mod gestures;
mod listing;
mod notes;
mod notice;
mod renewal;
mod sending;
mod session;
mod sites;
mod upkeep;

use js_sys::Promise;
use std::future::Future;
use std::pin::Pin;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;

/// Something that is done while others wait. Boxed, so that the machinery around it is compiled once.
type Task = Pin<Box<dyn Future<Output = JsValue>>>;

/// Runs a task; the promise is for whoever wants to know when it is through.
fn run(task: Task) -> Promise {
    future_to_promise(async { Ok(task.await) })
}

/// Runs a task that nobody waits for.
fn spawn(task: impl Future<Output = ()> + 'static) {
    // The promise never rejects.
    drop(run(quiet(task)));
}

fn quiet(task: impl Future<Output = ()> + 'static) -> Task {
    Box::pin(async {
        task.await;
        JsValue::UNDEFINED
    })
}

/// Goes on with what an earlier life of the worker left. Runs once each time the worker starts.
#[wasm_bindgen(start)]
pub fn wake() {
    spawn(upkeep::go_on());
}

/// `runtime.onInstalled`: shows the first steps after installation.
#[wasm_bindgen]
pub fn on_installed(reason: String) -> Promise {
    run(quiet(upkeep::on_installed(reason)))
}

/// `alarms.onAlarm`.
#[wasm_bindgen]
pub fn on_alarm(name: String) -> Promise {
    run(quiet(upkeep::on_alarm(name)))
}

/// `runtime.onMessage`: answers a page. The answer is what [`browser::messages::pack`] makes.
#[wasm_bindgen]
pub fn handle_message(message: JsValue) -> Promise {
    run(Box::pin(desk::answer(message)))
}

/// `cookies.onChanged`.
#[wasm_bindgen]
pub fn on_cookie_changed(change: JsValue) -> Promise {
    run(quiet(renewal::on_cookie_changed(change)))
}

/// `runtime.onStartup`: the browser has started.
#[wasm_bindgen]
pub fn on_startup() -> Promise {
    run(quiet(gestures::create_menu()))
}

/// `contextMenus.onClicked`.
#[wasm_bindgen]
pub fn on_menu_clicked(info: JsValue, tab: JsValue) -> Promise {
    run(quiet(gestures::on_menu_clicked(info, tab)))
}

/// `commands.onCommand`.
#[wasm_bindgen]
pub fn on_command(name: String, tab: JsValue) -> Promise {
    run(quiet(gestures::on_command(name, tab)))
}

/// `omnibox.onInputStarted`, with an empty text, and `omnibox.onInputChanged`.
#[wasm_bindgen]
pub fn on_address_typed(input: String) {
    gestures::on_address_typed(&input);
}

/// `omnibox.onInputEntered`.
#[wasm_bindgen]
pub fn on_address_entered(input: String) -> Promise {
    run(quiet(gestures::on_address_entered(input)))
}

/// `permissions.onAdded`.
#[wasm_bindgen]
pub fn on_permissions_added(permissions: JsValue) -> Promise {
    run(quiet(sites::on_permissions_added(permissions)))
}

/// `permissions.onRemoved`.
#[wasm_bindgen]
pub fn on_permissions_removed(permissions: JsValue) -> Promise {
    run(quiet(sites::on_permissions_removed(permissions)))
}
