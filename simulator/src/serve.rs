//! Serves a [`LongFile`] over HTTP: validators, one range, conditions (RFC 9110, sections 8.8, 13 and 14).

use crate::media::long_file::LongFile;
use axum::body::Body;
use axum::response::Response;
use futures::stream;
use http::header::{
    ACCEPT_RANGES, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG, IF_NONE_MATCH, IF_RANGE,
    LAST_MODIFIED, RANGE,
};
use http::{HeaderMap, HeaderName, StatusCode};
use std::ops::Range;

/// What a `Range` header asks of a file of known length.
#[derive(Debug, PartialEq, Eq)]
enum Wanted {
    Whole,
    Part(Range<u64>),
    Nothing,
}

/// The answer to a GET or HEAD with these headers. (The connection leaves out the body of a HEAD.)
pub(crate) fn file(file: &LongFile, headers: &HeaderMap) -> Response {
    if text(headers, IF_NONE_MATCH)
        .is_some_and(|tags| tags.split(',').any(|tag| tag.trim() == file.etag()))
    {
        return respond(file, StatusCode::NOT_MODIFIED, None);
    }
    let range = text(headers, RANGE).filter(|_| condition_holds(file, headers));
    match range.map_or(Wanted::Whole, |range| wanted(range, file.len())) {
        Wanted::Whole => respond(file, StatusCode::OK, Some(0..file.len())),
        Wanted::Part(part) => respond(file, StatusCode::PARTIAL_CONTENT, Some(part)),
        Wanted::Nothing => respond(file, StatusCode::RANGE_NOT_SATISFIABLE, None),
    }
}

/// True when a range may be served: without `If-Range`, or when it names what the file is now.
fn condition_holds(file: &LongFile, headers: &HeaderMap) -> bool {
    match text(headers, IF_RANGE) {
        None => true,
        Some(tag) if tag.starts_with('"') => tag == file.etag(),
        Some(date) => date == last_modified(file),
    }
}

fn wanted(range: &str, length: u64) -> Wanted {
    // Other units, several ranges and nonsense are to be ignored, which serves the whole file.
    let Some((first, last)) = range.strip_prefix("bytes=").and_then(|spec| spec.split_once('-'))
    else {
        return Wanted::Whole;
    };
    let part = match (first.trim().parse::<u64>(), last.trim().parse::<u64>()) {
        (Ok(first), Ok(last)) if first <= last => first..last.saturating_add(1).min(length),
        (Ok(first), Err(_)) if last.trim().is_empty() => first..length,
        (Err(_), Ok(suffix)) if first.trim().is_empty() => length.saturating_sub(suffix)..length,
        _ => return Wanted::Whole,
    };
    if part.start < part.end { Wanted::Part(part) } else { Wanted::Nothing }
}

fn respond(file: &LongFile, status: StatusCode, part: Option<Range<u64>>) -> Response {
    let mut response = Response::builder()
        .status(status)
        .header(ETAG, file.etag())
        .header(LAST_MODIFIED, last_modified(file))
        .header(ACCEPT_RANGES, "bytes");
    if status == StatusCode::RANGE_NOT_SATISFIABLE {
        response = response
            .header(CONTENT_RANGE, format!("bytes */{}", file.len()))
            .header(CONTENT_LENGTH, 0);
    }
    let body = part.map(|part| {
        if status == StatusCode::PARTIAL_CONTENT {
            let value = format!("bytes {}-{}/{}", part.start, part.end - 1, file.len());
            response = std::mem::take(&mut response).header(CONTENT_RANGE, value);
        }
        let length = part.end - part.start;
        response = std::mem::take(&mut response)
            .header(CONTENT_LENGTH, length)
            .header(CONTENT_TYPE, file.content_type());
        Body::from_stream(stream::iter(file.chunks(part).map(Ok::<_, std::convert::Infallible>)))
    });
    response.body(body.unwrap_or_default()).unwrap_or_default()
}

fn last_modified(file: &LongFile) -> String {
    httpdate::fmt_http_date(file.modified())
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_the_rfc_says() {
        assert_eq!(wanted("bytes=0-9", 100), Wanted::Part(0..10));
        assert_eq!(wanted("bytes=90-", 100), Wanted::Part(90..100));
        assert_eq!(wanted("bytes=-5", 100), Wanted::Part(95..100));
        assert_eq!(wanted("bytes=-500", 100), Wanted::Part(0..100));
        assert_eq!(wanted("bytes=50-500", 100), Wanted::Part(50..100));
        assert_eq!(wanted("bytes=100-", 100), Wanted::Nothing);
        assert_eq!(wanted("bytes=-0", 100), Wanted::Nothing);
        assert_eq!(wanted("bytes=9-3", 100), Wanted::Whole);
        assert_eq!(wanted("bytes=0-1,5-6", 100), Wanted::Whole);
        assert_eq!(wanted("lines=0-1", 100), Wanted::Whole);
    }
}
