//! `alarms`: timers that wake the worker.

use crate::json::to_js;
use serde_json::json;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = ["chrome", "alarms"], js_name = create, catch)]
    async fn create_js(name: &str, info: &JsValue) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = ["chrome", "alarms"], js_name = clear, catch)]
    async fn clear_js(name: &str) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = ["chrome", "alarms"], js_name = get, catch)]
    async fn get_js(name: &str) -> Result<JsValue, JsValue>;
}

/// Makes sure that `name` rings every `minutes` (at least 1). One that is there already keeps its time.
pub async fn ensure(name: &str, minutes: u32) {
    let there = get_js(name).await.is_ok_and(|alarm| alarm.is_object());
    if !there {
        // Refused only for wrong parameters.
        let _ = create_js(name, &to_js(&json!({ "periodInMinutes": minutes }))).await;
    }
}

/// Stops `name`, if it is there.
pub async fn clear(name: &str) {
    let _ = clear_js(name).await;
}
