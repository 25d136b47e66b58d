//! `/users/{user}/wants`.

use super::collection::open;
use super::problem::Problem;
use super::visit::Visit;
use super::wire;
use axum::extract::Path;
use axum::response::Response;

/// The wantlist, what was added last first.
pub(super) async fn wants(visit: Visit, Path(user): Path<String>) -> Result<Response, Problem> {
    let mut state = visit.state();
    let account = open(&mut state, &user, &visit.caller)?;
    let (username, mut wants) = (account.username.clone(), account.wants.clone());
    let is_owner = visit.caller.is(&username);
    if visit.page.is_descending(true) {
        wants.reverse();
    }
    let entries = visit.entries(wants.len(), |at| {
        let sheet = state.sheet(wants[at].release_id)?;
        Some(wire::want(&wants[at], &username, &sheet, is_owner, visit.pictures()))
    })?;
    Ok(visit.page.answer(wants.len(), "wants", entries))
}
