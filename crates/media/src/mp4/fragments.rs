//! Files in fragments (`moof`): whether they may be moved as they are.

use super::atom::{Atom, children, number};
use crate::error::{MediaError, Result, cut_off};
use crate::splice::write_at;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

/// `tfhd` carries an absolute offset into the file.
const BASE_DATA_OFFSET: u32 = 1;
/// A fragment's index has a few kilobytes.
const MOOF_LIMIT: u64 = 4 << 20;

/// Refuses files whose fragments know where in the file they are: moving them would need every one rewritten.
pub(super) fn check_movable(file: &mut File, atoms: &[Atom]) -> Result<()> {
    for moof in atoms.iter().filter(|atom| &atom.kind == b"moof") {
        let size = moof.end - moof.content;
        if size > MOOF_LIMIT || has_absolute_offset(&read(file, moof, size)?) {
            return Err(MediaError::CannotTag("the fragments cannot be moved".into()));
        }
    }
    Ok(())
}

fn read(file: &mut File, atom: &Atom, size: u64) -> Result<Vec<u8>> {
    let mut content = vec![0; size as usize];
    file.seek(SeekFrom::Start(atom.content))?;
    file.read_exact(&mut content).map_err(|error| cut_off(error, "a fragment"))?;
    Ok(content)
}

fn has_absolute_offset(moof: &[u8]) -> bool {
    let tracks = children(moof, 0..moof.len()).filter(|atom| &atom.kind == b"traf");
    let mut headers =
        tracks.flat_map(|traf| children(moof, traf.content)).filter(|atom| &atom.kind == b"tfhd");
    headers.any(|tfhd| {
        number(moof, tfhd.content.start).is_none_or(|flags| flags & BASE_DATA_OFFSET != 0)
    })
}

/// Turns the index of fragments behind `from`, moved by `by`, into free space: it is optional, and its offsets are
/// wrong now.
pub(super) fn drop_index(file: &mut File, atoms: &[Atom], from: u64, by: u64) -> Result<()> {
    for index in atoms.iter().filter(|atom| &atom.kind == b"mfra" && atom.start >= from) {
        write_at(file, index.start + by + 4, b"free")?;
    }
    Ok(())
}
