//! What people have on Discogs, and what the site said about releases: rows and a cache, nothing of the API.
//!
//! | module | job |
//! |---|---|
//! | `accounts` | who |
//! | `lists` | collection, wantlist and inventory, read in walks |
//! | `shown` | what is shown of entries, and what they are found by |
//! | `browse`, `filter` | looking through a list |
//! | `values` | what collections were worth |
//! | `answers` | the cache of what was said about releases |
//! | `runs` | what was asked to be read |
//! | `exports` | what an export held, to tell changes |

mod accounts;
mod answers;
mod browse;
mod exports;
mod filter;
mod lists;
mod runs;
mod shown;
mod values;

pub use accounts::AccountRow;
pub use answers::{Answer, AnswerKind, Releases};
pub use exports::Fingerprints;
pub use lists::{Entries, Entry, Field, Folders, ListRead, Scope};
pub use runs::{Begun, RunRow};
pub use shown::Shown;
