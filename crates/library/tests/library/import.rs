//! Taking in what was there before: names, rows, twins, and being killed in between (I1, I2, I5).

use crate::support::{Bench, song};
use library::intake::{Incoming, Refused, Taken, intake_name, read_archive, with_short_id};
use library::{LibraryError, Output};
use protocol::edit::TagValues;
use protocol::intake::OwnedEntry;
use protocol::shelf::{LibraryQuery, Place};
use protocol::{
    ErrorBody, ErrorCode, ItemState, JobId, JobState, Listing, Metadata, SettingsPatch, Source,
    Variant,
};
use sqlx::{ConnectOptions, Connection};
use std::fs;

pub async fn started(bench: &Bench) -> JobId {
    bench.library.start_import("import", "/home/someone/Music", false).await.unwrap().0
}

/// A copy as the daemon makes it: the part written and synced, nothing placed.
pub fn copied(bench: &Bench, part: &str, bytes: &[u8], title: &str, folders: &[&str]) -> Incoming {
    fs::write(bench.root.join(part), bytes).unwrap();
    let sealed = bench.library.shelf().seal(part).unwrap();
    let metadata = Metadata {
        artist: Some("Ana".into()),
        created_at: Some("2019-05-01".into()),
        lyrics: Some("la la".into()),
        ..Metadata::default()
    };
    let metadata = with_short_id(metadata, &sealed.sha256);
    let name = intake_name("{title}_{id}", title, &sealed.sha256, &metadata, "mp3", 255);
    Incoming {
        from: format!("/home/someone/Music/{title}.mp3"),
        folders: folders.iter().map(|name| (*name).to_owned()).collect(),
        metadata,
        output: Output {
            part: String::new(),
            file: part.to_owned(),
            name,
            sealed,
            container: "mp3".into(),
            codec: "mp3".into(),
            duration_ms: Some(1500),
            title: title.to_owned(),
            has_picture: false,
            edit: None,
            replaces: None,
        },
    }
}

/// One that lies in the library already.
pub fn in_place(bench: &Bench, name: &str, bytes: &[u8]) -> Incoming {
    let path = bench.root.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let mut incoming = copied(bench, "x.downloading", bytes, name, &[]);
    fs::rename(bench.root.join("x.downloading"), path).unwrap();
    incoming.output.file = name.to_owned();
    incoming.output.name = name.to_owned();
    incoming
}

pub async fn take(bench: &Bench, job: JobId, batch: Vec<Incoming>) -> Vec<Taken> {
    let parts: Vec<String> = batch.iter().map(|one| one.output.file.clone()).collect();
    bench.library.note_parts(job, &parts).await.unwrap();
    bench.library.take_in(job, batch).await.unwrap()
}

#[tokio::test]
async fn a_batch_gets_names_rows_and_folders_and_the_job_a_balance() {
    let bench = Bench::new().await;
    let job = started(&bench).await;
    let batch = vec![
        copied(&bench, "1.downloading", b"one", "One", &["Albums", "First"]),
        copied(&bench, "2.downloading", b"two", "Two", &["Albums"]),
        copied(&bench, "3.downloading", b"three", "Three", &[]),
    ];
    let name = batch[0].output.name.clone();
    let taken = take(&bench, job, batch).await;
    assert_eq!(taken[0], Taken::New(name.clone()));
    assert!(name.starts_with("One_") && name.len() == "One_12345678.mp3".len(), "{name}");
    let reason = ErrorBody::new(ErrorCode::NotMedia).with("kind", "html");
    let refused = Refused { from: "/a/b.mp3".into(), shown: "b.mp3".into(), reason };
    bench.library.refuse(job, std::slice::from_ref(&refused)).await.unwrap();
    bench.library.refuse(job, &[refused]).await.unwrap();
    let listing = Listing { pages: 1, seen: 4, unique: 4, complete: true };
    bench.library.set_listing(job, Some(listing), None, true).await.unwrap();
    let ended = bench.library.finish_jobs().await.unwrap().remove(0);
    assert_eq!((ended.balance.listed, ended.balance.done, ended.balance.failed), (4, 3, 1));
    assert_eq!(ended.state, JobState::Finished);

    let things = bench.things(Place::Everything).await;
    assert_eq!(things.len(), 3);
    let one = &things[0];
    assert_eq!((one.title.as_str(), one.year, one.references), ("One", Some(2019), 1));
    assert_eq!((one.source, one.variant), (Source::Files, Variant::Media));
    assert_eq!(fs::read(bench.root.join(&one.name)).unwrap(), b"one");
    let folders = bench.library.folders().await.unwrap();
    let names: Vec<_> = folders.iter().map(|one| (one.name.as_str(), one.items)).collect();
    assert_eq!(names, [("Albums", 1), ("First", 1)]);
    assert_eq!(one.folder, Some(folders[1].id));
    assert_eq!(bench.find("la").await.len(), 3, "lyrics are found");
    assert!(
        bench.library.stale_sidecars(10).await.unwrap().is_empty(),
        "no site has a record of them"
    );
    assert_eq!(bench.library.integrity().await.unwrap(), "ok");
}

