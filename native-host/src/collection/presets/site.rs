//! The columns of the site's own export of a collection: ten, and one for each custom field. With the fields that every
//! collection has at first, these are its thirteen.

use super::{joined, local, own_cells, own_headers, text, year};
use crate::collection::formats::short;
use crate::collection::line::{Context, Line};
use providers::discogs::credit;
use sheets::Cell;

const COLUMNS: [&str; 10] = [
    "Catalog#",
    "Artist",
    "Title",
    "Label",
    "Format",
    "Rating",
    "Released",
    "release_id",
    "CollectionFolder",
    "Date Added",
];

pub(super) fn columns(context: &Context) -> Vec<String> {
    COLUMNS.map(str::to_owned).into_iter().chain(own_headers(context)).collect()
}

pub(super) fn cells<'l>(line: &'l Line, context: &'l Context) -> Vec<Cell<'l>> {
    let mut cells = match line.listed().or(line.details.as_ref()) {
        Some(release) => vec![
            joined(release.labels.iter().map(|label| &label.catno), ", "),
            text(credit(&release.artists)),
            text(&release.title),
            joined(release.labels.iter().map(|label| &label.name), ", "),
            text(short(&release.formats)),
            line.stars().into(),
            year(release.year),
        ],
        None => vec![Cell::Empty; 7],
    };
    let folder = line.folder_id().and_then(|folder| context.folders.get(&folder));
    cells.extend([
        line.release_id().into(),
        folder.map(String::as_str).into(),
        text(local(line.date_added())),
    ]);
    cells.extend(own_cells(line, context));
    cells
}
