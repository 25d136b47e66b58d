//! What an answer of a service's API means: data, try again, sign in, or an error to report.
//!
//! The hard cases are pages that come in place of data. A protection's "Just a moment" is neither data nor a
//! sign-out, whatever its status; only a page that clearly asks to sign in is a sign-out.

use crate::fields::{about, changed};
use crate::transport::{MAX_ANSWER, Response};
use protocol::{ErrorBody, ErrorClass, ErrorCode, Source};

/// Pages are recognised by their beginning.
const PAGE_START: usize = 64 * 1024;

/// The longest time that a service may ask for and still be waited for within one call.
const LONGEST_WAIT_S: u64 = 300;
/// How long to wait when `Retry-After` is a date: there is no clock here to compare it with.
const WAIT_FOR_DATE_S: u64 = 15;

/// What to do with an answer.
#[derive(Debug, PartialEq)]
pub(crate) enum Verdict {
    /// Its body is the data.
    Data,
    /// Try again, not before so many seconds when the service says so; the error is for when it goes on.
    Again(ErrorBody, Option<u64>),
    /// There is no such thing, or not any more.
    Missing,
    /// It is at this path of the same origin.
    Moved(String),
    /// The session was not accepted.
    Unauthorized,
    /// An error that asking again does not mend.
    Stop(ErrorBody),
}

/// Judges the answer to a request for `path` of `source`.
pub(crate) fn judge(source: Source, path: &str, answer: &Result<Response, ErrorBody>) -> Verdict {
    let response = match answer {
        Ok(response) => response,
        Err(error) if error.class() == ErrorClass::Temporary => {
            return Verdict::Again(error.clone(), None);
        }
        Err(error) => return Verdict::Stop(error.clone()),
    };
    if is_challenge(response) {
        return Verdict::Stop(about(source, ErrorCode::Challenge));
    }
    let failed = |code| {
        let host = source.origin().trim_start_matches("https://");
        ErrorBody::new(code).with("host", host).with("status", response.status)
    };
    match response.status {
        200..=299 => judge_content(source, path, response),
        300..=399 => Verdict::Moved(new_path(source, response)),
        401 => Verdict::Unauthorized,
        403 if asks_to_sign_in(response) => Verdict::Stop(about(source, ErrorCode::SignedOut)),
        // An API refuses in its own form; a page is from what stands before it.
        403 if is_page(response) => Verdict::Stop(about(source, ErrorCode::Challenge)),
        404 if lacks_seller_settings(response) => Verdict::Stop(failed(ErrorCode::Refused)),
        404 | 410 => Verdict::Missing,
        429 => again(failed(ErrorCode::RateLimited), response),
        408 | 425 | 500..=599 => again(failed(ErrorCode::ServerError), response),
        _ => Verdict::Stop(failed(ErrorCode::Refused)),
    }
}

fn judge_content(source: Source, path: &str, response: &Response) -> Verdict {
    if response.body.len() > MAX_ANSWER {
        return Verdict::Stop(ErrorBody::new(ErrorCode::TooLarge).with("limit", MAX_ANSWER));
    }
    // What only says where something was made needs no body.
    if response.body.trim_ascii().is_empty() && response.location.is_none() {
        let host = source.origin().trim_start_matches("https://");
        let error = ErrorBody::new(ErrorCode::ServerError).with("host", host);
        return again(error.with("status", response.status), response);
    }
    if !is_page(response) {
        return Verdict::Data;
    }
    Verdict::Stop(if is_sign_in_page(response) {
        about(source, ErrorCode::SignedOut)
    } else {
        changed(source, &[path_only(path)], "answers with a page in place of data")
    })
}

fn again(error: ErrorBody, response: &Response) -> Verdict {
    let wait = response.retry_after.as_deref().map(seconds_of);
    match wait {
        Some(wait) if wait > LONGEST_WAIT_S => Verdict::Stop(error.with("retry_after_s", wait)),
        wait => Verdict::Again(error, wait),
    }
}

fn seconds_of(retry_after: &str) -> u64 {
    let text = retry_after.trim();
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    // All digits and yet no number: it overflows.
    if digits { text.parse().unwrap_or(u64::MAX) } else { WAIT_FOR_DATE_S }
}

/// Where a redirect leads, or what was made is, if that is the same origin; empty where it is elsewhere.
pub(crate) fn new_path(source: Source, response: &Response) -> String {
    let location = response.location.as_deref().unwrap_or_default();
    let path = location.strip_prefix(source.origin()).unwrap_or(location);
    let is_path = path.starts_with('/') && !path.starts_with("//");
    if is_path { path.to_owned() } else { String::new() }
}

/// The path without its parameters, for messages.
pub(crate) fn path_only(path: &str) -> &str {
    path.split('?').next().unwrap_or(path)
}

/// Whether a protection (Cloudflare's) wants to see a person, whatever the status.
pub fn is_challenge(response: &Response) -> bool {
    let marks =
        ["just a moment", "challenge-platform", "cf-chl-", "attention required! | cloudflare"];
    response.cf_mitigated
        || (is_page(response) && marks.iter().any(|mark| holds(&response.body, mark)))
}

/// Whether this is a page for people.
fn is_page(response: &Response) -> bool {
    let first = response.body.iter().find(|byte| !byte.is_ascii_whitespace() && **byte != 0);
    first == Some(&b'<')
        || (first != Some(&b'{') && holds(response.content_type.as_bytes(), "text/html"))
}

/// Whether this page clearly asks to sign in: by a password field, its title, or a form about it.
pub fn is_sign_in_page(response: &Response) -> bool {
    if !is_page(response) {
        return false;
    }
    let title = between(&response.body, b"<title", b"</title");
    let signs_in = |text: &[u8]| {
        ["sign in", "log in", "signin", "login"].iter().any(|words| holds(text, words))
    };
    signs_in(title)
        || holds(&response.body, "type=\"password\"")
        || (holds(&response.body, "<form") && signs_in(&response.body))
}

/// Whether Discogs says so of whom it asks for: "You must fill out your seller settings first." It says it with a 404.
fn lacks_seller_settings(response: &Response) -> bool {
    !is_page(response) && holds(&response.body, "seller settings")
}

fn asks_to_sign_in(response: &Response) -> bool {
    is_sign_in_page(response)
        || ["authenticat", "sign in", "log in"].iter().any(|words| holds(&response.body, words))
}

/// Whether the beginning of `text` holds `words` (lower case), without regard to case.
fn holds(text: &[u8], words: &str) -> bool {
    find(text, words.as_bytes()).is_some()
}

fn find(text: &[u8], words: &[u8]) -> Option<usize> {
    let start = &text[..text.len().min(PAGE_START)];
    start.windows(words.len()).position(|window| window.eq_ignore_ascii_case(words))
}

fn between<'t>(text: &'t [u8], open: &[u8], close: &[u8]) -> &'t [u8] {
    let Some(start) = find(text, open) else { return &[] };
    let rest = &text[start..];
    &rest[..find(rest, close).unwrap_or(rest.len())]
}