#[tokio::test]
async fn the_same_bytes_are_taken_in_once_whoever_brought_them() {
    let bench = Bench::new().await;
    let songs = bench.job("songs").await;
    bench.add(songs, &[song("a", "First")]).await;
    bench.bring_all().await;
    let job = started(&bench).await;
    let taken =
        take(&bench, job, vec![copied(&bench, "1.downloading", b"a", "Mine", &["X"])]).await;
    assert_eq!(taken, [Taken::Twin("First_a.mp3".into())]);
    assert_eq!(bench.names(), ["First_a.mp3"], "no second file, and no part");
    let things = bench.things(Place::Everything).await;
    assert_eq!(things.iter().map(|one| one.references).collect::<Vec<_>>(), [2, 2]);
    assert!(things[1].folder.is_some());
    let again = take(&bench, job, vec![copied(&bench, "2.downloading", b"a", "Mine", &[])]).await;
    assert_eq!(again, [Taken::Already("First_a.mp3".into())]);

    // Deleted once, it is not brought back by its folder.
    bench.library.delete_items(&[things[1].id]).await.unwrap();
    let again = take(&bench, job, vec![copied(&bench, "3.downloading", b"a", "Mine", &[])]).await;
    assert_eq!(again, [Taken::Deleted]);
    assert_eq!(bench.things(Place::Everything).await.len(), 1);
    assert_eq!(bench.names(), ["First_a.mp3"]);
}

#[tokio::test]
async fn bytes_that_lie_in_the_trash_come_again_as_another_thing() {
    let bench = Bench::new().await;
    let songs = bench.job("songs").await;
    bench.add(songs, &[song("a", "First")]).await;
    bench.bring_all().await;
    let thing = bench.things(Place::Everything).await[0].id;
    bench.library.delete_items(&[thing]).await.unwrap();
    let job = started(&bench).await;
    let batch = vec![copied(&bench, "1.downloading", b"a", "Mine", &[])];
    let name = batch[0].output.name.clone();
    assert_eq!(take(&bench, job, batch).await, [Taken::New(name.clone())]);
    assert_eq!(bench.names(), [name]);
    let bench = bench.after_kill().await;
    bench.library.restore_items(&[thing]).await.unwrap();
    assert_eq!(bench.things(Place::Everything).await.len(), 2, "one file serves both");
    assert_eq!(bench.names().len(), 1);
}

#[tokio::test]
async fn a_file_that_stays_where_it_lies_keeps_its_name_and_clashes_are_told() {
    let bench = Bench::new().await;
    let job = started(&bench).await;
    let batch = vec![
        in_place(&bench, "Own/夜.mp3", b"1"),
        in_place(&bench, "Own/Song.mp3", b"2"),
        in_place(&bench, "Own/SONG.mp3", b"3"),
    ];
    let taken = bench.library.take_in(job, batch).await.unwrap();
    assert_eq!(taken[0], Taken::New("Own/夜.mp3".into()));
    assert_eq!(taken[2], Taken::Clash("Own/Song.mp3".into()));
    assert_eq!(bench.things(Place::Everything).await.len(), 2);
    let names: Vec<String> = ["Own/夜.mp3", "Own/SONG.mp3"].map(str::to_owned).to_vec();
    assert_eq!(bench.library.known_names(Some(job), &names).await.unwrap(), [true, false]);
    // Later, alone.
    let late =
        bench.library.take_in(job, vec![in_place(&bench, "own/song.MP3", b"4")]).await.unwrap();
    assert_eq!(late, [Taken::Clash("Own/Song.mp3".into())]);
}

#[tokio::test]
async fn names_of_foreign_files_are_never_taken() {
    let bench = Bench::new().await;
    let job = started(&bench).await;
    let incoming = copied(&bench, "1.downloading", b"one", "One", &[]);
    let wished = incoming.output.name.clone();
    fs::write(bench.root.join(&wished), "foreign").unwrap();
    let taken = take(&bench, job, vec![incoming]).await;
    assert_eq!(taken, [Taken::New(library::names::numbered(&wished, 2))]);
    assert_eq!(fs::read(bench.root.join(&wished)).unwrap(), b"foreign");
}

