//! `alarms`: timers that wake the worker.

use crate::json::{object, settle};
use js_sys::Promise;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = ["chrome", "alarms"], js_name = create)]
    fn create_js(name: &str, info: &JsValue) -> JsValue;
    #[wasm_bindgen(js_namespace = ["chrome", "alarms"], js_name = clear)]
    fn clear_js(name: &str) -> Promise;
    #[wasm_bindgen(js_namespace = ["chrome", "alarms"], js_name = get, catch)]
    fn get_js(name: &str) -> Result<Promise, JsValue>;
}

/// Makes sure that `name` rings every `minutes` (at least 1). One that is there already keeps its time.
pub async fn ensure(name: &str, minutes: u32) {
    let there = settle(get_js(name)).await.is_ok_and(|alarm| alarm.is_object());
    if !there {
        create_js(name, &object(&[("periodInMinutes", minutes.into())]));
    }
}

/// Stops `name`, if it is there.
pub fn clear(name: &str) {
    drop(clear_js(name));
}
