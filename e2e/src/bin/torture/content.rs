//! Whether a file is what was wanted: a site's sound, a site's bytes, a stream in another container, an encoding that
//! looks like its source, or a person's own file.

use crate::attic::{Attic, sha256};
use crate::pages::{self, Truth};
use crate::snapshot::{Key, Promise};
use anyhow::{Context, Result, ensure};
use e2e::payload;
use simulator::{Control, Format};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// Of an encoding at the default quality; two different pictures of the site are far below.
const ALIKE: f64 = 0.9;
/// Encoders begin with some silence, and end with a whole frame; in seconds.
const SLACK: f64 = 0.15;
const SEGMENTS: usize = 3;

/// Compares files with where they come from.
pub struct Judge {
    control: Control,
    /// Originals for programs that want files.
    folder: TempDir,
    /// What ffmpeg had to decode and found good: the wanted file, and the hash of its picture and sound.
    decoded: BTreeSet<(Key, String)>,
}

impl Judge {
    /// # Errors
    /// When there is no place for originals.
    pub fn new(control: &Control) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        Ok(Self { control: control.clone(), folder, decoded: BTreeSet::new() })
    }

    /// Checks the content of a file whose hash is the promised one.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn check(&mut self, promise: &Promise, path: &Path, attic: &Attic) -> Result<()> {
        match promise.source.as_str() {
            "files" => own_file(promise, path, attic),
            "web" => self.of_page(promise, path),
            _ => self.song(promise, path),
        }
    }

    /// The sound is the site's, byte for byte, whatever tags are around it.
    fn song(&self, promise: &Promise, path: &Path) -> Result<()> {
        let (song, variant) = &promise.key;
        let name = if promise.part.is_empty() { variant } else { &promise.part };
        let format: Format = name.parse().map_err(anyhow::Error::msg)?;
        let truth = self.control.truth(song, format).context("the site has no such file")?;
        let extension = format.extension();
        let here = payload::of(extension, &std::fs::read(path)?).context("damaged (I3)")?;
        let there = payload::of(extension, &truth.to_vec()).context("the simulator's own file")?;
        ensure!(here == there, "its sound is not the site's (I3)");
        Ok(())
    }

    fn of_page(&mut self, promise: &Promise, path: &Path) -> Result<()> {
        let truth = pages::truth_of(&promise.key).context("nobody asked for this")?;
        let bytes = std::fs::read(path)?;
        if let Truth::Kept(name) = &truth {
            let original = self.original(name)?;
            if !promise.is_edited {
                ensure!(bytes == original, "it is not byte for byte the site's (I3)");
            }
            return same_payload(name, &bytes, &original);
        }
        let name = path.to_string_lossy();
        let content = payload::of(extension(&name), &bytes).context("damaged (I3)")?;
        let decoded = (promise.key.clone(), sha256(&content));
        if self.decoded.contains(&decoded) {
            return Ok(());
        }
        match &truth {
            Truth::Packed(stream) => self.same_streams(path, stream, &promise.key.1)?,
            Truth::Encoded(name) => self.alike(path, name, &promise.key.1)?,
            Truth::Kept(_) => {}
        }
        self.decoded.insert(decoded);
        Ok(())
    }

    /// Packing anew changes no packet: what comes out of the decoders is the same.
    fn same_streams(&self, path: &Path, stream: &str, variant: &str) -> Result<()> {
        let names = (0..SEGMENTS).map(|number| format!("{stream}{number}.ts"));
        let mut whole = Vec::new();
        for name in names {
            whole.extend(self.original(&name)?);
        }
        let original = self.put("stream.ts", &whole)?;
        let kinds: &[&str] = if variant == "media" { &["v", "a"] } else { &["a"] };
        for kind in kinds {
            let (here, there) = (decoded_md5(path, kind)?, decoded_md5(&original, kind)?);
            ensure!(here == there, "its {kind} stream is not the site's (I3)");
        }
        Ok(())
    }

    /// As long as the original, and with a picture as many frames that look like its own.
    fn alike(&self, path: &Path, name: &str, variant: &str) -> Result<()> {
        let original = self.put(name, &self.original(name)?)?;
        let (here, there) = (seconds(path)?, seconds(&original)?);
        ensure!((here - there).abs() < SLACK, "{here} s long instead of {there} s (I3)");
        if variant == "media" {
            let (here, there) = (frames(path)?, frames(&original)?);
            ensure!(here == there, "{here} frames instead of {there} (I3)");
            let likeness = likeness(path, &original)?;
            ensure!(likeness > ALIKE, "it looks like its source by {likeness} only (I3)");
        }
        Ok(())
    }

    fn original(&self, name: &str) -> Result<Vec<u8>> {
        let file = self.control.videos().truth(name).context("the site has no such file")?;
        Ok(file.to_vec())
    }

    fn put(&self, name: &str, bytes: &[u8]) -> Result<PathBuf> {
        let path = self.folder.path().join(name);
        if !path.exists() {
            std::fs::write(&path, bytes)?;
        }
        Ok(path)
    }
}

