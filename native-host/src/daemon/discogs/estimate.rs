//! What reading would take, said before it is begun, and what is left of it.

use super::Answer;
use super::accounts::find;
use super::browse::show_for;
use super::now;
use super::runs::{fresh, kinds, order, releases};
use super::transport::{DiscogsTransport, api, ceiling};
use crate::daemon::engine::Engine;
use crate::daemon::server::Caller;
use library::discogs::{AccountRow, AnswerKind, RunRow};
use protocol::discogs::*;
use providers::discogs::{Discogs, List};
use std::time::Duration;
use transfer::Priority;

/// How long the person waits for a list's length.
const COUNT_LIMIT: Duration = Duration::from_secs(10);

/// What reading would take.
pub(in crate::daemon) async fn estimate(
    engine: &Engine,
    _: Caller,
    new: NewRun,
) -> Answer<Estimate> {
    let account = find(engine, new.account).await?;
    let new = order(engine, new).await?;
    let mut estimate = Estimate::default();
    let of = releases(&new);
    if new.depth > Depth::List {
        show_for(engine, &new.filter).await?;
    }
    let fresh = &fresh(now(), new.max_age_days);
    for kind in kinds(new.depth, account.signed_by) {
        let (all, missing) = engine.library.discogs_coverage(kind, &of, fresh).await?;
        estimate.requests += missing;
        // Prices are asked of those alone that are surely meant.
        if kind == AnswerKind::Release {
            estimate.releases = all;
            estimate.from_cache = all - missing;
        }
    }
    if !new.keep_list {
        let list = engine.library.discogs_list(new.account, new.list).await?;
        let mut entries = list.entries;
        let is_whole = new.filter.is_all() && new.folders.is_empty();
        if list.read_at.is_none() && new.depth > Depth::List && is_whole {
            let unread = counted(engine, &account, new.list).await.saturating_sub(entries);
            entries += unread;
            // Nothing is known of them yet, as far as anybody can tell.
            estimate.releases += unread;
            estimate.requests += unread * kinds(new.depth, account.signed_by).len() as u64;
        }
        estimate.requests += for_list(new.list, account.signed_by, entries);
    }
    let ceiling = ceiling(account.signed_by);
    estimate.seconds = engine.downloader.time_for(&api()?, estimate.requests, ceiling).as_secs();
    estimate.joins = engine.library.discogs_run_to_join(&new).await?;
    Ok(estimate)
}

/// What is left of a run: the rest of its list, and all that is not known yet of its releases.
pub(super) async fn seconds_left(
    engine: &Engine,
    row: &RunRow,
    figures: &RunFigures,
) -> Answer<u64> {
    let request = &row.request;
    let signed_by = find(engine, request.account).await?.signed_by;
    let is_listing = figures.stage == RunStage::List;
    let unread = if is_listing { figures.total.saturating_sub(figures.done) } else { 0 };
    let mut requests = unread.div_ceil(100);
    let (of, fresh) = (releases(request), fresh(row.created_at, request.max_age_days));
    let is_whole = request.filter.is_all() && request.folders.is_empty();
    for kind in kinds(request.depth, signed_by) {
        let (all, missing) = engine.library.discogs_coverage(kind, &of, &fresh).await?;
        requests += missing.saturating_sub(figures.failed);
        if is_listing && is_whole {
            // Of those that no page has told of yet nothing is known.
            requests += figures.total.saturating_sub(all);
        }
    }
    Ok(engine.downloader.time_for(&api()?, requests, ceiling(signed_by)).as_secs())
}

/// How many entries a list has that was never read: the site is asked. None where it does not say so soon.
async fn counted(engine: &Engine, account: &AccountRow, list: DiscogsList) -> u64 {
    let count = async || -> Answer<u64> {
        let user = &account.username;
        let transport =
            DiscogsTransport::of(engine, user, account.signed_by, Priority::INTERACTIVE).await?;
        let discogs = Discogs::new(&transport);
        match list {
            DiscogsList::Collection => discogs.count(&List::copies(user, 0)).await,
            DiscogsList::Wants => discogs.count(&List::wants(user)).await,
            DiscogsList::Inventory => discogs.count(&List::own_inventory(user)).await,
        }
    };
    match tokio::time::timeout(COUNT_LIMIT, count()).await {
        Ok(Ok(entries)) => entries,
        Ok(Err(error)) => {
            tracing::debug!(%error, "a list's length could not be asked for");
            0
        }
        Err(_) => 0,
    }
}

/// Requests for a list of about so many entries.
fn for_list(list: DiscogsList, signed_by: SignedBy, entries: u64) -> u64 {
    let pages = entries.div_ceil(100).max(1);
    match list {
        // The folders, the fields, and for who is signed in what it is worth.
        DiscogsList::Collection => pages + 2 + u64::from(signed_by != SignedBy::Nobody),
        // Its count, a job that is begun and looked at twice, and the file.
        DiscogsList::Inventory if signed_by != SignedBy::Nobody => 5,
        DiscogsList::Wants | DiscogsList::Inventory => pages,
    }
}
