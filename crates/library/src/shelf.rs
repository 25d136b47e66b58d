//! The library folder on its disk: where part files grow, are sealed and get their final names.
//!
//! Everything here blocks; callers on async threads use `spawn_blocking`. Nothing here knows the database.

use crate::disk::{free_space, hash_file, modified_ns, replace_file, sync_folder};
use crate::error::LibraryError;
use crate::moving;
use crate::names::{PART_SUFFIX, clash_key};
use crate::volume::{Volume, nearest_existing};
use serde::{Deserialize, Serialize};
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Component, Path, PathBuf};

/// Where MediaFetcher keeps its own things inside the library folder.
const OWN_FOLDER: &str = ".mediafetcher";
const MARKER: &str = ".mediafetcher/library.json";
/// The library folder.
#[derive(Debug, Clone)]
pub struct Shelf {
    root: PathBuf,
    /// Whose marker it has; `None` while it is not there.
    library_id: Option<String>,
    volume: Volume,
    /// Folders below it that are disks of their own.
    disks: Vec<String>,
}

/// What a sealed file is, as read back from the disk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sealed {
    /// SHA-256 of the bytes, hexadecimal.
    pub sha256: String,
    /// Bytes.
    pub size: u64,
}

#[derive(Serialize, Deserialize)]
struct Marker {
    library_id: String,
}

