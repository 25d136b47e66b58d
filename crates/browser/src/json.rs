//! Values across the border between Rust and JavaScript.
//!
//! Messages, frames and stored records cross as JSON text: the browser's own parser is already there, so this
//! costs less code than a field-by-field conversion. The parameters of API calls are built as objects.

use js_sys::{JSON, Object, Promise, Reflect};
use protocol::{ErrorBody, ErrorCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// The JavaScript value of a message type.
pub fn to_js(value: &impl Serialize) -> JsValue {
    text_to_js(&text_of(value))
}

/// The JSON text of a message type. Our types have string keys only, so there always is one.
pub(crate) fn text_of(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// The JavaScript value of a JSON text that we made ourselves.
pub(crate) fn text_to_js(text: &str) -> JsValue {
    JSON::parse(text).unwrap_or(JsValue::UNDEFINED)
}

/// An object with these properties.
pub fn object(properties: &[(&str, JsValue)]) -> JsValue {
    let object = Object::new();
    for (name, value) in properties {
        // Fails only for what is no object.
        let _ = Reflect::set(&object, &JsValue::from_str(name), value);
    }
    object.into()
}

/// The JSON of a JavaScript value. `undefined`, functions and cycles become null.
pub fn value_of(js: &JsValue) -> Value {
    let Ok(text) = JSON::stringify(js) else {
        return Value::Null;
    };
    // `JSON.stringify(undefined)` is undefined, whatever the binding's type says.
    parse(&text.as_string().unwrap_or_default()).unwrap_or_default()
}

/// The JSON in a text. As bytes, because that is how the providers read too: one reader is compiled, not two.
pub(crate) fn parse(text: &str) -> Result<Value, serde_json::Error> {
    serde_json::from_slice(text.as_bytes())
}

/// A message type out of JSON.
///
/// # Errors
/// [`ErrorCode::BadParameters`] with `detail` when a field is missing or of another type.
pub fn from_value<T: DeserializeOwned>(value: Value) -> Result<T, ErrorBody> {
    serde_json::from_value(value)
        .map_err(|problem| ErrorBody::new(ErrorCode::BadParameters).with("detail", problem))
}

/// What an API call comes to, as JSON.
pub(crate) async fn settle(call: Result<Promise, JsValue>) -> Result<Value, ErrorBody> {
    let outcome = match call {
        Ok(promise) => JsFuture::from(promise).await,
        Err(thrown) => Err(thrown),
    };
    outcome.map(|value| value_of(&value)).map_err(error_of)
}

/// What the browser said when a call failed, as an error to show.
pub fn error_of(thrown: JsValue) -> ErrorBody {
    ErrorBody::new(ErrorCode::Internal).with("detail", message_of(&thrown))
}

/// The text of something thrown: an `Error`'s message, or a thrown string.
pub fn message_of(thrown: &JsValue) -> String {
    match thrown.dyn_ref::<js_sys::Error>() {
        Some(error) => String::from(error.message()),
        None => thrown.as_string().unwrap_or_default(),
    }
}
