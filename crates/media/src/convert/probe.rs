//! Asking ffprobe what is in a file.

use super::complaint;
use super::error::ConvertError;
use crate::process::{self, Heard, Watch};
use crate::programs::Program;
use serde_json::Value;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;
use std::time::Duration;
use tokio::process::Command;
use tokio_util::sync::CancellationToken;

/// A NAS may have to start its disks first.
const TIMEOUT: Duration = Duration::from_secs(60);
/// A file with thousands of chapters stays far below.
const OUTPUT_LIMIT: usize = 8 << 20;
/// Tags are texts of strangers, in characters.
const TAG_LIMIT: usize = 10_000;
/// Containers without a length of their own: what ffprobe says of them is guessed from the bitrate.
const GUESSED: &[&str] = &["aac", "ac3", "eac3", "amr", "mp3", "h264", "hevc", "mpegvideo", "loas"];

/// What a stream carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StreamKind {
    /// Moving pictures, or a cover.
    Video,
    /// Sound.
    Audio,
    /// Text or pictures of text.
    Subtitle,
    /// Fonts, time codes and all else.
    Other,
}

/// One stream of a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Stream {
    /// Its place in the file, which is how ffmpeg is told of it.
    pub index: u32,
    /// What it carries.
    pub kind: StreamKind,
    /// ffmpeg's name for its codec, such as `h264`; `None` when ffmpeg does not know it.
    pub codec: Option<String>,
    /// The form of its pixels, such as `yuv420p`.
    pub pix_fmt: Option<String>,
    /// Pixels across.
    pub width: Option<u32>,
    /// Pixels down.
    pub height: Option<u32>,
    /// It is a single picture that belongs to the file, such as a cover.
    pub attached_pic: bool,
    /// Channels of sound.
    pub channels: Option<u32>,
    /// Length in seconds, where it says one.
    pub duration_s: Option<f64>,
}

/// A part of a file that has a name.
#[derive(Clone, Debug, PartialEq)]
pub struct Chapter {
    /// Where it begins, in seconds.
    pub start_s: f64,
    /// Where it ends, in seconds.
    pub end_s: f64,
    /// Its name.
    pub title: Option<String>,
}

/// What ffprobe found in a file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Probed {
    /// ffmpeg's names for the container, such as `matroska,webm`.
    pub container: String,
    /// Length in seconds.
    pub duration_s: Option<f64>,
    /// The streams, in order.
    pub streams: Vec<Stream>,
    /// The chapters, in order.
    pub chapters: Vec<Chapter>,
    /// The tags of the whole file, with keys in lower case.
    pub tags: BTreeMap<String, String>,
}

impl Probed {
    /// Whether the container goes by this name of ffmpeg's.
    pub fn is_in(&self, name: &str) -> bool {
        self.container.split(',').any(|container| container == name)
    }

    /// The length is no more than a guess.
    pub(super) fn is_duration_guessed(&self) -> bool {
        GUESSED.iter().any(|name| self.is_in(name))
    }

    fn read(json: &Value) -> Option<Self> {
        let format = json.get("format")?;
        let streams: Vec<Stream> = list(json, "streams").filter_map(Stream::read).collect();
        let longest = streams.iter().filter_map(|stream| stream.duration_s).reduce(f64::max);
        Some(Self {
            container: text(format, "format_name")?,
            duration_s: seconds(format, "duration").or(longest),
            streams,
            chapters: list(json, "chapters").filter_map(Chapter::read).collect(),
            tags: all_tags(format, json),
        })
    }
}

impl Stream {
    fn read(json: &Value) -> Option<Self> {
        let kind = match json.get("codec_type").and_then(Value::as_str) {
            Some("video") => StreamKind::Video,
            Some("audio") => StreamKind::Audio,
            Some("subtitle") => StreamKind::Subtitle,
            _ => StreamKind::Other,
        };
        let tagged = || tags(json).get("duration").and_then(|text| clock(text));
        Some(Self {
            index: number(json, "index")?,
            kind,
            codec: text(json, "codec_name").filter(|name| name != "unknown"),
            pix_fmt: text(json, "pix_fmt"),
            width: number(json, "width"),
            height: number(json, "height"),
            attached_pic: json.pointer("/disposition/attached_pic") == Some(&Value::from(1)),
            channels: number(json, "channels"),
            duration_s: seconds(json, "duration").or_else(tagged),
        })
    }
}

impl Chapter {
    fn read(json: &Value) -> Option<Self> {
        Some(Self {
            start_s: seconds(json, "start_time")?,
            end_s: seconds(json, "end_time")?,
            title: tags(json).remove("title"),
        })
    }
}

