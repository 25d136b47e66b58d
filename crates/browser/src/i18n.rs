//! `i18n`: the words of the catalogue (`_locales`) in the browser's language.

use crate::json::to_js;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = ["chrome", "i18n"], js_name = getMessage)]
    fn get_message(key: &str, substitutions: &JsValue) -> JsValue;
    #[wasm_bindgen(js_namespace = ["chrome", "i18n"], js_name = getUILanguage)]
    fn get_ui_language() -> String;
}

/// The sentence under `key` with `$1`… replaced, or an empty text when the catalogue has none.
pub fn message(key: &str, substitutions: &[&str]) -> String {
    get_message(key, &to_js(&substitutions)).as_string().unwrap_or_default()
}

/// The browser's language, such as `fr` or `en-GB`.
pub fn ui_language() -> String {
    get_ui_language()
}
