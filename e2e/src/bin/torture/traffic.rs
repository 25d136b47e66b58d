//! Which of the simulator's requests were about which wanted file.

use crate::snapshot::Key;
use simulator::LogEntry;

/// Longer than any answer that only names an address, in bytes.
const LONGEST_NOTE: u64 = 4096;

/// The wanted file that a request was about; `None` for lists, covers and pages.
///
/// The sites have four ways: `/__api/ID/download?format=EXT`, `/__api/download/audio/ID?format=EXT`,
/// `/__api/stems/ID`, and `…/ID.EXT` on a file host.
pub fn file_of(entry: &LogEntry) -> Option<Key> {
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

/// The whole file was sent, or the whole rest of it.
pub fn brought_file(entry: &LogEntry) -> bool {
    entry.complete && matches!(entry.status, 200 | 206) && entry.bytes > LONGEST_NOTE
}
