//! One question to a site's API. What the answer means is the provider's business.

use crate::address;
use crate::body::Body;
use crate::chain::{base_headers, send};
use crate::downloader::Shared;
use crate::fault::Fault;
use crate::host::{HostClass, Priority};
use crate::signer::Signer;
use crate::window::Ceiling;
use http::{HeaderMap, Method};
use protocol::ErrorCode;
use std::sync::Arc;

/// A question.
pub struct Call {
    /// `GET`, `POST`, …
    pub method: Method,
    /// Absolute https address.
    pub url: String,
    /// Beside the usual ones, such as `Content-Type`.
    pub headers: HeaderMap,
    /// The body.
    pub body: Option<String>,
    /// Signs it, if the address is of the session's own origin.
    pub signer: Option<Arc<Signer>>,
    /// The longest answer, in bytes; a longer one is `TooLarge`.
    pub limit: usize,
}

/// What came back, whatever the status.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The whole body.
    pub body: Vec<u8>,
}

pub(crate) async fn call(
    shared: &Shared,
    call: Call,
    priority: Priority,
    ceiling: Ceiling,
) -> Result<Answer, Fault> {
    let url = address::parse(&call.url, true)?;
    let mut headers = base_headers(shared);
    headers.extend(call.headers);
    if let Some(signer) = &call.signer {
        signer.sign(&url, &mut headers);
    }
    let client = shared.clients.pick(&url, HostClass::Api);
    let mut request = client.request(call.method, url.clone()).headers(headers);
    if let Some(body) = call.body {
        request = request.body(body);
    }
    let mut slot = shared.hosts.enter(&url, HostClass::Api, priority, ceiling).await?;
    let response = send(&mut slot, request, shared.timeouts.answer).await?;
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let mut body = Vec::new();
    Body::new(response, shared.timeouts).fill(&mut body, call.limit.saturating_add(1)).await?;
    if body.len() > call.limit {
        return Err(Fault::new(ErrorCode::TooLarge).with("limit", call.limit));
    }
    Ok(Answer { status, headers, body })
}
