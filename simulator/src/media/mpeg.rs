//! MPEG-1 layer 3 files: an ID3v2.4 tag as an encoder leaves it, then self-contained frames.

use super::long_file::LongFile;
use bytes::Bytes;

/// Bitrates of MPEG-1 layer 3 in kbit/s by header index (ISO/IEC 11172-3, table in 2.4.2.3).
const BITRATES: [u32; 15] = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
/// Sample rates of MPEG-1 in Hz by header index.
const RATES: [u32; 3] = [44_100, 48_000, 32_000];

/// Frames encoded without bit reservoir, so that they may be repeated and turned like beads on a string.
#[derive(Clone, Debug)]
pub(crate) struct Mp3 {
    frames: Bytes,
    starts: Vec<usize>,
}

impl Mp3 {
    /// Takes bare frames; anything after the last whole frame is left out.
    pub(crate) fn from_frames(data: Bytes) -> Option<Self> {
        let mut starts = Vec::new();
        let mut at = 0;
        while let Some(length) = data.get(at..at + 4).and_then(frame_length) {
            if at + length > data.len() {
                break;
            }
            starts.push(at);
            at += length;
        }
        (!starts.is_empty()).then(|| Self { frames: data.slice(..at), starts })
    }

    /// Bytes of audio in one round.
    pub(crate) fn round(&self) -> u64 {
        self.frames.len() as u64
    }

    /// Writes the file: a tag that names `stamp`, then `rounds` rounds starting at the frame `turn` selects.
    pub(crate) fn write(&self, file: &mut LongFile, stamp: &str, turn: u64, rounds: u64) {
        file.push(id3(stamp), 1);
        file.push(self.info_frame(rounds), 1);
        let start = self.starts[(turn % self.starts.len() as u64) as usize];
        file.push_circle(&self.frames, start, rounds);
    }
}

impl Mp3 {
    /// The silent first frame with the number of frames and bytes, from which players know the length.
    ///
    /// "Info" is what encoders write in place of "Xing" at a constant bitrate
    /// (<https://www.codeproject.com/Articles/8295/MPEG-Audio-Frame-Header>, section 2.3.1).
    fn info_frame(&self, rounds: u64) -> Vec<u8> {
        const SIDE_INFORMATION: usize = 32;
        const HAS_FRAMES_AND_BYTES: u32 = 3;
        const PADDING: u8 = 0b10;
        let mut header = self.frames[..4].to_vec();
        header[2] &= !PADDING;
        let length = frame_length(&header).unwrap_or_default();
        let mut frame = header;
        frame.resize(4 + SIDE_INFORMATION, 0);
        frame.extend(b"Info");
        frame.extend(HAS_FRAMES_AND_BYTES.to_be_bytes());
        frame.extend((self.starts.len() as u32 * rounds as u32).to_be_bytes());
        frame.extend((length as u32 + self.frames.len() as u32 * rounds as u32).to_be_bytes());
        frame.resize(length, 0);
        frame
    }
}

/// Length in bytes of the frame that `header` starts, if it is one.
fn frame_length(header: &[u8]) -> Option<usize> {
    let is_mpeg1_layer3 = header[0] == 0xff && header[1] & 0xfe == 0xfa;
    let bitrate = *BITRATES.get((header[2] >> 4) as usize)?;
    let rate = *RATES.get((header[2] >> 2 & 3) as usize)?;
    let padding = u32::from(header[2] >> 1 & 1);
    (is_mpeg1_layer3 && bitrate > 0).then(|| (144_000 * bitrate / rate + padding) as usize)
}

/// An ID3v2.4 tag with the encoder's name and the site's id (<https://id3.org/id3v2.4.0-structure>).
fn id3(stamp: &str) -> Vec<u8> {
    let mut frames = text_frame(b"TSSE", "Lavf60.16.100");
    frames.extend(text_frame(b"TXXX", &format!("comment_id\0{stamp}")));
    let mut tag = b"ID3\x04\x00\x00".to_vec();
    tag.extend(syncsafe(frames.len() as u32));
    tag.extend(frames);
    tag
}

fn text_frame(id: &[u8; 4], text: &str) -> Vec<u8> {
    const UTF8: u8 = 3;
    let mut frame = id.to_vec();
    frame.extend(syncsafe(text.len() as u32 + 1));
    frame.extend([0, 0, UTF8]);
    frame.extend(text.as_bytes());
    frame
}

/// Seven bits a byte, as ID3v2.4 writes sizes.
fn syncsafe(size: u32) -> [u8; 4] {
    [21, 14, 7, 0].map(|shift| (size >> shift & 0x7f) as u8)
}
