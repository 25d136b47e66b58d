//! What a test may do to the video site, in the same process and over HTTP.

use super::files;
use crate::control::Control;
use crate::control_http::done;
use crate::media::long_file::LongFile;
use crate::serve;
use crate::service::VIDEOS;
use crate::session;
use crate::world::World;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Json, Response};
use axum::routing::{get, post};
use http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::sync::atomic::Ordering;

/// How pages refuse a visitor without a session. Files always answer 403.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// Status 401 with the sign-in form.
    Status,
    /// A redirect to the sign-in form, which has status 200.
    Redirect,
}

/// The powers over the video site.
#[derive(Clone, Copy, Debug)]
pub struct VideoControl<'a>(pub(crate) &'a World);

impl VideoControl<'_> {
    /// Signs in and gives the two cookies as a Netscape cookie file.
    pub fn sign_in(&self) -> String {
        session::netscape_file(VIDEOS, &self.0.videos.sessions.open().cookies())
    }

    /// Ends all sessions.
    pub fn end_sessions(&self) {
        self.0.videos.sessions.end_all();
    }

    /// How pages refuse from now on; with a status at first.
    pub fn set_refusal(&self, refusal: Refusal) {
        self.0.videos.redirects.store(refusal == Refusal::Redirect, Ordering::Relaxed);
    }

    /// How fast `/slow.mp4` comes from the next request on; 20,000 bytes a second at first.
    pub fn set_slow_rate(&self, bytes_per_second: u64) {
        self.0.videos.slow.store(bytes_per_second, Ordering::Relaxed);
    }

    /// The exact bytes of a file as the site has it now, by its path or its name alone: `/files/clip.mp4`,
    /// `high0.ts`, `episode-1.mp3`. `None` when there is none, or the encoder fails.
    pub fn truth(&self, path: &str) -> Option<LongFile> {
        files::find(self.0, files::name_in(path)).ok().flatten()
    }

    /// Replaces a file by another one of the same content: another entity tag and, for MP4 and MP3, other bytes.
    pub fn replace(&self, path: &str) {
        self.0.videos.revise(path);
    }
}

/// The same for other processes.
pub(crate) fn routes() -> Router<Control> {
    Router::new()
        .route("/signin", post(sign_in))
        .route("/expire", post(expire))
        .route("/set", post(set))
        .route("/replace", post(replace))
        .route("/truth/{name}", get(truth))
}

/// Answers with the text of a Netscape cookie file.
async fn sign_in(State(control): State<Control>) -> String {
    control.videos().sign_in()
}

async fn expire(State(control): State<Control>) -> Json<Value> {
    control.videos().end_sessions();
    done()
}

/// What is absent stays as it is.
#[derive(Deserialize)]
struct Settings {
    refusal: Option<Refusal>,
    slow_bytes_per_second: Option<u64>,
}

async fn set(State(control): State<Control>, Json(settings): Json<Settings>) -> Json<Value> {
    if let Some(refusal) = settings.refusal {
        control.videos().set_refusal(refusal);
    }
    if let Some(rate) = settings.slow_bytes_per_second {
        control.videos().set_slow_rate(rate);
    }
    done()
}

#[derive(Deserialize)]
struct OfFile {
    path: String,
}

async fn replace(State(control): State<Control>, Json(file): Json<OfFile>) -> Json<Value> {
    control.videos().replace(&file.path);
    done()
}

async fn truth(
    State(control): State<Control>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Response {
    let found = files::off_the_runtime(move || files::find(&control.0, &name)).await;
    match found {
        Ok(Some(file)) => serve::file(&file, &headers),
        Ok(None) => StatusCode::NOT_FOUND.into_response(),
        Err(error) => files::failed(&error),
    }
}
