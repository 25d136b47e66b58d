//! Asking Discogs: data, or the knowledge that it is gone.

use super::model::{CollectionValue, Identity, PriceSuggestions, Release, ReleaseStats};
use super::paths;
use crate::api::{Api, Called, RETRIES};
use crate::fields::changed;
use crate::transport::{HttpMethod, Transport};
use crate::verdict::{new_path, path_only};
use protocol::{ErrorBody, Source};
use serde::de::DeserializeOwned;

/// Redirects followed for one answer: a release that was merged twice is two away.
const MAX_MOVES: usize = 3;

/// The API, through one transport. Credentials, the limit of requests and the name that programs have to give are
/// the transport's business.
pub struct Discogs<'t, T> {
    pub(super) api: Api<'t, T>,
}

/// What became of a question about one thing.
#[derive(Clone, Debug, PartialEq)]
pub enum Found<M> {
    /// It is there.
    Here {
        /// What the site says.
        answer: M,
        /// The answer as it came, JSON.
        raw: Vec<u8>,
    },
    /// The site does not have it any more.
    Gone,
}

impl<'t, T: Transport> Discogs<'t, T> {
    /// The API as `transport` reaches it.
    pub fn new(transport: &'t T) -> Self {
        Self { api: Api { source: Source::Discogs, transport, account_id: "", retries: RETRIES } }
    }

    /// Who the credentials belong to.
    ///
    /// # Errors
    /// `SessionExpired` when they are not accepted; `SiteChanged`; whatever a call can end with.
    pub async fn identity(&self) -> Result<Identity, ErrorBody> {
        let identity: Identity = self.there(paths::IDENTITY).await?;
        if identity.username.is_empty() {
            return Err(changed(Source::Discogs, &[paths::IDENTITY, ": username"], "is missing"));
        }
        Ok(identity)
    }

    /// Everything about a release. One that was merged into another comes with the other's number.
    ///
    /// # Errors
    /// `SiteChanged` when the answer is no release; whatever a call can end with.
    pub async fn release(&self, id: i64) -> Result<Found<Release>, ErrorBody> {
        self.maybe(&paths::release(id)).await
    }

    /// What a release costs.
    ///
    /// # Errors
    /// As [`Discogs::release`].
    pub async fn stats(&self, release: i64) -> Result<Found<ReleaseStats>, ErrorBody> {
        self.maybe(&paths::stats(release)).await
    }

    /// What the site would ask for a release, by condition.
    ///
    /// # Errors
    /// As [`Discogs::release`]; `Refused` for people without the site's seller settings.
    pub async fn price_suggestions(
        &self,
        release: i64,
    ) -> Result<Found<PriceSuggestions>, ErrorBody> {
        self.maybe(&paths::price_suggestions(release)).await
    }

    /// What a collection is worth. Only its owner is told.
    ///
    /// # Errors
    /// As [`Discogs::release`]; `Refused` for others.
    pub async fn collection_value(&self, user: &str) -> Result<CollectionValue, ErrorBody> {
        self.there(&paths::value(user)).await
    }

    /// Waits, as the transport does it.
    pub(super) async fn sleep(&self, ms: u64) {
        self.api.transport.sleep(ms).await;
    }

    /// Has something made at a path. Returns the path of what was made; empty where the site does not say.
    pub(super) async fn create(&self, path: &str) -> Result<String, ErrorBody> {
        match self.api.call(HttpMethod::Post, path, None).await? {
            Called::Data(response) => Ok(new_path(Source::Discogs, &response)),
            Called::Moved(to) => Ok(to),
            Called::Missing => Err(changed(Source::Discogs, &[path_only(path)], "is gone")),
        }
    }

    /// The bytes of a file that has to be there.
    pub(super) async fn file(&self, path: &str) -> Result<Vec<u8>, ErrorBody> {
        match self.api.call(HttpMethod::Get, path, None).await? {
            Called::Data(response) => Ok(response.body),
            Called::Missing => Err(changed(Source::Discogs, &[path_only(path)], "is gone")),
            Called::Moved(_) => {
                Err(changed(Source::Discogs, &[path_only(path)], "leads elsewhere"))
            }
        }
    }

    /// The answer to a question about something that has to be there.
    pub(super) async fn there<M: DeserializeOwned>(&self, path: &str) -> Result<M, ErrorBody> {
        match self.maybe(path).await? {
            Found::Here { answer, .. } => Ok(answer),
            Found::Gone => Err(changed(Source::Discogs, &[path_only(path)], "is gone")),
        }
    }

    /// As [`Discogs::there`], for something that may be gone.
    pub(super) async fn maybe<M: DeserializeOwned>(
        &self,
        path: &str,
    ) -> Result<Found<M>, ErrorBody> {
        let mut at = path.to_owned();
        for _ in 0..=MAX_MOVES {
            match self.api.call(HttpMethod::Get, &at, None).await? {
                Called::Data(response) => {
                    let raw = response.body;
                    let answer = serde_json::from_slice(&raw).map_err(|error| {
                        changed(Source::Discogs, &[path_only(&at)], &error.to_string())
                    })?;
                    return Ok(Found::Here { answer, raw });
                }
                Called::Missing => return Ok(Found::Gone),
                Called::Moved(to) if !to.is_empty() => at = to,
                Called::Moved(_) => {
                    return Err(changed(Source::Discogs, &[path_only(path)], "leads elsewhere"));
                }
            }
        }
        Err(changed(Source::Discogs, &[path_only(path)], "leads in a circle"))
    }
}
