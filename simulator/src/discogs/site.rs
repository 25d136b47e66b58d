//! The site's pages: signing in, the page that tells who is signed in, the one that makes tokens, and the one on which
//! a person agrees that an application acts in their name.

use crate::pages::escape;
use crate::session::Cookies;
use crate::world::World;
use axum::Router;
use axum::extract::{Form, Path, Query, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use http::header::SET_COOKIE;
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use std::sync::Arc;

/// The cookie of a session.
pub(super) const SESSION: &str = "session";

/// The routes of the site.
pub(super) fn routes() -> Router<Arc<World>> {
    Router::new()
        .route("/", get(async || Redirect::to("/my")))
        .route("/login", get(login).post(sign_in))
        .route("/logout", get(sign_out))
        .route("/my", get(dashboard))
        .route("/user/{name}", get(profile))
        .route("/settings/developers", get(developers))
        .route("/settings/developers/token", post(renew_token))
        .route("/oauth/authorize", get(authorize).post(decide))
        .fallback(async || (StatusCode::NOT_FOUND, Html(page("404", None, "<p>Not found.</p>"))))
}

/// The sign-in page, which a fault may show in place of any answer.
pub(crate) fn sign_in_page() -> String {
    login_form("/my")
}

#[derive(Deserialize)]
struct Login {
    return_to: Option<String>,
}

async fn login(Query(login): Query<Login>) -> Html<String> {
    Html(login_form(login.return_to.as_deref().unwrap_or("/my")))
}

fn login_form(return_to: &str) -> String {
    let form = format!(
        r#"<form method="post" action="/login"><input type="hidden" name="return_to" value="{}">
<label>Username <input name="username" value="demo"></label><button type="submit">Log in</button></form>"#,
        escape(return_to)
    );
    page("Log in", None, &form)
}

#[derive(Deserialize)]
struct Credentials {
    username: String,
    return_to: String,
}

/// Lets anybody in.
async fn sign_in(State(world): State<Arc<World>>, Form(form): Form<Credentials>) -> Response {
    let value = world.discogs.state().sign_in(&form.username);
    let cookie =
        format!("{SESSION}={value}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=2592000");
    // Addresses of other sites are nobody's business here.
    let local = form.return_to.starts_with('/') && !form.return_to.starts_with("//");
    let to = if local { form.return_to.as_str() } else { "/my" };
    ([(SET_COOKIE, cookie)], Redirect::to(to)).into_response()
}

async fn sign_out() -> Response {
    let forget = format!("{SESSION}=; Path=/; Secure; HttpOnly; Max-Age=0");
    ([(SET_COOKIE, forget)], Redirect::to("/login")).into_response()
}

/// Who is signed in: the page says it where people read it, and in the data that its scripts begin with.
async fn dashboard(State(world): State<Arc<World>>, headers: HeaderMap) -> Response {
    match visitor(&world, &headers) {
        Some(name) => {
            // People's pages are full of links to other people.
            let friends = r#"<article><header><a href="/user/crate_digger">crate_digger</a> has added a release</header>
<p>Welcome to Discogs! <a href="/user/vinyl.only/collection">vinyl.only</a> wants what you have.</p></article>"#;
            Html(page("Dashboard", Some(&name), friends)).into_response()
        }
        None => to_login("/my"),
    }
}

/// Somebody's profile, for everybody.
async fn profile(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    Path(name): Path<String>,
) -> Response {
    let visitor = visitor(&world, &headers);
    let name = escape(&name);
    let content = format!(r#"<header><a href="/user/{name}">{name}</a></header>"#);
    Html(page("Profile", visitor.as_deref(), &content)).into_response()
}

async fn developers(State(world): State<Arc<World>>, headers: HeaderMap) -> Response {
    let Some(name) = visitor(&world, &headers) else { return to_login("/settings/developers") };
    let token = world.discogs.state().keys.personal_token(&name);
    let content = format!(
        r#"<h2>Personal access token</h2><p>Current token: <code id="token">{token}</code></p>
<form method="post" action="/settings/developers/token"><button type="submit">Generate new token</button></form>"#
    );
    Html(page("Developer settings", Some(&name), &content)).into_response()
}

async fn renew_token(State(world): State<Arc<World>>, headers: HeaderMap) -> Response {
    let Some(name) = visitor(&world, &headers) else { return to_login("/settings/developers") };
    world.discogs.state().keys.renew_token(&name);
    Redirect::to("/settings/developers").into_response()
}

#[derive(Deserialize)]
struct Authorize {
    oauth_token: String,
}

async fn authorize(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    Query(asked): Query<Authorize>,
) -> Response {
    let Some(name) = visitor(&world, &headers) else {
        return to_login(&format!("/oauth/authorize?oauth_token={}", asked.oauth_token));
    };
    let state = world.discogs.state();
    if state.keys.pending(&asked.oauth_token).is_none() {
        return stale();
    }
    let content = format!(
        r#"<p><strong>{}</strong> would like to act in your name.</p>
<form method="post" action="/oauth/authorize"><input type="hidden" name="oauth_token" value="{}">
<button name="decision" value="authorize">Authorize</button>
<button name="decision" value="deny">Deny</button></form>"#,
        escape(&state.keys.consumer.name),
        escape(&asked.oauth_token)
    );
    Html(page("Authorize application", Some(&name), &content)).into_response()
}

#[derive(Deserialize)]
struct Decision {
    oauth_token: String,
    decision: String,
}

/// Sends the person back to the application, or shows a code to copy.
async fn decide(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    Form(form): Form<Decision>,
) -> Response {
    let Some(name) = visitor(&world, &headers) else { return to_login("/my") };
    let token = form.oauth_token.as_str();
    let mut state = world.discogs.state();
    let Some(pending) = state.keys.pending(token) else { return stale() };
    let callback = pending.callback.clone();
    if form.decision != "authorize" {
        state.keys.deny(token);
        return match callback {
            Some(callback) => {
                Redirect::to(&with_query(&callback, &[("denied", token)])).into_response()
            }
            None => {
                Html(page("Denied", Some(&name), "<p>You have denied access.</p>")).into_response()
            }
        };
    }
    let Some(verifier) = state.keys.agree(token, &name) else { return stale() };
    let answer = [("oauth_token", token), ("oauth_verifier", &verifier)];
    match callback {
        Some(callback) => Redirect::to(&with_query(&callback, &answer)).into_response(),
        None => {
            let content =
                format!("<p>Your code: <code id=\"auth_success_verifier\">{verifier}</code></p>");
            Html(page("Authorized", Some(&name), &content)).into_response()
        }
    }
}

fn with_query(address: &str, pairs: &[(&str, &str)]) -> String {
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    let joint = if address.contains('?') { '&' } else { '?' };
    format!("{address}{joint}{query}")
}

fn stale() -> Response {
    (StatusCode::BAD_REQUEST, Html(page("Error", None, "<p>Unknown or expired token.</p>")))
        .into_response()
}

fn to_login(return_to: &str) -> Response {
    Redirect::to(&with_query("/login", &[("return_to", return_to)])).into_response()
}

fn visitor(world: &World, headers: &HeaderMap) -> Option<String> {
    let cookies = Cookies::of(headers);
    world.discogs.state().visitor(cookies.get(SESSION)?)
}

fn page(title: &str, visitor: Option<&str>, content: &str) -> String {
    let (menu, data) = visitor.map(signed_in).unwrap_or_else(signed_out);
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title} | Discogs</title></head>\
         <body><header><a href=\"/\">Discogs</a> <nav>{menu}</nav></header><main><h1>{title}</h1>{content}</main>\
         <script type=\"application/json\" id=\"dsdata\">{data}</script></body></html>\n"
    )
}

fn signed_in(name: &str) -> (String, String) {
    let name = escape(name);
    let menu = format!(
        "<a href=\"/user/{name}\"><img class=\"user_image\" alt=\"{name}\" src=\"data:,\"></a> \
         <a href=\"/user/{name}/collection\">Collection</a> <a href=\"/logout\">Log out</a>"
    );
    (menu, format!("{{\"data\":{{\"viewer\":{{\"username\":\"{name}\"}}}}}}"))
}

fn signed_out() -> (String, String) {
    let menu = "<a href=\"/login\">Log In</a>".to_owned();
    (menu, "{\"data\":{\"viewer\":null}}".to_owned())
}
