//! The large button.

use super::Popup;
use crate::catalogue::{t, tf};
use crate::components::icon::{Icon, icon};
use crate::components::live::{live, on};
use crate::state::Derived;
use crate::store::is_active;
use crate::words;
use browser::environment::sleep;
use browser::messages;
use leptos::prelude::*;
use leptos::task::spawn_local;
use protocol::Source;

/// How long the button waits for the new job to show up before it can be pressed again.
const START_MS: u32 = 5_000;

/// "Download all", with the number of songs once it is known. It grows while the list is being read.
pub fn download_button(popup: Popup) -> AnyView {
    let songs = Derived::new(move || popup.job.get().as_ref().map_or(0, |job| job.songs));
    let busy = Derived::new(move || popup.job.get().as_ref().is_some_and(is_active));
    let blocked = move || {
        busy.get()
            || popup.starting.get()
            || !popup.store.link.get().is_up()
            || popup.source.get().is_none()
            || popup.formats.get().is_empty()
            || popup.account.get().is_signed_out()
    };
    let label = move || match (popup.starting.get() && !busy.get(), songs.get()) {
        (true, _) => t("download_starting"),
        (false, 0) => t("download_all"),
        (false, n) => tf("download_all_n", &[("n", &words::number(n))]),
    };
    view! {
        <button type="button" class="button primary large figures" disabled=live(blocked) on:click=on(move |_| start(popup))>
            {icon(Icon::Download)}
            <span>{live(label)}</span>
        </button>
    }
    .into_any()
}

fn start(popup: Popup) {
    let Some(source) = popup.source.get_untracked() else { return };
    popup.starting.set(true);
    let formats = popup.formats.get_untracked();
    spawn_local(async move {
        match messages::download_all(source, formats).await {
            // The job's own event makes it visible; this only bounds the waiting.
            Ok(_) => sleep(START_MS).await,
            Err(error) => popup.store.toasts.complain(&error),
        }
        settle(popup, source);
    });
}

fn settle(popup: Popup, source: Source) {
    if popup.source.get_untracked() == Some(source) {
        popup.starting.set(false);
    }
}
