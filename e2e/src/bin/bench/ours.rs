//! A measured `mediafetcher sync`: the daemon runs already, the command follows the job to its balance.

use crate::usage::{Meter, Usage};
use anyhow::{Context, Result, ensure};
use e2e::daemon::Home;
use e2e::stage::Stage;
use e2e::wait;
use protocol::Balance;
use simulator::Service;

/// How a sync ended and what it cost the daemon.
pub struct Measured {
    /// The cost of the daemon; the clock counts from the start of the command to its end.
    pub usage: Usage,
    /// The last line.
    pub balance: Balance,
}

/// Starts the daemon, if it does not run, and gives its process id.
///
/// # Errors
/// When it does not start.
pub async fn daemon(home: &Home) -> Result<u32> {
    home.succeed(&["config", "get", "folder"]).await?;
    home.daemon().context("no daemon runs")
}

/// Runs `sync` for one format and measures the daemon meanwhile.
///
/// # Errors
/// When it does not end with a clean balance.
pub async fn sync(stage: &Stage, service: Service, format: &str) -> Result<Measured> {
    let id = daemon(&stage.home).await?;
    let cookies = stage.cookie_file(service)?;
    let meter = Meter::start(id)?;
    let synced = stage.home.sync(service.as_str(), &cookies, &["--formats", format]).await?;
    let usage = meter.read()?;
    let balance = synced.balance;
    ensure!(balance.is_clean(), "the balance is {balance:?}: {}", synced.complaints);
    Ok(Measured { usage, balance })
}

/// Ends the daemon, so that the next one begins with nothing in memory.
///
/// # Errors
/// When it does not end.
pub async fn stop(home: &Home) -> Result<()> {
    let id = home.daemon().context("no daemon runs")?;
    home.succeed(&["daemon", "stop"]).await?;
    // Not only its work: its lock and its socket are gone with the process itself.
    let entry = std::path::PathBuf::from(format!("/proc/{id}"));
    let gone = async || Ok((!entry.exists()).then_some(()));
    wait::until("the end of the daemon", wait::LONG, gone).await
}
