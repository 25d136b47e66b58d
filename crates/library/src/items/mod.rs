//! What the person has: looking for it, arranging it, deleting it and bringing it back.
//!
//! The queue's wanted files are elsewhere (`queue`); how a file becomes a thing is in `commit`.

mod arrange;
mod check;
mod filter;
pub(crate) mod folders;
mod list;
mod settle;
mod smart;
pub(crate) mod trash;

pub use check::Recorded;

use protocol::LibraryItemId;

/// Ids as one bound value, spread by `json_each`.
fn ids(items: &[LibraryItemId]) -> String {
    serde_json::to_string(items).unwrap_or_default()
}
