//! Discogs: the pace within the site's limit, tables out of the cache, and the same work done with
//! python3-discogs-client.

pub mod client;
pub mod rate;
pub mod tables;

use anyhow::Result;
use e2e::stage::Stage;
use simulator::discogs::{DiscogsConfig, Sizes};

const USER: &str = "collector";
/// So many requests a minute that the limit is not what is measured.
const NO_LIMIT: usize = 1_000_000;

/// Somebody with so many copies who is signed in, at a Discogs whose limit nobody meets.
async fn signed_in(copies: u32) -> Result<Stage> {
    let discogs = DiscogsConfig::default();
    let stage = Stage::new(simulator::Config { songs: 1, discogs, ..Default::default() }).await?;
    let discogs = stage.control().discogs();
    discogs.make_account(USER, Sizes { copies, wants: 0, listings: 0 });
    discogs.set_limit(NO_LIMIT);
    stage.sign_in_at_discogs(USER).await?;
    Ok(stage)
}

fn mega(bytes: u64) -> String {
    format!("{:.0}", bytes as f64 / 1e6)
}
