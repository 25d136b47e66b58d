//! Lists in pages, read until their count adds up.
//!
//! A list is ordered by when things were added, newest first. What is added meanwhile moves the rest on, so that something
//! comes a second time; what is removed meanwhile moves it back, so that something is skipped. Where as much was added
//! as removed between two pages the count stays, but then nothing is skipped: only what was removed from the pages that
//! are read can move the rest back, and what was added moves it on by at least as much. What was removed from the pages
//! to come is missing in the count of what was found. (Oldest first, one removed and one added would go unseen: the copy
//! that was skipped and the new one at the end make up for each other.)
//!
//! Pages may also be shorter than asked for, and show a record twice. So the end is where the site names no next page,
//! records are told apart by their number, and a walk counts only if the site said the same count on each of its pages
//! and as many were found. If not, the list is walked again from its beginning.

use super::api::{Discogs, Found};
use super::loose::{integer, list, record};
use super::model::{Copy, CustomField, Folder, Listing, Want};
use super::paths;
use super::shop_file::Currencies;
use crate::fields::{about, changed};
use crate::transport::Transport;
use protocol::{ErrorBody, ErrorCode, Source};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::HashSet;
use std::marker::PhantomData;

/// Walks before a list is said to be unstable.
const MAX_WALKS: u32 = 5;
/// Pages in one walk: 100,000 records when the site gives all that are asked for, and room for short pages.
const MAX_PAGES: u32 = 5_000;

/// The last page that the site shows of somebody else's inventory; the next is refused.
const LAST_SHOWN: u32 = 100;

/// A kind of record that comes in pages.
pub trait Record: DeserializeOwned {
    /// The field of a page that holds the records.
    const LIST: &'static str;
    /// What tells a record from all others of its list.
    fn key(&self) -> Option<i64>;
}

impl Record for Copy {
    const LIST: &'static str = "releases";
    fn key(&self) -> Option<i64> {
        self.instance_id
    }
}

impl Record for Want {
    const LIST: &'static str = "wants";
    fn key(&self) -> Option<i64> {
        self.id
    }
}

impl Record for Listing {
    const LIST: &'static str = "listings";
    fn key(&self) -> Option<i64> {
        self.id
    }
}

/// Which list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List<R> {
    path: String,
    /// The last page that the site shows of it, where it does not show all.
    last_shown: Option<u32>,
    records: PhantomData<R>,
}

impl List<Copy> {
    /// The copies in a folder of `user`; 0 is the folder of all.
    pub fn copies(user: &str, folder: i64) -> Self {
        Self { path: paths::copies(user, folder), last_shown: None, records: PhantomData }
    }
}

impl List<Want> {
    /// The wantlist of `user`.
    pub fn wants(user: &str) -> Self {
        Self { path: paths::wants(user), last_shown: None, records: PhantomData }
    }
}

impl List<Listing> {
    /// What `user` sells, who signs the requests.
    pub fn own_inventory(user: &str) -> Self {
        Self { path: paths::inventory(user), last_shown: None, records: PhantomData }
    }

    /// What somebody else sells. The site shows 10,000 of it, here the newest.
    pub fn inventory(user: &str) -> Self {
        Self { path: paths::inventory(user), last_shown: Some(LAST_SHOWN), records: PhantomData }
    }
}

/// The records that a page brings.
#[derive(Clone, Debug, PartialEq)]
pub struct Page<R> {
    /// Those not seen in this walk before, with the record as it came.
    pub records: Vec<(R, Value)>,
    /// The walk began anew with this page: what earlier pages brought may be gone.
    pub anew: bool,
}

/// How a list was read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Proof {
    /// Records that the site says there are.
    pub expected: u64,
    /// Records found in the last walk, each once.
    pub found: u64,
    /// Records that came a second time in it.
    pub repeated: u64,
    /// Pages of all walks.
    pub pages: u32,
    /// How often the list was begun.
    pub walks: u32,
    /// The site shows no more of the list, which is somebody else's: what was found is its beginning.
    pub cut: bool,
    /// Found is what was expected, or all that the site shows; the list was read to its end.
    pub complete: bool,
}

/// The walk through one list. It is pulled; after an error the same page is asked for again.
pub struct Pages<R> {
    list: List<R>,
    next: u32,
    seen: HashSet<i64>,
    /// The site has said the same count on each page of this walk.
    steady: bool,
    proof: Proof,
}

