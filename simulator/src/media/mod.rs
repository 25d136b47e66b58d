//! The bytes that the sites serve: real audio and pictures, different for every id and yet always the same.
//!
//! A file's bytes follow from the song's id alone, so a test can ask for the truth and compare. Nothing here knows
//! accounts or HTTP.

pub mod clips;
pub mod long_file;
mod mp4;
mod mpeg;
mod riff;

use bytes::Bytes;
use clips::{COVERS, Clip, Clips, SONGS, STEMS};
use long_file::LongFile;
use sha2::{Digest, Sha256};
use std::path::Path;
use std::time::{Duration, SystemTime};

/// A RIFF or MP4 file with 32-bit sizes cannot be longer.
const LONGEST: u64 = 4_000_000_000;

/// What kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Format {
    /// MPEG-1 layer 3.
    Mp3,
    /// 16-bit PCM in RIFF.
    Wav,
    /// AAC in MP4.
    M4a,
    /// A separated track, AAC in MP4.
    Stem(Stem),
}

/// Which separated track: an index into [`STEMS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Stem(pub usize);

impl Stem {
    /// All of them.
    pub fn all() -> impl Iterator<Item = Stem> {
        (0..STEMS.len()).map(Stem)
    }

    /// The name the sites use.
    pub fn name(self) -> &'static str {
        STEMS[self.0]
    }
}

impl Format {
    /// The file name extension.
    pub fn extension(self) -> &'static str {
        match self {
            Format::Mp3 => "mp3",
            Format::Wav => "wav",
            Format::M4a | Format::Stem(_) => "m4a",
        }
    }

    fn content_type(self) -> &'static str {
        match self {
            Format::Mp3 => "audio/mpeg",
            Format::Wav => "audio/wav",
            Format::M4a | Format::Stem(_) => "audio/mp4",
        }
    }
}

impl std::fmt::Display for Format {
    /// `mp3`, `wav`, `m4a` or the name of a stem.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Format::Stem(stem) => f.write_str(stem.name()),
            other => f.write_str(other.extension()),
        }
    }
}

impl std::str::FromStr for Format {
    type Err = String;

    /// `mp3`, `wav`, `m4a` or the name of a stem.
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "mp3" => Ok(Format::Mp3),
            "wav" => Ok(Format::Wav),
            "m4a" => Ok(Format::M4a),
            other => Stem::all()
                .find(|stem| stem.name() == other)
                .map(Format::Stem)
                .ok_or_else(|| format!("unknown format {other:?}")),
        }
    }
}

/// What decides the bytes of a song's files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recording {
    /// The site's id.
    pub id: String,
    /// How many rounds of the basic sound it lasts; 1 is two to four seconds.
    pub rounds: u64,
    /// Grows when the site replaces the file.
    pub revision: u32,
    /// Seconds since 1970, for `Last-Modified`.
    pub modified: u64,
}

/// The maker of files.
#[derive(Debug)]
pub struct Media {
    clips: Clips,
}

impl Media {
    /// Loads the basic sounds from the folder `cache`; the first time, ffmpeg makes them (about two seconds).
    ///
    /// # Errors
    /// When ffmpeg is missing or the folder cannot be written.
    pub fn load(cache: &Path) -> anyhow::Result<Self> {
        Ok(Self { clips: Clips::load(cache)? })
    }

    /// The exact bytes of a file.
    pub fn file(&self, recording: &Recording, format: Format) -> LongFile {
        let stamp = format!("{}/{}", recording.id, recording.revision);
        let identity = format!("{stamp}/{format:?}/{}", recording.rounds);
        let modified = SystemTime::UNIX_EPOCH
            + Duration::from_secs(recording.modified + u64::from(recording.revision) * 60);
        let mut file = LongFile::new(&identity, modified, format.content_type());
        let (clip, turn) = (self.clip(&recording.id), number_of(&stamp));
        let rounds = recording.rounds.clamp(1, LONGEST / self.round(&recording.id, format));
        match format {
            Format::Mp3 => clip.mp3.write(&mut file, &stamp, turn, rounds),
            Format::Wav => clip.wav.write(&mut file, &stamp, turn, rounds),
            Format::M4a => clip.m4a.write(&mut file, &stamp, turn, rounds),
            Format::Stem(stem) => self.clips.stems[stem.0].write(&mut file, &stamp, turn, rounds),
        }
        file
    }

    /// The cover picture: a JPEG whose comment names the song.
    pub fn cover(&self, recording: &Recording) -> LongFile {
        let modified = SystemTime::UNIX_EPOCH + Duration::from_secs(recording.modified);
        let mut file = LongFile::new(&format!("{}/cover", recording.id), modified, "image/jpeg");
        let picture = &self.clips.covers[(number_of(&recording.id) % COVERS as u64) as usize];
        file.push(with_comment(picture, &recording.id), 1);
        file
    }

    /// How long the song lasts, in seconds.
    pub fn seconds(&self, recording: &Recording) -> f64 {
        self.clip(&recording.id).wav.seconds() * recording.rounds as f64
    }

    /// How many rounds make the file of this format at least `bytes` long.
    pub fn rounds_for(&self, id: &str, format: Format, bytes: u64) -> u64 {
        bytes.div_ceil(self.round(id, format)).max(1)
    }

    fn round(&self, id: &str, format: Format) -> u64 {
        let clip = self.clip(id);
        match format {
            Format::Mp3 => clip.mp3.round(),
            Format::Wav => clip.wav.round(),
            Format::M4a => clip.m4a.round(),
            Format::Stem(stem) => self.clips.stems[stem.0].round(),
        }
    }

    fn clip(&self, id: &str) -> &Clip {
        &self.clips.songs[(number_of(id) % SONGS as u64) as usize]
    }
}

/// A number that follows from `text` and is spread evenly.
fn number_of(text: &str) -> u64 {
    let hash = Sha256::digest(text.as_bytes());
    u64::from_le_bytes([hash[0], hash[1], hash[2], hash[3], hash[4], hash[5], hash[6], hash[7]])
}

/// Puts a COM segment after the start-of-image marker.
fn with_comment(jpeg: &Bytes, comment: &str) -> Vec<u8> {
    const START_OF_IMAGE: usize = 2;
    let mut picture = jpeg[..START_OF_IMAGE].to_vec();
    picture.extend([0xff, 0xfe]);
    picture.extend((comment.len() as u16 + 2).to_be_bytes());
    picture.extend(comment.as_bytes());
    picture.extend(&jpeg[START_OF_IMAGE..]);
    picture
}
