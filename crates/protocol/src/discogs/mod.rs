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
