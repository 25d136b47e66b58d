//! `action`: the toolbar button's badge and tooltip.
//!
//! These calls fail only while the browser shuts down, so nobody waits for them.

use crate::json::object;
use js_sys::Promise;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = ["chrome", "action"], js_name = setBadgeText)]
    fn set_badge_text_js(details: &JsValue) -> Promise;
    #[wasm_bindgen(js_namespace = ["chrome", "action"], js_name = setBadgeBackgroundColor)]
    fn set_badge_background_color_js(details: &JsValue) -> Promise;
    #[wasm_bindgen(js_namespace = ["chrome", "action"], js_name = setTitle)]
    fn set_title_js(details: &JsValue) -> Promise;
}

/// Writes on the badge; an empty text removes it. About four characters are visible.
pub fn set_badge_text(text: &str) {
    drop(set_badge_text_js(&object(&[("text", text.into())])));
}

/// Colours the badge, as CSS would (`#1d6f42`).
pub fn set_badge_background_color(color: &str) {
    drop(set_badge_background_color_js(&object(&[("color", color.into())])));
}

/// Sets the button's tooltip, which is also its accessible name.
pub fn set_title(title: &str) {
    drop(set_title_js(&object(&[("title", title.into())])));
}
