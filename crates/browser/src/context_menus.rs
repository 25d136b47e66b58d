//! `contextMenus`: entries in the menu of the right mouse button.

use crate::json::{object, to_js};
use js_sys::Promise;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = ["chrome", "contextMenus"], js_name = create, catch)]
    fn create_js(properties: &JsValue) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = ["chrome", "contextMenus"], js_name = removeAll)]
    fn remove_all_js() -> Promise;
}

/// Adds the entry `id`, shown in `contexts` (`action`, `page`, `link`, …). To be done on install.
pub fn create(id: &str, title: &str, contexts: &[&str]) {
    let entry =
        object(&[("id", id.into()), ("title", title.into()), ("contexts", to_js(&contexts))]);
    // Throws only for an id that is there already, and then the entry is there.
    let _ = create_js(&entry);
}

/// Removes every entry of the extension.
pub fn remove_all() {
    drop(remove_all_js());
}
