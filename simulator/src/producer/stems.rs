//! `GET /__api/stems/{id}`: all stems in one JSON answer, made while it is sent, so that its length costs no memory.

use super::own_song;
use crate::ApiError;
use crate::media::long_file::Chunks;
use crate::media::{Format, Stem};
use crate::song::{Availability, Song};
use crate::world::World;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Response};
use base64::prelude::{BASE64_STANDARD, Engine};
use bytes::Bytes;
use futures::stream;
use http::StatusCode;
use http::header::CONTENT_TYPE;
use std::convert::Infallible;
use std::sync::Arc;

pub(super) async fn get(
    State(world): State<Arc<World>>,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, ApiError> {
    let (song, _) = own_song(&world, request, &id)?;
    match song.bundle() {
        Availability::Absent => Err(ApiError::new(StatusCode::NOT_FOUND, "Stems not found")),
        Availability::Withheld => {
            Err(ApiError::new(StatusCode::FORBIDDEN, "Stems are not available for this track"))
        }
        Availability::Present => {
            let body =
                Body::from_stream(stream::iter(text(&world, &song).map(Ok::<_, Infallible>)));
            Ok(([(CONTENT_TYPE, "application/json")], body).into_response())
        }
    }
}

/// The JSON text in pieces.
fn text(world: &World, song: &Song) -> impl Iterator<Item = Bytes> + Send + use<> {
    let one = |stem: Stem| {
        let format = Format::Stem(stem);
        let file = world.media.file(&song.recording(format), format);
        let comma = if stem.0 == 0 { "" } else { "," };
        let name = Bytes::from(format!("{comma}\"{}\":\"", stem.name()));
        let base64 = Base64 { chunks: file.chunks(0..file.len()), rest: Vec::new() };
        [name].into_iter().chain(base64).chain([Bytes::from_static(b"\"")])
    };
    let stems: Vec<_> = Stem::all().map(one).collect();
    let head = Bytes::from(format!("{{\"id\":\"{}\",\"stems\":{{", song.id));
    [head]
        .into_iter()
        .chain(stems.into_iter().flatten())
        .chain([Bytes::from_static(b"},\"version\":2}")])
}

/// Chunks of a file as one base64 text.
struct Base64 {
    chunks: Chunks,
    /// Bytes that do not make a group of three yet.
    rest: Vec<u8>,
}

impl Iterator for Base64 {
    type Item = Bytes;

    fn next(&mut self) -> Option<Bytes> {
        let Some(chunk) = self.chunks.next() else {
            let rest = std::mem::take(&mut self.rest);
            return (!rest.is_empty()).then(|| BASE64_STANDARD.encode(rest).into());
        };
        let missing = ((3 - self.rest.len() % 3) % 3).min(chunk.len());
        let mut text = String::with_capacity((chunk.len() + 4) / 3 * 4);
        self.rest.extend(&chunk[..missing]);
        if !self.rest.len().is_multiple_of(3) {
            return Some(Bytes::new());
        }
        BASE64_STANDARD.encode_string(std::mem::take(&mut self.rest), &mut text);
        let whole = missing + (chunk.len() - missing) / 3 * 3;
        BASE64_STANDARD.encode_string(&chunk[missing..whole], &mut text);
        self.rest.extend(&chunk[whole..]);
        Some(text.into())
    }
}
