//! RIFF WAVE: the table of chunks of a wav, and what `fmt ` says.
//!
//! <https://learn.microsoft.com/windows/win32/xaudio2/resource-interchange-file-format--riff->, and for files beyond
//! 4 GiB RF64: EBU Tech 3306.

use crate::container::Container;
use crate::error::{Result, cut_off, damaged};
use crate::inspect::{Facts, bitrate_kbps};
use crate::splice::read_at;
use std::fs::File;

/// Bytes before the first chunk: `RIFF`, size, `WAVE`.
pub(crate) const HEADER: u64 = 12;
/// Id and size of a chunk.
pub(crate) const CHUNK_HEADER: u64 = 8;
/// A size that was to be filled in later, or that stands in `ds64`.
const UNKNOWN: u32 = u32::MAX;
/// No wav has so many chunks before it ends; a hostile one would be walked for ever.
const MOST_CHUNKS: usize = 10_000;

/// One chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Chunk {
    pub(crate) id: [u8; 4],
    /// Where its header begins.
    pub(crate) start: u64,
    /// Bytes of content, without the padding byte of an odd one.
    pub(crate) size: u64,
}

impl Chunk {
    pub(crate) fn content(&self) -> u64 {
        self.start + CHUNK_HEADER
    }

    /// Where the next chunk begins.
    pub(crate) fn end(&self) -> u64 {
        self.content() + self.size + self.size % 2
    }
}

/// A wav's structure.
#[derive(Debug)]
pub(crate) struct Wave {
    /// All chunks that lie within the file, in order.
    pub(crate) chunks: Vec<Chunk>,
    /// The audio.
    pub(crate) data: Chunk,
    /// The sizes are 64-bit ones, kept in `ds64`.
    pub(crate) is_64bit: bool,
}

impl Wave {
    /// Walks over the chunks.
    pub(crate) fn read(file: &mut File) -> Result<Self> {
        let length = file.metadata()?.len();
        let head: [u8; 12] = read_at(file, 0).map_err(|error| cut_off(error, "the RIFF header"))?;
        let is_64bit = &head[..4] != b"RIFF";
        let mut chunks = Vec::new();
        let mut data = None;
        let mut wide_size = None;
        let mut at = HEADER;
        while at + CHUNK_HEADER <= length {
            if chunks.len() == MOST_CHUNKS {
                return damaged("too many chunks");
            }
            let mut chunk = read_chunk(file, at)?;
            match &chunk.id {
                b"ds64" if is_64bit && chunk.size >= 16 => {
                    let size: [u8; 8] =
                        read_at(file, chunk.content() + 8).map_err(|e| cut_off(e, "`ds64`"))?;
                    wide_size = Some(u64::from_le_bytes(size));
                }
                b"data" if data.is_none() => {
                    if chunk.size == u64::from(UNKNOWN) {
                        // Written to a pipe, where the size could not be filled in: the rest of the file.
                        chunk.size = wide_size.unwrap_or(length - chunk.content());
                    }
                    if chunk.size > length - chunk.content() {
                        return damaged(format!(
                            "{} of {} bytes of audio",
                            length - chunk.content(),
                            chunk.size
                        ));
                    }
                    data = Some(chunk);
                }
                _ if chunk.content() + chunk.size > length => break,
                _ => {}
            }
            at = chunk.end();
            chunks.push(chunk);
        }
        match data {
            Some(data) => Ok(Self { chunks, data, is_64bit }),
            None => damaged("the `data` chunk is missing"),
        }
    }

    pub(crate) fn chunk(&self, id: &[u8; 4]) -> Option<&Chunk> {
        self.chunks.iter().find(|chunk| &chunk.id == id)
    }
}

fn read_chunk(file: &mut File, at: u64) -> Result<Chunk> {
    let header: [u8; 8] = read_at(file, at).map_err(|error| cut_off(error, "a chunk header"))?;
    let [a, b, c, d, size @ ..] = header;
    Ok(Chunk { id: [a, b, c, d], start: at, size: u32::from_le_bytes(size).into() })
}

/// Checks a wav and reads its facts.
pub(crate) fn facts(file: &mut File) -> Result<Facts> {
    let wave = Wave::read(file)?;
    let Some(format) = wave.chunk(b"fmt ").filter(|chunk| chunk.size >= 16) else {
        return damaged("the `fmt ` chunk is missing");
    };
    let fields: [u8; 16] =
        read_at(file, format.content()).map_err(|error| cut_off(error, "`fmt `"))?;
    let short = |at: usize| u16::from_le_bytes([fields[at], fields[at + 1]]);
    let long = |at: usize| u32::from(short(at)) | u32::from(short(at + 2)) << 16;
    let (tag, channels, sample_rate, bytes_per_s, bits) =
        (short(0), short(2), long(4), long(8), short(14));
    if channels == 0 || sample_rate == 0 || bytes_per_s == 0 {
        return damaged("the `fmt ` chunk makes no sense");
    }
    let duration_s = wave.data.size as f64 / f64::from(bytes_per_s);
    let codec = match tag {
        3 => format!("float_{bits}"),
        // 0xFFFE is "extensible": the real tag is in a GUID, nearly always PCM.
        1 | 0xFFFE => format!("pcm_{bits}"),
        other => format!("wav_{other:#06x}"),
    };
    Ok(Facts {
        container: Container::Wav,
        codec,
        duration_s: Some(duration_s),
        bitrate_kbps: bitrate_kbps(wave.data.size, duration_s),
        sample_rate: Some(sample_rate),
        channels: Some(channels),
        bytes: file.metadata()?.len(),
    })
}
