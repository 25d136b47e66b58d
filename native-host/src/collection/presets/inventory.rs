//! The columns of the site's own export of an inventory, then the currency, which that leaves out, and the copies of the
//! same release that the seller owns. The cells are the same whichever way the inventory was read.

use super::{joined, local, text};
use crate::collection::line::{Context, EntryRecord, Line};
use crate::collection::money::{amount, plain};
use providers::discogs::SHOP_COLUMNS;
use sheets::{Cell, Decimal};

/// What follows the site's own columns.
const MORE: [&str; 3] = ["currency", "owned_instance_ids", "owned_folders"];

pub(super) fn columns() -> Vec<String> {
    SHOP_COLUMNS.iter().chain(&MORE).map(|name| (*name).to_owned()).collect()
}

pub(super) fn cells<'l>(line: &'l Line, context: &'l Context) -> Vec<Cell<'l>> {
    let EntryRecord::Listing(listing) = &line.entry else {
        return vec![Cell::Empty; SHOP_COLUMNS.len() + MORE.len()];
    };
    let release = listing.release.clone().unwrap_or_default();
    let price = listing.asked();
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
        text(local(&listing.posted)),
        text(&listing.comments),
        text(&listing.condition),
        text(&listing.sleeve_condition),
        Cell::text(if listing.allow_offers { "Y" } else { "N" }),
        text(&listing.external_id),
        decimal(listing.weight.as_deref().map(plain)),
        listing.format_quantity.into(),
        text(&listing.location),
        listing.quantity.into(),
        text(price.currency),
        joined(line.owned.iter().map(|copy| copy.instance.to_string()), "; "),
        joined(folders(line, context), "; "),
    ]
}

/// The folder of each owned copy by its name, in the order of the copies; by its number where that is all that is known.
fn folders(line: &Line, context: &Context) -> Vec<String> {
    let folders = line.owned.iter().filter_map(|copy| copy.folder);
    let name = |folder| context.folders.get(&folder).cloned();
    folders.map(|folder| name(folder).unwrap_or_else(|| folder.to_string())).collect()
}

/// A number; what is none stays a text.
pub(super) fn decimal(number: Option<String>) -> Cell<'static> {
    let Some(number) = number else { return Cell::Empty };
    Decimal::parse(number.clone()).map_or_else(|_| Cell::text(number), Cell::Decimal)
}
