//! The one door to the network: what a provider asks for and what came back.
//!
//! Providers describe requests; a [`Transport`] carries them out. The browser's worker implements it over
//! `fetch`, the daemon over its HTTP client. Nothing here opens a connection, keeps a clock or reads a cookie.

use protocol::{Credentials, ErrorBody};
use std::fmt;

/// The methods that the services use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HttpMethod {
    /// RFC 9110 §9.3.1.
    Get,
    /// RFC 9110 §9.3.3.
    Post,
}

impl HttpMethod {
    /// The method's token on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            HttpMethod::Get => "GET",
            HttpMethod::Post => "POST",
        }
    }
}

/// A request to a service's API.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    /// The method.
    pub method: HttpMethod,
    /// Absolute https address on the service's own origin.
    pub url: String,
    /// Names and values; may hold `Authorization`.
    pub headers: Vec<(String, String)>,
    /// JSON, with [`HttpMethod::Post`] only.
    pub body: Option<String>,
}

impl fmt::Debug for Request {
    /// Names the headers without their values: one of them may be a credential.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} [", self.method.as_str(), self.url)?;
        for (name, _) in &self.headers {
            write!(f, " {name}")?;
        }
        f.write_str(" ]")
    }
}

/// What came back, with the few headers that decide what it means.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// `Content-Type` as sent; empty when absent.
    pub content_type: String,
    /// `Retry-After` as sent: seconds or an HTTP date (RFC 9110 §10.2.3).
    pub retry_after: Option<String>,
    /// `Location` as sent, of a redirect; transports do not follow it.
    pub location: Option<String>,
    /// `cf-mitigated: challenge` was there: Cloudflare wants to see a person.
    pub cf_mitigated: bool,
    /// The decoded content, at most [`MAX_ANSWER`] bytes.
    pub body: Vec<u8>,
}

/// The largest answer of an API that is read, in bytes. A transport stops there with `TooLarge`.
pub const MAX_ANSWER: usize = 32 * 1024 * 1024;

/// Carries requests out for one account of one service.
#[allow(async_fn_in_trait)] // Each caller is generic over one concrete transport, whose futures show if they are Send.
pub trait Transport {
    /// Sends one request and reads the whole answer. It keeps the pace between two calls by itself, adds the
    /// cookies of the origin, and gives up after [`MAX_ANSWER`] bytes. Any HTTP status is an `Ok`.
    async fn send(&self, request: Request) -> Result<Response, ErrorBody>;

    /// The session. With `renew`, what was known is read again from where the browser keeps it, because the
    /// service did not accept it any more; a refresh token is never spent.
    async fn credentials(&self, renew: bool) -> Result<Credentials, ErrorBody>;

    /// Waits for `ms` milliseconds.
    async fn sleep(&self, ms: u64);
}
