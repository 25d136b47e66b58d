//! What an answer without the file means: statuses, protection pages, sign-in pages, expired signatures.

use crate::fault::Fault;
use crate::retry;
use crate::signed_address::{Signed, body_says_expired};
use crate::sniff::Kind;
use http::{HeaderMap, StatusCode};
use protocol::ErrorCode;
use reqwest::Url;
use std::time::SystemTime;

/// How much of an error page is read.
pub(crate) const PAGE: usize = 16 * 1024;

/// Where an answer came from.
pub(crate) struct Origin<'a> {
    pub url: &'a Url,
    /// The site's name, for messages about its session.
    pub site: &'a str,
    /// It is the site itself, whose pages are about the session, and not a file host.
    pub at_home: bool,
}

impl Origin<'_> {
    /// Names a status that is neither success nor a redirect. `page` is the beginning of the body.
    pub fn refusal(&self, status: StatusCode, headers: &HeaderMap, page: &[u8]) -> Fault {
        let page = String::from_utf8_lossy(page);
        if is_challenge(status, headers, &page) {
            return self.of_site(ErrorCode::Challenge);
        }
        let wait = retry::retry_after(headers);
        match status {
            StatusCode::UNAUTHORIZED if self.at_home => self.of_site(ErrorCode::SessionExpired),
            StatusCode::BAD_REQUEST | StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN
                if self.expired(status, &page) =>
            {
                self.of_host(ErrorCode::AddressExpired)
            }
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Fault::new(ErrorCode::Withheld),
            StatusCode::NOT_FOUND | StatusCode::GONE => Fault::new(ErrorCode::Absent),
            StatusCode::TOO_MANY_REQUESTS => self.of_host(ErrorCode::RateLimited).after(wait),
            // 202: the file is still being made.
            StatusCode::REQUEST_TIMEOUT
            | StatusCode::TOO_EARLY
            | StatusCode::ACCEPTED
            | StatusCode::PARTIAL_CONTENT => {
                self.with_status(ErrorCode::ServerError, status).after(wait)
            }
            StatusCode::NO_CONTENT | StatusCode::RESET_CONTENT => not_media(Kind::Empty),
            status if status.is_server_error() => {
                self.with_status(ErrorCode::ServerError, status).after(wait)
            }
            status => self.with_status(ErrorCode::Refused, status),
        }
    }

    /// Names a success whose body is not the file. `page` is its beginning.
    pub fn in_place_of_the_file(&self, kind: Kind, headers: &HeaderMap, page: &[u8]) -> Fault {
        if kind != Kind::Html {
            return not_media(kind);
        }
        if is_challenge(StatusCode::OK, headers, &String::from_utf8_lossy(page)) {
            return self.of_site(ErrorCode::Challenge);
        }
        if self.at_home || is_sign_in(self.url) {
            self.of_site(ErrorCode::SessionExpired)
        } else {
            not_media(kind)
        }
    }

    /// A signed address is over when the host says so, or when it may be and the host refuses it.
    fn expired(&self, status: StatusCode, page: &str) -> bool {
        if self.at_home {
            return false;
        }
        let signed = Signed::of(self.url);
        let refused = status != StatusCode::BAD_REQUEST;
        body_says_expired(page) || (refused && signed.may_have_expired(SystemTime::now()))
    }

    fn of_site(&self, code: ErrorCode) -> Fault {
        Fault::new(code).with("site", self.site)
    }

    fn of_host(&self, code: ErrorCode) -> Fault {
        Fault::new(code).with("host", self.url.host_str().unwrap_or_default())
    }

    fn with_status(&self, code: ErrorCode, status: StatusCode) -> Fault {
        self.of_host(code).with("status", status.as_u16())
    }
}

fn not_media(kind: Kind) -> Fault {
    Fault::new(ErrorCode::NotMedia).with("kind", kind.as_str())
}

/// Cloudflare's interstitial, which is neither data nor a sign-out.
/// <https://developers.cloudflare.com/cloudflare-challenges/challenge-types/challenge-pages/detect-response/>
fn is_challenge(status: StatusCode, headers: &HeaderMap, page: &str) -> bool {
    let marked = headers.get("cf-mitigated").is_some_and(|value| value.as_bytes() == b"challenge");
    let plausible = matches!(
        status,
        StatusCode::OK
            | StatusCode::FORBIDDEN
            | StatusCode::TOO_MANY_REQUESTS
            | StatusCode::SERVICE_UNAVAILABLE
    );
    marked || (plausible && page.contains("<title>Just a moment"))
}

