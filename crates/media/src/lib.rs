//! What is inside a media file: container, structure, tags, cover, lyrics; and the programs that convert media.
//!
//! Everything works on a file that is already on disk, in memory that does not grow with the file: a tagged 2 GB file
//! costs as little as a tagged 4 MB one. Nothing here knows of sites, queues or the library, and nothing decodes audio.
#![warn(missing_docs)]

mod container;
pub mod convert;
mod error;
mod inspect;
pub mod lrc;
mod mp4;
mod mpeg;
mod process;
pub mod programs;
mod riff;
mod splice;
pub mod subtitle;
mod survey;
mod tags;
pub mod ytdlp;

pub use container::{Container, Sniffed, sniff};
pub use error::MediaError;
pub use inspect::{Facts, inspect};
pub use programs::{Found, Program};
pub use survey::{Survey, Surveyed, no_media, survey, surveyed};
pub use tags::{
    Cover, TagChanges, Tags, edit_tags, read_tags, tags_for, tags_for_stem, write_tags,
};
