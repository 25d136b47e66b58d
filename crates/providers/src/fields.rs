//! Reading fields out of a service's JSON records: typed, capped in length, never panicking.
//!
//! Every field but the id is optional: a wrong type reads as absent. What the fields mean is each service's
//! own business.

use protocol::{ErrorBody, ErrorCode, Fetch, Source};
use serde_json::Value;

/// Longest title, in characters.
pub(crate) const MAX_TITLE: usize = 1_000;
/// Longest lyrics, in characters.
pub(crate) const MAX_LYRICS: usize = 100_000;
/// Longest prompt, in characters.
pub(crate) const MAX_PROMPT: usize = 20_000;
/// Longest name of a person, a model or a stem, in characters.
pub(crate) const MAX_NAME: usize = 200;
/// Longest address, in bytes. Signed ones are about 1,500.
const MAX_URL: usize = 8_192;
/// Longest id, in bytes. The services use UUIDs.
const MAX_ID: usize = 128;

/// The value at a dotted path such as `operation.seed`; null when any part of it is missing.
pub(crate) fn at<'v>(record: &'v Value, path: &str) -> &'v Value {
    path.split('.').try_fold(record, |value, name| value.get(name)).unwrap_or(&Value::Null)
}

/// Looks through the `{status, value}` in which some fields are wrapped while they are being computed.
pub(crate) fn unwrapped(value: &Value) -> &Value {
    value.get("value").unwrap_or(value)
}

/// Text that is not blank, cut at `max` characters.
pub(crate) fn text(record: &Value, path: &str, max: usize) -> Option<String> {
    let text = at(record, path).as_str()?;
    if text.trim().is_empty() {
        return None;
    }
    Some(cut(text, max).to_owned())
}

/// The first of several fields that holds text.
pub(crate) fn first_text(record: &Value, paths: &[&str], max: usize) -> Option<String> {
    paths.iter().find_map(|path| text(record, path, max))
}

/// The start of `text`, at most `max` characters.
pub(crate) fn cut(text: &str, max: usize) -> &str {
    text.char_indices().nth(max).map_or(text, |(end, _)| &text[..end])
}

/// A number that is not negative, which some services send as text.
pub(crate) fn number(value: &Value) -> Option<f64> {
    let number = match value {
        Value::Number(number) => number.as_f64(),
        // The JSON parser is there anyway, the standard library's float parser would be linked for this alone.
        Value::String(text) => serde_json::from_str::<Value>(text).ok()?.as_f64(),
        _ => None,
    };
    number.filter(|number| number.is_finite() && *number >= 0.0)
}

/// A number or a short text, as text: seeds exceed the 53 bits of a double.
pub(crate) fn digits(value: &Value) -> Option<String> {
    match value {
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) if !text.is_empty() => Some(cut(text, 64).to_owned()),
        _ => None,
    }
}

/// Whether this can be an id: letters, digits, `-` and `_`, so that it is safe in a path and in a file name.
pub(crate) fn is_id(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    !text.is_empty() && text.len() <= MAX_ID && text.bytes().all(allowed)
}

/// The id in field `id`; `list` names the list in the error: "`generations[].id` is missing".
pub(crate) fn id(source: Source, list: &str, record: &Value) -> Result<String, ErrorBody> {
    let Some(fields) = record.as_object() else {
        return Err(changed(source, &[list, "[]"], "is not a record"));
    };
    let id = match fields.get("id") {
        None | Some(Value::Null) => return Err(changed(source, &[list, "[].id"], "is missing")),
        Some(value) => digits_or_text(value),
    };
    id.filter(|id| is_id(id)).ok_or_else(|| changed(source, &[list, "[].id"], "is not an id"))
}

fn digits_or_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// "The site has changed: `path` is missing".
pub(crate) fn changed(source: Source, path: &[&str], what: &str) -> ErrorBody {
    let detail = ["`", &path.concat(), "` ", what].concat();
    about(source, ErrorCode::SiteChanged).with("detail", detail)
}

/// An error that names the site.
pub(crate) fn about(source: Source, code: ErrorCode) -> ErrorBody {
    ErrorBody::new(code).with("site", source.title())
}

/// An https address without blanks or control characters.
pub(crate) fn https_url(record: &Value, path: &str) -> Option<String> {
    let url = at(record, path).as_str()?;
    let host = url.strip_prefix("https://")?;
    let clean = !host.is_empty()
        && url.len() <= MAX_URL
        && url.bytes().all(|byte| byte > b' ' && byte != 0x7f);
    clean.then(|| url.to_owned())
}

/// How to fetch an address that the service gave: with credentials on its own origin only, file hosts never
/// see them.
pub(crate) fn fetch_from(source: Source, url: String) -> Fetch {
    let rest = url.strip_prefix(source.origin());
    if rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?'])) {
        Fetch::Api { url }
    } else {
        Fetch::Direct { url }
    }
}

/// When the thing was made, if it reads like RFC 3339.
pub(crate) fn created_at(record: &Value) -> Option<String> {
    let date = text(record, "created_at", 40)?;
    let like_a_date = date.len() >= 10 && date.starts_with(|first: char| first.is_ascii_digit());
    like_a_date.then_some(date)
}
