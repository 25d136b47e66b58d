//! A site's session as the browser sees it, handed to the daemon and never handed back.

use crate::item::Source;
use crate::secret::{Secret, serialize_option_to_daemon, serialize_to_daemon};
use serde::{Deserialize, Serialize};

/// One cookie, with the scope that RFC 6265 gives it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cookie {
    /// The cookie's name.
    pub name: String,
    /// Its value.
    #[serde(serialize_with = "serialize_to_daemon")]
    pub value: Secret,
    /// The domain without a leading dot.
    pub domain: String,
    /// True when only exactly `domain` gets it, false when its subdomains do as well.
    #[serde(default)]
    pub host_only: bool,
    /// The path prefix; `/` when absent.
    #[serde(default = "root_path")]
    pub path: String,
    /// Only over https.
    #[serde(default)]
    pub secure: bool,
    /// Hidden from scripts of the page.
    #[serde(default)]
    pub http_only: bool,
    /// Seconds since 1970; `None` for a session cookie.
    #[serde(default)]
    pub expires_at: Option<i64>,
}

fn root_path() -> String {
    "/".into()
}

/// What signs requests to one origin for one account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credentials {
    /// The site.
    pub source: Source,
    /// The exact origin these belong to, such as `https://www.producer.ai`. They are sent nowhere else.
    pub origin: String,
    /// The account they sign for (the site's user id). Work of another account never uses them.
    pub account_id: String,
    /// The cookies the browser would send to `origin`.
    #[serde(default)]
    pub cookies: Vec<Cookie>,
    /// The access token for `Authorization: Bearer`, where the site uses one.
    #[serde(default, serialize_with = "serialize_option_to_daemon")]
    pub bearer: Option<Secret>,
    /// When the bearer token ends, seconds since 1970.
    #[serde(default)]
    pub bearer_expires_at: Option<i64>,
    /// The browser's `User-Agent`, so that the daemon's requests look like the session's.
    #[serde(default)]
    pub user_agent: Option<String>,
}
