//! The columns of each kind of export.

mod classic;
mod inventory;
mod site;
mod wide;

use super::line::{Context, Line};
use protocol::discogs::{DiscogsList, Preset};
use sheets::Cell;
use std::borrow::Cow;

/// What the columns of an export show beside the list itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// Everything about the releases.
    pub details: bool,
    /// What they cost.
    pub stats: bool,
    /// What the site would ask for them.
    pub suggestions: bool,
    /// The own copies of them.
    pub owned: bool,
}

impl Needs {
    /// Those of a preset.
    pub fn of(list: DiscogsList, preset: Preset) -> Self {
        match (list, preset) {
            (DiscogsList::Inventory, _) => Self { owned: true, ..Self::default() },
            (_, Preset::Discogs) => Self::default(),
            (_, Preset::Classic) => Self { details: true, stats: true, ..Self::default() },
            (_, Preset::Wide) => {
                Self { details: true, stats: true, suggestions: true, owned: false }
            }
        }
    }
}

/// The headers, in order. An inventory has one kind of columns, the site's own.
pub fn columns(preset: Preset, context: &Context) -> Vec<String> {
    match (context.list, preset) {
        (DiscogsList::Inventory, _) => inventory::columns(),
        (_, Preset::Classic) => classic::COLUMNS.map(str::to_owned).to_vec(),
        (_, Preset::Discogs) => site::columns(context),
        (_, Preset::Wide) => wide::columns(context),
    }
}

pub(super) fn cells<'l>(line: &'l Line, preset: Preset, context: &'l Context) -> Vec<Cell<'l>> {
    match (context.list, preset) {
        (DiscogsList::Inventory, _) => inventory::cells(line, context),
        (_, Preset::Classic) => classic::cells(line),
        (_, Preset::Discogs) => site::cells(line, context),
        (_, Preset::Wide) => wide::cells(line, context),
    }
}

/// The headers of what the person wrote: the custom fields of a collection the way of the site's own export, the one
/// remark of a wantlist.
fn own_headers(context: &Context) -> Vec<String> {
    match context.list {
        DiscogsList::Wants => vec!["Notes".to_owned()],
        _ => {
            let mut headers: Vec<String> = Vec::new();
            for field in &context.fields {
                let name = format!("Collection {}", field.name);
                let more = (2..).map(|number| format!("{name} ({number})"));
                // People may give two fields one name, and tables have a place for each.
                let mut names = std::iter::once(name.clone()).chain(more);
                headers.extend(names.find(|name| !headers.contains(name)));
            }
            headers
        }
    }
}

fn own_cells<'l>(line: &'l Line, context: &'l Context) -> Vec<Cell<'l>> {
    match context.list {
        DiscogsList::Wants => vec![text(line.remark())],
        _ => context.fields.iter().map(|field| text(line.note(field))).collect(),
    }
}

/// A text, or nothing.
fn text<'t>(text: impl Into<Cow<'t, str>>) -> Cell<'t> {
    let text = text.into();
    if text.is_empty() { Cell::Empty } else { Cell::text(text) }
}

/// Texts joined by a mark.
fn joined(texts: impl IntoIterator<Item = impl AsRef<str>>, mark: &str) -> Cell<'static> {
    let texts: Vec<_> = texts.into_iter().collect();
    let texts: Vec<&str> =
        texts.iter().map(AsRef::as_ref).filter(|text| !text.is_empty()).collect();
    text(texts.join(mark))
}

/// The moment on the site's clock, without its offset, as the site's own files have it: `2017-06-22 20:13:27`.
fn local(moment: &str) -> String {
    let has_offset = moment.len() >= 19 && moment.is_ascii() && moment.as_bytes()[10] == b'T';
    if has_offset { format!("{} {}", &moment[..10], &moment[11..19]) } else { moment.to_owned() }
}

/// A year; 0 is not known.
fn year(year: Option<i64>) -> Cell<'static> {
    year.filter(|year| *year != 0).into()
}
