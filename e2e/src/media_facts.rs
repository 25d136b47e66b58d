//! What ffmpeg and ffprobe, programs written by others, say about a file on disk.

use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use tokio::process::Command;

/// What a file is and says of itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Facts {
    /// ffprobe's name of the container, such as `mov,mp4,m4a,3gp,3g2,mj2`.
    pub container: String,
    /// The codec of its first audio stream.
    pub codec: String,
    /// Seconds.
    pub duration_s: f64,
    /// Tags with lower-case names.
    pub tags: BTreeMap<String, String>,
    /// A picture is embedded.
    pub has_cover: bool,
}

/// Asks ffprobe.
///
/// # Errors
/// When it takes the file for damaged or without sound.
pub async fn probe(file: &Path) -> Result<Facts> {
    let arguments = ["-v", "error", "-of", "json", "-show_format", "-show_streams"];
    let output =
        Command::new("ffprobe").args(arguments).arg(file).kill_on_drop(true).output().await?;
    if !output.status.success() {
        bail!("ffprobe {}: {}", file.display(), String::from_utf8_lossy(&output.stderr).trim());
    }
    let answer: Value = serde_json::from_slice(&output.stdout)?;
    let streams = answer["streams"].as_array().cloned().unwrap_or_default();
    let of_kind = |kind: &str| streams.iter().find(|stream| stream["codec_type"] == kind);
    let sound = of_kind("audio").with_context(|| format!("{} has no sound", file.display()))?;
    let format = &answer["format"];
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let tags = format["tags"].as_object().cloned().unwrap_or_default();
    Ok(Facts {
        container: text(&format["format_name"]),
        codec: text(&sound["codec_name"]),
        duration_s: text(&format["duration"]).parse().unwrap_or(0.0),
        tags: tags.iter().map(|(name, value)| (name.to_lowercase(), text(value))).collect(),
        has_cover: of_kind("video").is_some(),
    })
}

/// The MD5 of the decoded samples: equal for two files with the same sound, whatever their tags.
///
/// # Errors
/// When ffmpeg finds the smallest fault in the file.
pub async fn sound_md5(file: &Path) -> Result<String> {
    let mut command = Command::new("ffmpeg");
    command.args(["-v", "error", "-xerror", "-nostdin", "-i"]).arg(file);
    command.args(["-map", "0:a:0", "-f", "md5", "-"]).kill_on_drop(true);
    let output = command.output().await?;
    let complaints = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() || !complaints.trim().is_empty() {
        bail!("ffmpeg {}: {}", file.display(), complaints.trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// The codecs of all streams, in their order: `h264+aac`.
///
/// # Errors
/// When ffprobe takes the file for damaged.
pub async fn codecs(file: &Path) -> Result<String> {
    let mut command = Command::new("ffprobe");
    command.args(["-v", "error", "-show_entries", "stream=codec_name", "-of", "csv=p=0"]).arg(file);
    let output = command.kill_on_drop(true).output().await?;
    if !output.status.success() {
        bail!("ffprobe {}: {}", file.display(), String::from_utf8_lossy(&output.stderr).trim());
    }
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    Ok(text.split_whitespace().collect::<Vec<_>>().join("+"))
}
