//! How Discogs writes days: parts that are not known are zeros, moments have a Pacific offset.

use time::format_description::well_known::Rfc3339;
use time::{OffsetDateTime, UtcOffset};

/// The part of a release's date that is known: `1999-03-00` → `1999-03`, `0` → nothing. What is no such date
/// stays as it is.
pub fn partial_date(released: &str) -> &str {
    let text = released.trim();
    if text.bytes().all(|byte| byte == b'0') {
        return "";
    }
    let is_day = text.len() == 10 && text.as_bytes()[4] == b'-' && text.as_bytes()[7] == b'-';
    match text {
        _ if is_day && text.starts_with("0000") => "",
        _ if is_day && &text[5..7] == "00" => &text[..4],
        _ if is_day && &text[8..] == "00" => &text[..7],
        _ => text,
    }
}

/// A moment such as `2017-06-22T20:13:27-07:00` in UTC, as RFC 3339; `None` where it is no such moment.
pub fn added_at(raw: &str) -> Option<String> {
    let moment = OffsetDateTime::parse(raw.trim(), &Rfc3339).ok()?;
    moment.to_offset(UtcOffset::UTC).format(&Rfc3339).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zeros_are_not_known() {
        let all = [
            ("1999-03-17", "1999-03-17"),
            ("1999-03-00", "1999-03"),
            ("1999-00-00", "1999"),
            ("0000-00-00", ""),
            ("1999", "1999"),
            ("0", ""),
            ("", ""),
            ("Spring 1999", "Spring 1999"),
            ("ééééé", "ééééé"),
        ];
        for (raw, known) in all {
            assert_eq!(partial_date(raw), known, "{raw:?}");
        }
    }

    #[test]
    fn moments_are_kept_in_utc() {
        assert_eq!(added_at("2017-06-22T20:13:27-07:00").as_deref(), Some("2017-06-23T03:13:27Z"));
        assert_eq!(added_at("2017-12-22T20:13:27-08:00").as_deref(), Some("2017-12-23T04:13:27Z"));
        assert_eq!(added_at("yesterday"), None);
    }
}
