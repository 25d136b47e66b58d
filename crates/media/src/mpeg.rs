//! MPEG audio: where the frames of an mp3 lie, and what their headers say.
//!
//! Frame headers: ISO/IEC 11172-3 2.4.1.3 and 13818-3; the Xing/Info header as written by LAME and ffmpeg:
//! <http://gabriel.mp3-tech.org/mp3infotag.html>; ID3v2 sizes: <https://id3.org/id3v2.4.0-structure>.

use crate::container::Container;
use crate::error::{MediaError, Result, cut_off, damaged};
use crate::inspect::{Facts, bitrate_kbps};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

/// How far behind the tags the first frame is looked for; encoders and cutters leave padding there.
const SEARCH: usize = 64 * 1024;
/// So many frames in a row are no accident.
const CHAIN: usize = 3;
const ID3_HEADER: u64 = 10;

/// The header of one layer 3 frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Frame {
    /// Bytes with the header.
    length: usize,
    samples: u32,
    sample_rate: u32,
    bitrate_kbps: u32,
    channels: u16,
    /// Bytes between the header and the place of a Xing header.
    side_info: usize,
}

impl Frame {
    /// Reads a header; `None` when these four bytes are none, or of another layer, or of free format.
    fn parse(header: &[u8]) -> Option<Self> {
        let &[sync, b, c, d] = header.get(..4)? else { return None };
        let version = b >> 3 & 3;
        if sync != 0xFF || b >> 5 != 7 || version == 1 || b >> 1 & 3 != 1 {
            return None;
        }
        let first_edition = version == 3;
        let bitrate_kbps = bitrate(first_edition, c >> 4)?;
        let sample_rate = *[44_100, 48_000, 32_000].get(usize::from(c >> 2 & 3))?
            / [4, 1, 2, 1][usize::from(version)];
        let (samples, bytes_per_rate) = if first_edition { (1152, 144_000) } else { (576, 72_000) };
        let mono = d >> 6 == 3;
        let length = (bytes_per_rate * bitrate_kbps / sample_rate + u32::from(c >> 1 & 1)) as usize;
        let side_info = match (first_edition, mono) {
            (true, false) => 32,
            (true, true) | (false, false) => 17,
            (false, true) => 9,
        };
        Some(Self {
            length,
            samples,
            sample_rate,
            bitrate_kbps,
            channels: if mono { 1 } else { 2 },
            side_info,
        })
    }
}

