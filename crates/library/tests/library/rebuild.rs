//! A library whose database is lost is made again from its folder, row by row.

use crate::support::{Bench, song};
use library::Library;
use library::intake::{Incoming, with_short_id};
use protocol::intake::OwnedEntry;
use protocol::shelf::{ChangeFolder, FileItems, LibraryQuery, MarkItems, NewFolder, Place};
use protocol::smart::NewSmartFolder;
use protocol::{Metadata, SettingsPatch};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Row};
use std::fs;
use std::path::Path;

/// What a rebuilt library must say as the lost one did: everything of what the person has.
const ROWS: &[&str] = &[
    "SELECT json_array(id, media_file_id, record_id, item_id, folder_id, part, title, added_at, source, variant, \
       artist, album, year, title_key, artist_key, size, duration_ms, favorite, deleted_at, kind) FROM library_item",
    "SELECT json_array(item_id, part, title, artist, album, date) FROM edit",
    "SELECT json_array(record_id, kind, language, extension, hex(bytes)) FROM extra",
    "SELECT json_array(id, hex(sha256), size, path, path_key, mtime_ns, container, codec, duration_ms, \
       references_count, added_at, trashed_at, stowed, collected_at) FROM media_file",
    "SELECT json_array(id, parent_id, name) FROM folder",
    "SELECT json_array(id, name, query) FROM smart_folder",
    "SELECT json_array(r.id, r.source, r.source_id, r.title, r.metadata, r.raw, r.fingerprint, r.sidecar, \
       r.sidecar_fresh, r.seen_at) FROM record r WHERE id IN (SELECT record_id FROM library_item)",
    "SELECT json_array(i.id, i.record_id, i.source, i.source_id, i.variant, i.fetch, i.lane, i.state, i.fence, \
       j.account_id, j.account_name) FROM item i JOIN job j ON j.id = i.job_id \
     WHERE i.id IN (SELECT item_id FROM library_item)",
    "SELECT json_array(extractor, id) FROM owned",
    "SELECT json_array(rowid, (SELECT count(*) FROM library_search WHERE library_search MATCH 'first')) FROM library_search",
    "SELECT value FROM meta WHERE key IN ('settings', 'library_id') ORDER BY key",
];

async fn rows(database: &Path) -> Vec<String> {
    let options = SqliteConnectOptions::new().filename(database);
    let mut connection = options.connect().await.unwrap();
    let mut all = Vec::new();
    for statement in ROWS {
        let order = if statement.contains("ORDER") { "" } else { " ORDER BY 1" };
        let statement = sqlx::AssertSqlSafe(format!("{statement}{order}"));
        let found = sqlx::query(statement).fetch_all(&mut connection).await.unwrap();
        all.extend(found.iter().map(|row| row.try_get::<String, _>(0).unwrap()));
    }
    all
}

/// The daemon's part: what is due is written.
async fn journal(bench: &Bench) {
    let sidecars = bench.library.stale_sidecars(100).await.unwrap();
    for sidecar in &sidecars {
        let raw: serde_json::Value = serde_json::from_str(&sidecar.raw).unwrap();
        let text = serde_json::to_string_pretty(&raw).unwrap();
        bench.library.shelf().write_small(&sidecar.name, text.as_bytes()).unwrap();
        for extra in &sidecar.extras {
            let name = sidecar.extra_name(extra);
            bench.library.shelf().write_small(&name, &extra.bytes).unwrap();
        }
    }
    bench.library.sidecars_written(&sidecars).await.unwrap();
    while bench.library.write_journal(8).await.unwrap() > 0 {}
}

/// A new database beside the lost one.
async fn rebuilt(bench: &Bench) -> (Library, library::journal::Rebuilt, std::path::PathBuf) {
    let file = bench.root.with_file_name("rebuilt.db");
    let elsewhere = bench.root.with_file_name("elsewhere");
    let library = Library::open(&file, &elsewhere).await.unwrap();
    library.adopt_library(&bench.root).await.unwrap();
    let rebuilt = library.rebuild(&mut |_| {}).await.unwrap();
    (library, rebuilt, file)
}

