//! The chapters of a thing, out of the record that its site has of it. Pure.

use serde_json::Value;

/// A file with more is no book any more.
const MOST: usize = 500;

/// A part of a thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chapter {
    /// Where it begins, in seconds.
    pub start: u64,
    /// What it is called; may be empty.
    pub title: String,
}

/// Those that the record names, in order; none where it names none, or only one.
pub fn chapters_of(record: &str) -> Vec<Chapter> {
    let Ok(record) = serde_json::from_str::<Value>(record) else { return Vec::new() };
    let listed = record.get("chapters").and_then(Value::as_array).into_iter().flatten();
    let mut chapters: Vec<Chapter> = listed.take(MOST).filter_map(chapter).collect();
    chapters.sort_by_key(|chapter| chapter.start);
    if chapters.len() < 2 { Vec::new() } else { chapters }
}

fn chapter(listed: &Value) -> Option<Chapter> {
    let start = listed.get("start_time")?.as_f64().filter(|start| *start >= 0.0)?;
    let title = listed.get("title").and_then(Value::as_str).unwrap_or_default().trim();
    Some(Chapter { start: start as u64, title: title.to_owned() })
}

/// Which of them second `at` is in.
pub fn chapter_at(chapters: &[Chapter], at: u64) -> Option<usize> {
    chapters.iter().rposition(|chapter| chapter.start <= at)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECORD: &str = r#"{"id": "1", "chapters": [
        {"start_time": 61.5, "end_time": 90, "title": "The pier"},
        {"start_time": 0, "end_time": 61.5, "title": " Before "},
        {"title": "nowhere"}, 7, {"start_time": -1}, {"start_time": 90}
    ]}"#;

    #[test]
    fn chapters_are_read_in_order_and_what_is_none_is_left_out() {
        let chapters = chapters_of(RECORD);
        let read: Vec<_> = chapters.iter().map(|c| (c.start, c.title.as_str())).collect();
        assert_eq!(read, [(0, "Before"), (61, "The pier"), (90, "")]);
    }

    #[test]
    fn a_record_without_chapters_has_none() {
        for record in ["", "[]", "{}", r#"{"chapters": null}"#, r#"{"chapters": "x"}"#] {
            assert_eq!(chapters_of(record), [], "{record}");
        }
        assert_eq!(chapters_of(r#"{"chapters": [{"start_time": 0, "title": "All"}]}"#), []);
    }

    #[test]
    fn a_place_is_in_the_chapter_that_began_last() {
        let chapters = chapters_of(RECORD);
        assert_eq!([0, 60, 61, 500].map(|at| chapter_at(&chapters, at)), [0, 0, 1, 2].map(Some));
        assert_eq!(chapter_at(&[], 5), None);
    }
}
