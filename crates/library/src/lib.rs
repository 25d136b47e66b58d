//! Database and files: the queue, what sites said, files on disk, and the commit sequence between them.
//!
//! All SQL of MediaFetcher is in this crate. It knows nothing of networks, containers or tags: it is handed
//! finished part files and decides names, durability and rows. Invariants are numbered in `docs/invariants.md`.
#![warn(missing_docs)]

mod claim;
mod commit;
mod database;
pub mod discogs;
mod disk;
mod edit;
mod error;
mod extras;
mod inner_disks;
pub mod intake;
mod intent;
mod items;
mod jobs;
pub mod journal;
mod listing;
mod moving;
pub mod names;
mod own_folder;
mod query;
mod queue;
mod recovery;
mod rename;
mod retitle;
mod settings;
mod shelf;
mod sidecar;
mod thing;
mod volume;
mod words;

pub use claim::{Claimed, Held, Lane, ORIGINAL};
pub use commit::{Finished, Output};
pub use database::Library;
pub use disk::{readable, replace_private_file, sync_folder};
pub use edit::Revision;
pub use error::LibraryError;
pub use extras::{Extra, ExtraKind};
pub use intent::Kept;
pub use items::Recorded;
pub use listing::{AddOutcome, Suspect};
pub use queue::Settled;
pub use recovery::Recovered;
pub use retitle::Retitle;
pub use shelf::{Sealed, Shelf};
pub use sidecar::Sidecar;
pub use thing::site_title;
pub use volume::{FileSystem, Volume, nearest_existing};
