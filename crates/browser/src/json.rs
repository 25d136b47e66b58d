//! Values across the border between Rust and JavaScript, as JSON text.
//!
//! Everything that crosses (messages, frames, stored records) is JSON anyway, and the browser's own parser
//! is already there: so this costs less code than a field-by-field conversion. All types go through
//! [`serde_json::Value`], so that each is compiled for one format only.

use js_sys::JSON;
use protocol::{ErrorBody, ErrorCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use wasm_bindgen::{JsCast, JsValue};

/// The JavaScript value of a message type.
pub fn to_js(value: &impl Serialize) -> JsValue {
    text_to_js(&protocol::envelope::to_value(value).to_string())
}

/// The JavaScript value of a JSON text that we made ourselves.
pub(crate) fn text_to_js(text: &str) -> JsValue {
    JSON::parse(text).unwrap_or(JsValue::UNDEFINED)
}

/// The JSON of a JavaScript value. `undefined`, functions and cycles become null.
pub fn value_of(js: &JsValue) -> Value {
    let Ok(text) = JSON::stringify(js) else {
        return Value::Null;
    };
    // `JSON.stringify(undefined)` is undefined, whatever the binding's type says.
    let text = text.as_string().unwrap_or_default();
    serde_json::from_str(&text).unwrap_or(Value::Null)
}

/// A message type out of JSON.
///
/// # Errors
/// [`ErrorCode::BadParameters`] with `detail` when a field is missing or of another type.
pub fn from_value<T: DeserializeOwned>(value: Value) -> Result<T, ErrorBody> {
    serde_json::from_value(value)
        .map_err(|problem| ErrorBody::new(ErrorCode::BadParameters).with("detail", problem))
}

/// What the browser said when a call failed, as an error to show.
pub fn error_of(thrown: JsValue) -> ErrorBody {
    ErrorBody::new(ErrorCode::Internal).with("detail", message_of(&thrown))
}

/// The text of something thrown: an `Error`'s message, or a thrown string.
pub(crate) fn message_of(thrown: &JsValue) -> String {
    match thrown.dyn_ref::<js_sys::Error>() {
        Some(error) => String::from(error.message()),
        None => thrown.as_string().unwrap_or_default(),
    }
}
