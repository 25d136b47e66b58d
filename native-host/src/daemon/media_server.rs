//! The player's server: bytes of the library over HTTP on loopback, to whoever knows the token.
//!
//! 127.0.0.1 and a random port, begun when something is played for the first time. The token is in the path, new with
//! every daemon. A request must name this very address as its host, so that no site can reach it under a name of its
//! own (DNS rebinding); it may only read; nothing is said about other origins, so that no page can read the answer.

use super::engine::Engine;
use axum::Router;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use library::ExtraKind;
use media::Container;
use protocol::shelf::{CoverAddresses, MediaAddress};
use protocol::{ErrorBody, ErrorCode, LibraryItemId};
use std::net::Ipv4Addr;
use std::path::PathBuf;
use tower::ServiceExt;
use tower_http::services::ServeFile;

/// Where the server listens, and what one must know to be answered.
#[derive(Clone, Debug)]
pub(super) struct Place {
    /// `127.0.0.1:PORT`.
    host: String,
    token: String,
}

#[derive(Clone)]
struct Shop {
    engine: Engine,
    place: Place,
}

impl Engine {
    /// Where a player finds a thing's bytes and its cover. Starts the server if need be.
    ///
    /// # Errors
    /// When no port can be had.
    pub async fn media_address(&self, item: LibraryItemId) -> Result<MediaAddress, ErrorBody> {
        let Place { host, token } = self.media_server().await?;
        let url = format!("http://{host}/{token}/{item}");
        let cover_url = self.cover_addresses().await?.of(item);
        Ok(MediaAddress { url, cover_url })
    }

    /// Where covers are. Starts the server if need be.
    ///
    /// # Errors
    /// When no port can be had.
    pub async fn cover_addresses(&self) -> Result<CoverAddresses, ErrorBody> {
        let Place { host, token } = self.media_server().await?;
        Ok(CoverAddresses {
            pattern: format!("http://{host}/{token}/{}/cover", CoverAddresses::ITEM),
        })
    }

    async fn media_server(&self) -> Result<&Place, ErrorBody> {
        let place = self.media_place.get_or_try_init(|| start(self)).await;
        place.map_err(|error| ErrorBody::new(ErrorCode::Io).with("detail", error))
    }
}

async fn start(engine: &Engine) -> std::io::Result<Place> {
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let host = listener.local_addr()?.to_string();
    let token = format!("{:032x}", rand::random::<u128>());
    let place = Place { host, token };
    let shop = Shop { engine: engine.clone(), place: place.clone() };
    let router = Router::new()
        .route("/{token}/{item}", get(bytes))
        .route("/{token}/{item}/cover", get(cover))
        .layer(from_fn_with_state(shop.clone(), guard))
        .with_state(shop);
    let stopping = engine.stopping.clone();
    // Not waited for at the end: a paused player keeps its connection open.
    tokio::spawn(async move {
        tokio::select! {
            () = stopping.cancelled() => {}
            ended = async { axum::serve(listener, router).await } => {
                tracing::error!(?ended, "the player's server has ended");
            }
        }
    });
    Ok(place)
}

/// Refuses whoever does not come by the address that was given out.
async fn guard(State(shop): State<Shop>, request: Request, next: Next) -> Response {
    let host = request.headers().get(header::HOST).map(HeaderValue::as_bytes);
    let token = request.uri().path().split('/').nth(1);
    if host != Some(shop.place.host.as_bytes()) || token != Some(shop.place.token.as_str()) {
        return StatusCode::FORBIDDEN.into_response();
    }
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    response
}

/// The file, whole or in ranges.
async fn bytes(
    State(shop): State<Shop>,
    Path((_, item)): Path<(String, i64)>,
    request: Request,
) -> Response {
    let Some(path) = file(&shop.engine, LibraryItemId(item)).await else {
        return StatusCode::NOT_FOUND.into_response();
    };
    match ServeFile::new(path).oneshot(request).await {
        Ok(response) => response.into_response(),
        Err(never) => match never {},
    }
}

/// The picture in the file's tags, or the one that came with it.
async fn cover(State(shop): State<Shop>, Path((_, item)): Path<(String, i64)>) -> Response {
    let Some(path) = file(&shop.engine, LibraryItemId(item)).await else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let in_tags = tokio::task::spawn_blocking(move || cover_in(&path)).await.ok().flatten();
    let cover = match in_tags {
        Some(cover) => Some(cover),
        None => beside(&shop.engine, LibraryItemId(item)).await,
    };
    match cover {
        Some(cover) => {
            ([(header::CONTENT_TYPE, cover.mime())], cover.data().to_vec()).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

fn cover_in(path: &std::path::Path) -> Option<media::Cover> {
    let container = Container::of_extension(path.extension()?.to_str()?)?;
    media::read_tags(path, container).ok()?.cover
}

/// The picture that came with a thing whose file is kept as it was.
async fn beside(engine: &Engine, item: LibraryItemId) -> Option<media::Cover> {
    let picture = engine.library.extra_of(item, ExtraKind::Picture, "").await.ok()?;
    media::Cover::new(picture.bytes)
}

/// The file of a thing that is there, if it is a file: never what a link leads to (I6).
async fn file(engine: &Engine, item: LibraryItemId) -> Option<PathBuf> {
    let name = engine.library.file_of(item).await.ok()?;
    let shelf = engine.library.shelf();
    shelf.stat(&name)?;
    shelf.path(&name).ok()
}
