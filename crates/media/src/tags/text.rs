//! Making hostile text fit for tags: no characters that end or split a field, lengths capped, dates that are dates.

use super::Tags;
use time::OffsetDateTime;
use time::UtcOffset;
use time::format_description::well_known::Rfc3339;

/// For one-line fields, in characters.
const LINE_LIMIT: usize = 1_000;
/// For lyrics and comments, in characters.
const TEXT_LIMIT: usize = 100_000;

/// `tags` as they are written: texts cleaned, empty ones left out, the date as `YYYY[-MM[-DD[THH:MM:SS]]]` in UTC.
pub(super) fn cleaned(tags: &Tags) -> Tags {
    Tags {
        title: line(&tags.title),
        artist: line(&tags.artist),
        album: line(&tags.album),
        date: tags.date.as_deref().and_then(date),
        lyrics: block(&tags.lyrics),
        comment: block(&tags.comment),
        cover: tags.cover.clone(),
        site_id: line(&tags.site_id),
        source_url: tags.source_url.as_deref().and_then(address),
    }
}

/// One line: white space becomes single spaces, control characters go. NUL would split an ID3 field.
fn line(text: &Option<String>) -> Option<String> {
    let text = text.as_deref()?;
    let visible: String =
        text.chars().filter(|c| c.is_whitespace() || !c.is_control()).take(LINE_LIMIT).collect();
    let line = visible.split_whitespace().collect::<Vec<_>>().join(" ");
    (!line.is_empty()).then_some(line)
}

/// Several lines, parted by `\n`.
fn block(text: &Option<String>) -> Option<String> {
    let text = text.as_deref()?.replace("\r\n", "\n").replace('\r', "\n");
    let block: String = text
        .chars()
        .filter(|c| matches!(c, '\n' | '\t') || !c.is_control())
        .take(TEXT_LIMIT)
        .collect();
    let block = block.trim();
    (!block.is_empty()).then(|| block.to_owned())
}

/// The form that ID3v2.4 asks for (<https://id3.org/id3v2.4.0-structure>, timestamps), always in UTC.
fn date(text: &str) -> Option<String> {
    let text = text.trim();
    if let Ok(moment) = OffsetDateTime::parse(text, &Rfc3339) {
        let utc = moment.checked_to_offset(UtcOffset::UTC)?;
        let second = utc.replace_nanosecond(0).ok()?.format(&Rfc3339).ok()?;
        return Some(second.trim_end_matches('Z').to_owned());
    }
    // Some sites leave the zone out; that it was UTC is the best guess.
    let whole_seconds = text.split('.').next().unwrap_or_default();
    let known = ["9999", "9999-99", "9999-99-99", "9999-99-99T99:99:99"];
    known.iter().any(|pattern| matches(whole_seconds, pattern)).then(|| whole_seconds.to_owned())
}

fn matches(text: &str, pattern: &str) -> bool {
    let fits = |(c, p): (u8, u8)| if p == b'9' { c.is_ascii_digit() } else { c == p };
    text.len() == pattern.len() && text.bytes().zip(pattern.bytes()).all(fits)
}

/// A web address in ASCII, which is all that ID3 allows.
fn address(text: &str) -> Option<String> {
    let is_web = text.starts_with("https://") || text.starts_with("http://");
    if !is_web || text.len() > LINE_LIMIT {
        return None;
    }
    let mut address = String::new();
    for byte in text.bytes() {
        match byte {
            b'!'..=b'~' => address.push(char::from(byte)),
            other => address.push_str(&format!("%{other:02X}")),
        }
    }
    Some(address)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case("2025-06-01T12:30:05.123456Z", Some("2025-06-01T12:30:05"))]
    #[case("2025-06-01T00:30:00+02:00", Some("2025-05-31T22:30:00"))]
    #[case("2025-06-01T12:30:05.5", Some("2025-06-01T12:30:05"))]
    #[case("2025-06-01", Some("2025-06-01"))]
    #[case("2025", Some("2025"))]
    #[case("yesterday", None)]
    #[case("0000-01-01T00:00:00+23:59", None)]
    #[case("", None)]
    fn dates_become_timestamps(#[case] text: &str, #[case] expected: Option<&str>) {
        assert_eq!(date(text).as_deref(), expected);
    }

    #[rstest]
    #[case("https://x.test/ä b", Some("https://x.test/%C3%A4%20b"))]
    #[case("javascript:alert(1)", None)]
    fn addresses_are_web_addresses_in_ascii(#[case] text: &str, #[case] expected: Option<&str>) {
        assert_eq!(address(text).as_deref(), expected);
    }

    #[test]
    fn nothing_in_a_line_can_end_it() {
        let tags = Tags {
            title: Some(" a\0b\nc\u{7f} ".into()),
            lyrics: Some("one\r\ntwo\0\r".into()),
            ..Tags::default()
        };
        let cleaned = cleaned(&tags);
        assert_eq!(cleaned.title.as_deref(), Some("ab c"));
        assert_eq!(cleaned.lyrics.as_deref(), Some("one\ntwo"));
    }

    proptest! {
        #[test]
        fn cleaning_twice_changes_nothing(title in any::<Option<String>>(), lyrics in any::<Option<String>>()) {
            let once = cleaned(&Tags { title, lyrics, ..Tags::default() });
            prop_assert_eq!(cleaned(&once), once);
        }
    }
}
