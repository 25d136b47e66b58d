//! Which of the simulator's requests were about which wanted file.

use crate::pages;
use crate::snapshot::Key;
use simulator::{LogEntry, VIDEO_FILES, VIDEOS};

/// Longer than any answer that only names an address, in bytes.
const LONGEST_NOTE: u64 = 4096;

/// The wanted song that a request was about; `None` for lists, covers and pages.
///
/// The sites have four ways: `/__api/ID/download?format=EXT`, `/__api/download/audio/ID?format=EXT`,
/// `/__api/stems/ID`, and `…/ID.EXT` on a file host.
pub fn song_of(entry: &LogEntry) -> Option<Key> {
    if [VIDEOS, VIDEO_FILES].contains(&entry.host.as_str()) {
        return None;
    }
    let mut segments = entry.path.rsplit('/');
    let last = segments.next()?;
    let before = segments.next()?;
    let format = entry.query.split('&').find_map(|pair| pair.strip_prefix("format="));
    let key = |id: &str, kind: &str| Some((id.to_owned(), kind.to_owned()));
    match (before, last, last.split_once('.')) {
        (id, "download", _) => key(id, format.unwrap_or("mp3")),
        ("stems", id, _) => key(id, "stems"),
        (_, _, Some((id, extension @ ("mp3" | "wav" | "m4a")))) => key(id, extension),
        ("audio", id, None) => key(id, format.unwrap_or("mp3")),
        _ => None,
    }
}

/// The wanted file of a page that is asked for with this request, and for that one alone.
pub fn page_of(entry: &LogEntry) -> Option<Key> {
    pages::read_for(&entry.host, &entry.path)
}

/// The whole file was sent, or the whole rest of it.
pub fn brought_file(entry: &LogEntry) -> bool {
    entry.complete && matches!(entry.status, 200 | 206) && entry.bytes > LONGEST_NOTE
}
