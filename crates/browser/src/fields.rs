//! Reading single fields of JSON by hand.
//!
//! Deriving `Deserialize` for a type costs several kilobytes of wasm each, more when it is tagged or flattened.
//! The worker has a budget and needs few fields of few types, so it reads those with the functions below; the
//! tests make the JSON from the protocol's own types, so that the two cannot drift apart.

use protocol::{ErrorBody, ErrorCode};
use serde_json::Value;

/// The text in the field `name`.
pub fn text<'v>(value: &'v Value, name: &str) -> Option<&'v str> {
    value.get(name)?.as_str()
}

/// The text in the field `name`, owned; empty when there is none.
pub fn owned(value: &Value, name: &str) -> String {
    text(value, name).unwrap_or_default().to_owned()
}

/// The whole number in the field `name`.
pub fn integer(value: &Value, name: &str) -> Option<i64> {
    value.get(name)?.as_i64()
}

/// Whether the field `name` is there and true.
pub fn is_true(value: &Value, name: &str) -> bool {
    value.get(name).and_then(Value::as_bool) == Some(true)
}

/// The members of the list in the field `name`; none when there is no list.
pub fn list<'v>(value: &'v Value, name: &str) -> &'v [Value] {
    value.get(name).map_or(&[], members)
}

/// The members of a list; none of what is no list.
pub fn members(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// Takes the field `name` out; null when it is not there.
pub fn take(value: &mut Value, name: &str) -> Value {
    value.get_mut(name).map(Value::take).unwrap_or_default()
}

/// An [`ErrorBody`]. A newer host may know numbers that we do not: those become `Internal`.
pub fn error(value: &Value) -> ErrorBody {
    let code = integer(value, "code").and_then(|code| u16::try_from(code).ok());
    let Some(code) = code.and_then(|code| ErrorCode::try_from(code).ok()) else {
        return ErrorBody::new(ErrorCode::Internal).with("detail", value);
    };
    let mut error = ErrorBody::new(code);
    let params = value.get("params").and_then(Value::as_object);
    for (name, param) in params.into_iter().flatten() {
        error = error.with(name, param.as_str().unwrap_or_default());
    }
    error
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::envelope::to_value;
    use serde_json::json;

    #[test]
    fn every_error_reads_as_it_was_sent() {
        for &code in ErrorCode::ALL {
            let sent = ErrorBody::new(code).with("site", "producer.ai").with("detail", "a \"b\"");
            assert_eq!(error(&to_value(&sent)), sent);
        }
    }

    #[test]
    fn an_error_with_an_unknown_number_is_internal_and_keeps_what_was_said() {
        let error = error(&json!({ "code": 9999, "params": { "x": "y" } }));
        assert_eq!(error.code, ErrorCode::Internal);
        assert!(error.params["detail"].contains("9999"));
    }

    #[test]
    fn missing_fields_and_other_shapes_read_as_nothing() {
        for value in
            [json!(null), json!([1]), json!("x"), json!({ "n": "1", "t": 1, "b": 1, "l": {} })]
        {
            assert_eq!(text(&value, "t"), None);
            assert_eq!(integer(&value, "n"), None);
            assert!(!is_true(&value, "b"));
            assert!(list(&value, "l").is_empty());
            assert_eq!(take(&mut value.clone(), "x"), Value::Null);
        }
    }
}
