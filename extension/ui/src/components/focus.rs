//! Moving the focus.

use leptos::prelude::{document, request_animation_frame};
use wasm_bindgen::JsCast;

/// Gives the focus to the first element that `selector` finds, if there is one that takes it.
pub fn focus(selector: &str) {
    let found = document().query_selector(selector).ok().flatten();
    if let Some(element) = found {
        // What cannot take the focus leaves it where it is.
        let _ = element.unchecked_into::<web_sys::HtmlElement>().focus();
    }
}

/// Makes a change that may move elements about: what loses the focus by that has it again, if it is still there.
pub fn keep_focus(change: impl FnOnce()) {
    let focused = document().active_element();
    change();
    // Views follow before the next frame.
    request_animation_frame(move || {
        if let Some(element) = focused
            && is_nowhere()
            && element.is_connected()
        {
            // What cannot take the focus leaves it where it is.
            let _ = element.unchecked_into::<web_sys::HtmlElement>().focus();
        }
    });
}

/// Once views have followed, gives the focus to the first that one of `selectors` finds, in their order.
pub fn lead_focus(selectors: &[&str]) {
    soon(selectors, || true);
}

/// As [`lead_focus`], if nothing has it then: after something is closed that had it.
pub fn catch_focus(selectors: &[&str]) {
    soon(selectors, is_nowhere);
}

/// As [`lead_focus`], if what has it now is taken away by a change that is being made.
pub fn pass_focus(selectors: &[&str]) {
    let focused = document().active_element();
    soon(selectors, move || is_nowhere() && focused.is_some_and(|element| !element.is_connected()));
}

fn soon(selectors: &[&str], is_wanted: impl FnOnce() -> bool + 'static) {
    let selectors: Vec<String> = selectors.iter().map(|&selector| selector.to_owned()).collect();
    // In the first frame a dialog may open, which takes it.
    request_animation_frame(|| {
        request_animation_frame(move || {
            let found = |selector: &String| document().query_selector(selector).ok().flatten();
            if is_wanted()
                && let Some(element) = selectors.iter().find_map(found)
            {
                // What cannot take the focus leaves it where it is.
                let _ = element.unchecked_into::<web_sys::HtmlElement>().focus();
            }
        });
    });
}

fn is_nowhere() -> bool {
    document().active_element().is_none_or(|now| now.tag_name() == "BODY")
}
