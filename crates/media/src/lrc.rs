//! Timed lyrics in the LRC format: one `[mm:ss.xx]` line for each line of the song.
//!
//! <https://en.wikipedia.org/wiki/LRC_(file_format)>

/// A line longer than this is not a line of a song, in characters.
const LINE_LIMIT: usize = 500;

/// The text of an `.lrc` file, ordered by time, each line ended by `\n`. Empty when there are no lines.
///
/// A time that is negative or not finite counts as the beginning. A text is one line whatever is in it, and brackets
/// at its start that would read as another time are turned round.
pub fn render(lines: &[(f64, String)]) -> String {
    let mut lines: Vec<(u64, String)> =
        lines.iter().map(|(time, text)| (hundredths(*time), one_line(text))).collect();
    lines.sort_by_key(|(time, _)| *time);
    lines.iter().map(|(time, text)| format!("[{}]{text}\n", stamp(*time))).collect()
}

/// Saturates at both ends; NaN is 0.
fn hundredths(seconds: f64) -> u64 {
    ((seconds * 100.0).round() as u64).min(999 * 60 * 100)
}

fn stamp(hundredths: u64) -> String {
    format!("{:02}:{:02}.{:02}", hundredths / 6000, hundredths / 100 % 60, hundredths % 100)
}

fn one_line(text: &str) -> String {
    let visible: String =
        text.chars().filter(|c| c.is_whitespace() || !c.is_control()).take(LINE_LIMIT).collect();
    let line = visible.split_whitespace().collect::<Vec<_>>().join(" ");
    let looks_timed = |rest: &str| rest.starts_with(|c: char| c.is_ascii_digit());
    match line.strip_prefix('[') {
        Some(rest) if looks_timed(rest) => format!("({}", rest.replacen(']', ")", 1)),
        _ => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lines_are_stamped_and_ordered() {
        let lines = [
            (61.5, "two".to_owned()),
            (0.004, "one".to_owned()),
            (3599.999, "[Chorus]".to_owned()),
        ];
        assert_eq!(render(&lines), "[00:00.00]one\n[01:01.50]two\n[60:00.00][Chorus]\n");
        assert_eq!(render(&[]), "");
    }

    #[test]
    fn a_hostile_line_stays_one_line_at_its_own_time() {
        let lines =
            [(-1.0, "a\r\n[00:99.00]b\u{2028}c".to_owned()), (f64::NAN, "[00:01.00]x".to_owned())];
        assert_eq!(render(&lines), "[00:00.00]a [00:99.00]b c\n[00:00.00](00:01.00)x\n");
    }

    proptest! {
        #[test]
        fn there_are_as_many_lines_as_were_given(lines in prop::collection::vec((any::<f64>(), any::<String>()), 0..20)) {
            let text = render(&lines);
            prop_assert_eq!(text.lines().count(), lines.len());
            prop_assert!(text.lines().all(|line| line.starts_with('[') && line.find(']').is_some_and(|at| at <= 10)));
        }
    }
}
