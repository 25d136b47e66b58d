//! When to try again (I10): what servers ask for in `Retry-After`, and exponential waits with jitter.

use crate::fault::TransferError;
use http::header::RETRY_AFTER;
use http::{HeaderMap, StatusCode};
use protocol::ErrorClass;
use rand::Rng;
use std::time::{Duration, SystemTime};

const SHORTEST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(300);
/// A server may not silence us for longer than this.
const LONGEST_ASKED: Duration = Duration::from_secs(24 * 3600);
/// After a 429 that does not say how long, from a server whose rule is not known.
pub(crate) const AFTER_UNSPECIFIED: Duration = Duration::from_secs(5);

/// How long to wait before the next try, or `None` if trying again by itself makes no sense.
///
/// `attempt` is 1 after the first failure. The wait is drawn evenly below a ceiling that doubles from 2 s to
/// 5 min ("full jitter", <https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/>), is never
/// under 1 s and never less than what the server asks for.
pub fn backoff(attempt: u32, error: &TransferError) -> Option<Duration> {
    if error.error.class() != ErrorClass::Temporary {
        return None;
    }
    let ceiling = SHORTEST.saturating_mul(1 << attempt.clamp(1, 16)).min(LONGEST);
    let drawn = rand::rng().random_range(SHORTEST..=ceiling);
    // Everybody who was told to wait wakes at the same moment: spread them over a second.
    let asked =
        error.retry_after.map(|wait| wait + rand::rng().random_range(Duration::ZERO..SHORTEST));
    Some(asked.map_or(drawn, |asked| asked.max(SHORTEST)))
}

/// The silence that an answer asks of everybody who speaks to its host; `unsaid` after a 429 that does not say how long.
pub(crate) fn asked_to_wait(
    status: StatusCode,
    headers: &HeaderMap,
    unsaid: Duration,
) -> Option<Duration> {
    match status {
        StatusCode::TOO_MANY_REQUESTS => Some(retry_after(headers).unwrap_or(unsaid)),
        StatusCode::SERVICE_UNAVAILABLE => retry_after(headers),
        _ => None,
    }
}

/// `Retry-After` in seconds or as a date (RFC 9110, 10.2.3). A date in the past is no wait.
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let wait = match text.parse::<u64>() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => {
            let date = httpdate::parse_http_date(text).ok()?;
            date.duration_since(SystemTime::now()).unwrap_or_default()
        }
    };
    Some(wait.min(LONGEST_ASKED))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::Fault;
    use http::HeaderValue;
    use proptest::prelude::*;
    use protocol::ErrorCode;

    fn error(code: ErrorCode, retry_after: Option<Duration>) -> TransferError {
        Fault::new(code).after(retry_after).into()
    }

    fn headers(value: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, HeaderValue::from_str(value).unwrap());
        headers
    }

    #[test]
    fn retry_after_is_read_in_seconds() {
        assert_eq!(retry_after(&headers("17")), Some(Duration::from_secs(17)));
    }

    #[test]
    fn retry_after_is_read_as_a_date() {
        let date = SystemTime::now() + Duration::from_secs(100);
        let wait = retry_after(&headers(&httpdate::fmt_http_date(date))).unwrap();
        assert!((90..=100).contains(&wait.as_secs()), "{wait:?}");
    }

    #[test]
    fn a_date_in_the_past_is_no_wait_and_nonsense_is_ignored() {
        assert_eq!(retry_after(&headers("Wed, 21 Oct 2015 07:28:00 GMT")), Some(Duration::ZERO));
        assert_eq!(retry_after(&headers("soon")), None);
        assert_eq!(retry_after(&headers("-5")), None);
    }

    #[test]
    fn no_server_silences_us_for_more_than_a_day() {
        assert_eq!(retry_after(&headers("99999999999")), Some(LONGEST_ASKED));
    }

    #[test]
    fn what_is_final_or_needs_the_person_is_not_tried_again_by_itself() {
        // I10
        for code in
            [ErrorCode::Absent, ErrorCode::Withheld, ErrorCode::SessionExpired, ErrorCode::DiskFull]
        {
            assert_eq!(backoff(1, &error(code, None)), None, "{code:?}");
        }
    }

    proptest! {
        #[test]
        fn waits_stay_within_a_ceiling_that_doubles(attempt in 0u32..100) {
            let wait = backoff(attempt, &error(ErrorCode::Unreachable, None)).unwrap();
            let ceiling = 2u64.saturating_pow(attempt.max(1)).min(LONGEST.as_secs());
            prop_assert!(wait >= SHORTEST && wait <= Duration::from_secs(ceiling));
        }

        #[test]
        fn what_the_server_asks_is_obeyed(attempt in 0u32..100, asked in 0u64..100_000) {
            let asked = Duration::from_secs(asked);
            let wait = backoff(attempt, &error(ErrorCode::RateLimited, Some(asked))).unwrap();
            prop_assert!(wait >= asked && wait <= asked + 2 * SHORTEST);
        }
    }
}
