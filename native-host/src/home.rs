//! The data folder: where the database, the lock, the logs and private temporary files are.
//!
//! It is not the library folder (the person's music), of which it only knows the default.

use fs4::fs_std::FileExt;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

/// The variable that moves the data folder.
pub const HOME_VARIABLE: &str = "MEDIAFETCHER_HOME";
/// The name of the library folder inside the person's music folder.
const LIBRARY_NAME: &str = "MediaFetcher";

/// A data folder that exists, with an absolute path, readable by its owner only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Home {
    root: PathBuf,
}

/// The exclusive right to work in a data folder. It ends with this value or with the process (I7).
#[derive(Debug)]
pub struct Lock {
    // Closing the file gives the lock back, also when the process is killed.
    _file: File,
}

/// Why the data folder was not locked.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another daemon has it.
    #[error("another daemon already works in this data folder")]
    AlreadyRunning,
    /// The lock file could not be opened or locked.
    #[error("the data folder could not be locked")]
    Io(#[from] io::Error),
}

impl Home {
    /// The data folder of this user: `$MEDIAFETCHER_HOME`, else the system's place for application data.
    ///
    /// # Errors
    /// When the system names no such place, and as [`Home::at`].
    pub fn from_environment() -> io::Result<Self> {
        if let Some(named) = std::env::var_os(HOME_VARIABLE).filter(|value| !value.is_empty()) {
            return Self::at(Path::new(&named));
        }
        let none = || io::Error::new(io::ErrorKind::NotFound, "this user has no home folder");
        let project = directories::ProjectDirs::from("app", "mediafetcher", "MediaFetcher");
        Self::at(project.ok_or_else(none)?.data_local_dir())
    }

    /// The data folder at `root`, made with its sub-folders where they are missing.
    ///
    /// # Errors
    /// When a folder cannot be made, is not a folder, or belongs to somebody else.
    pub fn at(root: &Path) -> io::Result<Self> {
        make_private_folder(root)?;
        // One folder has one path, whatever links lead to it: the socket's name is derived from it.
        let home = Self { root: fs::canonicalize(root)? };
        for folder in [home.run(), home.logs(), home.tmp()] {
            make_private_folder(&folder)?;
        }
        Ok(home)
    }

    /// The folder itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The SQLite database.
    pub fn database(&self) -> PathBuf {
        self.root.join("mediafetcher.db")
    }

    /// The file whose lock means "a daemon works here".
    pub fn lock_file(&self) -> PathBuf {
        self.root.join("daemon.lock")
    }

    /// The folder of the local socket.
    pub fn run(&self) -> PathBuf {
        self.root.join("run")
    }

    /// The folder of the log files.
    pub fn logs(&self) -> PathBuf {
        self.root.join("log")
    }

    /// The log of the daemon.
    pub fn daemon_log(&self) -> PathBuf {
        self.logs().join("daemon.log")
    }

    /// The folder for temporary files that nobody else may read, such as a cookie file for yt-dlp.
    pub fn tmp(&self) -> PathBuf {
        self.root.join("tmp")
    }

    /// Removes what a run that was killed left in [`Home::tmp`]. For whoever holds the lock.
    ///
    /// # Errors
    /// When the folder cannot be read or something in it cannot be removed.
    pub fn empty_tmp(&self) -> io::Result<()> {
        for left in fs::read_dir(self.tmp())? {
            let left = left?;
            match left.file_type()?.is_dir() {
                true => fs::remove_dir_all(left.path())?,
                false => fs::remove_file(left.path())?,
            }
        }
        Ok(())
    }

    /// Takes the exclusive right to work here (I7).
    ///
    /// # Errors
    /// [`LockError::AlreadyRunning`] when another process has it.
    pub fn lock(&self) -> Result<Lock, LockError> {
        let file =
            OpenOptions::new().create(true).write(true).truncate(false).open(self.lock_file())?;
        if !file.try_lock_exclusive()? {
            return Err(LockError::AlreadyRunning);
        }
        Ok(Lock { _file: file })
    }
}

/// Where the library goes until the person says otherwise: `MediaFetcher` in the music folder, else in
/// the home folder. `None` for a user without a home.
pub fn default_library() -> Option<PathBuf> {
    let user = directories::UserDirs::new()?;
    Some(user.audio_dir().unwrap_or(user.home_dir()).join(LIBRARY_NAME))
}

/// Makes `path` a folder that only its owner can enter (mode 0700 on Unix; elsewhere the folder inherits
/// the access list of the user's profile, which is as strict).
///
/// # Errors
/// When it cannot be made, is something else than a folder, or belongs to another user.
pub fn make_private_folder(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)?;
    #[cfg(unix)]
    close_to_others(path)?;
    Ok(())
}

#[cfg(unix)]
fn close_to_others(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    let found = fs::metadata(path)?;
    if found.uid() != rustix::process::geteuid().as_raw() {
        let text = format!("{} belongs to another user", path.display());
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, text));
    }
    if found.mode() & 0o077 != 0 {
        fs::set_permissions(path, fs::Permissions::from_mode(0o700))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_lock_on_the_same_folder_is_refused_until_the_first_is_gone() {
        // I7
        let folder = tempfile::tempdir().unwrap();
        let home = Home::at(folder.path()).unwrap();
        let first = home.lock().unwrap();
        assert!(matches!(home.lock(), Err(LockError::AlreadyRunning)));
        drop(first);
        assert!(home.lock().is_ok());
    }

    #[cfg(unix)]
    #[test]
    fn every_folder_is_closed_to_others_even_if_it_was_open_before() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("data");
        fs::create_dir(&root).unwrap();
        fs::set_permissions(&root, fs::Permissions::from_mode(0o755)).unwrap();
        let home = Home::at(&root).unwrap();
        for path in [home.root().to_owned(), home.run(), home.logs(), home.tmp()] {
            assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o700);
        }
    }

    #[cfg(unix)]
    #[test]
    fn two_paths_to_one_folder_are_one_home() {
        let folder = tempfile::tempdir().unwrap();
        let real = folder.path().join("real");
        let home = Home::at(&real).unwrap();
        let link = folder.path().join("link");
        std::os::unix::fs::symlink(&real, &link).unwrap();
        assert_eq!(Home::at(&link).unwrap(), home);
    }
}
