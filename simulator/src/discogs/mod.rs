//! Discogs: its API as version 2 of it answers, the few pages of the site that a program needs a person for, and the
//! host of its pictures.
//!
//! The shapes, words and status codes are those that the API was seen to give in 2026, and where nobody has published
//! what it gives, those of its documentation. What neither says is decided here and said where it is: whether a
//! refused request counts, what an unfinished export is called, and how a merged release answers.

mod account;
mod caller;
mod catalogue;
mod clock;
mod collection;
mod control;
mod control_http;
mod details;
mod dice;
mod export;
mod identity;
mod images;
mod inventory;
mod keys;
mod market;
mod money;
mod oauth;
mod page;
mod person;
mod problem;
mod rate_limit;
mod release;
mod releases;
mod shop;
mod signature;
mod site;
mod state;
mod truth;
mod visit;
mod wants;
mod wire;
mod words;

pub use account::{
    ALL, Account, Field, FieldKind, Folder, Listing, Note, OwnedCopy, Sizes, UNCATEGORIZED, Want,
};
pub use control::DiscogsControl;
pub use export::Course;
pub use keys::Consumer;
pub use rate_limit::RateReport;
pub use release::{
    Community, Credit, Identifier, Imprint, Medium, Picture, Release, Sheet, Track, Video,
    credit_line, format_line, sort_line,
};
pub use state::{DiscogsConfig, Fate};
pub use truth::Truth;

pub(crate) use control_http::routes as control_routes;
pub(crate) use problem::TOO_QUICK;
pub(crate) use rate_limit::Turn;
pub(crate) use site::sign_in_page;

use crate::world::World;
use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::StatusCode;
use http::header::USER_AGENT;
use images::Signer;
use problem::Problem;
use rate_limit::RateLimit;
use state::State;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use visit::Identified;

/// The API.
pub const API: &str = "api.discogs.com";
/// The site with its pages.
pub const SITE: &str = "www.discogs.com";
/// The host of pictures.
pub const IMAGES: &str = "i.discogs.com";

/// One of its hosts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Host {
    /// The API.
    Api,
    /// The site.
    Site,
    /// The bare domain, which only leads to the site.
    Apex,
    /// The pictures.
    Images,
}

impl Host {
    /// Which one has this name, if any.
    pub(crate) fn of(name: &str) -> Option<Self> {
        match name {
            API => Some(Host::Api),
            SITE => Some(Host::Site),
            "discogs.com" => Some(Host::Apex),
            IMAGES => Some(Host::Images),
            _ => None,
        }
    }
}

/// The state of it all.
#[derive(Debug)]
pub(crate) struct Discogs {
    state: Mutex<State>,
    rate: RateLimit,
    images: Signer,
}

/// Where a request comes from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer(pub IpAddr);

impl Discogs {
    pub(crate) fn new(config: &DiscogsConfig) -> Self {
        Self {
            state: Mutex::new(State::new(config)),
            rate: RateLimit::new(config.time_scale),
            images: Signer::new(),
        }
    }

    /// Finds out who asks, and whether the limit lets them.
    pub(crate) fn turn(&self, request: &mut http::Request<Body>) -> Turn {
        let peer =
            request.extensions().get::<Peer>().map_or(Ipv4Addr::LOCALHOST.into(), |peer| peer.0);
        let (parts, body) = std::mem::take(request).into_parts();
        let caller = caller::identify(&mut self.state(), &parts);
        let has_credentials = caller.as_ref().is_ok_and(caller::Caller::has_credentials);
        *request = http::Request::from_parts(parts, body);
        request.extensions_mut().insert(Identified(caller));
        self.rate.turn(peer, has_credentials)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The whole address of `path` in the API.
fn api(path: &str) -> String {
    format!("https://{API}{path}")
}

/// All of the API.
pub(crate) fn api_routes(world: &Arc<World>) -> Router {
    Router::new()
        .route("/users/{user}", get(identity::profile))
        .route("/users/{user}/collection/folders", get(collection::folders))
        .route("/users/{user}/collection/folders/{folder}", get(collection::folder))
        .route("/users/{user}/collection/folders/{folder}/releases", get(collection::copies))
        .route("/users/{user}/collection/releases/{release}", get(collection::copies_of))
        .route("/users/{user}/collection/fields", get(collection::fields))
        .route("/users/{user}/collection/value", get(collection::value))
        .route("/users/{user}/wants", get(wants::wants))
        .route("/users/{user}/inventory", get(inventory::listings))
        .route("/releases/{id}", get(releases::release))
        .route("/releases/{id}/rating", get(releases::rating))
        .route("/releases/{id}/stats", get(releases::stats))
        .route("/marketplace/stats/{id}", get(market::stats))
        .route("/marketplace/price_suggestions/{id}", get(market::price_suggestions))
        .route("/marketplace/listings/{id}", get(inventory::listing))
        .route("/inventory/export", get(export::list).post(export::begin))
        .route("/inventory/export/{id}", get(export::job))
        .route("/inventory/export/{id}/download", get(export::download))
        .route("/oauth/identity", get(identity::identity))
        .route("/oauth/request_token", get(oauth::request_token).post(oauth::request_token))
        .route("/oauth/access_token", axum::routing::post(oauth::access_token))
        .fallback(async || Problem::not_found())
        .method_not_allowed_fallback(async || Problem::wrong_method())
        .layer(middleware::from_fn(only_with_a_name))
        .with_state(world.clone())
}

/// All of the site.
pub(crate) fn site_routes(world: &Arc<World>) -> Router {
    site::routes().with_state(world.clone())
}

/// All of the host of pictures.
pub(crate) fn image_routes(world: &Arc<World>) -> Router {
    images::routes().with_state(world.clone())
}

/// Clients that do not say what they are get an answer without a word, as the documentation warns.
async fn only_with_a_name(request: Request, next: Next) -> Response {
    let name = request.headers().get(USER_AGENT).map(|name| name.as_bytes().trim_ascii());
    if name.is_none_or(<[u8]>::is_empty) {
        return StatusCode::FORBIDDEN.into_response();
    }
    next.run(request).await
}
