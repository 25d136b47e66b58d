//! Radio: sound without an end, and so without a length. One station says what it is, as Icecast does; the other one
//! only goes on.

use super::feed;
use crate::media::Format;
use crate::world::World;
use axum::body::Body;
use axum::extract::State;
use axum::response::{AppendHeaders, IntoResponse, Response};
use bytes::Bytes;
use futures::StreamExt;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

/// Between two pieces of about 100 kB: far faster than it is heard, so that a test need not wait.
const PAUSE: Duration = Duration::from_millis(1);

/// The station that says what it is.
pub(super) async fn station(State(world): State<Arc<World>>) -> Response {
    let named = [("icy-name", "Lighthouse FM"), ("icy-br", "128"), ("icy-pub", "1")];
    (AppendHeaders(named), air(&world)).into_response()
}

/// The station that does not.
pub(super) async fn unnamed(State(world): State<Arc<World>>) -> Response {
    air(&world)
}

/// One episode of the podcast, over and over.
fn air(world: &World) -> Response {
    let episode = feed::episode("episode-1.mp3", 0).expect("it is the first one");
    let round = Bytes::from(world.media.file(&episode, Format::Mp3).to_vec());
    let rounds = futures::stream::repeat(round).then(async |round| {
        tokio::time::sleep(PAUSE).await;
        Ok::<_, Infallible>(round)
    });
    let headers = [(CONTENT_TYPE, "audio/mpeg"), (CACHE_CONTROL, "no-store")];
    (headers, Body::from_stream(rounds)).into_response()
}
