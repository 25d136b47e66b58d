//! What came is there to be found, filed, deleted and brought back, over the protocol and from the command line (I11).

use crate::stage::{Stage, until_true};
use protocol::method::*;
use protocol::shelf::*;
use protocol::{Balance, Event, LibraryItemId, SettingsPatch};
use serde_json::Value;
use simulator::Service;
use std::fs::File;
use std::path::Path;

const SITE: Service = Service::Producer;

/// Songs that are here, newest last.
fn with_songs(count: u32) -> (Stage, Vec<LibraryItemId>) {
    let stage = Stage::new(count);
    stage.sync(SITE, "mp3").assert_all_done(u64::from(count));
    let page = list(&stage, Place::Everything);
    assert_eq!(page.total, u64::from(count));
    (stage, page.items.into_iter().map(|item| item.id).collect())
}

fn list(stage: &Stage, place: Place) -> LibraryPage {
    let query = LibraryQuery { place, limit: 100, ..LibraryQuery::default() };
    stage.browser().ask::<ListLibrary>(query)
}

fn of(items: &[LibraryItemId]) -> OfLibraryItems {
    OfLibraryItems { items: items.to_vec() }
}

/// A command's output, which must end well.
#[track_caller]
fn say(stage: &Stage, line: &str) -> String {
    let words: Vec<&str> = line.split(' ').collect();
    let (status, text) = stage.start(&words).end();
    assert_eq!(status, 0, "{text}");
    text
}

#[test]
fn what_was_deleted_is_not_downloaded_again_and_comes_back_with_an_undo() {
    let (stage, ids) = with_songs(3);
    let files = stage.files();
    let beside = || std::fs::read_dir(stage.library()).unwrap().count();
    // What lies beside a song may come a moment after its job has ended.
    let before = 1 + 3 * 3;
    until_true("each has its .json and its .lrc", || beside() == before);
    assert_eq!(stage.browser().ask::<DeleteItems>(of(&ids[..2])).items, 2);
    until_true("their files are gone", || stage.files().len() == 1);
    until_true("with the .json and the .lrc of each", || beside() == before - 6);
    assert_eq!(list(&stage, Place::Trash).total, 2);

    let again = stage.sync(SITE, "mp3");
    assert_eq!(again.balance, Balance { listed: 3, already: 3, ..Balance::default() });
    assert_eq!(stage.files().len(), 1);

    assert_eq!(stage.browser().ask::<RestoreItems>(of(&ids[..2])).items, 2);
    until_true("their files are there again", || stage.files() == files);
    until_true("what lay beside them is there again", || beside() == before);
    stage.assert_library(3);
}

#[test]
fn what_is_in_the_trash_survives_a_kill_and_leaves_when_its_days_are_over() {
    let (mut stage, ids) = with_songs(2);
    stage.browser().ask::<DeleteItems>(of(&ids));
    stage.kill_daemon();
    stage.start_daemon();
    assert_eq!(list(&stage, Place::Trash).total, 2);
    stage.browser().ask::<RestoreItems>(of(&ids[..1]));
    until_true("its file is there again", || stage.files().len() == 1);

    let emptied = stage.browser().ask::<EmptyTrash>(Nothing {});
    assert_eq!(emptied.files, 1);
    let refused = stage.browser().call::<RestoreItems>(of(&ids[1..])).unwrap_err();
    assert!(refused.params["detail"].contains("deleted for good"), "{refused}");
    stage.assert_library(1);
    let too_long = SettingsPatch { trash_days: Some(0), ..SettingsPatch::default() };
    assert!(stage.browser().call::<SetSettings>(too_long).is_err());
}

#[test]
fn clients_are_told_when_the_library_changes() {
    let stage = Stage::new(1);
    let mut browser = stage.browser();
    browser.subscribe();
    let told = |event| matches!(event, Event::Library {}).then_some(());
    stage.sync(SITE, "mp3").assert_all_done(1);
    browser.event(told);
    let id = list(&stage, Place::Everything).items[0].id;
    stage.browser().ask::<MarkFavorites>(MarkItems { items: vec![id], favorite: true });
    browser.event(told);
}

