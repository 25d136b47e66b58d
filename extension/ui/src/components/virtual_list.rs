//! A list of any length of which only the rows in sight exist.
//!
//! Rows have one height, so the row at a scroll position follows by division. Arrow keys, Page Up and Down, Home
//! and End move the focus from row to row, also to rows that do not exist yet.

use crate::components::focus::focus;
use crate::components::live::{each, follow, live, on};
use crate::state::{Derived, State};
use leptos::ev::KeyboardEvent;
use leptos::html::Div;
use leptos::prelude::*;
use std::ops::Range;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;

/// Rows drawn beyond each edge, so that scrolling shows no gap.
const MARGIN: u64 = 8;

/// What a list is made of.
pub struct VirtualList {
    /// The accessible name.
    pub label: String,
    /// Classes of a row beside `item`.
    pub look: &'static str,
    /// How many rows there are.
    pub count: Derived<u64>,
    /// Pixels.
    pub row_height: u64,
    /// Told which rows are about to be seen.
    pub on_window: Box<dyn Fn(Range<u64>)>,
    /// Draws the inside of the row of an index. Its element of class `row-focus` takes the row's focus; the signal
    /// says whether the row is the one that Tab reaches.
    pub row: Box<dyn Fn(u64, Derived<bool>) -> AnyView + Send + Sync>,
}

/// The rows that `height` pixels show from `top` on, with a margin, of `count`.
pub fn rows_in_sight(top: u64, height: u64, row_height: u64, count: u64) -> Range<u64> {
    let first = (top / row_height).saturating_sub(MARGIN).min(count);
    let last = ((top + height).div_ceil(row_height) + MARGIN).min(count);
    first..last
}

/// Where the focus goes from row `at` with `key`.
pub fn next_focus(key: &str, at: u64, rows_per_page: u64, count: u64) -> Option<u64> {
    let last = count.checked_sub(1)?;
    let next = match key {
        "ArrowDown" => at + 1,
        "ArrowUp" => at.saturating_sub(1),
        "PageDown" => at + rows_per_page.max(1),
        "PageUp" => at.saturating_sub(rows_per_page.max(1)),
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
    let VirtualList { label, look, count, row_height, on_window, row } = list;
    let node = NodeRef::<Div>::new();
    let top = State::new(0_u64);
    let height = State::new(800_u64);
    let focused = State::new(0_u64);

    let measure = move || {
        if let Some(node) = node.get_untracked() {
            top.set(node.scroll_top().max(0) as u64);
            height.set(node.client_height().max(0) as u64);
        }
    };
    watch_size(node, measure);

    let window =
        Derived::new(move || rows_in_sight(top.get(), height.get(), row_height, count.get()));
    follow(move || on_window(window.get()));

    let keydown = move |event: KeyboardEvent| {
        let (Some(node), count) = (node.get_untracked(), count.get_untracked()) else { return };
        let (top, height) = (top.get_untracked(), height.get_untracked());
        let Some(next) =
            next_focus(&event.key(), focused.get_untracked(), height / row_height, count)
        else {
            return;
        };
        event.prevent_default();
        if let Some(position) = scroll_to_show(next, row_height, top, height) {
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
                style:top=format!("{}px", index * row_height)
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
                style:height=live(move || format!("{}px", count.get() * row_height))
            >
                {each(move || window.get().collect(), draw)}
            </div>
        </div>
    }
    .into_any()
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
        assert_eq!(rows_in_sight(0, 680, 68, 50_000), 0..18);
        assert_eq!(rows_in_sight(68 * 1_000, 680, 68, 50_000), 992..1_018);
        assert_eq!(rows_in_sight(68 * 49_990, 680, 68, 50_000), 49_982..50_000);
    }

    #[test]
    fn a_list_that_became_shorter_than_the_scroll_position_is_empty_not_wrong() {
        assert_eq!(rows_in_sight(68 * 1_000, 680, 68, 3), 3..3);
        assert_eq!(rows_in_sight(0, 680, 68, 0), 0..0);
    }

    #[test]
    fn keys_move_the_focus_and_stay_inside() {
        assert_eq!(next_focus("ArrowDown", 9, 5, 10), Some(9));
        assert_eq!(next_focus("ArrowUp", 0, 5, 10), Some(0));
        assert_eq!(next_focus("PageDown", 2, 5, 10), Some(7));
        assert_eq!(next_focus("End", 2, 5, 10), Some(9));
        assert_eq!(next_focus("ArrowDown", 0, 5, 0), None);
        assert_eq!(next_focus("a", 0, 5, 10), None);
    }

    #[test]
    fn scrolling_goes_no_further_than_needed() {
        assert_eq!(scroll_to_show(3, 68, 0, 680), None);
        assert_eq!(scroll_to_show(10, 68, 0, 680), Some(68));
        assert_eq!(scroll_to_show(1, 68, 680, 680), Some(68));
    }
}
