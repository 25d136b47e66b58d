//! `permissions`: sites that the person allows later, from a button.

use crate::json::{object, settle, to_js};
use js_sys::Promise;
use protocol::ErrorBody;
use serde_json::Value;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = ["chrome", "permissions"], js_name = contains, catch)]
    fn contains_js(permissions: &JsValue) -> Result<Promise, JsValue>;
    #[wasm_bindgen(js_namespace = ["chrome", "permissions"], js_name = request, catch)]
    fn request_js(permissions: &JsValue) -> Result<Promise, JsValue>;
}

/// True when all of `origins` (match patterns such as `https://*.example.org/*`) are allowed.
pub async fn contains(origins: &[&str]) -> bool {
    settle(contains_js(&asked(origins))).await.is_ok_and(|answer| is_yes(&answer))
}

/// Asks the person for `origins`; true when they agree. Only inside a click's handler.
///
/// # Errors
/// [`protocol::ErrorCode::Internal`] outside a click or for origins that the manifest does not name.
pub async fn request(origins: &[&str]) -> Result<bool, ErrorBody> {
    settle(request_js(&asked(origins))).await.map(|answer| is_yes(&answer))
}

fn asked(origins: &[&str]) -> JsValue {
    object(&[("origins", to_js(&origins))])
}

fn is_yes(answer: &Value) -> bool {
    answer.as_bool() == Some(true)
}
