//! The few seconds of sound that all files are made from: synthesised and encoded by one run of ffmpeg, kept in a
//! folder for the next start.

use super::mp4::Aac;
use super::mpeg::Mp3;
use super::riff::Wav;
use anyhow::{Context, bail};
use bytes::Bytes;
use std::path::{Path, PathBuf};
use std::process::Command;

/// How many songs sound different from each other before turning.
pub(crate) const SONGS: usize = 8;
/// How many cover pictures there are.
pub(crate) const COVERS: usize = 4;
/// The separated tracks, in the order the sites name them.
pub const STEMS: [&str; 4] = ["vocals", "drums", "bass", "other"];
/// Changes whenever the sounds or their encoding do, so that an old folder is not taken for a new one.
const RECIPE: &str = "clips-1";

/// One sound in every format.
#[derive(Debug)]
pub(crate) struct Clip {
    pub mp3: Mp3,
    pub wav: Wav,
    pub m4a: Aac,
}

/// Everything ffmpeg made.
#[derive(Debug)]
pub(crate) struct Clips {
    pub songs: Vec<Clip>,
    pub stems: Vec<Aac>,
    pub covers: Vec<Bytes>,
}

impl Clips {
    /// Reads them from `cache`, encoding them there first if they are not.
    pub(crate) fn load(cache: &Path) -> anyhow::Result<Self> {
        let folder = kept(cache, RECIPE, run_ffmpeg)?;
        let read = |name: String| {
            let path = folder.join(name);
            std::fs::read(&path)
                .map(Bytes::from)
                .with_context(|| format!("reading {}", path.display()))
        };
        let song = |n: usize| {
            Ok(Clip {
                mp3: Mp3::from_frames(read(format!("song{n}.mp3"))?).context("no MPEG frames")?,
                wav: Wav::from_pcm(read(format!("song{n}.pcm"))?).context("no PCM")?,
                m4a: Aac::from_mp4(&read(format!("song{n}.m4a"))?).context("no AAC packets")?,
            })
        };
        let stem =
            |n: usize| Aac::from_mp4(&read(format!("stem{n}.m4a"))?).context("no AAC packets");
        Ok(Self {
            songs: (0..SONGS).map(song).collect::<anyhow::Result<_>>()?,
            stems: (0..STEMS.len()).map(stem).collect::<anyhow::Result<_>>()?,
            covers: (0..COVERS)
                .map(|n| read(format!("cover{n}.jpg")))
                .collect::<anyhow::Result<_>>()?,
        })
    }
}

/// The folder of `recipe` in `cache`. The first time, `encode` fills it: beside its place and renamed, so that two
/// simulators starting at once do not see half of it.
pub(crate) fn kept(
    cache: &Path,
    recipe: &str,
    encode: impl FnOnce(&Path) -> anyhow::Result<()>,
) -> anyhow::Result<PathBuf> {
    let folder = cache.join(recipe);
    if folder.is_dir() {
        return Ok(folder);
    }
    std::fs::create_dir_all(cache).with_context(|| format!("creating {}", cache.display()))?;
    let work = tempfile::Builder::new().prefix("encoding-").tempdir_in(cache)?;
    let made = work.path().join("made");
    std::fs::create_dir(&made)?;
    encode(&made)?;
    match std::fs::rename(&made, &folder) {
        Err(error) if !folder.is_dir() => Err(error).context("keeping what was encoded"),
        _ => Ok(folder),
    }
}

fn run_ffmpeg(folder: &Path) -> anyhow::Result<()> {
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg.args(["-hide_banner", "-nostdin", "-loglevel", "error", "-fflags", "+bitexact"]);
    for source in song_sources().chain(stem_sources()).chain(cover_sources()) {
        ffmpeg.args(["-f", "lavfi", "-i", &source]);
    }
    let mut outputs = Outputs { ffmpeg: &mut ffmpeg, folder: folder.to_owned() };
    for n in 0..SONGS {
        outputs.add(n, &format!("song{n}.pcm"), &["-f", "s16le"]);
        outputs.add(n, &format!("song{n}.mp3"), MP3);
        outputs.add(n, &format!("song{n}.m4a"), M4A);
    }
    for n in 0..STEMS.len() {
        outputs.add(SONGS + n, &format!("stem{n}.m4a"), M4A);
    }
    for n in 0..COVERS {
        outputs.add(
            SONGS + STEMS.len() + n,
            &format!("cover{n}.jpg"),
            &["-frames:v", "1", "-update", "1"],
        );
    }
    run(&mut ffmpeg)
}

/// Runs ffmpeg; when it fails, the error says what it says.
pub(crate) fn run(ffmpeg: &mut Command) -> anyhow::Result<()> {
    let done = ffmpeg.output().context("ffmpeg is needed to make the sample files")?;
    if !done.status.success() {
        bail!("ffmpeg: {}", String::from_utf8_lossy(&done.stderr).trim());
    }
    Ok(())
}

/// Without bit reservoir every frame can be decoded by itself; without Xing header any number of them makes a file.
const MP3: &[&str] = &[
    "-c:a",
    "libmp3lame",
    "-b:a",
    "128k",
    "-reservoir",
    "0",
    "-write_xing",
    "0",
    "-id3v2_version",
    "0",
];
const M4A: &[&str] = &["-c:a", "aac", "-b:a", "128k", "-movflags", "+faststart"];

struct Outputs<'a> {
    ffmpeg: &'a mut Command,
    folder: PathBuf,
}

impl Outputs<'_> {
    fn add(&mut self, input: usize, name: &str, options: &[&str]) {
        self.ffmpeg.args(["-map", &input.to_string(), "-flags", "+bitexact"]).args(options);
        self.ffmpeg.arg(self.folder.join(name));
    }
}

fn song_sources() -> impl Iterator<Item = String> {
    (0..SONGS).map(|n| {
        let (low, high, seconds) = (110 + 37 * n, 440 + 61 * n, 2.0 + 0.25 * n as f64);
        let channel = |pitch: usize| {
            format!("0.3*sin(2*PI*{pitch}*t)*(0.6+0.4*sin(2*PI*2*t))+0.04*(random({n})*2-1)")
        };
        format!("aevalsrc={}|{}:s=44100:d={seconds}", channel(low), channel(high))
    })
}

fn stem_sources() -> impl Iterator<Item = String> {
    [330, 95, 55, 520].into_iter().map(|pitch| {
        let tone = format!("0.3*sin(2*PI*{pitch}*t)");
        format!("aevalsrc={tone}|{tone}:s=44100:d=2.5")
    })
}

fn cover_sources() -> impl Iterator<Item = String> {
    ["0x7a3cff", "0xff7a3c", "0x3cff7a", "0x1f2a44"]
        .into_iter()
        .map(|colour| format!("color=c={colour}:s=96x96:d=0.04"))
}
