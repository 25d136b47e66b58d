//! Real files, made and judged by the real ffmpeg.
#![allow(dead_code, reason = "each test file uses its own part of this")]

use std::path::{Path, PathBuf};
use std::process::Command;

/// A 64x64 JPEG.
pub fn jpeg(folder: &Path) -> Vec<u8> {
    let path = folder.join("cover.jpg");
    ffmpeg(&["-f", "lavfi", "-i", "testsrc=size=64x64", "-frames:v", "1"], &path);
    std::fs::read(path).unwrap()
}

/// Runs ffmpeg with `arguments` and `output` as the last one.
pub fn ffmpeg(arguments: &[&str], output: &Path) {
    let mut command = Command::new("ffmpeg");
    let status =
        command.args(["-v", "error", "-nostdin", "-y"]).args(arguments).arg(output).status();
    assert!(status.expect("ffmpeg is needed for the tests").success(), "ffmpeg {arguments:?}");
}

/// Two seconds of a tone that changes, encoded with `arguments`.
pub fn tone(folder: &Path, name: &str, arguments: &[&str]) -> PathBuf {
    let path = folder.join(name);
    let source = ["-f", "lavfi", "-i", "aevalsrc=sin(440*t*t)|sin(330*t):s=44100:d=2"];
    ffmpeg(&[&source, arguments].concat(), &path);
    path
}

/// A digest of the decoded samples.
pub fn audio_md5(path: &Path) -> String {
    let mut command = Command::new("ffmpeg");
    let output = command
        .args(["-v", "error", "-nostdin", "-i"])
        .arg(path)
        .args(["-map", "0:a", "-f", "md5", "-"])
        .output();
    let output = output.expect("ffmpeg is needed for the tests");
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && complaints.is_empty(), "{}: {complaints}", path.display());
    String::from_utf8(output.stdout).unwrap()
}

/// What ffprobe says of format and streams.
pub fn probe(path: &Path) -> serde_json::Value {
    let mut command = Command::new("ffprobe");
    let output = command
        .args(["-v", "error", "-show_format", "-show_streams", "-of", "json"])
        .arg(path)
        .output();
    serde_json::from_slice(&output.expect("ffprobe is needed for the tests").stdout).unwrap()
}
