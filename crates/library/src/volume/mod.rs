//! What the disk of a folder can: tried out there rather than read from tables, since network mounts and FUSE say of
//! themselves what does not hold. Which disk it is stands in [`file_system`].

mod file_system;

pub use file_system::FileSystem;

use crate::disk::{free_space, sync_folder};
use crate::error::LibraryError;
use crate::moving::rename_exclusively;
use crate::names::SMALLEST_LIMIT;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The longest name that is made anywhere, in bytes: what every common file system takes.
const LONGEST_NAME: usize = 255;
/// Letters that have two forms, in one code point and in two (Unicode Annex 15).
const COMPOSED: &str = "\u{e9}";
const DECOMPOSED: &str = "e\u{301}";

/// What the folders in which things are tried out begin with.
const NEST: &str = ".mediafetcher-probe-";
/// One that is older was left by a program that was killed: trying out takes seconds.
const LEFT_BEHIND: Duration = Duration::from_secs(3600);

/// What a disk is and can.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Volume {
    /// What it is, where the system says so.
    pub file_system: Option<FileSystem>,
    /// Bytes of the longest name that it takes, at most 255.
    pub longest_name: usize,
    /// Two names that differ in capitals only are one file.
    pub folds_case: bool,
    /// Two names that differ in how accents are written only are one file.
    pub folds_accents: bool,
    /// Renaming can be told to replace nothing.
    pub renames_exclusively: bool,
    /// A file can have two names.
    pub has_hard_links: bool,
    /// A lock that one has is refused to others.
    pub has_locks: bool,
    /// Bytes that can still be written, where the system says so.
    pub free: Option<u64>,
    /// It was tried out; otherwise this is what is believed of it until it can be.
    pub is_tried: bool,
}

impl Volume {
    /// Tries everything out in `folder`, the way downloads are written there. Nothing of it stays.
    ///
    /// # Errors
    /// When the disk takes no files, or they cannot be renamed ([`LibraryError::CannotRename`]).
    pub fn probe(folder: &Path) -> Result<Self, LibraryError> {
        let shown = || folder.display().to_string();
        let nest = tempfile::Builder::new().prefix(NEST).tempdir_in(folder);
        let nest = nest.map_err(LibraryError::io(shown()))?;
        let nest = nest.path();
        sweep(folder);
        write_durably(&nest.join("bytes")).map_err(LibraryError::io(shown()))?;
        let cannot = |source| LibraryError::CannotRename { folder: shown(), source };
        fs::rename(nest.join("bytes"), nest.join("renamed")).map_err(cannot)?;
        sync_folder(nest).map_err(LibraryError::io(shown()))?;
        Ok(Self {
            longest_name: longest_name(nest),
            folds_case: is_one_file(nest, "case", "CASE"),
            folds_accents: is_one_file(nest, COMPOSED, DECOMPOSED),
            renames_exclusively: has_exclusive_renames(nest).unwrap_or(false),
            has_hard_links: fs::hard_link(nest.join("renamed"), nest.join("linked")).is_ok(),
            has_locks: has_locks(&nest.join("renamed")).unwrap_or(false),
            is_tried: true,
            ..Self::untried(folder)
        })
    }

    /// What is believed of a disk that cannot be tried now, such as one that is full or may only be read.
    pub fn untried(folder: &Path) -> Self {
        Self { file_system: FileSystem::of(folder), free: free_space(folder), ..Self::absent() }
    }

    /// What is believed of one that is not there.
    pub(crate) fn absent() -> Self {
        Self {
            file_system: None,
            longest_name: LONGEST_NAME,
            folds_case: false,
            folds_accents: false,
            renames_exclusively: true,
            has_hard_links: false,
            has_locks: false,
            free: None,
            is_tried: false,
        }
    }

    /// A library can be kept there.
    ///
    /// # Errors
    /// [`LibraryError::NamesTooShort`].
    pub(crate) fn check(&self, folder: &Path) -> Result<(), LibraryError> {
        if self.longest_name >= SMALLEST_LIMIT {
            return Ok(());
        }
        let folder = folder.display().to_string();
        Err(LibraryError::NamesTooShort { folder, longest: self.longest_name })
    }
}

/// Whether two folders are on one disk. One that is not there is where it would be made. `None` where the system does
/// not tell disks apart.
#[cfg(unix)]
pub(crate) fn are_on_one_disk(a: &Path, b: &Path) -> Option<bool> {
    use std::os::unix::fs::MetadataExt;
    let device = |path: &Path| nearest_existing(path)?.metadata().ok().map(|found| found.dev());
    Some(device(a)? == device(b)?)
}

#[cfg(not(unix))]
pub(crate) fn are_on_one_disk(_: &Path, _: &Path) -> Option<bool> {
    None
}

/// The folder is on another disk than the folder that it is in.
pub(crate) fn is_disk_of_its_own(folder: &Path) -> bool {
    folder.parent().is_some_and(|above| are_on_one_disk(folder, above) == Some(false))
}

