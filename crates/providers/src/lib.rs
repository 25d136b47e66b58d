//! Remote services: who is signed in, what they have, and where its bytes are.
//!
//! This crate knows the services' paths, fields and quirks, and nothing of networks, clocks or disks: every
//! request goes through a [`Transport`], so the same code runs in the browser's worker (wasm32) and in the
//! daemon. It does not download: an item says how each file is had, and `transfer` fetches it.
//!
//! | module | job |
//! |---|---|
//! | `site` | the table of facts that a service is made of |
//! | `producer`, `flowmusic` | one service each |
//! | [`discogs`] | Discogs, which has records about records and no files |
//! | `session` | cookies → credentials |
//! | `api`, `verdict` | calling, trying again, telling data from sign-in pages and challenges |
//! | `walk`, `lister`, `details` | lists that change while they are read, with a proof at the end |
//! | `fields`, `lyrics` | reading records that may lack anything |
//! | [`stems`] | the stream of base64 files that producer.ai sends for stems |
#![warn(missing_docs)]

mod account;
mod api;
mod base64;
mod details;
pub mod discogs;
mod fields;
mod flowmusic;
mod lister;
mod lyrics;
mod producer;
mod session;
mod site;
pub mod stems;
mod transport;
mod verdict;
mod walk;

pub use account::whoami;
pub use lister::{Lister, refresh};
pub use session::credentials_from_cookies;
pub use transport::{HttpMethod, MAX_ANSWER, Request, Response, Transport};
pub use verdict::{is_challenge, is_sign_in_page};
