//! Folders that were there before are taken in whole, once, and byte for byte (I1, I2, I3, I5).

use crate::attic::{self, contents, places, put};
use crate::disks::Disk;
use crate::stage::{Stage, until, until_true};
use protocol::intake::*;
use protocol::method::*;
use protocol::shelf::*;
use protocol::{Balance, ErrorCode, ItemState, JobState, Source, Variant};
use rstest::rstest;
use simulator::Service;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// The report that a command ends with, and its status.
fn import(stage: &Stage, folder: &Path, more: &[&str]) -> (i32, ImportReport) {
    let folder = folder.to_str().unwrap();
    let first = ["library", "import", folder, "--json"];
    let (status, text) = stage.start(&[&first[..], more].concat()).end();
    (status, serde_json::from_str(&text).unwrap_or_else(|_| panic!("{text}")))
}

fn things(stage: &Stage) -> Vec<LibraryItem> {
    let mut browser = stage.browser();
    let mut all = Vec::new();
    loop {
        let offset = all.len() as u32;
        let page =
            browser.ask::<ListLibrary>(LibraryQuery { limit: 500, offset, ..Default::default() });
        all.extend(page.items);
        if all.len() as u64 >= page.total {
            return all;
        }
    }
}

/// Every thing of the library has its file, with bytes that lie in `folder`, and there is nothing else.
#[track_caller]
fn assert_same_bytes(stage: &Stage, folder: &Path) {
    let originals: BTreeSet<Vec<u8>> =
        contents(folder).into_iter().map(|(_, bytes)| bytes).collect();
    let mut named = BTreeSet::new();
    for thing in things(stage) {
        let path = stage.library().join(&thing.name);
        let bytes = fs::read(&path).unwrap();
        assert_eq!(bytes.len() as u64, thing.bytes);
        assert!(originals.contains(&bytes), "{}", thing.name);
        named.insert(path);
    }
    let there: BTreeSet<_> = places(stage.library()).into_iter().collect();
    assert_eq!(there, named);
}

