//! What the person may see: whether there is a screen, a folder in the system's file manager, a page in its browser.
//! Folder and page are ours; nothing that a client or a site names is opened.

use protocol::{ErrorBody, ErrorCode};
use std::ffi::OsStr;
use std::process::Stdio;

#[cfg(target_os = "macos")]
const OPENER: &str = "open";
#[cfg(windows)]
const OPENER: &str = "explorer.exe";
#[cfg(not(any(target_os = "macos", windows)))]
const OPENER: &str = "xdg-open";

/// Opens the path of a folder or the address of a page.
///
/// # Errors
/// [`ErrorCode::ProgramMissing`] where the system has no such program.
pub(crate) fn open(what: impl AsRef<OsStr>) -> Result<(), ErrorBody> {
    let started = tokio::process::Command::new(OPENER)
        .arg(what)
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

/// Whether this daemon was started where there is a screen: not over the network, nor by the system.
pub(crate) fn has_screen() -> bool {
    let named = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    cfg!(any(windows, target_os = "macos")) || named("DISPLAY") || named("WAYLAND_DISPLAY")
}