impl Shelf {
    /// A folder that is not there (yet): every use says so.
    pub(crate) fn closed(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
            library_id: None,
            volume: Volume::absent(),
            disks: Vec::new(),
        }
    }

    /// Chooses a folder: its disk is tried out before anything is made there.
    ///
    /// # Errors
    /// When a library cannot be kept on that disk, and as [`Shelf::open`].
    pub(crate) fn choose(root: &Path, library_id: &str) -> Result<Self, LibraryError> {
        if let Some(place) = nearest_existing(root) {
            Volume::probe(place)?.check(root)?;
        }
        Self::open(root, library_id)
    }

    /// Opens the folder, making it and its marker if need be.
    ///
    /// # Errors
    /// When it cannot be made or belongs to another library.
    pub(crate) fn open(root: &Path, library_id: &str) -> Result<Self, LibraryError> {
        let shown = || root.display().to_string();
        fs::create_dir_all(root.join(OWN_FOLDER)).map_err(LibraryError::io(shown()))?;
        if !check_marker(root, library_id)? {
            let json = serde_json::to_vec(&Marker { library_id: library_id.to_owned() })?;
            replace_file(&root.join(MARKER), &json).map_err(LibraryError::io(shown()))?;
        }
        // One that is full or may only be read still has files to play.
        let volume = Volume::probe(root).unwrap_or_else(|_| Volume::untried(root));
        let library_id = Some(library_id.to_owned());
        Ok(Self { root: root.to_owned(), library_id, volume, disks: Vec::new() })
    }

    /// Its disk is away, or it was not opened yet.
    pub(crate) fn is_closed(&self) -> bool {
        self.library_id.is_none()
    }

    /// It could not be tried out when it was opened.
    pub(crate) fn is_untried(&self) -> bool {
        self.library_id.is_some() && !self.volume.is_tried
    }

    /// The same folder with what its disk can, if that can be tried out now.
    pub(crate) fn tried(&self) -> Option<Self> {
        let volume = Volume::probe(&self.root).ok()?;
        Some(Self { volume, ..self.clone() })
    }

    /// The folders below it that are known to be disks of their own.
    pub(crate) fn disks(&self) -> &[String] {
        &self.disks
    }

    /// The same folder, with these folders below it as disks of their own.
    pub(crate) fn with_disks(self, disks: Vec<String>) -> Self {
        Self { disks, ..self }
    }

    /// True when a library was opened in `root` before and its disk is there now.
    pub(crate) fn is_marked(root: &Path) -> bool {
        root.join(MARKER).is_file()
    }

    /// The id of the library that was opened in `root` before.
    pub(crate) fn marked_by(root: &Path) -> Option<String> {
        let marker: Marker = serde_json::from_slice(&fs::read(root.join(MARKER)).ok()?).ok()?;
        Some(marker.library_id)
    }

    /// The folder's absolute path.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The longest name the volume takes, in bytes.
    pub fn name_max(&self) -> usize {
        self.volume.longest_name
    }

    /// Two names of one file, here: they differ in what the disk takes for the same.
    pub(crate) fn is_one_name(&self, a: &str, b: &str) -> bool {
        let folds = self.volume.folds_case || self.volume.folds_accents;
        a == b || (folds && clash_key(a) == clash_key(b))
    }

    /// Says whether files can be placed: the disk is there and the marker is still ours.
    ///
    /// # Errors
    /// [`LibraryError::VolumeMissing`].
    pub fn check(&self) -> Result<(), LibraryError> {
        let there = self.library_id.is_some() && Self::marked_by(&self.root) == self.library_id;
        let missing = || LibraryError::VolumeMissing(self.root.display().to_string());
        there.then_some(()).ok_or_else(missing)
    }

    /// Writes, syncs and removes a file: the only proof that a disk takes files.
    ///
    /// # Errors
    /// When it does not.
    pub fn try_out(&self) -> Result<(), LibraryError> {
        let shown = self.root.display().to_string();
        let tried = || -> io::Result<()> {
            let mut file = tempfile::Builder::new().suffix(PART_SUFFIX).tempfile_in(&self.root)?;
            file.write_all(&[0; 1024 * 1024])?;
            file.as_file().sync_all()
        };
        tried().map_err(LibraryError::io(shown))
    }

    /// The absolute path of `name`, a name of ours with `/` between its parts (I6).
    ///
    /// # Errors
    /// [`LibraryError::Invalid`] if the name leads elsewhere, or a folder on the way is a symbolic link.
    pub fn path(&self, name: &str) -> Result<PathBuf, LibraryError> {
        let relative = Path::new(name);
        let plain = |part: Component<'_>| matches!(part, Component::Normal(_));
        if name.is_empty() || !relative.components().all(plain) {
            return Err(LibraryError::Invalid(format!("{name:?} is no name inside the library")));
        }
        let mut folder = self.root.clone();
        for part in relative.parent().into_iter().flat_map(Path::components) {
            folder.push(part);
            let is_link = folder.symlink_metadata().is_ok_and(|found| found.is_symlink());
            if is_link {
                let words = format!("{} is a symbolic link", folder.display());
                return Err(LibraryError::Invalid(words));
            }
        }
        Ok(self.root.join(relative))
    }

    /// Makes the bytes durable and reads them back for their hash (I2): both at the same time, since a large file takes
    /// a while for each.
    ///
    /// # Errors
    /// When the file cannot be read or synced.
    pub fn seal(&self, part: &str) -> Result<Sealed, LibraryError> {
        let path = self.path(part)?;
        let file = OpenOptions::new().write(true).open(&path).map_err(LibraryError::io(part))?;
        let (sealed, synced) = std::thread::scope(|scope| {
            let syncing = scope.spawn(|| file.sync_all());
            let sealed = hash_file(&path);
            (sealed, syncing.join().expect("a sync does not panic"))
        });
        synced.map_err(LibraryError::io(part))?;
        sealed.map_err(LibraryError::io(part))
    }

    /// Gives a sealed part its final name without replacing anything, and makes the name durable.
    /// `Ok(false)`: the name is taken; nothing changed.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn place(&self, part: &str, name: &str) -> Result<bool, LibraryError> {
        let placed = self.rename_if_free(part, name)?;
        if placed {
            let to = self.path(name)?;
            sync_folder(to.parent().unwrap_or(&self.root)).map_err(LibraryError::io(name))?;
        }
        Ok(placed)
    }

    /// As [`Shelf::place`], but the name is not durable before its folder is synced.
    pub(crate) fn rename_if_free(&self, part: &str, name: &str) -> Result<bool, LibraryError> {
        self.check_disk_of(name)?;
        let (from, to) = (self.path(part)?, self.path(name)?);
        self.make_folder(to.parent().unwrap_or(&self.root))?;
        let placed = moving::if_free(&from, &to, self.volume.renames_exclusively);
        placed.map_err(LibraryError::io(name))
    }

    /// Gives a file of ours another name, which is not durable before its folder is synced; a folder for stems goes with
    /// its last file. `Ok(false)`: the name is taken; nothing changed.
    ///
    /// # Errors
    /// When the disk refuses.
    pub(crate) fn rename(&self, from: &str, to: &str) -> Result<bool, LibraryError> {
        let renamed = self.rename_if_free(from, to)?;
        if renamed {
            self.remove_empty_folder(from);
        }
        Ok(renamed)
    }

    /// Something has that name, whatever it is.
    pub(crate) fn is_taken(&self, name: &str) -> bool {
        self.path(name).is_ok_and(|path| path.symlink_metadata().is_ok())
    }

    /// As [`Shelf::place`], for a file that takes the place of an older one of ours under the same name.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn place_over(&self, part: &str, name: &str) -> Result<(), LibraryError> {
        self.check_disk_of(name)?;
        let (from, to) = (self.path(part)?, self.path(name)?);
        let folder = to.parent().unwrap_or(&self.root).to_owned();
        let placed = moving::over(&from, &to).and_then(|()| sync_folder(&folder));
        placed.map_err(LibraryError::io(name))
    }

    /// Makes a folder of ours. Where the disk should be mounted and is not, none is made.
    pub(crate) fn make_folder(&self, folder: &Path) -> Result<(), LibraryError> {
        if folder == self.root || folder.is_dir() {
            return Ok(());
        }
        self.check()?;
        let made = fs::create_dir_all(folder)
            .and_then(|()| sync_folder(folder.parent().unwrap_or(&self.root)));
        made.map_err(LibraryError::io(folder.display().to_string()))
    }

    /// Removes a part or a surplus file; one that is not there is fine.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn remove(&self, name: &str) -> Result<(), LibraryError> {
        match fs::remove_file(self.path(name)?) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(LibraryError::io(name)(error))
            }
            _ => {
                self.remove_empty_folder(name);
                Ok(())
            }
        }
    }

    /// A folder for stems goes with its last file.
    pub(crate) fn remove_empty_folder(&self, name: &str) {
        let parent = Path::new(name).parent().filter(|parent| !parent.as_os_str().is_empty());
        if let Some(parent) = parent {
            // Refused by the system unless it is empty.
            let _ = fs::remove_dir(self.root.join(parent));
        }
    }

    /// Size in bytes and modification time in nanoseconds of a file of ours; `None` when it is not there.
    pub fn stat(&self, name: &str) -> Option<(u64, i64)> {
        let found = self.path(name).ok()?.symlink_metadata().ok()?;
        found.is_file().then(|| (found.len(), modified_ns(&found)))
    }

    /// Hashes a file of ours.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn hash(&self, name: &str) -> Result<Sealed, LibraryError> {
        hash_file(&self.path(name)?).map_err(LibraryError::io(name))
    }

    /// Sets a file's modification time (seconds since 1970) to when its content was made.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn set_time(&self, name: &str, seconds: i64) -> Result<(), LibraryError> {
        let since = std::time::Duration::from_secs(seconds.max(0).unsigned_abs());
        let time = std::time::UNIX_EPOCH + since;
        let file = OpenOptions::new().write(true).open(self.path(name)?);
        file.and_then(|file| file.set_modified(time)).map_err(LibraryError::io(name))
    }

    /// Writes a small file of ours, replacing an older one, durably.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn write_small(&self, name: &str, bytes: &[u8]) -> Result<(), LibraryError> {
        let path = self.path(name)?;
        self.make_folder(path.parent().unwrap_or(&self.root))?;
        replace_file(&path, bytes).map_err(LibraryError::io(name))
    }

    /// Part files lying in the folder.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn parts(&self) -> Result<Vec<String>, LibraryError> {
        let shown = || self.root.display().to_string();
        let entries = fs::read_dir(&self.root).map_err(LibraryError::io(shown()))?;
        let names = entries.flatten().filter_map(|entry| entry.file_name().into_string().ok());
        Ok(names.filter(|name| name.ends_with(PART_SUFFIX)).collect())
    }

    /// Bytes that can still be written to the folder's disk, where the system tells.
    pub fn free_space(&self) -> Option<u64> {
        free_space(&self.root)
    }
}

/// Whether the folder has a marker, which must be this library's.
fn check_marker(root: &Path, library_id: &str) -> Result<bool, LibraryError> {
    let bytes = match fs::read(root.join(MARKER)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        read => read.map_err(LibraryError::io(root.display().to_string()))?,
    };
    let marker: Marker = serde_json::from_slice(&bytes)?;
    if marker.library_id == library_id {
        return Ok(true);
    }
    let words = format!("{} belongs to another MediaFetcher library", root.display());
    Err(LibraryError::Invalid(words))
}
