//! Reading a shop: one's own as the file that the site makes of it, anybody else's, and where no file is to be had, in
//! pages.

use super::{Reading, Stop, of_listing, told};
use crate::daemon::discogs::transport::DiscogsTransport;
use library::discogs::AccountRow;
use protocol::discogs::{ListProof, ReadBy, RunStage, SignedBy};
use protocol::{ErrorBody, ErrorClass, ErrorCode};
use providers::discogs::{Discogs, ExportedShop, List};

/// Listings that are written at once.
const CHUNK: usize = 500;

impl Reading<'_> {
    pub(super) async fn inventory(
        &self,
        discogs: &Discogs<'_, DiscogsTransport>,
        account: &AccountRow,
    ) -> Result<(), Stop> {
        if account.signed_by != SignedBy::Nobody {
            match discogs.export_inventory(&account.username).await {
                Ok(shop) => return self.take_in(&shop).await,
                Err(error) if stops_pages_too(&error) => return Err(error.into()),
                Err(error) => tracing::warn!(%error, "the inventory is read in pages"),
            }
            let list = List::own_inventory(&account.username);
            return self.walk(discogs, list, None, of_listing).await;
        }
        self.walk(discogs, List::inventory(&account.username), None, of_listing).await
    }

    async fn take_in(&self, shop: &ExportedShop) -> Result<(), Stop> {
        let (account, kind) = (self.row.request.account, self.row.request.list);
        let library = &self.engine.library;
        let walk = library.begin_discogs_walk(account, kind).await?;
        let entry = |listing: Result<_, ErrorBody>| match listing {
            Ok((listing, record)) => {
                of_listing(listing, serde_json::Value::to_string(&record)).map(Ok)
            }
            Err(error) => Some(Err(error)),
        };
        let mut listings = shop.listings().filter_map(entry);
        let mut done = 0;
        loop {
            let entries = listings.by_ref().take(CHUNK).collect::<Result<Vec<_>, _>>()?;
            if entries.is_empty() {
                break;
            }
            library.add_discogs_entries(account, kind, walk, &entries).await?;
            done += entries.len() as u64;
            self.engine.discogs_changed();
            self.tell(|figures| {
                figures.stage = RunStage::List;
                figures.done = done;
                figures.total = shop.proof.expected;
            });
        }
        let proof = ListProof { by: ReadBy::Export, ..told(shop.proof) };
        library.end_discogs_walk(account, kind, walk, &proof, None).await?;
        Ok(())
    }
}

/// What would meet the pages of the inventory as well.
fn stops_pages_too(error: &ErrorBody) -> bool {
    error.class() == ErrorClass::NeedsUser || error.code == ErrorCode::Withdrawn
}
