//! The few things asked of a disk that the standard library does not do in one call, or not on every system.

use crate::names::PART_SUFFIX;
use crate::shelf::Sealed;
use sha2::{Digest, Sha256};
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::Path;

/// The modification time in nanoseconds since 1970, 0 where the system has none.
pub(crate) fn modified_ns(found: &fs::Metadata) -> i64 {
    let since = found.modified().ok().and_then(|at| at.duration_since(std::time::UNIX_EPOCH).ok());
    since.map_or(0, |since| i64::try_from(since.as_nanos()).unwrap_or(i64::MAX))
}

/// Reads a file back: its hash and its length.
pub(crate) fn hash_file(path: &Path) -> io::Result<Sealed> {
    let mut file = File::open(path)?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 256 * 1024];
    let mut size = 0;
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            break;
        }
        hasher.update(&buffer[..read]);
        size += read as u64;
    }
    let sha256 = hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(Sealed { sha256, size })
}

/// Temporary file, fsync, rename over, fsync of the folder.
pub(crate) fn replace_file(path: &Path, bytes: &[u8]) -> io::Result<()> {
    replace_with(path, bytes, readable)
}

/// A whole new file or the old one, durable, and for nobody else's eyes: only its owner can read it.
///
/// # Errors
/// When the disk refuses.
pub fn replace_private_file(path: &Path, bytes: &[u8]) -> io::Result<()> {
    replace_with(path, bytes, |_| Ok(()))
}

fn replace_with(
    path: &Path,
    bytes: &[u8],
    open_up: impl FnOnce(&File) -> io::Result<()>,
) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut temporary = tempfile::Builder::new().suffix(PART_SUFFIX).tempfile_in(folder)?;
    temporary.write_all(bytes)?;
    temporary.as_file().sync_all()?;
    open_up(temporary.as_file())?;
    temporary.persist(path)?;
    sync_folder(folder)
}

/// Temporary files are private; what stays for the person is an ordinary file.
///
/// # Errors
/// When the disk refuses.
#[cfg(unix)]
pub fn readable(file: &File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(fs::Permissions::from_mode(0o644))
}

/// Files have no such rights here.
#[cfg(not(unix))]
pub fn readable(_: &File) -> io::Result<()> {
    Ok(())
}

/// Makes a rename in `folder` durable.
///
/// # Errors
/// When the disk refuses.
#[cfg(unix)]
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// NTFS journals names by itself.
#[cfg(not(unix))]
pub fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Bytes that can still be written to the disk of `root`, where the system tells.
#[cfg(unix)]
pub(crate) fn free_space(root: &Path) -> Option<u64> {
    let stat = rustix::fs::statvfs(root).ok()?;
    Some(stat.f_bavail.saturating_mul(stat.f_frsize))
}

#[cfg(not(unix))]
pub(crate) fn free_space(_: &Path) -> Option<u64> {
    None
}
