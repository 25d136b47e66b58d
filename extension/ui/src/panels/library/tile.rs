//! One thing of the library with its cover, among others side by side.

use super::Library;
use super::thing::Thing;
use crate::components::icon::{Icon, icon};
use crate::components::live::{follow, live_view, on};
use crate::components::virtual_list::Shape;
use crate::state::{Derived, State};
use crate::words;
use browser::environment::sleep;
use leptos::prelude::*;
use leptos::task::spawn_local;
use protocol::LibraryItemId;

/// As in `styles/tiles.css`.
pub const TILES: Shape = Shape { look: "tile", row_height: 236, tile_width: 184 };

/// A cover is fetched once its tile was in sight for so long: not while the list is scrolled past.
const SETTLED_MS: u32 = 120;

/// The inside of the tile at `index`.
pub fn tile(library: Library, index: u64, focused: Derived<bool>) -> AnyView {
    let thing = Thing::at(library, index, focused);
    let cover = State::new(String::new());
    follow(move || {
        cover.set(String::new());
        if let (Some(id), Some(covers)) = (thing.id.get(), library.covers.get()) {
            show_when_settled(cover, thing.id, covers.of(id));
        }
    });
    let length = move || {
        let ms = thing.item.with(|item| item.as_ref().and_then(|item| item.duration_ms));
        let seconds = ms.and_then(|ms| u64::try_from(ms / 1000).ok())?;
        Some(view! { <span class="tile-length figures small">{words::play_time(seconds)}</span> })
    };
    view! {
        <div class="tile-cover">
            {live_view(move || picture(thing, cover))} {thing.tick()} {thing.star()}
            {live_view(length)} {thing.play("primary round row-focus")}
        </div>
        {thing.words()}
    }
    .into_any()
}

/// The cover, or what stands for it where there is none or it does not come.
fn picture(thing: Thing, cover: State<String>) -> AnyView {
    let address = cover.get();
    match address.is_empty() {
        true => icon(if thing.is_video() { Icon::Video } else { Icon::Music }),
        false => {
            let gone = on(move |_| cover.set(String::new()));
            view! { <img src=address alt="" loading="lazy" draggable="false" on:error=gone /> }
                .into_any()
        }
    }
}

fn show_when_settled(cover: State<String>, shown: Derived<Option<LibraryItemId>>, address: String) {
    let id = shown.get_untracked();
    spawn_local(async move {
        sleep(SETTLED_MS).await;
        if !cover.is_gone() && shown.get_untracked() == id {
            cover.set(address);
        }
    });
}
