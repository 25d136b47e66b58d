//! Requests to Discogs, signed for one account.

use super::now;
use super::signing::Signing;
use crate::daemon::engine::Engine;
use crate::daemon::site::{headers, response};
use http::header::{AUTHORIZATION, USER_AGENT};
use http::{HeaderValue, Method};
use protocol::discogs::SignedBy;
use protocol::{Credentials, ErrorBody, ErrorCode, Source};
use providers::{HttpMethod, MAX_ANSWER, Request, Response, Transport};
use std::time::Duration;
use transfer::{Call, Ceiling, Downloader, Priority, Quota, Url};

/// The site asks programs to name themselves, with a place to read about them; it refuses those that do not.
const NAME: &str =
    concat!("MediaFetcher/", env!("CARGO_PKG_VERSION"), " +", env!("CARGO_PKG_REPOSITORY"));

/// Asks for one account.
pub(super) struct DiscogsTransport {
    engine: Engine,
    pub signing: Signing,
    priority: Priority,
}

impl DiscogsTransport {
    /// Signs with what is given.
    pub fn new(engine: &Engine, signing: Signing, priority: Priority) -> Self {
        Self { engine: engine.clone(), signing, priority }
    }

    /// Signs for an account with the secret that is kept for it.
    ///
    /// # Errors
    /// [`ErrorCode::SignedOut`] when it should be signed and there is no secret; [`ErrorCode::KeyringRefused`].
    pub async fn of(
        engine: &Engine,
        username: &str,
        signed_by: SignedBy,
        priority: Priority,
    ) -> Result<Self, ErrorBody> {
        if signed_by == SignedBy::Nobody {
            return Ok(Self::new(engine, Signing::Nobody, priority));
        }
        let kept = engine.secrets.get(&secret_name(username)).await?;
        let signing = kept.and_then(|kept| Signing::of_kept(signed_by, kept));
        let signed_out =
            || ErrorBody::new(ErrorCode::SignedOut).with("site", Source::Discogs.title());
        Ok(Self::new(engine, signing.ok_or_else(signed_out)?, priority))
    }

    /// The same for requests that go sooner or later than these.
    pub fn at(&self, priority: Priority) -> Self {
        Self::new(&self.engine, self.signing.clone(), priority)
    }
}

/// The name under which an account's secret is kept. Names of users are the same in any case.
pub(super) fn secret_name(username: &str) -> String {
    format!("discogs/{}", username.to_lowercase())
}

/// Makes everybody ask the site by its limits.
pub(in crate::daemon) fn keep_limit(downloader: &Downloader) -> Result<(), ErrorBody> {
    downloader.set_quota(&api()?, Quota::discogs());
    Ok(())
}

/// The limit that an account's requests have.
pub(super) fn ceiling(signed_by: SignedBy) -> Ceiling {
    if signed_by == SignedBy::Nobody { Ceiling::Unsigned } else { Ceiling::Signed }
}

/// The origin of the API.
pub(super) fn api() -> Result<Url, ErrorBody> {
    let broken = |error| ErrorBody::new(ErrorCode::Internal).with("detail", error);
    Url::parse(Source::Discogs.origin()).map_err(broken)
}

impl Transport for DiscogsTransport {
    async fn send(&self, request: Request) -> Result<Response, ErrorBody> {
        let mut headers = headers(&request.headers)?;
        headers.insert(USER_AGENT, HeaderValue::from_static(NAME));
        if let Some(authorization) = self.signing.authorization(now(), rand::random())? {
            headers.insert(AUTHORIZATION, authorization);
        }
        let call = Call {
            method: match request.method {
                HttpMethod::Get => Method::GET,
                HttpMethod::Post => Method::POST,
            },
            url: request.url,
            headers,
            body: request.body,
            signer: None,
            limit: MAX_ANSWER,
        };
        let sent = self.engine.downloader.call_in_turn(call, self.priority, self.signing.ceiling());
        tokio::select! {
            answer = sent => Ok(response(answer.map_err(|failed| failed.error)?)),
            () = self.engine.stopping.cancelled() => Err(ErrorBody::new(ErrorCode::Withdrawn)),
        }
    }

    async fn credentials(&self, _renew: bool) -> Result<Credentials, ErrorBody> {
        // What signs is added above: nothing of it passes through the provider.
        Ok(Credentials {
            source: Source::Discogs,
            origin: Source::Discogs.origin().to_owned(),
            account_id: String::new(),
            cookies: Vec::new(),
            bearer: None,
            bearer_expires_at: None,
            user_agent: None,
        })
    }

    async fn sleep(&self, ms: u64) {
        tokio::select! {
            () = tokio::time::sleep(Duration::from_millis(ms)) => {}
            () = self.engine.stopping.cancelled() => {}
        }
    }
}
