//! The choices over a list: order; genre, style, label, format, country, years.

use super::ListOf;
use super::facet::facet;
use super::filter_parts::{Part, Property};
use super::shelf::Shelf;
use crate::catalogue::t;
use crate::components::choice::{choice, choices_of, counted};
use crate::components::live::live_view;
use crate::state::{Derived, State};
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
    !Part::all(&query.filter).is_empty()
}

/// Leaves folder and order, and asks for all of it.
pub fn clear(query: &mut EntryQuery) {
    query.filter = EntryFilter { folders: query.filter.folders.clone(), ..EntryFilter::default() };
}

/// Draws the choices.
pub fn filters(shelf: Shelf) -> AnyView {
    let of_properties = Property::ALL.into_iter().filter(|property| *property != Property::Country);
    // Where releases came out is known only of those about which the site was asked.
    let has_countries = Derived::new(move || {
        let chosen = shelf.rows.query.with(|query| !query.filter.countries.is_empty());
        chosen || shelf.facets.with(|facets| !facets.countries.is_empty())
    });
    let country = move || has_countries.get().then(|| facet(shelf, Property::Country));
    view! {
        <div class="row filters" role="group" aria-label=t("library_filters")>
            {of_properties.map(|property| facet(shelf, property)).collect_view()}
            {live_view(country)}
            {years(shelf, Years {
                label: "filter_from",
                all: "filter_from_all",
                read: |filter| filter.from_year,
                write: |filter, year| filter.from_year = year,
            })}
            {years(shelf, Years {
                label: "filter_to",
                all: "filter_to_all",
                read: |filter| filter.to_year,
                write: |filter, year| filter.to_year = year,
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

/// One end of the years.
struct Years {
    /// The catalogue's keys of its name and of "all".
    label: &'static str,
    all: &'static str,
    read: fn(&EntryFilter) -> Option<i32>,
    write: fn(&mut EntryFilter, Option<i32>),
}

fn years(shelf: Shelf, years: Years) -> AnyView {
    let Years { label, all, read, write } = years;
    let query = shelf.rows.query;
    let chosen = move || {
        let year = query.with(|query| read(&query.filter));
        year.map(|year| year.to_string()).unwrap_or_default()
    };
    let counts = |facets: &EntryFacets| counted(&facets.years, i32::to_string);
    let choices = move || choices_of(t(all), shelf.facets.with(counts), chosen());
    choice(t(label), choices, chosen, move |year| {
        query.update(|query| write(&mut query.filter, year.parse().ok()));
    })
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
        assert!(!is_filtered(&with(|filter| filter.text = "!!!".into())), "nothing to look for");
        for filtered in [
            with(|filter| filter.text = "a".into()),
            with(|filter| filter.genres = vec!["Rock".into()]),
            with(|filter| filter.styles = vec!["Dub".into()]),
            with(|filter| filter.labels = vec!["Warp".into()]),
            with(|filter| filter.formats = vec!["CD".into()]),
            with(|filter| filter.countries = vec!["UK".into()]),
            with(|filter| filter.from_year = Some(1990)),
            with(|filter| filter.to_year = Some(1999)),
        ] {
            assert!(is_filtered(&filtered), "{filtered:?}");
            let mut cleared = filtered;
            clear(&mut cleared);
            assert_eq!(cleared, wants());
        }
    }
}
