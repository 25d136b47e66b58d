//! The daemon: owns the queue, the library and every transfer.

use crate::home::Home;

/// Runs until it is asked to stop.
///
/// # Errors
/// When the data folder cannot be used.
pub async fn run(_home: Home) -> anyhow::Result<()> {
    anyhow::bail!("the daemon is not built yet")
}
