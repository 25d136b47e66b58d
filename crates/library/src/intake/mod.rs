//! Taking in what was there before: the files of a folder, and lists of what other programs have fetched.
//!
//! Here are the rows, the names and the order of steps. Who reads the files, and judges whether they are media, is the
//! daemon. What a file is a thing of is its content: source `files`, the id is the SHA-256.

mod archive;
mod batch;
mod durable;
mod mend;
mod record;
mod rows;
mod source;
mod walk;

pub use archive::read_archive;
pub use batch::{Incoming, Refused, Taken};
pub use rows::ImportRow;
pub use source::Source;
pub use walk::{Found, Walk, check_source};

use crate::claim::name_parts;
use crate::names;
use protocol::{Metadata, Variant};

/// Digits of the hash that a name carries: enough to keep two songs of one title apart.
const SHORT_ID: usize = 8;

/// What is known of a file with these bytes, for its name and its row.
pub fn with_short_id(mut metadata: Metadata, sha256: &str) -> Metadata {
    metadata.short_id = sha256.get(..SHORT_ID).map(str::to_owned);
    metadata
}

/// The name that a file gets when it is copied into the library: by the template, like all others.
pub fn intake_name(
    template: &str,
    title: &str,
    sha256: &str,
    metadata: &Metadata,
    extension: &str,
    name_max: usize,
) -> String {
    let parts = name_parts(title, sha256, metadata, Variant::Media, protocol::Source::Files);
    names::file_name(template, &parts, extension, name_max)
}
