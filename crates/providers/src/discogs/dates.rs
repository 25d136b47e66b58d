//! How Discogs writes days: parts that are not known are zeros, moments have a Pacific offset.

use time::format_description::BorrowedFormatItem;
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{Date, Month, OffsetDateTime, PrimitiveDateTime, UtcOffset, Weekday};

/// The site's clock without its offset, as its files have it.
const LOCAL: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day] [hour]:[minute]:[second]");

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
    moment.checked_to_offset(UtcOffset::UTC)?.format(&Rfc3339).ok()
}

/// The moment of `2017-06-22T20:13:27-07:00`, or of `2017-06-22 20:13:27` on the site's clock, in seconds since 1970;
/// `None` where it is no such moment. Of an hour that the clock showed twice the first is meant.
pub fn moment(raw: &str) -> Option<i64> {
    let raw = raw.trim();
    if let Ok(moment) = OffsetDateTime::parse(raw, &Rfc3339) {
        return Some(moment.unix_timestamp());
    }
    let local = PrimitiveDateTime::parse(raw, LOCAL).ok()?;
    let hours = if is_summer(local) { -7 } else { -8 };
    Some(local.assume_offset(UtcOffset::from_hms(hours, 0, 0).ok()?).unix_timestamp())
}

/// Whether the clock of the Pacific showed summer time: changes are at two o'clock on Sundays (15 U.S.C. § 260a, before
/// and since the Energy Policy Act of 2005).
fn is_summer(local: PrimitiveDateTime) -> bool {
    let year = local.year();
    let (begins, ends) = if year < 2007 {
        (first_sunday(year, Month::April, 1), first_sunday(year, Month::October, 25))
    } else {
        (first_sunday(year, Month::March, 8), first_sunday(year, Month::November, 1))
    };
    let at_two = |day: Option<Date>| day?.with_hms(2, 0, 0).ok();
    at_two(begins).zip(at_two(ends)).is_some_and(|(begins, ends)| begins <= local && local < ends)
}

/// The first Sunday on or after a day.
fn first_sunday(year: i32, month: Month, day: u8) -> Option<Date> {
    let from = Date::from_calendar_date(year, month, day).ok()?;
    if from.weekday() == Weekday::Sunday {
        return Some(from);
    }
    Some(from.next_occurrence(Weekday::Sunday))
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
        assert_eq!(added_at("9999-12-31T23:59:59-08:00"), None);
    }

    #[test]
    fn the_sites_clock_is_that_of_the_pacific_coast() {
        let all = [
            ("2017-06-22 20:13:27", "2017-06-22T20:13:27-07:00"),
            ("2017-12-22 20:13:27", "2017-12-22T20:13:27-08:00"),
            ("2026-03-08 01:59:59", "2026-03-08T01:59:59-08:00"),
            ("2026-03-08 03:00:00", "2026-03-08T03:00:00-07:00"),
            ("2026-11-01 01:30:00", "2026-11-01T01:30:00-07:00"),
            ("2026-11-01 02:00:00", "2026-11-01T02:00:00-08:00"),
            // Until 2006 summer was shorter.
            ("2005-03-20 12:00:00", "2005-03-20T12:00:00-08:00"),
            ("2005-04-03 12:00:00", "2005-04-03T12:00:00-07:00"),
            ("2005-10-30 12:00:00", "2005-10-30T12:00:00-08:00"),
        ];
        for (local, with_offset) in all {
            assert!(moment(local).is_some());
            assert_eq!(moment(local), moment(with_offset), "{local}");
        }
        assert_eq!(moment("2026-02-30 12:00:00"), None);
        assert_eq!(moment("yesterday"), None);
    }
}
