//! Discogs: accounts, what is read of them, how it is looked at, and exports.

mod accounts;
mod browse;
mod cache;
mod exports;
mod record;
mod runs;
mod statistics;

pub use accounts::*;
pub use browse::*;
pub use cache::*;
pub use exports::*;
pub use record::*;
pub use runs::*;
pub use statistics::*;

/// Seconds for which what Discogs says may be shown without asking it again (its terms of use for the API).
pub const SHOWN_FOR: i64 = 6 * 60 * 60;
