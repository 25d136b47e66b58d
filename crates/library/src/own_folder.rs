//! What the library keeps for itself in its folder: parts and files set aside, folders for programs to work in, and
//! the trash.

use crate::disk::sync_folder;
use crate::error::LibraryError;
use crate::moving;
use crate::names::numbered;
use crate::shelf::Shelf;
use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Parts that nobody wanted, until the next start.
const QUARANTINE: &str = ".mediafetcher/quarantine";
/// Damaged files that were complete once, kept for good: they may be the only copy.
const DAMAGED: &str = ".mediafetcher/damaged";
/// Where programs work that make files: a folder for each, gone with the work.
const NESTS: &str = ".mediafetcher/work";
/// Deleted files, each under its hash, until they are brought back or collected.
const TRASH: &str = ".mediafetcher/trash";

impl Shelf {
    /// The name of a file in the trash.
    pub(crate) fn stowed_name(sha256: &str) -> String {
        format!("{TRASH}/{sha256}")
    }

    /// An empty folder for a program to work in, on the disk of the library, so that what it makes can be moved in.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn make_nest(&self, name: &str) -> Result<PathBuf, LibraryError> {
        self.remove_nest(name)?;
        let nest = self.path(&format!("{NESTS}/{name}"))?;
        self.make_folder(&nest)?;
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
        moving::over(file, &self.path(part)?).map_err(LibraryError::io(part))
    }

    /// Removes what work left that did not come to its end.
    ///
    /// # Errors
    /// When the disk refuses.
    pub(crate) fn remove_nests(&self) -> Result<(), LibraryError> {
        remove_folder(&self.root().join(NESTS))
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
        let folder = self.root().join(own_folder);
        self.make_folder(&folder)?;
        let flat = name.replace('/', "_");
        let free = (1..).map(|number| match number {
            1 => folder.join(&flat),
            number => folder.join(numbered(&flat, number)),
        });
        let free =
            free.into_iter().find(|path| !path.exists()).unwrap_or_else(|| folder.join(&flat));
        moving::over(&self.path(name)?, &free).map_err(LibraryError::io(name))
    }

    /// Does what takes long before a file of ours is moved into the trash or out of it (`comes_back`): where they are on
    /// two disks, its bytes are copied. Gives that copy.
    ///
    /// # Errors
    /// When a disk refuses, or is away.
    pub(crate) fn prepare_stow(
        &self,
        name: &str,
        sha256: &str,
        comes_back: bool,
    ) -> Result<Option<PathBuf>, LibraryError> {
        self.check_for(name)?;
        let (file, stowed) = (self.path(name)?, self.root().join(Self::stowed_name(sha256)));
        let (from, to) = if comes_back { (&stowed, &file) } else { (&file, &stowed) };
        if from.symlink_metadata().is_err() {
            return Ok(None);
        }
        self.make_folder(to.parent().unwrap_or(self.root()))?;
        moving::prepare(from, to).map_err(LibraryError::io(name))
    }

    /// Moves a file of ours into the trash; one that is there already, or nowhere, is fine. Durable once the trash is
    /// synced.
    ///
    /// # Errors
    /// When the disk refuses.
    pub(crate) fn stow(&self, name: &str, sha256: &str) -> Result<(), LibraryError> {
        let stowed = self.root().join(Self::stowed_name(sha256));
        self.make_folder(stowed.parent().unwrap_or(self.root()))?;
        match moving::over(&self.path(name)?, &stowed) {
            // Unless the whole disk is.
            Err(error) if error.kind() == io::ErrorKind::NotFound => self.check_for(name),
            Err(error) => Err(LibraryError::io(name)(error)),
            Ok(()) => {
                self.remove_empty_folder(name);
                Ok(())
            }
        }
    }

    /// Gives a file in the trash its name back, which is durable once its folder is synced. `Ok(false)`: something else
    /// has that name; nothing changed. A file that is not in the trash, or of which an equal one has the name, is there
    /// already.
    ///
    /// # Errors
    /// When the disk refuses.
    pub(crate) fn unstow(&self, sha256: &str, name: &str) -> Result<bool, LibraryError> {
        let Some(length) = self.stowed_length(sha256)? else { return Ok(true) };
        if self.rename_if_free(&Self::stowed_name(sha256), name)? {
            return Ok(true);
        }
        let same = self.has_bytes(name, length, sha256)?;
        if same {
            self.remove_stowed(sha256)?;
        }
        Ok(same)
    }

    /// Whether [`Shelf::unstow`] would find this name free.
    ///
    /// # Errors
    /// When the disk refuses.
    pub(crate) fn is_free_for(&self, sha256: &str, name: &str) -> Result<bool, LibraryError> {
        let Some(length) = self.stowed_length(sha256)? else { return Ok(true) };
        Ok(!self.is_taken(name) || self.has_bytes(name, length, sha256)?)
    }

    /// Bytes of a file in the trash. "It is not there" has to be certain: what is noted as back is swept from the trash.
    fn stowed_length(&self, sha256: &str) -> Result<Option<u64>, LibraryError> {
        let stowed = Self::stowed_name(sha256);
        match self.root().join(&stowed).metadata() {
            Ok(found) => Ok(Some(found.len())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => self.check().map(|()| None),
            Err(error) => Err(LibraryError::io(stowed)(error)),
        }
    }

    /// The same bytes may be arriving at this moment, and have their name already.
    fn has_bytes(&self, name: &str, length: u64, sha256: &str) -> Result<bool, LibraryError> {
        let is_as_long = self.stat(name).is_some_and(|(found, _)| found == length);
        Ok(is_as_long && self.hash(name)?.sha256 == sha256)
    }

    /// Makes durable what names these files have now: one sync for each of their folders.
    ///
    /// # Errors
    /// When the disk refuses.
    pub(crate) fn sync_folders_of<'a>(
        &self,
        names: impl IntoIterator<Item = &'a str>,
    ) -> Result<(), LibraryError> {
        let paths = names.into_iter().map(|name| self.path(name)).collect::<Result<Vec<_>, _>>()?;
        let folders: BTreeSet<&Path> = paths.iter().filter_map(|path| path.parent()).collect();
        folders.into_iter().try_for_each(|folder| {
            sync_folder(folder).map_err(LibraryError::io(folder.display().to_string()))
        })
    }

    /// Deletes a file in the trash for good; one that is not there is fine.
    ///
    /// # Errors
    /// When the disk refuses.
    pub(crate) fn remove_stowed(&self, sha256: &str) -> Result<(), LibraryError> {
        match fs::remove_file(self.root().join(TRASH).join(sha256)) {
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
        let entries = match fs::read_dir(self.root().join(TRASH)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            other => other.map_err(LibraryError::io(TRASH))?,
        };
        let names = entries.flatten().filter_map(|entry| entry.file_name().into_string().ok());
        Ok(names.filter(|name| name.len() == 64).collect())
    }

    /// Deletes what was quarantined before the start of this run.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn empty_quarantine(&self) -> Result<(), LibraryError> {
        remove_folder(&self.root().join(QUARANTINE))
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
