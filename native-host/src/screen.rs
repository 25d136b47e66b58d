//! What the person may see: whether there is a screen, a folder in the system's file manager, a page in its browser.
//! Folder and page are ours; nothing that a client or a site names is opened.

use protocol::{ErrorBody, ErrorCode};
use std::ffi::OsStr;
use std::path::Path;
use std::process::Stdio;

#[cfg(target_os = "macos")]
const OPENER: &str = "open";
#[cfg(windows)]
const OPENER: &str = "explorer.exe";
#[cfg(not(any(target_os = "macos", windows)))]
const OPENER: &str = "xdg-open";

/// Opens a folder.
///
/// # Errors
/// [`ErrorCode::ProgramMissing`] where the system has no such program.
pub(crate) fn open_folder(folder: &Path) -> Result<(), ErrorBody> {
    start(OPENER, &[folder.as_os_str()])
}

/// Opens a page.
///
/// # Errors
/// As [`open_folder`].
pub(crate) fn open_page(address: &str) -> Result<(), ErrorBody> {
    if cfg!(windows) {
        // Explorer takes `=` and `,` of an address for marks of its own.
        return start("rundll32.exe", &["url.dll,FileProtocolHandler".as_ref(), address.as_ref()]);
    }
    start(OPENER, &[address.as_ref()])
}

fn start(program: &str, arguments: &[&OsStr]) -> Result<(), ErrorBody> {
    let started = tokio::process::Command::new(program)
        .args(arguments)
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
        Err(_) => Err(ErrorBody::new(ErrorCode::ProgramMissing).with("program", program)),
    }
}

/// Whether this daemon was started where there is a screen: not over the network, nor by the system.
pub(crate) fn has_screen() -> bool {
    let named = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    cfg!(any(windows, target_os = "macos")) || named("DISPLAY") || named("WAYLAND_DISPLAY")
}
