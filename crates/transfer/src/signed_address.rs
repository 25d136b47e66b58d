//! Addresses that carry a signature and end at a time: those of Google Cloud Storage, Amazon S3 and CloudFront, and
//! what the hosts say when the time is over.

use reqwest::Url;
use std::time::{Duration, SystemTime};
use time::PrimitiveDateTime;
use time::macros::format_description;

/// What an address says about itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signed {
    /// There is no signature in it.
    No,
    /// It is signed, until an unknown time.
    Somehow,
    /// It is signed until then.
    Until(SystemTime),
}

/// Parameters that are a signature.
const SIGNATURES: &[&str] = &[
    "x-goog-signature",
    "x-amz-signature",
    "signature",
    "sig",
    "googleaccessid",
    "token",
    "policy",
];

impl Signed {
    pub fn of(url: &Url) -> Self {
        let value = |name: &str| {
            let mut pairs = url.query_pairs();
            pairs
                .find(|(key, _)| key.eq_ignore_ascii_case(name))
                .map(|(_, value)| value.into_owned())
        };
        if !SIGNATURES.iter().any(|name| value(name).is_some()) {
            return Signed::No;
        }
        let dated = |date: &str, seconds: &str| {
            let begin = basic_iso(&value(date)?)?;
            begin.checked_add(Duration::from_secs(value(seconds)?.parse().ok()?))
        };
        let absolute = |name: &str| {
            SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(value(name)?.parse().ok()?))
        };
        let until = dated("X-Goog-Date", "X-Goog-Expires")
            .or_else(|| dated("X-Amz-Date", "X-Amz-Expires"))
            .or_else(|| absolute("Expires"));
        until.map_or(Signed::Somehow, Signed::Until)
    }

    /// Its time may be over: it is, or it is not known.
    pub fn may_have_expired(self, now: SystemTime) -> bool {
        match self {
            Signed::No => false,
            Signed::Somehow => true,
            Signed::Until(end) => end <= now,
        }
    }
}

/// `20260131T235959Z`.
fn basic_iso(text: &str) -> Option<SystemTime> {
    let format = format_description!("[year][month][day]T[hour][minute][second]Z");
    Some(PrimitiveDateTime::parse(text, format).ok()?.assume_utc().into())
}

/// What the XML of Google Cloud Storage and Amazon S3, and the words of other hosts, say when an address is over.
/// <https://cloud.google.com/storage/docs/xml-api/reference-status>
pub(crate) fn body_says_expired(body: &str) -> bool {
    const SIGNS: &[&str] =
        &["expiredtoken", "signaturedoesnotmatch", "requestexpired", "has expired", "is expired"];
    let body = body.to_ascii_lowercase();
    SIGNS.iter().any(|sign| body.contains(sign))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn signed(query: &str) -> Signed {
        Signed::of(&Url::parse(&format!("https://files.example/a?{query}")).unwrap())
    }

    fn at(seconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
    }

    #[rstest]
    #[case::none("", Signed::No)]
    #[case::only_a_version("v=3", Signed::No)]
    #[case::expires_without_signature("Expires=5", Signed::No)]
    #[case::google_v4(
        "X-Goog-Date=20010909T014640Z&X-Goog-Expires=60&X-Goog-Signature=ab",
        Signed::Until(at(1_000_000_060))
    )]
    #[case::google_v2(
        "GoogleAccessId=a&Expires=1000000000&Signature=b",
        Signed::Until(at(1_000_000_000))
    )]
    #[case::amazon_v4(
        "X-Amz-Date=20010909T014640Z&X-Amz-Expires=1&X-Amz-Signature=ab",
        Signed::Until(at(1_000_000_001))
    )]
    #[case::unknown_end("token=abc", Signed::Somehow)]
    #[case::nonsense_date("X-Goog-Date=x&X-Goog-Expires=60&X-Goog-Signature=ab", Signed::Somehow)]
    #[case::overflow("Expires=18446744073709551615&Signature=b", Signed::Somehow)]
    fn the_end_of_a_signed_address_is_read(#[case] query: &str, #[case] expected: Signed) {
        assert_eq!(signed(query), expected);
    }

    #[test]
    fn only_a_signature_whose_time_is_not_known_to_last_may_have_expired() {
        let now = at(1_000);
        assert!(!Signed::No.may_have_expired(now));
        assert!(Signed::Somehow.may_have_expired(now));
        assert!(Signed::Until(at(1_000)).may_have_expired(now));
        assert!(!Signed::Until(at(1_001)).may_have_expired(now));
    }
}
