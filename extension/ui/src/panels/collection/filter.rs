//! The choices over a list: order; genre, style, label, format, years.

use super::ListOf;
use super::shelf::Shelf;
use crate::catalogue::t;
use crate::components::choice::{choice, choices_of, counted};
use crate::state::State;
use leptos::prelude::*;
use protocol::discogs::{EntryFacets, EntryFilter, EntryOrder, EntryQuery};

/// The orders offered: the catalogue's key, by what, and whether the other way round.
const ORDERS: [(&str, EntryOrder, bool); 7] = [
    ("sort_newest", EntryOrder::Added, true),
    ("sort_oldest", EntryOrder::Added, false),
    ("sort_artist", EntryOrder::Artist, false),
    ("sort_title", EntryOrder::Title, false),
    ("sort_imprint", EntryOrder::Label, false),
    ("sort_year_newest", EntryOrder::Year, true),
    ("sort_year_oldest", EntryOrder::Year, false),
];

/// Everything in a list or a folder of it, what was added last first.
pub fn beginning(of: ListOf, folder: Option<i64>) -> EntryQuery {
    EntryQuery {
        account: of.account,
        list: of.list,
        filter: EntryFilter { folders: folder.into_iter().collect(), ..EntryFilter::default() },
        order: EntryOrder::Added,
        descending: true,
        offset: 0,
        limit: 0,
    }
}

/// Whether less is shown than there is in the list or the folder.
pub fn is_filtered(query: &EntryQuery) -> bool {
    let EntryFilter { text, folders, .. } = &query.filter;
    let blank = EntryFilter {
        text: if text.trim().is_empty() { text.clone() } else { String::new() },
        folders: folders.clone(),
        ..EntryFilter::default()
    };
    query.filter != blank
}

/// Leaves folder and order, and asks for all of it.
pub fn clear(query: &mut EntryQuery) {
    query.filter = EntryFilter { folders: query.filter.folders.clone(), ..EntryFilter::default() };
}

/// Draws the choices.
pub fn filters(shelf: Shelf) -> AnyView {
    view! {
        <div class="row filters" role="group" aria-label=t("library_filters")>
            {property(shelf, Property {
                label: "filter_genre",
                all: "filter_genre_all",
                counts: |facets| named(&facets.genres),
                read: |filter| first(&filter.genres),
                write: |filter, value| filter.genres = one(value),
            })}
            {property(shelf, Property {
                label: "filter_style",
                all: "filter_style_all",
                counts: |facets| named(&facets.styles),
                read: |filter| first(&filter.styles),
                write: |filter, value| filter.styles = one(value),
            })}
            {property(shelf, Property {
                label: "filter_label",
                all: "filter_label_all",
                counts: |facets| named(&facets.labels),
                read: |filter| first(&filter.labels),
                write: |filter, value| filter.labels = one(value),
            })}
            {property(shelf, Property {
                label: "filter_format",
                all: "filter_format_all",
                counts: |facets| named(&facets.formats),
                read: |filter| first(&filter.formats),
                write: |filter, value| filter.formats = one(value),
            })}
            {property(shelf, Property {
                label: "filter_from",
                all: "filter_from_all",
                counts: |facets| counted(&facets.years, i32::to_string),
                read: |filter| year(filter.from_year),
                write: |filter, value| filter.from_year = value.parse().ok(),
            })}
            {property(shelf, Property {
                label: "filter_to",
                all: "filter_to_all",
                counts: |facets| counted(&facets.years, i32::to_string),
                read: |filter| year(filter.to_year),
                write: |filter, value| filter.to_year = value.parse().ok(),
            })}
        </div>
    }
    .into_any()
}

/// The choice of the order.
pub fn order(query: State<EntryQuery>) -> AnyView {
    let choices = || ORDERS.iter().map(|(key, ..)| ((*key).to_owned(), t(key))).collect();
    let chosen = move || {
        let (order, descending) = query.with(|query| (query.order, query.descending));
        let known = ORDERS.iter().find(|(_, by, down)| (*by, *down) == (order, descending));
        known.map(|(key, ..)| (*key).to_owned()).unwrap_or_default()
    };
    choice(t("sort_label"), choices, chosen, move |chosen| {
        if let Some((_, order, descending)) = ORDERS.iter().find(|(key, ..)| *key == chosen) {
            query.update(|query| (query.order, query.descending) = (*order, *descending));
        }
    })
}

/// Something that entries have, to show only those that have a certain one.
struct Property {
    /// The catalogue's keys of its name and of "all".
    label: &'static str,
    all: &'static str,
    /// Those there are: value, name, how many entries.
    counts: fn(&EntryFacets) -> Vec<(String, String, u64)>,
    /// Of the filter; empty for all.
    read: fn(&EntryFilter) -> String,
    write: fn(&mut EntryFilter, String),
}

fn property(shelf: Shelf, property: Property) -> AnyView {
    let Property { label, all, counts, read, write } = property;
    let query = shelf.rows.query;
    let chosen = move || query.with(|query| read(&query.filter));
    let choices = move || choices_of(t(all), shelf.facets.with(counts), chosen());
    choice(t(label), choices, chosen, move |value| {
        query.update(|query| write(&mut query.filter, value));
    })
}

fn named(counts: &[(String, u64)]) -> Vec<(String, String, u64)> {
    counted(counts, String::clone)
}

fn first(values: &[String]) -> String {
    values.first().cloned().unwrap_or_default()
}

fn one(value: String) -> Vec<String> {
    Some(value).filter(|value| !value.is_empty()).into_iter().collect()
}

fn year(year: Option<i32>) -> String {
    year.map(|year| year.to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::discogs::{DiscogsAccountId, DiscogsList};

    fn wants() -> EntryQuery {
        let of = ListOf { account: DiscogsAccountId(1), list: DiscogsList::Collection };
        beginning(of, Some(4))
    }

    #[test]
    fn what_was_added_last_is_asked_for_first() {
        let query = wants();
        assert!(!is_filtered(&query));
        let (_, order, descending) = ORDERS[0];
        assert_eq!((order, descending), (query.order, query.descending));
    }

    #[test]
    fn each_choice_alone_is_a_filter_and_blanks_are_none() {
        let with = |change: fn(&mut EntryFilter)| {
            let mut query = wants();
            change(&mut query.filter);
            query
        };
        assert!(!is_filtered(&with(|filter| filter.text = "  ".into())));
        for filtered in [
            with(|filter| filter.text = "a".into()),
            with(|filter| filter.genres = one("Rock".into())),
            with(|filter| filter.styles = one("Dub".into())),
            with(|filter| filter.labels = one("Warp".into())),
            with(|filter| filter.formats = one("CD".into())),
            with(|filter| filter.from_year = Some(1990)),
            with(|filter| filter.to_year = Some(1999)),
        ] {
            assert!(is_filtered(&filtered), "{filtered:?}");
            let mut cleared = filtered;
            clear(&mut cleared);
            assert_eq!(cleared, wants());
        }
    }

    #[test]
    fn choosing_all_asks_for_none() {
        assert_eq!((first(&one("Dub".into())), one(String::new())), ("Dub".into(), Vec::new()));
    }
}
