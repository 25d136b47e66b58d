//! Providers' requests, signed with the session in hand.

use super::engine::Engine;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use protocol::{Credentials, ErrorBody, ErrorCode, Source};
use providers::{HttpMethod, MAX_ANSWER, Request, Response, Transport};
use std::time::Duration;
use transfer::{Answer, Call};

/// How long a browser may take to read a session again.
const RENEWAL: Duration = Duration::from_secs(10);

/// Asks one site's API for one account.
pub(super) struct SiteTransport {
    engine: Engine,
    source: Source,
    account_id: String,
}

impl Engine {
    /// What providers speak through.
    pub fn transport(&self, source: Source, account_id: &str) -> SiteTransport {
        SiteTransport { engine: self.clone(), source, account_id: account_id.to_owned() }
    }
}

impl Transport for SiteTransport {
    async fn send(&self, request: Request) -> Result<Response, ErrorBody> {
        let signer = self.engine.sessions.signer(self.source, &self.account_id)?;
        let call = Call {
            method: match request.method {
                HttpMethod::Get => Method::GET,
                HttpMethod::Post => Method::POST,
            },
            url: request.url,
            headers: headers(&request.headers)?,
            body: request.body,
            signer: Some(signer),
            limit: MAX_ANSWER,
        };
        let sent = self.engine.downloader.call(call);
        let answer = tokio::select! {
            answer = sent => answer.map_err(|failed| failed.error)?,
            () = self.engine.stopping.cancelled() => return Err(ErrorBody::new(ErrorCode::Withdrawn)),
        };
        Ok(response(answer))
    }

    async fn credentials(&self, renew: bool) -> Result<Credentials, ErrorBody> {
        let sessions = &self.engine.sessions;
        let known = sessions.credentials(self.source, &self.account_id);
        let ended = matches!(&known, Err(error) if error.code == ErrorCode::SessionExpired);
        if !renew && !ended {
            return known;
        }
        let renewed = sessions.renewed();
        self.engine.ask_for_credentials(self.source, &self.account_id);
        // Without a browser nobody answers, and the old session is tried once more: the site may have erred.
        let _ = tokio::time::timeout(RENEWAL, renewed).await;
        sessions.credentials(self.source, &self.account_id)
    }

    async fn sleep(&self, ms: u64) {
        tokio::select! {
            () = tokio::time::sleep(Duration::from_millis(ms)) => {}
            () = self.engine.stopping.cancelled() => {}
        }
    }
}

pub(super) fn headers(pairs: &[(String, String)]) -> Result<HeaderMap, ErrorBody> {
    let bad =
        |name: &str| ErrorBody::new(ErrorCode::Internal).with("detail", format!("header {name}"));
    let mut headers = HeaderMap::with_capacity(pairs.len());
    for (name, value) in pairs {
        let key: HeaderName = name.parse().map_err(|_| bad(name))?;
        let mut value = HeaderValue::from_str(value).map_err(|_| bad(name))?;
        value.set_sensitive(true);
        headers.insert(key, value);
    }
    Ok(headers)
}

pub(super) fn response(answer: Answer) -> Response {
    let text = |name: &str| {
        let value = answer.headers.get(name).and_then(|value| value.to_str().ok());
        value.map(str::to_owned)
    };
    Response {
        status: answer.status,
        content_type: text("content-type").unwrap_or_default(),
        retry_after: text("retry-after"),
        location: text("location"),
        cf_mitigated: text("cf-mitigated").is_some_and(|value| value == "challenge"),
        body: answer.body,
    }
}
