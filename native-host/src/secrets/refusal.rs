//! Why the keyring did not do what it was asked.

use protocol::{ErrorBody, ErrorCode};
use std::fmt;

/// A keyring's "no". The words are the system's own; no secret is in them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// There is none here.
    Absent(String),
    /// It is locked, or the person or the system does not want to.
    Denied(String),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::Absent(why) => write!(f, "there is no keyring ({why})"),
            Refusal::Denied(why) => f.write_str(why),
        }
    }
}

impl From<Refusal> for ErrorBody {
    fn from(refusal: Refusal) -> Self {
        ErrorBody::new(ErrorCode::KeyringRefused).with("detail", refusal)
    }
}
