//! Where the socket of a data folder is.

use crate::home::Home;
use interprocess::local_socket::Name;
use sha2::{Digest, Sha256};
use std::io;

/// The name under which the daemon of a data folder can be reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    #[cfg(unix)]
    path: std::path::PathBuf,
    #[cfg(windows)]
    pipe: String,
}

#[cfg(unix)]
impl Address {
    /// The longest path that every Unix takes: `sun_path` has 104 bytes on macOS with the closing zero.
    const LONGEST_PATH: usize = 103;

    /// The address for `home`: `run/daemon.sock` in it, or, when that path is longer than the system
    /// takes, a name made from its hash in a short folder of the user's.
    ///
    /// # Errors
    /// When the short folder cannot be made or somebody else could enter it.
    pub fn of(home: &Home) -> io::Result<Self> {
        let path = home.run().join("daemon.sock");
        if path.as_os_str().len() <= Self::LONGEST_PATH {
            return Ok(Self { path });
        }
        Ok(Self { path: short_folder()?.join(format!("{}.sock", short_hash(home))) })
    }

    /// The path of the socket.
    pub fn path(&self) -> &std::path::Path {
        &self.path
    }

    /// As `interprocess` wants it.
    pub(super) fn name(&self) -> io::Result<Name<'_>> {
        use interprocess::local_socket::{GenericFilePath, ToFsName};
        self.path.as_path().to_fs_name::<GenericFilePath>()
    }

    /// Removes the socket of a daemon that was killed. Only for the owner of the data folder's lock.
    pub(super) fn clear(&self) -> io::Result<()> {
        match std::fs::remove_file(&self.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

/// `$XDG_RUNTIME_DIR/mediafetcher`, or `/tmp/mediafetcher-UID` where there is no such folder.
#[cfg(unix)]
fn short_folder() -> io::Result<std::path::PathBuf> {
    let uid = rustix::process::geteuid().as_raw();
    let runtime = std::env::var_os("XDG_RUNTIME_DIR").map(std::path::PathBuf::from);
    let folder = match runtime.filter(|path| path.is_absolute() && path.as_os_str().len() < 40) {
        Some(runtime) => runtime.join("mediafetcher"),
        None => std::path::PathBuf::from(format!("/tmp/mediafetcher-{uid}")),
    };
    // In /tmp somebody else may have put a link or a folder of theirs under this name first.
    match std::fs::symlink_metadata(&folder) {
        Ok(found) if !found.is_dir() => {
            let text = format!("{} is not a folder", folder.display());
            Err(io::Error::new(io::ErrorKind::PermissionDenied, text))
        }
        _ => crate::home::make_private_folder(&folder).map(|()| folder),
    }
}

#[cfg(windows)]
impl Address {
    /// The address for `home`: a named pipe with a name made from its hash.
    ///
    /// # Errors
    /// Never; the signature is that of the other systems.
    pub fn of(home: &Home) -> io::Result<Self> {
        Ok(Self { pipe: format!("mediafetcher-{}", short_hash(home)) })
    }

    pub(super) fn name(&self) -> io::Result<Name<'_>> {
        use interprocess::local_socket::{GenericNamespaced, ToNsName};
        self.pipe.as_str().to_ns_name::<GenericNamespaced>()
    }

    /// A pipe goes with its process.
    pub(super) fn clear(&self) -> io::Result<()> {
        Ok(())
    }
}

/// 16 hexadecimal digits that stand for the data folder.
fn short_hash(home: &Home) -> String {
    let digest = Sha256::digest(home.root().as_os_str().as_encoded_bytes());
    digest[..8].iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_deep_data_folder_gets_a_short_address_of_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let deep = |last: &str| {
            let path = folder.path().join("d".repeat(60)).join("e".repeat(60)).join(last);
            Address::of(&Home::at(&path).unwrap()).unwrap()
        };
        let (one, two) = (deep("one"), deep("two"));
        assert!(one.path().as_os_str().len() <= Address::LONGEST_PATH);
        assert_ne!(one, two);
        assert_eq!(one, deep("one"));
    }
}
