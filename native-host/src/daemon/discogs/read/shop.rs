//! Reading a shop: one's own as the file that the site makes of it, anybody else's, and where no file is to be had, in
//! pages.

use super::{Reading, Stop, of_listing, told};
use crate::daemon::discogs::Answer;
use crate::daemon::discogs::transport::DiscogsTransport;
use library::discogs::{AccountRow, Entry, Shown};
use protocol::discogs::{ListProof, ReadBy, RunStage, SignedBy};
use protocol::{ErrorBody, ErrorClass, ErrorCode};
use providers::discogs::{Discogs, ExportedShop, List, Listing, ShopCount, ShopListings};
use serde_json::Value;
use tokio::sync::mpsc;

/// Listings that are written at once.
const CHUNK: usize = 500;
/// Chunks that are read while one is written.
const CHUNKS_AHEAD: usize = 2;

type Chunk = Vec<(Entry, Shown)>;

impl Reading<'_> {
    pub(super) async fn inventory(
        &self,
        discogs: &Discogs<'_, DiscogsTransport>,
        account: &AccountRow,
    ) -> Result<(), Stop> {
        if account.signed_by != SignedBy::Nobody {
            match self.by_file(discogs, &account.username).await {
                Err(Stop::Failed(error)) if !stops_pages_too(&error) => {
                    tracing::warn!(%error, "the inventory is read in pages");
                }
                read => return read,
            }
            let list = List::own_inventory(&account.username);
            return self.walk(discogs, list, None, of_listing).await;
        }
        self.walk(discogs, List::inventory(&account.username), None, of_listing).await
    }

    /// Takes the site's file in as it is read. It counts when its number was proven, and only then.
    async fn by_file(
        &self,
        discogs: &Discogs<'_, DiscogsTransport>,
        user: &str,
    ) -> Result<(), Stop> {
        let ExportedShop { listings, expected } = discogs.export_inventory(user).await?;
        let (account, kind) = (self.row.request.account, self.row.request.list);
        let library = &self.engine.library;
        let walk = library.begin_discogs_walk(account, kind).await?;
        let (sender, mut chunks) = mpsc::channel(CHUNKS_AHEAD);
        // Of a large shop that is seconds of work, in which nobody else's requests may wait.
        let reading = tokio::task::spawn_blocking(move || read(listings, &sender));
        let mut done = 0;
        while let Some(entries) = chunks.recv().await {
            library.add_discogs_entries(account, kind, walk, &entries).await?;
            done += entries.len() as u64;
            self.engine.discogs_changed();
            self.tell(|figures| {
                figures.stage = RunStage::List;
                figures.done = done;
                figures.total = expected;
            });
        }
        let broken = |error| ErrorBody::new(ErrorCode::Internal).with("detail", error);
        let count = reading.await.map_err(broken)??;
        let proof = told(discogs.prove_shop(user, expected, count).await?);
        let proof = ListProof { by: ReadBy::Export, ..proof };
        library.end_discogs_walk(account, kind, walk, &proof, None).await?;
        Ok(())
    }
}

/// Hands the listings on in chunks, for as long as somebody takes them.
fn read(mut listings: ShopListings, chunks: &mpsc::Sender<Chunk>) -> Answer<ShopCount> {
    loop {
        let entry = |(listing, record): (Listing, Value)| of_listing(listing, record.to_string());
        let read = listings.by_ref().take(CHUNK).collect::<Result<Vec<_>, _>>()?;
        if read.is_empty() {
            return Ok(listings.tally());
        }
        let entries = read.into_iter().filter_map(entry).collect();
        if chunks.blocking_send(entries).is_err() {
            return Ok(listings.tally());
        }
    }
}

/// What would meet the pages of the inventory as well.
fn stops_pages_too(error: &ErrorBody) -> bool {
    use ErrorCode::{Database, Internal, Io, Withdrawn};
    error.class() == ErrorClass::NeedsUser
        || matches!(error.code, Database | Internal | Io | Withdrawn)
}
