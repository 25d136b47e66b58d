//! The Windows registry, where browsers look up the path of a host manifest.
//!
//! `reg.exe` comes with every Windows; it is called by its full path and with the current user's keys only.

use std::io;
use std::path::Path;
use std::process::{Command, Stdio};

/// Makes `path` the default value of `key` below `HKEY_CURRENT_USER`.
///
/// # Errors
/// When `reg.exe` cannot be run or refuses.
pub fn set(key: &str, path: &Path) -> io::Result<()> {
    let key = format!(r"HKCU\{key}");
    let mut command = reg();
    command.args(["add", &key, "/ve", "/t", "REG_SZ", "/f", "/d"]).arg(path);
    succeed(&mut command)
}

/// Removes `key`; a key that is not there is no error.
///
/// # Errors
/// As [`set`].
pub fn remove(key: &str) -> io::Result<()> {
    let key = format!(r"HKCU\{key}");
    if !reg().args(["query", &key]).status()?.success() {
        return Ok(());
    }
    succeed(reg().args(["delete", &key, "/f"]))
}

fn reg() -> Command {
    let windows = std::env::var_os("SystemRoot").unwrap_or_else(|| r"C:\Windows".into());
    let mut command = Command::new(Path::new(&windows).join("System32").join("reg.exe"));
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

fn succeed(command: &mut Command) -> io::Result<()> {
    let status = command.status()?;
    status.success().then_some(()).ok_or_else(|| io::Error::other(format!("reg.exe: {status}")))
}
