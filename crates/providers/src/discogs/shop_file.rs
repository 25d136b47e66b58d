//! The file that the site makes of a shop: CSV with a header, one listing a row. It does not say the currency, and its
//! times are those of the site's clock, without an offset.
//!
//! A seller's prices are in the seller's currency. Where the site's pages show a listing, its currency is known; the others
//! have the one that all of those have. If those differ, nothing is known of the others.

use super::model::Listing;
use crate::fields::changed;
use csv::{Reader, StringRecord};
use protocol::{ErrorBody, Source};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::collections::{HashMap, HashSet};
use std::io::Cursor;

/// The columns that make a listing, in the site's order; it may add others.
pub const SHOP_COLUMNS: [&str; 19] = [
    "listing_id",
    "artist",
    "title",
    "label",
    "catno",
    "format",
    "release_id",
    "status",
    "price",
    "listed",
    "comments",
    "media_condition",
    "sleeve_condition",
    "accept_offer",
    "external_id",
    "weight",
    "format_quantity",
    "location",
    "quantity",
];

/// The currencies of a seller's prices, as far as pages have shown them.
#[derive(Debug, Default)]
pub(super) struct Currencies {
    shown: HashMap<i64, String>,
    /// That of all that were shown; empty where there is no such one.
    common: String,
}

impl Currencies {
    /// Those of listings on pages.
    pub fn of<'l>(listings: impl Iterator<Item = &'l Listing>) -> Self {
        let currency = |listing: &Listing| Some((listing.id?, listing.asked().currency));
        let is_told = |(_, currency): &(i64, String)| !currency.is_empty();
        let shown: HashMap<i64, String> = listings.filter_map(currency).filter(is_told).collect();
        let mut all = shown.values();
        let first = all.next().cloned().unwrap_or_default();
        let common = if all.all(|other| *other == first) { first } else { String::new() };
        Self { shown, common }
    }

    /// That of a listing; empty where it is not known.
    fn of_listing(&self, id: Option<i64>) -> &str {
        id.and_then(|id| self.shown.get(&id)).unwrap_or(&self.common)
    }
}

/// The listings of a file in its order, one that comes twice only once. Each comes with its record: as a page of the
/// inventory would have it, as far as the file says it, and under `export` the file's row as it came. They are read as
/// they are asked for, once.
///
/// # Errors
/// Each may be `SiteChanged`: a row without its number, or one that is no text.
#[derive(Debug)]
pub struct ShopListings {
    file: Reader<Cursor<Vec<u8>>>,
    header: StringRecord,
    row: StringRecord,
    currencies: Currencies,
    seen: HashSet<i64>,
    repeated: u64,
}

impl ShopListings {
    /// Takes a file whose header has all that is needed.
    ///
    /// # Errors
    /// `SiteChanged` naming the column that is missing.
    pub(super) fn new(bytes: Vec<u8>, currencies: Currencies) -> Result<Self, ErrorBody> {
        let mut file = Reader::from_reader(Cursor::new(bytes));
        let header = file.headers().cloned().map_err(|error| broken(&error.to_string()))?;
        if let Some(missing) =
            SHOP_COLUMNS.iter().find(|name| header.iter().all(|known| known != **name))
        {
            return Err(broken(&format!("has no column {missing}")));
        }
        let (row, seen) = (StringRecord::new(), HashSet::new());
        Ok(Self { file, header, row, currencies, seen, repeated: 0 })
    }

    /// How many there were so far, and how many rows that repeated one.
    pub fn tally(&self) -> ShopCount {
        ShopCount { found: self.seen.len() as u64, repeated: self.repeated }
    }

    /// The listing of the row that was read last.
    fn listing(&self) -> Result<(i64, Listing, Value), ErrorBody> {
        let cells = self.header.iter().zip(self.row.iter());
        let cells: Map<String, Value> =
            cells.map(|(name, cell)| (name.to_owned(), cell.into())).collect();
        let id = cells.get("listing_id").and_then(|id| id.as_str()?.trim().parse().ok());
        let record = record(self.currencies.of_listing(id), cells);
        let listing = Listing::deserialize(&record).map_err(|_| broken("holds something else"))?;
        let id = listing.id.ok_or_else(|| broken("holds a row without its number"))?;
        Ok((id, listing, record))
    }
}

impl Iterator for ShopListings {
    type Item = Result<(Listing, Value), ErrorBody>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let listing = match self.file.read_record(&mut self.row) {
                Ok(true) => self.listing(),
                Ok(false) => return None,
                Err(error) => Err(broken(&error.to_string())),
            };
            match listing {
                Ok((id, ..)) if !self.seen.insert(id) => self.repeated += 1,
                listing => return Some(listing.map(|(_, listing, record)| (listing, record))),
            }
        }
    }
}

/// How many listings a file has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShopCount {
    /// Each counted once.
    pub found: u64,
    /// Rows that repeat one.
    pub repeated: u64,
}

/// As a page of the inventory has it. Numbers stay the texts that they are: a price must not pass through a float.
fn record(currency: &str, cells: Map<String, Value>) -> Value {
    let cell = |name: &str| cells.get(name).cloned().unwrap_or_default();
    json!({
        "id": cell("listing_id"),
        "status": cell("status"),
        "price": {"value": cell("price"), "currency": currency},
        "condition": cell("media_condition"),
        "sleeve_condition": cell("sleeve_condition"),
        "comments": cell("comments"),
        "posted": cell("listed"),
        "allow_offers": cell("accept_offer") == "Y",
        "external_id": cell("external_id"),
        "location": cell("location"),
        "weight": cell("weight"),
        "format_quantity": cell("format_quantity"),
        "quantity": cell("quantity"),
        "release": {
            "id": cell("release_id"),
            "artist": cell("artist"),
            "title": cell("title"),
            "label": cell("label"),
            "catalog_number": cell("catno"),
            "format": cell("format"),
        },
        "export": cells,
    })
}

fn broken(what: &str) -> ErrorBody {
    changed(Source::Discogs, &["the inventory's file"], what)
}
