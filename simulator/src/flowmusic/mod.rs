//! flowmusic.app, the second era: clips, of which stems are some, with wrapped fields and addresses that may be signed.

mod clip;

use crate::ApiError;
use crate::account::{Account, Clip, Person};
use crate::filehost::format_of;
use crate::pages;
use crate::serve;
use crate::service::Service;
use crate::song::Availability;
use crate::world::World;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Path, Query, Request, State};
use axum::response::{IntoResponse, Json, Response};
use axum::routing::{get, post};
use http::StatusCode;
use http::request::Parts;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use std::sync::Arc;

const SERVICE: Service = Service::Flowmusic;
/// The most entries a page has, whatever `limit` says.
const MOST: usize = 100;
/// The most clips one question for details may name.
const MOST_DETAILS: usize = 50;

/// All of www.flowmusic.app.
pub(crate) fn routes() -> Router<Arc<World>> {
    Router::new()
        .route("/__api/users/me", get(me))
        .route("/__api/clips/auth-user", get(list))
        .route("/__api/clips", post(details))
        .route("/__api/usernames/get", post(usernames))
        .route("/__api/download/audio/{id}", get(download))
        .merge(pages::routes(SERVICE))
}

fn signed(world: &World, request: Request) -> Result<(Person, Parts, Body), ApiError> {
    let (parts, body) = request.into_parts();
    match world.signed(SERVICE, &parts) {
        Ok(person) => Ok((person, parts, body)),
        Err(_) => Err(ApiError::new(StatusCode::UNAUTHORIZED, "Invalid or expired token")),
    }
}

async fn me(State(world): State<Arc<World>>, request: Request) -> Result<Response, ApiError> {
    let (person, ..) = signed(&world, request)?;
    Ok(Json(json!({
        "id": person.user_id,
        "username": person.name,
        "display_name": person.name,
        "email": format!("{}@example.com", person.name),
        "subscription": {"tier": "free", "renews_at": null},
    }))
    .into_response())
}

#[derive(Deserialize)]
struct Page {
    #[serde(default)]
    offset: usize,
    #[serde(default = "default_limit")]
    limit: usize,
    filter: Option<String>,
}

fn default_limit() -> usize {
    20
}

async fn list(
    State(world): State<Arc<World>>,
    Query(page): Query<Page>,
    request: Request,
) -> Result<Response, ApiError> {
    let (person, ..) = signed(&world, request)?;
    if page
        .filter
        .as_deref()
        .is_some_and(|filter| !["generations", "favorites", "all"].contains(&filter))
    {
        return Err(ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, "filter: unexpected value"));
    }
    let part = |account: &mut Account| {
        account.clips().skip(page.offset).take(page.limit.min(MOST)).collect::<Vec<Clip>>()
    };
    let clips = world.with_account(SERVICE, &person.name, part);
    let clips: Vec<Value> = clips.iter().map(|clip| clip::listed(&world, &person, clip)).collect();
    Ok(Json(json!({"clips": clips, "next_cursor": null})).into_response())
}

#[derive(Deserialize)]
struct Details {
    clip_ids: Vec<String>,
}

async fn details(State(world): State<Arc<World>>, request: Request) -> Result<Response, ApiError> {
    let (person, _, body) = signed(&world, request)?;
    let Details { clip_ids } = read(body).await?;
    if clip_ids.len() > MOST_DETAILS {
        return Err(ApiError::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "clip_ids: ensure this value has at most 50 items",
        ));
    }
    let found =
        clip_ids.iter().filter_map(|id| world.find(id)).filter(|(owner, _)| *owner == person);
    let clips: Map<String, Value> =
        found.map(|(_, clip)| (clip.id(), clip::detailed(&world, &person, &clip))).collect();
    Ok(Json(json!({"clips": clips})).into_response())
}

#[derive(Deserialize)]
struct Usernames {
    user_ids: Vec<String>,
}

async fn usernames(
    State(world): State<Arc<World>>,
    request: Request,
) -> Result<Response, ApiError> {
    let (person, _, body) = signed(&world, request)?;
    let Usernames { user_ids } = read(body).await?;
    let known = user_ids.into_iter().filter(|id| *id == person.user_id);
    let names: Map<String, Value> = known.map(|id| (id, json!(person.name))).collect();
    Ok(Json(json!({"usernames": names})).into_response())
}

#[derive(Deserialize)]
struct Download {
    #[serde(default = "default_format")]
    format: String,
}

fn default_format() -> String {
    "m4a".into()
}

async fn download(
    State(world): State<Arc<World>>,
    Path(id): Path<String>,
    Query(wanted): Query<Download>,
    request: Request,
) -> Result<Response, ApiError> {
    let (person, parts, _) = signed(&world, request)?;
    let missing = || ApiError::new(StatusCode::NOT_FOUND, "Clip not found");
    let (_, clip) = world.find(&id).filter(|(owner, _)| *owner == person).ok_or_else(missing)?;
    let format = format_of(&clip, &wanted.format).ok_or_else(missing)?;
    match clip.song.availability(format) {
        Availability::Absent => Err(missing()),
        Availability::Withheld => Err(ApiError::new(StatusCode::FORBIDDEN, "Forbidden")),
        Availability::Present => {
            Ok(serve::file(&world.media.file(&clip.song.recording(format), format), &parts.headers))
        }
    }
}

async fn read<T: DeserializeOwned>(body: Body) -> Result<T, ApiError> {
    let bytes = to_bytes(body, 1 << 20).await.unwrap_or_default();
    serde_json::from_slice(&bytes)
        .map_err(|error| ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, &error.to_string()))
}
