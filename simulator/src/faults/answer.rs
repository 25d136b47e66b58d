//! Faults that replace the whole answer.

use super::{FaultKind, RetryAfter};
use crate::discogs;
use crate::filehost;
use crate::pages;
use crate::service::CDN;
use axum::body::Body;
use axum::response::{Html, IntoResponse, Json, Response};
use http::header::{CONTENT_LENGTH, LOCATION, RETRY_AFTER};
use http::{HeaderValue, StatusCode, Uri};
use serde_json::json;
use std::time::{Duration, SystemTime};

/// The query parameter that counts the hops of a redirect chain down.
pub(crate) const HOP: &str = "__hop";
/// A chain that is meant never to end.
const ENDLESS: u32 = 1000;

/// The answer that `kind` gives in place of the site's, if it does that.
pub(crate) fn instead(kind: &FaultKind, host: &str, uri: &Uri, trap: &str) -> Option<Response> {
    Some(match kind {
        FaultKind::SigninPage => Html(pages::signin(host)).into_response(),
        FaultKind::JsonError => {
            Json(json!({"error": {"code": "internal", "message": "Something went wrong"}}))
                .into_response()
        }
        FaultKind::EmptyBody => ([(CONTENT_LENGTH, "0")], Body::empty()).into_response(),
        FaultKind::Status { code, retry_after } => status(host, *code, *retry_after),
        FaultKind::RedirectChain { hops } => redirect(&with_hop(uri, *hops)),
        FaultKind::RedirectToOrigin => {
            redirect(&format!("https://{CDN}/mirror/{host}{}", target(uri)))
        }
        FaultKind::RedirectToLoopback => redirect(trap),
        FaultKind::ExpiredSignature => filehost::expired(host),
        FaultKind::Challenge => pages::challenge(),
        FaultKind::EdgeLimit { retry_after } => pages::rate_limited(*retry_after),
        FaultKind::NullUser => Json(json!(null)).into_response(),
        _ => return None,
    })
}

/// The next hop of a chain begun by [`FaultKind::RedirectChain`], or `None` where the chain ends in the answer.
pub(crate) fn next_hop(uri: &Uri) -> Option<Response> {
    let hops: u32 = crate::signed::query(uri, HOP)?.parse().ok()?;
    let left = if hops > ENDLESS { hops } else { hops.saturating_sub(1) };
    (left > 0).then(|| redirect(&with_hop(uri, left)))
}

fn with_hop(uri: &Uri, hops: u32) -> String {
    let kept = uri
        .query()
        .unwrap_or_default()
        .split('&')
        .filter(|pair| !pair.is_empty() && !pair.starts_with(HOP));
    let pairs: Vec<String> = kept.map(str::to_owned).chain([format!("{HOP}={hops}")]).collect();
    format!("{}?{}", uri.path(), pairs.join("&"))
}

fn target(uri: &Uri) -> &str {
    uri.path_and_query().map_or("/", |target| target.as_str())
}

fn redirect(to: &str) -> Response {
    (StatusCode::FOUND, [(LOCATION, to)]).into_response()
}

fn status(host: &str, code: u16, retry_after: Option<RetryAfter>) -> Response {
    let status = StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let body = match (host, status) {
        (discogs::API, StatusCode::TOO_MANY_REQUESTS) => json!({"message": discogs::TOO_QUICK}),
        (discogs::API, _) => json!({"message": status.canonical_reason()}),
        _ => json!({"detail": status.canonical_reason()}),
    };
    let mut response = (status, Json(body)).into_response();
    let value = match retry_after {
        Some(RetryAfter::Seconds(seconds)) => seconds.to_string(),
        Some(RetryAfter::Date(seconds)) => {
            httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(seconds))
        }
        None => return response,
    };
    if let Ok(value) = HeaderValue::from_str(&value) {
        response.headers_mut().insert(RETRY_AFTER, value);
    }
    response
}
