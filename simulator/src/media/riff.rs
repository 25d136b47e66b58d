//! RIFF WAVE files: 16-bit stereo PCM at 44.1 kHz behind a LIST INFO chunk that names the song.

use super::long_file::LongFile;
use bytes::Bytes;

/// Samples a second.
pub(crate) const RATE: u32 = 44_100;
/// Bytes of one sample of both channels.
pub(crate) const BLOCK: u64 = 4;

/// Raw PCM, whole blocks.
#[derive(Clone, Debug)]
pub(crate) struct Wav {
    pcm: Bytes,
}

impl Wav {
    pub(crate) fn from_pcm(pcm: Bytes) -> Option<Self> {
        let whole = pcm.len() - pcm.len() % BLOCK as usize;
        (whole > 0).then(|| Self { pcm: pcm.slice(..whole) })
    }

    /// Bytes of audio in one round.
    pub(crate) fn round(&self) -> u64 {
        self.pcm.len() as u64
    }

    /// Length of one round in seconds.
    pub(crate) fn seconds(&self) -> f64 {
        self.round() as f64 / (BLOCK as f64 * f64::from(RATE))
    }

    /// Writes the file: header, then `rounds` rounds starting at the block `turn` selects.
    ///
    /// A RIFF file ends at 4 GiB; `media::Media` keeps `rounds` below that.
    pub(crate) fn write(&self, file: &mut LongFile, stamp: &str, turn: u64, rounds: u64) {
        file.push(header(stamp, (self.round() * rounds) as u32), 1);
        let block = turn % (self.round() / BLOCK);
        file.push_circle(&self.pcm, (block * BLOCK) as usize, rounds);
    }
}

fn header(stamp: &str, data_length: u32) -> Vec<u8> {
    let mut info = b"INFO".to_vec();
    info.extend(chunk(b"ISFT", b"Lavf60.16.100\0"));
    info.extend(chunk(b"ICMT", format!("{stamp}\0").as_bytes()));
    let mut body = b"WAVE".to_vec();
    body.extend(chunk(b"fmt ", &format()));
    body.extend(chunk(b"LIST", &info));
    body.extend(b"data");
    body.extend(data_length.to_le_bytes());
    let mut file = b"RIFF".to_vec();
    file.extend((body.len() as u32 + data_length).to_le_bytes());
    file.extend(body);
    file
}

fn format() -> Vec<u8> {
    const PCM: u16 = 1;
    const CHANNELS: u16 = 2;
    const BITS: u16 = 16;
    let mut format = Vec::new();
    format.extend(PCM.to_le_bytes());
    format.extend(CHANNELS.to_le_bytes());
    format.extend(RATE.to_le_bytes());
    format.extend((RATE * BLOCK as u32).to_le_bytes());
    format.extend((BLOCK as u16).to_le_bytes());
    format.extend(BITS.to_le_bytes());
    format
}

/// A chunk, padded to an even length as RIFF wants it.
fn chunk(id: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let mut chunk = id.to_vec();
    chunk.extend((content.len() as u32).to_le_bytes());
    chunk.extend(content);
    chunk.resize(chunk.len() + content.len() % 2, 0);
    chunk
}
