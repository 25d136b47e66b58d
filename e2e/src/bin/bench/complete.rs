//! A sync that finds everything there: what it costs beside reading the list.

use crate::{ours, table::Table};
use anyhow::{Result, ensure};
use e2e::stage::Stage;
use simulator::Service;
use std::path::Path;

const SERVICE: Service = Service::Flowmusic;
/// Milliseconds between two calls to the site's API: the least that can be set.
const PACE: &str = "100";
/// sqlx writes a line for each statement at this level.
const TRACE: &str = "warn,sqlx::query=debug";

/// Downloads `songs` small songs, then measures a second sync, and counts the statements of a third.
///
/// # Errors
/// When something is fetched again.
pub async fn run(songs: u32) -> Result<Table> {
    let config = simulator::Config { songs, quirks: false, ..Default::default() };
    let stage = Stage::new(config).await?;
    stage.home.succeed(&["config", "set", "pace-ms", PACE]).await?;
    stage.home.succeed(&["config", "set", "parallel", "16"]).await?;
    let first = ours::sync(&stage, SERVICE, "m4a").await?;
    ensure!(first.balance.done == u64::from(songs), "{:?}", first.balance);

    ours::stop(&stage.home).await?;
    stage.control().clear_log();
    let second = ours::sync(&stage, SERVICE, "m4a").await?;
    ensure!(second.balance.already == u64::from(songs), "{:?}", second.balance);
    let calls = stage.control().log().len();
    let pauses = calls as f64 * 0.1;
    ours::stop(&stage.home).await?;
    let statements = count_statements(&stage).await?;

    let title = format!("{songs} songs: the first sync, and one that finds everything there");
    let columns = [
        "",
        "wall s",
        "calls to the site",
        "pauses between them s",
        "the rest s",
        "CPU s",
        "peak MB",
        "SQL statements",
    ];
    let mut table = Table::new(&title, &columns);
    let mega = |bytes: u64| format!("{:.0}", bytes as f64 / 1e6);
    table.row(&[
        "first".to_owned(),
        format!("{:.1}", first.usage.wall),
        String::new(),
        String::new(),
        String::new(),
        format!("{:.1}", first.usage.cpu),
        mega(first.usage.peak),
        String::new(),
    ]);
    table.row(&[
        "already complete".to_owned(),
        format!("{:.1}", second.usage.wall),
        calls.to_string(),
        format!("{pauses:.1}"),
        format!("{:.1}", second.usage.wall - pauses),
        format!("{:.1}", second.usage.cpu),
        mega(second.usage.peak),
        statements.to_string(),
    ]);
    Ok(table)
}

/// The statements of one more sync, from the daemon's log.
async fn count_statements(stage: &Stage) -> Result<usize> {
    let log = stage.home.data().join("log/daemon.log");
    let mut daemon = stage.home.command(&["daemon", "run"])?;
    let file = std::fs::File::create(&log)?;
    let mut daemon = daemon.env("MEDIAFETCHER_LOG", TRACE).stderr(file).spawn()?;
    ours::daemon(&stage.home).await?;
    let before = statements_in(&log)?;
    ours::sync(stage, SERVICE, "m4a").await?;
    let after = statements_in(&log)?;
    // A child of ours stays in the list of processes until it is waited for.
    stage.home.succeed(&["daemon", "stop"]).await?;
    daemon.wait().await?;
    Ok(after - before)
}

fn statements_in(log: &Path) -> Result<usize> {
    let text = std::fs::read(log)?;
    Ok(String::from_utf8_lossy(&text).lines().filter(|line| line.contains("sqlx::query")).count())
}