/// A person's own file is known by its hash; after an edit, by what can be heard and seen in it.
fn own_file(promise: &Promise, path: &Path, attic: &Attic) -> Result<()> {
    let original = &promise.key.0;
    let truth = attic.payload_of(original).context("no file with these bytes was there")?;
    if promise.sha256 == *original {
        return Ok(());
    }
    ensure!(promise.is_edited, "its bytes are not those of the original (I3)");
    let name = path.to_string_lossy();
    let here = payload::of(extension(&name), &std::fs::read(path)?).context("damaged (I3)")?;
    ensure!(sha256(&here) == *truth, "its content is not that of the original (I3)");
    Ok(())
}

fn same_payload(name: &str, here: &[u8], there: &[u8]) -> Result<()> {
    let extension = extension(name);
    let here = payload::of(extension, here).context("damaged (I3)")?;
    let there = payload::of(extension, there).context("the simulator's own file")?;
    ensure!(here == there, "its content is not the site's (I3)");
    Ok(())
}

fn extension(name: &str) -> &str {
    name.rsplit_once('.').map_or("", |(_, extension)| extension)
}

/// The MD5 of all that the decoder of a stream gives.
fn decoded_md5(path: &Path, kind: &str) -> Result<String> {
    let stream = format!("0:{kind}:0");
    let arguments = ["-map", &stream, "-fps_mode", "passthrough", "-f", "md5", "-"];
    ask("ffmpeg", &["-v", "error", "-xerror", "-nostdin", "-i"], path, &arguments)
}

fn seconds(path: &Path) -> Result<f64> {
    let arguments = ["-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0"];
    Ok(ask("ffprobe", &arguments, path, &[])?.parse()?)
}

fn frames(path: &Path) -> Result<u32> {
    let count = ["-v", "error", "-select_streams", "v:0", "-count_frames"];
    let show = ["-show_entries", "stream=nb_read_frames", "-of", "csv=p=0"];
    Ok(ask("ffprobe", &[&count[..], &show].concat(), path, &[])?.trim_end_matches(',').parse()?)
}

/// The structural similarity of two films, frame by frame: 1 for equal ones.
fn likeness(one: &Path, other: &Path) -> Result<f64> {
    let graph =
        "[0:v]settb=AVTB,setpts=N/TB[a];[1:v]settb=AVTB,setpts=N/TB[b];[a][b]ssim=stats_file=-";
    let other = other.to_string_lossy();
    let arguments = ["-i", &other, "-lavfi", graph, "-f", "null", "-"];
    let lines = ask("ffmpeg", &["-v", "error", "-nostdin", "-i"], one, &arguments)?;
    let of_line = |line: &str| {
        let all = line.split(' ').find_map(|field| field.strip_prefix("All:"))?;
        all.parse::<f64>().ok()
    };
    let each: Vec<f64> = lines.lines().filter_map(of_line).collect();
    // The worst frame says it: an average would hide a few that are wrong.
    each.into_iter().reduce(f64::min).context("ffmpeg compared nothing")
}

fn ask(program: &str, before: &[&str], file: &Path, after: &[&str]) -> Result<String> {
    let output = Command::new(program).args(before).arg(file).args(after).output()?;
    let complaints = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{program} {}: {}", file.display(), complaints.trim());
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