#[test]
fn a_mixed_folder_is_copied_once_with_its_folders_and_the_rest_is_named() {
    let stage = Stage::new(1);
    let folder = stage.folder().join("Old music");
    let attic = attic::fill(&folder);
    assert!(attic.files >= 180, "{attic:?}");
    let before = contents(&folder);

    let (status, dry) = import(&stage, &folder, &["--dry-run"]);
    assert_eq!(status, 1, "something is refused");
    assert!(things(&stage).is_empty() && stage.files().is_empty());

    let (status, report) = import(&stage, &folder, &[]);
    assert_eq!(status, 1);
    let expected = ImportReport {
        state: ImportState::Ended,
        found: attic.files,
        looked_at: attic.files,
        imported: attic.media,
        same_within: attic.copies,
        refused: attic.refused,
        ..ImportReport::default()
    };
    let figures = |report: &ImportReport| ImportReport {
        found_bytes: 0,
        found_all: false,
        skipped: 0,
        bytes: 0,
        problems: Vec::new(),
        twins: Vec::new(),
        ..report.clone()
    };
    assert_eq!(figures(&report), expected, "{:#?}", report.problems);
    assert_eq!(figures(&dry), expected);
    assert_eq!(report.skipped, 5);
    let kind = |path: &str| {
        let problem = report.problems.iter().find(|one| one.path == path).unwrap();
        (problem.reason.code, problem.reason.params.get("kind").cloned().unwrap_or_default())
    };
    assert_eq!(kind("Junk/page.mp3"), (ErrorCode::NotMedia, "html".into()));
    assert_eq!(kind("Junk/empty.mp3"), (ErrorCode::NotMedia, "empty".into()));
    assert_eq!(kind("Junk/notes.txt"), (ErrorCode::NotMedia, "text".into()));
    assert_eq!(kind("Junk/cut.mp4").0, ErrorCode::Damaged);
    assert_eq!(contents(&folder), before, "the originals stay as they are");
    assert_same_bytes(&stage, &folder);

    // Tags, folders, and the balance of the job.
    let all = things(&stage);
    assert_eq!(all.len() as u64, attic.media);
    let song = all.iter().find(|one| one.title == "Song 11").unwrap();
    assert_eq!((song.source, song.variant, song.year), (Source::Files, Variant::Media, Some(2019)));
    assert_eq!((song.artist.as_deref(), song.album.as_deref()), (Some("Ana"), Some("Attic")));
    assert!(song.name.starts_with("Song 11_") && song.name.ends_with(".mp3"), "{}", song.name);
    assert!((900..1200).contains(&song.duration_ms.unwrap()), "{song:?}");
    let film = all.iter().find(|one| one.title == "Film 3" && one.codec == "vp8").unwrap();
    assert!(film.name.ends_with(".webm"), "{}", film.name);
    let mut browser = stage.browser();
    let folders = browser.ask::<ListFolders>(Nothing {}).folders;
    let disc = folders.iter().find(|folder| folder.name == "Disc 1").unwrap();
    assert_eq!((disc.items, song.folder), (10, Some(disc.id)));
    let above = folders.iter().find(|folder| Some(folder.id) == disc.parent).unwrap();
    assert_eq!((above.name.as_str(), above.parent), ("Albums", None));
    let job = browser.newest_job().unwrap().id;
    let ended = browser.wait_for_end(job);
    let balance = Balance {
        listed: attic.media + attic.refused,
        done: attic.media,
        failed: attic.refused,
        ..Balance::default()
    };
    assert_eq!((ended.balance, ended.state), (balance, JobState::Finished));
    let failed =
        ItemsQuery { states: vec![ItemState::Failed], limit: 100, ..ItemsQuery::default() };
    assert!(browser.ask::<ListItems>(failed).items.iter().all(|item| item.reason.is_some()));

    // Once more: nothing is taken in twice, and nothing copied.
    let (_, again) = import(&stage, &folder, &["--copy"]);
    assert_eq!((again.imported, again.already), (0, attic.media));
    assert_eq!((again.same_within, again.refused), (attic.copies, attic.refused));
    assert_eq!(things(&stage), all);
    let job = browser.newest_job().unwrap().id;
    let ended = browser.wait_for_end(job);
    assert_eq!((ended.balance.already, ended.balance.done), (attic.media, 0));
    assert_same_bytes(&stage, &folder);
}

#[test]
fn bytes_that_came_from_a_site_become_a_second_thing_and_no_second_file() {
    let stage = Stage::new(2);
    stage.sync(Service::Producer, "mp3").assert_all_done(2);
    let song = stage.files().into_iter().next().unwrap();
    let folder = stage.folder().join("copies");
    put(&folder, "Mine/copy.mp3", &fs::read(&song).unwrap());
    let (status, report) = import(&stage, &folder, &[]);
    assert_eq!((status, report.same_as_library, report.imported), (0, 1, 0));
    assert_eq!(report.twins.len(), 1);
    let all = things(&stage);
    assert_eq!((all.len(), stage.files().len()), (3, 2));
    let twin = all.iter().find(|one| one.source == Source::Files).unwrap();
    assert_eq!(twin.references, 2);
    assert!(song.ends_with(&twin.name) && twin.folder.is_some());

    // What is deleted stays deleted, however often the folder is taken in.
    let mut browser = stage.browser();
    browser.ask::<DeleteItems>(OfLibraryItems { items: vec![twin.id] });
    let (status, report) = import(&stage, &folder, &[]);
    assert_eq!((status, report.deleted, report.imported), (0, 1, 0));
    assert_eq!(things(&stage).len(), 2);
    stage.assert_library(2);
}

