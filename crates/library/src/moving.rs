//! Giving files other names, without replacing anything where that is asked for; and from one disk to another, which
//! a rename cannot do (EXDEV): a folder of the library may be another disk's.

use crate::disk::{hash_file, modified_ns, sync_folder};
use crate::names::{PART_SUFFIX, SMALLEST_LIMIT};
use sha2::{Digest, Sha256};
use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// The clock of a disk may be so coarse, in nanoseconds: FAT counts in two seconds.
const COARSE_NS: u64 = 2_000_000_000;

/// Renames unless something has the name `to`: then false, and nothing changed.
///
/// # Errors
/// When the disk refuses, or cannot rename like this.
pub(crate) fn rename_exclusively(from: &Path, to: &Path) -> io::Result<bool> {
    let temporary = tempfile::TempPath::try_from_path(from)?;
    match temporary.persist_noclobber(to) {
        Ok(()) => Ok(true),
        Err(refused) => {
            // The file stays: it is verified work.
            let _ = refused.path.keep();
            match refused.error.kind() {
                io::ErrorKind::AlreadyExists => Ok(false),
                _ => Err(refused.error),
            }
        }
    }
}

/// For disks that know neither exclusive renames nor hard links (some network shares, and FUSE). One daemon owns the
/// folder, so that only a foreign program could slip in between the two steps.
fn rename_after_a_look(from: &Path, to: &Path) -> io::Result<bool> {
    if to.symlink_metadata().is_ok() {
        return Ok(false);
    }
    fs::rename(from, to).map(|()| true)
}

/// What was tried out is the disk of the library; a folder in it may be one that can less.
fn rename_exclusively_if_possible(from: &Path, to: &Path) -> io::Result<bool> {
    use io::ErrorKind::{InvalidInput, PermissionDenied, Unsupported};
    match rename_exclusively(from, to) {
        Err(error) if matches!(error.kind(), PermissionDenied | Unsupported | InvalidInput) => {
            rename_after_a_look(from, to)
        }
        renamed => renamed,
    }
}

/// Moves unless something has the name `to`. `is_exclusive`: the disk of the library can rename like that.
///
/// # Errors
/// When a disk refuses. The file is where it was.
pub(crate) fn if_free(from: &Path, to: &Path, is_exclusive: bool) -> io::Result<bool> {
    let rename = if is_exclusive { rename_exclusively_if_possible } else { rename_after_a_look };
    match rename(from, to) {
        Err(error) if is_about_disks(&error) => across(from, to, rename),
        renamed => renamed,
    }
}

/// Moves, in place of what has the name `to`.
///
/// # Errors
/// When a disk refuses. The file is where it was.
pub(crate) fn over(from: &Path, to: &Path) -> io::Result<()> {
    match fs::rename(from, to) {
        Err(error) if is_about_disks(&error) => {
            across(from, to, |copy, to| fs::rename(copy, to).map(|()| true)).map(drop)
        }
        renamed => renamed,
    }
}

/// Does what takes long in a move from `from` to `to`, if they are on two disks: the move itself is quick then. Gives the
/// copy that it has made for that.
///
/// # Errors
/// When a disk refuses.
pub(crate) fn prepare(from: &Path, to: &Path) -> io::Result<Option<PathBuf>> {
    let folder = to.parent().unwrap_or(Path::new("."));
    match crate::volume::are_on_one_disk(from, folder) {
        Some(false) => copy_beside(from, to).map(Some),
        _ => Ok(None),
    }
}

fn is_about_disks(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::CrossesDevices
}

/// A durable copy first, then its name, and only then the original goes (I1).
fn across(
    from: &Path,
    to: &Path,
    rename: impl Fn(&Path, &Path) -> io::Result<bool>,
) -> io::Result<bool> {
    let copy = copy_beside(from, to)?;
    if !rename(&copy, to)? {
        fs::remove_file(copy)?;
        return Ok(false);
    }
    sync_folder(to.parent().unwrap_or(Path::new(".")))?;
    fs::remove_file(from)?;
    Ok(true)
}

/// The part file beside `to` that holds the bytes of `from`, read back and synced. One that was made before is taken.
fn copy_beside(from: &Path, to: &Path) -> io::Result<PathBuf> {
    let copy = to.with_file_name(part_of(to.file_name().unwrap_or_default()));
    let original = from.metadata()?;
    if copy.symlink_metadata().is_ok_and(|found| is_same(&found, &original)) {
        return Ok(copy);
    }
    let made = copy_durably(from, &copy, &original);
    if made.is_err() {
        // Half of it is worth nothing.
        let _ = fs::remove_file(&copy);
    }
    made.map(|()| copy)
}

