//! A file made of a few pieces of memory, some of them repeated: gigabytes of it cost kilobytes.
//!
//! It knows nothing of audio formats or of HTTP; see `media::mpeg`, `media::riff`, `media::mp4` and `serve`.

use bytes::Bytes;
use sha2::{Digest, Sha256};
use std::ops::Range;
use std::time::SystemTime;

/// The most that one step of [`LongFile::chunks`] gives, in bytes.
const CHUNK: u64 = 256 * 1024;

/// Bytes that come `repeat` times in a row.
#[derive(Clone, Debug)]
struct Piece {
    bytes: Bytes,
    repeat: u64,
}

impl Piece {
    fn length(&self) -> u64 {
        self.bytes.len() as u64 * self.repeat
    }
}

/// The exact bytes of a file as the sites serve it, with what HTTP says about it.
#[derive(Clone, Debug)]
pub struct LongFile {
    pieces: Vec<Piece>,
    length: u64,
    etag: String,
    modified: SystemTime,
    content_type: &'static str,
}

impl LongFile {
    /// An empty file. `identity` is what makes its bytes unlike any other's: the entity tag follows from it.
    pub(crate) fn new(identity: &str, modified: SystemTime, content_type: &'static str) -> Self {
        let hash = Sha256::digest(identity.as_bytes());
        let hex: String = hash[..16].iter().map(|byte| format!("{byte:02x}")).collect();
        Self { pieces: Vec::new(), length: 0, etag: format!("\"{hex}\""), modified, content_type }
    }

    /// Adds `bytes`, `repeat` times.
    pub(crate) fn push(&mut self, bytes: impl Into<Bytes>, repeat: u64) {
        let piece = Piece { bytes: bytes.into(), repeat };
        self.length += piece.length();
        self.pieces.push(piece);
    }

    /// Adds `turns` rounds of the circle of `bytes`, starting at `from`.
    pub(crate) fn push_circle(&mut self, bytes: &Bytes, from: usize, turns: u64) {
        self.push(bytes.slice(from..), 1);
        self.push(bytes.clone(), turns.saturating_sub(1));
        self.push(bytes.slice(..from), 1);
    }

    /// Length in bytes.
    pub fn len(&self) -> u64 {
        self.length
    }

    /// True for a file of no bytes.
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// The strong entity tag, with its quotes.
    pub fn etag(&self) -> &str {
        &self.etag
    }

    /// When it last changed (whole seconds).
    pub fn modified(&self) -> SystemTime {
        self.modified
    }

    /// The media type it is served with.
    pub fn content_type(&self) -> &'static str {
        self.content_type
    }

    /// The bytes of `range` in order, without copying; the range is cut at the file's end.
    pub fn chunks(&self, range: Range<u64>) -> Chunks {
        let end = range.end.min(self.length);
        Chunks { file: self.clone(), at: range.start.min(end), end, piece: 0, piece_start: 0 }
    }

    /// All of it in memory. For files of ordinary size.
    pub fn to_vec(&self) -> Vec<u8> {
        self.chunks(0..self.length).flatten().collect()
    }

    /// SHA-256 of all of it.
    pub fn sha256(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        self.chunks(0..self.length).for_each(|chunk| hash.update(&chunk));
        hash.finalize().into()
    }
}

/// Iterator of [`LongFile::chunks`].
#[derive(Debug)]
pub struct Chunks {
    file: LongFile,
    at: u64,
    end: u64,
    piece: usize,
    piece_start: u64,
}

impl Iterator for Chunks {
    type Item = Bytes;

    fn next(&mut self) -> Option<Bytes> {
        if self.at >= self.end {
            return None;
        }
        while self.at >= self.piece_start + self.file.pieces[self.piece].length() {
            self.piece_start += self.file.pieces[self.piece].length();
            self.piece += 1;
        }
        let bytes = &self.file.pieces[self.piece].bytes;
        let inside = (self.at - self.piece_start) % bytes.len() as u64;
        let take = (bytes.len() as u64 - inside).min(self.end - self.at).min(CHUNK);
        self.at += take;
        Some(bytes.slice(inside as usize..(inside + take) as usize))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> LongFile {
        let mut file = LongFile::new("sample", SystemTime::UNIX_EPOCH, "text/plain");
        file.push(&b"head-"[..], 1);
        file.push_circle(&Bytes::from_static(b"0123456789"), 4, 3);
        file.push(&b"-tail"[..], 1);
        file
    }

    #[test]
    fn a_circle_starts_where_asked_and_goes_round() {
        assert_eq!(sample().to_vec(), b"head-456789012345678901234567890123-tail");
    }

    #[test]
    fn any_range_is_the_same_part_of_the_whole() {
        let (file, whole) = (sample(), sample().to_vec());
        for start in 0..whole.len() {
            for end in start..=whole.len() + 2 {
                let part: Vec<u8> = file.chunks(start as u64..end as u64).flatten().collect();
                assert_eq!(part, whole[start..end.min(whole.len())], "{start}..{end}");
            }
        }
    }
}
