//! Discogs: the pace within the site's limit, tables out of the cache, and the same work done with
//! python3-discogs-client.

pub mod client;
pub mod rate;
pub mod tables;

use anyhow::{Context, Result};
use e2e::stage::Stage;
use serde::de::DeserializeOwned;
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
    let token = stage.home.file("token.txt");
    std::fs::write(&token, discogs.token(USER))?;
    let token = token.display().to_string();
    stage.home.succeed(&["discogs", "login", "--token-file", &token]).await?;
    Ok(stage)
}

/// `discogs … --json` and its last line.
async fn say<T: DeserializeOwned>(stage: &Stage, arguments: &[&str]) -> Result<T> {
    let said = stage.home.succeed(&[&["discogs"], arguments, &["--json"]].concat()).await?;
    let last = said.lines().last().context("it says nothing")?;
    serde_json::from_str(last).with_context(|| last.to_owned())
}

fn mega(bytes: u64) -> String {
    format!("{:.0}", bytes as f64 / 1e6)
}