/// The folder at which the disk of `path` is mounted. `None` where the system does not tell, or nothing is there.
#[cfg(unix)]
pub(crate) fn mount_point_of(path: &Path) -> Option<PathBuf> {
    use std::os::unix::fs::MetadataExt;
    let device = path.metadata().ok()?.dev();
    let is_same = |above: &&Path| above.metadata().is_ok_and(|found| found.dev() == device);
    path.ancestors().take_while(is_same).last().map(Path::to_owned)
}

#[cfg(not(unix))]
pub(crate) fn mount_point_of(_: &Path) -> Option<PathBuf> {
    None
}

/// The folder itself, or the one in which it would be made.
pub fn nearest_existing(folder: &Path) -> Option<&Path> {
    folder.ancestors().find(|path| path.exists())
}

/// Removes what killed programs have left of their trying out. What cannot be removed now can be the next time.
fn sweep(folder: &Path) {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let is_nest = |entry: &fs::DirEntry| entry.file_name().to_string_lossy().starts_with(NEST);
    let age = |entry: &fs::DirEntry| entry.metadata().ok()?.modified().ok()?.elapsed().ok();
    for entry in entries.filter(|entry| is_nest(entry) && age(entry) > Some(LEFT_BEHIND)) {
        let _ = fs::remove_dir_all(entry.path());
    }
}

fn write_durably(path: &Path) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(b"probe")?;
    file.sync_all()
}

/// Accented letters, as titles have them: two bytes each.
fn longest_name(nest: &Path) -> usize {
    let takes = |length: usize| {
        let name = COMPOSED.repeat(length / 2) + &"n".repeat(length % 2);
        File::create(nest.join(name)).is_ok()
    };
    if takes(LONGEST_NAME) {
        return LONGEST_NAME;
    }
    let (mut taken, mut refused) = (0, LONGEST_NAME);
    while refused - taken > 1 {
        let middle = (taken + refused) / 2;
        if takes(middle) { taken = middle } else { refused = middle }
    }
    taken
}

fn is_one_file(nest: &Path, name: &str, other: &str) -> bool {
    File::create(nest.join(name)).is_ok() && nest.join(other).exists()
}

fn has_exclusive_renames(nest: &Path) -> io::Result<bool> {
    let [one, taken, free] = ["one", "taken", "free"].map(|name| nest.join(name));
    File::create(&one)?;
    File::create(&taken)?;
    Ok(!rename_exclusively(&one, &taken)? && rename_exclusively(&one, &free)?)
}

fn has_locks(path: &Path) -> io::Result<bool> {
    let open = || File::options().write(true).open(path);
    let (first, second) = (open()?, open()?);
    first.try_lock().map_err(io::Error::from)?;
    Ok(matches!(second.try_lock(), Err(fs::TryLockError::WouldBlock)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ordinary_folder_can_all_of_it_and_nothing_stays() {
        let folder = tempfile::tempdir().unwrap();
        let volume = Volume::probe(folder.path()).unwrap();
        assert_eq!(volume.longest_name, LONGEST_NAME);
        assert!(volume.renames_exclusively && volume.has_hard_links && volume.has_locks);
        assert!(volume.free.is_some_and(|free| free > 0));
        assert!(volume.check(folder.path()).is_ok());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        #[cfg(target_os = "linux")]
        assert!(volume.file_system.is_some_and(|disk| !disk.is_remote));
    }

    #[test]
    fn what_a_killed_program_has_left_is_removed_and_what_another_tries_out_now_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let (left, other) = (
            folder.path().join(".mediafetcher-probe-left"),
            folder.path().join(".mediafetcher-probe-now"),
        );
        fs::create_dir(&left).unwrap();
        fs::create_dir(&other).unwrap();
        let long_ago = std::time::SystemTime::now() - 2 * LEFT_BEHIND;
        File::open(&left).unwrap().set_modified(long_ago).unwrap();
        Volume::probe(folder.path()).unwrap();
        assert!(!left.exists() && other.exists());
    }

    #[test]
    fn what_takes_no_files_is_no_disk_for_a_library() {
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(Volume::probe(&folder.path().join("none")), Err(LibraryError::Io { .. })));
        let short = Volume { longest_name: 100, ..Volume::absent() };
        let refused = short.check(folder.path());
        assert!(matches!(refused, Err(LibraryError::NamesTooShort { longest: 100, .. })));
    }

    #[cfg(unix)]
    #[test]
    fn a_folder_that_is_not_there_is_on_the_disk_where_it_would_be_made() {
        let folder = tempfile::tempdir().unwrap();
        let later = folder.path().join("a/b");
        assert_eq!(nearest_existing(&later), Some(folder.path()));
        assert_eq!(are_on_one_disk(folder.path(), &later), Some(true));
        assert_eq!(are_on_one_disk(folder.path(), Path::new("/proc")), Some(false));
    }
}