#[tokio::test]
async fn parts_that_a_kill_left_are_removed_or_taken_in() {
    let bench = Bench::new().await;
    let job = started(&bench).await;
    // Killed while copying.
    bench.library.note_parts(job, &["1.downloading".into()]).await.unwrap();
    fs::write(bench.root.join("1.downloading"), "hal").unwrap();
    let bench = bench.after_kill().await;
    assert!(bench.names().is_empty());
    assert!(!bench.root.join(".mediafetcher/quarantine").exists(), "it was ours");

    // Killed between the note of its name and its row, before and after it had the name.
    for placed in [false, true] {
        let bytes = if placed { b"placed" } else { b"noted!" };
        let incoming = copied(&bench, "2.downloading", bytes, "Two", &["F"]);
        let name = incoming.output.name.clone();
        bench.library.note_parts(job, &["2.downloading".into()]).await.unwrap();
        bench.note_incoming("2.downloading", &incoming).await;
        if placed {
            fs::rename(bench.root.join("2.downloading"), bench.root.join(&name)).unwrap();
        }
        let again = bench.reopened().await;
        assert_eq!(again.adopted, 1);
        let things = bench.things(Place::Everything).await;
        assert_eq!(things.last().unwrap().name, name);
        assert!(things.last().unwrap().folder.is_some());
    }
    assert_eq!(bench.names().len(), 2);
    assert_eq!(bench.library.unfinished_imports().await.unwrap()[0].folder, "/home/someone/Music");
}

#[tokio::test]
async fn a_lost_file_that_is_taken_in_again_is_the_same_thing() {
    let bench = Bench::new().await;
    let job = started(&bench).await;
    let batch = vec![copied(&bench, "1.downloading", b"one", "One", &["F"])];
    take(&bench, job, batch.clone()).await;
    let before = bench.things(Place::Everything).await;
    fs::remove_file(bench.root.join(&before[0].name)).unwrap();
    let batch = vec![copied(&bench, "2.downloading", b"one", "One", &[])];
    assert!(matches!(take(&bench, job, batch).await[0], Taken::New(_)));
    assert_eq!(bench.things(Place::Everything).await, before);
    let query = LibraryQuery { text: "one".into(), ..LibraryQuery::default() };
    assert_eq!(bench.library.list_library(&query).await.unwrap().total, 1);
    let items = bench.library.items(&Default::default()).await.unwrap().items;
    assert_eq!((items.len(), items[0].state), (1, ItemState::Done));
}

#[tokio::test]
async fn archives_of_other_programs_are_read_and_remembered() {
    let folder = tempfile::Builder::new().prefix("archive").tempdir().unwrap();
    let text = folder.path().join("yt-dlp.txt");
    fs::write(&text, "youtube dQw4w9WgXcQ\n\nVimeo 12 \n").unwrap();
    let entries = read_archive(&text).await.unwrap();
    let pairs: Vec<_> =
        entries.iter().map(|one| (one.extractor.as_str(), one.id.as_str())).collect();
    assert_eq!(pairs, [("youtube", "dQw4w9WgXcQ"), ("vimeo", "12")]);

    let database = folder.path().join("gallery-dl.sqlite3");
    let options =
        sqlx::sqlite::SqliteConnectOptions::new().filename(&database).create_if_missing(true);
    let mut connection = options.connect().await.unwrap();
    // As gallery-dl makes it.
    for statement in [
        "CREATE TABLE archive (entry TEXT PRIMARY KEY) WITHOUT ROWID",
        "INSERT INTO archive VALUES ('twitter1234_1'), ('tumblr99')",
    ] {
        sqlx::query(statement).execute(&mut connection).await.unwrap();
    }
    connection.close().await.unwrap();
    let before = fs::read(&database).unwrap();
    let more = read_archive(&database).await.unwrap();
    assert_eq!(more.len(), 2);
    assert!(more.iter().all(|one| one.extractor == OwnedEntry::GALLERY_DL));
    assert_eq!(fs::read(&database).unwrap(), before);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "nothing is left beside it");

    let bench = Bench::new().await;
    let library = &bench.library;
    let added = library.note_owned(&[entries.clone(), more].concat()).await.unwrap();
    assert_eq!((added.new, added.known), (4, 0));
    assert_eq!(library.note_owned(&entries).await.unwrap().known, 2);
    assert!(library.is_owned("Youtube", "dQw4w9WgXcQ").await.unwrap());
    assert!(!library.is_owned("youtube", "dqw4w9wgxcq").await.unwrap(), "ids have their case");
    assert!(library.is_owned("Tumblr", "99").await.unwrap());
    assert!(
        !library.is_owned("twitter", "1234").await.unwrap(),
        "one picture of it is not all of it"
    );

    for (name, bytes) in [("page.html", &b"<html>"[..]), ("noise", b"\xff\xfe\x00\x01 \xff\n")] {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        let error = read_archive(&path).await.unwrap_err();
        assert!(
            matches!(&error, LibraryError::Invalid(words) if words.contains("neither")),
            "{error}"
        );
    }
    let other = bench.root.with_file_name("test.db");
    let error = read_archive(&other).await.unwrap_err();
    assert!(error.to_string().contains("not gallery-dl's"), "{error}");
}

