//! The way in: one `Downloader` for the whole program, cheap to clone.

use crate::api_call::{self, Answer, Call};
use crate::clients::Clients;
use crate::config::{Config, Timeouts};
use crate::fault::TransferError;
use crate::fetch::{self, Fetched, Step, Target};
use crate::host::{HostClass, Hosts, Priority};
use crate::permit::Permit;
use crate::validator::Kept;
use crate::window::{Ceiling, Quota};
use http::HeaderValue;
use protocol::{ErrorBody, ErrorCode};
use reqwest::Url;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Fetches files and asks APIs, with manners.
#[derive(Clone)]
pub struct Downloader {
    shared: Arc<Shared>,
}

/// What all transfers have in common.
pub(crate) struct Shared {
    pub clients: Clients,
    pub hosts: Hosts,
    pub timeouts: Timeouts,
    /// As in [`Config`].
    pub open_ended: AtomicU64,
    pub user_agent: HeaderValue,
}

impl Downloader {
    /// Sets the clients up. Fails with `BadParameters` if the proxy, the certificates or the name cannot be used.
    pub fn new(config: Config) -> Result<Self, ErrorBody> {
        let user_agent = HeaderValue::from_str(&config.user_agent)
            .map_err(|error| ErrorBody::new(ErrorCode::BadParameters).with("detail", error))?;
        let shared = Shared {
            clients: Clients::new(&config)?,
            hosts: Hosts::new(config.parallel, config.pace),
            timeouts: config.timeouts,
            open_ended: AtomicU64::new(config.open_ended),
            user_agent,
        };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// Changes the number of transfers at once from one file host. Running ones go on.
    pub fn set_parallel(&self, parallel: usize) {
        self.shared.hosts.set_parallel(parallel);
    }

    /// Changes the least time between the starts of two requests to a site's API.
    pub fn set_pace(&self, pace: Duration) {
        self.shared.hosts.set_pace(pace);
    }

    /// Changes how much is fetched at most of a body whose length nobody says, in bytes, for those that begin from now on.
    pub fn set_open_ended(&self, most: u64) {
        self.shared.open_ended.store(most, Ordering::Relaxed);
    }

    /// Tells that the server of `url` takes so many requests within a window. From then on all requests to it go by
    /// their turn, whoever asks.
    pub fn set_quota(&self, url: &Url, quota: Quota) {
        self.shared.hosts.set_quota(url, quota);
    }

    /// How long so many requests to the API at `url` will take, for an estimate that people can plan by. What others
    /// who wait there still want is not known here.
    pub fn time_for(&self, url: &Url, requests: u64, ceiling: Ceiling) -> Duration {
        self.shared.hosts.time_for(url, requests, ceiling)
    }

    /// Waits for the turn of a request to the API at `url` that somebody else will send, such as the browser.
    pub async fn permit(
        &self,
        url: &Url,
        priority: Priority,
        ceiling: Ceiling,
    ) -> Result<Permit, TransferError> {
        let slot = self.shared.hosts.enter(url, HostClass::Api, priority, ceiling).await?;
        Ok(Permit::new(slot))
    }

    /// Brings a file to `part`, going on from `kept` where its version is proved to be the same (I4).
    ///
    /// `on` is called on an async thread and must be quick. Whatever the outcome, everything received has been
    /// handed to the operating system when this returns; it is not yet `fsync`ed. If the future is dropped instead
    /// of cancelled, the file may still grow for a moment. What never ends is refused with
    /// [`ErrorCode::LiveStream`], at the latest before it takes the last room on the disk.
    pub async fn fetch_file(
        &self,
        target: &Target,
        part: &Path,
        kept: Option<Kept>,
        on: &(dyn Fn(Step) + Send + Sync),
        cancel: &CancellationToken,
    ) -> Result<Fetched, TransferError> {
        fetch::file(&self.shared, target, part, kept, on, cancel).await
    }

    /// Brings the body of an answer that is not media, such as a bundle of stems, to `sink` as it arrives, from
    /// the beginning. Pages in its place are refused; what `sink` refuses ends the transfer.
    pub async fn fetch_stream(
        &self,
        target: &Target,
        sink: &mut (dyn FnMut(&[u8]) -> Result<(), ErrorBody> + Send),
        cancel: &CancellationToken,
    ) -> Result<Fetched, TransferError> {
        fetch::stream(&self.shared, target, sink, cancel).await
    }

    /// Asks a site's API once. Any status is an answer; redirects are not followed.
    pub async fn call(&self, call: Call) -> Result<Answer, TransferError> {
        self.call_in_turn(call, Priority::default(), Ceiling::default()).await
    }

    /// As [`Downloader::call`], for somebody else than the first of the jobs. The ceiling matters where a quota was set:
    /// who signs by a header that the server may not take for credentials has the lower one.
    pub async fn call_in_turn(
        &self,
        call: Call,
        priority: Priority,
        ceiling: Ceiling,
    ) -> Result<Answer, TransferError> {
        Ok(api_call::call(&self.shared, call, priority, ceiling).await?)
    }

    /// A small public file, such as a cover picture, of at most `limit` bytes: its content type and its bytes.
    pub async fn fetch_small(
        &self,
        url: &str,
        limit: usize,
    ) -> Result<(Option<String>, Vec<u8>), TransferError> {
        fetch::small(&self.shared, url, limit).await
    }
}
