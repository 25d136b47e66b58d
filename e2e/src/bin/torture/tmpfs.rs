//! A disk that is too small: a file system in memory, mounted over the library folder (Linux, as root).

use anyhow::{Context, Result, ensure};
use std::path::{Path, PathBuf};
use std::process::Command;

/// A mounted file system; unmounted when dropped.
pub struct Tmpfs {
    folder: PathBuf,
    bytes: u64,
    kept: bool,
}

impl Tmpfs {
    /// Mounts `bytes` of room over `folder`.
    ///
    /// # Errors
    /// Where that is not allowed.
    pub fn mount(folder: &Path, bytes: u64) -> Result<Self> {
        let tmpfs = Self { folder: folder.to_owned(), bytes, kept: false };
        run(Command::new("mount").args(["-t", "tmpfs", "-o", &tmpfs.size(), "tmpfs"]).arg(folder))?;
        Ok(tmpfs)
    }

    /// Makes room, as a person does who deletes something.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn grow(&mut self) -> Result<()> {
        self.bytes += self.bytes / 2;
        run(Command::new("mount")
            .args(["-o", &format!("remount,{}", self.size())])
            .arg(&self.folder))
    }

    fn size(&self) -> String {
        format!("size={}", self.bytes)
    }

    /// Leaves it mounted.
    pub fn keep(&mut self) {
        self.kept = true;
    }
}

impl Drop for Tmpfs {
    fn drop(&mut self) {
        if !self.kept {
            // Lazily: a daemon may still be about to end.
            let _ = run(Command::new("umount").arg("-l").arg(&self.folder));
        }
    }
}

fn run(command: &mut Command) -> Result<()> {
    let output = command.output().context("mount")?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{}", said.trim());
    Ok(())
}
