//! Libraries on a network share: one that can little, one that is slow, and one that is away for a while.

use crate::sending::all;
use crate::share::Share;
use crate::stage::{ACCOUNT, Stage, until_true, write_file};
use protocol::edit::{EditItems, ItemEdit, RenameFiles, TagValues};
use protocol::method::*;
use protocol::shelf::*;
use protocol::{Balance, ErrorCode, SettingsPatch};
use rstest::rstest;
use rustix::io::Errno;
use simulator::{Fault, FaultKind, Format, Service};
use std::path::PathBuf;
use std::sync::atomic::Ordering::SeqCst;
use std::time::{Duration, Instant};

const SITE: Service = Service::Producer;
const MIB: u64 = 1024 * 1024;

/// A library on a share. `None` where this user may not mount one.
fn on_a_share(songs: u32) -> Option<(Stage, Share)> {
    let mut stage = Stage::new(songs);
    let share = Share::mount(stage.folder())?;
    stage.use_library(&share.at.join("Music"));
    Some((stage, share))
}

fn choose(stage: &Stage, folder: PathBuf) -> Option<ErrorCode> {
    let folder = Some(folder.display().to_string());
    let patch = SettingsPatch { folder, ..SettingsPatch::default() };
    stage.browser().call::<SetSettings>(patch).err().map(|refused| refused.code)
}

fn everything(stage: &Stage) -> OfLibraryItems {
    OfLibraryItems { items: all(stage).into_iter().map(|item| item.id).collect() }
}

#[test]
fn a_share_without_hard_links_and_exclusive_renames_keeps_a_library_and_replaces_nothing() {
    // I2, I3
    let Some((stage, _share)) = on_a_share(3) else { return };
    let list = stage.browser().ask::<Doctor>(Nothing {}).checks;
    let disk = list.iter().find(|check| check.id == "folder.volume").unwrap();
    let found = "fuse, over a network, no renames that replace nothing, no hard links, locks";
    assert_eq!(disk.found, found);
    stage.sync(SITE, "mp3").assert_all_done(3);
    stage.assert_library(3);

    stage.browser().ask::<DeleteItems>(everything(&stage));
    until_true("nothing is left", || stage.files().is_empty());
    // Somebody else's file has the name of one meanwhile.
    let deleted = LibraryQuery { place: Place::Trash, limit: 10, ..LibraryQuery::default() };
    let deleted = stage.browser().ask::<ListLibrary>(deleted).items;
    let taken = stage.library().join(&deleted[0].name);
    write_file(&taken, b"mine");
    let items = deleted.into_iter().map(|item| item.id).collect();
    stage.browser().ask::<RestoreItems>(OfLibraryItems { items });
    until_true("all are back", || stage.files().len() == 4);
    assert_eq!(std::fs::read(&taken).unwrap(), b"mine");
    let verified = stage.browser().ask::<VerifyLibrary>(VerifyFrom { after: 0, limit: 10 });
    assert_eq!((verified.files, verified.found), (3, Vec::new()));
}

#[test]
fn names_are_cut_to_what_the_share_takes_and_too_short_ones_are_refused() {
    // I6
    let stage = Stage::new(1);
    let Some(share) = Share::mount(stage.folder()) else { return };
    let before = stage.browser().ask::<GetSettings>(Nothing {}).folder;
    share.manners.longest_name.store(100, SeqCst);
    assert_eq!(choose(&stage, share.at.join("Music")), Some(ErrorCode::NamesTooShort));
    share.manners.longest_name.store(255, SeqCst);
    share.manners.is_rigid.store(true, SeqCst);
    assert_eq!(choose(&stage, share.at.join("Music")), Some(ErrorCode::CannotRename));
    assert_eq!(stage.browser().ask::<GetSettings>(Nothing {}).folder, before);
    share.manners.is_rigid.store(false, SeqCst);
    assert_eq!(std::fs::read_dir(&share.at).unwrap().count(), 0, "something was left behind");

    share.manners.longest_name.store(143, SeqCst);
    let mut stage = stage;
    stage.use_library(&share.at.join("Music"));
    let id = stage.control().songs(SITE, ACCOUNT).remove(0).id;
    stage.control().rename_song(&id, &"Überlänge ".repeat(40));
    stage.sync(SITE, "mp3").assert_all_done(1);
    stage.assert_library(1);
    let file = stage.files().into_iter().next().unwrap();
    let length = file.file_name().unwrap().len();
    assert!((80..=143).contains(&length), "{length} bytes");
}

#[rstest]
#[case::tried_when_it_is_opened(false)]
#[case::tried_when_it_can_be(true)]
fn where_capitals_do_not_matter_a_name_that_differs_in_them_only_is_the_same(
    #[case] opens_in_trouble: bool,
) {
    // I6, I13
    let mut stage = Stage::new(2);
    let Some(share) = Share::mount(stage.folder()) else { return };
    share.manners.folds_case.store(true, SeqCst);
    stage.use_library(&share.at.join("Music"));
    stage.sync(SITE, "mp3").assert_all_done(2);
    let before = stage.files();
    if opens_in_trouble {
        stage.stop_daemon();
        share.manners.is_rigid.store(true, SeqCst);
        stage.start_daemon();
        share.manners.is_rigid.store(false, SeqCst);
    }
    for item in all(&stage) {
        let values = TagValues { title: Some(item.title.to_uppercase()), ..TagValues::default() };
        let edits = vec![ItemEdit { item: item.id, values }];
        let edited = stage.browser().ask::<EditItemTags>(EditItems { edits });
        assert!(edited.items[0].error.is_none(), "{edited:?}");
    }
    assert_eq!(stage.files(), before);
    let dry = RenameFiles { dry_run: true, limit: 10, ..RenameFiles::default() };
    assert!(stage.browser().ask::<RenameLibrary>(dry).renames.is_empty());
    let shown: Vec<_> = all(&stage).into_iter().map(|item| item.title).collect();
    assert!(shown.iter().all(|title| *title == title.to_uppercase()), "{shown:?}");
    stage.assert_library(2);
}

