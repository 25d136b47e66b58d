//! What a file of the person's own is, found anywhere: whether it is media, in which container, how long, with which
//! tags.
//!
//! Kinder than [`crate::inspect`], which judges what a site has sent: a song whose last frame is cut off is still a
//! song. The usual audio files are read here, since starting a program for each of ten thousand takes longer than
//! reading them; for all others [`Survey::AskFfprobe`] says so, and [`surveyed`] makes the same of its answer.

use crate::container::{Container, HEAD_LEN, Sniffed, sniff};
use crate::convert::{Plan, Probed, Refusal, StreamKind, Wishes, plan};
use crate::tags::{Kind, Tags, read_any};
use crate::{inspect, mp4};
use protocol::{ErrorBody, ErrorCode};
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// A media file as it will be known in the library.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Surveyed {
    /// Short name of the container, such as `flac`.
    pub container: String,
    /// What its name should end in, without the point.
    pub extension: String,
    /// Codec of the picture, else of the sound, in lower case.
    pub codec: String,
    /// Length in seconds, where it is known.
    pub duration_s: Option<f64>,
    /// There is a moving picture.
    pub is_video: bool,
    /// Its tags, without the cover, which stays in the file.
    pub tags: Tags,
}

/// What a look at a file gave.
#[derive(Clone, Debug, PartialEq)]
pub enum Survey {
    /// It is this.
    Known(Box<Surveyed>),
    /// It begins like nothing that is read here.
    AskFfprobe,
    /// It is no media.
    Refused(ErrorBody),
}

/// Looks at a file.
///
/// # Errors
/// When it cannot be read.
pub fn survey(path: &Path) -> io::Result<Survey> {
    let mut head = Vec::with_capacity(HEAD_LEN);
    File::open(path)?.take(HEAD_LEN as u64).read_to_end(&mut head)?;
    if let Some(kind) = no_media(&head) {
        let refused = ErrorBody::new(ErrorCode::NotMedia).with("kind", kind);
        return Ok(Survey::Refused(refused));
    }
    let known = match kind_of(&head) {
        Some(kind) => read_known(path, kind),
        None => None,
    };
    Ok(known.map_or(Survey::AskFfprobe, |known| Survey::Known(Box::new(known))))
}

/// Judges a file by what ffprobe found in it. `extension` is the one that it has.
///
/// # Errors
/// `NotMedia` when nothing in it plays.
pub fn surveyed(path: &Path, probed: &Probed, extension: &str) -> Result<Surveyed, ErrorBody> {
    if let Plan::Refuse(refusal) = plan(probed, &Wishes::default()) {
        let kind = match refusal {
            Refusal::NamesOthers => "playlist",
            Refusal::UnknownCodec => "an unknown codec",
            _ => "nothing to play",
        };
        return Err(ErrorBody::new(ErrorCode::NotMedia).with("kind", kind));
    }
    // ffprobe believes a name that ends in .mp3, whatever the file holds.
    if probed.is_in("mp3") && !begins_like_mp3(path) {
        return Err(ErrorBody::new(ErrorCode::NotMedia).with("kind", "unknown"));
    }
    let of = |kind| {
        let mut streams = probed.streams.iter().filter(move |one| one.kind == kind);
        streams.find(|one| !one.attached_pic && one.codec.is_some())
    };
    let picture = of(StreamKind::Video);
    let codec = picture.or_else(|| of(StreamKind::Audio)).and_then(|one| one.codec.clone());
    let extension = extension_of(probed, extension, picture.is_some());
    Ok(Surveyed {
        container: probed.container.split(',').next().unwrap_or_default().to_owned(),
        extension,
        codec: codec.unwrap_or_default(),
        duration_s: probed.duration_s,
        is_video: picture.is_some(),
        tags: tags_of(probed),
    })
}

/// Tells from the first bytes, some thousand of them, what is no media; `None` may be some.
pub fn no_media(head: &[u8]) -> Option<&'static str> {
    match sniff(head) {
        Sniffed::Media(_) => return None,
        Sniffed::Unknown => {}
        other => return Some(other.as_str()),
    }
    let begins = |magics: &[&[u8]]| magics.iter().any(|magic| head.starts_with(magic));
    if begins(&[b"\xFF\xD8\xFF", b"\x89PNG\r\n", b"GIF8", b"BM", b"II*\0", b"MM\0*"]) {
        return Some("picture");
    }
    if head.starts_with(b"RIFF") && head.get(8..12) == Some(b"WEBP") {
        return Some("picture");
    }
    if begins(&[b"PK\x03\x04", b"Rar!", b"7z\xBC\xAF", b"\x1F\x8B", b"%PDF"]) {
        return Some("archive or document");
    }
    is_text(head).then_some("text")
}

/// Only letters: no media begins with 64 bytes and more of them. A short playlist or note is text too.
fn is_text(head: &[u8]) -> bool {
    let text = match std::str::from_utf8(head) {
        Ok(text) => text,
        // Cut in the middle of a letter.
        Err(error) if head.len() == HEAD_LEN && error.valid_up_to() + 4 > head.len() => {
            std::str::from_utf8(&head[..error.valid_up_to()]).unwrap_or_default()
        }
        Err(_) => return false,
    };
    !text.is_empty() && !text.chars().any(|c| c.is_control() && !c.is_whitespace())
}

