//! Validators and ranges (I4): when the rest of a file may be appended to what is there. RFC 9110, sections 8.8, 13
//! and 14.

use http::header::{CONTENT_RANGE, DATE, ETAG, HeaderName, IF_RANGE, LAST_MODIFIED, RANGE};
use http::{HeaderMap, HeaderValue};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// A date vouches for every byte only if the file was at rest for this long when it was sent (RFC 9110, 8.8.2.2).
const AT_REST: Duration = Duration::from_secs(60);
const LONGEST_ETAG: usize = 1024;

/// What tells one version of a remote file from another.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Validator {
    /// A strong entity tag with its quotes.
    pub etag: Option<String>,
    /// `Last-Modified` as sent, when the file was older than a minute then.
    pub last_modified: Option<String>,
    /// The whole length in bytes.
    pub total: Option<u64>,
}

/// What is already in the part file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// Bytes from the start of the file that are known to be of the version `validator` names.
    pub length: u64,
    /// The version. Without one, nothing can be appended.
    pub validator: Option<Validator>,
}

impl Validator {
    /// What an answer says about the version it carries, of which the whole is `total` bytes.
    pub(crate) fn of(headers: &HeaderMap, total: Option<u64>) -> Self {
        let etag = text(headers, &ETAG).filter(|tag| is_strong_etag(tag)).map(str::to_owned);
        let last_modified = text(headers, &LAST_MODIFIED)
            .filter(|date| was_at_rest(headers, date))
            .map(str::to_owned);
        Self { etag, last_modified, total }
    }

    /// Something may be appended to bytes of this version.
    pub fn can_resume(&self) -> bool {
        self.etag.is_some() || self.last_modified.is_some()
    }

    fn if_range(&self) -> Option<HeaderValue> {
        HeaderValue::from_str(self.etag.as_deref().or(self.last_modified.as_deref())?).ok()
    }

    /// The answer's headers do not contradict this version.
    fn agrees_with(&self, headers: &HeaderMap) -> bool {
        let same = |mine: &Option<String>, name: &HeaderName| match (mine, headers.get(name)) {
            (Some(mine), Some(theirs)) => theirs.as_bytes() == mine.as_bytes(),
            _ => true,
        };
        match &self.etag {
            // A server that knows the tag must repeat it; one that sends a weak one or another is not trusted.
            Some(_) => same(&self.etag, &ETAG),
            None => same(&self.last_modified, &LAST_MODIFIED),
        }
    }
}

impl Kept {
    /// Worth giving to the next try.
    pub(crate) fn is_useful(&self) -> bool {
        self.length > 0 && self.validator.as_ref().is_some_and(Validator::can_resume)
    }
}

/// The wish to go on from where a part file ends.
#[derive(Clone, Debug)]
pub(crate) struct Resume {
    /// Where the next byte goes. One byte before the end of a part that is already whole: asking for that byte
    /// again proves that the version is still the same.
    pub offset: u64,
    validator: Validator,
}

impl Resume {
    pub fn from(kept: &Kept) -> Option<Self> {
        let validator = kept.validator.clone().filter(Validator::can_resume)?;
        let last = validator.total.map_or(u64::MAX, |total| total.saturating_sub(1));
        let offset = kept.length.min(last);
        (offset > 0).then_some(Self { offset, validator })
    }

    pub fn add_to(&self, headers: &mut HeaderMap) {
        if let Some(value) = self.validator.if_range()
            && let Ok(range) = HeaderValue::from_str(&format!("bytes={}-", self.offset))
        {
            headers.insert(RANGE, range);
            headers.insert(IF_RANGE, value);
        }
    }

    /// For an answer with status 206: the whole length, if what it carries is exactly what is missing.
    /// `length` is that of the body, where announced.
    pub fn continues(&self, headers: &HeaderMap, length: Option<u64>) -> Option<u64> {
        let range = ContentRange::parse(text(headers, &CONTENT_RANGE)?)?;
        let total = range.total.or(self.validator.total)?;
        let to_the_end = range.first == self.offset && range.last.checked_add(1) == Some(total);
        let same_total = self.validator.total.is_none_or(|known| known == total);
        let same_length = length.is_none_or(|length| length == total - self.offset);
        (to_the_end && same_total && same_length && self.validator.agrees_with(headers))
            .then_some(total)
    }
}

#[derive(Debug, PartialEq, Eq)]
struct ContentRange {
    first: u64,
    last: u64,
    total: Option<u64>,
}

