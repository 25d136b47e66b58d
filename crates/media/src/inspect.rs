//! Whether a file is whole, and what it contains: the check between the last byte and the final name (I2).

use crate::container::{Container, HEAD_LEN, Sniffed, sniff};
use crate::error::{MediaError, Result};
use crate::{mp4, mpeg, riff};
use protocol::ErrorBody;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// What a whole file contains. What its headers do not say is `None`.
#[derive(Clone, Debug, PartialEq)]
pub struct Facts {
    /// The container.
    pub container: Container,
    /// The codec in lower case: `mp3`, `aac`, `alac`, `pcm_16`, … or the container's own four letters for it.
    pub codec: String,
    /// Length in seconds.
    pub duration_s: Option<f64>,
    /// Average of the audio alone, in kilobits (1000 bits) a second.
    pub bitrate_kbps: Option<u32>,
    /// Samples a second.
    pub sample_rate: Option<u32>,
    /// Channels.
    pub channels: Option<u16>,
    /// Size of the file.
    pub bytes: u64,
}

/// Checks that the file is what was expected and structurally whole, and reads what it is.
///
/// # Errors
/// `NotMedia` when something else came, `Damaged` when it is cut off or inconsistent, `Io` when it cannot be read.
pub fn inspect(path: &Path, expected: Container) -> std::result::Result<Facts, ErrorBody> {
    inspect_file(path, expected).map_err(ErrorBody::from)
}

fn inspect_file(path: &Path, expected: Container) -> Result<Facts> {
    let mut file = File::open(path)?;
    expect(&mut file, expected)?;
    match expected {
        Container::Mp3 => mpeg::facts(&mut file),
        Container::Mp4 => mp4::facts(&mut file),
        Container::Wav => riff::facts(&mut file),
    }
}

/// Refuses a file that does not begin like `expected`.
pub(crate) fn expect(file: &mut File, expected: Container) -> Result<()> {
    let mut head = Vec::with_capacity(HEAD_LEN);
    file.by_ref().take(HEAD_LEN as u64).read_to_end(&mut head)?;
    match sniff(&head) {
        Sniffed::Media(container) if container == expected => Ok(()),
        other => Err(MediaError::NotMedia(other.as_str())),
    }
}

/// Average bitrate in kbit/s of `bytes` of audio that last `seconds`.
pub(crate) fn bitrate_kbps(bytes: u64, seconds: f64) -> Option<u32> {
    (seconds > 0.0).then(|| (bytes as f64 * 8.0 / 1000.0 / seconds).round() as u32)
}
