//! The pages of the sites: signing in and out, the front page, and the protection's challenge.

use crate::ApiError;
use crate::account::Person;
use crate::service::{Service, Site};
use crate::session::SetCookie;
use crate::world::World;
use axum::Router;
use axum::extract::{Query, State};
use axum::response::{AppendHeaders, Html, IntoResponse, Response};
use axum::routing::get;
use http::header::{CACHE_CONTROL, SET_COOKIE};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri};
use serde::Deserialize;
use std::sync::Arc;

/// The pages of `service`. Any address that is not the API's shows the front page, as in a site that is one program.
pub(crate) fn routes(service: Service) -> Router<Arc<World>> {
    Router::new()
        .route("/signin", get(move |state, query| sign_in(service, state, query)))
        .route("/signout", get(move |state, headers| sign_out(service, state, headers)))
        .fallback(move |state, headers, uri| front(service, state, headers, uri))
}

#[derive(Deserialize)]
struct SignIn {
    account: Option<String>,
    /// `1`: this session has a Supabase cookie also on producer.ai.
    supabase: Option<String>,
}

async fn sign_in(
    service: Service,
    State(world): State<Arc<World>>,
    Query(form): Query<SignIn>,
) -> Response {
    let Some(account) = form.account.filter(|account| !account.is_empty()) else {
        return Html(signin(service.host())).into_response();
    };
    let cookies = world.sign_in(service, &account, form.supabase.as_deref() == Some("1"));
    (set(&cookies), Html(page(service, &signed_in(&account)))).into_response()
}

async fn sign_out(
    service: Service,
    State(world): State<Arc<World>>,
    headers: HeaderMap,
) -> Response {
    world.sign_out(service, &headers);
    let names =
        headers.get_all(http::header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let names =
        names.flat_map(|text| text.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let forget =
        names.map(|(name, _)| (SET_COOKIE, header(&format!("{name}=; Path=/; Secure; Max-Age=0"))));
    (AppendHeaders(forget.collect::<Vec<_>>()), Html(page(service, SIGNED_OUT))).into_response()
}

async fn front(
    service: Service,
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    uri: Uri,
) -> Response {
    if uri.path().starts_with("/__api/") {
        return ApiError::new(StatusCode::NOT_FOUND, "Not Found").into_response();
    }
    if uri.path() == "/favicon.ico" {
        return StatusCode::NO_CONTENT.into_response();
    }
    match world.visitor(service, &headers) {
        Some((Person { name, .. }, cookies)) => {
            (set(&cookies), Html(page(service, &signed_in(&name)))).into_response()
        }
        None => Html(page(service, SIGNED_OUT)).into_response(),
    }
}

const SIGNED_OUT: &str = r#"<p id="who">Not signed in.</p><p><a href="/signin">Sign in</a></p>"#;

fn signed_in(account: &str) -> String {
    let account = escape(account);
    format!(
        r#"<p id="who">Signed in as <strong>{account}</strong>.</p><p><a href="/signout">Sign out</a></p>"#
    )
}

/// The sign-in page of the site at `host`, which file hosts do not have of their own.
pub(crate) fn signin(host: &str) -> String {
    let service = match Site::of(host) {
        Some(Site::Videos | Site::VideoFiles) => return crate::videos::sign_in_page(),
        Some(Site::Discogs(_)) => return crate::discogs::sign_in_page(),
        Some(Site::Service(service) | Site::Apex(service)) => service,
        _ => Service::Producer,
    };
    let form = r#"<form action="/signin"><label>Account <input name="account" value="demo"></label>
<button type="submit">Sign in</button></form>"#;
    page(service, form)
}

fn page(service: Service, content: &str) -> String {
    let title = service.title();
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title}</title>\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <style>body{{font:16px/1.5 system-ui,sans-serif;margin:0;background:#14121a;color:#eee}}\
         header{{padding:1rem 2rem;background:#221f2d}}main{{padding:2rem;max-width:40rem}}a{{color:#b69cff}}</style></head>\
         <body><header><strong>{title}</strong></header><main><h1>{title}</h1>{content}</main></body></html>\n"
    )
}

pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// What Cloudflare shows before it lets a browser through.
pub(crate) fn challenge() -> Response {
    let page = "<!DOCTYPE html><html lang=\"en-US\"><head><title>Just a moment...</title>\
                <meta name=\"robots\" content=\"noindex,nofollow\"></head><body><div class=\"main-wrapper\" role=\"main\">\
                <noscript>Enable JavaScript and cookies to continue</noscript></div>\
                <script>window._cf_chl_opt={cType:'managed'};</script></body></html>";
    let headers = [
        (HeaderName::from_static("cf-mitigated"), "challenge"),
        (http::header::SERVER, "cloudflare"),
        (HeaderName::from_static("cf-ray"), "8f0a1b2c3d4e5f60-CDG"),
        (CACHE_CONTROL, "private, max-age=0, no-store, no-cache, must-revalidate"),
    ];
    (StatusCode::FORBIDDEN, headers, Html(page)).into_response()
}

/// Cloudflare's own limit, in front of whatever limit the site has.
pub(crate) fn rate_limited(retry_after: u64) -> Response {
    let page = "<!DOCTYPE html><html lang=\"en-US\"><head><title>Access denied | Cloudflare used to restrict access\
                </title></head><body><h1>Error 1015</h1><h2>You are being rate limited</h2></body></html>";
    let headers = [
        (http::header::RETRY_AFTER, HeaderValue::from(retry_after)),
        (http::header::SERVER, HeaderValue::from_static("cloudflare")),
        (HeaderName::from_static("cf-ray"), HeaderValue::from_static("8f0a1b2c3d4e5f61-CDG")),
    ];
    (StatusCode::TOO_MANY_REQUESTS, headers, Html(page)).into_response()
}

fn set(cookies: &[SetCookie]) -> AppendHeaders<Vec<(HeaderName, HeaderValue)>> {
    let one = |cookie: &SetCookie| {
        let hidden = if cookie.http_only { "; HttpOnly" } else { "" };
        let SetCookie { name, value, .. } = cookie;
        (
            SET_COOKIE,
            header(&format!(
                "{name}={value}; Path=/; Secure; SameSite=Lax; Max-Age=34560000{hidden}"
            )),
        )
    };
    AppendHeaders(cookies.iter().map(one).collect())
}

fn header(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static(""))
}
