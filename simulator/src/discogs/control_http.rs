//! The powers over Discogs for other processes.

use super::account::Sizes;
use super::export::Course;
use super::state::Fate;
use crate::control::Control;
use crate::control_http::done;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Json, Response};
use axum::routing::{get, post};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

/// All operations.
pub(crate) fn routes() -> Router<Control> {
    Router::new()
        .route("/account", get(account).post(make_account))
        .route("/truth", get(truth))
        .route("/release/{id}", get(release))
        .route("/copies/add", post(add_copies))
        .route("/copies/remove", post(remove_copy))
        .route("/fate", post(fate))
        .route("/enlarge", post(enlarge))
        .route("/token", get(token))
        .route("/token/renew", post(renew_token))
        .route("/token/expire", post(expire_tokens))
        .route("/consumer", get(consumer))
        .route("/signin", post(sign_in))
        .route("/expire", post(expire))
        .route("/rate", get(rate).post(set_rate).delete(reset_rate))
        .route("/set", post(set))
}

#[derive(Deserialize)]
struct Whose {
    #[serde(default = "demo")]
    account: String,
}

fn demo() -> String {
    "demo".into()
}

async fn account(State(control): State<Control>, Query(whose): Query<Whose>) -> Response {
    found(control.discogs().account(&whose.account))
}

async fn truth(State(control): State<Control>, Query(whose): Query<Whose>) -> Response {
    found(control.discogs().truth(&whose.account))
}

#[derive(Deserialize)]
struct Sized {
    #[serde(flatten)]
    whose: Whose,
    #[serde(flatten)]
    sizes: Sizes,
}

/// What is not said has its usual size.
async fn make_account(State(control): State<Control>, Json(sized): Json<Sized>) -> Json<Value> {
    control.discogs().make_account(&sized.whose.account, sized.sizes);
    done()
}

async fn release(State(control): State<Control>, Path(id): Path<u32>) -> Response {
    let discogs = control.discogs();
    let known = discogs.release(id).zip(discogs.fate(id));
    found(known.map(|(release, fate)| json!({"release": release, "fate": fate})))
}

#[derive(Deserialize)]
struct Counted {
    #[serde(flatten)]
    whose: Whose,
    count: u32,
}

async fn add_copies(State(control): State<Control>, Json(counted): Json<Counted>) -> Json<Value> {
    control.discogs().add_copies(&counted.whose.account, counted.count);
    done()
}

#[derive(Deserialize)]
struct OfCopy {
    #[serde(flatten)]
    whose: Whose,
    instance_id: u64,
}

async fn remove_copy(State(control): State<Control>, Json(copy): Json<OfCopy>) -> Response {
    let removed = control.discogs().remove_copy(&copy.whose.account, copy.instance_id);
    found(removed.then(|| json!({"ok": true})))
}

#[derive(Deserialize)]
struct OfFate {
    id: u32,
    fate: Fate,
}

async fn fate(State(control): State<Control>, Json(of): Json<OfFate>) -> Json<Value> {
    control.discogs().set_fate(of.id, of.fate);
    done()
}

#[derive(Deserialize)]
struct Enlarge {
    id: u32,
    bytes: usize,
}

async fn enlarge(State(control): State<Control>, Json(enlarge): Json<Enlarge>) -> Json<Value> {
    control.discogs().enlarge_release(enlarge.id, enlarge.bytes);
    done()
}

async fn token(State(control): State<Control>, Query(whose): Query<Whose>) -> String {
    control.discogs().token(&whose.account)
}

async fn renew_token(State(control): State<Control>, Json(whose): Json<Whose>) -> String {
    control.discogs().renew_token(&whose.account)
}

#[derive(Deserialize)]
struct Calls {
    #[serde(flatten)]
    whose: Whose,
    calls: u32,
}

async fn expire_tokens(State(control): State<Control>, Json(calls): Json<Calls>) -> Json<Value> {
    control.discogs().expire_tokens_after(&calls.whose.account, calls.calls);
    done()
}

async fn consumer(State(control): State<Control>) -> Json<Value> {
    let consumer = control.discogs().consumer();
    Json(json!({"key": consumer.key, "secret": consumer.secret, "name": consumer.name}))
}

/// Answers with the text of a Netscape cookie file.
async fn sign_in(State(control): State<Control>, Json(whose): Json<Whose>) -> String {
    control.discogs().sign_in(&whose.account)
}

/// What ends.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Ends {
    Sessions,
    Pictures,
}

#[derive(Deserialize)]
struct Expire {
    what: Ends,
}

async fn expire(State(control): State<Control>, Json(expire): Json<Expire>) -> Json<Value> {
    match expire.what {
        Ends::Sessions => control.discogs().end_sessions(),
        Ends::Pictures => control.discogs().expire_pictures(),
    }
    done()
}

async fn rate(State(control): State<Control>) -> Response {
    Json(control.discogs().rate()).into_response()
}

async fn reset_rate(State(control): State<Control>) -> Json<Value> {
    control.discogs().reset_rate();
    done()
}

/// What is absent stays as it is.
#[derive(Deserialize)]
struct Rate {
    scale: Option<f64>,
    retry_after: Option<bool>,
    neighbour: Option<u32>,
    spend: Option<usize>,
}

async fn set_rate(State(control): State<Control>, Json(rate): Json<Rate>) -> Json<Value> {
    let discogs = control.discogs();
    if let Some(scale) = rate.scale {
        discogs.set_time_scale(scale);
    }
    if let Some(tells) = rate.retry_after {
        discogs.set_retry_after(tells);
    }
    if let Some(a_minute) = rate.neighbour {
        discogs.set_neighbour(a_minute);
    }
    if let Some(requests) = rate.spend {
        discogs.spend(requests);
    }
    done()
}

/// What is absent stays as it is.
#[derive(Deserialize)]
struct Settings {
    #[serde(flatten)]
    whose: Whose,
    private: Option<bool>,
    currency: Option<String>,
    export: Option<Course>,
}

async fn set(State(control): State<Control>, Json(settings): Json<Settings>) -> Json<Value> {
    let (discogs, account) = (control.discogs(), &settings.whose.account);
    if let Some(is_private) = settings.private {
        discogs.set_private(account, is_private);
    }
    if let Some(currency) = &settings.currency {
        discogs.set_currency(account, currency);
    }
    if let Some(course) = settings.export {
        discogs.set_export_course(course);
    }
    done()
}

fn found<T: serde::Serialize>(found: Option<T>) -> Response {
    found.map_or_else(|| StatusCode::NOT_FOUND.into_response(), |found| Json(found).into_response())
}
