//! File names for what arrives (I6): built from cleaned parts only and safe on every system, so that a library
//! folder can be copied between Linux, macOS, Windows and a NAS without a name having to change.
//!
//! Pure text: nothing here looks at a disk. Whoever creates the file asks the volume for its limit, opens the name
//! relative to the library folder, and compares [`clash_key`]s.

mod characters;
mod clash;
mod clean;
mod template;
#[cfg(test)]
mod tests;

pub use clash::{clash_key, numbered, sort_key};
pub use template::{DEFAULT_TEMPLATE, FIELDS, TemplateError, validate_template};

use template::Template;

/// The extensions a file of the library may have. Anything else becomes [`UNKNOWN_EXTENSION`].
pub const EXTENSIONS: &[&str] = &[
    "mp3",
    "wav",
    "m4a",
    "mp4",
    "flac",
    "opus",
    "ogg",
    "webm",
    "mkv",
    "mov",
    "avi",
    "mka",
    "m4b",
    "m4v",
    "3gp",
    "oga",
    "ogv",
    "aac",
    "aif",
    "aiff",
    "wma",
    "wmv",
    "asf",
    "mpg",
    "mpeg",
    "ts",
    "m2ts",
    "flv",
    "json",
    "lrc",
    "vtt",
    "jpg",
    "png",
    UNKNOWN_EXTENSION,
];

/// What a file gets whose extension is not in [`EXTENSIONS`]: no system runs or opens it by itself.
pub const UNKNOWN_EXTENSION: &str = "bin";

/// What an unfinished file has behind its name (I3).
pub const PART_SUFFIX: &str = ".downloading";

/// The smallest limit that is honoured, in bytes. Every file system in use allows more (eCryptfs has the lowest, 143),
/// and a name that keeps the whole id cannot be much shorter.
pub const SMALLEST_LIMIT: usize = 128;

const STEMS_SUFFIX: &str = ".stems";
/// Room behind the stem of a name: the longest of `.stems` and an extension, [`PART_SUFFIX`], the `_` that defuses a
/// device name, and `~999` of [`numbered`]. The same for all, so that a song, its `.json`, its `.lrc` and its stems
/// folder share one stem, cut at one place: players find lyrics by it.
const RESERVED: usize = STEMS_SUFFIX.len() + PART_SUFFIX.len() + 1 + clash::NUMBER_ROOM;
/// A stem's own name, before `.m4a`.
const STEM_LIMIT: usize = 64;

/// What a name is made of. Every text may be hostile: it comes from a site.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Parts<'a> {
    /// The title; an empty one becomes `Untitled`.
    pub title: &'a str,
    /// The site's id, which keeps names apart.
    pub id: &'a str,
    /// When it was made, RFC 3339; only the day is used.
    pub date: &'a str,
    /// Who made it.
    pub artist: &'a str,
    /// The playlist it was listed in.
    pub playlist: &'a str,
    /// `mp3`, `wav`, …
    pub format: &'a str,
    /// The site.
    pub source: &'a str,
}

/// The name of a file, such as `Title_id.mp3` for `{title}_{id}`.
///
/// `max_bytes` is the volume's limit; the name leaves room in it for [`PART_SUFFIX`] and for [`numbered`]. A template
/// that [`validate_template`] refuses counts as [`DEFAULT_TEMPLATE`].
pub fn file_name(template: &str, parts: &Parts<'_>, extension: &str, max_bytes: usize) -> String {
    format!("{}.{}", stem(template, parts, max_bytes), allowed_extension(extension))
}

/// The file with timed lyrics beside the sidecar `json_name`: players look for it under the song's own name.
pub fn lyrics_name(json_name: &str) -> String {
    format!("{}.lrc", json_name.strip_suffix(".json").unwrap_or(json_name))
}

/// The name of the folder for a song's stems, such as `Title_id.stems`.
pub fn stems_folder(template: &str, parts: &Parts<'_>, max_bytes: usize) -> String {
    format!("{}{STEMS_SUFFIX}", stem(template, parts, max_bytes))
}

/// The name of one stem in that folder, such as `vocals.m4a`.
///
/// Two different stems can come out equal (`a/b` and `a_b`): compare [`clash_key`]s and use [`numbered`].
pub fn stem_file_name(stem: &str) -> String {
    let name = clean::whole(clean::cut(&clean::part(stem), STEM_LIMIT));
    let name = if name.is_empty() { "stem".to_owned() } else { name };
    format!("{name}.m4a")
}

/// What a file name has before its extension.
fn stem(template: &str, parts: &Parts<'_>, max_bytes: usize) -> String {
    let limit = max_bytes.max(SMALLEST_LIMIT) - RESERVED;
    clean::whole(&Template::parse_or_default(template).fill(parts, limit))
}

fn allowed_extension(extension: &str) -> &'static str {
    let known = EXTENSIONS.iter().find(|known| known.eq_ignore_ascii_case(extension));
    known.copied().unwrap_or(UNKNOWN_EXTENSION)
}
