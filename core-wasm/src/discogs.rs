//! The session on discogs.com: whose it is. Everything else of Discogs is asked by the daemon, with credentials of its own.

use crate::fetch::FetchTransport;
use crate::session::Session;
use protocol::{ErrorBody, Source};
use providers::Transport;
use providers::discogs::{visitor, visitor_page};

/// The name of who is signed in there in the cookie store `store`, or in the active tab's. `None` when nobody is, and
/// where only another store than the profile's own could tell: a `fetch` does not carry its cookies.
///
/// # Errors
/// `Challenge`, `Unreachable`.
pub async fn user(store: Option<String>) -> Result<Option<String>, ErrorBody> {
    let session = Session::of(Source::Discogs, store).await;
    if !session.reaches_fetch() {
        return Ok(None);
    }
    let answer = FetchTransport::new(session, 0).send(visitor_page()).await?;
    visitor(&answer)
}
