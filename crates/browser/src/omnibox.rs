//! `omnibox`: the extension's keyword in the address bar.

use crate::json::object;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = ["chrome", "omnibox"], js_name = setDefaultSuggestion, catch)]
    fn set_default_suggestion_js(suggestion: &JsValue) -> Result<JsValue, JsValue>;
}

/// Says what Enter would do. `description` is one of our own sentences: browsers read markup in it.
pub fn set_default_suggestion(description: &str) {
    // Refused, the browser shows its own line.
    let _ = set_default_suggestion_js(&object(&[("description", description.into())]));
}
