//! `daemon run`, `stop`, `status`.

use super::{Failure, Outcome, open_running, say};
use crate::home::{Home, LockError};
use backon::{ExponentialBuilder, Retryable};
use protocol::method::{Nothing, StopDaemon};
use std::io::IsTerminal;
use std::time::Duration;

/// How long `stop` waits for the daemon to make safe what it is writing.
const PATIENCE: Duration = Duration::from_secs(60);

/// Is the daemon until it is told to stop. Finding another one at work is no failure (I7).
pub(super) async fn run(home: Home) -> Result<Outcome, Failure> {
    // The lock decides; this is only to tell the person.
    if open_running(&home).await?.is_some() {
        eprintln!("mediafetcher: a daemon already works here");
        return Ok(Outcome::Clean);
    }
    let filter = tracing_subscriber::EnvFilter::try_from_env("MEDIAFETCHER_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // Most of the time this goes into the log file.
    log.with_ansi(std::io::stderr().is_terminal()).init();
    #[cfg(unix)]
    let _outlive_the_terminal =
        tokio::signal::unix::signal(tokio::signal::unix::SignalKind::hangup())?;
    crate::daemon::run(home).await?;
    Ok(Outcome::Clean)
}

pub(super) async fn stop(home: &Home) -> Result<Outcome, Failure> {
    match end(home).await? {
        true => say("The daemon has ended."),
        false => say("The daemon does not run."),
    }
    Ok(Outcome::Clean)
}

/// Ends the daemon and waits until it is gone; false when none runs.
pub(super) async fn end(home: &Home) -> Result<bool, Failure> {
    let Some(mut client) = open_running(home).await? else { return Ok(false) };
    client.call::<StopDaemon>(Nothing {}).await?;
    drop(client);
    wait_until_gone(home).await?;
    Ok(true)
}

/// The lock is free when the process is gone, and not before.
async fn wait_until_gone(home: &Home) -> Result<(), Failure> {
    let pauses = ExponentialBuilder::default()
        .with_min_delay(Duration::from_millis(10))
        .with_max_delay(Duration::from_millis(250))
        .with_total_delay(Some(PATIENCE))
        .without_max_times();
    let gone = || async { home.lock().map(drop) };
    gone.retry(pauses).when(|error| matches!(error, LockError::AlreadyRunning)).await.map_err(
        |_| {
            Failure::System(anyhow::anyhow!(
                "the daemon is still busy after {} s",
                PATIENCE.as_secs()
            ))
        },
    )
}

pub(super) async fn status(home: &Home) -> Result<Outcome, Failure> {
    match open_running(home).await? {
        Some(client) => {
            say(format_args!("The daemon runs (version {}).", client.welcome().host_version));
            Ok(Outcome::Clean)
        }
        None => {
            say("The daemon does not run; it is started when it is needed.");
            Ok(Outcome::Attention)
        }
    }
}