fn bitrate(first_edition: bool, index: u8) -> Option<u32> {
    const FIRST: [u32; 14] = [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
    const SECOND: [u32; 14] = [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
    let table = if first_edition { FIRST } else { SECOND };
    table.get(usize::from(index).checked_sub(1)?).copied()
}

/// The frame that `bytes` begin with, if what follows it, as far as it is there, is a frame of the same kind.
pub(crate) fn first_frame(bytes: &[u8]) -> Option<Frame> {
    let first = Frame::parse(bytes)?;
    let mut at = first.length;
    for _ in 1..CHAIN {
        if at + 4 > bytes.len() {
            break;
        }
        let next = Frame::parse(&bytes[at..])?;
        if next.sample_rate != first.sample_rate {
            return None;
        }
        at += next.length;
    }
    Some(first)
}

/// The length of the ID3v2 tags at the start of the file, 0 when there are none.
pub(crate) fn id3_length(file: &mut File) -> Result<u64> {
    let end = file.metadata()?.len();
    let mut at = 0;
    loop {
        let mut header = Vec::new();
        file.seek(SeekFrom::Start(at))?;
        file.by_ref().take(ID3_HEADER).read_to_end(&mut header)?;
        let Some(length) = id3_block(&header) else { return Ok(at) };
        at += length;
        if at > end {
            return damaged("the ID3 tag is cut off");
        }
    }
}

/// The whole length of the tag that begins with this header.
fn id3_block(header: &[u8]) -> Option<u64> {
    let &[b'I', b'D', b'3', version, _, flags, a, b, c, d] = header else { return None };
    if version == 0xFF || (a | b | c | d) & 0x80 != 0 {
        return None;
    }
    let size = [a, b, c, d].iter().fold(0, |size, &byte| size << 7 | u64::from(byte));
    let footer = if flags & 0x10 != 0 { ID3_HEADER } else { 0 };
    Some(ID3_HEADER + size + footer)
}

/// Whether the file ends with an ID3v1 tag, which has 128 bytes.
pub(crate) fn has_id3v1(file: &mut File) -> Result<bool> {
    let length = file.metadata()?.len();
    if length < 128 {
        return Ok(false);
    }
    let mark: [u8; 3] = crate::splice::read_at(file, length - 128)?;
    Ok(&mark == b"TAG")
}

/// Checks an mp3 and reads its facts.
pub(crate) fn facts(file: &mut File) -> Result<Facts> {
    let bytes = file.metadata()?.len();
    let tags = id3_length(file)?;
    let mut head = Vec::new();
    file.seek(SeekFrom::Start(tags))?;
    file.by_ref()
        .take(SEARCH as u64)
        .read_to_end(&mut head)
        .map_err(|error| cut_off(error, "the audio"))?;
    let (offset, first) = find_first(&head)?;
    let start = tags + offset as u64;
    let end = if has_id3v1(file)? { bytes - 128 } else { bytes };
    let audio = end.saturating_sub(start);
    let xing = Xing::parse(&head[offset..], &first);
    if let Some(announced) = xing.as_ref().and_then(|xing| xing.bytes) {
        // Encoders differ in whether they count the frame that holds this figure.
        if start + u64::from(announced) > end + first.length as u64 {
            return damaged(format!("{audio} of {announced} bytes of audio"));
        }
    }
    let duration_s = match xing.and_then(|xing| xing.frames) {
        Some(frames) => {
            Some(f64::from(frames) * f64::from(first.samples) / f64::from(first.sample_rate))
        }
        None if is_constant(&head[offset..]) => {
            Some(audio as f64 * 8.0 / (f64::from(first.bitrate_kbps) * 1000.0))
        }
        None => None,
    };
    Ok(Facts {
        container: Container::Mp3,
        codec: "mp3".into(),
        duration_s,
        bitrate_kbps: duration_s.and_then(|seconds| bitrate_kbps(audio, seconds)),
        sample_rate: Some(first.sample_rate),
        channels: Some(first.channels),
        bytes,
    })
}

/// The first frame that others follow.
fn find_first(head: &[u8]) -> Result<(usize, Frame)> {
    let syncs = (0..head.len()).filter(|&at| head[at] == 0xFF);
    for at in syncs {
        let chained = first_frame(&head[at..]);
        // A frame whose successors lie beyond what was read proves nothing, unless it is where it should be.
        if let Some(frame) = chained.filter(|frame| at == 0 || at + frame.length + 4 <= head.len())
        {
            if at + frame.length > head.len() {
                return damaged("the first frame is cut off");
            }
            return Ok((at, frame));
        }
    }
    Err(MediaError::Damaged("no MPEG audio frame".into()))
}

/// Whether all frames of `head` have one bitrate, so that length follows from size.
fn is_constant(head: &[u8]) -> bool {
    let mut at = 0;
    let mut rate = None;
    while let Some(frame) = head.get(at..).and_then(Frame::parse) {
        if *rate.get_or_insert(frame.bitrate_kbps) != frame.bitrate_kbps {
            return false;
        }
        at += frame.length;
    }
    rate.is_some()
}

/// What the first frame of many files says about the whole.
struct Xing {
    frames: Option<u32>,
    bytes: Option<u32>,
}

impl Xing {
    fn parse(bytes: &[u8], frame: &Frame) -> Option<Self> {
        let at = 4 + frame.side_info;
        let header = bytes.get(at..)?;
        if !header.starts_with(b"Xing") && !header.starts_with(b"Info") {
            return None;
        }
        let word = |at: usize| {
            header.get(at..at + 4).and_then(|word| word.try_into().ok()).map(u32::from_be_bytes)
        };
        let flags = word(4)?;
        let frames = if flags & 1 != 0 { word(8) } else { None };
        let bytes = if flags & 2 != 0 { word(8 + 4 * (flags & 1) as usize) } else { None };
        // A zero was meant to be filled in at the end and never was.
        Some(Self { frames: frames.filter(|&n| n > 0), bytes: bytes.filter(|&n| n > 0) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_frame_header_tells_length_and_rate() {
        let frame =
            Frame::parse(&[0xFF, 0xFB, 0x90, 0x64]).expect("128 kbit/s, 44.1 kHz, joint stereo");
        assert_eq!(
            (frame.length, frame.sample_rate, frame.bitrate_kbps, frame.channels),
            (417, 44_100, 128, 2)
        );
        assert_eq!(Frame::parse(&[0xFF, 0xFB, 0x00, 0x64]), None, "free format");
        assert_eq!(Frame::parse(&[0xFF, 0xF1, 0x50, 0x80]), None, "AAC in ADTS");
    }

    #[test]
    fn an_id3_size_is_synchsafe_and_counts_the_footer() {
        assert_eq!(id3_block(b"ID3\x04\0\0\0\0\x02\x01"), Some(10 + 257));
        assert_eq!(id3_block(b"ID3\x04\0\x10\0\0\0\x01"), Some(21));
        assert_eq!(id3_block(b"ID3\x04\0\0\x80\0\0\0"), None);
    }

    proptest! {
        #[test]
        fn any_bytes_can_be_searched(bytes in prop::collection::vec(prop_oneof![Just(0xFFu8), any::<u8>()], 0..3000)) {
            if let Ok((at, frame)) = find_first(&bytes) {
                prop_assert!(at + frame.length <= bytes.len());
                let _ = Xing::parse(&bytes[at..], &frame);
            }
            let _ = is_constant(&bytes);
        }
    }
}
