//! `contextMenus`: entries in the menu of the right mouse button.

use crate::json::to_js;
use serde_json::json;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = ["chrome", "contextMenus"], js_name = create, catch)]
    fn create_js(properties: &JsValue) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = ["chrome", "contextMenus"], js_name = removeAll, catch)]
    async fn remove_all_js() -> Result<JsValue, JsValue>;
}

/// Adds the entry `id`, shown in `contexts` (`action`, `page`, `link`, …). To be done on install.
pub fn create(id: &str, title: &str, contexts: &[&str]) {
    let entry = json!({ "id": id, "title": title, "contexts": contexts });
    // Throws only for an id that is there already, and then the entry is there.
    let _ = create_js(&to_js(&entry));
}

/// Removes every entry of the extension.
pub async fn remove_all() {
    let _ = remove_all_js().await;
}
