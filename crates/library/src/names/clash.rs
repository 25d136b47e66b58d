//! Names that differ as text and are one file to some system.

use super::characters::is_ignorable;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Bytes that [`numbered`] adds at most, for numbers below 1000.
pub(super) const NUMBER_ROOM: usize = "~999".len();

/// Two names with equal keys are one file on a system that ignores case (Windows, macOS, SMB shares) or normalises.
///
/// Case is folded by mapping each character up and then down, which takes `ß` with `SS` and `ς` with `σ`. That folds
/// a little more than any real system does: two names kept apart without need are harmless.
pub fn clash_key(name: &str) -> String {
    // Folding can produce a character that folds further, such as a mark that decomposes from a folded letter.
    let folded = fold(&fold(name));
    folded.trim_end_matches(['.', ' ']).to_owned()
}

/// What lists are sorted by: case and accents folded, leading space gone.
pub fn sort_key(text: &str) -> String {
    let plain = text.trim().nfkd().filter(|&c| !is_combining_mark(c) && !is_ignorable(c));
    plain.flat_map(char::to_lowercase).collect()
}

fn fold(name: &str) -> String {
    let visible = name.nfd().filter(|&c| !is_ignorable(c));
    let upper = visible.flat_map(char::to_uppercase);
    upper.flat_map(char::to_lowercase).nfc().collect()
}

/// `name` with `~2`, `~3`, … before its extension, for a file that would clash with another.
///
/// Names made here have room for numbers below 1000.
pub fn numbered(name: &str, number: u32) -> String {
    match name.rsplit_once('.') {
        Some((stem, extension)) => format!("{stem}~{number}.{extension}"),
        None => format!("{name}~{number}"),
    }
}
