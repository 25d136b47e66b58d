//! The library folder: can it be written the way downloads are, is there room, which names does it take.
//!
//! All of it is tried out rather than read from tables: network mounts and FUSE lie about themselves.

use super::{bad, ok, warning};
use protocol::method::Check;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

const LITTLE_SPACE: u64 = 1024 * 1024 * 1024;
const NO_SPACE: u64 = 50 * 1024 * 1024;
/// `{title}_{id}` with a title of useful length needs this much.
const SHORT_NAMES: u64 = 140;

/// Checks of the library folder, or of the place where it will be made.
pub(super) fn checks(library: &Path) -> Vec<Check> {
    if !library.is_absolute() {
        let hint = "mediafetcher config set folder DIR";
        return vec![bad("folder.writable", "no library folder is set", hint)];
    }
    let place = nearest_existing(library);
    vec![writable(library, &place), space(&place), names(&place)]
}

fn nearest_existing(folder: &Path) -> PathBuf {
    folder.ancestors().find(|path| path.is_dir()).unwrap_or(folder).to_owned()
}

fn writable(library: &Path, place: &Path) -> Check {
    let id = "folder.writable";
    let probe = Probe::in_folder(place);
    match probe.and_then(|probe| probe.write_as_downloads_do()) {
        Ok(()) if library == place => ok(id, library.display().to_string()),
        Ok(()) => ok(id, format!("{} (will be made)", library.display())),
        Err(error) => {
            let hint = "Connect the disk, change its permissions, or choose another folder: \
                        mediafetcher config set folder DIR";
            bad(id, format!("{}: {error}", place.display()), hint)
        }
    }
}

fn space(place: &Path) -> Check {
    let id = "folder.space";
    match fs4::available_space(place) {
        Ok(free) => {
            let found = format!("{} free", indicatif::HumanBytes(free));
            let hint = "Make room or choose another folder: mediafetcher config set folder DIR";
            match free {
                0..NO_SPACE => bad(id, found, hint),
                NO_SPACE..LITTLE_SPACE => warning(id, found, hint),
                _ => ok(id, found),
            }
        }
        Err(error) => warning(id, error.to_string(), ""),
    }
}

fn names(place: &Path) -> Check {
    let id = "folder.names";
    let probed = longest_name(place).and_then(|longest| {
        let ignores_case = Probe::in_folder(place)?.is_found_in_capitals();
        Ok((longest, ignores_case))
    });
    let (longest, ignores_case) = match probed {
        Ok(probed) => probed,
        Err(error) => return warning(id, error.to_string(), ""),
    };
    let case = if ignores_case { "case is ignored" } else { "case matters" };
    let found = format!("up to {longest} bytes, {case}");
    match longest < SHORT_NAMES {
        true => warning(id, found, "Long titles are cut short on this disk."),
        false => ok(id, found),
    }
}

/// In bytes.
#[cfg(unix)]
fn longest_name(place: &Path) -> io::Result<u64> {
    Ok(rustix::fs::statvfs(place)?.f_namemax)
}

/// NTFS and FAT count UTF-16 units; as bytes this is the safe reading.
#[cfg(not(unix))]
fn longest_name(_: &Path) -> io::Result<u64> {
    Ok(255)
}

/// A small file that goes when this value goes.
struct Probe {
    path: PathBuf,
    file: File,
}

impl Probe {
    fn in_folder(folder: &Path) -> io::Result<Self> {
        let name = format!(".mediafetcher-probe-{:016x}.downloading", rand::random::<u64>());
        let path = folder.join(name);
        let file = OpenOptions::new().write(true).create_new(true).open(&path)?;
        Ok(Self { path, file })
    }

    /// The order of I2: bytes, fsync, rename, fsync of the folder.
    fn write_as_downloads_do(mut self) -> io::Result<()> {
        self.file.write_all(b"probe")?;
        self.file.sync_all()?;
        let renamed = self.path.with_extension("done");
        fs::rename(&self.path, &renamed)?;
        self.path = renamed;
        sync_folder(self.path.parent().unwrap_or(&self.path))
    }

    fn is_found_in_capitals(&self) -> bool {
        let capitals = self.path.file_name().map(|name| name.to_ascii_uppercase());
        capitals.is_some_and(|capitals| self.path.with_file_name(capitals).exists())
    }
}

impl Drop for Probe {
    fn drop(&mut self) {
        // What cannot be removed was reported as not writable already.
        let _ = fs::remove_file(&self.path);
    }
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Windows has no such call; its rename is journalled.
#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::method::CheckResult;

    #[test]
    fn a_folder_that_is_not_there_yet_is_probed_where_it_will_be_made() {
        let folder = tempfile::tempdir().unwrap();
        let checks = checks(&folder.path().join("Music/MediaFetcher"));
        assert_eq!(checks[0].result, CheckResult::Ok, "{checks:?}");
        assert!(checks[0].found.ends_with("(will be made)"));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_file_in_the_way_or_no_folder_at_all_is_bad() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let place = Path::new("/proc");
        if place.is_dir() {
            assert_eq!(writable(place, place).result, CheckResult::Bad);
        }
        assert!(Probe::in_folder(file.path()).is_err());
        assert_eq!(checks(Path::new("")).first().unwrap().result, CheckResult::Bad);
    }

    #[test]
    fn the_limits_of_names_are_those_of_the_volume() {
        let folder = tempfile::tempdir().unwrap();
        let longest = longest_name(folder.path()).unwrap();
        let name = "n".repeat(usize::try_from(longest).unwrap());
        assert!(File::create(folder.path().join(&name)).is_ok());
        assert!(File::create(folder.path().join(name + "n")).is_err());
    }
}