/// A redirect away from the site that ended on a page where people sign in.
fn is_sign_in(url: &Url) -> bool {
    const WORDS: &[&str] = &["login", "signin", "sign-in", "sign_in"];
    let path = url.path().to_ascii_lowercase();
    url.host_str() == Some("accounts.google.com")
        || path.split('/').any(|segment| WORDS.contains(&segment))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn code(url: &str, at_home: bool, status: u16, page: &str) -> ErrorCode {
        let url = Url::parse(url).unwrap();
        let origin = Origin { url: &url, site: "producer.ai", at_home };
        let status = StatusCode::from_u16(status).unwrap();
        origin.refusal(status, &HeaderMap::new(), page.as_bytes()).error.code
    }

    #[rstest]
    #[case(401, ErrorCode::SessionExpired)]
    #[case(403, ErrorCode::Withheld)]
    #[case(404, ErrorCode::Absent)]
    #[case(410, ErrorCode::Absent)]
    #[case(408, ErrorCode::ServerError)]
    #[case(429, ErrorCode::RateLimited)]
    #[case(500, ErrorCode::ServerError)]
    #[case(502, ErrorCode::ServerError)]
    #[case(503, ErrorCode::ServerError)]
    #[case(504, ErrorCode::ServerError)]
    #[case(202, ErrorCode::ServerError)]
    #[case(204, ErrorCode::NotMedia)]
    #[case(400, ErrorCode::Refused)]
    #[case(304, ErrorCode::Refused)]
    #[case(451, ErrorCode::Refused)]
    fn each_status_of_a_site_has_its_meaning(#[case] status: u16, #[case] expected: ErrorCode) {
        // I10
        assert_eq!(code("https://www.producer.ai/x", true, status, ""), expected);
    }

    const ENDED: &str = "https://files.example/a?Expires=1000000000&Signature=b";
    const VALID: &str = "https://files.example/a?Expires=32503680000&Signature=b";
    const PLAIN: &str = "https://files.example/a";

    #[rstest]
    #[case::plain(PLAIN, 403, "", ErrorCode::Withheld)]
    #[case::anonymous(PLAIN, 401, "", ErrorCode::Withheld)]
    #[case::ended(ENDED, 403, "", ErrorCode::AddressExpired)]
    #[case::ended_unauthorized(ENDED, 401, "", ErrorCode::AddressExpired)]
    #[case::still_valid(VALID, 403, "", ErrorCode::Withheld)]
    #[case::says_so(VALID, 400, "<Error><Code>ExpiredToken</Code>", ErrorCode::AddressExpired)]
    #[case::signature(VALID, 403, "<Code>SignatureDoesNotMatch</Code>", ErrorCode::AddressExpired)]
    #[case::amazon(VALID, 403, "<Message>Request has expired</Message>", ErrorCode::AddressExpired)]
    #[case::bad_request(ENDED, 400, "", ErrorCode::Refused)]
    fn a_file_host_that_refuses_withholds_or_the_address_is_over(
        #[case] url: &str,
        #[case] status: u16,
        #[case] page: &str,
        #[case] expected: ErrorCode,
    ) {
        assert_eq!(code(url, false, status, page), expected);
    }

    #[rstest]
    #[case(403)]
    #[case(503)]
    #[case(429)]
    fn a_protection_page_is_no_refusal_of_the_file(#[case] status: u16) {
        // I10
        let page = "<!DOCTYPE html><html><head><title>Just a moment...</title>";
        assert_eq!(code("https://www.producer.ai/x", true, status, page), ErrorCode::Challenge);
    }

    #[test]
    fn the_protections_own_header_is_enough() {
        let url = Url::parse("https://www.producer.ai/x").unwrap();
        let origin = Origin { url: &url, site: "producer.ai", at_home: true };
        let headers =
            HeaderMap::from_iter([("cf-mitigated".parse().unwrap(), "challenge".parse().unwrap())]);
        let fault = origin.refusal(StatusCode::FORBIDDEN, &headers, b"");
        assert_eq!(fault.error.code, ErrorCode::Challenge);
        assert_eq!(fault.error.params["site"], "producer.ai");
    }

    #[rstest]
    #[case::at_home("https://www.producer.ai/x", true, ErrorCode::SessionExpired)]
    #[case::led_to_sign_in("https://auth.example/login", false, ErrorCode::SessionExpired)]
    #[case::led_to_google("https://accounts.google.com/v3", false, ErrorCode::SessionExpired)]
    #[case::at_a_file_host("https://files.example/a", false, ErrorCode::NotMedia)]
    fn a_page_in_place_of_the_file_is_a_lost_session_where_people_sign_in(
        #[case] url: &str,
        #[case] at_home: bool,
        #[case] expected: ErrorCode,
    ) {
        let url = Url::parse(url).unwrap();
        let origin = Origin { url: &url, site: "producer.ai", at_home };
        let fault = origin.in_place_of_the_file(Kind::Html, &HeaderMap::new(), b"<html>");
        assert_eq!(fault.error.code, expected);
    }
}
