//! Short texts that a page keeps from one visit to the next, in `localStorage`: what may be lost without harm.

use leptos::prelude::window;

/// What was kept under a name; empty where nothing was, or where the browser keeps nothing.
pub fn kept(name: &str) -> String {
    let storage = window().local_storage().ok().flatten();
    let kept = storage.and_then(|storage| storage.get_item(name).ok().flatten());
    kept.unwrap_or_default()
}

/// Keeps a text under a name.
pub fn keep(name: &str, text: &str) {
    if let Ok(Some(storage)) = window().local_storage() {
        // Without room the next visit begins with what was kept before.
        let _ = storage.set_item(name, text);
    }
}
