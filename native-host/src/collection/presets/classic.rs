//! Ten columns that are easy to read.

use super::{joined, text, year};
use crate::collection::line::Line;
use crate::collection::money::price;
use providers::discogs::{clean, credit};
use sheets::Cell;

pub(super) const COLUMNS: [&str; 10] = [
    "Artists",
    "Title",
    "Label",
    "Catalog Number",
    "Country",
    "Year",
    "Genres",
    "Styles",
    "Price",
    "URL",
];

pub(super) fn cells(line: &Line) -> Vec<Cell<'_>> {
    let Some(release) = line.release() else {
        let mut cells = vec![Cell::Empty; COLUMNS.len()];
        cells[COLUMNS.len() - 1] = line.page().into();
        return cells;
    };
    let lowest = line.stats.as_ref().and_then(|stats| stats.lowest_price.as_ref());
    vec![
        text(credit(&release.artists)),
        text(&release.title),
        joined(release.labels.iter().map(|label| clean(&label.name)), ", "),
        joined(release.labels.iter().map(|label| &label.catno), ", "),
        text(&release.country),
        year(release.year),
        joined(&release.genres, ", "),
        joined(&release.styles, ", "),
        lowest.and_then(price).into(),
        line.page().into(),
    ]
}
