//! The part of a list of which a table is written or more is read: what is shown, or what is ticked.

use super::filter_parts::{Property, name_of, said};
use super::shelf::Shelf;
use crate::catalogue::{t, tf, tn};
use crate::components::icon::{Icon, icon};
use crate::words;
use leptos::prelude::*;
use protocol::discogs::{EntryFilter, Exported};

/// A part of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Narrowed {
    /// In these folders; all when empty.
    pub folders: Vec<i64>,
    /// What they have, or which they are.
    pub filter: EntryFilter,
    /// How many there are.
    pub count: u64,
    /// What was chosen, in words.
    words: String,
}

impl Narrowed {
    /// What is shown now.
    pub fn shown(shelf: Shelf) -> Self {
        let filter = shelf.rows.query.with_untracked(|query| query.filter.clone());
        let name = |property: Property, value: &str| {
            shelf.facets.with_untracked(|facets| name_of(facets, property, value))
        };
        let mut words: Vec<String> =
            filter.folders.iter().map(|id| shelf.collection.folder_said(*id)).collect();
        words.push(said(&filter, name));
        Self {
            words: words.join(" · "),
            folders: filter.folders.clone(),
            filter: EntryFilter { folders: Vec::new(), text: filter.words().to_owned(), ..filter },
            count: shelf.rows.rows.with_untracked(|rows| rows.total).unwrap_or(0),
        }
    }

    /// What is ticked, wherever it is. It stays ticked, so that the focus comes back to the button.
    pub fn ticked(shelf: Shelf) -> Self {
        let entries = shelf.rows.selected.get_untracked().into_ids();
        Self {
            folders: Vec::new(),
            count: entries.len() as u64,
            words: t("narrowed_ticked"),
            filter: EntryFilter { entries, ..EntryFilter::default() },
        }
    }

    /// Why nothing can be done with it.
    pub fn too_many(&self) -> Option<String> {
        let most = EntryFilter::MOST_ENTRIES;
        (self.filter.entries.len() > most)
            .then(|| tf("narrowed_too_many", &[("n", &words::number(most as u64))]))
    }

    /// Says in a dialog of what a table will be.
    pub fn line(&self) -> AnyView {
        notice(tn("narrowed_only", self.count), self.words.clone())
    }

    /// Says in a dialog about what more will be read. How many may come from a country nobody knows before.
    pub fn line_to_read(&self) -> AnyView {
        match self.filter.countries.is_empty() {
            true => self.line(),
            false => notice(self.words.clone(), t("narrowed_country_help")),
        }
    }
}

fn notice(strong: String, words: String) -> AnyView {
    view! {
        <p class="notice">
            {icon(Icon::Check)}
            <span class="grow anywhere"><strong>{strong}</strong> " " {words}</span>
        </p>
    }
    .into_any()
}

/// Of what the table was, where that was not all; and that of the whole of which it is a part.
pub fn selection(done: &Exported) -> Option<String> {
    let selection = done.selection.as_ref()?;
    let plain = |_: Property, value: &str| value.to_owned();
    let what = match selection.named {
        0 => said(&selection.filter, plain),
        _ => t("narrowed_ticked"),
    };
    Some(tf("export_selection", &[("what", &what)]))
}
