//! A list in figures: what of it is shown, by decade, genre, style, label and format, when it came and what it is worth.

use super::charts::{MOST_COLUMNS, bars, by_year, columns, with_gaps};
use super::shelf::Shelf;
use super::value_chart::value_chart;
use crate::catalogue::{t, tf, tn};
use crate::components::live::{follow, live_view};
use crate::link::ask;
use crate::state::{Derived, State};
use crate::words;
use leptos::prelude::*;
use leptos::task::spawn_local;
use protocol::ErrorBody;
use protocol::discogs::ListStatistics;
use protocol::method::MeasureEntries;

/// Draws the figures of what the filters leave.
pub fn figures(shelf: Shelf) -> AnyView {
    let answer = State::new(None::<Result<ListStatistics, ErrorBody>>);
    let query = shelf.rows.query;
    let up = Derived::new(move || shelf.collection.store.link.get().is_up());
    follow(move || {
        let asked = query.get();
        // Again when the list was read again.
        shelf.state.track();
        if !up.get() {
            return;
        }
        spawn_local(async move {
            let figures = ask::<MeasureEntries>(asked.clone()).await;
            if !answer.is_gone() && query.with_untracked(|now| *now == asked) {
                answer.set(Some(figures));
            }
        });
    });
    let content = move || match answer.get() {
        None => view! { <p class="muted" role="status">{t("loading")}</p> }.into_any(),
        Some(Err(error)) => {
            view! { <p class="complaint" role="alert">{words::refusal(&error)}</p> }.into_any()
        }
        Some(Ok(figures)) => charts(figures),
    };
    view! { <div class="scrolls">{live_view(content)}</div> }.into_any()
}

fn charts(figures: ListStatistics) -> AnyView {
    let ListStatistics {
        entries,
        releases,
        decades,
        genres,
        styles,
        labels,
        formats,
        added,
        value,
    } = figures;
    let decade = |(year, n): (i32, u64)| (tf("decade", &[("n", &year.to_string())]), n);
    let months = with_gaps(&added);
    let (added, added_title) = match months.len() > MOST_COLUMNS {
        true => (by_year(&months), "chart_added_by_year"),
        false => (months, "chart_added"),
    };
    let counted = tf(
        "list_comma",
        &[("a", &tn("discogs_entries", entries)), ("b", &tn("releases", releases))],
    );
    view! {
        <p class="muted figures">{counted}</p>
        <div class="charts">
            {columns("chart_decades", decades.into_iter().map(decade).collect())}
            {columns(added_title, added)}
            {value_chart(value)}
            {bars("chart_genres", genres)}
            {bars("chart_styles", styles)}
            {bars("chart_formats", formats)}
            {bars("chart_labels", labels)}
        </div>
    }
    .into_any()
}