async fn filled() -> Bench {
    let bench = Bench::new().await;
    let library = &bench.library;
    let job = bench.job("one").await;
    let mut first = song("a", "First");
    first.metadata = Metadata {
        artist: Some("Zoë".into()),
        lyrics: Some("Dans la \"forêt\"\nprofonde".into()),
        created_at: Some("2024-03-01T10:00:00Z".into()),
        ..Metadata::default()
    };
    let songs =
        [first, song("b", "Second"), song("c", "Third"), song("d", "Fourth"), song("e", "Fifth")];
    bench.add(job, &songs).await;
    for claimed in bench.claim().await {
        // The last two have the same bytes.
        let bytes = if claimed.source_id.as_str() < "d" {
            claimed.source_id.clone()
        } else {
            "twins".into()
        };
        let output = bench.sealed(&claimed, bytes.as_bytes());
        library.commit(&claimed, vec![output]).await.unwrap();
    }
    let import = library.start_import("import", "/home/someone/Music", true).await.unwrap().0;
    fs::create_dir_all(bench.root.join("Own")).unwrap();
    fs::write(bench.root.join("Own/夜.flac"), "own").unwrap();
    let mut incoming = Incoming {
        from: bench.root.join("Own/夜.flac").display().to_string(),
        folders: vec!["Own".into()],
        metadata: Metadata::default(),
        output: bench.sealed(&fake_claim(&bench).await, b"own"),
    };
    fs::remove_file(bench.root.join(&incoming.output.file)).unwrap();
    incoming.output.file = "Own/夜.flac".into();
    incoming.output.name = "Own/夜.flac".into();
    incoming.metadata = with_short_id(Metadata::default(), &incoming.output.sealed.sha256);
    library.take_in(import, vec![incoming]).await.unwrap();
    let low = library.add_folder(&NewFolder { parent: None, name: "Calm".into() }).await.unwrap();
    let top = library.add_folder(&NewFolder { parent: None, name: "Moods".into() }).await.unwrap();
    let below = ChangeFolder { folder: low.id, parent: Some(top.id), name: "Calm".into() };
    library.change_folder(&below).await.unwrap();
    let things = bench.things(Place::Everything).await;
    let ids: Vec<_> = things.iter().map(|thing| thing.id).collect();
    library
        .file_items(&FileItems { items: ids[..2].to_vec(), folder: Some(low.id) })
        .await
        .unwrap();
    for statement in [
        "INSERT INTO edit (item_id, part, artist, album) \
         SELECT item_id, part, '', 'Mine' FROM library_item WHERE title = 'First'",
        "UPDATE library_item SET album = 'Mine' WHERE title = 'First'",
        "INSERT INTO extra (record_id, kind, language, extension, bytes) \
         SELECT record_id, 'subtitle', 'en', 'vtt', x'574542565454' FROM library_item WHERE title = 'First'",
    ] {
        sqlx::query(statement).execute(&mut bench.connection().await).await.unwrap();
    }
    library.mark_items(&MarkItems { items: vec![ids[1]], favorite: true }).await.unwrap();
    // One in the trash, one of two twins deleted, one deleted for good.
    library.delete_items(&[ids[1]]).await.unwrap();
    library.collect_before(i64::MAX).await.unwrap();
    library.delete_items(&[ids[2], ids[3]]).await.unwrap();
    library
        .note_owned(&[OwnedEntry { extractor: "youtube".into(), id: "x".into() }])
        .await
        .unwrap();
    let query = LibraryQuery { text: "f".into(), ..LibraryQuery::default() };
    library.add_smart_folder(&NewSmartFolder { name: "F".into(), query }).await.unwrap();
    let patch = SettingsPatch { parallel: Some(5), ..SettingsPatch::default() };
    library.change_settings(patch).await.unwrap();
    bench
}

async fn fake_claim(bench: &Bench) -> library::Claimed {
    let job = bench.job("other").await;
    bench.add(job, &[song("z", "Wanted still")]).await;
    bench.claim().await.remove(0)
}

