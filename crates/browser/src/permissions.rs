//! `permissions`: sites that the person allows later, from a button.

use crate::json::{error_of, to_js};
use protocol::ErrorBody;
use serde_json::json;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = ["chrome", "permissions"], js_name = contains, catch)]
    async fn contains_js(permissions: &JsValue) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = ["chrome", "permissions"], js_name = request, catch)]
    async fn request_js(permissions: &JsValue) -> Result<JsValue, JsValue>;
}

/// True when all of `origins` (match patterns such as `https://*.example.org/*`) are allowed.
pub async fn contains(origins: &[&str]) -> bool {
    let answer = contains_js(&to_js(&json!({ "origins": origins }))).await;
    answer.is_ok_and(|allowed| allowed.is_truthy())
}

/// Asks the person for `origins`; true when they agree. Only inside a click's handler.
///
/// # Errors
/// [`protocol::ErrorCode::Internal`] outside a click or for origins that the manifest does not name.
pub async fn request(origins: &[&str]) -> Result<bool, ErrorBody> {
    let answer = request_js(&to_js(&json!({ "origins": origins }))).await;
    answer.map(|allowed| allowed.is_truthy()).map_err(error_of)
}