/// What the copy beside a file of this name is called, now and after a kill. The name may be a person's, and as long as
/// the disk allows.
fn part_of(name: &OsStr) -> OsString {
    let mut part = name.to_owned();
    if name.len() + PART_SUFFIX.len() > SMALLEST_LIMIT {
        let digest = Sha256::digest(name.as_encoded_bytes());
        part = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect::<String>().into();
    }
    part.push(PART_SUFFIX);
    part
}

fn copy_durably(from: &Path, copy: &Path, original: &fs::Metadata) -> io::Result<()> {
    let mut file = File::create(copy)?;
    io::copy(&mut File::open(from)?, &mut file)?;
    // Before its time, by which a whole copy is known.
    file.sync_all()?;
    if hash_file(copy)? != hash_file(from)? {
        return Err(io::Error::other("the copy on the other disk is not what was copied"));
    }
    file.set_modified(original.modified()?)?;
    file.sync_all()
}

fn is_same(copy: &fs::Metadata, original: &fs::Metadata) -> bool {
    let apart = modified_ns(copy).abs_diff(modified_ns(original));
    copy.is_file() && copy.len() == original.len() && apart < COARSE_NS
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    fn a_name_that_is_taken_is_left_alone(#[values(true, false)] is_exclusive: bool) {
        let folder = tempfile::tempdir().unwrap();
        let [from, to, free] = ["from", "to", "free"].map(|name| folder.path().join(name));
        fs::write(&from, "mine").unwrap();
        fs::write(&to, "yours").unwrap();
        assert!(!if_free(&from, &to, is_exclusive).unwrap());
        assert_eq!(fs::read_to_string(&to).unwrap(), "yours");
        assert!(if_free(&from, &free, is_exclusive).unwrap());
        assert_eq!(fs::read_to_string(&free).unwrap(), "mine");
        assert!(!from.exists());
    }

    /// Two folders of any test machine that are on two disks.
    #[cfg(target_os = "linux")]
    fn two_disks() -> Option<(tempfile::TempDir, tempfile::TempDir)> {
        let one = tempfile::tempdir_in(env!("CARGO_MANIFEST_DIR")).unwrap();
        let other = tempfile::tempdir_in("/dev/shm").ok()?;
        let apart = crate::volume::are_on_one_disk(one.path(), other.path()) == Some(false);
        if !apart {
            eprintln!("skipped: there is no second disk here");
        }
        apart.then_some((one, other))
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn from_disk_to_disk_the_original_goes_last() {
        let Some((one, other)) = two_disks() else { return };
        let (from, to) = (one.path().join("from"), other.path().join("to"));
        let bytes: Vec<u8> = (0..3_000_000u32).map(|n| n.wrapping_mul(31) as u8).collect();
        let write = || fs::write(&from, &bytes).unwrap();
        write();
        fs::write(&to, "yours").unwrap();
        assert!(!if_free(&from, &to, true).unwrap());
        assert_eq!(fs::read(&to).unwrap(), b"yours");
        let names = || fs::read_dir(other.path()).unwrap().count();
        assert_eq!((from.exists(), names()), (true, 1), "nothing is left of the try");

        over(&from, &to).unwrap();
        assert!(fs::read(&to).unwrap() == bytes && !from.exists() && names() == 1);

        write();
        let place = other.path().join("place");
        assert!(prepare(&from, &place).unwrap().is_some());
        assert_eq!((from.exists(), names()), (true, 2));
        assert!(if_free(&from, &place, true).unwrap());
        assert!(fs::read(&place).unwrap() == bytes && !from.exists() && names() == 2);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_name_as_long_as_the_disk_allows_has_its_copy_beside_it_all_the_same() {
        let Some((one, other)) = two_disks() else { return };
        let from = one.path().join("from");
        let names = ["ü".repeat(127), "ü".repeat(126) + "n"].map(|name| other.path().join(name));
        for (place, text) in names.iter().zip(["first", "second"]) {
            fs::write(&from, text).unwrap();
            assert!(prepare(&from, place).unwrap().is_some());
            assert!(if_free(&from, place, true).unwrap());
            assert_eq!(fs::read_to_string(place).unwrap(), text);
        }
        assert_eq!(fs::read_dir(other.path()).unwrap().count(), 2);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn what_was_copied_of_another_file_is_not_taken_for_this_one() {
        let Some((one, other)) = two_disks() else { return };
        let (from, to) = (one.path().join("from"), other.path().join("to"));
        fs::write(&from, "right").unwrap();
        let old = std::time::SystemTime::UNIX_EPOCH;
        let left = other.path().join("to.downloading");
        fs::write(&left, "wrong").unwrap();
        File::options().write(true).open(&left).unwrap().set_modified(old).unwrap();
        assert!(if_free(&from, &to, true).unwrap());
        assert_eq!(fs::read_to_string(&to).unwrap(), "right");
    }
}
