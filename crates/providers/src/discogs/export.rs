//! A shop by the site's own export: a job is begun, waited for, and its file fetched. One file is one moment of the
//! shop, where pages are as many moments as there are pages.
//!
//! There can be one job at a time. One that another program has begun is of an earlier moment, so it is only waited for.

use super::api::Discogs;
use super::loose::{integer, list, text};
use super::pages::Proof;
use super::paths;
use super::shop_file::{ShopCount, ShopListings};
use crate::fields::changed;
use crate::transport::Transport;
use protocol::{ErrorBody, ErrorCode, Source};
use serde::Deserialize;

/// Between the first two looks at a job; it doubles up to [`LONGEST_PAUSE_MS`].
const FIRST_PAUSE_MS: u64 = 1_000;
const LONGEST_PAUSE_MS: u64 = 30_000;
/// For so long a job is waited for, in all.
const PATIENCE_MS: u64 = 180_000;

/// A shop as it was when the site made a file of it.
#[derive(Debug)]
pub struct ExportedShop {
    /// What the file holds.
    pub listings: ShopListings,
    /// How many listings there were by the site's own count, before it made the file.
    pub expected: u64,
}

/// A job.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Job {
    #[serde(deserialize_with = "integer")]
    id: Option<i64>,
    #[serde(deserialize_with = "text")]
    status: String,
    #[serde(deserialize_with = "text")]
    finished_ts: String,
}

#[derive(Deserialize)]
struct Jobs {
    #[serde(deserialize_with = "list")]
    items: Vec<Job>,
}

impl Job {
    fn is_done(&self) -> bool {
        self.status.eq_ignore_ascii_case("success")
    }

    fn has_ended(&self) -> bool {
        self.is_done() || !self.finished_ts.is_empty()
    }
}

/// How long is still waited, and how long the next pause is.
struct Patience {
    left_ms: u64,
    pause_ms: u64,
}

impl Patience {
    fn new() -> Self {
        Self { left_ms: PATIENCE_MS, pause_ms: FIRST_PAUSE_MS }
    }

    async fn pause<T: Transport>(&mut self, discogs: &Discogs<'_, T>) -> Result<(), ErrorBody> {
        if self.left_ms == 0 {
            return Err(not_made("it took too long"));
        }
        let pause = self.pause_ms.min(self.left_ms);
        self.left_ms -= pause;
        self.pause_ms = (self.pause_ms * 2).min(LONGEST_PAUSE_MS);
        discogs.sleep(pause).await;
        Ok(())
    }
}

impl<T: Transport> Discogs<'_, T> {
    /// The shop of the person whom the requests are signed for, by a job of the site that is begun now. What it holds
    /// counts once it was [proven](Discogs::prove_shop).
    ///
    /// # Errors
    /// `ServerError` when the job failed or was not done within three minutes; `SiteChanged`; whatever a call can end with.
    /// Unless the person is needed, the pages of the inventory may still be read.
    pub async fn export_inventory(&self, user: &str) -> Result<ExportedShop, ErrorBody> {
        let front = self.shop_front(user).await?;
        let mut patience = Patience::new();
        let job = self.begin_export(&mut patience).await?;
        if !self.ended(&job, &mut patience).await?.is_done() {
            return Err(not_made("it failed"));
        }
        let file = self.file(&paths::download(&job)).await?;
        let listings = ShopListings::new(file, front.currencies)?;
        Ok(ExportedShop { listings, expected: front.items })
    }

    /// The proof that a file has as many listings as the site says there are. The file is of one moment after the first
    /// count, so that this one or one after it must agree.
    ///
    /// # Errors
    /// `ListingUnstable` when neither does; whatever a call can end with.
    pub async fn prove_shop(
        &self,
        user: &str,
        expected: u64,
        count: ShopCount,
    ) -> Result<Proof, ErrorBody> {
        let ShopCount { found, repeated } = count;
        let expected =
            if found == expected { expected } else { self.shop_front(user).await?.items };
        if found != expected {
            let detail = format!("the site's file has {found} listings of {expected}");
            return Err(ErrorBody::new(ErrorCode::ListingUnstable)
                .with("site", Source::Discogs.title())
                .with("detail", detail));
        }
        Ok(Proof { expected, found, repeated, pages: 0, walks: 1, cut: false, complete: true })
    }

    /// Begins a job, after one that is under way. Returns its path.
    async fn begin_export(&self, patience: &mut Patience) -> Result<String, ErrorBody> {
        loop {
            match self.create(paths::EXPORTS).await {
                Ok(job) if job.starts_with(paths::EXPORTS) => return Ok(job),
                Ok(_) => return Err(changed(Source::Discogs, &[paths::EXPORTS], "names no job")),
                Err(error) if is_conflict(&error) => self.wait_for_other(patience).await?,
                Err(error) => return Err(error),
            }
        }
    }

    async fn wait_for_other(&self, patience: &mut Patience) -> Result<(), ErrorBody> {
        let jobs = self.there::<Jobs>(paths::EXPORTS).await?.items;
        let under_way = jobs.iter().find(|job| !job.has_ended());
        match under_way.and_then(|job| job.id) {
            Some(id) => self.ended(&paths::export(id), patience).await.map(|_| ()),
            // It has ended between the two questions, or the list does not show it.
            None => patience.pause(self).await,
        }
    }

    async fn ended(&self, job: &str, patience: &mut Patience) -> Result<Job, ErrorBody> {
        loop {
            let state: Job = self.there(job).await?;
            if state.has_ended() {
                return Ok(state);
            }
            patience.pause(self).await?;
        }
    }
}

/// There is a job already.
fn is_conflict(error: &ErrorBody) -> bool {
    error.params.get("status").is_some_and(|status| status == "409")
}

fn not_made(why: &str) -> ErrorBody {
    let host = Source::Discogs.origin().trim_start_matches("https://");
    let detail = format!("the site made no file of the inventory: {why}");
    ErrorBody::new(ErrorCode::ServerError).with("host", host).with("detail", detail)
}