fn list<'a>(json: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    json.get(key).and_then(Value::as_array).into_iter().flatten()
}

fn text(json: &Value, key: &str) -> Option<String> {
    let text = json.get(key)?.as_str()?;
    Some(text.chars().take(TAG_LIMIT).collect())
}

fn number(json: &Value, key: &str) -> Option<u32> {
    json.get(key)?.as_u64()?.try_into().ok()
}

/// ffprobe writes fractions as texts.
fn seconds(json: &Value, key: &str) -> Option<f64> {
    let seconds: f64 = json.get(key)?.as_str()?.parse().ok()?;
    (seconds.is_finite() && seconds >= 0.0).then_some(seconds)
}

fn tags(json: &Value) -> BTreeMap<String, String> {
    let tags = json.get("tags").and_then(Value::as_object).into_iter().flatten();
    tags.filter_map(|(key, value)| {
        Some((key.to_lowercase(), value.as_str()?.chars().take(TAG_LIMIT).collect()))
    })
    .collect()
}

/// Ogg has no place for tags of the whole file: they are with the stream.
fn all_tags(format: &Value, json: &Value) -> BTreeMap<String, String> {
    let mut all = tags(format);
    if format.get("format_name").and_then(Value::as_str) == Some("ogg")
        && let Some(stream) = list(json, "streams").next()
    {
        all.extend(tags(stream));
    }
    all
}

/// Matroska tags its streams with `00:00:02.007000000`.
fn clock(text: &str) -> Option<f64> {
    let seconds = text
        .split(':')
        .try_fold(0.0, |sum, part| part.parse::<f64>().ok().map(|part| sum * 60.0 + part))?;
    (seconds.is_finite() && seconds >= 0.0).then_some(seconds)
}

/// The argument for a file: a name that begins with a dash, or looks like an address, is a name all the same.
pub(super) fn file_argument(path: &Path) -> OsString {
    let mut argument = OsString::from("file:");
    argument.push(path);
    argument
}

/// Asks the program `ffprobe` what is in `file`, within a minute.
///
/// The file may name others, as playlists do; they are not fetched from the network.
///
/// # Errors
/// `Io` when the file cannot be opened, `Damaged` with ffprobe's reason when it is no media, `Missing`, `Stalled`,
/// `Garbled` or `Died` when ffprobe does not do its work, `Cancelled`.
pub async fn probe(
    ffprobe: &Path,
    file: &Path,
    cancel: &CancellationToken,
) -> Result<Probed, ConvertError> {
    // ffprobe's own words for this do not tell a missing file from a broken one.
    tokio::fs::File::open(file).await?;
    let mut command = Command::new(ffprobe);
    command
        .args(["-v", "error", "-protocol_whitelist", "file", "-of", "json"])
        .args(["-show_format", "-show_streams", "-show_chapters", "-i"])
        .arg(file_argument(file));
    let mut output = Vec::new();
    let watch = Watch { patience: TIMEOUT, hears_stderr: false, nice: false, cancel };
    let ended = process::run(command, watch, |piece| {
        output.extend_from_slice(piece);
        if output.len() > OUTPUT_LIMIT { Heard::TooMuch } else { Heard::Nothing }
    })
    .await
    .map_err(|stop| ConvertError::from_stop(stop, Program::Ffprobe))?;
    if !ended.status.success() {
        return Err(complaint::error_of(&ended, Program::Ffprobe));
    }
    let garbled = |detail: String| ConvertError::Garbled(Program::Ffprobe, detail);
    let json = serde_json::from_slice(&output).map_err(|error| garbled(error.to_string()))?;
    Probed::read(&json).ok_or_else(|| garbled("the format is missing".into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_is_read_in_seconds() {
        assert_eq!(clock("01:00:02.500000000"), Some(3602.5));
        assert_eq!(clock("soon"), None);
        assert_eq!(clock("inf"), None);
    }

    #[test]
    fn a_length_that_only_the_streams_know_is_found() {
        let json = serde_json::json!({
            "format": {"format_name": "matroska,webm", "tags": {"TITLE": "x"}},
            "streams": [
                {"index": 0, "codec_type": "video", "tags": {"DURATION": "00:00:03.5"}},
                {"index": 1, "codec_type": "audio", "duration": "2.0", "codec_name": "unknown"},
                {"codec_type": "audio"}
            ]
        });
        let probed = Probed::read(&json).unwrap();
        assert_eq!((probed.duration_s, probed.streams.len()), (Some(3.5), 2));
        assert_eq!(probed.streams[1].codec, None);
        assert_eq!(probed.tags["title"], "x");
    }
}
