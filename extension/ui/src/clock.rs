//! Dates and times of day in the page's language. The browser knows how.

use crate::catalogue::language;
use js_sys::Intl::DateTimeFormat;
use js_sys::{Array, Date, Function, Object, Reflect};
use wasm_bindgen::JsValue;

thread_local! {
    /// Writes days. Making it takes longer than all that is written with it; the language stays while the page does.
    static DAY: Function = DateTimeFormat::new(
        &Array::of1(&language().tag().into()),
        &options(&[("dateStyle", "medium")]),
    )
    .format();
}

/// Day and time, such as "31 Jan 2026, 14:05". `seconds` since 1970.
pub fn date_time(seconds: i64) -> String {
    written(seconds, &[("dateStyle", "medium"), ("timeStyle", "short")])
}

/// The day, such as "31 Jan 2026". `seconds` since 1970. Quick enough for every row that is scrolled past.
pub fn date(seconds: i64) -> String {
    let written = DAY.with(|day| day.call1(&JsValue::UNDEFINED, &milliseconds(seconds)));
    written.ok().and_then(|day| day.as_string()).unwrap_or_default()
}

/// Time of day, such as "14:05:30". `seconds` since 1970.
pub fn time_of_day(seconds: i64) -> String {
    written(seconds, &[("timeStyle", "medium")])
}

/// Now, in seconds since 1970.
pub fn now() -> i64 {
    (Date::now() / 1000.0) as i64
}

fn written(seconds: i64, styles: &[(&str, &str)]) -> String {
    let date = Date::new(&milliseconds(seconds));
    String::from(date.to_locale_string(language().tag(), &options(styles)))
}

fn milliseconds(seconds: i64) -> JsValue {
    (seconds as f64 * 1000.0).into()
}

fn options(styles: &[(&str, &str)]) -> Object {
    let options = Object::new();
    for (name, value) in styles {
        // Setting a field of a fresh object cannot fail.
        let _ = Reflect::set(&options, &(*name).into(), &(*value).into());
    }
    options
}