#[test]
fn the_command_line_does_it_all() {
    let (stage, ids) = with_songs(3);
    let lines = say(&stage, "library ls --sort title --json");
    let items: Vec<LibraryItem> =
        lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(items.len(), 3);
    let word = items[0].title.split(' ').next().unwrap().to_lowercase();
    assert!(say(&stage, &format!("library search {word}")).contains(&items[0].name));
    assert!(say(&stage, "library search nothing-like-this").contains("Nothing is there"));

    let (one, two) = (ids[0], ids[1]);
    assert!(say(&stage, &format!("library mv {one} {two} --to Moods/Calm")).contains("2 of 2"));
    assert!(say(&stage, "library folders").contains("Moods/Calm (2)"));
    assert_eq!(say(&stage, "library ls --folder Moods/Calm").lines().count(), 2);
    assert!(say(&stage, &format!("library star {one}")).contains("1 of 1 marked"));
    assert_eq!(say(&stage, "library ls --favorites").lines().count(), 1);

    assert!(say(&stage, &format!("library rm {one}")).contains("1 of 1 deleted"));
    let stats: Value = serde_json::from_str(&say(&stage, "library stats --json")).unwrap();
    assert_eq!((&stats["items"], &stats["deleted"]), (&2.into(), &1.into()));
    assert!(say(&stage, &format!("library restore {one}")).contains("1 of 1 restored"));
    assert_eq!(say(&stage, "library ls --folder Moods/Calm").lines().count(), 2);
    assert_eq!(say(&stage, "library ls --favorites").lines().count(), 1);

    let (status, _) = stage.start(&["library", "ls", "--folder", "Nowhere"]).end();
    assert_eq!(status, 2);
    stage.assert_library(3);
}