#[test]
fn files_below_the_library_folder_are_taken_in_where_they_lie() {
    let stage = Stage::new(1);
    stage.sync(Service::Producer, "mp3").assert_all_done(1);
    let own = stage.library().join("Own");
    let attic = attic::fill(&own);
    fs::remove_dir_all(own.with_extension("base")).unwrap();
    let before = contents(stage.library());
    let (status, report) = import(&stage, stage.library(), &["--in-place"]);
    assert_eq!(status, 1);
    // One song of the site is known; copies lie there and are no files of the library.
    assert_eq!(report.already, 1);
    assert_eq!(
        (report.imported, report.same_within),
        (attic.media, attic.copies),
        "{:#?}",
        report.problems
    );
    assert_eq!(report.refused, attic.refused);
    assert_eq!(contents(stage.library()), before, "nothing is renamed, moved or changed");
    let all = things(&stage);
    assert_eq!(all.len() as u64, attic.media + 1);
    assert!(all.iter().any(|one| one.name == "Own/Names/夜の歌.mp3"));
    for thing in &all {
        assert!(stage.library().join(&thing.name).is_file(), "{}", thing.name);
    }
    let (_, again) = import(&stage, &own, &[]);
    assert_eq!((again.imported, again.already), (0, attic.media));
    assert!(stage.start(&["library", "verify"]).end().1.contains("0 lost"));

    // Two names that are one to some systems.
    let twins = stage.library().join("Twins");
    let mp3 = |seconds: &str| {
        let path = stage.folder().join("new.mp3");
        let source = format!("aevalsrc=sin(300*t):d={seconds}");
        let made = std::process::Command::new("ffmpeg")
            .args(["-v", "error", "-y", "-f", "lavfi", "-i", &source])
            .arg(&path)
            .status();
        assert!(made.unwrap().success());
        fs::read(&path).unwrap()
    };
    put(&twins, "A.mp3", &mp3("1.5"));
    put(&twins, "a.mp3", &mp3("2.5"));
    let (_, report) = import(&stage, &twins, &[]);
    assert_eq!((report.imported, report.refused), (1, 1));
    assert!(report.problems[0].reason.params["detail"].contains("capitals"));
}

#[test]
fn single_files_are_added_and_one_that_cannot_be_does_not_stop_the_rest() {
    let stage = Stage::new(1);
    let (mine, words) = (stage.folder().join("mine"), stage.folder().join("mine/words.txt"));
    fs::create_dir_all(&mine).unwrap();
    for (name, seconds) in [("a.mp3", "1.5"), ("b.mp3", "2.5")] {
        let source = format!("sine=duration={seconds}");
        let made = std::process::Command::new("ffmpeg")
            .args(["-v", "error", "-f", "lavfi", "-i", &source])
            .arg(mine.join(name))
            .status();
        assert!(made.unwrap().success());
    }
    fs::write(&words, "words").unwrap();
    let named = ["a.mp3", "gone.mp3", "words.txt", "b.mp3"].map(|name| mine.join(name));
    let named = named.iter().map(|path| path.to_str().unwrap());
    let arguments: Vec<&str> = ["library", "add"].into_iter().chain(named).collect();
    let output = stage.run(&arguments);
    assert!(!output.status.success());
    assert!(String::from_utf8(output.stderr).unwrap().contains("gone.mp3 cannot be opened"));
    assert!(String::from_utf8(output.stdout).unwrap().contains("words.txt"));
    let titles: Vec<String> = things(&stage).into_iter().map(|item| item.title).collect();
    assert_eq!(titles.len(), 2, "{titles:?}");
    assert!(mine.join("a.mp3").exists());
    // Again, they are there already.
    let output = stage.run(&["library", "add", mine.join("a.mp3").to_str().unwrap()]);
    assert!(output.status.success());
    assert_eq!(things(&stage).len(), 2);
}

