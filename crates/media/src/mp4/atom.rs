//! Atoms: on disk at the top level, in memory below `moov`.

use crate::error::{Result, cut_off, damaged};
use crate::splice::read_at;
use std::fs::File;
use std::ops::Range;

/// A hostile file could hold a million empty atoms; a real one, even in fragments, stays far below this.
const MOST_ATOMS: usize = 200_000;

/// A four-letter code.
pub(super) type Kind = [u8; 4];

/// An atom at the top level of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Atom {
    pub(super) kind: Kind,
    /// Where its header begins.
    pub(super) start: u64,
    /// Where its content begins.
    pub(super) content: u64,
    /// Where the next atom begins.
    pub(super) end: u64,
}

impl Atom {
    pub(super) fn is_free(&self) -> bool {
        matches!(&self.kind, b"free" | b"skip")
    }
}

/// The atoms of a file, which must fill it without a gap: the proof that its end is not missing.
pub(super) fn top_level(file: &mut File) -> Result<Vec<Atom>> {
    let length = file.metadata()?.len();
    let mut atoms = Vec::new();
    let mut at = 0;
    while at < length {
        let header: [u8; 8] =
            read_at(file, at).map_err(|error| cut_off(error, "an atom header"))?;
        let [a, b, c, d, kind @ ..] = header;
        let (size, header_len) = match u32::from_be_bytes([a, b, c, d]) {
            0 => (length - at, 8),
            1 => {
                let wide: [u8; 8] =
                    read_at(file, at + 8).map_err(|error| cut_off(error, "an atom header"))?;
                (u64::from_be_bytes(wide), 16)
            }
            size => (u64::from(size), 8),
        };
        let name = kind.escape_ascii();
        if size < header_len {
            return damaged(format!("the atom `{name}` at {at} has no sensible size"));
        }
        if size > length - at {
            return damaged(format!("{} of {size} bytes of the atom `{name}`", length - at));
        }
        if atoms.len() == MOST_ATOMS {
            return damaged("too many atoms");
        }
        atoms.push(Atom { kind, start: at, content: at + header_len, end: at + size });
        at += size;
    }
    Ok(atoms)
}

/// An atom inside `moov`, as ranges of the bytes it was found in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Inner {
    pub(super) kind: Kind,
    /// With the header.
    pub(super) whole: Range<usize>,
    /// Without.
    pub(super) content: Range<usize>,
}

/// The atoms that lie in `range` of `bytes`, one behind the other. Ends early at one that does not fit; a tail of
/// fewer than eight bytes is none (QuickTime ends `udta` with four zeros).
pub(super) fn children(bytes: &[u8], range: Range<usize>) -> impl Iterator<Item = Inner> {
    let mut at = range.start;
    std::iter::from_fn(move || {
        let header = bytes.get(at..range.end)?.get(..8)?;
        let size = u32::from_be_bytes([header[0], header[1], header[2], header[3]]) as usize;
        let end = at.checked_add(size).filter(|&end| size >= 8 && end <= range.end)?;
        let kind = [header[4], header[5], header[6], header[7]];
        let child = Inner { kind, whole: at..end, content: at + 8..end };
        at = end;
        Some(child)
    })
}

/// The first child of that kind.
pub(super) fn child(bytes: &[u8], range: Range<usize>, kind: &Kind) -> Option<Inner> {
    children(bytes, range).find(|child| &child.kind == kind)
}

/// The first atom along a path of kinds.
pub(super) fn descend(bytes: &[u8], range: Range<usize>, path: &[&Kind]) -> Option<Range<usize>> {
    path.iter().try_fold(range, |range, kind| Some(child(bytes, range, kind)?.content))
}

/// The big-endian number at `at`.
pub(super) fn number(bytes: &[u8], at: usize) -> Option<u32> {
    let word = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_be_bytes(word.try_into().ok()?))
}

/// The wide big-endian number at `at`.
pub(super) fn wide_number(bytes: &[u8], at: usize) -> Option<u64> {
    let word = bytes.get(at..at.checked_add(8)?)?;
    Some(u64::from_be_bytes(word.try_into().ok()?))
}

/// The header of an atom with `content` bytes behind it. What is built here is far below 4 GiB.
pub(super) fn header(kind: &Kind, content: usize) -> [u8; 8] {
    let [a, b, c, d] = (content as u32 + 8).to_be_bytes();
    let [e, f, g, h] = *kind;
    [a, b, c, d, e, f, g, h]
}
