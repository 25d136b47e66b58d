//! One row of the library. Space on it plays.

use super::Library;
use super::thing::Thing;
use crate::clock::date;
use crate::components::live::{live, live_view};
use crate::components::virtual_list::Shape;
use crate::state::Derived;
use crate::words;
use leptos::prelude::*;
use protocol::shelf::LibraryItem;

/// As in `styles/library.css`.
pub const ROWS: Shape = Shape { look: "track", row_height: 56, tile_width: 0 };

/// The inside of the row at `index`.
pub fn row(library: Library, index: u64, focused: Derived<bool>) -> AnyView {
    let thing = Thing::at(library, index, focused);
    let known = move || thing.id.get().is_some();
    view! {
        {thing.tick()}
        {thing.play("quiet compact row-focus")}
        {thing.star()}
        {thing.words()}
        {live_view(move || thing.item.get().map(facts))}
        <div class="bone h32 track-bone" class:hidden=live(known)></div>
    }
    .into_any()
}

/// What does not take the focus.
fn facts(item: LibraryItem) -> AnyView {
    let length = item.duration_ms.and_then(|ms| u64::try_from(ms / 1000).ok());
    let day = date(item.deleted_at.unwrap_or(item.added_at));
    view! {
        <span class="format-tag">{words::rendering(&item)}</span>
        <span class="figures small track-figure">{length.map(words::play_time)}</span>
        <span class="figures small muted track-figure track-size">{words::bytes(item.bytes)}</span>
        <span class="figures small muted track-figure track-day">{day}</span>
    }
    .into_any()
}
