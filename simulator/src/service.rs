//! The sites with accounts, and the host names that the simulator answers for.

use crate::discogs::Host;
use serde::{Deserialize, Serialize};

/// A site with accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Service {
    /// producer.ai, the first era.
    #[serde(rename = "producer.ai")]
    Producer,
    /// flowmusic.app, its successor.
    #[serde(rename = "flowmusic")]
    Flowmusic,
}

impl Service {
    /// Both.
    pub const ALL: [Service; 2] = [Service::Producer, Service::Flowmusic];

    /// The host that has the pages, the API and the cookies.
    pub fn host(self) -> &'static str {
        match self {
            Service::Producer => "www.producer.ai",
            Service::Flowmusic => "www.flowmusic.app",
        }
    }

    /// The name on the pages.
    pub fn title(self) -> &'static str {
        match self {
            Service::Producer => "Producer",
            Service::Flowmusic => "Google Flow Music",
        }
    }

    /// The name in the control interface.
    pub fn as_str(self) -> &'static str {
        match self {
            Service::Producer => "producer.ai",
            Service::Flowmusic => "flowmusic",
        }
    }
}

impl std::str::FromStr for Service {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Service::ALL
            .into_iter()
            .find(|service| service.as_str() == text)
            .ok_or_else(|| format!("unknown service {text:?}"))
    }
}

/// The public file host of both sites.
pub const STORAGE: &str = "storage.googleapis.com";
/// The second file host, whose addresses are all signed.
pub const CDN: &str = "cdn.flowmusic.app";
/// The video site, under a name that is reserved for examples (RFC 6761).
pub const VIDEOS: &str = "videos.example.com";
/// The video site's file host, on a domain of its own.
pub const VIDEO_FILES: &str = "media.example.net";

/// What answers under a host name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Site {
    /// A site itself.
    Service(Service),
    /// The bare domain, which only leads to the `www.` host.
    Apex(Service),
    /// Google Cloud Storage.
    Storage,
    /// The second file host.
    Cdn,
    /// The video site.
    Videos,
    /// The video site's file host.
    VideoFiles,
    /// One of the hosts of Discogs.
    Discogs(Host),
}

impl Site {
    /// Who answers for `host`; `None` for any name that is none of ours.
    pub(crate) fn of(host: &str) -> Option<Self> {
        let of_service = |service: Service| match host.strip_prefix("www.") {
            Some(_) if host == service.host() => Some(Site::Service(service)),
            None if service.host().strip_prefix("www.") == Some(host) => Some(Site::Apex(service)),
            _ => None,
        };
        match host {
            STORAGE => Some(Site::Storage),
            CDN => Some(Site::Cdn),
            VIDEOS => Some(Site::Videos),
            VIDEO_FILES => Some(Site::VideoFiles),
            _ => Host::of(host)
                .map(Site::Discogs)
                .or_else(|| Service::ALL.into_iter().find_map(of_service)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_sites_own_names_are_answered_for() {
        assert_eq!(Site::of("www.producer.ai"), Some(Site::Service(Service::Producer)));
        assert_eq!(Site::of("flowmusic.app"), Some(Site::Apex(Service::Flowmusic)));
        assert_eq!(Site::of("storage.googleapis.com"), Some(Site::Storage));
        assert_eq!(Site::of("videos.example.com"), Some(Site::Videos));
        assert_eq!(Site::of("api.discogs.com"), Some(Site::Discogs(Host::Api)));
        assert_eq!(Site::of("example.com"), None);
        assert_eq!(Site::of("www.google.com"), None);
        assert_eq!(Site::of("producer.ai.example"), None);
    }
}
