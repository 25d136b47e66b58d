//! The file hosts: Google Cloud Storage with public and signed addresses, and a second host whose addresses are all
//! signed. Neither knows sessions.

use crate::account::Clip;
use crate::media::Format;
use crate::serve;
use crate::service::STORAGE;
use crate::signed::Refusal;
use crate::song::Availability;
use crate::world::World;
use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode, Uri};
use std::sync::Arc;

/// The bucket that everybody may read.
const PUBLIC: &str = "/corpusant-app-public/";
/// The bucket whose files need a signed address.
const PRIVATE: &str = "/corpusant-app-private/";

/// The public address of producer.ai's m4a and covers.
pub(crate) fn riff_path(user_id: &str, folder: &str, id: &str, extension: &str) -> String {
    format!("{PUBLIC}riffs/{user_id}/{folder}/{id}.{extension}")
}

/// The public address of a file of flowmusic.app.
pub(crate) fn clip_path(id: &str, extension: &str) -> String {
    format!("{PUBLIC}clips/{id}.{extension}")
}

/// The path of a file that needs a signed address.
pub(crate) fn private_path(id: &str, extension: &str) -> String {
    format!("{PRIVATE}audio/{id}.{extension}")
}

/// The routes of the file host `host`.
pub(crate) fn routes(host: &'static str) -> Router<Arc<World>> {
    Router::new().fallback(move |state, headers, uri| get(host, state, headers, uri))
}

async fn get(
    host: &'static str,
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    uri: Uri,
) -> Response {
    let is_public = host == STORAGE && uri.path().starts_with(PUBLIC);
    if !is_public && let Err(refusal) = world.signer.check(&uri) {
        return refused(host, refusal);
    }
    let Some((id, extension)) = uri.path().rsplit('/').next().and_then(|name| name.split_once('.'))
    else {
        return missing();
    };
    let found = world.find(id).filter(|(person, _)| {
        !uri.path().contains("/riffs/") || uri.path().contains(&person.user_id)
    });
    let Some((_, clip)) = found else { return missing() };
    match (extension, format_of(&clip, extension)) {
        ("jpg", _) => serve::file(&world.media.cover(&clip.song.recording(Format::M4a)), &headers),
        (_, None) => missing(),
        (_, Some(format)) => match clip.song.availability(format) {
            Availability::Present => {
                serve::file(&world.media.file(&clip.song.recording(format), format), &headers)
            }
            Availability::Absent => missing(),
            Availability::Withheld => denied("AccessDenied", "Access denied."),
        },
    }
}

/// Which file of a clip has this extension; a stem has m4a only.
pub(crate) fn format_of(clip: &Clip, extension: &str) -> Option<Format> {
    match (extension, clip.stem) {
        ("m4a", Some(stem)) => Some(Format::Stem(stem)),
        (_, Some(_)) => None,
        ("mp3", None) => Some(Format::Mp3),
        ("wav", None) => Some(Format::Wav),
        ("m4a", None) => Some(Format::M4a),
        _ => None,
    }
}

/// What an address gives that is not signed, or not any more.
pub(crate) fn refused(host: &str, refusal: Refusal) -> Response {
    match refusal {
        Refusal::Expired => expired(host),
        Refusal::Forged => denied("SignatureDoesNotMatch", "Access denied."),
    }
}

/// What a signed address gives after its time: Google Cloud Storage says 400, hosts of the S3 kind say 403.
pub(crate) fn expired(host: &str) -> Response {
    if host != STORAGE {
        return denied("AccessDenied", "Request has expired");
    }
    xml(StatusCode::BAD_REQUEST, "ExpiredToken", "The provided token has expired.")
}

fn missing() -> Response {
    xml(StatusCode::NOT_FOUND, "NoSuchKey", "The specified key does not exist.")
}

fn denied(code: &str, message: &str) -> Response {
    xml(StatusCode::FORBIDDEN, code, message)
}

fn xml(status: StatusCode, code: &str, message: &str) -> Response {
    let body = format!(
        "<?xml version='1.0' encoding='UTF-8'?><Error><Code>{code}</Code><Message>{message}</Message></Error>"
    );
    (status, [(CONTENT_TYPE, "application/xml; charset=UTF-8")], body).into_response()
}