impl ContentRange {
    /// `bytes 5-9/10` or `bytes 5-9/*`.
    fn parse(value: &str) -> Option<Self> {
        let (unit, rest) = value.trim().split_once(' ')?;
        let (range, total) = rest.trim().split_once('/')?;
        let (first, last) = range.split_once('-')?;
        let total = match total.trim() {
            "*" => None,
            number => Some(number.parse().ok()?),
        };
        let parsed =
            Self { first: first.trim().parse().ok()?, last: last.trim().parse().ok()?, total };
        let sound =
            parsed.first <= parsed.last && parsed.total.is_none_or(|total| parsed.last < total);
        (unit.eq_ignore_ascii_case("bytes") && sound).then_some(parsed)
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok().map(str::trim)
}

fn is_strong_etag(tag: &str) -> bool {
    tag.len() > 2 && tag.len() <= LONGEST_ETAG && tag.starts_with('"') && tag.ends_with('"')
}

fn was_at_rest(headers: &HeaderMap, modified: &str) -> bool {
    let date = |text: &str| httpdate::parse_http_date(text).ok();
    let sent = text(headers, &DATE).and_then(date);
    match (date(modified), sent) {
        (Some(modified), Some(sent)) => {
            sent.duration_since(modified).is_ok_and(|age| age >= AT_REST)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    fn headers(list: &[(&'static str, &str)]) -> HeaderMap {
        list.iter()
            .map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap()))
            .collect()
    }

    fn resume(length: u64, total: Option<u64>) -> Resume {
        let validator = Validator { etag: Some("\"a\"".into()), last_modified: None, total };
        Resume::from(&Kept { length, validator: Some(validator) }).unwrap()
    }

    #[rstest]
    #[case::strong("\"abc\"", true)]
    #[case::weak("W/\"abc\"", false)]
    #[case::empty("\"\"", false)]
    #[case::unquoted("abc", false)]
    fn only_a_strong_etag_validates(#[case] etag: &str, #[case] strong: bool) {
        // I4
        assert_eq!(Validator::of(&headers(&[("etag", etag)]), None).can_resume(), strong);
    }

    #[rstest]
    #[case::long_at_rest(Some("Wed, 21 Oct 2015 07:29:00 GMT"), true)]
    #[case::just_written(Some("Wed, 21 Oct 2015 07:28:30 GMT"), false)]
    #[case::without_a_clock(None, false)]
    fn a_date_validates_only_a_file_that_was_at_rest(
        #[case] sent: Option<&str>,
        #[case] strong: bool,
    ) {
        // I4
        let mut list = vec![("last-modified", "Wed, 21 Oct 2015 07:28:00 GMT")];
        list.extend(sent.map(|sent| ("date", sent)));
        assert_eq!(Validator::of(&headers(&list), None).can_resume(), strong);
    }

    #[rstest]
    #[case::exact("bytes 40-99/100", Some(60), Some(100))]
    #[case::length_not_announced("bytes 40-99/100", None, Some(100))]
    #[case::total_not_announced("bytes 40-99/*", Some(60), Some(100))]
    #[case::begins_elsewhere("bytes 41-99/100", None, None)]
    #[case::begins_at_zero("bytes 0-99/100", None, None)]
    #[case::ends_early("bytes 40-98/100", None, None)]
    #[case::other_total("bytes 40-100/101", None, None)]
    #[case::contradicts_its_length("bytes 40-99/100", Some(59), None)]
    #[case::backwards("bytes 99-40/100", None, None)]
    #[case::other_unit("items 40-99/100", None, None)]
    #[case::nonsense("bytes", None, None)]
    fn a_range_is_appended_only_where_it_fits(
        #[case] range: &str,
        #[case] length: Option<u64>,
        #[case] total: Option<u64>,
    ) {
        // I4
        let headers = headers(&[("content-range", range), ("etag", "\"a\"")]);
        assert_eq!(resume(40, Some(100)).continues(&headers, length), total);
    }

    #[rstest]
    #[case::changed("\"b\"")]
    #[case::weakened("W/\"a\"")]
    fn a_range_of_another_version_is_not_appended(#[case] etag: &str) {
        // I4
        let headers = headers(&[("content-range", "bytes 40-99/100"), ("etag", etag)]);
        assert_eq!(resume(40, Some(100)).continues(&headers, None), None);
    }

    #[test]
    fn a_whole_part_asks_for_its_last_byte_again() {
        let mut headers = HeaderMap::new();
        resume(100, Some(100)).add_to(&mut headers);
        assert_eq!(headers["range"], "bytes=99-");
        assert_eq!(headers["if-range"], "\"a\"");
    }

    #[test]
    fn without_a_validator_nothing_is_resumed() {
        // I4
        assert!(Resume::from(&Kept { length: 40, validator: None }).is_none());
        let weak = Validator { total: Some(100), ..Validator::default() };
        assert!(Resume::from(&Kept { length: 40, validator: Some(weak) }).is_none());
    }

    proptest! {
        #[test]
        fn any_content_range_is_parsed_or_refused(text in ".*") {
            let _ = ContentRange::parse(&text);
        }

        #[test]
        fn what_is_appended_always_begins_at_the_end_and_reaches_the_total(
            kept in 1u64..1000, first in 0u64..1000, last in 0u64..1000, total in 0u64..1000,
        ) {
            let headers = headers(&[("content-range", &format!("bytes {first}-{last}/{total}"))]);
            if resume(kept, None).continues(&headers, None).is_some() {
                prop_assert_eq!((first, last + 1), (kept, total));
            }
        }
    }
}
