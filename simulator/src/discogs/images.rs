//! The host of pictures: its addresses are signed, and after a while they are good no more.

use crate::media::Recording;
use crate::serve;
use crate::session::random_text;
use crate::world::World;
use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine};
use http::{HeaderMap, StatusCode, Uri};
use sha2::{Digest, Sha256};
use std::sync::Arc;
use std::sync::{Mutex, PoisonError};

/// When all pictures were put there, in seconds since 1970.
const MODIFIED: u64 = 1_600_000_000;
/// How long the pieces are that a file's name is cut into.
const PIECE: usize = 16;

/// Signs addresses.
#[derive(Debug)]
pub(super) struct Signer(Mutex<String>);

impl Signer {
    pub(super) fn new() -> Self {
        Self(Mutex::new(random_text(16)))
    }

    /// Makes all addresses that were given out until now good for nothing.
    pub(super) fn expire(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = random_text(16);
    }

    /// The address of the picture `number` of a release in full size.
    pub(super) fn full(&self, release: u32, number: usize, (width, height): (u32, u32)) -> String {
        self.address(release, number, &format!("q:90/h:{height}/w:{width}"))
    }

    /// The same 150 pixels high and wide.
    pub(super) fn small(&self, release: u32, number: usize) -> String {
        self.address(release, number, "q:40/h:150/w:150")
    }

    fn address(&self, release: u32, number: usize, size: &str) -> String {
        let file = format!("s3://discogs-database-images/R-{release}-1600000000-{number}.jpeg");
        let encoded = BASE64_URL_SAFE_NO_PAD.encode(file);
        let pieces: Vec<_> =
            encoded.as_bytes().chunks(PIECE).map(|piece| String::from_utf8_lossy(piece)).collect();
        let rest = format!("rs:fit/g:sm/{size}/{}.jpeg", pieces.join("/"));
        format!("https://{}/{}/{rest}", super::IMAGES, self.sign(&rest))
    }

    fn sign(&self, rest: &str) -> String {
        let secret = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(format!("{secret}/{rest}")))
    }
}

/// The routes of the host.
pub(super) fn routes() -> Router<Arc<World>> {
    Router::new().fallback(get)
}

async fn get(State(world): State<Arc<World>>, uri: Uri, headers: HeaderMap) -> Response {
    let signed = uri.path().trim_start_matches('/').split_once('/');
    match signed {
        Some((signature, rest)) if world.discogs.images.sign(rest) == signature => {
            let id = rest.to_owned();
            let picture = Recording { id, rounds: 1, revision: 0, modified: MODIFIED };
            serve::file(&world.media.cover(&picture), &headers)
        }
        _ => (StatusCode::NOT_FOUND, "Not Found\n").into_response(),
    }
}