#[test]
fn folders_that_are_none_of_a_persons_are_refused_in_words_and_browsers_always() {
    let stage = Stage::new(1);
    let refused = |folder: &Path, more: &str| {
        let log = stage.folder().join("said");
        let folder = folder.to_str().unwrap().to_owned();
        let arguments: Vec<&str> =
            ["library", "import", &folder].into_iter().chain(more.split_whitespace()).collect();
        let output = stage.run(&arguments);
        fs::write(log, &output.stderr).unwrap();
        assert!(!output.status.success());
        String::from_utf8(output.stderr).unwrap()
    };
    let hidden = stage.folder().join(".config/music");
    fs::create_dir_all(&hidden).unwrap();
    assert!(refused(&hidden, "").contains("hidden"));
    assert!(refused(Path::new("/usr/share"), "").contains("belongs to the system"));
    assert!(refused(&stage.folder().join("gone"), "").contains("cannot be opened"));
    assert!(refused(&stage.folder().join("data"), "").contains("MediaFetcher's own"));
    let elsewhere = stage.folder().join("elsewhere");
    fs::create_dir_all(&elsewhere).unwrap();
    assert!(refused(&elsewhere, "--in-place").contains("below the library folder"));
    assert!(refused(stage.library(), "--copy").contains("leave --copy out"));

    let new = NewImport { folder: elsewhere.display().to_string(), ..NewImport::default() };
    let error = stage.browser().call::<ImportFolder>(new).unwrap_err();
    assert_eq!(error.code, ErrorCode::Forbidden);
}

#[test]
fn an_import_that_is_killed_again_and_again_ends_whole() {
    // I1, I3, I5
    let mut stage = Stage::new(1);
    let folder = stage.folder().join("Old music");
    let attic = attic::fill(&folder);
    let command = stage.start(&["library", "import", folder.to_str().unwrap()]);
    for round in 1..=4 {
        let wanted = (attic.media as usize * round / 6).max(1);
        until_true("some are here", || places(stage.library()).len() >= wanted);
        stage.kill_daemon();
        stage.start_daemon();
        let parts = places(stage.library())
            .into_iter()
            .filter(|path| path.extension().is_some_and(|end| end == "downloading"));
        // Of this run alone.
        assert!(parts.count() <= 128);
    }
    drop(command);
    let mut browser = stage.browser();
    let job = browser.newest_job().unwrap().id;
    let ended = browser.wait_for_end(job);
    assert!(ended.balance.adds_up());
    assert_eq!(ended.balance.done + ended.balance.already, attic.media, "{:?}", ended.balance);
    assert_eq!(ended.balance.failed, attic.refused);
    assert_same_bytes(&stage, &folder);
    let (_, again) = import(&stage, &folder, &[]);
    assert_eq!((again.imported, again.already), (0, attic.media));
}

#[test]
fn an_import_waits_for_a_full_disk_and_goes_on_by_itself() {
    let mut stage = Stage::new(1);
    let Some(disk) = Disk::mount(&stage.folder().join("disk"), "6m") else { return };
    stage.use_library(&disk.at);
    let folder = stage.folder().join("Big");
    let source = stage.folder().join("big.wav");
    for i in 0..6 {
        let tone = format!("aevalsrc=sin({}*t):s=44100:d=20", 200 + i);
        let made = std::process::Command::new("ffmpeg")
            .args(["-v", "error", "-y", "-f", "lavfi", "-i", &tone])
            .arg(&source)
            .status();
        assert!(made.unwrap().success());
        put(&folder, &format!("{i}.wav"), &fs::read(&source).unwrap());
    }
    let (status, report) = import(&stage, &folder, &[]);
    assert_eq!((status, report.state), (1, ImportState::Waiting));
    assert_eq!(report.stuck.unwrap().code, ErrorCode::DiskFull);
    disk.remount("size=96m");
    let mut browser = stage.browser();
    let job = browser.newest_job().unwrap().id;
    let ended = browser.wait_for_end(job);
    assert_eq!((ended.balance.listed, ended.balance.failed), (6, 0), "{:?}", ended.balance);
    assert_same_bytes(&stage, &folder);
}

#[rstest]
#[case::at_its_beginning(0)]
#[case::on_its_way(1)]
fn an_import_can_be_cancelled_and_what_came_stays(#[case] here: usize) {
    let stage = Stage::new(1);
    let folder = stage.folder().join("Old music");
    let attic = attic::fill(&folder);
    let command = stage.start(&["library", "import", folder.to_str().unwrap(), "--json"]);
    let mut browser = stage.browser();
    let job = until("the job", || browser.newest_job()).id;
    until_true("some are here", || stage.files().len() >= here);
    browser.ask::<Cancel>(OfJob { job: Some(job) });
    let (_, text) = command.end();
    let report: ImportReport = serde_json::from_str(&text).unwrap();
    assert!(report.is_over());
    assert_same_bytes(&stage, &folder);
    let (_, again) = import(&stage, &folder, &[]);
    assert_eq!(again.imported + again.already, attic.media);
}

