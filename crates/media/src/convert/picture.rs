//! A picture as JPEG, which tags can carry and everything shows.

use super::complaint;
use super::error::ConvertError;
use super::probe::file_argument;
use crate::process::{self, Heard, Watch};
use crate::programs::Program;
use std::path::Path;
use std::time::Duration;
use tokio::process::Command;
use tokio_util::sync::CancellationToken;

const TIMEOUT: Duration = Duration::from_secs(30);

/// Makes a JPEG of the first picture in `source`, no wider than 1280 pixels.
///
/// # Errors
/// Each of [`ConvertError`] that a run of ffmpeg can end with.
pub async fn picture(
    ffmpeg: &Path,
    source: &Path,
    output: &Path,
    cancel: &CancellationToken,
) -> Result<(), ConvertError> {
    let mut command = Command::new(ffmpeg);
    command
        .args(["-nostdin", "-hide_banner", "-loglevel", "error", "-y"])
        .args(["-protocol_whitelist", "file", "-i"])
        .arg(file_argument(source))
        .args(["-frames:v", "1", "-vf", "scale='min(1280,iw)':-2", "-q:v", "3", "-f", "mjpeg"])
        .arg(file_argument(output));
    let watch = Watch { patience: TIMEOUT, hears_stderr: false, nice: true, cancel };
    let ended = process::run(command, watch, |_| Heard::Nothing)
        .await
        .map_err(|stop| ConvertError::from_stop(stop, Program::Ffmpeg))?;
    if ended.status.success() { Ok(()) } else { Err(complaint::error_of(&ended, Program::Ffmpeg)) }
}
