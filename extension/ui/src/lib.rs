//! The extension's pages: popup, app and onboarding. Two programs are made of them (`programs/`): one of the full page, and
//! a smaller one of the two others.
//!
//! `<body data-page="…">` names the page. Each page opens its own connection to the host ([`link`]), keeps a mirror
//! of what the daemon tells ([`store`]) and gives commands ([`actions`]). Nothing is decided here and nothing is
//! lost when a page closes: the daemon has the queue, the worker has the listing.

mod actions;
mod app;
mod catalogue;
mod clock;
mod components;
mod event_json;
mod language;
mod link;
mod memo;
mod onboarding;
mod panels;
mod player;
mod popup;
mod route;
mod sign_in;
mod sites;
mod state;
mod store;
mod template;
mod words;

use leptos::mount::mount_to;
use leptos::prelude::*;
use store::{Link, Store};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;

/// Shows the full page.
pub fn show_app() {
    spawn_local(show(app::app));
}

/// Shows the popup or the onboarding, whichever of them the body names.
pub fn show_small() {
    let page = document().body().and_then(|body| body.get_attribute("data-page"));
    match page.as_deref() {
        Some("onboarding") => spawn_local(show(onboarding::onboarding)),
        _ => spawn_local(show(popup::popup)),
    }
}

/// Puts the page in the place of its skeleton.
async fn show(draw: fn(Store) -> AnyView) {
    language::speak().await;
    let Some(root) = document().get_element_by_id("root") else { return };
    root.set_inner_html("");
    mount_to(root.unchecked_into(), move || {
        let store = Store::new();
        connect(store);
        draw(store)
    })
    .forget();
}

/// Connects now, and looks again when the person comes back to a page that had no host: it may be installed by then.
fn connect(store: Store) {
    link::connect(store);
    let back = window_event_listener(leptos::ev::focus, move |_| {
        if matches!(store.link.get_untracked(), Link::Missing(_)) {
            link::connect(store);
        }
    });
    on_cleanup(move || back.remove());
}
