//! Everything that is known, one row a copy, each custom field a column.

use super::inventory::decimal;
use super::{joined, own_cells, own_headers, text, year};
use crate::collection::formats::long;
use crate::collection::line::{Context, Line};
use crate::collection::money::{CONDITIONS, amount};
use crate::collection::record::{credits, identified};
use crate::collection::tracks::lines;
use providers::discogs::{Identifier, Label, Release, added_at, clean, credit, partial_date};
use sheets::Cell;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

const OF_COPY: [&str; 8] = [
    "instance_id",
    "release_id",
    "folder_id",
    "folder",
    "date_added",
    "date_added_utc",
    "rating",
    "gone",
];
const OF_RELEASE: [&str; 27] = [
    "master_id",
    "artists",
    "artists_raw",
    "title",
    "labels",
    "labels_raw",
    "catalog_numbers",
    "formats",
    "year",
    "released",
    "country",
    "genres",
    "styles",
    "series",
    "tracklist",
    "barcodes",
    "identifiers",
    "credits",
    "companies",
    "release_notes",
    "weight_g",
    "carriers",
    "have",
    "want",
    "community_rating",
    "community_ratings",
    "data_quality",
];
const OF_PRICES: [&str; 5] =
    ["lowest_price", "currency", "num_for_sale", "blocked_from_sale", "prices_of"];

pub(super) fn columns(context: &Context) -> Vec<String> {
    let fixed = OF_COPY.iter().chain(&OF_RELEASE).chain(&OF_PRICES).map(|name| (*name).to_owned());
    let suggested = CONDITIONS.map(|condition| format!("suggested {condition}"));
    let last = ["suggested_currency".to_owned(), "url".to_owned()];
    fixed.chain(suggested).chain(last).chain(own_headers(context)).collect()
}

pub(super) fn cells<'l>(line: &'l Line, context: &'l Context) -> Vec<Cell<'l>> {
    let mut cells = of_copy(line, context);
    match line.release() {
        Some(release) => cells.extend(of_release(release)),
        None => cells.extend(vec![Cell::Empty; OF_RELEASE.len()]),
    }
    cells.extend(of_prices(line));
    cells.extend(CONDITIONS.map(|condition| suggested(line, condition)));
    cells.push(suggested_currency(line));
    cells.push(line.page().into());
    cells.extend(own_cells(line, context));
    cells
}

fn of_copy<'l>(line: &'l Line, context: &'l Context) -> Vec<Cell<'l>> {
    let folder = line.folder_id().and_then(|folder| context.folders.get(&folder));
    vec![
        line.instance_id().into(),
        line.release_id().into(),
        line.folder_id().into(),
        folder.map(String::as_str).into(),
        text(line.date_added()),
        added_at(line.date_added()).into(),
        line.stars().into(),
        yes_or_no(line.gone),
    ]
}

fn of_release(release: &Release) -> Vec<Cell<'_>> {
    let community = release.community.clone().unwrap_or_default();
    let rating = community.rating.unwrap_or_default();
    vec![
        release.master_id.filter(|id| *id != 0).into(),
        text(credit(&release.artists)),
        joined(release.artists.iter().map(|artist| &artist.name), "; "),
        text(&release.title),
        joined(release.labels.iter().map(|label| clean(&label.name)), "; "),
        joined(release.labels.iter().map(|label| &label.name), "; "),
        joined(release.labels.iter().map(|label| &label.catno), "; "),
        text(long(&release.formats)),
        year(release.year),
        text(partial_date(&release.released)),
        text(&release.country),
        joined(&release.genres, "; "),
        joined(&release.styles, "; "),
        joined(release.series.iter().map(numbered), "; "),
        text(lines(&release.tracklist)),
        joined(barcodes(release), "; "),
        joined(release.identifiers.iter().map(identifier), "\n"),
        joined(credits(release).iter().map(role), "\n"),
        joined(release.companies.iter().map(company), "\n"),
        text(&release.notes),
        release.estimated_weight.into(),
        release.format_quantity.into(),
        community.have.into(),
        community.want.into(),
        decimal(rating.average),
        rating.count.into(),
        text(&release.data_quality),
    ]
}

fn of_prices(line: &Line) -> Vec<Cell<'_>> {
    let Some(stats) = &line.stats else { return vec![Cell::Empty; OF_PRICES.len()] };
    let lowest = stats.lowest_price.clone().unwrap_or_default();
    vec![
        decimal(amount(&lowest)),
        text(lowest.currency),
        stats.num_for_sale.into(),
        yes_or_no(stats.blocked_from_sale),
        line.priced_at.and_then(moment).into(),
    ]
}

fn suggested(line: &Line, condition: &str) -> Cell<'static> {
    let prices = line.suggestions.as_ref().map(|suggestions| &suggestions.0);
    decimal(prices.and_then(|prices| prices.get(condition)).and_then(amount))
}

/// That in which the person sells, which need not be that of the lowest price.
fn suggested_currency(line: &Line) -> Cell<'_> {
    let prices = line.suggestions.iter().flat_map(|suggestions| suggestions.0.values());
    prices.map(|price| price.currency.as_str()).find(|currency| !currency.is_empty()).into()
}

fn barcodes(release: &Release) -> impl Iterator<Item = &String> {
    release.identifiers.iter().filter(|one| one.kind == "Barcode").map(|one| &one.value)
}

fn identifier(one: &Identifier) -> String {
    let (kind, value) = identified(one);
    format!("{kind}: {value}")
}

fn role((role, name): &(String, String)) -> String {
    format!("{role}: {name}")
}

fn company(company: &Label) -> String {
    format!("{}: {}", company.entity_type_name, numbered(company))
}

fn numbered(label: &Label) -> String {
    [clean(&label.name), &label.catno]
        .into_iter()
        .filter(|text| !text.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

fn yes_or_no(is: bool) -> Cell<'static> {
    Cell::text(if is { "yes" } else { "no" })
}

fn moment(seconds: i64) -> Option<String> {
    OffsetDateTime::from_unix_timestamp(seconds).ok()?.format(&Rfc3339).ok()
}