#[tokio::test]
async fn what_was_there_before_has_no_record_beside_it_after_an_edit_and_a_new_name() {
    let bench = Bench::new().await;
    let job = started(&bench).await;
    take(&bench, job, vec![copied(&bench, "1.downloading", b"one", "One", &[])]).await;
    let id = bench.things(Place::Everything).await[0].id;
    let wish = TagValues { album: Some("Attic".into()), ..TagValues::default() };
    let revision = bench.library.claim_edit(id, &wish).await.unwrap().unwrap();
    bench.library.edit_rows(&revision).await.unwrap();
    let template = SettingsPatch { template: Some("{id} {title}".into()), ..Default::default() };
    bench.library.change_settings(template).await.unwrap();
    bench.library.begin_renames().await.unwrap();
    while !bench.library.go_on_renaming().await.unwrap().finished {}
    assert!(bench.names()[0].ends_with(" One.mp3"), "{:?}", bench.names());
    assert!(bench.library.stale_sidecars(10).await.unwrap().is_empty());
}

/// The person changes the only thing that is there, and its file.
async fn change_bytes(bench: &Bench, album: &str, bytes: &[u8]) -> String {
    let thing = bench.things(Place::Everything).await.remove(0);
    let wish = TagValues { album: Some(album.into()), ..TagValues::default() };
    let revision = bench.library.claim_edit(thing.id, &wish).await.unwrap().unwrap();
    let mut output = bench.sealed(&revision.claimed, bytes);
    output.name.clone_from(&thing.name);
    output.replaces = Some(thing.name.clone());
    output.edit = Some(revision.edit.clone());
    bench.library.commit(&revision.claimed, vec![output]).await.unwrap();
    thing.name
}

#[tokio::test]
async fn a_folder_that_is_taken_in_again_leaves_what_the_person_has_changed() {
    let bench = Bench::new().await;
    let job = started(&bench).await;
    take(&bench, job, vec![copied(&bench, "1.downloading", b"one", "One", &[])]).await;
    let name = change_bytes(&bench, "Attic", b"one with another album").await;
    let before = bench.things(Place::Everything).await;

    let taken = take(&bench, job, vec![copied(&bench, "2.downloading", b"one", "One", &[])]).await;
    assert_eq!(taken, [Taken::Already(name.clone())]);
    assert_eq!(bench.things(Place::Everything).await, before);
    assert_eq!((bench.names(), bench.paths().await), (vec![name.clone()], vec![name.clone()]));
    assert_eq!(fs::read(bench.root.join(&name)).unwrap(), b"one with another album");
}

#[tokio::test]
async fn what_the_person_had_changed_and_then_lost_comes_back_as_it_was_taken_in_and_once() {
    let bench = Bench::new().await;
    let job = started(&bench).await;
    take(&bench, job, vec![copied(&bench, "1.downloading", b"one", "One", &[])]).await;
    for (round, is_emptied) in [false, true].into_iter().enumerate() {
        let album = format!("Attic {round}");
        let name = change_bytes(&bench, &album, album.as_bytes()).await;
        match is_emptied {
            true => drop(fs::File::create(bench.root.join(&name)).unwrap()),
            false => fs::remove_file(bench.root.join(&name)).unwrap(),
        }
        let part = format!("{round}.downloading");
        let taken = take(&bench, job, vec![copied(&bench, &part, b"one", "One", &[])]).await;
        assert!(matches!(&taken[..], [Taken::New(_)]), "{taken:?}");
        assert_eq!(bench.paths().await, bench.names(), "no row without its file, no file without");
        let thing = bench.things(Place::Everything).await.remove(0);
        assert_eq!(fs::read(bench.root.join(&thing.name)).unwrap(), b"one");
        assert_eq!(thing.album.as_deref(), Some(album.as_str()), "the wish stays");
    }
}

#[tokio::test]
async fn a_file_that_lost_its_bytes_and_is_taken_in_again_is_there_once() {
    let bench = Bench::new().await;
    let job = started(&bench).await;
    take(&bench, job, vec![copied(&bench, "1.downloading", b"one", "One", &[])]).await;
    let name = bench.names().remove(0);
    fs::File::create(bench.root.join(&name)).unwrap();
    take(&bench, job, vec![copied(&bench, "2.downloading", b"one", "One", &[])]).await;
    assert_eq!(bench.paths().await, bench.names());
    assert_eq!(fs::read(bench.root.join(&bench.names()[0])).unwrap(), b"one");
}
