//! A database that is lost, broken or only replaced is made again from the library folder.

use crate::attic::{self, put};
use crate::stage::{Stage, until_true};
use protocol::method::*;
use protocol::shelf::*;
use protocol::{FolderId, LibraryItemId};
use simulator::{Fault, FaultKind, Service};
use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

const SITE: Service = Service::Producer;

fn say(stage: &Stage, line: &str) -> String {
    let arguments: Vec<&str> = line.split_whitespace().collect();
    let output = stage.run(&arguments);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    text
}

fn database(stage: &Stage) -> PathBuf {
    stage.folder().join("data/mediafetcher.db")
}

fn old_ones(stage: &Stage) -> usize {
    let entries = fs::read_dir(stage.folder().join("data")).unwrap().flatten();
    let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    names
        .filter(|name| {
            name.contains(".before-rebuild-") && !name.ends_with("-wal") && !name.ends_with("-shm")
        })
        .count()
}

/// Songs with stems, an imported folder, folders, a favourite, and something in the trash.
fn filled() -> Stage {
    let stage = Stage::new(3);
    stage.sync(SITE, "mp3,stems").assert_all_done(6);
    let folder = stage.folder().join("Old music");
    attic::fill(&folder);
    stage.run(&["library", "import", folder.to_str().unwrap()]);
    say(&stage, "library mv 1 2 40 --to Moods/Calm");
    say(&stage, "library star 2 30");
    say(&stage, "library rm 3 50");
    stage
}

#[test]
fn a_broken_database_is_made_again_row_by_row() {
    let mut stage = filled();
    let export = |stage: &Stage| {
        [
            "library export --as json",
            "library ls --trash --json",
            "library folders --json",
            "library stats --json",
        ]
        .map(|line| say(stage, line))
    };
    let before = export(&stage);
    assert!(before[0].lines().count() > 150);
    stage.stop_daemon();
    fs::write(database(&stage), b"SQLite format 3\0 and then nothing of use").unwrap();
    // By its folder, which nothing names any more.
    let library = stage.library().display().to_string();
    let text = say(&stage, &format!("library rebuild --folder {library}"));
    assert!(
        text.contains("0 files are missing") && text.contains("The old database is kept"),
        "{text}"
    );
    assert_eq!(old_ones(&stage), 1);
    assert_eq!(export(&stage), before);
    assert!(say(&stage, "library verify").contains("0 lost"));

    // Nothing is fetched again, and what was deleted is brought back.
    stage.control().clear_log();
    let synced = stage.sync(SITE, "mp3,stems");
    assert_eq!((synced.balance.already, synced.balance.done, synced.status), (6, 0, 0));
    assert!(stage.file_requests().is_empty());
    say(&stage, "library restore 3 50");
}

#[test]
fn a_sound_database_gives_the_same_library_without_a_daemon_and_after_a_kill() {
    let mut stage = filled();
    let before = say(&stage, "library export --as json");
    // Killed: the journal is behind, the database is not.
    say(&stage, "library star 5");
    stage.kill_daemon();
    for _ in 0..3 {
        let mut rebuild = stage.start(&["library", "rebuild"]);
        std::thread::sleep(std::time::Duration::from_millis(40));
        rebuild.kill();
    }
    say(&stage, "library rebuild");
    let after = say(&stage, "library export --as json");
    assert_eq!(before.lines().count(), after.lines().count());
    let changed: Vec<_> = before.lines().zip(after.lines()).filter(|(a, b)| a != b).collect();
    assert_eq!(changed.len(), 1, "{changed:#?}");
    assert!(changed[0].1.contains("\"id\":5,") && changed[0].1.contains("\"favorite\":true"));
    assert!(!stage.folder().join("data/mediafetcher.db.rebuilding").exists());
}

#[test]
fn without_a_journal_songs_are_told_by_their_tags_and_the_rest_is_taken_in() {
    let mut stage = Stage::new(3);
    stage.sync(SITE, "mp3,stems").assert_all_done(6);
    put(
        stage.library(),
        "Own/note.mp3",
        &fs::read(stage.files().first().unwrap()).unwrap()[..20_000],
    );
    let identity = |stage: &Stage| -> BTreeSet<_> {
        let query = LibraryQuery { limit: 500, ..LibraryQuery::default() };
        let items = stage.browser().ask::<ListLibrary>(query).items;
        let own = items.into_iter().filter(|one| one.source == protocol::Source::Producer);
        own.map(|one| {
            (one.source_id, one.variant, one.part, one.title, one.artist, one.year, one.name)
        })
        .collect()
    };
    let before = identity(&stage);
    until_true("the records lie beside the songs", || {
        fs::read_dir(stage.library())
            .unwrap()
            .flatten()
            .filter(|entry| entry.path().extension().is_some_and(|end| end == "json"))
            .count()
            == 3
    });
    stage.stop_daemon();
    fs::remove_file(database(&stage)).unwrap();
    fs::remove_dir_all(stage.library().join(".mediafetcher/journal")).unwrap();
    let library = stage.library().display().to_string();
    let output = stage.run(&["library", "rebuild", "--folder", &library]);
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains("1 files are in none of this"), "{text}");
    assert_eq!(identity(&stage), before);
    stage.control().clear_log();
    let synced = stage.sync(SITE, "mp3,stems");
    assert_eq!((synced.balance.already, synced.balance.done, synced.status), (6, 0, 0));
    assert!(stage.file_requests().is_empty());
}

#[test]
fn nothing_is_rebuilt_while_files_are_being_brought_home() {
    let stage = Stage::new(2);
    stage.fault(Fault::new(FaultKind::Stall { at: 1_000, seconds: 600.0 }).on_path("/download"));
    let sync = stage.start_sync(SITE, "mp3");
    until_true("a part is there", || stage.longest_part().is_some());
    let output = stage.run(&["library", "rebuild"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("mediafetcher pause"));
    assert_eq!(old_ones(&stage), 0);
    drop(sync);
}

#[test]
fn the_journal_follows_what_the_person_does() {
    let stage = Stage::new(1);
    stage.sync(SITE, "mp3").assert_all_done(1);
    let mut browser = stage.browser();
    let folder = browser.ask::<AddFolder>(NewFolder { parent: None, name: "Été".into() });
    assert_eq!(folder.id, FolderId(1));
    browser.ask::<MarkFavorites>(MarkItems { items: vec![LibraryItemId(1)], favorite: true });
    let read = |name: &str| {
        let path = stage.library().join(".mediafetcher/journal").join(name);
        fs::read_to_string(path).unwrap_or_default()
    };
    until_true("the journal knows the folder", || read("folders.jsonl").contains("Été"));
    until_true("the journal knows the mark", || read("000000.jsonl").contains("\"favorite\":1"));
}
