//! What people have on Discogs, and what the site said about releases: rows and a cache, nothing of the API.
//!
//! | module | job |
//! |---|---|
//! | `accounts` | who |
//! | `lists` | collection, wantlist and inventory, read in walks |
//! | `answers` | the cache of what was said about releases |
//! | `exports` | what an export held, to tell changes |

mod accounts;
mod answers;
mod exports;
mod lists;

pub use accounts::{DiscogsAccount, SignedBy};
pub use answers::{Answer, AnswerKind, CacheFigures, Purged};
pub use lists::{CollectionFolder, Entries, Entry, Field, ListKind, ListState, Scope};
