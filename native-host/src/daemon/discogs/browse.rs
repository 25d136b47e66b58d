//! Looking through what was read. No request is made.

use super::Answer;
use super::accounts::find;
use super::selection::check;
use crate::collection::{country_of, shown};
use crate::daemon::engine::Engine;
use crate::daemon::server::Caller;
use library::LibraryError;
use protocol::discogs::*;
use providers::discogs::{Release, clean};
use std::collections::HashMap;

/// Answers that are looked into at once.
const BATCH: u32 = 200;

/// A page of a list.
pub(in crate::daemon) async fn entries(
    engine: &Engine,
    _: Caller,
    query: EntryQuery,
) -> Answer<EntryPage> {
    find(engine, query.account).await?;
    check(&query.filter)?;
    Ok(engine.library.browse_discogs(&query).await?)
}

/// What the entries that match have in common.
pub(in crate::daemon) async fn facets(
    engine: &Engine,
    _: Caller,
    query: EntryQuery,
) -> Answer<EntryFacets> {
    find(engine, query.account).await?;
    check(&query.filter)?;
    let facets = engine.library.discogs_facets(&query).await?;
    let counted = facets.labels.iter().map(|(label, _)| label);
    let names = names(engine, &query, counted.chain(&query.filter.labels)).await?;
    Ok(EntryFacets { names, ..facets })
}

/// A list in figures.
pub(in crate::daemon) async fn statistics(
    engine: &Engine,
    _: Caller,
    query: EntryQuery,
) -> Answer<ListStatistics> {
    find(engine, query.account).await?;
    check(&query.filter)?;
    let mut figures = engine.library.discogs_statistics(&query).await?;
    let labels = figures.labels.iter().map(|(label, _)| label);
    let names: HashMap<String, String> = names(engine, &query, labels).await?.into_iter().collect();
    for (label, _) in &mut figures.labels {
        if let Some(name) = names.get(label) {
            label.clone_from(name);
        }
    }
    Ok(figures)
}

/// What these labels are called where that is not their value: without their number, if nothing else of the list has that
/// name.
async fn names(
    engine: &Engine,
    query: &EntryQuery,
    labels: impl Iterator<Item = &String>,
) -> Answer<Vec<(String, String)>> {
    let mut numbered: Vec<&String> = labels.filter(|label| clean(label) != *label).collect();
    numbered.sort_unstable();
    numbered.dedup();
    if numbered.is_empty() {
        return Ok(Vec::new());
    }
    let all = engine.library.discogs_labels(query.account, query.list).await?;
    let mut with_name: HashMap<&str, usize> = HashMap::new();
    all.iter().for_each(|label| *with_name.entry(clean(label)).or_default() += 1);
    let alone = |label: &&String| with_name.get(clean(label)).is_none_or(|n| *n == 1);
    let named = numbered.into_iter().filter(alone);
    Ok(named.map(|label| (label.clone(), clean(label).to_owned())).collect())
}

/// Makes entries findable that were read before there was anything to find them by, and looks where releases came out
/// about which the site was asked before that was noted.
pub(in crate::daemon) async fn show_old_entries(engine: Engine) {
    let shown = loop {
        match show_some(&engine).await {
            Ok(true) if !engine.stopping.is_cancelled() => {}
            other => break other,
        }
    };
    let noted = loop {
        match note_some_countries(&engine).await {
            Ok(true) if !engine.stopping.is_cancelled() => {}
            other => break other,
        }
    };
    if let Err(error) = shown.and(noted) {
        tracing::error!(%error, "older entries of Discogs' lists cannot be looked through");
    }
}

/// Whether there may be more.
async fn show_some(engine: &Engine) -> Result<bool, LibraryError> {
    let some = engine.library.show_discogs_entries(shown).await? > 0;
    if some {
        engine.discogs_changed();
    }
    Ok(some)
}

/// As [`show_some`].
async fn note_some_countries(engine: &Engine) -> Result<bool, LibraryError> {
    let answers = engine.library.discogs_without_country(BATCH).await?;
    if answers.is_empty() {
        return Ok(false);
    }
    // What cannot be read says nothing of a country.
    let country =
        |body: &[u8]| serde_json::from_slice::<Release>(body).map(|release| country_of(&release));
    let countries: Vec<(i64, String)> = answers
        .iter()
        .map(|(release, body)| (*release, country(body).unwrap_or_default()))
        .collect();
    engine.library.note_discogs_countries(&countries).await?;
    engine.discogs_changed();
    Ok(true)
}

/// Lets everything of the lists be found that is looked for by this filter: what is not would be missing in a selection.
pub(super) async fn show_for(engine: &Engine, filter: &EntryFilter) -> Answer<()> {
    while show_some(engine).await? {}
    while !filter.countries.is_empty() && note_some_countries(engine).await? {}
    Ok(())
}
