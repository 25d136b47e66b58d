//! A list of any length of which only the rows in sight exist; with tiles, as many in a row as there is room for.
//!
//! Rows have one height, so the row at a scroll position follows by division. Arrow keys, Page Up and Down, Home
//! and End move the focus from row to row and from tile to tile, also to those that do not exist yet.

use crate::components::focus::focus;
use crate::components::live::{each, follow, live, on};
use crate::state::{Derived, State};
use leptos::ev::KeyboardEvent;
use leptos::html::Div;
use leptos::prelude::*;
use std::ops::Range;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;

/// Pixels drawn beyond each edge in whole rows, so that scrolling shows no gap.
const MARGIN: u64 = 544;

/// How the entries of a list are laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Classes of an entry beside `item`.
    pub look: &'static str,
    /// Pixels.
    pub row_height: u64,
    /// The least width of a tile in pixels; 0 for one entry in a row.
    pub tile_width: u64,
}

/// What a list is made of.
pub struct VirtualList {
    /// The accessible name.
    pub label: String,
    /// How it is laid out.
    pub shape: Shape,
    /// How many entries there are.
    pub count: Derived<u64>,
    /// Told which entries are about to be seen.
    pub on_window: Box<dyn Fn(Range<u64>)>,
    /// Draws the inside of the entry of an index. Its element of class `row-focus` takes the entry's focus; the
    /// signal says whether the entry is the one that Tab reaches.
    pub row: Box<dyn Fn(u64, Derived<bool>) -> AnyView + Send + Sync>,
}

/// How many tiles of at least `tile_width` pixels have room side by side in `width`.
pub fn columns_in(width: u64, tile_width: u64) -> u64 {
    width.checked_div(tile_width).unwrap_or(1).max(1)
}

/// The entries that `height` pixels show from `top` on, with a margin of rows, of `count` in `columns`.
pub fn in_sight(top: u64, height: u64, row_height: u64, columns: u64, count: u64) -> Range<u64> {
    let margin = MARGIN.div_ceil(row_height);
    let first = (top / row_height).saturating_sub(margin) * columns;
    let last = ((top + height).div_ceil(row_height) + margin) * columns;
    first.min(count)..last.min(count)
}

/// Where the focus goes from entry `at` with `key`.
pub fn next_focus(key: &str, at: u64, rows_per_page: u64, columns: u64, count: u64) -> Option<u64> {
    let last = count.checked_sub(1)?;
    let page = rows_per_page.max(1) * columns;
    let next = match key {
        "ArrowDown" => at + columns,
        "ArrowUp" => at.checked_sub(columns).unwrap_or(if columns > 1 { at } else { 0 }),
        "ArrowRight" if columns > 1 => at + 1,
        "ArrowLeft" if columns > 1 => at.saturating_sub(1),
        "PageDown" => at + page,
        "PageUp" => at.checked_sub(page).unwrap_or(at % columns),
        "Home" => 0,
        "End" => last,
        _ => return None,
    };
    Some(next.min(last))
}

/// Where to scroll so that row `at` is seen whole; `None` when it is.
pub fn scroll_to_show(at: u64, row_height: u64, top: u64, height: u64) -> Option<u64> {
    let (row_top, row_end) = (at * row_height, (at + 1) * row_height);
    if row_top < top {
        Some(row_top)
    } else if row_end > top + height {
        Some(row_end.saturating_sub(height))
    } else {
        None
    }
}

/// Draws the list.
pub fn virtual_list(list: VirtualList) -> AnyView {
    let VirtualList { label, shape, count, on_window, row } = list;
    let Shape { look, row_height, tile_width } = shape;
    let node = NodeRef::<Div>::new();
    let top = State::new(0_u64);
    let height = State::new(800_u64);
    let width = State::new(800_u64);
    let focused = State::new(0_u64);

    let measure = move || {
        if let Some(node) = node.get_untracked() {
            top.set(node.scroll_top().max(0) as u64);
            height.set(node.client_height().max(0) as u64);
            width.set(node.client_width().max(0) as u64);
        }
    };
    watch_size(node, measure);

    let columns = Derived::new(move || columns_in(width.get(), tile_width));
    let window = Derived::new(move || {
        in_sight(top.get(), height.get(), row_height, columns.get(), count.get())
    });
    follow(move || on_window(window.get()));

    let keydown = move |event: KeyboardEvent| {
        let (Some(node), count) = (node.get_untracked(), count.get_untracked()) else { return };
        let (top, height) = (top.get_untracked(), height.get_untracked());
        let (at, columns) = (focused.get_untracked(), columns.get_untracked());
        let Some(next) = next_focus(&event.key(), at, height / row_height, columns, count) else {
            return;
        };
        event.prevent_default();
        if let Some(position) = scroll_to_show(next / columns, row_height, top, height) {
            node.set_scroll_top(position as i32);
            measure();
        }
        focused.set(next);
        // The row may come into being only now; it is there in the next frame.
        request_animation_frame(move || focus(&format!("#{} .row-focus", row_id(next))));
    };

    let draw = move |index: u64| {
        let is_focused = Derived::new(move || focused.get() == index);
        view! {
            <div
                class=["item ", look].concat()
                role="listitem"
                id=row_id(index)
                aria-posinset=(index + 1).to_string()
                aria-setsize=live(move || count.get().to_string())
                style=live(move || place_of(index, row_height, columns.get()))
                on:focusin=on(move |_| focused.set(index))
            >
                {row(index, is_focused)}
            </div>
        }
        .into_any()
    };
    view! {
        <div class="list" node_ref=node tabindex="-1" on:scroll=on(move |_| measure()) on:keydown=on(keydown)>
            <div
                class="list-space"
                role="list"
                aria-label=label
                style:height=live(move || {
                    format!("{}px", count.get().div_ceil(columns.get()) * row_height)
                })
            >
                {each(move || window.get().collect(), draw)}
            </div>
        </div>
    }
    .into_any()
}

