//! Times as Discogs tells them: in Pacific time, with the offset that was in force on that day.

use time::format_description::BorrowedFormatItem;
use time::macros::format_description;
use time::{Date, Month, OffsetDateTime, PrimitiveDateTime, Time, UtcOffset};

const WITH_OFFSET: &[BorrowedFormatItem<'_>] = format_description!(
    "[year]-[month]-[day]T[hour]:[minute]:[second][offset_hour sign:mandatory]:[offset_minute]"
);
const LOCAL: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]");
const OF_FILE: &[BorrowedFormatItem<'_>] = format_description!("[year][month][day]-[hour][minute]");

/// `2017-06-22T20:13:27-07:00`, for seconds since 1970.
pub(super) fn with_offset(unix: i64) -> String {
    pacific(unix).format(WITH_OFFSET).unwrap_or_default()
}

/// `2017-06-22T20:13:27`, as export jobs have it.
pub(super) fn local(unix: i64) -> String {
    pacific(unix).format(LOCAL).unwrap_or_default()
}

/// `20170622-2013`, for the name of a file.
pub(super) fn of_file(unix: i64) -> String {
    pacific(unix).format(OF_FILE).unwrap_or_default()
}

fn pacific(unix: i64) -> OffsetDateTime {
    let utc = OffsetDateTime::from_unix_timestamp(unix).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let hours = if is_summer(utc) { -7 } else { -8 };
    UtcOffset::from_hms(hours, 0, 0).map_or(utc, |offset| utc.to_offset(offset))
}

/// Summer time lasts from the second Sunday of March to the first of November, at two o'clock local time (15 U.S.C.
/// § 260a).
fn is_summer(utc: OffsetDateTime) -> bool {
    let begins = sunday(utc.year(), Month::March, 2, 10);
    let ends = sunday(utc.year(), Month::November, 1, 9);
    begins.zip(ends).is_some_and(|(begins, ends)| begins <= utc && utc < ends)
}

/// The `nth` Sunday of a month at an hour of UTC.
fn sunday(year: i32, month: Month, nth: u8, hour: u8) -> Option<OffsetDateTime> {
    let first = Date::from_calendar_date(year, month, 1).ok()?;
    let to_sunday = (7 - first.weekday().number_days_from_sunday()) % 7;
    let date = first.replace_day(1 + to_sunday + 7 * (nth - 1)).ok()?;
    Some(PrimitiveDateTime::new(date, Time::from_hms(hour, 0, 0).ok()?).assume_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_offset_changes_on_the_two_sundays() {
        // 2026-03-08T09:59:59Z and a second later.
        assert_eq!(with_offset(1_772_963_999), "2026-03-08T01:59:59-08:00");
        assert_eq!(with_offset(1_772_964_000), "2026-03-08T03:00:00-07:00");
        // 2026-11-01T08:59:59Z and a second later: the same hour comes twice.
        assert_eq!(with_offset(1_793_523_599), "2026-11-01T01:59:59-07:00");
        assert_eq!(with_offset(1_793_523_600), "2026-11-01T01:00:00-08:00");
    }

    #[test]
    fn exports_and_files_have_local_time() {
        assert_eq!(local(1_498_187_607), "2017-06-22T20:13:27");
        assert_eq!(of_file(1_498_187_607), "20170622-2013");
    }
}
