//! `contextMenus`: entries in the menu of the right mouse button.

use crate::json::{object, settle, to_js};
use crate::runtime::forget_last_error;
use js_sys::Promise;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = ["chrome", "contextMenus"], js_name = create, catch)]
    fn create_js(properties: &JsValue, done: &JsValue) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = ["chrome", "contextMenus"], js_name = removeAll, catch)]
    fn remove_all_js() -> Result<Promise, JsValue>;
}

/// Adds the entry `id`, shown in `contexts` (`page`, `link`, …). The browser keeps it until the extension is updated.
pub fn create(id: &str, title: &str, contexts: &[&str]) {
    let entry =
        object(&[("id", id.into()), ("title", title.into()), ("contexts", to_js(&contexts))]);
    // Fails only for an id that is there already, and then the entry is there.
    let _ = create_js(&entry, &Closure::once_into_js(forget_last_error));
}

/// Removes every entry of the extension.
pub async fn remove_all() {
    // With nothing removed, what is created next is there already.
    let _ = settle(remove_all_js()).await;
}
