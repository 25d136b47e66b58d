//! The daemon: owns the queue, the library and every transfer. Closing a browser or a terminal stops nothing here.
//!
//! | module | job |
//! |---|---|
//! | `engine` | what all parts share, and starting and stopping it |
//! | `scheduler` | which wanted file is worked on next |
//! | `work`, `song`, `bundle`, `seal` | one wanted file, from its address to its rows |
//! | `sending` | pages of the web: what is on them, fetching it, making it playable |
//! | `sessions`, `site` | credentials in memory, and providers' requests signed with them |
//! | `listing`, `retitle`, `beside` | reading lists, renaming what was retitled, `.json` and `.lrc` files |
//! | `things`, `media_server` | what clients ask of the library, and the player's bytes |
//! | `import` | taking in folders with media that were there before |
//! | `discogs` | what is read from Discogs, and what is written out of it |
//! | `edit`, `rename` | what the person changes of a thing, and files named anew by the template |
//! | `check` | reading files again, to see whether they are still what they were |
//! | `journal` | repeating in the library folder what a lost database would have said |
//! | `hub`, `ticker`, `meter` | events for clients, at most four a second where they are live figures |
//! | `server`, `methods` | connections and what they may ask |

mod beside;
mod bundle;
mod check;
mod chooser;
mod covers;
mod discogs;
mod edit;
mod engine;
mod hub;
mod import;
mod journal;
mod listing;
mod media_server;
mod meter;
mod methods;
mod rename;
mod retitle;
mod scheduler;
mod seal;
mod sending;
mod server;
mod sessions;
mod site;
mod song;
mod things;
mod ticker;
mod work;

use crate::home::{Home, LockError};
use crate::socket;
use anyhow::Context;
use engine::Engine;

/// Runs until a client or a signal asks it to stop, or at once ends well when another daemon works here (I7).
///
/// # Errors
/// When the data folder, the database or the socket cannot be used.
pub async fn run(home: Home) -> anyhow::Result<()> {
    let lock = match home.lock() {
        Err(LockError::AlreadyRunning) => return Ok(()),
        other => other.context("the data folder could not be locked")?,
    };
    let engine = Engine::open(home.clone()).await?;
    let listener = socket::listen(&home, &lock).context("the local socket could not be made")?;
    tracing::info!(version = env!("CARGO_PKG_VERSION"), "the daemon is ready");
    import::resume_all(&engine).await;
    rename::go_on(&engine);
    discogs::resume_all(&engine).await;
    engine.spawn(discogs::show_old_entries(engine.clone()));
    let parts = [
        tokio::spawn(server::run(engine.clone(), listener)),
        tokio::spawn(scheduler::run(engine.clone())),
        tokio::spawn(ticker::run(engine.clone())),
        tokio::spawn(things::settle(engine.clone())),
        tokio::spawn(things::keep_trash(engine.clone())),
        tokio::spawn(check::run(engine.clone())),
        tokio::spawn(journal::run(engine.clone())),
        tokio::spawn(keep_secrets_tidy(engine.clone())),
    ];
    tokio::select! {
        () = engine.stopping.cancelled() => {}
        () = stop_signal() => {}
    }
    engine.stop().await;
    for part in parts {
        part.abort();
    }
    Ok(())
}

async fn keep_secrets_tidy(engine: Engine) {
    engine.secrets.keep_tidy().await;
}

#[cfg(unix)]
async fn stop_signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut terminate), Ok(mut interrupt)) =
        (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}

#[cfg(not(unix))]
async fn stop_signal() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
