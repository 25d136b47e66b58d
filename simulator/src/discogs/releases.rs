//! `/releases/{id}`: a release and what people think of it.

use super::problem::Problem;
use super::release::Release;
use super::state::Fate;
use super::visit::Visit;
use super::wire;
use axum::extract::Path;
use axum::response::{IntoResponse, Json, Response};
use http::StatusCode;
use http::header::LOCATION;
use serde_json::json;

pub(super) async fn release(visit: Visit, Path(id): Path<String>) -> Result<Response, Problem> {
    let id = id.parse::<u32>().map_err(|_| Problem::not_found())?;
    let id = match visit.state().fate(id).ok_or_else(Problem::no_such_release)? {
        Fate::Gone => return Err(Problem::no_such_release()),
        Fate::Redirects { into } => {
            let location = super::api(&format!("/releases/{into}"));
            let body = json!({"message": "This release was merged.", "id": into});
            return Ok(
                (StatusCode::MOVED_PERMANENTLY, [(LOCATION, location)], Json(body)).into_response()
            );
        }
        Fate::Becomes { into } => into,
        Fate::Present => id,
    };
    let release = visit.state().release(id).ok_or_else(Problem::no_such_release)?;
    Ok(Json(wire::release(&release, visit.pictures())).into_response())
}

pub(super) async fn rating(visit: Visit, Path(id): Path<u32>) -> Result<Response, Problem> {
    let community = there(&visit, id)?.community;
    let rating = json!({"count": community.rating_count, "average": community.rating_average});
    Ok(Json(json!({"release_id": id, "rating": rating})).into_response())
}

pub(super) async fn stats(visit: Visit, Path(id): Path<u32>) -> Result<Response, Problem> {
    let community = there(&visit, id)?.community;
    let stats =
        json!({"num_have": community.have, "num_want": community.want, "is_offensive": false});
    Ok(Json(stats).into_response())
}

/// A release that has an entry of its own.
pub(super) fn there(visit: &Visit, id: u32) -> Result<Release, Problem> {
    let state = visit.state();
    match state.fate(id) {
        Some(Fate::Present) => state.release(id).ok_or_else(Problem::no_such_release),
        _ => Err(Problem::no_such_release()),
    }
}
