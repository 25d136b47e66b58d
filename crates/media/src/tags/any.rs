//! Reading tags that any program has written, in the forms in which people keep their music.

use super::{Tags, text};
use crate::error::{MediaError, Result};
use lofty::config::ParseOptions;
use lofty::file::{AudioFile, FileType, TaggedFileExt};
use lofty::probe::Probe;
use lofty::tag::{ItemKey, Tag};
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

/// A file whose tags are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// MPEG audio.
    Mp3,
    /// RIFF WAVE.
    Wav,
    /// Sound in MP4.
    Mp4,
    /// FLAC.
    Flac,
    /// Opus in Ogg.
    Opus,
    /// Vorbis in Ogg.
    Vorbis,
}

impl Kind {
    fn file_type(self) -> FileType {
        match self {
            Kind::Mp3 => FileType::Mpeg,
            Kind::Wav => FileType::Wav,
            Kind::Mp4 => FileType::Mp4,
            Kind::Flac => FileType::Flac,
            Kind::Opus => FileType::Opus,
            Kind::Vorbis => FileType::Vorbis,
        }
    }
}

/// The tags, without the cover, and the length in seconds where `with_length` asks for it.
pub(crate) fn read_any(path: &Path, kind: Kind, with_length: bool) -> Result<(Tags, Option<f64>)> {
    let mut options = ParseOptions::new();
    options.read_properties(with_length).read_cover_art(false);
    let probe = Probe::with_file_type(BufReader::new(File::open(path)?), kind.file_type());
    let read = probe.options(options).read();
    let file = read.map_err(|error| MediaError::Damaged(error.to_string()))?;
    let seconds = with_length.then(|| file.properties().duration().as_secs_f64());
    let tags: Vec<&Tag> = file.primary_tag().into_iter().chain(file.tags()).collect();
    // One tag may have what another lacks: ID3v1 behind an APE tag.
    let text = |keys: &[ItemKey]| {
        let mut found = tags.iter().flat_map(|tag| keys.iter().map(|&key| tag.get_string(key)));
        found.find_map(|text| text).map(str::to_owned)
    };
    let tags = Tags {
        title: text(&[ItemKey::TrackTitle]),
        artist: text(&[ItemKey::TrackArtist, ItemKey::AlbumArtist]),
        album: text(&[ItemKey::AlbumTitle]),
        date: text(&[ItemKey::RecordingDate, ItemKey::Year, ItemKey::ReleaseDate]),
        lyrics: text(&[ItemKey::UnsyncLyrics, ItemKey::Lyrics]),
        comment: text(&[ItemKey::Comment]),
        ..Tags::default()
    };
    Ok((text::cleaned(&tags), seconds.filter(|seconds| *seconds > 0.0)))
}
