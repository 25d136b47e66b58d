//! Looking through what was read. No request is made.

use super::Answer;
use super::accounts::find;
use crate::collection::shown;
use crate::daemon::engine::Engine;
use crate::daemon::server::Caller;
use protocol::discogs::*;

/// A page of a list.
pub(in crate::daemon) async fn entries(
    engine: &Engine,
    _: Caller,
    query: EntryQuery,
) -> Answer<EntryPage> {
    find(engine, query.account).await?;
    Ok(engine.library.browse_discogs(&query).await?)
}

/// What the entries that match have in common.
pub(in crate::daemon) async fn facets(
    engine: &Engine,
    _: Caller,
    query: EntryQuery,
) -> Answer<EntryFacets> {
    find(engine, query.account).await?;
    Ok(engine.library.discogs_facets(&query).await?)
}

/// A list in figures.
pub(in crate::daemon) async fn statistics(
    engine: &Engine,
    _: Caller,
    query: EntryQuery,
) -> Answer<ListStatistics> {
    find(engine, query.account).await?;
    Ok(engine.library.discogs_statistics(&query).await?)
}

/// Makes entries findable that were read before there was anything to find them by.
pub(in crate::daemon) async fn show_old_entries(engine: Engine) {
    while !engine.stopping.is_cancelled() {
        match engine.library.show_discogs_entries(shown).await {
            Ok(0) => return,
            Ok(_) => engine.discogs_changed(),
            Err(error) => {
                tracing::error!(%error, "older entries of Discogs' lists cannot be looked through");
                return;
            }
        }
    }
}
