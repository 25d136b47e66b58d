//! Timed lyrics, in the shapes in which services send them.
//!
//! The result is plain pairs of seconds and line; writing `.lrc` files is not done here.

use crate::fields::{at, cut, number, unwrapped};
use serde_json::Value;

/// More entries than this are not lyrics.
const MAX_ENTRIES: usize = 5_000;
/// Longest line, in characters.
const MAX_LINE: usize = 500;

/// Reads a list of lines: bare or wrapped in `{status, value}`, directly or under `lines` and the like, each
/// `{start, text}` or `[start, text]`. Words that come with the number of their line (`line_index`) are joined to
/// lines. What does not fit is left out; the rest is in order of time.
pub(crate) fn timed_lines(field: &Value) -> Vec<(f64, String)> {
    let value = unwrapped(field);
    let list =
        ["lines", "segments", "words"].iter().find_map(|name| value.get(name)).unwrap_or(value);
    let Some(list) = list.as_array() else { return Vec::new() };
    let mut lines: Vec<(f64, String)> = Vec::new();
    let mut number = None;
    for entry in list.iter().take(MAX_ENTRIES) {
        let Some((start, text)) = timed_line(entry) else { continue };
        let before = std::mem::replace(&mut number, at(entry, "line_index").as_u64());
        match lines.last_mut() {
            Some((_, line)) if number.is_some() && number == before && line.len() < MAX_LINE => {
                line.push(' ');
                line.push_str(&text);
            }
            _ => lines.push((start, text)),
        }
    }
    // Lists come in order nearly always, so this moves nothing, and needs less code than the library's sort.
    for end in 1..lines.len() {
        let mut place = end;
        while place > 0 && lines[place - 1].0 > lines[place].0 {
            lines.swap(place - 1, place);
            place -= 1;
        }
    }
    lines
}

fn timed_line(entry: &Value) -> Option<(f64, String)> {
    let (start, line) = match entry {
        Value::Array(pair) => (number(pair.first()?)?, pair.get(1)?.as_str()?),
        entry => (start_of(entry)?, line_of(entry)?),
    };
    let line = line.trim();
    (!line.is_empty()).then(|| (start, cut(line, MAX_LINE).to_owned()))
}

fn start_of(entry: &Value) -> Option<f64> {
    let seconds =
        ["start", "start_s", "start_time", "time"].iter().find_map(|name| number(at(entry, name)));
    seconds.or_else(|| number(at(entry, "start_ms")).map(|ms| ms / 1000.0))
}

fn line_of(entry: &Value) -> Option<&str> {
    ["text", "line", "word"].iter().find_map(|name| at(entry, name).as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn lines_are_read_in_every_known_shape() {
        let expected = vec![(1.5, "one".to_owned()), (3.0, "two".to_owned())];
        let lines = json!([{"start": 1.5, "text": "one"}, {"start": "3.0", "text": "two"}]);
        for shape in [
            lines.clone(),
            json!({"status": "completed", "value": lines}),
            json!({"status": "completed", "value": {"lines": lines}}),
            json!([[1.5, "one"], [3, "two"]]),
            json!([{"start_ms": 1500, "line": "one"}, {"time": 3, "word": " two "}]),
        ] {
            assert_eq!(timed_lines(&shape), expected, "{shape}");
        }
    }

    #[test]
    fn words_are_joined_to_the_lines_that_they_name() {
        let word = |start: f64, text: &str, line: u64| json!({"start": start, "text": text, "line_index": line});
        let words =
            json!({"words": [word(1.0, "one", 0), word(1.5, "two", 0), word(2.0, "three", 1)]});
        assert_eq!(timed_lines(&words), [(1.0, "one two".to_owned()), (2.0, "three".to_owned())]);
    }

    #[test]
    fn lines_out_of_order_are_put_in_order() {
        let lines = timed_lines(&json!([[5, "c"], [1, "a"], [3, "b"], [3, "b2"]]));
        assert_eq!(
            lines.iter().map(|(_, line)| line.as_str()).collect::<Vec<_>>(),
            ["a", "b", "b2", "c"]
        );
    }

    #[test]
    fn what_is_not_a_timed_line_is_left_out() {
        let field = json!([null, 3, "x", [], [1], [-1, "no"], {"start": 1}, {"text": "x"}, {"start": 0, "text": " "}]);
        assert_eq!(timed_lines(&field), []);
        assert_eq!(timed_lines(&json!({"status": "not_requested"})), []);
    }
}
