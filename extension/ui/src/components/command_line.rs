//! A command to type elsewhere, with a button that copies it.

use crate::catalogue::{t, tf};
use crate::components::button::named_button;
use crate::store::Store;
use leptos::prelude::*;

/// Shows `command`.
pub fn command_line(store: Store, command: String) -> AnyView {
    let name = tf("copy_command", &[("command", &command)]);
    let copied = command.clone();
    view! {
        <div class="command">
            <code>{command}</code>
            {named_button("compact quiet", t("copy"), name, move || copy(store, &copied))}
        </div>
    }
    .into_any()
}

fn copy(store: Store, text: &str) {
    // From a click in a focused page this is always allowed.
    let _ = window().navigator().clipboard().write_text(text);
    store.toasts.say(t("copied"));
}
