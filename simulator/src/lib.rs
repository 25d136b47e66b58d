//! The remote services on this machine: producer.ai, flowmusic.app and their file hosts and Discogs, under their real
//! names, and a video site under a name reserved for examples.
//!
//! [`Simulator`] is an HTTP proxy with its own certificate authority. Whoever uses the proxy and trusts the authority
//! meets the sites; every other host is refused and counted. Nothing in it is known to the programs it tests, and it
//! tests nothing itself: [`Control`] sets the scene and tells the truth.

mod account;
mod authority;
mod connection;
mod control;
mod control_http;
pub mod discogs;
pub mod faults;
mod filehost;
mod flowmusic;
mod gate;
pub mod log;
mod lyrics;
pub mod media;
mod pages;
mod producer;
mod proxy;
mod serve;
mod service;
mod session;
mod signed;
mod simulator;
mod song;
mod titles;
mod videos;
mod world;

pub use control::{Control, Expire};
pub use faults::{Fault, FaultKind, RetryAfter};
pub use log::{Counters, LogEntry};
pub use media::long_file::LongFile;
pub use media::{Format, Stem};
pub use service::{CDN, STORAGE, Service, VIDEO_FILES, VIDEOS};
pub use simulator::{Config, Simulator};
pub use song::{Availability, FileFacts, SongFacts};
pub use titles::nasty as nasty_titles;
pub use videos::{ESCAPING_LANGUAGE, ESCAPING_TITLE, Refusal, VideoControl};

use axum::response::{IntoResponse, Json, Response};
use http::StatusCode;

/// An error as both APIs tell it: `{"detail": …}`.
struct ApiError {
    status: StatusCode,
    detail: String,
}

impl ApiError {
    fn new(status: StatusCode, detail: &str) -> Self {
        Self { status, detail: detail.to_owned() }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        (self.status, Json(serde_json::json!({"detail": self.detail}))).into_response()
    }
}