#[tokio::test]
async fn every_row_of_what_the_person_has_comes_back() {
    let bench = filled().await;
    journal(&bench).await;
    let before = rows(&bench.root.with_file_name("test.db")).await;
    let names = bench.names();
    let (library, rebuilt, file) = rebuilt(&bench).await;
    assert_eq!(rebuilt.missing, Vec::<String>::new());
    assert_eq!((rebuilt.things, rebuilt.folders), (6, 3));
    assert!(library.unclaimed().await.unwrap().is_empty());
    let ended = library.finish_jobs().await.unwrap();
    assert!(ended.iter().all(|job| job.balance.adds_up() && job.balance.pending == 0), "{ended:?}");
    library.recover().await.unwrap();
    assert_eq!(library.integrity().await.unwrap(), "ok");
    for (after, before) in rows(&file).await.iter().zip(&before) {
        assert_eq!(after, before);
    }
    assert_eq!(rows(&file).await.len(), before.len());
    assert_eq!(bench.names(), names);

    // It lives on: what was deleted is brought back, and the journal goes on.
    let query = LibraryQuery { place: Place::Trash, limit: 10, ..LibraryQuery::default() };
    let deleted = library.list_library(&query).await.unwrap().items;
    assert_eq!(deleted.len(), 2);
    library.restore_items(&[deleted[0].id, deleted[1].id]).await.unwrap();
    while library.write_journal(8).await.unwrap() > 0 {}
}

#[tokio::test]
async fn the_journal_follows_every_change_and_is_written_only_then() {
    let bench = filled().await;
    journal(&bench).await;
    assert_eq!(bench.library.write_journal(8).await.unwrap(), 0);
    let folder = bench.root.join(".mediafetcher/journal");
    let read = || fs::read_to_string(folder.join("000000.jsonl")).unwrap();
    let before = read();
    assert_eq!(before.lines().count(), 6);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(folder.join("000000.jsonl")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    let id = bench.things(Place::Everything).await[0].id;
    bench.library.mark_items(&MarkItems { items: vec![id], favorite: true }).await.unwrap();
    assert_eq!(bench.library.write_journal(8).await.unwrap(), 1);
    assert_ne!(read(), before);
    // A list that says nothing new, with addresses signed anew.
    let job = bench.job("again").await;
    let mut same = song("e", "Fifth");
    same.raw["url"] = "https://files.example/e.mp3?signature=1".into();
    bench.add(job, &[same.clone()]).await;
    bench.library.write_journal(8).await.unwrap();
    same.raw["url"] = "https://files.example/e.mp3?signature=2".into();
    bench.add(job, &[same]).await;
    assert_eq!(bench.library.write_journal(8).await.unwrap(), 0);
}

#[tokio::test]
async fn what_the_folder_does_not_hold_any_more_is_named_and_makes_no_rows() {
    // I1
    let bench = filled().await;
    journal(&bench).await;
    let things = bench.things(Place::Everything).await;
    let [lost, changed, touched] = [0, 1, 2].map(|at| bench.root.join(&things[at].name));
    fs::remove_file(&lost).unwrap();
    fs::write(&changed, vec![0; fs::metadata(&changed).unwrap().len() as usize]).unwrap();
    let file = fs::File::options().write(true).open(&touched).unwrap();
    file.set_modified(std::time::SystemTime::UNIX_EPOCH).unwrap();
    let (library, rebuilt, _) = rebuilt(&bench).await;
    assert_eq!(rebuilt.missing, [things[0].name.clone(), things[1].name.clone()]);
    let left = library.stats().await.unwrap();
    assert_eq!(left.items, 1);
    let unclaimed = library.unclaimed().await.unwrap();
    assert_eq!(
        unclaimed.iter().map(|found| found.shown()).collect::<Vec<_>>(),
        // What lay beside the file that is gone lies beside nothing now.
        ["First_a.en.vtt".to_owned(), things[1].name.clone()]
    );
}

#[tokio::test]
async fn a_folder_that_is_no_library_and_a_database_that_is_not_empty_are_refused() {
    let bench = filled().await;
    let other = tempfile::Builder::new().prefix("other").tempdir().unwrap();
    let library = Library::open(&other.path().join("x.db"), &other.path().join("x")).await.unwrap();
    let error = library.adopt_library(other.path()).await.unwrap_err();
    assert!(error.to_string().contains("no library folder"), "{error}");
    let error = bench.library.adopt_library(&bench.root).await.unwrap_err();
    assert!(error.to_string().contains("holds a library already"), "{error}");
}
