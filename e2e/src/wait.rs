//! Waiting for something that becomes true by itself, with an end and a name for the error.

use anyhow::{Context, Result, bail};
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// How long anything may take before it counts as broken. Far above what a slow machine needs.
pub const LONG: Duration = Duration::from_secs(60);
/// Between two looks.
const PAUSE: Duration = Duration::from_millis(40);

/// Looks until `look` gives something.
///
/// # Errors
/// After `limit`, naming `what` and the last thing `look` complained about.
pub async fn until<T>(
    what: &str,
    limit: Duration,
    mut look: impl AsyncFnMut() -> Result<Option<T>>,
) -> Result<T> {
    let end = Instant::now() + limit;
    loop {
        let seen = look().await;
        if let Ok(Some(found)) = seen {
            return Ok(found);
        }
        if Instant::now() > end {
            let late = format!("{what}: not within {} s", limit.as_secs());
            seen.context(late.clone())?;
            bail!(late);
        }
        sleep(PAUSE).await;
    }
}
