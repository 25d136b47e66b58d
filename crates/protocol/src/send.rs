//! "Send to MediaFetcher": addresses of the open web, brought home as what can be played.

use crate::credentials::Cookie;
use crate::item::Variant;
use serde::{Deserialize, Serialize};

/// The most addresses in one call.
pub const MOST_PAGES: usize = 1000;

/// Addresses to bring home: each becomes a wanted file, and a page that holds several things becomes several.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewSend {
    /// Idempotency key: the same key gives the same job.
    pub key: String,
    /// What to bring, 1 to [`MOST_PAGES`].
    pub pages: Vec<SentPage>,
    /// As what: [`Variant::Media`], or sound alone as m4a, mp3 or opus. The setting's when absent.
    #[serde(default)]
    pub variant: Option<Variant>,
    /// The session at the site of the pages, which are then all of one host.
    #[serde(default)]
    pub session: Option<SiteSession>,
}

/// One address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentPage {
    /// A page, or media itself; http or https.
    pub address: String,
    /// The page on which it was found, if that is another.
    #[serde(default)]
    pub found_on: Option<String>,
    /// What the browser calls it, to be shown until more is known.
    #[serde(default)]
    pub title: Option<String>,
}

/// A session at one host, for as long as a job needs it. Kept in memory and never handed back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SiteSession {
    /// The host, such as `videos.example.com`.
    pub host: String,
    /// Its cookies, partitioned ones included.
    pub cookies: Vec<Cookie>,
    /// The browser's `User-Agent`.
    #[serde(default)]
    pub user_agent: Option<String>,
}

/// A host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfHost {
    /// Such as `videos.example.com`.
    pub host: String,
}

/// What is being done to a wanted file.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "stage", rename_all = "snake_case")]
pub enum Stage {
    /// The page is read to see what is on it.
    Reading,
    /// Bytes arrive.
    Downloading,
    /// It is made playable.
    Converting {
        /// From 0 to 1; `None` when its length is not known.
        fraction: Option<f64>,
        /// Seconds of media a second.
        speed: Option<f64>,
    },
    /// It is checked, named and put into the library.
    Filing,
}
