//! The sound inside a file as ffmpeg sees it, whatever the tags around it say.

use std::path::Path;
use std::process::Command;

/// The MD5 of the encoded packets: equal for two files whose sound is the same byte for byte.
///
/// # Panics
/// When ffmpeg finds the smallest fault in the file.
pub fn md5(file: &Path) -> String {
    let mut command = Command::new("ffmpeg");
    command.args(["-v", "error", "-xerror", "-nostdin", "-i"]).arg(file);
    let output = command.args(["-map", "0:a:0", "-c", "copy", "-f", "md5", "-"]).output().unwrap();
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && complaints.is_empty(), "{}: {complaints}", file.display());
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}
