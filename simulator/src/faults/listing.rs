//! Faults inside JSON answers.

use super::FaultKind;
use bytes::Bytes;
use serde_json::Value;

/// True when `kind` changes the JSON of an answer.
pub(crate) fn concerns(kind: &FaultKind) -> bool {
    use FaultKind::*;
    matches!(kind, DuplicateItems | MalformedJson | HugeJson { .. } | DropField { .. })
}

/// The JSON text with `kind` done to it.
pub(crate) fn rewrite(kind: &FaultKind, text: Bytes) -> Bytes {
    match kind {
        FaultKind::MalformedJson => text.slice(..text.len() / 2),
        FaultKind::HugeJson { bytes } => pad(&text, *bytes),
        FaultKind::DuplicateItems => edit(text, repeat_first),
        FaultKind::DropField { name } => edit(text, |value| remove(value, name)),
        _ => text,
    }
}

fn edit(text: Bytes, change: impl FnOnce(&mut Value)) -> Bytes {
    let Ok(mut value) = serde_json::from_slice::<Value>(&text) else { return text };
    change(&mut value);
    value.to_string().into()
}

/// Puts a long field in front of an object's others.
fn pad(text: &Bytes, bytes: u64) -> Bytes {
    let missing = (bytes as usize).saturating_sub(text.len());
    let padding = "0123456789abcdef".repeat(missing / 16 + 1);
    match text.strip_prefix(b"{") {
        Some(rest) => {
            [format!("{{\"debug_trace\":\"{padding}\",").as_bytes(), rest].concat().into()
        }
        None => text.clone(),
    }
}

fn repeat_first(value: &mut Value) {
    let lists = value.as_object_mut().into_iter().flat_map(|fields| fields.values_mut());
    for list in lists.filter_map(Value::as_array_mut) {
        list.extend(list.first().cloned());
    }
}

fn remove(value: &mut Value, name: &str) {
    match value {
        Value::Object(fields) => {
            fields.remove(name);
            fields.values_mut().for_each(|field| remove(field, name));
        }
        Value::Array(list) => list.iter_mut().for_each(|entry| remove(entry, name)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn done(kind: FaultKind) -> Value {
        let text = Bytes::from_static(
            br#"{"generations":[{"id":"a","title":"A"},{"id":"b","title":"B"}]}"#,
        );
        serde_json::from_slice(&rewrite(&kind, text)).unwrap()
    }

    #[test]
    fn the_first_entry_comes_again() {
        assert_eq!(done(FaultKind::DuplicateItems)["generations"][2]["id"], "a");
    }

    #[test]
    fn a_dropped_field_is_gone_everywhere() {
        let list = done(FaultKind::DropField { name: "id".into() });
        assert_eq!(list["generations"], serde_json::json!([{"title": "A"}, {"title": "B"}]));
    }

    #[test]
    fn a_huge_answer_is_still_the_same_json() {
        let huge = done(FaultKind::HugeJson { bytes: 100_000 });
        assert!(huge.to_string().len() >= 100_000);
        assert_eq!(huge["generations"][1]["title"], "B");
    }
}
