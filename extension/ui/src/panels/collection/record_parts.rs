//! The parts of what is known of an entry. All of it is text from elsewhere, and is shown as text.

use super::Collection;
use super::sentences::{ago, joined, price};
use crate::catalogue::{t, tf, tn};
use crate::clock::date;
use leptos::prelude::*;
use protocol::discogs::{Record, RecordPrices, RecordTrack};

/// A name and what there is to say to it.
pub type Field = (String, String);

/// What the release is, and what is known of the entry.
pub fn about(collection: Collection, record: &Record) -> Vec<Field> {
    let view = &record.view;
    let label = |(name, number): &(String, String)| joined(&[name, number]);
    let labels: Vec<String> = match record.labels.is_empty() {
        true => vec![joined(&[&view.label, &view.catalog_number])],
        false => record.labels.iter().map(label).collect(),
    };
    let year = view.year.map(|year| year.to_string()).unwrap_or_default();
    let released = if record.released.is_empty() { year } else { record.released.clone() };
    let folder = view.folder.and_then(|id| {
        collection.folders.with_untracked(|folders| {
            folders.iter().find(|folder| folder.id == id).map(|folder| folder.name.clone())
        })
    });
    let rating = (view.rating > 0).then(|| tf("rating_of", &[("n", &view.rating.to_string())]));
    let facts = [
        ("record_labels", labels.join("\n")),
        ("filter_format", view.format.clone()),
        ("record_country", record.country.clone()),
        ("record_released", released),
        ("filter_genre", view.genres.join(", ")),
        ("filter_style", view.styles.join(", ")),
        ("details_folder", folder.unwrap_or_default()),
        ("details_added", view.added_at.map(date).unwrap_or_default()),
        ("record_rating", rating.unwrap_or_default()),
        ("discogs_price", view.price.as_ref().map(price).unwrap_or_default()),
        ("record_status", view.status.clone()),
    ];
    facts.into_iter().map(|(key, value)| (t(key), value)).collect()
}

/// Names with what there is to say; nothing for what has nothing.
pub fn fields(fields: Vec<Field>) -> AnyView {
    let field = |(name, value): Field| {
        (!value.is_empty())
            .then(|| view! { <dt>{name}</dt> <dd class="lines">{value}</dd> }.into_any())
    };
    view! { <dl class="facts">{fields.into_iter().filter_map(field).collect_view()}</dl> }
        .into_any()
}

/// A part with a heading, if it has anything in it.
fn part(heading: &str, is_there: bool, content: impl FnOnce() -> AnyView) -> Option<AnyView> {
    is_there.then(|| {
        view! { <section class="stack-tight"><h3>{t(heading)}</h3> {content()}</section> }
            .into_any()
    })
}

/// The tracks, as a table.
pub fn tracks(tracks: &[RecordTrack]) -> Option<AnyView> {
    let line = |track: &RecordTrack| {
        if track.heading {
            let heading = track.title.clone();
            return view! { <tr><th colspan="3" scope="rowgroup">{heading}</th></tr> }.into_any();
        }
        let artists = (!track.artists.is_empty())
            .then(|| view! { <span class="small muted block">{track.artists.clone()}</span> });
        view! {
            <tr>
                <td class="figures muted">{track.position.clone()}</td>
                <td>{track.title.clone()} {artists}</td>
                <td class="figures muted">{track.duration.clone()}</td>
            </tr>
        }
        .into_any()
    };
    part("record_tracks", !tracks.is_empty(), || {
        let lines = tracks.iter().map(line).collect_view();
        view! {
            <table class="tracks">
                <thead class="visually-hidden">
                    <tr>
                        <th scope="col">{t("record_position")}</th>
                        <th scope="col">{t("edit_title_label")}</th>
                        <th scope="col">{t("details_length")}</th>
                    </tr>
                </thead>
                <tbody>{lines}</tbody>
            </table>
        }
        .into_any()
    })
}

/// What the person wrote.
pub fn own_fields(own: &[Field]) -> Option<AnyView> {
    part("record_own", own.iter().any(|(_, text)| !text.is_empty()), || fields(own.to_vec()))
}

/// Barcodes and the like.
pub fn identifiers(identifiers: &[Field]) -> Option<AnyView> {
    part("record_identifiers", !identifiers.is_empty(), || fields(identifiers.to_vec()))
}

/// Who did what.
pub fn credits(credits: &[Field]) -> Option<AnyView> {
    part("record_credits", !credits.is_empty(), || fields(credits.to_vec()))
}

/// What is written about it at the site.
pub fn notes(notes: &str) -> Option<AnyView> {
    let text = notes.to_owned();
    part("record_notes", !notes.trim().is_empty(), || {
        view! { <p class="plain-text">{text}</p> }.into_any()
    })
}

/// What it costs, and when that was asked.
pub fn prices(collection: Collection, prices: Option<&RecordPrices>) -> Option<AnyView> {
    let prices = prices?;
    let now = collection.now.get_untracked();
    let lowest = prices.lowest.as_ref().map(price).unwrap_or_default();
    let for_sale = prices.for_sale.and_then(|n| u64::try_from(n).ok());
    let for_sale = for_sale.map(|n| tn("price_copies", n)).unwrap_or_default();
    let asked = tf(
        "price_age",
        &[("date", &date(prices.fetched_at)), ("ago", &ago(prices.fetched_at, now))],
    );
    let mut lines = vec![(t("price_lowest"), lowest), (t("price_for_sale"), for_sale)];
    lines.extend(
        prices.suggestions.iter().map(|(condition, asked)| (condition.clone(), price(asked))),
    );
    part("record_prices", true, || {
        view! { <p class="small muted">{asked}</p> {fields(lines)} }.into_any()
    })
}
