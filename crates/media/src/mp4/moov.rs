//! `moov`: loading it, shifting the chunk offsets in it, and putting new tags into it.

use super::atom::{Atom, children, descend, header, number, top_level, wide_number};
use super::{fragments, udta};
use crate::error::{MediaError, Result, cut_off, damaged};
use crate::splice::{move_tail, write_at};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

/// The largest `moov` that is loaded; that of a day of AAC has some 16 MiB.
const MOOV_LIMIT: u64 = 64 << 20;
/// Room left behind a `moov` that had to grow, so that the next change of a title moves nothing.
const PADDING: u64 = 4096;

/// The index of a file.
pub(super) struct Moov {
    pub(super) atom: Atom,
    /// What is in it, without its header.
    pub(super) content: Vec<u8>,
}

impl Moov {
    pub(super) fn read(file: &mut File, atoms: &[Atom]) -> Result<Self> {
        let Some(&atom) = atoms.iter().find(|atom| &atom.kind == b"moov") else {
            return damaged("the atom `moov` is missing");
        };
        let size = atom.end - atom.content;
        if size > MOOV_LIMIT {
            return damaged(format!("the atom `moov` has {size} bytes"));
        }
        let mut content = vec![0; size as usize];
        file.seek(SeekFrom::Start(atom.content))?;
        file.read_exact(&mut content).map_err(|error| cut_off(error, "`moov`"))?;
        let filled = children(&content, 0..content.len()).last().map_or(0, |last| last.whole.end);
        if content.len() - filled >= 8 {
            return damaged("the atoms in `moov` do not fit into it");
        }
        Ok(Self { atom, content })
    }
}

/// A table of chunk offsets: `stco` with 32 bits each, or `co64` with 64.
pub(super) struct ChunkTable {
    /// Where the first offset stands in `moov`.
    first: usize,
    count: usize,
    is_wide: bool,
}

/// The chunk tables of all tracks.
pub(super) fn chunk_tables(moov: &[u8]) -> Vec<ChunkTable> {
    let tracks = children(moov, 0..moov.len()).filter(|child| &child.kind == b"trak");
    let tables =
        tracks.filter_map(|track| descend(moov, track.content, &[b"mdia", b"minf", b"stbl"]));
    let atoms = tables
        .flat_map(|stbl| children(moov, stbl))
        .filter(|atom| matches!(&atom.kind, b"stco" | b"co64"));
    let table = |atom: super::atom::Inner| {
        let is_wide = &atom.kind == b"co64";
        let first = atom.content.start + 8;
        let room = atom.content.end.saturating_sub(first) / if is_wide { 8 } else { 4 };
        let count = number(moov, atom.content.start + 4).unwrap_or(0) as usize;
        ChunkTable { first, count: count.min(room), is_wide }
    };
    atoms.map(table).collect()
}

impl ChunkTable {
    fn places(&self) -> impl Iterator<Item = usize> + use<> {
        (self.first..).step_by(if self.is_wide { 8 } else { 4 }).take(self.count)
    }

    fn offset(&self, moov: &[u8], at: usize) -> Option<u64> {
        if self.is_wide { wide_number(moov, at) } else { number(moov, at).map(u64::from) }
    }

    pub(super) fn offsets<'m>(&self, moov: &'m [u8]) -> impl Iterator<Item = u64> + use<'m, '_> {
        self.places().filter_map(|at| self.offset(moov, at))
    }

    /// Adds `by` to every offset that is not before `from`.
    fn shift(&self, moov: &mut [u8], from: u64, by: u64) -> Result<()> {
        for at in self.places() {
            let Some(offset) = self.offset(moov, at).filter(|&offset| offset >= from) else {
                continue;
            };
            let moved = offset.saturating_add(by);
            if self.is_wide {
                moov[at..at + 8].copy_from_slice(&moved.to_be_bytes());
            } else {
                let narrow = u32::try_from(moved)
                    .map_err(|_| MediaError::CannotTag("a chunk would lie beyond 4 GiB".into()))?;
                moov[at..at + 4].copy_from_slice(&narrow.to_be_bytes());
            }
        }
        Ok(())
    }
}

/// Replaces the tags of the file by the atoms of `ilst` (a whole `ilst` atom); foreign ones stay.
///
/// Nothing but `moov` is written when it is the last atom or has free space behind it; otherwise what follows is moved.
pub(crate) fn replace_ilst(file: &mut File, ilst: &[u8]) -> Result<()> {
    let atoms = top_level(file)?;
    let mut moov = Moov::read(file, &atoms)?;
    let udta = udta::rebuild(&moov.content, ilst);
    let size =
        8 + udta.len() as u64 + kept(&moov.content).map(|part| part.len() as u64).sum::<u64>();
    let start = moov.atom.start;
    let room_end = room_end(&atoms, &moov.atom);
    let room = room_end - start;
    if atoms.last().is_some_and(|last| last.end == room_end) {
        write(file, &moov, &udta, size)?;
        return Ok(file.set_len(start + size)?);
    }
    if u32::try_from(room).is_err() {
        return Err(MediaError::CannotTag("there is too much free space in the file".into()));
    }
    let room = if size == room || size + 8 <= room {
        room
    } else {
        let by = size + PADDING - room;
        fragments::check_movable(file, &atoms)?;
        for table in chunk_tables(&moov.content) {
            table.shift(&mut moov.content, room_end, by)?;
        }
        move_tail(file, room_end, room_end + by)?;
        fragments::drop_index(file, &atoms, room_end, by)?;
        room + by
    };
    write(file, &moov, &udta, size)?;
    fill(file, start + size, room - size)
}

/// Where the free atoms behind `moov` end.
fn room_end(atoms: &[Atom], moov: &Atom) -> u64 {
    let behind = atoms.iter().filter(|atom| atom.start >= moov.end);
    behind.take_while(|atom| atom.is_free()).last().map_or(moov.end, |last| last.end)
}

/// What of `moov` stays as it is.
fn kept(moov: &[u8]) -> impl Iterator<Item = &[u8]> {
    children(moov, 0..moov.len())
        .filter(|child| &child.kind != b"udta")
        .map(|child| &moov[child.whole])
}

fn write(file: &mut File, moov: &Moov, udta: &[u8], size: u64) -> Result<()> {
    let mut at = moov.atom.start;
    let head = header(b"moov", size as usize - 8);
    for part in std::iter::once(&head[..]).chain(kept(&moov.content)).chain([udta]) {
        write_at(file, at, part)?;
        at += part.len() as u64;
    }
    Ok(())
}

/// A free atom over `size` bytes, which are none, or at least eight and below 4 GiB.
fn fill(file: &mut File, at: u64, size: u64) -> Result<()> {
    if size == 0 {
        return Ok(());
    }
    Ok(write_at(file, at, &header(b"free", size as usize - 8))?)
}
