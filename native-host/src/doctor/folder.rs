//! The disks: can the library folder be written the way downloads are, is there room, which names does it take, what
//! else can its disk; and is the database on one that it can trust.

use super::{bad, ok, warning};
use library::{LibraryError, Volume, nearest_existing};
use protocol::method::Check;
use std::path::Path;

const LITTLE_SPACE: u64 = 1024 * 1024 * 1024;
const NO_SPACE: u64 = 50 * 1024 * 1024;
/// `{title}_{id}` with a title of useful length needs this much.
const SHORT_NAMES: usize = 140;

/// Checks of the library folder, or of the place where it will be made.
pub(super) fn checks(library: &Path) -> Vec<Check> {
    if !library.is_absolute() {
        let hint = "mediafetcher config set folder DIR";
        return vec![bad("folder.writable", "no library folder is set", hint)];
    }
    let place = nearest_existing(library).unwrap_or(library);
    match Volume::probe(place) {
        Ok(volume) => vec![writable(library, place), space(&volume), names(&volume), disk(&volume)],
        Err(error) => vec![not_writable(place, &error), space(&Volume::untried(place))],
    }
}

/// The disk of the data folder: SQLite's log must not be on a network (sqlite.org/wal.html), and the lock that keeps a
/// second daemon away has to hold.
pub(super) fn data_disk(home: &Path) -> Check {
    let id = "data.volume";
    let hint =
        "Move the data folder to a disk of this computer: set MEDIAFETCHER_HOME to a folder there.";
    let volume = match Volume::probe(home) {
        Ok(volume) => volume,
        Err(error) => {
            let hint =
                "Make room there or change its permissions: nothing can be noted until then.";
            return bad(id, format!("{}: {error}", home.display()), hint);
        }
    };
    match (is_remote(&volume), volume.has_locks) {
        (_, false) => bad(id, format!("{}, and files cannot be locked there", kind(&volume)), hint),
        (true, true) => warning(id, kind(&volume), hint),
        (false, true) => ok(id, kind(&volume)),
    }
}

fn writable(library: &Path, place: &Path) -> Check {
    let found = library.display();
    match library == place {
        true => ok("folder.writable", found.to_string()),
        false => ok("folder.writable", format!("{found} (will be made)")),
    }
}

fn not_writable(place: &Path, error: &LibraryError) -> Check {
    let hint = "Connect the disk, change its permissions, or choose another folder: \
                mediafetcher config set folder DIR";
    bad("folder.writable", format!("{}: {error}", place.display()), hint)
}

fn space(volume: &Volume) -> Check {
    let id = "folder.space";
    let Some(free) = volume.free else { return warning(id, "unknown", "") };
    let found = format!("{} free", indicatif::HumanBytes(free));
    let hint = "Make room or choose another folder: mediafetcher config set folder DIR";
    match free {
        0..NO_SPACE => bad(id, found, hint),
        NO_SPACE..LITTLE_SPACE => warning(id, found, hint),
        _ => ok(id, found),
    }
}

fn names(volume: &Volume) -> Check {
    let id = "folder.names";
    let case = if volume.folds_case { "case is ignored" } else { "case matters" };
    let accents = if volume.folds_accents { ", forms of accents are ignored" } else { "" };
    let found = format!("up to {} bytes, {case}{accents}", volume.longest_name);
    match volume.longest_name < SHORT_NAMES {
        true => warning(id, found, "Long titles are cut short on this disk."),
        false => ok(id, found),
    }
}

fn disk(volume: &Volume) -> Check {
    let can = |can: bool, what: &str| if can { what.to_owned() } else { format!("no {what}") };
    let found = [
        kind(volume),
        can(volume.renames_exclusively, "renames that replace nothing"),
        can(volume.has_hard_links, "hard links"),
        can(volume.has_locks, "locks"),
    ];
    ok("folder.volume", found.join(", "))
}

/// "ext4, in this computer".
fn kind(volume: &Volume) -> String {
    match &volume.file_system {
        Some(known) if known.is_remote => format!("{}, over a network", known.name),
        Some(known) => format!("{}, in this computer", known.name),
        None => "of unknown kind".to_owned(),
    }
}

fn is_remote(volume: &Volume) -> bool {
    volume.file_system.as_ref().is_some_and(|known| known.is_remote)
}

#[cfg(test)]
mod tests {
    use super::*;
    use library::FileSystem;
    use protocol::method::CheckResult;
    use std::fs;

    #[test]
    fn a_folder_that_is_not_there_yet_is_probed_where_it_will_be_made() {
        let folder = tempfile::tempdir().unwrap();
        let checks = checks(&folder.path().join("Music/MediaFetcher"));
        assert_eq!(checks[0].result, CheckResult::Ok, "{checks:?}");
        assert!(checks[0].found.ends_with("(will be made)"));
        assert_eq!(checks.last().unwrap().id, "folder.volume");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_place_that_takes_no_files_or_no_folder_at_all_is_bad() {
        let place = Path::new("/proc");
        if place.is_dir() {
            assert_eq!(checks(place)[0].result, CheckResult::Bad);
        }
        assert_eq!(checks(Path::new("")).first().unwrap().result, CheckResult::Bad);
    }

    #[test]
    fn a_data_folder_that_takes_nothing_is_not_called_one_without_locks() {
        let place = Path::new("/proc");
        if place.is_dir() {
            let check = data_disk(place);
            assert_eq!(check.result, CheckResult::Bad);
            assert!(!check.found.contains("locked"), "{check:?}");
        }
    }

    #[test]
    fn what_a_disk_cannot_is_said() {
        let folder = tempfile::tempdir().unwrap();
        let can = Volume::probe(folder.path()).unwrap();
        assert_eq!(names(&can).result, CheckResult::Ok);
        let short = Volume { longest_name: 139, folds_case: true, ..can.clone() };
        assert_eq!(names(&short).result, CheckResult::Warning);
        assert_eq!(names(&short).found, "up to 139 bytes, case is ignored");
        let nfs = FileSystem { name: "nfs".into(), is_remote: true };
        let remote = Volume { file_system: Some(nfs), has_hard_links: false, ..can };
        let found = "nfs, over a network, renames that replace nothing, no hard links, locks";
        assert_eq!(disk(&remote).found, found);
    }

    #[test]
    fn the_database_is_well_in_an_ordinary_folder() {
        let folder = tempfile::tempdir().unwrap();
        let check = data_disk(folder.path());
        assert_eq!(
            (check.id.as_str(), check.result),
            ("data.volume", CheckResult::Ok),
            "{check:?}"
        );
    }
}
