//! Libraries on disks of their own: mounted and not, gone in the middle, back again, and a folder of the library that is
//! another disk.

use crate::attic;
use crate::disks::Disk;
use crate::sending::{all, send, sent, session};
use crate::stage::{ACCOUNT, Stage, until_true, write_file};
use protocol::intake::{ImportReport, ImportState};
use protocol::method::*;
use protocol::shelf::*;
use protocol::{Balance, ErrorCode, JobSummary, SettingsPatch};
use simulator::{Fault, FaultKind, Format, Service};
use std::path::{Path, PathBuf};
use std::process::Command;

const SITE: Service = Service::Producer;
const MIB: u64 = 1024 * 1024;

/// A disk, and the place where it is mounted and unmounted.
struct Mount {
    disk: Disk,
    at: PathBuf,
}

impl Mount {
    /// `None`, with a printed reason, where this user may not mount.
    fn new(stage: &Stage, size: &str) -> Option<Self> {
        let disk = Disk::mount(&stage.folder().join("disk"), size)?;
        let mount = Self { disk, at: stage.folder().join("mnt") };
        std::fs::create_dir_all(&mount.at).unwrap();
        mount.connect();
        Some(mount)
    }

    fn connect(&self) {
        assert!(Disk::bind(&self.disk.at, &self.at), "it was mounted before");
    }

    /// At once, whoever has files open there.
    fn disconnect(&self) {
        assert!(Disk::unmount(&self.at));
    }

    fn library(&self) -> PathBuf {
        self.at.join("Music")
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        // A test may have left it unmounted.
        let _ = Disk::unmount(&self.at);
    }
}

fn waits_for_the_disk(job: &JobSummary) -> bool {
    job.balance.needs_you > 0 && job.balance.pending == 0
}

fn folder_of(stage: &Stage) -> String {
    stage.browser().ask::<GetSettings>(Nothing {}).folder
}

/// What lies where the disk would be: nothing of ours.
fn assert_bare(mount: &Mount) {
    let left: Vec<_> = std::fs::read_dir(&mount.at).unwrap().flatten().collect();
    assert!(left.is_empty(), "made where the disk would be: {left:?}");
}

#[test]
fn a_disk_that_goes_away_in_the_middle_is_waited_for_and_nothing_is_made_in_its_place() {
    // I5
    let mut stage = Stage::new(6);
    let Some(mount) = Mount::new(&stage, "128m") else { return };
    stage.use_library(&mount.library());
    stage.control().set_size(SITE, ACCOUNT, None, Format::Mp3, 4 * MIB);
    let slow = FaultKind::Trickle { bytes_per_second: 2 * MIB };
    stage.fault(Fault::new(slow).on_variant("mp3"));
    let sync = stage.start_sync(SITE, "mp3");
    until_true("a file is on its way", || stage.longest_part().is_some_and(|length| length > MIB));
    mount.disconnect();
    let synced = sync.synced();
    assert_eq!(synced.status, 1);
    assert!(synced.names(ErrorCode::VolumeMissing));
    assert_eq!((synced.balance.failed, synced.balance.absent), (0, 0), "{:?}", synced.balance);
    assert_bare(&mount);

    stage.control().clear_faults();
    mount.connect();
    let mut browser = stage.browser();
    let job = browser.newest_job().unwrap().id;
    let ended = browser.wait_for_end(job);
    assert_eq!(ended.balance, Balance { listed: 6, done: 6, ..Balance::default() });
    stage.assert_library(6);
}

#[test]
fn a_disk_without_files_that_is_not_mounted_is_waited_for_as_well() {
    let mut stage = Stage::new(2);
    let Some(mount) = Mount::new(&stage, "64m") else { return };
    stage.use_library(&mount.library());
    stage.stop_daemon();
    mount.disconnect();
    stage.start_daemon();
    let synced = stage.sync(SITE, "mp3");
    synced.assert_attention(Balance { listed: 2, needs_you: 2, ..Balance::default() });
    assert!(synced.names(ErrorCode::VolumeMissing));
    assert_bare(&mount);

    mount.connect();
    let mut browser = stage.browser();
    let job = browser.newest_job().unwrap().id;
    assert_eq!(browser.wait_for_end(job).balance.done, 2);
    stage.assert_library(2);
}

