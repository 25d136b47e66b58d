//! Calling a service's JSON API: signing, trying again, reading the answer.
//!
//! What an answer means is decided in [`verdict`](crate::verdict); here it is acted upon.

use crate::fields::{about, changed};
use crate::transport::{HttpMethod, Request, Response, Transport};
use crate::verdict::{Verdict, judge, path_only};
use protocol::{Credentials, ErrorBody, ErrorCode, Source};
use serde_json::Value;

/// How often a call is tried again after a temporary error.
pub(crate) const RETRIES: u32 = 4;
/// The wait before the first retry; it doubles each time.
const FIRST_WAIT_MS: u64 = 1_000;

/// A service's API for one account.
pub(crate) struct Api<'t, T> {
    pub source: Source,
    pub transport: &'t T,
    /// The account that the requests must be signed for; empty while it is not known.
    pub account_id: &'t str,
    /// How often a call is tried again after a temporary error; [`RETRIES`] unless the answer hardly matters.
    pub retries: u32,
}

/// What became of a call.
pub(crate) enum Called {
    /// The answer.
    Data(Response),
    /// There is no such thing, or not any more.
    Missing,
    /// It is at this path of the same origin.
    Moved(String),
}

impl<T: Transport> Api<'_, T> {
    /// `GET` of a path on the site's origin.
    pub async fn get(&self, path: &str) -> Result<Value, ErrorBody> {
        self.data(HttpMethod::Get, path, None).await
    }

    /// `POST` of JSON to a path on the site's origin.
    pub async fn post(&self, path: &str, body: &Value) -> Result<Value, ErrorBody> {
        self.data(HttpMethod::Post, path, Some(body.to_string())).await
    }

    /// The answer to a question that the service must be able to answer where it is asked.
    async fn data(
        &self,
        method: HttpMethod,
        path: &str,
        body: Option<String>,
    ) -> Result<Value, ErrorBody> {
        match self.call(method, path, body).await? {
            Called::Data(response) => self.read(path, &response),
            Called::Missing => Err(changed(self.source, &[path_only(path)], "is gone")),
            // What stands before the API redirects to its sign-in page.
            Called::Moved(_) => Err(about(self.source, ErrorCode::SignedOut)),
        }
    }

    /// Asks, and asks again where that may help.
    pub async fn call(
        &self,
        method: HttpMethod,
        path: &str,
        body: Option<String>,
    ) -> Result<Called, ErrorBody> {
        let source = self.source;
        let mut credentials = self.credentials(false).await?;
        let mut renewed = false;
        let mut tries = 0;
        loop {
            let request = self.request(method, path, &body, &credentials);
            let answer = self.transport.send(request).await;
            match (judge(source, path, &answer), answer) {
                (Verdict::Data, Ok(response)) => return Ok(Called::Data(response)),
                (Verdict::Missing, _) => return Ok(Called::Missing),
                (Verdict::Moved(to), _) => return Ok(Called::Moved(to)),
                (Verdict::Again(_, wait), _) if tries < self.retries => {
                    let backoff = FIRST_WAIT_MS << tries;
                    self.transport.sleep(backoff.max(wait.unwrap_or(0) * 1_000)).await;
                    tries += 1;
                }
                (Verdict::Unauthorized, _) if !renewed => {
                    credentials = self.credentials(true).await?;
                    renewed = true;
                }
                (Verdict::Again(error, _) | Verdict::Stop(error), _)
                | (Verdict::Data, Err(error)) => {
                    return Err(error);
                }
                (Verdict::Unauthorized, _) => return Err(about(source, ErrorCode::SessionExpired)),
            }
        }
    }

    /// The session, if it is still the same person's.
    async fn credentials(&self, renew: bool) -> Result<Credentials, ErrorBody> {
        let credentials = self.transport.credentials(renew).await?;
        same_account(self.source, self.account_id, &credentials.account_id)?;
        Ok(credentials)
    }

    fn request(
        &self,
        method: HttpMethod,
        path: &str,
        body: &Option<String>,
        credentials: &Credentials,
    ) -> Request {
        let mut headers = vec![("Accept".to_owned(), "application/json".to_owned())];
        if body.is_some() {
            headers.push(("Content-Type".to_owned(), "application/json".to_owned()));
        }
        if let Some(bearer) = &credentials.bearer {
            headers.push(("Authorization".to_owned(), ["Bearer ", bearer.expose()].concat()));
        }
        Request { method, url: [self.source.origin(), path].concat(), headers, body: body.clone() }
    }

    fn read(&self, path: &str, response: &Response) -> Result<Value, ErrorBody> {
        serde_json::from_slice(&response.body).map_err(|error| {
            let what = format!("is not JSON (line {}, column {})", error.line(), error.column());
            changed(self.source, &[path_only(path)], &what)
        })
    }
}

/// Refuses to mix two accounts; an empty id is not known yet.
pub(crate) fn same_account(source: Source, expected: &str, found: &str) -> Result<(), ErrorBody> {
    if expected.is_empty() || found.is_empty() || expected == found {
        return Ok(());
    }
    let error = about(source, ErrorCode::OtherAccount);
    Err(error.with("expected", expected).with("found", found))
}
