//! `permissions`: sites that the person allows later, from a button.

use crate::fields::list;
use crate::json::{object, settle, to_js};
use js_sys::Promise;
use protocol::ErrorBody;
use serde_json::Value;
use std::future::Future;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = ["chrome", "permissions"], js_name = getAll, catch)]
    fn get_all_js() -> Result<Promise, JsValue>;
    #[wasm_bindgen(js_namespace = ["chrome", "permissions"], js_name = request, catch)]
    fn request_js(permissions: &JsValue) -> Result<Promise, JsValue>;
    #[wasm_bindgen(js_namespace = ["chrome", "permissions"], js_name = remove, catch)]
    fn remove_js(permissions: &JsValue) -> Result<Promise, JsValue>;
}

/// The match patterns that are allowed now, those of the manifest included.
pub async fn origins() -> Vec<String> {
    let all = settle(get_all_js()).await.unwrap_or_default();
    list(&all, "origins").iter().filter_map(|origin| Some(origin.as_str()?.to_owned())).collect()
}

/// Asks the person for `origins` (match patterns such as `https://example.org/*`); true when they agree.
///
/// Only inside a click's handler: the question is put at once, before the future is first waited for, because some
/// browsers take a moment later for too late.
///
/// # Errors
/// [`protocol::ErrorCode::Internal`] outside a click or for origins that the manifest does not name.
pub fn request(origins: &[String]) -> impl Future<Output = Result<bool, ErrorBody>> + use<> {
    let asked = request_js(&of(origins));
    async { settle(asked).await.map(|answer| is_yes(&answer)) }
}

/// Gives `origins` back.
///
/// # Errors
/// [`protocol::ErrorCode::Internal`] for those that the manifest requires.
pub async fn remove(origins: &[String]) -> Result<bool, ErrorBody> {
    settle(remove_js(&of(origins))).await.map(|answer| is_yes(&answer))
}

fn of(origins: &[String]) -> JsValue {
    object(&[("origins", to_js(&origins))])
}

fn is_yes(answer: &Value) -> bool {
    answer.as_bool() == Some(true)
}
