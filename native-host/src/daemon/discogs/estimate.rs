//! What reading would take, said before it is begun.

use super::Answer;
use super::accounts::find;
use super::browse::show_for;
use super::now;
use super::runs::{fresh, kinds, order, releases};
use super::transport::{api, ceiling};
use crate::daemon::engine::Engine;
use crate::daemon::server::Caller;
use library::discogs::AnswerKind;
use protocol::discogs::*;

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
        let entries = engine.library.discogs_list(new.account, new.list).await?.entries;
        estimate.requests += for_list(new.list, account.signed_by, entries);
    }
    let ceiling = ceiling(account.signed_by);
    estimate.seconds = engine.downloader.time_for(&api()?, estimate.requests, ceiling).as_secs();
    estimate.joins = engine.library.discogs_run_to_join(&new).await?;
    Ok(estimate)
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
