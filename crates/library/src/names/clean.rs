//! Turning hostile text into a piece of a file name, and the last check of the whole name.

use super::characters::{Fate, fate, is_device};
use sha2::{Digest, Sha256};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use unicode_segmentation::UnicodeSegmentation;

/// The longest id that a name carries whole, in bytes.
pub(super) const ID_LIMIT: usize = 64;
/// `-` and eight hexadecimal digits.
const FINGERPRINT_ROOM: usize = 9;

/// A text without what a name must not have: NFC, one space for any white space, no invisible characters, `_` for
/// what some system forbids, no two dots in a row, nothing at the ends that a system would cut off or misread.
pub(super) fn part(text: &str) -> String {
    let mut out = String::new();
    for c in text.nfc() {
        match fate(c) {
            Fate::Keep if c == '.' && out.ends_with('.') => {}
            Fate::Keep => out.push(c),
            Fate::Space if out.ends_with(' ') => {}
            Fate::Space => out.push(' '),
            Fate::Replace if out.ends_with('_') => {}
            Fate::Replace => out.push('_'),
            Fate::Drop => {}
        }
    }
    // Dropping a character can bring a letter and its mark together.
    let out: String = out.nfc().collect();
    trimmed(&out).to_owned()
}

/// Without dots and spaces at the ends, and without a leading `-` (an option to programs) or a mark with no letter.
fn trimmed(text: &str) -> &str {
    let text = text.trim_start_matches(|c| matches!(c, '.' | ' ' | '-') || is_combining_mark(c));
    text.trim_end_matches(['.', ' '])
}

/// At most `limit` bytes of `text`, cut between two graphemes and without dots or spaces at the new end.
pub(super) fn cut(text: &str, limit: usize) -> &str {
    if text.len() <= limit {
        return text;
    }
    let ends = text.grapheme_indices(true).map(|(start, grapheme)| start + grapheme.len());
    let end = ends.take_while(|&end| end <= limit).last().unwrap_or(0);
    text[..end].trim_end_matches(['.', ' '])
}

/// An id as it stands in names. One that had to be changed or cut gets a fingerprint of the original, so that two
/// ids never become the same text.
pub(super) fn id(text: &str) -> String {
    let cleaned = part(text);
    if cleaned == text && cleaned.len() <= ID_LIMIT && !cleaned.is_empty() {
        return cleaned;
    }
    let digest = Sha256::digest(text.as_bytes());
    let fingerprint: String = digest.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    match cut(&cleaned, ID_LIMIT - FINGERPRINT_ROOM) {
        "" => format!("id-{fingerprint}"),
        kept => format!("{kept}-{fingerprint}"),
    }
}

/// The day of an RFC 3339 time; any other text as it is.
pub(super) fn date(text: &str) -> String {
    let day = text.split_once(['T', 't', ' ']).map_or(text, |(day, _)| day);
    part(if day.len() == "2026-01-31".len() { day } else { text })
}

/// The rules that hold for a name as a whole, once its parts are put together.
pub(super) fn whole(name: &str) -> String {
    let mut name = part(name);
    let stem_end = name.find('.').unwrap_or(name.len());
    if is_device(&name[..stem_end]) {
        name.insert(stem_end, '_');
    }
    name
}
