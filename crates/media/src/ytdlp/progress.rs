//! How far yt-dlp is, in the form that it is asked for with `--progress-template`.

use serde::Deserialize;

/// What a line of progress begins with.
pub(super) const MARK: &str = "MF-PROGRESS";
/// The template for [`MARK`]ed lines.
pub(super) const TEMPLATE: &str = "download:MF-PROGRESS%(progress.{downloaded_bytes,total_bytes,total_bytes_estimate,speed,eta})j";

/// How far a download is. Picture and sound may be downloaded one after the other, each from 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
    /// Bytes that have come.
    pub bytes: u64,
    /// All bytes, or an estimate.
    pub total: Option<u64>,
    /// Bytes a second.
    pub speed: Option<f64>,
    /// Seconds left.
    pub left_s: Option<f64>,
}

#[derive(Deserialize)]
struct Line {
    #[serde(default)]
    downloaded_bytes: Option<f64>,
    #[serde(default)]
    total_bytes: Option<f64>,
    #[serde(default)]
    total_bytes_estimate: Option<f64>,
    #[serde(default)]
    speed: Option<f64>,
    #[serde(default)]
    eta: Option<f64>,
}

/// Reads a line of progress; other lines are `None`.
pub(super) fn read(line: &str) -> Option<Progress> {
    let line: Line = serde_json::from_str(line.strip_prefix(MARK)?).ok()?;
    let total = line.total_bytes.or(line.total_bytes_estimate);
    Some(Progress {
        bytes: line.downloaded_bytes? as u64,
        total: total.filter(|total| *total > 0.0).map(|total| total as u64),
        speed: line.speed.filter(|speed| *speed >= 0.0),
        left_s: line.eta.filter(|left| *left >= 0.0),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read() {
        let line = r#"MF-PROGRESS{"downloaded_bytes": 1024, "total_bytes_estimate": 26118.5, "speed": null}"#;
        let progress = Progress { bytes: 1024, total: Some(26118), speed: None, left_s: None };
        assert_eq!(read(line), Some(progress));
    }

    #[test]
    fn other_lines_and_garbage_are_none() {
        for line in [
            "",
            "[download] x",
            "MF-PROGRESS",
            "MF-PROGRESS{}",
            "MF-PROGRESS[\"x\"]",
            "MF-PROGRESSNA",
        ] {
            assert_eq!(read(line), None);
        }
    }
}