#[test]
fn what_other_programs_have_fetched_is_noted_and_their_files_stay_as_they_are() {
    let stage = Stage::new(1);
    let archive = stage.folder().join("archive.txt");
    fs::write(&archive, "youtube dQw4w9WgXcQ\nvimeo 1\n\nYoutube abc\n").unwrap();
    let path = archive.to_str().unwrap();
    let say = || stage.start(&["library", "import", "--archive", path]).end();
    assert!(say().1.contains("3 things that are not fetched again, 3 of them new"));
    assert!(say().1.contains("0 of them new"));
    fs::write(&archive, "<html>").unwrap();
    let output = stage.run(&["library", "import", "--archive", path]);
    assert!(
        String::from_utf8(output.stderr).unwrap().contains("neither of yt-dlp nor of gallery-dl")
    );
}

#[test]
fn a_copy_that_was_lost_or_rotted_is_made_again_from_the_original() {
    let stage = Stage::new(1);
    let folder = stage.folder().join("Old music");
    attic::fill(&folder);
    import(&stage, &folder, &[]);
    let all = things(&stage);
    let path = |title: &str| {
        let thing = all.iter().find(|one| one.title == title).unwrap();
        stage.library().join(&thing.name)
    };
    let (lost, rotten, gone) = (path("Song 1"), path("Phone 2"), path("Take 3"));
    fs::remove_file(&lost).unwrap();
    let stamp = fs::metadata(&rotten).unwrap().modified().unwrap();
    let mut bytes = fs::read(&rotten).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&rotten, bytes).unwrap();
    fs::File::options().write(true).open(&rotten).unwrap().set_modified(stamp).unwrap();
    fs::remove_file(&gone).unwrap();
    fs::remove_file(folder.join("Recordings/03.wav")).unwrap();
    let (status, text) = stage.start(&["library", "verify"]).end();
    assert_eq!(status, 1);
    assert!(text.contains("3 lost"), "{text}");
    until_true("two are here again", || lost.exists() && things(&stage).len() == all.len() - 1);
    let mut again = things(&stage);
    again.retain(|one| one.title != "Take 3");
    assert!(again.iter().all(|one| {
        all.iter().any(|before| before.name == one.name && before.folder == one.folder)
    }));
    let waiting =
        ItemsQuery { states: vec![ItemState::Waiting], limit: 10, ..ItemsQuery::default() };
    let mut browser = stage.browser();
    let item = until("the third waits for its original", || {
        browser.ask::<ListItems>(waiting.clone()).items.pop()
    });
    assert_eq!(item.reason.unwrap().code, ErrorCode::FileLost);
}

#[test]
fn what_another_program_tagged_is_kept_and_what_it_broke_is_copied_again() {
    let stage = Stage::new(1);
    let folder = stage.folder().join("Old music");
    attic::fill(&folder);
    import(&stage, &folder, &[]);
    let all = things(&stage);
    let path = |title: &str| {
        let thing = all.iter().find(|one| one.title == title).unwrap();
        stage.library().join(&thing.name)
    };
    let [tagged, film, broken] = ["Song 1", "Film 2", "Song 3"].map(path);
    for file in [&tagged, &film] {
        let mut bytes = fs::read(file).unwrap();
        let mut tag = [0; 128];
        tag[..7].copy_from_slice(b"TAGMine");
        bytes.extend(tag);
        fs::write(file, bytes).unwrap();
    }
    fs::write(&broken, "<html>Sign in</html>").unwrap();
    let text = stage.start(&["library", "verify"]).end().1;
    assert_eq!(text.matches("sound; kept as it is").count(), 2, "{text}");
    assert!(text.contains("1 lost"), "{text}");
    until_true("all are here", || things(&stage).len() == all.len());
}
