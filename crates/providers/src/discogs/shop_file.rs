//! The file that the site makes of a shop: CSV with a header, one listing a row. It does not say the currency, and its
//! times are those of the site's clock, without an offset.

use super::model::Listing;
use crate::fields::changed;
use csv::{Reader, StringRecord};
use protocol::{ErrorBody, Source};
use serde::Deserialize;
use serde_json::{Map, Value, json};

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

/// The file as it came, and the currency of its prices.
#[derive(Debug)]
pub(super) struct ShopFile {
    bytes: Vec<u8>,
    header: StringRecord,
    currency: String,
}

impl ShopFile {
    /// Takes a file whose header has all that is needed.
    ///
    /// # Errors
    /// `SiteChanged` naming the column that is missing.
    pub fn new(bytes: Vec<u8>, currency: String) -> Result<Self, ErrorBody> {
        let header = Reader::from_reader(bytes.as_slice()).headers().cloned();
        let header = header.map_err(|error| broken(&error.to_string()))?;
        match SHOP_COLUMNS.iter().find(|name| header.iter().all(|known| known != **name)) {
            Some(missing) => Err(broken(&format!("has no column {missing}"))),
            None => Ok(Self { bytes, header, currency }),
        }
    }

    /// The listings in the order of the file, with their records.
    pub fn listings(&self) -> impl Iterator<Item = Result<(Listing, Value), ErrorBody>> + '_ {
        let rows = Reader::from_reader(self.bytes.as_slice()).into_records();
        rows.map(|row| self.listing(&row.map_err(|error| broken(&error.to_string()))?))
    }

    fn listing(&self, row: &StringRecord) -> Result<(Listing, Value), ErrorBody> {
        let cells = self.header.iter().zip(row.iter());
        let cells: Map<String, Value> =
            cells.map(|(name, cell)| (name.to_owned(), cell.into())).collect();
        let record = record(&self.currency, cells);
        let listing = Listing::deserialize(&record).map_err(|_| broken("holds something else"))?;
        match listing.id {
            Some(_) => Ok((listing, record)),
            None => Err(broken("holds a row without its number")),
        }
    }
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
