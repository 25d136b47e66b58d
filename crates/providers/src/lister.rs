//! Listing everything that an account has, page by page, with a proof at the end.

use crate::api::{Api, RETRIES};
use crate::details::{complete, records_of};
use crate::fields::{about, changed, id};
use crate::site::{Site, Wish, site_of};
use crate::transport::Transport;
use crate::walk::Walk;
use protocol::{Account, ErrorBody, ErrorCode, Listing, RemoteItem, Source, Variant};
use serde_json::Value;
use std::collections::BTreeMap;

/// Records in one answer, however many were asked for.
const MAX_PAGE: usize = 1_000;

/// Lists the things of one account, newest first.
///
/// It is pulled: nothing happens between two calls of [`Lister::next_page`]. After an error the same call may be
/// made again and goes on at the same place, so nothing is lost when a session has to be renewed in between.
pub struct Lister {
    site: &'static Site,
    account: Account,
    formats: Vec<Variant>,
    walk: Walk,
    titles: BTreeMap<String, String>,
    songs: u64,
}

impl Lister {
    /// A list of what `account` has at `source`, with the addresses of `formats`.
    pub fn new(source: Source, account: Account, formats: Vec<Variant>) -> Self {
        let site = site_of(source);
        let walk = Walk::new(site.limit, site.overlap);
        Self { site, account, formats, walk, titles: BTreeMap::new(), songs: 0 }
    }

    /// The next things that were not given before, in the site's order; `None` when the list is complete.
    /// A page is never empty.
    ///
    /// # Errors
    /// `ListingUnstable` when the list never ends or never becomes stable; `OtherAccount`, `SessionExpired`,
    /// `SignedOut` and `Challenge` when the person is needed; `SiteChanged` naming the field or path; and what is
    /// left of temporary errors after a few tries.
    pub async fn next_page<T: Transport>(
        &mut self,
        transport: &T,
    ) -> Result<Option<Vec<RemoteItem>>, ErrorBody> {
        while let Some(offset) = self.walk.next_offset() {
            let records = self.read_page(transport, offset).await?;
            let ids = self.ids(&records)?;
            let look = self.walk.look(&ids);
            let fresh = pick(records, &look.fresh);
            let items = self.items(transport, fresh).await?;
            // Only now: had anything above failed, the page would have to be read again.
            self.walk.accept(ids, &look).map_err(|detail| self.unstable(detail))?;
            self.songs += items.iter().filter(|item| is_song(item)).count() as u64;
            if !items.is_empty() {
                return Ok(Some(items));
            }
        }
        Ok(None)
    }

    /// How the list was read so far; `complete` once it is proven.
    pub fn listing(&self) -> Listing {
        self.walk.listing()
    }

    /// Songs given so far; stems that the site lists as things of their own are not counted.
    pub fn songs(&self) -> u64 {
        self.songs
    }

    fn api<'t, T: Transport>(&'t self, transport: &'t T) -> Api<'t, T> {
        Api { source: self.site.source, transport, account_id: &self.account.id, retries: RETRIES }
    }

    async fn read_page<T: Transport>(
        &self,
        transport: &T,
        offset: usize,
    ) -> Result<Vec<Value>, ErrorBody> {
        let path = (self.site.page)(&self.account, offset);
        let mut answer = self.api(transport).get(&path).await?;
        let list = self.site.list;
        let records =
            if answer.is_array() { Some(answer) } else { answer.get_mut(list).map(Value::take) };
        match records {
            Some(Value::Array(records)) if records.len() <= MAX_PAGE => Ok(records),
            Some(Value::Array(_)) => {
                Err(changed(self.site.source, &[list], "holds more than was asked for"))
            }
            Some(_) => Err(changed(self.site.source, &[list], "is not a list")),
            None => Err(changed(self.site.source, &[list], "is missing")),
        }
    }

    fn ids(&self, records: &[Value]) -> Result<Vec<String>, ErrorBody> {
        records.iter().map(|record| id(self.site.source, self.site.list, record)).collect()
    }

    async fn items<T: Transport>(
        &mut self,
        transport: &T,
        mut records: Vec<Value>,
    ) -> Result<Vec<RemoteItem>, ErrorBody> {
        if let Some(details) = self.site.details {
            let api = Api {
                source: self.site.source,
                transport,
                account_id: &self.account.id,
                retries: RETRIES,
            };
            let parts = self.formats.contains(&Variant::Stems);
            complete(&api, details, &mut records, parts, &mut self.titles).await?;
        }
        let wish = Wish { account: &self.account, formats: &self.formats, titles: &self.titles };
        let items = records.into_iter().map(|record| (self.site.item)(record, &wish));
        items.filter_map(Result::transpose).collect()
    }

    fn unstable(&self, detail: &str) -> ErrorBody {
        about(self.site.source, ErrorCode::ListingUnstable).with("detail", detail)
    }
}

/// Asks again for the things of these ids, with fresh addresses for every format.
///
/// Where the service cannot be asked by id, the list is walked until all are found. What it does not have any
/// more is left out of the answer.
///
/// # Errors
/// As [`Lister::next_page`].
pub async fn refresh<T: Transport>(
    source: Source,
    transport: &T,
    account: Account,
    ids: &[String],
) -> Result<Vec<RemoteItem>, ErrorBody> {
    let mut lister = Lister::new(source, account, Variant::OF_SONGS.to_vec());
    if let Some(details) = lister.site.details {
        let found = records_of(&lister.api(transport), details, ids).await?;
        return lister.items(transport, found.into_values().collect()).await;
    }
    let mut found = Vec::new();
    while found.len() < ids.len() {
        let Some(page) = lister.next_page(transport).await? else { break };
        found.extend(page.into_iter().filter(|item| ids.contains(&item.source_id)));
    }
    Ok(found)
}

/// The records at these places, which are in order.
fn pick(records: Vec<Value>, places: &[usize]) -> Vec<Value> {
    let mut places = places.iter().peekable();
    let wanted = records
        .into_iter()
        .enumerate()
        .filter(|(at, _)| places.next_if(|place| *place == at).is_some());
    wanted.map(|(_, record)| record).collect()
}

fn is_song(item: &RemoteItem) -> bool {
    item.metadata.stem.is_none()
}