#[derive(Deserialize)]
struct Answer {
    #[serde(default, deserialize_with = "record")]
    pagination: Option<Pagination>,
    #[serde(flatten)]
    rest: serde_json::Map<String, Value>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Pagination {
    #[serde(deserialize_with = "integer")]
    items: Option<i64>,
    #[serde(deserialize_with = "record")]
    urls: Option<Urls>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Urls {
    next: Value,
}

impl<R: Record> Pages<R> {
    /// A walk that has not begun.
    pub fn new(list: List<R>) -> Self {
        Self { list, next: 1, seen: HashSet::new(), steady: true, proof: Proof::default() }
    }

    /// How the list was read so far.
    pub fn proof(&self) -> Proof {
        self.proof
    }

    /// The next page; `None` once the list is proven complete.
    ///
    /// # Errors
    /// `ListingUnstable` when its count never adds up; `SiteChanged` naming the field; whatever a call can end with.
    pub async fn next_page<T: Transport>(
        &mut self,
        discogs: &Discogs<'_, T>,
    ) -> Result<Option<Page<R>>, ErrorBody> {
        if self.proof.complete {
            return Ok(None);
        }
        let path = paths::page(&self.list.path, self.next);
        let answer = match discogs.maybe::<Answer>(&path).await {
            Ok(Found::Here { answer, .. }) => answer,
            // The list was shortened to less than what the page before promised.
            Ok(Found::Gone) if self.next > 1 => {
                self.steady = false;
                return self.end_early();
            }
            Ok(Found::Gone) => return Err(site(R::LIST, "is gone")),
            Err(error)
                if error.code == ErrorCode::Refused
                    && self.list.last_shown == Some(self.next - 1) =>
            {
                self.proof.cut = true;
                return self.end_early();
            }
            Err(error) => return Err(error),
        };
        let Read { items, records, has_next } = answer.read()?;
        let anew = self.next == 1;
        if anew {
            self.begin(items);
        }
        self.steady &= self.proof.expected == items;
        let fresh = self.fresh(records);
        self.proof.pages += 1;
        if has_next && self.next < MAX_PAGES {
            self.next += 1;
        } else {
            self.end()?;
        }
        Ok(Some(Page { records: fresh, anew }))
    }

    fn begin(&mut self, expected: u64) {
        self.seen.clear();
        self.steady = true;
        self.proof.expected = expected;
        self.proof.walks += 1;
        self.proof.found = 0;
        self.proof.repeated = 0;
        self.proof.cut = false;
    }

    fn fresh(&mut self, records: Vec<(R, Value)>) -> Vec<(R, Value)> {
        let all = records.len() as u64;
        let is_new =
            |(record, _): &(R, Value)| record.key().is_some_and(|key| self.seen.insert(key));
        let fresh: Vec<_> = records.into_iter().filter(is_new).collect();
        self.proof.found += fresh.len() as u64;
        self.proof.repeated += all - fresh.len() as u64;
        fresh
    }

    /// The walk ends without the page that was asked for.
    fn end_early(&mut self) -> Result<Option<Page<R>>, ErrorBody> {
        self.end()?;
        Ok(Some(Page { records: Vec::new(), anew: false }))
    }

    /// The last page of a walk.
    fn end(&mut self) -> Result<(), ErrorBody> {
        self.next = 1;
        let Proof { expected, found, walks, cut, .. } = self.proof;
        // Of the beginning of a list no count tells anything.
        self.proof.complete = cut || (self.steady && expected == found);
        if !self.proof.complete && walks >= MAX_WALKS {
            let detail = format!("{found} of {expected} found, {walks} times");
            return Err(about(Source::Discogs, ErrorCode::ListingUnstable).with("detail", detail));
        }
        Ok(())
    }
}

/// What a page says.
struct Read<R> {
    items: u64,
    records: Vec<(R, Value)>,
    has_next: bool,
}

impl Answer {
    fn read<R: Record>(self) -> Result<Read<R>, ErrorBody> {
        let pagination = self.pagination.unwrap_or_default();
        let items = pagination.items.ok_or_else(|| site("pagination.items", "is missing"))?;
        let has_next = pagination.urls.unwrap_or_default().next.is_string();
        Ok(Read { items: items.unsigned_abs(), records: records(self.rest)?, has_next })
    }
}

/// What the beginning of a shop tells.
pub(super) struct ShopFront {
    /// Listings that the site says there are.
    pub items: u64,
    /// The currencies of the prices of its first listings.
    pub currencies: Currencies,
}

fn records<R: Record>(
    mut rest: serde_json::Map<String, Value>,
) -> Result<Vec<(R, Value)>, ErrorBody> {
    let list = match rest.remove(R::LIST) {
        Some(Value::Array(list)) => list,
        Some(_) => return Err(site(R::LIST, "is not a list")),
        None => return Err(site(R::LIST, "is missing")),
    };
    let typed = |value: Value| {
        let record = R::deserialize(&value).map_err(|_| site(R::LIST, "holds something else"))?;
        match record.key() {
            Some(_) => Ok((record, value)),
            None => Err(site(R::LIST, "holds a record without its number")),
        }
    };
    list.into_iter().map(typed).collect()
}

fn site(field: &str, what: &str) -> ErrorBody {
    changed(Source::Discogs, &[field], what)
}

#[derive(Deserialize)]
struct Folders {
    #[serde(deserialize_with = "list")]
    folders: Vec<Folder>,
}

#[derive(Deserialize)]
struct Fields {
    #[serde(deserialize_with = "list")]
    fields: Vec<CustomField>,
}

impl<T: Transport> Discogs<'_, T> {
    /// The folders of a collection, "All" among them.
    ///
    /// # Errors
    /// As [`Discogs::release`].
    pub async fn folders(&self, user: &str) -> Result<Vec<Folder>, ErrorBody> {
        Ok(self.there::<Folders>(&paths::folders(user)).await?.folders)
    }

    /// How many records a list has, as it says itself.
    ///
    /// # Errors
    /// As [`Discogs::release`]; `SiteChanged` naming the field.
    pub async fn count<R: Record>(&self, list: &List<R>) -> Result<u64, ErrorBody> {
        let answer: Answer = self.there(&paths::page(&list.path, 1)).await?;
        Ok(answer.read::<R>()?.items)
    }

    /// How much is for sale, and in which currencies.
    ///
    /// # Errors
    /// As [`Discogs::release`].
    pub(super) async fn shop_front(&self, user: &str) -> Result<ShopFront, ErrorBody> {
        let answer: Answer = self.there(&paths::shop_front(user)).await?;
        let Read::<Listing> { items, records, .. } = answer.read()?;
        let listings = records.iter().map(|(listing, _)| listing);
        Ok(ShopFront { items, currencies: Currencies::of(listings) })
    }

    /// The custom fields of a collection. Only their owner may see them all.
    ///
    /// # Errors
    /// As [`Discogs::release`].
    pub async fn fields(&self, user: &str) -> Result<Vec<CustomField>, ErrorBody> {
        Ok(self.there::<Fields>(&paths::fields(user)).await?.fields)
    }
}
