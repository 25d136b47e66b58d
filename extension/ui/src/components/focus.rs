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
        let nowhere = document().active_element().is_none_or(|now| now.tag_name() == "BODY");
        if let Some(element) = focused
            && nowhere
            && element.is_connected()
        {
            // What cannot take the focus leaves it where it is.
            let _ = element.unchecked_into::<web_sys::HtmlElement>().focus();
        }
    });
}
