//! What the caller can choose about transfers. No defaults that depend on a site.

use std::path::PathBuf;
use std::time::Duration;

/// How the network is used.
#[derive(Clone)]
pub struct Config {
    /// Transfers at once from one file host, at least 1.
    pub parallel: usize,
    /// The least time between the starts of two requests to a site's API.
    pub pace: Duration,
    /// `User-Agent` of requests that no session signs.
    pub user_agent: String,
    /// The most that is fetched of a body whose length nobody says, in bytes.
    pub open_ended: u64,
    /// A proxy for everything, such as `http://127.0.0.1:8080`. `None` follows `HTTPS_PROXY`, `HTTP_PROXY`,
    /// `ALL_PROXY` and `NO_PROXY` or the system's settings.
    pub proxy: Option<String>,
    /// A PEM file of certificate authorities to trust beside the system's.
    pub extra_roots: Option<PathBuf>,
    /// When to give up waiting.
    pub timeouts: Timeouts,
}

impl Config {
    /// The defaults, with `SSL_CERT_FILE` as the extra certificate authorities.
    ///
    /// On Linux that variable also replaces the system's own list, as it does for OpenSSL.
    pub fn from_env() -> Self {
        Self {
            parallel: 8,
            pace: Duration::from_millis(500),
            open_ended: 4_000_000_000,
            user_agent: concat!("MediaFetcher/", env!("CARGO_PKG_VERSION")).to_owned(),
            proxy: None,
            extra_roots: std::env::var_os("SSL_CERT_FILE")
                .filter(|path| !path.is_empty())
                .map(PathBuf::from),
            timeouts: Timeouts::default(),
        }
    }
}

/// When to give up waiting for a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// For the connection, TLS included.
    pub connect: Duration,
    /// From the request to the head of the answer. Longer than `idle`: some sites render a file when asked.
    pub answer: Duration,
    /// Between two pieces of a body.
    pub idle: Duration,
    /// A body that brings less than [`Timeouts::SLOWEST`] bytes in this time has stalled, although it trickles.
    pub trickle: Duration,
    /// For the whole of a body whose length nobody says: a broadcast comes no faster than it is heard.
    pub open_ended: Duration,
}

impl Timeouts {
    /// Bytes that must arrive within [`Timeouts::trickle`].
    pub const SLOWEST: u64 = 4096;
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(20),
            answer: Duration::from_secs(60),
            idle: Duration::from_secs(30),
            trickle: Duration::from_secs(60),
            open_ended: Duration::from_secs(2 * 60 * 60),
        }
    }
}
