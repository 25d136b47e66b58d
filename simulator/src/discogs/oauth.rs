//! The three steps of OAuth 1.0a that the API takes part in; the second is a page of the site.

use super::caller::query;
use super::problem::Problem;
use super::signature::{OAuthHeader, Signed};
use crate::world::World;
use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::request::Parts;
use std::sync::Arc;

/// The longest form that is read, in bytes.
const LONGEST_FORM: usize = 64 * 1024;
const FORM: &str = "application/x-www-form-urlencoded";

/// Gives a request token to an application that signs with its secret.
pub(super) async fn request_token(
    State(world): State<Arc<World>>,
    request: Request,
) -> Result<Response, Problem> {
    let asked = Asked::read(request).await?;
    let mut state = world.discogs.state();
    asked.check(&state.keys.consumer.key, &state.keys.consumer.secret, "")?;
    let callback = asked.header.get("oauth_callback").map(str::to_owned);
    let callback = callback.or_else(|| asked.parameter("oauth_callback"));
    let (token, secret) = state.keys.request(callback.filter(|callback| callback != "oob"));
    Ok(form(&[
        ("oauth_token", &token),
        ("oauth_token_secret", &secret),
        ("oauth_callback_confirmed", "true"),
    ]))
}

/// Exchanges a request token that a person has agreed to.
pub(super) async fn access_token(
    State(world): State<Arc<World>>,
    request: Request,
) -> Result<Response, Problem> {
    let asked = Asked::read(request).await?;
    let mut state = world.discogs.state();
    let token = asked.header.get("oauth_token").unwrap_or_default();
    let pending = state.keys.pending(token).map(|pending| pending.secret.clone());
    let secret =
        pending.ok_or_else(|| Problem::invalid_oauth("Invalid or expired request token."))?;
    asked.check(&state.keys.consumer.key, &state.keys.consumer.secret, &secret)?;
    let verifier = asked.header.get("oauth_verifier").unwrap_or_default();
    let exchanged = state.keys.exchange(token, verifier);
    let (token, secret) = exchanged.ok_or_else(|| Problem::invalid_oauth("Invalid verifier."))?;
    Ok(form(&[("oauth_token", &token), ("oauth_token_secret", &secret)]))
}

/// A request with what it is signed by.
struct Asked {
    header: OAuthHeader,
    method: String,
    address: String,
    parameters: Vec<(String, String)>,
}

impl Asked {
    async fn read(request: Request) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let header = parts.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let header = header.and_then(|header| header.strip_prefix("OAuth "));
        let header = header.ok_or_else(|| Problem::invalid_oauth("Invalid OAuth request."))?;
        let mut parameters = query(&parts.uri);
        if is_form(&parts) {
            let body = to_bytes(body, LONGEST_FORM).await.unwrap_or_default();
            parameters.extend(form_urlencoded::parse(&body).into_owned());
        }
        Ok(Self {
            header: OAuthHeader::parse(header),
            method: parts.method.to_string(),
            address: super::api(parts.uri.path()),
            parameters,
        })
    }

    fn parameter(&self, wanted: &str) -> Option<String> {
        self.parameters.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.clone())
    }

    fn check(&self, key: &str, consumer: &str, token: &str) -> Result<(), Problem> {
        if self.header.get("oauth_consumer_key") != Some(key) {
            return Err(Problem::invalid_token());
        }
        let signed = Signed {
            method: &self.method,
            address: &self.address,
            parameters: self.parameters.clone(),
        };
        let is_signed = self.header.is_signed(&signed, consumer, token);
        is_signed.then_some(()).ok_or_else(Problem::invalid_signature)
    }
}

fn is_form(parts: &Parts) -> bool {
    let kind = parts.headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    kind.is_some_and(|kind| kind.starts_with(FORM))
}

fn form(pairs: &[(&str, &str)]) -> Response {
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    ([(CONTENT_TYPE, FORM)], body).into_response()
}
