//! Dates and times of day in the page's language. The browser knows how.

use crate::catalogue::language;
use js_sys::{Date, Object, Reflect};

/// Day and time, such as "31 Jan 2026, 14:05". `seconds` since 1970.
pub fn date_time(seconds: i64) -> String {
    written(seconds, &[("dateStyle", "medium"), ("timeStyle", "short")])
}

/// The day, such as "31 Jan 2026". `seconds` since 1970.
pub fn date(seconds: i64) -> String {
    written(seconds, &[("dateStyle", "medium")])
}

/// Time of day, such as "14:05:30". `seconds` since 1970.
pub fn time_of_day(seconds: i64) -> String {
    written(seconds, &[("timeStyle", "medium")])
}

fn written(seconds: i64, styles: &[(&str, &str)]) -> String {
    let options = Object::new();
    for (name, value) in styles {
        // Setting a field of a fresh object cannot fail.
        let _ = Reflect::set(&options, &(*name).into(), &(*value).into());
    }
    let date = Date::new(&(seconds as f64 * 1000.0).into());
    String::from(date.to_locale_string(language().tag(), &options))
}