/// Changes a byte in the middle without anybody's clock telling: what a failing disk does.
fn rot(file: &Path) {
    let before = std::fs::metadata(file).unwrap().modified().unwrap();
    let mut bytes = std::fs::read(file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0x40;
    std::fs::write(file, bytes).unwrap();
    File::options().write(true).open(file).unwrap().set_modified(before).unwrap();
}

#[test]
fn a_kill_right_after_a_file_came_back_under_another_name_loses_nothing() {
    // I1, I11
    let (mut stage, items) = with_songs(1);
    let file = stage.files().into_iter().next().unwrap();
    let bytes = std::fs::read(&file).unwrap();
    stage.browser().ask::<DeleteItems>(of(&items));
    std::fs::write(&file, b"somebody else's").unwrap();
    // What is noted after the move takes for ever.
    stage.change_database(
        "CREATE TRIGGER held BEFORE UPDATE OF stowed ON media_file BEGIN SELECT count(*) FROM sqlite_schema a, \
         sqlite_schema b, sqlite_schema c, sqlite_schema d, sqlite_schema e, sqlite_schema f, sqlite_schema g; END",
    );
    let mut browser = stage.browser();
    let restoring = std::thread::spawn(move || _ = browser.call::<RestoreItems>(of(&items)));
    let name = format!("{}~2.mp3", file.file_stem().unwrap().to_str().unwrap());
    let second = file.with_file_name(&name);
    until_true("it is back", || second.exists());
    stage.kill_daemon();
    let _ = restoring.join();
    stage.change_database("DROP TRIGGER held");

    stage.start_daemon();
    assert!(say(&stage, "library verify").contains("1 files read"));
    assert_eq!(list(&stage, Place::Everything).items[0].name, name);
    assert_eq!(std::fs::read(&second).unwrap(), bytes);
    assert_eq!(std::fs::read(&file).unwrap(), b"somebody else's");
    assert_eq!(std::fs::read_dir(stage.library().join(".mediafetcher/trash")).unwrap().count(), 0);
}

#[test]
fn files_that_rotted_or_went_missing_are_found_and_fetched_again() {
    let (stage, _) = with_songs(4);
    assert!(say(&stage, "library verify").contains("4 files read"));
    let files: Vec<_> = stage.files().into_iter().collect();
    rot(&files[0]);
    std::fs::remove_file(&files[1]).unwrap();
    std::fs::write(&files[2], "not a song any more").unwrap();
    let (status, text) = stage.start(&["library", "verify", "--json"]).end();
    assert_eq!(status, 1, "{text}");
    let checked: Checked = serde_json::from_str(&text).unwrap();
    let verdicts: Vec<Verdict> = checked.found.iter().map(|file| file.verdict).collect();
    assert_eq!(checked.files, 4);
    for verdict in [Verdict::Rotten, Verdict::Missing, Verdict::Damaged] {
        assert_eq!(verdicts.iter().filter(|one| **one == verdict).count(), 1, "{checked:?}");
    }
    until_true("all are here again", || stage.files().len() == 4);
    stage.assert_library(4);
    let aside = std::fs::read_dir(stage.library().join(".mediafetcher/damaged")).unwrap();
    assert_eq!(aside.count(), 2, "what was damaged is kept: it may be the only copy");
    let mut browser = stage.browser();
    let job = browser.newest_job().unwrap().id;
    assert_eq!(browser.wait_for_end(job).balance.done, 4);
    assert!(say(&stage, "library verify").contains("4 files read"));
}

#[test]
fn a_file_that_another_program_tagged_is_kept_as_it_is() {
    let (stage, _) = with_songs(1);
    let file = stage.files().into_iter().next().unwrap();
    let mut bytes = std::fs::read(&file).unwrap();
    // An ID3v1 tag at the end, as many programs write it.
    let mut tag = [0; 128];
    tag[..7].copy_from_slice(b"TAGMine");
    bytes.extend(tag);
    std::fs::write(&file, &bytes).unwrap();
    assert!(say(&stage, "library verify").contains("sound; kept as it is"));
    assert_eq!(std::fs::read(&file).unwrap(), bytes);
    assert!(say(&stage, "library verify").contains("1 files read"), "no news any more");
}

#[test]
fn exports_hold_everything_that_is_asked_for() {
    let (stage, ids) = with_songs(3);
    say(&stage, &format!("library star {}", ids[1]));
    let lines = say(&stage, "library export --as json");
    let items: Vec<LibraryItem> =
        lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(items.len(), 3);

    let file = stage.folder().join("songs.csv");
    let path = file.to_str().unwrap();
    std::fs::write(&file, "an older one").unwrap();
    assert!(say(&stage, &format!("library export --as csv --to {path}")).contains("3 exported"));
    let mut table = csv::Reader::from_path(&file).unwrap();
    let title = table.headers().unwrap().iter().position(|name| name == "title").unwrap();
    let titles: Vec<String> =
        table.records().map(|row| row.unwrap().get(title).unwrap().to_owned()).collect();
    assert_eq!(titles, items.iter().map(|item| item.title.clone()).collect::<Vec<_>>());

    let playlist = say(&stage, "library export --as m3u8 --favorites");
    let lines: Vec<&str> = playlist.lines().collect();
    assert_eq!((lines.len(), lines[0]), (3, "#EXTM3U"));
    assert!(lines[1].starts_with("#EXTINF:") && lines[1].contains(&items[1].title));
    assert!(Path::new(lines[2]).is_file(), "{}", lines[2]);
}

#[test]
fn searches_are_kept_under_a_name() {
    let (stage, ids) = with_songs(3);
    say(&stage, &format!("library star {}", ids[1]));
    assert!(say(&stage, "library keep Best --favorites").contains("Best finds 1 things"));
    let listed = say(&stage, "library ls --smart Best --json");
    let one: LibraryItem = serde_json::from_str(&listed).unwrap();
    assert_eq!(one.id, ids[1]);
    assert!(say(&stage, "library folders").contains("smart  Best (1)"));
    assert!(say(&stage, "library keep Best --sort title").contains("finds 3"));
    assert!(say(&stage, "library export --as csv --smart Best").lines().count() == 4);
    say(&stage, "library forget Best");
    let output = stage.run(&["library", "ls", "--smart", "Best"]);
    assert_eq!(output.status.code(), Some(2));
}
