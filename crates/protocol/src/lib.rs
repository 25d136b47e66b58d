//! Messages between the browser extension, the command line and the daemon.
//!
//! Types, limits and the frame codec only: no I/O, no clock, so the same code runs in the browser's
//! worker (wasm32) and natively. What the fields *mean* is written here; what is *done* with them is not.
#![warn(missing_docs)]

pub mod credentials;
pub mod discogs;
pub mod edit;
pub mod envelope;
pub mod error;
pub mod event;
pub mod frame;
pub mod ids;
pub mod intake;
pub mod item;
pub mod job;
pub mod method;
pub mod secret;
pub mod send;
pub mod settings;
pub mod shelf;
pub mod smart;

pub use credentials::{Cookie, Credentials};
pub use envelope::{Body, Envelope, Kind};
pub use error::{ErrorBody, ErrorClass, ErrorCode};
pub use event::Event;
pub use ids::{FolderId, ImportId, ItemId, JobId, LibraryItemId, Seq, SmartFolderId};
pub use item::{Asset, Fetch, ItemState, ItemView, Metadata, RemoteItem, Source, Variant};
pub use job::{Account, Balance, JobState, JobSummary, Listing, Progress};
pub use method::Method;
pub use secret::Secret;
pub use settings::{Settings, SettingsPatch};

/// The protocol version this build speaks.
pub const PROTO: u32 = 1;
/// The oldest version this build still understands (N-1; equal to [`PROTO`] until there is a second one).
pub const PROTO_MIN: u32 = 1;
/// The native messaging name of the host.
pub const HOST_NAME: &str = "app.mediafetcher.host";
/// The extension's id, which follows from the `key` in `manifest.json`.
pub const EXTENSION_ID: &str = include_str!("extension_id.txt");
