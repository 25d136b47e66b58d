//! producer.ai, the first era: `GET /__api/v2/users/me`, the paged list of generations, downloads and stems.

mod generation;
mod stems;

use crate::ApiError;
use crate::account::Clip;
use crate::filehost::{format_of, private_path};
use crate::media::Format;
use crate::pages;
use crate::serve;
use crate::service::{STORAGE, Service};
use crate::song::{Availability, Song};
use crate::world::World;
use axum::extract::{Path, Query, Request, State};
use axum::response::{IntoResponse, Json, Redirect, Response};
use axum::routing::{get, post};
use axum::{Router, body::to_bytes};
use http::StatusCode;
use http::request::Parts;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

const SERVICE: Service = Service::Producer;
/// The most entries a page has, whatever `limit` says.
const MOST: usize = 100;

/// All of www.producer.ai.
pub(crate) fn routes() -> Router<Arc<World>> {
    Router::new()
        .route("/__api/v2/users/me", get(me))
        .route("/__api/v2/users/{user_id}/generations", get(list))
        .route("/__api/v2/generations", post(details))
        .route("/__api/{id}/download", get(download))
        .route("/__api/stems/{id}", get(stems::get))
        .merge(pages::routes(SERVICE))
}

async fn me(State(world): State<Arc<World>>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let Ok(person) = world.signed(SERVICE, &parts) else {
        return Json(Value::Null).into_response();
    };
    Json(json!({
        "id": person.user_id,
        "username": person.name,
        "display_name": person.name,
        "email": format!("{}@example.com", person.name),
        "plan": "free",
        "feature_flags": {"stems_v2": true},
    }))
    .into_response()
}

#[derive(Deserialize)]
struct Page {
    #[serde(default)]
    offset: usize,
    #[serde(default = "default_limit")]
    limit: usize,
}

fn default_limit() -> usize {
    20
}

async fn list(
    State(world): State<Arc<World>>,
    Path(user_id): Path<String>,
    Query(page): Query<Page>,
    request: Request,
) -> Result<Response, ApiError> {
    let (parts, _) = request.into_parts();
    let person = world.signed(SERVICE, &parts).map_err(|_| unauthorized())?;
    if person.user_id != user_id {
        return Err(ApiError::new(StatusCode::FORBIDDEN, "Forbidden"));
    }
    let songs: Vec<Song> = world.with_account(SERVICE, &person.name, |account| {
        account.songs.iter().skip(page.offset).take(page.limit.min(MOST)).cloned().collect()
    });
    let generations: Vec<Value> =
        songs.iter().map(|song| generation::json(&world, &person, song)).collect();
    Ok(Json(json!({"generations": generations})).into_response())
}

#[derive(Deserialize)]
struct Details {
    riff_ids: Vec<String>,
}

async fn details(State(world): State<Arc<World>>, request: Request) -> Result<Response, ApiError> {
    let (parts, body) = request.into_parts();
    let person = world.signed(SERVICE, &parts).map_err(|_| unauthorized())?;
    let body = to_bytes(body, 1 << 20).await.unwrap_or_default();
    let Ok(Details { riff_ids }) = serde_json::from_slice(&body) else {
        return Err(ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, "riff_ids: field required"));
    };
    let songs =
        riff_ids.iter().filter_map(|id| world.find(id)).filter(|(owner, _)| *owner == person);
    let generations: Vec<Value> =
        songs.map(|(_, clip)| generation::json(&world, &person, &clip.song)).collect();
    Ok(Json(json!({"generations": generations})).into_response())
}

#[derive(Deserialize)]
struct Download {
    #[serde(default = "default_format")]
    format: String,
}

fn default_format() -> String {
    "mp3".into()
}

/// The song that a signed request is about, if it is the person's own.
fn own_song(world: &World, request: Request, id: &str) -> Result<(Song, Parts), ApiError> {
    let (parts, _) = request.into_parts();
    let person = world.signed(SERVICE, &parts).map_err(|_| unauthorized())?;
    match world.find(id) {
        Some((owner, Clip { song, stem: None })) if owner == person => Ok((song, parts)),
        _ => Err(ApiError::new(StatusCode::NOT_FOUND, "Generation not found")),
    }
}

/// One file, in one of the ways the site has: most come as they are, every third by a signed address in JSON, every
/// tenth by a redirect to one.
async fn download(
    State(world): State<Arc<World>>,
    Path(id): Path<String>,
    Query(wanted): Query<Download>,
    request: Request,
) -> Result<Response, ApiError> {
    let (song, parts) = own_song(&world, request, &id)?;
    let clip = Clip { song, stem: None };
    let permitted = "format: unexpected value; permitted: 'mp3', 'wav', 'm4a'";
    let unknown = || ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, permitted);
    let format = format_of(&clip, &wanted.format).ok_or_else(unknown)?;
    answer_with(&world, &clip.song, format, &parts)
}

fn answer_with(
    world: &World,
    song: &Song,
    format: Format,
    parts: &Parts,
) -> Result<Response, ApiError> {
    match song.availability(format) {
        Availability::Absent => {
            return Err(ApiError::new(StatusCode::NOT_FOUND, "Audio not found"));
        }
        Availability::Withheld => return Err(ApiError::new(StatusCode::FORBIDDEN, "Forbidden")),
        Availability::Present => {}
    }
    let signed = || world.sign(STORAGE, &private_path(&song.id, format.extension()));
    Ok(match song.number % 30 {
        4 | 14 | 24 => Redirect::temporary(&signed()).into_response(),
        n if n.is_multiple_of(3) => {
            Json(json!({"url": signed(), "format": format.to_string()})).into_response()
        }
        _ => serve::file(&world.media.file(&song.recording(format), format), &parts.headers),
    })
}

fn unauthorized() -> ApiError {
    ApiError::new(StatusCode::UNAUTHORIZED, "Not authenticated")
}
