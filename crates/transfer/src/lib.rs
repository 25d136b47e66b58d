//! Downloads: resume rules, verification on the way, per-host manners, retry policy.
//!
//! A [`Downloader`] brings the bytes of an address into a part file, or to whoever asks, and says exactly what
//! became of them. It knows nothing of jobs, of the library or of what is inside a file: when to try again, what
//! to do with a finished part and which sites there are is decided by the caller.
#![warn(missing_docs)]

mod address;
mod api_call;
mod body;
mod breaker;
mod chain;
mod clients;
mod config;
mod downloader;
mod fault;
mod fetch;
mod gate;
mod host;
mod open_end;
mod part;
mod permit;
mod refusal;
mod resolver;
mod retry;
mod signed_address;
mod signer;
mod sniff;
mod validator;
mod window;

pub use address::{is_public, web_address};
pub use api_call::{Answer, Call};
pub use clients::has_proxy;
pub use config::{Config, Timeouts};
pub use downloader::Downloader;
pub use fault::TransferError;
pub use fetch::{Fetched, Step, Target};
pub use gate::Gate;
pub use host::{HostClass, Priority};
pub use open_end::most_of_open_end;
pub use permit::Permit;
pub use reqwest::Url;
pub use retry::backoff;
pub use signer::Signer;
pub use validator::{Kept, Validator};
pub use window::{Ceiling, Quota};
