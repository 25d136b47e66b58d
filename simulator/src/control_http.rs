//! The powers of [`Control`] for other processes: JSON over HTTP on a loopback port of its own.

use crate::control::{Control, Expire};
use crate::discogs;
use crate::faults::Fault;
use crate::media::Format;
use crate::serve;
use crate::service::Service;
use crate::videos;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Json, Response};
use axum::routing::{get, post};
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

/// All operations.
pub(crate) fn routes(control: Control) -> Router {
    Router::new()
        .route("/songs", get(songs))
        .route("/songs/count", post(set_songs))
        .route("/songs/add", post(add_songs))
        .route("/songs/delete", post(delete_song))
        .route("/songs/rename", post(rename_song))
        .route("/songs/nasty", post(nasty))
        .route("/songs/quirks", post(quirks))
        .route("/songs/size", post(size))
        .route("/songs/replace", post(replace))
        .route("/truth/{id}/{format}", get(truth))
        .route("/signin", post(sign_in))
        .route("/expire", post(expire))
        .route("/life", post(life))
        .route("/faults", get(faults).post(add_faults).delete(clear_faults))
        .route("/log", get(log).delete(clear_log))
        .route("/counters", get(counters))
        .route("/trap", get(trap))
        .nest("/videos", videos::control_routes())
        .nest("/discogs", discogs::control_routes())
        .with_state(control)
}

#[derive(Deserialize)]
struct Whose {
    service: Service,
    #[serde(default = "demo")]
    account: String,
}

fn demo() -> String {
    "demo".into()
}

#[derive(Deserialize)]
struct Counted {
    #[serde(flatten)]
    whose: Whose,
    count: u32,
}

#[derive(Deserialize)]
struct OfSong {
    id: String,
    #[serde(default)]
    title: String,
}

async fn songs(State(control): State<Control>, Query(whose): Query<Whose>) -> Response {
    Json(control.songs(whose.service, &whose.account)).into_response()
}

async fn set_songs(
    State(control): State<Control>,
    Json(Counted { whose, count }): Json<Counted>,
) -> Json<Value> {
    control.set_songs(whose.service, &whose.account, count);
    done()
}

async fn add_songs(
    State(control): State<Control>,
    Json(Counted { whose, count }): Json<Counted>,
) -> Json<Value> {
    Json(json!({"ids": control.add_songs(whose.service, &whose.account, count)}))
}

async fn delete_song(State(control): State<Control>, Json(song): Json<OfSong>) -> Response {
    found(control.delete_song(&song.id))
}

async fn rename_song(State(control): State<Control>, Json(song): Json<OfSong>) -> Response {
    found(control.rename_song(&song.id, &song.title))
}

async fn replace(State(control): State<Control>, Json(song): Json<OfSong>) -> Json<Value> {
    control.replace_files(&song.id);
    done()
}

async fn nasty(State(control): State<Control>, Json(whose): Json<Whose>) -> Json<Value> {
    control.make_titles_nasty(whose.service, &whose.account);
    done()
}

#[derive(Deserialize)]
struct Quirks {
    #[serde(flatten)]
    whose: Whose,
    quirks: bool,
}

async fn quirks(
    State(control): State<Control>,
    Json(Quirks { whose, quirks }): Json<Quirks>,
) -> Json<Value> {
    control.set_quirks(whose.service, &whose.account, quirks);
    done()
}

#[derive(Deserialize)]
struct Size {
    #[serde(flatten)]
    whose: Whose,
    /// One song; all of the account when absent.
    id: Option<String>,
    /// `mp3`, `wav`, `m4a`, a stem, or `stems` for the JSON of all stems of one song.
    format: String,
    bytes: u64,
}

async fn size(State(control): State<Control>, Json(size): Json<Size>) -> Response {
    let Whose { service, account } = &size.whose;
    match (size.format.as_str(), &size.id) {
        ("stems", Some(id)) => control.set_stems_size(*service, account, id, size.bytes),
        (name, id) => match name.parse::<Format>() {
            Ok(format) => control.set_size(*service, account, id.as_deref(), format, size.bytes),
            Err(error) => return (StatusCode::UNPROCESSABLE_ENTITY, error).into_response(),
        },
    }
    done().into_response()
}

async fn truth(
    State(control): State<Control>,
    Path((id, format)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    let file = match format.as_str() {
        "jpg" => control.cover(&id),
        name => name.parse().ok().and_then(|format| control.truth(&id, format)),
    };
    file.map_or_else(|| StatusCode::NOT_FOUND.into_response(), |file| serve::file(&file, &headers))
}

#[derive(Deserialize)]
struct SignIn {
    #[serde(flatten)]
    whose: Whose,
    #[serde(default)]
    supabase: bool,
}

/// Answers with the text of a Netscape cookie file.
async fn sign_in(
    State(control): State<Control>,
    Json(SignIn { whose, supabase }): Json<SignIn>,
) -> String {
    control.sign_in(whose.service, &whose.account, supabase)
}

#[derive(Deserialize)]
struct Expiry {
    #[serde(flatten)]
    whose: Whose,
    what: Expire,
}

async fn expire(
    State(control): State<Control>,
    Json(Expiry { whose, what }): Json<Expiry>,
) -> Json<Value> {
    control.expire(whose.service, &whose.account, what);
    done()
}

/// Seconds; what is absent stays as it is.
#[derive(Deserialize)]
struct Life {
    token: Option<i64>,
    signature: Option<i64>,
}

async fn life(State(control): State<Control>, Json(life): Json<Life>) -> Json<Value> {
    if let Some(seconds) = life.token {
        control.set_token_life(seconds);
    }
    if let Some(seconds) = life.signature {
        control.set_signature_life(seconds);
    }
    done()
}

async fn faults(State(control): State<Control>) -> Response {
    Json(control.faults()).into_response()
}

/// One fault or a list of them.
#[derive(Deserialize)]
#[serde(untagged)]
enum Faults {
    One(Fault),
    Many(Vec<Fault>),
}

async fn add_faults(State(control): State<Control>, Json(faults): Json<Faults>) -> Json<Value> {
    match faults {
        Faults::One(fault) => control.add_fault(fault),
        Faults::Many(faults) => faults.into_iter().for_each(|fault| control.add_fault(fault)),
    }
    done()
}

async fn clear_faults(State(control): State<Control>) -> Json<Value> {
    control.clear_faults();
    done()
}

async fn log(State(control): State<Control>) -> Response {
    Json(control.log()).into_response()
}

async fn clear_log(State(control): State<Control>) -> Json<Value> {
    control.clear_log();
    done()
}

async fn counters(State(control): State<Control>) -> Response {
    Json(control.counters()).into_response()
}

async fn trap(State(control): State<Control>) -> &'static str {
    control.0.log.trapped();
    "This address must not be reached by a redirect.\n"
}

pub(crate) fn done() -> Json<Value> {
    Json(json!({"ok": true}))
}

fn found(found: bool) -> Response {
    if found { done().into_response() } else { StatusCode::NOT_FOUND.into_response() }
}
