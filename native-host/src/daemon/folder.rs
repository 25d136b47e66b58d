//! Showing the library folder in the system's file manager. The folder is ours; nothing a client names is opened.

use protocol::{ErrorBody, ErrorCode};
use std::path::Path;
use std::process::Stdio;

#[cfg(target_os = "macos")]
const OPENER: &str = "open";
#[cfg(windows)]
const OPENER: &str = "explorer.exe";
#[cfg(not(any(target_os = "macos", windows)))]
const OPENER: &str = "xdg-open";

/// Opens `folder`.
///
/// # Errors
/// [`ErrorCode::ProgramMissing`] where the system has no such program.
pub(super) fn open(folder: &Path) -> Result<(), ErrorBody> {
    let started = tokio::process::Command::new(OPENER)
        .arg(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    match started {
        Ok(mut child) => {
            // Reaped in the background: some file managers stay in the foreground.
            tokio::spawn(async move { child.wait().await });
            Ok(())
        }
        Err(_) => Err(ErrorBody::new(ErrorCode::ProgramMissing).with("program", OPENER)),
    }
}