#[test]
fn another_disk_in_the_same_place_is_not_written_to() {
    let mut stage = Stage::new(1);
    let Some(mount) = Mount::new(&stage, "64m") else { return };
    stage.use_library(&mount.library());
    mount.disconnect();
    let Some(other) = Disk::mount(&mount.at, "64m") else { return };
    let marker = mount.library().join(".mediafetcher/library.json");
    std::fs::create_dir_all(marker.parent().unwrap()).unwrap();
    write_file(&marker, br#"{"library_id":"somebody else's"}"#);
    let synced = stage.sync(SITE, "mp3");
    assert!(synced.names(ErrorCode::VolumeMissing));
    assert_eq!(std::fs::read_dir(mount.library()).unwrap().count(), 1);
    drop(other);
    mount.connect();
    let mut browser = stage.browser();
    let job = browser.newest_job().unwrap().id;
    assert_eq!(browser.wait_for_end(job).balance.done, 1);
    stage.assert_library(1);
}

#[test]
fn a_disk_that_goes_away_while_a_page_is_fetched_or_encoded_is_waited_for() {
    let mut stage = Stage::new(0);
    let Some(mount) = Mount::new(&stage, "128m") else { return };
    stage.use_library(&mount.library());
    let slow =
        SettingsPatch { encoder_preset: Some("veryslow".into()), ..SettingsPatch::default() };
    stage.browser().change_settings(slow);
    let job = send(&stage, "k", &["/watch/webm", "/watch/hls"], Some(session(&stage)));
    let work = mount.library().join(".mediafetcher/work");
    until_true("yt-dlp works there", || {
        std::fs::read_dir(&work).is_ok_and(|mut found| found.next().is_some())
    });
    mount.disconnect();
    stage.browser().wait_for(job, waits_for_the_disk);
    let codes = stage.browser().items(job).into_iter().map(|item| item.reason.map(|why| why.code));
    assert_eq!(codes.collect::<Vec<_>>(), [Some(ErrorCode::VolumeMissing); 2]);
    assert_bare(&mount);
    mount.connect();
    stage.browser().wait_for(job, |job| job.balance.done == 2);
}

#[test]
fn the_daemon_starts_with_a_disk_that_may_only_be_read_and_mends_it_later() {
    let mut stage = Stage::new(2);
    let Some(disk) = Disk::mount(&stage.folder().join("disk"), "64m") else { return };
    stage.use_library(&disk.at);
    stage.sync(SITE, "mp3").assert_all_done(2);
    stage.stop_daemon();
    // What a kill may have left.
    write_file(&disk.at.join("stray.mp3.downloading"), b"half");
    std::fs::create_dir_all(disk.at.join(".mediafetcher/work/7")).unwrap();
    std::fs::create_dir_all(disk.at.join(".mediafetcher/quarantine")).unwrap();
    disk.remount("ro");
    stage.start_daemon();
    let item = all(&stage).remove(0);
    stage.browser().ask::<PlayItem>(OfLibraryItem { item: item.id });
    stage.control().add_songs(SITE, ACCOUNT, 1);
    let synced = stage.sync(SITE, "mp3");
    assert!(synced.names(ErrorCode::NotWritable));
    disk.remount("rw");
    let mut browser = stage.browser();
    let job = browser.newest_job().unwrap().id;
    assert_eq!(browser.wait_for_end(job).balance.done, 1);
    stage.assert_library(3);
    assert!(!disk.at.join(".mediafetcher/work").exists());
}

#[test]
fn a_folder_that_cannot_be_a_library_is_refused_and_nothing_changes() {
    let stage = Stage::new(0);
    let before = folder_of(&stage);
    let Some(disk) = Disk::mount(&stage.folder().join("disk"), "64m") else { return };
    disk.remount("ro");
    let choose = |folder: &Path| {
        let folder = Some(folder.display().to_string());
        let patch = SettingsPatch { folder, ..SettingsPatch::default() };
        stage.browser().call::<SetSettings>(patch).unwrap_err()
    };
    assert_eq!(choose(&disk.at.join("Music")).code, ErrorCode::NotWritable);
    assert_eq!(std::fs::read_dir(&disk.at).unwrap().count(), 0);
    disk.remount("rw");
    write_file(&disk.at.join("Music"), b"a file");
    assert_eq!(choose(&disk.at.join("Music")).code, ErrorCode::Io);
    assert_eq!(folder_of(&stage), before);
    assert_eq!(sent(&stage, &["/watch/mp4"]).done, 1);
}

#[test]
fn a_folder_of_the_library_that_is_another_disk_gives_and_takes_like_any_other() {
    // I1, I11
    let mut stage = Stage::new(0);
    let attic = stage.library().join("Attic");
    let Some(inner) = Disk::mount(&attic, "64m") else { return };
    let clip = stage.control().videos().truth("clip.mp4").unwrap().to_vec();
    write_file(&attic.join("clip.mp4"), &clip);
    let taken = stage.run(&["library", "import", attic.to_str().unwrap()]);
    assert!(taken.status.success(), "{taken:?}");
    let item = all(&stage).remove(0);
    assert_eq!(item.name, "Attic/clip.mp4");

    let of = || OfLibraryItems { items: vec![item.id] };
    stage.browser().ask::<DeleteItems>(of());
    let trash = stage.library().join(".mediafetcher/trash");
    let names = |folder: &Path| {
        let names = std::fs::read_dir(folder).unwrap().flatten().map(|entry| entry.file_name());
        names.collect::<Vec<_>>()
    };
    let counts = || (names(&attic).len(), names(&trash).len());
    until_true("it is in the trash", || counts() == (0, 1));
    stage.browser().ask::<RestoreItems>(of());
    until_true("it is back", || counts() == (1, 0));
    assert!(std::fs::read(attic.join("clip.mp4")).unwrap() == clip);
    stage.stop_daemon();
    drop(inner);
}

#[test]
fn work_and_trash_on_a_disk_of_their_own_are_no_hindrance() {
    let mut stage = Stage::new(1);
    stage.stop_daemon();
    let own = stage.library().join(".mediafetcher");
    let kept = std::fs::read(own.join("library.json")).unwrap();
    let Some(disk) = Disk::mount(&own, "128m") else { return };
    write_file(&own.join("library.json"), &kept);
    stage.start_daemon();
    stage.sync(SITE, "mp3").assert_all_done(1);
    assert_eq!(sent(&stage, &["/watch/webm", "/watch/mp4"]).done, 2);
    let items: Vec<_> = all(&stage).into_iter().map(|item| item.id).collect();
    assert_eq!(items.len(), 3);
    stage.browser().ask::<DeleteItems>(OfLibraryItems { items: items.clone() });
    let in_trash = || std::fs::read_dir(own.join("trash")).unwrap().count();
    until_true("all are in the trash", || in_trash() == 3 && stage.files().is_empty());
    stage.browser().ask::<RestoreItems>(OfLibraryItems { items });
    let is_media =
        |file: &&PathBuf| file.extension().is_some_and(|end| end == "mp3" || end == "mp4");
    until_true("all are back", || stage.files().iter().filter(is_media).count() == 3);
    stage.stop_daemon();
    drop(disk);
}

#[test]
fn a_folder_of_the_library_whose_disk_is_away_is_neither_lost_nor_written_to() {
    // I5, I11
    let mut stage = Stage::new(0);
    let Some(disk) = Disk::mount(&stage.folder().join("disk"), "64m") else { return };
    let attic = stage.library().join("Attic");
    std::fs::create_dir(&attic).unwrap();
    assert!(Disk::bind(&disk.at, &attic));
    let clip = stage.control().videos().truth("clip.mp4").unwrap().to_vec();
    write_file(&attic.join("clip.mp4"), &clip);
    write_file(
        &attic.join("other.mp4"),
        &[&clip[..], &[0, 0, 0, 8, b'f', b'r', b'e', b'e']].concat(),
    );
    let taken = stage.run(&["library", "import", attic.to_str().unwrap()]);
    assert!(taken.status.success(), "{taken:?}");
    let other = all(&stage).into_iter().find(|item| item.name == "Attic/other.mp4").unwrap();
    let other = || OfLibraryItems { items: vec![other.id] };
    stage.browser().ask::<DeleteItems>(other());

    let bare = || std::fs::read_dir(&attic).unwrap().count() == 0;
    for restarts in [false, true] {
        assert!(Disk::unmount(&attic) && bare());
        if restarts {
            stage.stop_daemon();
            stage.start_daemon();
        }
        stage.browser().ask::<RestoreItems>(other());
        let (status, text) = stage.start(&["library", "verify"]).end();
        assert_eq!(status, 1, "{text}");
        assert!(text.contains("Attic/clip.mp4: its disk is not there"), "{text}");
        assert!(text.contains("0 files read") && text.contains("0 lost"), "{text}");
        assert!(bare(), "written where the disk would be");
        assert_eq!(all(&stage).len(), 2);

        assert!(Disk::bind(&disk.at, &attic));
        // The next change has moved what could not be moved.
        stage.browser().ask::<DeleteItems>(OfLibraryItems { items: Vec::new() });
        until_true("the restored one is back", || attic.join("other.mp4").exists());
        until_true("both are sound", || {
            let checked = stage.browser().ask::<VerifyLibrary>(VerifyFrom { after: 0, limit: 9 });
            (checked.files, checked.found.len()) == (2, 0)
        });
        stage.browser().ask::<DeleteItems>(other());
        until_true("it is in the trash again", || !attic.join("other.mp4").exists());
    }
    stage.stop_daemon();
    assert!(Disk::unmount(&attic));
}

#[test]
fn an_import_whose_disk_goes_away_in_the_middle_says_so_and_goes_on_when_it_is_back() {
    let mut stage = Stage::new(0);
    let Some(mount) = Mount::new(&stage, "128m") else { return };
    let filled = fill_twice(&mount.at.join("A"), &mount.at.join("B"));
    assert_waited_for(&mut stage, &mount, &mount.at, &filled);
}

#[test]
fn an_import_waits_for_a_disk_that_is_mounted_in_its_folder_as_well() {
    let mut stage = Stage::new(0);
    let folder = stage.folder().join("Old music");
    let Some(disk) = Disk::mount(&stage.folder().join("disk"), "128m") else { return };
    let mount = Mount { disk, at: folder.join("B/Inner") };
    std::fs::create_dir_all(&mount.at).unwrap();
    mount.connect();
    let filled = fill_twice(&folder.join("A"), &mount.at.join("C"));
    assert_waited_for(&mut stage, &mount, &folder, &filled);
}

/// The same files in two folders.
fn fill_twice(one: &Path, other: &Path) -> attic::Attic {
    let filled = attic::fill(one);
    std::fs::remove_dir_all(one.with_extension("base")).unwrap();
    assert!(Command::new("cp").arg("-r").args([one, other]).status().unwrap().success());
    filled
}

/// Takes in a folder with files that lie there twice, half of them or all on a disk that goes and comes back.
fn assert_waited_for(stage: &mut Stage, mount: &Mount, folder: &Path, filled: &attic::Attic) {
    let command = stage.start(&["library", "import", folder.to_str().unwrap(), "--json"]);
    until_true("some are here", || !stage.files().is_empty());
    mount.disconnect();
    let (status, text) = command.end();
    let report: ImportReport = serde_json::from_str(&text).unwrap();
    assert_eq!((status, report.state), (1, ImportState::Waiting), "{text}");
    let stuck = report.stuck.unwrap();
    assert_eq!(stuck.code, ErrorCode::SourceMissing);
    assert_eq!(stuck.params["folder"], mount.at.display().to_string());
    assert!(report.imported > 0 && report.looked_at < filled.files * 2, "{text}");
    assert!(stage.files().len() as u64 <= filled.media, "what is in is kept");

    // Nor does a daemon that starts meanwhile take the bare folder for the end.
    stage.kill_daemon();
    stage.start_daemon();
    let mut browser = stage.browser();
    let job = browser.newest_job().unwrap().id;
    std::thread::sleep(std::time::Duration::from_secs(1));
    assert!(browser.job(job).finished_at.is_none());
    mount.connect();
    let ended = browser.wait_for_end(job);
    assert!(ended.balance.adds_up());
    assert_eq!(ended.balance.done + ended.balance.already, filled.media, "{:?}", ended.balance);
    assert_eq!(ended.balance.failed, filled.refused * 2);
    assert_eq!(all(stage).len() as u64, filled.media);
}

#[test]
fn an_import_that_only_looks_ends_when_its_disk_goes_away() {
    let stage = Stage::new(0);
    let Some(mount) = Mount::new(&stage, "64m") else { return };
    let clip = stage.control().videos().truth("clip.mp4").unwrap().to_vec();
    for number in 0..60 {
        let file = mount.at.join(format!("{number}.mp4"));
        write_file(&file, &clip);
        // Nothing but a hole, which takes long to be read.
        std::fs::File::options().write(true).open(file).unwrap().set_len(96 * MIB).unwrap();
    }
    let folder = mount.at.to_str().unwrap();
    let command = stage.start(&["library", "import", folder, "--dry-run", "--json"]);
    let open = format!("/proc/{}/fd", stage.daemon_id());
    until_true("a file is being read", || {
        let open = std::fs::read_dir(&open).unwrap().flatten();
        let mut files = open.filter_map(|entry| std::fs::read_link(entry.path()).ok());
        files.any(|file| file.starts_with(&mount.at) && file.is_file())
    });
    mount.disconnect();
    let (status, text) = command.end();
    let report: ImportReport = serde_json::from_str(&text).unwrap();
    assert_eq!((status, report.state), (1, ImportState::BrokenOff), "{text}");
    assert_eq!(report.stuck.unwrap().code, ErrorCode::SourceMissing);
}

#[test]
fn a_folder_that_has_become_a_disk_is_known_as_one_after_the_next_start() {
    // I5
    let mut stage = Stage::new(0);
    let Some(disk) = Disk::mount(&stage.folder().join("disk"), "64m") else { return };
    let attic = stage.library().join("Attic");
    let clip = stage.control().videos().truth("clip.mp4").unwrap().to_vec();
    std::fs::create_dir(&attic).unwrap();
    write_file(&attic.join("clip.mp4"), &clip);
    let taken = stage.run(&["library", "import", attic.to_str().unwrap()]);
    assert!(taken.status.success(), "{taken:?}");
    stage.stop_daemon();
    write_file(&disk.at.join("clip.mp4"), &clip);
    assert!(Disk::bind(&disk.at, &attic));
    stage.start_daemon();
    until_true("it is noted", || stage.file_that_holds(r#""folders":["Attic"]"#).is_some());
    assert!(Disk::unmount(&attic));
    std::fs::remove_file(attic.join("clip.mp4")).unwrap();
    let checked = stage.browser().ask::<VerifyLibrary>(VerifyFrom { after: 0, limit: 9 });
    let away = FileVerdict { name: "Attic/clip.mp4".into(), verdict: Verdict::Away };
    assert_eq!((checked.files, checked.found), (0, vec![away]));
    assert_eq!(all(&stage).len(), 1);
}
