//! The columns of the site's own export of an inventory, and the currency, which that leaves out.

use super::text;
use crate::collection::line::{EntryRecord, Line};
use crate::collection::money::amount;
use sheets::{Cell, Decimal};

pub(super) const COLUMNS: [&str; 20] = [
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
    "currency",
];

pub(super) fn cells(line: &Line) -> Vec<Cell<'_>> {
    let EntryRecord::Listing(listing) = &line.entry else {
        return vec![Cell::Empty; COLUMNS.len()];
    };
    let release = listing.release.clone().unwrap_or_default();
    let price = listing.price.clone().unwrap_or_default();
    vec![
        listing.id.into(),
        text(release.artist),
        text(release.title),
        text(release.label),
        text(release.catalog_number),
        text(release.format),
        release.id.into(),
        text(&listing.status),
        decimal(amount(&price)),
        text(&listing.posted),
        text(&listing.comments),
        text(&listing.condition),
        text(&listing.sleeve_condition),
        Cell::text(if listing.allow_offers { "Y" } else { "N" }),
        text(&listing.external_id),
        decimal(listing.weight.clone()),
        listing.format_quantity.into(),
        text(&listing.location),
        listing.quantity.into(),
        text(price.currency),
    ]
}

/// A number; what is none stays a text.
pub(super) fn decimal(number: Option<String>) -> Cell<'static> {
    let Some(number) = number else { return Cell::Empty };
    Decimal::parse(number.clone()).map_or_else(|_| Cell::text(number), Cell::Decimal)
}
