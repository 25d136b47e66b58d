//! A small video site with a sign-in, and its file host on another domain: pages as yt-dlp and browsers meet them.
//!
//! Everything of `https://videos.example.com` needs two cookies of one session, both bound to that host alone: an
//! ordinary one and a partitioned one. What is under `/public` is the same without a sign-in.
//! `https://media.example.net` knows no cookies: its streams have signed addresses, its podcast is open.

mod control;
mod door;
mod feed;
mod files;
mod pages;
mod radio;
mod sessions;
mod streams;
mod studio;
mod watch;

pub use control::{Refusal, VideoControl};
pub use watch::{ESCAPING_LANGUAGE, ESCAPING_TITLE};

pub(crate) use control::routes as control_routes;
pub(crate) use pages::sign_in as sign_in_page;

use crate::service::{VIDEO_FILES, VIDEOS};
use crate::world::World;
use axum::routing::get;
use axum::{Extension, Router, middleware};
use sessions::Sessions;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use studio::Studio;

/// How fast `/slow.mp4` comes at first, in bytes a second.
const SLOW: u64 = 20_000;

/// The state of the site.
#[derive(Debug)]
pub(crate) struct Videos {
    studio: Studio,
    sessions: Sessions,
    /// Visitors without a session are sent to the sign-in page, in place of the status 401.
    redirects: AtomicBool,
    /// Bytes a second of `/slow.mp4`.
    slow: AtomicU64,
    /// How often files were replaced, by name.
    revisions: Mutex<BTreeMap<String, u32>>,
}

impl Videos {
    /// A site whose encoded files are kept in the folder `cache`. They are made when the first is asked for.
    pub(crate) fn new(cache: &Path) -> Self {
        Self {
            studio: Studio::new(cache),
            sessions: Sessions::default(),
            redirects: AtomicBool::new(false),
            slow: AtomicU64::new(SLOW),
            revisions: Mutex::default(),
        }
    }

    /// Replaces the file at `path` by another one of the same content.
    pub(crate) fn revise(&self, path: &str) {
        *self.revisions().entry(files::name_in(path).to_owned()).or_default() += 1;
    }

    fn revision(&self, name: &str) -> u32 {
        self.revisions().get(name).copied().unwrap_or_default()
    }

    fn revisions(&self) -> MutexGuard<'_, BTreeMap<String, u32>> {
        self.revisions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Which of the two halves of the site: the addresses in a page lead to the half that it is in.
#[derive(Clone, Copy, Debug)]
enum Half {
    Members,
    Public,
}

impl Half {
    /// The whole address of `path` in this half.
    fn address(self, path: &str) -> String {
        let prefix = match self {
            Half::Members => "",
            Half::Public => "/public",
        };
        format!("https://{VIDEOS}{prefix}{path}")
    }
}

/// All of the site.
pub(crate) fn site(world: &Arc<World>) -> Router {
    let only = |check| middleware::from_fn_with_state(world.clone(), check);
    let members = pages_of(Half::Members)
        .layer(only(door::pages as door::Check))
        .merge(files_of(Half::Members).layer(only(door::files as door::Check)));
    let public = pages_of(Half::Public).merge(files_of(Half::Public));
    Router::new()
        .route("/sign-in", get(door::form).post(door::sign_in))
        .nest("/public", public)
        .merge(members)
        .fallback(pages::missing)
        .with_state(world.clone())
}

fn pages_of(half: Half) -> Router<Arc<World>> {
    let watch = |router: Router<Arc<World>>, one: &'static watch::Watch| {
        router.route(one.path, get(move |half| pages::watch(one, half)))
    };
    watch::PAGES
        .iter()
        .fold(Router::new(), watch)
        .route("/", get(pages::front))
        .route("/chapters", get(pages::chapters))
        .route("/list", get(pages::list))
        .route("/many", get(pages::many))
        .route("/nothing", get(pages::nothing))
        .route("/live", get(pages::live))
        .route("/feed.xml", get(feed::get))
        .route("/long-feed.xml", get(feed::long))
        .route("/redirect-local", get(pages::redirect_to_loopback))
        .route("/redirect-link-local", get(pages::redirect_to_link_local))
        .layer(Extension(half))
}

fn files_of(half: Half) -> Router<Arc<World>> {
    Router::new()
        .route("/files/{name}", get(files::get))
        .route("/slow.mp4", get(files::slow))
        .route("/radio.mp3", get(radio::station))
        .route("/endless.mp3", get(radio::unnamed))
        .route("/on-air", get(radio::unnamed))
        .route("/hls/master.m3u8", get(streams::master))
        .route("/live/stream.m3u8", get(streams::live))
        .layer(Extension(half))
}

/// All of the file host.
pub(crate) fn file_host(world: &Arc<World>) -> Router {
    Router::new()
        .route("/podcast/{name}", get(files::get))
        .route("/hls/{name}", get(streams::signed))
        .route("/live/{name}", get(streams::signed))
        .fallback(files::missing)
        .layer(middleware::map_response(files::for_any_origin))
        .with_state(world.clone())
}

/// The whole address of `path` on the file host.
fn file_host_address(path: &str) -> String {
    format!("https://{VIDEO_FILES}{path}")
}
