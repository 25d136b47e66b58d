//! What went wrong while nobody looked at a page of ours: a "!" on the button, and the words for whoever opens one.

use crate::daemon;
use browser::storage::Area;
use protocol::ErrorBody;
use serde_json::{Value, json};

/// The record in the session's storage; the pages read it. As long as the browser runs, not longer.
const KEY: &str = browser::messages::NOTICE_KEY;

/// Nothing that was chosen is an address.
pub async fn leave_no_address() {
    keep(json!({ "no_address": true })).await;
}

/// Something could not be sent.
pub async fn leave(error: &ErrorBody) {
    keep(json!({ "error": error })).await;
}

async fn keep(notice: Value) {
    // Not kept, there is still the sign.
    let _ = Area::Session.set(KEY, &notice).await;
    daemon::set_notice(true);
}

/// The person knows.
pub async fn clear() {
    let _ = Area::Session.remove(KEY).await;
    daemon::set_notice(false);
}

/// Whether there is one that the person has not seen.
pub async fn is_there() -> bool {
    Area::Session.get_value(KEY).await.is_some()
}
