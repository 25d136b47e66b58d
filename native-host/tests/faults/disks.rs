//! The disk is full, read-only, gone, or no folder; the network is gone.

use crate::line::Line;
use crate::stage::{ACCOUNT, Stage, proxy_address, until_true, write_file};
use protocol::{Balance, ErrorCode};
use simulator::{Fault, FaultKind, Format, Service};
use std::path::{Path, PathBuf};
use std::process::Command;

const SITE: Service = Service::Producer;
const MIB: u64 = 1024 * 1024;

/// A small disk of its own. Only root may mount one.
pub struct Disk {
    pub at: PathBuf,
}

impl Disk {
    /// `None`, with a printed reason, where this user may not mount.
    pub fn mount(at: &Path, size: &str) -> Option<Self> {
        std::fs::create_dir_all(at).unwrap();
        let options = format!("size={size},mode=700");
        let disk = Self { at: at.to_owned() };
        let mounted = disk.run("mount", &["-t", "tmpfs", "-o", &options, "tmpfs"]);
        if !mounted {
            eprintln!("skipped: this user may not mount a disk");
            std::mem::forget(disk);
            return None;
        }
        Some(disk)
    }

    pub fn remount(&self, options: &str) {
        assert!(self.run("mount", &["-o", &format!("remount,{options}")]));
    }

    /// Shows the folder `from` at `to`, as a disk that is mounted there.
    pub fn bind(from: &Path, to: &Path) -> bool {
        let arguments = [Path::new("--bind"), from, to];
        Command::new("mount").args(arguments).status().is_ok_and(|status| status.success())
    }

    /// At once, whoever has files open there.
    pub fn unmount(at: &Path) -> bool {
        let output = Command::new("umount").arg("-l").arg(at).output();
        output.is_ok_and(|output| output.status.success())
    }

    fn run(&self, program: &str, arguments: &[&str]) -> bool {
        let output = Command::new(program).args(arguments).arg(&self.at).output();
        output.is_ok_and(|output| output.status.success())
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Lazily: a daemon may still have a file open.
        Self::unmount(&self.at);
    }
}

/// Waits until the newest job has brought everything by itself.
fn assert_goes_on_by_itself(stage: &Stage, songs: u64) {
    let mut browser = stage.browser();
    let job = browser.newest_job().unwrap().id;
    let ended = browser.wait_for_end(job);
    assert_eq!(ended.balance, Balance { listed: songs, done: songs, ..Balance::default() });
    stage.assert_library(songs as usize);
}

#[test]
fn a_full_disk_waits_for_the_person_and_goes_on_when_there_is_room() {
    // I1, I3
    let mut stage = Stage::new(4);
    let Some(disk) = Disk::mount(&stage.folder().join("disk"), "5m") else { return };
    stage.control().set_size(SITE, ACCOUNT, None, Format::Mp3, 2 * MIB);
    stage.use_library(&disk.at);
    let synced = stage.sync(SITE, "mp3");
    assert_eq!(synced.status, 1);
    assert!(synced.names(ErrorCode::DiskFull));
    let Balance { done, needs_you, .. } = synced.balance;
    assert_eq!(synced.balance, Balance { listed: 4, done, needs_you, ..Balance::default() });
    assert!(needs_you >= 2, "{:?}", synced.balance);

    disk.remount("size=96m");
    assert_goes_on_by_itself(&stage, 4);
}

#[test]
fn a_read_only_disk_waits_for_the_person_and_goes_on_when_it_can_be_written() {
    let mut stage = Stage::new(2);
    let Some(disk) = Disk::mount(&stage.folder().join("disk"), "64m") else { return };
    stage.use_library(&disk.at);
    disk.remount("ro");
    let synced = stage.sync(SITE, "mp3");
    synced.assert_attention(Balance { listed: 2, needs_you: 2, ..Balance::default() });
    assert!(synced.names(ErrorCode::NotWritable));

    disk.remount("rw");
    assert_goes_on_by_itself(&stage, 2);
}

#[test]
fn a_library_whose_disk_is_elsewhere_is_not_taken_for_an_empty_one() {
    // I5
    let stage = Stage::new(2);
    stage.sync(SITE, "mp3").assert_all_done(2);
    let elsewhere = stage.folder().join("elsewhere");
    std::fs::rename(stage.library(), &elsewhere).unwrap();
    stage.control().add_songs(SITE, ACCOUNT, 1);
    let synced = stage.sync(SITE, "mp3");
    assert_eq!(synced.status, 1);
    assert!(synced.names(ErrorCode::VolumeMissing));
    assert_eq!(synced.balance.done, 0, "{:?}", synced.balance);
    assert!(!stage.library().exists(), "a new library was begun where the old one had been");

    std::fs::rename(&elsewhere, stage.library()).unwrap();
    let again = stage.sync(SITE, "mp3");
    assert_eq!(again.status, 0);
    assert_eq!((again.balance.listed, again.balance.failed), (3, 0));
    stage.assert_library(3);
    let songs = stage.file_requests();
    assert_eq!(songs.iter().filter(|entry| entry.host == SITE.host()).count(), 3, "{songs:#?}");
}

#[test]
fn a_file_where_the_folder_should_be_is_refused_before_anything_is_asked_for() {
    let stage = Stage::new(1);
    let file = stage.folder().join("not a folder");
    write_file(&file, b"mine");
    let cookies = stage.folder().join("cookies");
    write_file(&cookies, stage.control().sign_in(SITE, ACCOUNT, false).as_bytes());
    let [file_text, cookies] = [&file, &cookies].map(|path| path.to_str().unwrap());
    let arguments = ["sync", "producer.ai", "--cookies", cookies, "--to", file_text, "--json"];
    let (status, _) = stage.start(&arguments).end();
    assert_ne!(status, 0);
    assert!(stage.control().log().is_empty());
    assert_eq!(std::fs::read(&file).unwrap(), b"mine");
}

#[test]
fn a_network_that_is_gone_is_waited_for() {
    // I10
    let line = std::cell::OnceCell::new();
    let stage =
        Stage::behind(6, |simulator| line.get_or_init(|| Line::to(proxy_address(simulator))).url());
    let line = line.get().unwrap();
    // The second stands still, so that not all are here when the line is cut.
    let stall = FaultKind::Stall { at: 1_000, seconds: 600.0 };
    stage.fault(Fault::new(stall).on_path("/download").after(1).times(1));
    let sync = stage.start_sync(SITE, "mp3");
    until_true("a file is here", || !stage.files().is_empty());
    line.cut();
    let mut browser = stage.browser();
    let job = browser.newest_job().unwrap().id;
    browser.wait_for(job, |job| job.balance.pending > 0 && job.balance.needs_you == 0);
    let is_waiting = |item: &protocol::ItemView| item.state == protocol::ItemState::Waiting;
    until_true("a file waits for the network", || browser.items(job).iter().any(is_waiting));
    line.mend();
    sync.synced().assert_all_done(6);
    stage.assert_library(6);
}

#[test]
fn a_job_started_without_a_network_is_listed_when_it_is_there() {
    let line = std::cell::OnceCell::new();
    let stage =
        Stage::behind(2, |simulator| line.get_or_init(|| Line::to(proxy_address(simulator))).url());
    let line = line.get().unwrap();
    line.cut();
    let sync = stage.start_sync(SITE, "mp3");
    let mut browser = stage.browser();
    crate::stage::until("the job is known", || browser.newest_job());
    line.mend();
    sync.synced().assert_all_done(2);
    stage.assert_library(2);
}
