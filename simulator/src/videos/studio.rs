//! The moving pictures: made by one run of ffmpeg when the first of them is asked for, kept in a folder for the next
//! start. Whoever asks for none needs neither the time nor the encoders.

use super::files::LISTED;
use crate::media::clips;
use anyhow::{Context, anyhow};
use bytes::Bytes;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// Changes whenever the pictures or their encoding do, so that an old folder is not taken for a new one.
const RECIPE: &str = "videos-1";
/// How long a segment of a stream is, in seconds.
pub(super) const SEGMENT_SECONDS: u64 = 2;
/// How many segments a recording has.
pub(super) const SEGMENTS: u64 = 3;

/// One size of the recording.
#[derive(Debug)]
pub(super) struct Rendition {
    /// The name that its files begin with.
    pub name: &'static str,
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// The most that it needs.
    pub bits_per_second: u32,
    /// Its picture's codec (RFC 6381).
    pub video: &'static str,
}

/// The sizes of the recording, the better one first.
pub(super) const RENDITIONS: [Rendition; 2] = [
    Rendition {
        name: "high",
        width: 320,
        height: 240,
        bits_per_second: 400_000,
        video: "avc1.42c00c",
    },
    Rendition {
        name: "low",
        width: 160,
        height: 120,
        bits_per_second: 200_000,
        video: "avc1.42c00a",
    },
];

/// The maker of pictures.
#[derive(Debug)]
pub(super) struct Studio {
    cache: PathBuf,
    made: OnceLock<Result<BTreeMap<String, Bytes>, String>>,
}

impl Studio {
    pub(super) fn new(cache: &Path) -> Self {
        Self { cache: cache.to_owned(), made: OnceLock::new() }
    }

    /// The file of this name; `None` when none is made under it. The first call waits for the encoder.
    ///
    /// # Errors
    /// When ffmpeg is missing or cannot do it, or the folder cannot be written.
    pub(super) fn file(&self, name: &str) -> anyhow::Result<Option<Bytes>> {
        let made =
            self.made.get_or_init(|| load(&self.cache).map_err(|error| format!("{error:#}")));
        made.as_ref().map(|files| files.get(name).cloned()).map_err(|error| anyhow!("{error}"))
    }
}

fn load(cache: &Path) -> anyhow::Result<BTreeMap<String, Bytes>> {
    let folder = clips::kept(cache, RECIPE, run_ffmpeg)?;
    let mut files = BTreeMap::new();
    for entry in std::fs::read_dir(&folder)? {
        let path = entry?.path();
        let bytes = std::fs::read(&path).with_context(|| format!("reading {}", path.display()))?;
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        files.insert(name, bytes.into());
    }
    Ok(files)
}

/// One thread for each encoder: with more, the bytes would depend on how many the machine has.
const EXACT: &[&str] = &["-flags", "+bitexact", "-fflags", "+bitexact", "-threads", "1"];
const VP9_OPUS: &[&str] = &[
    "-c:v",
    "libvpx-vp9",
    "-deadline",
    "realtime",
    "-cpu-used",
    "8",
    "-b:v",
    "200k",
    "-g",
    "12",
    "-c:a",
    "libopus",
    "-b:a",
    "48k",
];
/// A picture that any player decodes can be jumped to each second.
const H264_AAC: &[&str] = &[
    "-c:v",
    "libx264",
    "-profile:v",
    "baseline",
    "-preset",
    "veryfast",
    "-g",
    "12",
    "-sc_threshold",
    "0",
    "-pix_fmt",
    "yuv420p",
    "-c:a",
    "aac",
    "-b:a",
    "48k",
];
const MP4: &[&str] = &["-movflags", "+faststart"];

/// The inputs, in the order that [`run_ffmpeg`] maps them: a picture and a tone each.
const WEBM_INPUT: usize = 0;
const MP4_INPUT: usize = 1;
const STREAM_INPUT: usize = 2;
const TINY_INPUT: usize = 3;
const FIRST_LISTED_INPUT: usize = 4;

fn run_ffmpeg(folder: &Path) -> anyhow::Result<()> {
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg.args(["-hide_banner", "-nostdin", "-loglevel", "error"]);
    for (number, picture) in pictures().enumerate() {
        let tone = format!("sine=frequency={}:sample_rate=48000", 220 + 20 * number);
        ffmpeg.args(["-f", "lavfi", "-i", &picture, "-f", "lavfi", "-i", &tone]);
    }
    let mut output = |input: usize, options: &[&[&str]], name: &str| {
        let (picture, tone) = (format!("{}:v", 2 * input), format!("{}:a", 2 * input + 1));
        ffmpeg.args(["-map", &picture, "-map", &tone, "-shortest"]).args(EXACT);
        options.iter().for_each(|options| {
            ffmpeg.args(*options);
        });
        ffmpeg.arg(folder.join(name));
    };
    output(WEBM_INPUT, &[VP9_OPUS], "clip.webm");
    output(MP4_INPUT, &[H264_AAC, MP4], "clip.mp4");
    output(TINY_INPUT, &[H264_AAC, MP4], "tiny.mp4");
    for number in 1..=LISTED {
        let input = FIRST_LISTED_INPUT + number - 1;
        output(input, &[H264_AAC, MP4], &format!("list-{number}.mp4"));
    }
    for one in RENDITIONS {
        let (size, seconds) =
            (format!("{}x{}", one.width, one.height), SEGMENT_SECONDS.to_string());
        let segments = folder.join(format!("{}%d.ts", one.name)).to_string_lossy().into_owned();
        let hls = ["-s", &size, "-f", "hls", "-hls_time", &seconds, "-hls_playlist_type", "vod"];
        let names = ["-hls_segment_filename", &segments];
        output(STREAM_INPUT, &[H264_AAC, &hls, &names], &format!("{}.m3u8", one.name));
    }
    ffmpeg.args(["-map", "0:v", "-flags", "+bitexact", "-frames:v", "1", "-update", "1"]);
    ffmpeg.arg(folder.join("poster.jpg"));
    clips::run(&mut ffmpeg)
}

/// What the inputs show: counters and moving shapes, in a colour of its own each.
fn pictures() -> impl Iterator<Item = String> {
    let stream = SEGMENT_SECONDS * SEGMENTS;
    let first = [
        "testsrc2=size=320x240:rate=12:duration=5".to_owned(),
        "testsrc=size=320x240:rate=12:duration=5".to_owned(),
        format!("testsrc2=size=320x240:rate=12:duration={stream},hue=h=180"),
        "testsrc2=size=64x48:rate=12:duration=1".to_owned(),
    ];
    let listed = (1..=LISTED)
        .map(|number| format!("testsrc2=size=160x120:rate=12:duration=2,hue=h={}", number * 30));
    first.into_iter().chain(listed)
}