fn kind_of(head: &[u8]) -> Option<Kind> {
    match sniff(head) {
        Sniffed::Media(Container::Mp3) => Some(Kind::Mp3),
        Sniffed::Media(Container::Wav) => Some(Kind::Wav),
        Sniffed::Media(Container::Mp4) => Some(Kind::Mp4),
        _ if head.starts_with(b"fLaC") => Some(Kind::Flac),
        _ if !head.starts_with(b"OggS") => None,
        // The first packet follows the page header of 28 bytes.
        _ if head.get(28..36) == Some(b"OpusHead") => Some(Kind::Opus),
        _ if head.get(28..35) == Some(b"\x01vorbis") => Some(Kind::Vorbis),
        _ => None,
    }
}

/// `None` leaves it to ffprobe, which is kinder to files that are not quite right.
fn read_known(path: &Path, kind: Kind) -> Option<Surveyed> {
    let container = match kind {
        Kind::Mp3 => Some(Container::Mp3),
        Kind::Wav => Some(Container::Wav),
        Kind::Mp4 => Some(Container::Mp4),
        Kind::Flac | Kind::Opus | Kind::Vorbis => None,
    };
    // A film is told better by ffprobe.
    if kind == Kind::Mp4 && !mp4::is_sound_alone(&mut File::open(path).ok()?).ok()? {
        return None;
    }
    let facts = match container {
        Some(container) => Some(inspect(path, container).ok()?),
        None => None,
    };
    // A tag that cannot be read is no reason to do without the song.
    let read = read_any(path, kind, facts.is_none());
    if facts.is_none() && read.is_err() {
        return None;
    }
    let (tags, length) = read.unwrap_or_default();
    let (extension, codec) = match kind {
        Kind::Mp3 => ("mp3", "mp3"),
        Kind::Wav => ("wav", "pcm"),
        Kind::Mp4 => ("m4a", "aac"),
        Kind::Flac => ("flac", "flac"),
        Kind::Opus => ("opus", "opus"),
        Kind::Vorbis => ("ogg", "vorbis"),
    };
    let container = match kind {
        Kind::Opus | Kind::Vorbis => "ogg",
        Kind::Mp4 => "mp4",
        _ => extension,
    };
    Some(Surveyed {
        container: container.to_owned(),
        extension: extension.to_owned(),
        codec: facts.as_ref().map_or_else(|| codec.to_owned(), |facts| facts.codec.clone()),
        duration_s: facts.map_or(length, |facts| facts.duration_s),
        is_video: false,
        tags,
    })
}

fn begins_like_mp3(path: &Path) -> bool {
    let mut head = Vec::with_capacity(HEAD_LEN);
    let read = File::open(path).and_then(|file| file.take(HEAD_LEN as u64).read_to_end(&mut head));
    read.is_ok() && sniff(&head) == Sniffed::Media(Container::Mp3)
}

/// Several extensions can be right for one container: then the file keeps its own.
fn extension_of(probed: &Probed, own: &str, is_video: bool) -> String {
    const KNOWN: &[(&str, &[&str], &str, &str)] = &[
        // ffmpeg's name, what it may be called, else with a picture, else without.
        ("mp4", &["mp4", "m4a", "m4b", "m4v", "mov", "3gp"], "mp4", "m4a"),
        ("matroska", &["mkv", "mka", "webm"], "mkv", "mka"),
        ("ogg", &["ogg", "oga", "ogv", "opus"], "ogv", "ogg"),
        ("asf", &["wma", "wmv", "asf"], "wmv", "wma"),
        ("aiff", &["aif", "aiff"], "aiff", "aiff"),
        ("mpeg", &["mpg", "mpeg"], "mpg", "mpg"),
        ("mpegts", &["ts", "m2ts"], "ts", "ts"),
        ("mp3", &["mp3"], "mp3", "mp3"),
        ("wav", &["wav"], "wav", "wav"),
        ("flac", &["flac"], "flac", "flac"),
        ("aac", &["aac"], "aac", "aac"),
        ("avi", &["avi"], "avi", "avi"),
        ("flv", &["flv"], "flv", "flv"),
    ];
    let own = own.to_lowercase();
    let known = KNOWN.iter().find(|(name, ..)| probed.is_in(name));
    match known {
        Some((_, names, ..)) if names.contains(&own.as_str()) => own,
        Some((_, _, with_picture, _)) if is_video => (*with_picture).to_owned(),
        Some((_, _, _, without)) => (*without).to_owned(),
        None => own,
    }
}

fn tags_of(probed: &Probed) -> Tags {
    let tag = |names: &[&str]| names.iter().find_map(|name| probed.tags.get(*name).cloned());
    Tags {
        title: tag(&["title"]),
        artist: tag(&["artist", "album_artist"]),
        album: tag(&["album"]),
        date: tag(&["date", "year"]),
        lyrics: tag(&["lyrics", "unsyncedlyrics"]),
        comment: tag(&["comment"]),
        ..Tags::default()
    }
    .cleaned()
}
