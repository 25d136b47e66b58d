//! Moving the focus.

use leptos::prelude::document;
use wasm_bindgen::JsCast;

/// Gives the focus to the first element that `selector` finds, if there is one that takes it.
pub fn focus(selector: &str) {
    let found = document().query_selector(selector).ok().flatten();
    if let Some(element) = found {
        // What cannot take the focus leaves it where it is.
        let _ = element.unchecked_into::<web_sys::HtmlElement>().focus();
    }
}
