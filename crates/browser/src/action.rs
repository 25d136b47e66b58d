//! `action`: the toolbar button's badge and tooltip.
//!
//! These calls cannot fail in a way that somebody could act upon, so they tell nothing.

use crate::json::to_js;
use serde_json::json;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = ["chrome", "action"], js_name = setBadgeText, catch)]
    async fn set_badge_text_js(details: &JsValue) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = ["chrome", "action"], js_name = setBadgeBackgroundColor, catch)]
    async fn set_badge_background_color_js(details: &JsValue) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = ["chrome", "action"], js_name = setTitle, catch)]
    async fn set_title_js(details: &JsValue) -> Result<JsValue, JsValue>;
}

/// Writes on the badge; an empty text removes it. About four characters are visible.
pub async fn set_badge_text(text: &str) {
    // Fails only while the browser shuts down.
    let _ = set_badge_text_js(&to_js(&json!({ "text": text }))).await;
}

/// Colours the badge, as CSS would (`#1d6f42`).
pub async fn set_badge_background_color(color: &str) {
    let _ = set_badge_background_color_js(&to_js(&json!({ "color": color }))).await;
}

/// Sets the button's tooltip, which is also its accessible name; empty restores the manifest's.
pub async fn set_title(title: &str) {
    let _ = set_title_js(&to_js(&json!({ "title": title }))).await;
}