#[rstest]
#[case::stale(Errno::STALE)]
#[case::not_connected(Errno::NOTCONN)]
#[case::io(Errno::IO)]
#[case::host_down(Errno::HOSTDOWN)]
fn a_share_that_is_away_for_a_while_is_waited_for(#[case] trouble: Errno) {
    // I5, I10
    let Some((stage, share)) = on_a_share(5) else { return };
    stage.control().set_size(SITE, ACCOUNT, None, Format::Mp3, 3 * MIB);
    let slow = FaultKind::Trickle { bytes_per_second: 2 * MIB };
    stage.fault(Fault::new(slow).on_variant("mp3"));
    let sync = stage.start_sync(SITE, "mp3");
    until_true("a file is on its way", || stage.longest_part().is_some_and(|length| length > MIB));
    share.fail_with(trouble.raw_os_error());
    let synced = sync.synced();
    assert_eq!(synced.status, 1);
    assert!(synced.names(ErrorCode::VolumeMissing), "{:?}", synced.lines.last());
    assert_eq!((synced.balance.failed, synced.balance.absent), (0, 0), "{:?}", synced.balance);
    // Whoever asks now is not told that the files are lost.
    let verified = stage.browser().call::<VerifyLibrary>(VerifyFrom { after: 0, limit: 10 });
    assert!(verified.is_err() || verified.unwrap().found.is_empty());

    stage.control().clear_faults();
    share.mend();
    let mut browser = stage.browser();
    let job = browser.newest_job().unwrap().id;
    let ended = browser.wait_for_end(job);
    assert_eq!(ended.balance, Balance { listed: 5, done: 5, ..Balance::default() });
    stage.assert_library(5);
}

#[test]
fn a_share_that_is_slow_to_sync_holds_up_nobody_but_its_own_work() {
    let Some((stage, share)) = on_a_share(6) else { return };
    stage.sync(SITE, "mp3").assert_all_done(6);
    let items = everything(&stage);
    let slow = Duration::from_secs(8);
    share.manners.sync_ms.store(slow.as_millis() as u64, SeqCst);
    let template = Some("{artist} {title} {id}".to_owned());
    stage.browser().change_settings(SettingsPatch { template, ..SettingsPatch::default() });

    let busy = [
        std::thread::spawn({
            let (mut browser, items) = (stage.browser(), items.clone());
            move || _ = browser.ask::<DeleteItems>(items)
        }),
        std::thread::spawn({
            let mut browser = stage.browser();
            let wish = RenameFiles { dry_run: false, ..RenameFiles::default() };
            move || _ = browser.ask::<RenameLibrary>(wish)
        }),
    ];
    let begun = Instant::now();
    let mut browser = stage.browser();
    while begun.elapsed() < slow * 2 {
        let asked = Instant::now();
        let settings =
            SettingsPatch { pace_ms: Some(100), trash_days: Some(30), ..SettingsPatch::default() };
        browser.change_settings(settings);
        browser.ask::<ListLibrary>(LibraryQuery { limit: 10, ..LibraryQuery::default() });
        assert!(asked.elapsed() < slow * 3 / 4, "a question waited {:?}", asked.elapsed());
        std::thread::sleep(Duration::from_millis(50));
    }
    busy.into_iter().for_each(|one| one.join().unwrap());
    share.manners.sync_ms.store(0, SeqCst);
    stage.browser().ask::<RestoreItems>(items);
    until_true("all files are back", || stage.files().len() == 6);
    stage.assert_library(6);
}

#[test]
fn while_files_go_from_disk_to_disk_other_work_ends_and_is_told() {
    // I11
    let stage = Stage::new(3);
    let Some(share) = Share::mount(stage.library()) else { return };
    let clip = stage.control().videos().truth("clip.mp4").unwrap().to_vec();
    for number in 0..6u8 {
        // Behind the end of the film.
        let different = [&clip[..], &[0, 0, 0, 9, b'f', b'r', b'e', b'e', number]].concat();
        write_file(&share.at.join(format!("{number}.mp4")), &different);
    }
    let taken = stage.run(&["library", "import", share.at.to_str().unwrap()]);
    assert!(taken.status.success(), "{taken:?}");
    let items = everything(&stage);
    let held = || std::fs::read_dir(&share.at).unwrap().count();
    stage.browser().ask::<DeleteItems>(items.clone());
    until_true("all are in the trash", || held() == 0);

    share.manners.sync_ms.store(8_000, SeqCst);
    stage.browser().ask::<RestoreItems>(items.clone());
    stage.sync(SITE, "mp3").assert_all_done(3);
    let back = std::fs::read_dir(&share.at).unwrap().flatten();
    let back = back.filter(|entry| entry.path().extension().is_some_and(|end| end == "mp4"));
    assert!(back.count() < 6, "the files came back before the songs were there");
    // Nor is anything left of those that are not wanted back any more.
    stage.browser().ask::<DeleteItems>(items.clone());
    share.manners.sync_ms.store(0, SeqCst);
    until_true("all are in the trash again", || held() == 0);
    stage.browser().ask::<RestoreItems>(items);
    until_true("all are back", || held() == 6);
    until_true("nothing is left to be moved", || {
        let checked = stage.browser().ask::<VerifyLibrary>(VerifyFrom { after: 0, limit: 20 });
        (checked.files, checked.found.len()) == (9, 0)
    });
}
