//! Requests to Discogs, signed for one account.

use crate::daemon::engine::Engine;
use crate::daemon::site::{headers, response};
use http::header::{AUTHORIZATION, USER_AGENT};
use http::{HeaderValue, Method};
use protocol::discogs::SignedBy;
use protocol::{Credentials, ErrorBody, ErrorCode, Secret, Source};
use providers::{HttpMethod, MAX_ANSWER, Request, Response, Transport};
use std::time::Duration;
use transfer::{Call, Downloader, Priority, Quota, Url};

/// The site asks programs to name themselves, with a place to read about them; it refuses those that do not.
const NAME: &str =
    concat!("MediaFetcher/", env!("CARGO_PKG_VERSION"), " +", env!("CARGO_PKG_REPOSITORY"));

/// Asks for one account.
pub(super) struct DiscogsTransport {
    engine: Engine,
    authorization: Option<HeaderValue>,
    priority: Priority,
}

impl DiscogsTransport {
    /// Signs with `token`; without one, asks for what everybody may see.
    ///
    /// # Errors
    /// [`ErrorCode::BadParameters`] for a token with characters that no token has.
    pub fn new(
        engine: &Engine,
        token: Option<&Secret>,
        priority: Priority,
    ) -> Result<Self, ErrorBody> {
        let authorization = token.map(authorization).transpose()?;
        Ok(Self { engine: engine.clone(), authorization, priority })
    }

    /// Signs for an account with the secret that is kept for it.
    ///
    /// # Errors
    /// [`ErrorCode::SignedOut`] when it should be signed and there is no secret.
    pub fn of(
        engine: &Engine,
        username: &str,
        signed_by: SignedBy,
        priority: Priority,
    ) -> Result<Self, ErrorBody> {
        let token = match signed_by {
            SignedBy::Nobody => None,
            SignedBy::Token => {
                let signed_out =
                    || ErrorBody::new(ErrorCode::SignedOut).with("site", Source::Discogs.title());
                Some(engine.secrets.get(&secret_name(username))?.ok_or_else(signed_out)?)
            }
        };
        Self::new(engine, token.as_ref(), priority)
    }
}

/// The name under which an account's secret is kept. Names of users are the same in any case.
pub(super) fn secret_name(username: &str) -> String {
    format!("discogs/{}", username.to_lowercase())
}

/// Makes everybody ask the site by the limit that it has for those who are signed in. What is asked without that is
/// told of a smaller one with each answer, which is believed.
pub(in crate::daemon) fn keep_limit(downloader: &Downloader) -> Result<(), ErrorBody> {
    downloader.set_quota(&api()?, Quota::discogs(true));
    Ok(())
}

/// The origin of the API.
pub(super) fn api() -> Result<Url, ErrorBody> {
    let broken = |error| ErrorBody::new(ErrorCode::Internal).with("detail", error);
    Url::parse(Source::Discogs.origin()).map_err(broken)
}

fn authorization(token: &Secret) -> Result<HeaderValue, ErrorBody> {
    let bad = |_| {
        let error = ErrorBody::new(ErrorCode::BadParameters);
        error.with("detail", "this is no token: it has characters that tokens do not have")
    };
    let text = format!("Discogs token={}", token.expose().trim());
    let mut value = HeaderValue::try_from(text).map_err(bad)?;
    value.set_sensitive(true);
    Ok(value)
}

impl Transport for DiscogsTransport {
    async fn send(&self, request: Request) -> Result<Response, ErrorBody> {
        let mut headers = headers(&request.headers)?;
        headers.insert(USER_AGENT, HeaderValue::from_static(NAME));
        if let Some(authorization) = &self.authorization {
            headers.insert(AUTHORIZATION, authorization.clone());
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
        let sent = self.engine.downloader.call_in_turn(call, self.priority);
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
