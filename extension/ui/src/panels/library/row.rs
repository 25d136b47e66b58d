//! One row of the library. Space on it plays.

use super::Library;
use crate::catalogue::tf;
use crate::clock::date;
use crate::components::button::LiveButton;
use crate::components::icon::Icon;
use crate::components::live::{live, live_view, on};
use crate::state::Derived;
use crate::words;
use leptos::prelude::*;
use protocol::shelf::LibraryItem;

/// Pixels, as in `styles/library.css`.
pub const ROW_HEIGHT: u64 = 56;

/// The inside of the row at `index`. What can have the focus stays when the rest changes.
pub fn row(library: Library, index: u64, focused: Derived<bool>) -> AnyView {
    let list = library.list;
    let item = Derived::new(move || list.rows.with(|rows| rows.get(index).cloned()));
    let id = Derived::new(move || item.with(|item| item.as_ref().map(|item| item.id)));
    let title = Derived::new(move || {
        item.with(|item| item.as_ref().map(words::library_title)).unwrap_or_default()
    });
    let name = move |key: &'static str| move || tf(key, &[("title", &title.get())]);
    let tabindex = move || live(move || if focused.get() { "0" } else { "-1" });
    let unknown = move || id.get().is_none();

    let player = library.page.player;
    let is_here = Derived::new(move || id.get().is_some_and(|id| player.is_at(id)));
    let sounds = Derived::new(move || is_here.get() && player.playing.get());
    let play_name = move || {
        let key = if sounds.get() { "pause_title" } else { "play_title" };
        tf(key, &[("title", &title.get())])
    };
    let favorite =
        Derived::new(move || item.with(|item| item.as_ref().is_some_and(|i| i.favorite)));
    let ticked = move || id.get().is_some_and(|id| list.selected.with(|all| all.contains(id)));
    let tick = on(move |_| {
        if let Some(id) = id.get_untracked() {
            list.selected.update(|selected| selected.toggle(id));
        }
    });
    let open = on(move |_| library.opened.set(id.get_untracked()));
    let reached = move || live(move || focused.get());
    let picture = move || if sounds.get() { Icon::Pause } else { Icon::Play };
    let play = LiveButton {
        current: live(move || is_here.get()),
        reached: reached(),
        ..LiveButton::new("quiet compact row-focus", picture, play_name, move || {
            if let Some(id) = id.get_untracked() {
                library.play(id);
            }
        })
    };
    let star = LiveButton {
        pressed: live(move || Some(favorite.get())),
        reached: reached(),
        ..LiveButton::new(
            "quiet compact star",
            || Icon::Star,
            name("favorite_title"),
            move || {
                if let Some(id) = id.get_untracked() {
                    library.mark(vec![id], !favorite.get_untracked());
                }
            },
        )
    };
    let maker = move || item.with(|item| item.as_ref().map(maker));
    view! {
        <input
            type="checkbox"
            class="select-box"
            aria-label=live(name("select_row"))
            tabindex=tabindex()
            prop:checked=live(ticked)
            prop:disabled=live(unknown)
            on:change=tick
        />
        {play.view()}
        {star.view()}
        <div class="grow">
            <button
                type="button"
                class="item-title cut title-button"
                aria-haspopup="dialog"
                tabindex=tabindex()
                on:click=open
            >
                {live(move || title.get())}
            </button>
            <div class="small muted cut">{live(maker)}</div>
        </div>
        {live_view(move || item.get().map(facts))}
        <div class="bone h32 track-bone" class:hidden=live(move || !unknown())></div>
    }
    .into_any()
}

/// Who made it, and where it comes from.
fn maker(item: &LibraryItem) -> String {
    let source = words::source(item.source);
    match item.artist.as_deref() {
        Some(artist) => [artist, " · ", &source].concat(),
        None => source,
    }
}

/// What does not take the focus.
fn facts(item: LibraryItem) -> AnyView {
    let length = item.duration_ms.and_then(|ms| u64::try_from(ms / 1000).ok());
    let day = date(item.deleted_at.unwrap_or(item.added_at));
    view! {
        <span class="format-tag">{words::format(item.variant)}</span>
        <span class="figures small track-figure">{length.map(words::play_time)}</span>
        <span class="figures small muted track-figure track-size">{words::bytes(item.bytes)}</span>
        <span class="figures small muted track-figure track-day">{day}</span>
    }
    .into_any()
}
