//! Moving bytes inside a file with a bounded buffer, to make room for tags or close a gap.
//!
//! A crash in the middle leaves a broken file. That is safe here because only part files are spliced, and a part
//! whose work did not end is thrown away (I3, I5).

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};

/// Large enough to keep a disk busy, small enough for the memory budget.
const BUFFER: usize = 1 << 20;

/// Moves everything from `from` to the end so that it starts at `to`, and sets the file's length accordingly.
pub(crate) fn move_tail(file: &mut File, from: u64, to: u64) -> io::Result<()> {
    let length = file.metadata()?.len().saturating_sub(from);
    if to > from {
        move_up(file, from, to, length)?;
    } else if to < from {
        move_down(file, from, to, length)?;
    }
    file.set_len(to + length)
}

fn move_up(file: &mut File, from: u64, to: u64, length: u64) -> io::Result<()> {
    let mut buffer = vec![0; BUFFER];
    let mut left = length;
    // From the end, so that nothing is overwritten before it was read.
    while left > 0 {
        let piece = left.min(BUFFER as u64);
        left -= piece;
        copy_piece(file, from + left, to + left, &mut buffer[..piece as usize])?;
    }
    Ok(())
}

fn move_down(file: &mut File, from: u64, to: u64, length: u64) -> io::Result<()> {
    let mut buffer = vec![0; BUFFER];
    let mut done = 0;
    while done < length {
        let piece = (length - done).min(BUFFER as u64);
        copy_piece(file, from + done, to + done, &mut buffer[..piece as usize])?;
        done += piece;
    }
    Ok(())
}

fn copy_piece(file: &mut File, from: u64, to: u64, buffer: &mut [u8]) -> io::Result<()> {
    file.seek(SeekFrom::Start(from))?;
    file.read_exact(buffer)?;
    write_at(file, to, buffer)
}

/// Writes `bytes` at `position`.
pub(crate) fn write_at(file: &mut File, position: u64, bytes: &[u8]) -> io::Result<()> {
    file.seek(SeekFrom::Start(position))?;
    file.write_all(bytes)
}

/// Reads `N` bytes at `position`.
pub(crate) fn read_at<const N: usize>(file: &mut File, position: u64) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    file.seek(SeekFrom::Start(position))?;
    file.read_exact(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn a_moved_tail_keeps_its_bytes(length in 0..3 * BUFFER, from in 0..5000usize, to in 0..3_000_000usize) {
            let content: Vec<u8> = (0..from + length).map(|i| (i * 31 % 251) as u8).collect();
            let mut file = tempfile::tempfile().unwrap();
            file.write_all(&content).unwrap();
            move_tail(&mut file, from as u64, to as u64).unwrap();
            let mut after = Vec::new();
            file.rewind().unwrap();
            file.read_to_end(&mut after).unwrap();
            prop_assert_eq!(after.len(), to + length);
            prop_assert!(after[to..] == content[from..]);
            let kept = from.min(to);
            prop_assert!(after[..kept] == content[..kept]);
        }
    }
}
