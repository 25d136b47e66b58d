//! A string that must not be shown: no `Debug` of the content, no `Display`.

use serde::{Deserialize, Serialize, Serializer};
use std::fmt;

/// A credential on its way from the browser to the daemon.
///
/// It can be read from a message and it can be put into one (the worker must send it), but it never
/// shows itself in a log or a panic message, and no answer or event of the daemon has a field of this type.
#[derive(Clone, PartialEq, Eq, Hash, Default, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Wraps `text`.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The content, for the one place that puts it on the wire.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

/// Used by `#[serde(serialize_with)]` in the messages that go *to* the daemon, and nowhere else:
/// `Secret` itself has no `Serialize`, so that it cannot slip into an answer or a file.
pub fn serialize_to_daemon<S: Serializer>(secret: &Secret, out: S) -> Result<S::Ok, S::Error> {
    secret.0.serialize(out)
}

/// As [`serialize_to_daemon`], for an optional secret.
pub fn serialize_option_to_daemon<S: Serializer>(
    secret: &Option<Secret>,
    out: S,
) -> Result<S::Ok, S::Error> {
    secret.as_ref().map(|secret| &secret.0).serialize(out)
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}
