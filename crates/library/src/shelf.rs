//! The library folder on its disk: where part files grow, are sealed and get their final names.
//!
//! Everything here blocks; callers on async threads use `spawn_blocking`. Nothing here knows the database.

use crate::disk::{
    COMMON_NAME_MAX, free_space, hash_file, modified_ns, name_limit, rename_if_free, replace_file,
    sync_folder,
};
use crate::error::LibraryError;
use crate::names::{PART_SUFFIX, numbered};
use serde::{Deserialize, Serialize};
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Component, Path, PathBuf};

/// Where MediaFetcher keeps its own things inside the library folder.
const OWN_FOLDER: &str = ".mediafetcher";
const MARKER: &str = ".mediafetcher/library.json";
/// Parts that nobody wanted, until the next start.
const QUARANTINE: &str = ".mediafetcher/quarantine";
/// Damaged files that were complete once, kept for good: they may be the only copy.
const DAMAGED: &str = ".mediafetcher/damaged";
/// Where programs work that make files: a folder for each, gone with the work.
const NESTS: &str = ".mediafetcher/work";
/// Deleted files, each under its hash, until they are brought back or collected.
const TRASH: &str = ".mediafetcher/trash";

/// The library folder.
#[derive(Debug, Clone)]
pub struct Shelf {
    root: PathBuf,
    open: bool,
    name_max: usize,
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
        Self { root: root.to_owned(), open: false, name_max: COMMON_NAME_MAX }
    }

    /// Opens the folder, making it and its marker if need be.
    ///
    /// # Errors
    /// When it cannot be made or belongs to another library.
    pub(crate) fn open(root: &Path, library_id: &str) -> Result<Self, LibraryError> {
        let shown = || root.display().to_string();
        fs::create_dir_all(root.join(OWN_FOLDER)).map_err(LibraryError::io(shown()))?;
        let marker = root.join(MARKER);
        match fs::read(&marker) {
            Ok(bytes) => check_marker(&bytes, library_id, root)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let json = serde_json::to_vec(&Marker { library_id: library_id.to_owned() })?;
                replace_file(&marker, &json).map_err(LibraryError::io(shown()))?;
            }
            Err(error) => return Err(LibraryError::io(shown())(error)),
        }
        Ok(Self { root: root.to_owned(), open: true, name_max: name_limit(root) })
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

    /// The name of a file in the trash.
    pub(crate) fn stowed_name(sha256: &str) -> String {
        format!("{TRASH}/{sha256}")
    }

    /// The folder's absolute path.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The longest name the volume takes, in bytes.
    pub fn name_max(&self) -> usize {
        self.name_max
    }

    /// Says whether files can be placed: the disk is there and the marker is still ours.
    ///
    /// # Errors
    /// [`LibraryError::VolumeMissing`].
    pub fn check(&self) -> Result<(), LibraryError> {
        let there = self.open && Self::is_marked(&self.root);
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
        let (from, to) = (self.path(part)?, self.path(name)?);
        self.make_folder(to.parent().unwrap_or(&self.root)).map_err(LibraryError::io(name))?;
        let placed = tempfile::TempPath::try_from_path(&from).and_then(|temporary| {
            match temporary.persist_noclobber(&to) {
                Ok(()) => Ok(true),
                Err(refused) => {
                    let taken = refused.error.kind() == io::ErrorKind::AlreadyExists;
                    // The part stays: it is verified work.
                    let _ = refused.path.keep();
                    if taken { Ok(false) } else { Err(refused.error) }
                }
            }
        });
        let placed = match placed {
            Err(error) if error.kind() == io::ErrorKind::Unsupported => rename_if_free(&from, &to),
            other => other,
        };
        placed.map_err(LibraryError::io(name))
    }

    /// As [`Shelf::place`], for a file that takes the place of an older one of ours under the same name.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn place_over(&self, part: &str, name: &str) -> Result<(), LibraryError> {
        let (from, to) = (self.path(part)?, self.path(name)?);
        let folder = to.parent().unwrap_or(&self.root).to_owned();
        fs::rename(from, to).and_then(|()| sync_folder(&folder)).map_err(LibraryError::io(name))
    }

    fn make_folder(&self, folder: &Path) -> io::Result<()> {
        if folder == self.root || folder.is_dir() {
            return Ok(());
        }
        fs::create_dir_all(folder)?;
        sync_folder(folder.parent().unwrap_or(&self.root))
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
    fn remove_empty_folder(&self, name: &str) {
        let parent = Path::new(name).parent().filter(|parent| !parent.as_os_str().is_empty());
        if let Some(parent) = parent {
            // Refused by the system unless it is empty.
            let _ = fs::remove_dir(self.root.join(parent));
        }
    }

    /// An empty folder for a program to work in, on the disk of the library, so that what it makes can be moved in.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn make_nest(&self, name: &str) -> Result<PathBuf, LibraryError> {
        self.remove_nest(name)?;
        let nest = self.path(&format!("{NESTS}/{name}"))?;
        fs::create_dir_all(&nest).map_err(LibraryError::io(name))?;
        Ok(nest)
    }

    /// Removes such a folder with all that is in it; one that is not there is fine.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn remove_nest(&self, name: &str) -> Result<(), LibraryError> {
        remove_folder(&self.path(&format!("{NESTS}/{name}"))?)
    }

    /// Takes a file out of such a folder as the part `part`.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn adopt(&self, file: &Path, part: &str) -> Result<(), LibraryError> {
        fs::rename(file, self.path(part)?).map_err(LibraryError::io(part))
    }

    /// Removes what work left that did not come to its end.
    ///
    /// # Errors
    /// When the disk refuses.
    pub(crate) fn remove_nests(&self) -> Result<(), LibraryError> {
        remove_folder(&self.root.join(NESTS))
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
        self.make_folder(path.parent().unwrap_or(&self.root)).map_err(LibraryError::io(name))?;
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

    /// Moves a part out of sight; it is deleted at the next start.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn quarantine(&self, name: &str) -> Result<(), LibraryError> {
        self.move_aside(name, QUARANTINE)
    }

    /// Moves a damaged file out of the way of a sound one. It is kept.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn set_aside(&self, name: &str) -> Result<(), LibraryError> {
        self.move_aside(name, DAMAGED)
    }

    fn move_aside(&self, name: &str, own_folder: &str) -> Result<(), LibraryError> {
        let folder = self.root.join(own_folder);
        fs::create_dir_all(&folder).map_err(LibraryError::io(name))?;
        let flat = name.replace('/', "_");
        let free = (1..).map(|number| match number {
            1 => folder.join(&flat),
            number => folder.join(numbered(&flat, number)),
        });
        let free =
            free.into_iter().find(|path| !path.exists()).unwrap_or_else(|| folder.join(&flat));
        fs::rename(self.path(name)?, free).map_err(LibraryError::io(name))
    }

    /// Moves a file of ours into the trash. One that is there already, or nowhere, is fine.
    ///
    /// # Errors
    /// When the disk refuses.
    pub(crate) fn stow(&self, name: &str, sha256: &str) -> Result<(), LibraryError> {
        let trash = self.root.join(TRASH);
        self.make_folder(&trash).map_err(LibraryError::io(TRASH))?;
        match fs::rename(self.path(name)?, trash.join(sha256)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(LibraryError::io(name)(error)),
            Ok(()) => {
                sync_folder(&trash).map_err(LibraryError::io(TRASH))?;
                self.remove_empty_folder(name);
                Ok(())
            }
        }
    }

    /// Gives a file in the trash its name back. `Ok(false)`: something else has that name; nothing changed. A file
    /// that is not in the trash, or of which an equal one has the name, is there already.
    ///
    /// # Errors
    /// When the disk refuses.
    pub(crate) fn unstow(&self, sha256: &str, name: &str) -> Result<bool, LibraryError> {
        let stowed = Self::stowed_name(sha256);
        let Some((length, _)) = self.stat(&stowed) else { return Ok(true) };
        if self.place(&stowed, name)? {
            return Ok(true);
        }
        // The same bytes may be arriving at this moment, and have their name already.
        let same = self.stat(name).is_some_and(|(found, _)| found == length)
            && self.hash(name)?.sha256 == sha256;
        if same {
            self.remove_stowed(sha256)?;
        }
        Ok(same)
    }

    /// Deletes a file in the trash for good; one that is not there is fine.
    ///
    /// # Errors
    /// When the disk refuses.
    pub(crate) fn remove_stowed(&self, sha256: &str) -> Result<(), LibraryError> {
        match fs::remove_file(self.root.join(TRASH).join(sha256)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(LibraryError::io(sha256)(error))
            }
            _ => Ok(()),
        }
    }

    /// The hashes of the files in the trash.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub(crate) fn stowed(&self) -> Result<Vec<String>, LibraryError> {
        let entries = match fs::read_dir(self.root.join(TRASH)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            other => other.map_err(LibraryError::io(TRASH))?,
        };
        let names = entries.flatten().filter_map(|entry| entry.file_name().into_string().ok());
        Ok(names.filter(|name| name.len() == 64).collect())
    }

    /// Bytes that can still be written to the folder's disk, where the system tells.
    pub fn free_space(&self) -> Option<u64> {
        free_space(&self.root)
    }

    /// Deletes what was quarantined before the start of this run.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn empty_quarantine(&self) -> Result<(), LibraryError> {
        remove_folder(&self.root.join(QUARANTINE))
    }
}

/// One that is not there is fine.
fn remove_folder(folder: &Path) -> Result<(), LibraryError> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(LibraryError::io(folder.display().to_string())(error))
        }
        _ => Ok(()),
    }
}

fn check_marker(bytes: &[u8], library_id: &str, root: &Path) -> Result<(), LibraryError> {
    let marker: Marker = serde_json::from_slice(bytes)?;
    if marker.library_id == library_id {
        return Ok(());
    }
    let words = format!("{} belongs to another MediaFetcher library", root.display());
    Err(LibraryError::Invalid(words))
}