/// Where the entry of `index` is, as CSS.
fn place_of(index: u64, row_height: u64, columns: u64) -> String {
    let top = index / columns * row_height;
    if columns == 1 {
        return format!("top: {top}px");
    }
    let (column, width) = (index % columns, 100.0 / columns as f64);
    format!("top: {top}px; left: {:.4}%; width: {width:.4}%", column as f64 * width)
}

/// Shows the page's list from its first row.
pub fn scroll_to_start() {
    if let Ok(Some(list)) = document().query_selector(".list") {
        list.set_scroll_top(0);
    }
}

/// Calls `measure` when the element has its size for the first time and whenever that changes.
fn watch_size(node: NodeRef<Div>, measure: impl Fn() + 'static) {
    let resized = Closure::<dyn Fn()>::new(measure);
    let Ok(observer) = web_sys::ResizeObserver::new(resized.as_ref().unchecked_ref()) else {
        return;
    };
    // The observer calls the closure, so both live until the list goes.
    let kept = StoredValue::new_local((observer, resized));
    follow(move || {
        if let Some(node) = node.get() {
            kept.with_value(|(observer, _)| observer.observe(&node));
        }
    });
    on_cleanup(move || {
        kept.try_with_value(|(observer, _)| observer.disconnect());
    });
}

fn row_id(index: u64) -> String {
    format!("row-{index}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_rows_in_sight_and_a_margin_are_drawn() {
        assert_eq!(in_sight(0, 680, 68, 1, 50_000), 0..18);
        assert_eq!(in_sight(68 * 1_000, 680, 68, 1, 50_000), 992..1_018);
        assert_eq!(in_sight(68 * 49_990, 680, 68, 1, 50_000), 49_982..50_000);
    }

    #[test]
    fn of_tiles_whole_rows_are_drawn() {
        assert_eq!((columns_in(1_000, 180), columns_in(90, 180), columns_in(1_000, 0)), (5, 1, 1));
        assert_eq!(in_sight(0, 400, 200, 5, 50_000), 0..25);
        assert_eq!(in_sight(200 * 100, 400, 200, 5, 50_000), 485..525);
        assert_eq!(in_sight(0, 400, 200, 5, 7), 0..7);
        assert_eq!(place_of(7, 200, 5), "top: 200px; left: 40.0000%; width: 20.0000%");
    }

    #[test]
    fn a_list_that_became_shorter_than_the_scroll_position_is_empty_not_wrong() {
        assert_eq!(in_sight(68 * 1_000, 680, 68, 1, 3), 3..3);
        assert_eq!(in_sight(0, 680, 68, 1, 0), 0..0);
    }

    #[test]
    fn keys_move_the_focus_and_stay_inside() {
        assert_eq!(next_focus("ArrowDown", 9, 5, 1, 10), Some(9));
        assert_eq!(next_focus("ArrowUp", 0, 5, 1, 10), Some(0));
        assert_eq!(next_focus("PageDown", 2, 5, 1, 10), Some(7));
        assert_eq!(next_focus("PageUp", 2, 5, 1, 10), Some(0));
        assert_eq!(next_focus("End", 2, 5, 1, 10), Some(9));
        assert_eq!(next_focus("ArrowDown", 0, 5, 1, 0), None);
        assert_eq!(next_focus("ArrowRight", 0, 5, 1, 10), None);
        assert_eq!(next_focus("a", 0, 5, 1, 10), None);
    }

    #[test]
    fn among_tiles_the_focus_moves_both_ways() {
        let from_6 = |key: &str| next_focus(key, 6, 2, 4, 30);
        assert_eq!([from_6("ArrowDown"), from_6("ArrowUp")], [Some(10), Some(2)]);
        assert_eq!([from_6("ArrowRight"), from_6("ArrowLeft")], [Some(7), Some(5)]);
        assert_eq!([from_6("PageDown"), from_6("PageUp")], [Some(14), Some(2)]);
        assert_eq!(next_focus("ArrowUp", 2, 2, 4, 30), Some(2));
        assert_eq!(next_focus("ArrowDown", 28, 2, 4, 30), Some(29));
    }

    #[test]
    fn scrolling_goes_no_further_than_needed() {
        assert_eq!(scroll_to_show(3, 68, 0, 680), None);
        assert_eq!(scroll_to_show(10, 68, 0, 680), Some(68));
        assert_eq!(scroll_to_show(1, 68, 680, 680), Some(68));
    }
}
