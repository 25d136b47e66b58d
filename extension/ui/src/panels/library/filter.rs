//! The choices over the list: order, kind, source, format, year.

use super::Library;
use crate::catalogue::t;
use crate::components::choice::{choice, choices_of, counted};
use crate::state::State;
use crate::words;
use leptos::prelude::*;
use protocol::shelf::{Facets, LibraryQuery, MediaKind, SortBy};
use std::fmt::Display;
use std::str::FromStr;

/// The orders offered: the catalogue's key, by what, and whether the other way round.
const ORDERS: [(&str, SortBy, bool); 8] = [
    ("sort_newest", SortBy::Added, true),
    ("sort_oldest", SortBy::Added, false),
    ("sort_title", SortBy::Title, false),
    ("sort_artist", SortBy::Artist, false),
    ("sort_longest", SortBy::Duration, true),
    ("sort_shortest", SortBy::Duration, false),
    ("sort_largest", SortBy::Size, true),
    ("sort_smallest", SortBy::Size, false),
];

/// Everything, the newest first.
pub fn beginning() -> LibraryQuery {
    LibraryQuery { descending: true, ..LibraryQuery::default() }
}

/// Whether less is shown than there is in the place.
pub fn is_filtered(query: &LibraryQuery) -> bool {
    let LibraryQuery { text, source, variant, year, kind, .. } = query;
    let of_one = source.is_some() || variant.is_some() || year.is_some() || kind.is_some();
    of_one || !text.trim().is_empty()
}

/// Leaves place and order, and asks for all of it.
pub fn clear(query: &mut LibraryQuery) {
    *query = LibraryQuery {
        place: query.place,
        sort: query.sort,
        descending: query.descending,
        ..LibraryQuery::default()
    };
}

/// Draws the choices.
pub fn filters(library: Library) -> AnyView {
    let query = library.list.query;
    view! {
        <div class="row filters" role="group" aria-label=t("library_filters")>
            {order(query)}
            {property(library, Property {
                label: "filter_kind",
                all: "filter_kind_all",
                counts: |facets| {
                    let kinds = facets.kinds.iter();
                    kinds.map(|(kind, n)| (kind.as_str().into(), words::kind(*kind), *n)).collect()
                },
                read: |query| query.kind.map(MediaKind::as_str).unwrap_or_default().to_owned(),
                write: |query, value| query.kind = value.parse().ok(),
            })}
            {property(library, Property {
                label: "filter_source",
                all: "filter_source_all",
                counts: |facets| counted(&facets.sources, |source| words::source(*source)),
                read: |query| written(query.source),
                write: |query, value| query.source = value.parse().ok(),
            })}
            {property(library, Property {
                label: "filter_format",
                all: "filter_format_all",
                counts: |facets| counted(&facets.variants, |variant| words::format(*variant)),
                read: |query| written(query.variant),
                write: |query, value| query.variant = value.parse().ok(),
            })}
            {property(library, Property {
                label: "filter_year",
                all: "filter_year_all",
                counts: |facets| counted(&facets.years, i32::to_string),
                read: |query| written(query.year),
                write: |query, value| query.year = i32::from_str(&value).ok(),
            })}
        </div>
    }
    .into_any()
}

fn order(query: State<LibraryQuery>) -> AnyView {
    let choices = || ORDERS.iter().map(|(key, ..)| ((*key).to_owned(), t(key))).collect();
    let chosen = move || {
        let (sort, descending) = query.with(|query| (query.sort, query.descending));
        let order = ORDERS.iter().find(|(_, by, down)| (*by, *down) == (sort, descending));
        order.map(|(key, ..)| (*key).to_owned()).unwrap_or_default()
    };
    choice(t("sort_label"), choices, chosen, move |chosen| {
        if let Some((_, sort, descending)) = ORDERS.iter().find(|(key, ..)| *key == chosen) {
            query.update(|query| (query.sort, query.descending) = (*sort, *descending));
        }
    })
}

/// Something that things have one of, to show only those of one kind.
struct Property {
    /// The catalogue's keys of its name and of "all kinds".
    label: &'static str,
    all: &'static str,
    /// The kinds there are, with how many things.
    counts: fn(&Facets) -> Vec<(String, String, u64)>,
    /// Of the query; empty for all kinds.
    read: fn(&LibraryQuery) -> String,
    write: fn(&mut LibraryQuery, String),
}

fn property(library: Library, property: Property) -> AnyView {
    let Property { label, all, counts, read, write } = property;
    let query = library.list.query;
    let choices = move || {
        let counts = library.facets.with(counts);
        choices_of(t(all), counts, query.with(read))
    };
    choice(
        t(label),
        choices,
        move || query.with(read),
        move |value| {
            query.update(|query| write(query, value));
        },
    )
}

fn written(value: Option<impl Display>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::shelf::Place;
    use protocol::{Source, Variant};

    #[test]
    fn the_newest_of_everything_is_asked_for_first() {
        let query = beginning();
        assert_eq!(
            (query.place, query.sort, query.descending),
            (Place::Everything, SortBy::Added, true)
        );
        assert!(!is_filtered(&query));
        let (_, sort, descending) = ORDERS[0];
        assert_eq!((sort, descending), (query.sort, query.descending));
    }

    #[test]
    fn clearing_keeps_place_and_order() {
        let mut query = LibraryQuery {
            place: Place::Favorites,
            text: "winter".into(),
            source: Some(Source::Flowmusic),
            variant: Some(Variant::Wav),
            year: Some(2025),
            sort: SortBy::Title,
            descending: true,
            ..LibraryQuery::default()
        };
        assert!(is_filtered(&query));
        clear(&mut query);
        assert!(!is_filtered(&query));
        assert_eq!(
            (query.place, query.sort, query.descending),
            (Place::Favorites, SortBy::Title, true)
        );
    }

    #[test]
    fn each_property_alone_is_a_filter_and_blanks_are_none() {
        let text = |text: &str| LibraryQuery { text: text.into(), ..LibraryQuery::default() };
        assert!(is_filtered(&text("a")) && !is_filtered(&text("  ")));
        assert!(is_filtered(&LibraryQuery { year: Some(2024), ..beginning() }));
        assert!(is_filtered(&LibraryQuery { source: Some(Source::Producer), ..beginning() }));
        assert!(is_filtered(&LibraryQuery { kind: Some(MediaKind::Video), ..beginning() }));
        assert!(is_filtered(&LibraryQuery { variant: Some(Variant::Mp3), ..beginning() }));
    }
}
