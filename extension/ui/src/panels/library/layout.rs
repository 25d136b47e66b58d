//! List or tiles: what the person chose, remembered in `localStorage`.

use super::Library;
use super::row::{ROWS, row};
use super::tile::{TILES, tile};
use crate::catalogue::t;
use crate::components::button::LiveButton;
use crate::components::icon::Icon;
use crate::components::live::{live, live_view};
use crate::memo;
use crate::state::State;
use leptos::prelude::*;

/// The record's name, and what it says when tiles are shown.
const KEY: &str = "library_layout";
const AS_TILES: &str = "tiles";

/// Whether tiles were chosen at the last visit.
pub fn remembered() -> bool {
    memo::kept(KEY) == AS_TILES
}

fn choose(tiles: State<bool>, as_tiles: bool) {
    if tiles.get_untracked() == as_tiles {
        return;
    }
    tiles.set(as_tiles);
    memo::keep(KEY, if as_tiles { AS_TILES } else { "list" });
}

/// The two buttons.
pub fn buttons(tiles: State<bool>) -> AnyView {
    let one = |picture: Icon, name: &'static str, as_tiles: bool| {
        let button = LiveButton {
            pressed: live(move || Some(tiles.get() == as_tiles)),
            ..LiveButton::new(
                "quiet compact toggle",
                move || picture,
                move || t(name),
                move || choose(tiles, as_tiles),
            )
        };
        button.view()
    };
    view! {
        <div class="row layout" role="group" aria-label=t("layout_label")>
            {one(Icon::List, "layout_list", false)} {one(Icon::Grid, "layout_tiles", true)}
        </div>
    }
    .into_any()
}

/// The things, laid out as chosen.
pub fn things(library: Library) -> AnyView {
    let draw = move || {
        let label = t("library_list_label");
        match library.tiles.get() {
            true => library.list.view(label, TILES, move |at, focused| tile(library, at, focused)),
            false => library.list.view(label, ROWS, move |at, focused| row(library, at, focused)),
        }
    };
    view! { <div class="things">{live_view(draw)}</div> }.into_any()
}
