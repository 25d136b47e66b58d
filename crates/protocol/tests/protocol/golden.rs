//! One sample of each message, compared with the golden file of its name. A change here is a change of the
//! protocol: older extensions and daemons must still understand it.

use protocol::event::Numbered;
use protocol::method::*;
use protocol::send::*;
use protocol::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::fmt::Debug;

/// The sample is what the golden file says, and the golden file reads back as the sample.
pub fn golden<T: Serialize + DeserializeOwned + PartialEq + Debug>(name: &str, sample: &T) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../golden");
    settings.set_prepend_module_to_snapshot(false);
    settings.bind(|| insta::assert_json_snapshot!(name, sample));
    let text = serde_json::to_string(sample).unwrap();
    assert_eq!(&serde_json::from_str::<T>(&text).unwrap(), sample);
}

fn account() -> Account {
    Account { id: "u-1".into(), name: "Someone".into() }
}

fn item() -> RemoteItem {
    RemoteItem {
        source: Source::Flowmusic,
        source_id: "c-1".into(),
        title: "Café at 3 a.m.".into(),
        metadata: Metadata {
            artist: Some("Someone".into()),
            created_at: Some("2026-02-03T04:05:06Z".into()),
            duration_s: Some(123.5),
            lyrics_timing: vec![(0.5, "First line".into())],
            seed: Some("18446744073709551615".into()),
            ..Metadata::default()
        },
        assets: vec![
            Asset {
                variant: Variant::M4a,
                fetch: Fetch::Direct { url: "https://files.example/a".into() },
            },
            Asset {
                variant: Variant::Mp3,
                fetch: Fetch::Api { url: "https://www.flowmusic.app/x".into() },
            },
            Asset { variant: Variant::Wav, fetch: Fetch::Missing },
        ],
        raw: json!({"id": "c-1"}),
    }
}

fn job() -> JobSummary {
    let mut balance = Balance::default();
    balance.add(ItemState::Done, false, 7);
    balance.add(ItemState::Done, true, 2);
    balance.add(ItemState::Withheld, false, 1);
    JobSummary {
        id: JobId(3),
        source: Source::Producer,
        account: account(),
        formats: vec![Variant::Mp3, Variant::Stems],
        state: JobState::Running,
        songs: 5,
        balance,
        listing: Listing { pages: 2, seen: 25, unique: 20, complete: true },
        reason: Some(ErrorBody::new(ErrorCode::SessionExpired).with("site", "producer.ai")),
        created_at: 1_770_000_000,
        finished_at: None,
    }
}

fn view() -> ItemView {
    ItemView {
        id: ItemId(9),
        job: JobId(3),
        source: Source::Producer,
        source_id: "r-1".into(),
        variant: Variant::Wav,
        title: "Untitled".into(),
        state: ItemState::Waiting,
        reason: Some(ErrorBody::new(ErrorCode::RateLimited).with("host", "files.example")),
        next_try_at: Some(1_770_000_060),
        attempts: 2,
        bytes: None,
        name: None,
    }
}

#[test]
fn requests_and_answers_are_as_in_the_golden_files() {
    let hello = Hello {
        proto_min: 1,
        proto_max: 1,
        client_version: "0.1.0".into(),
        browser: "chromium".into(),
        profile: String::new(),
    };
    golden("hello", &hello);
    let welcome = Welcome {
        proto: 1,
        host_version: "0.1.0".into(),
        max_from_host: 524_288,
        max_to_host: 16_777_216,
        last_seq: Seq(42),
    };
    golden("welcome", &welcome);
    let start = NewJob {
        key: "k-1".into(),
        source: Source::Producer,
        account: account(),
        formats: vec![Variant::Mp3],
        daemon_lists: false,
    };
    golden("job.start", &start);
    golden("job.started", &Started { job: JobId(3), existing: false });
    golden("job.add", &Listed { job: JobId(3), items: vec![item()] });
    golden("job.added", &Added { songs: 1, wanted: 2, already: 0 });
    golden("job", &job());
    golden("items", &Items { items: vec![view()], total: 1 });
    golden("settings", &Settings { folder: "/home/someone/Music".into(), ..Settings::default() });
    let check = Check {
        id: "ffmpeg".into(),
        result: CheckResult::Warning,
        found: "not found".into(),
        hint: "install ffmpeg".into(),
    };
    golden("doctor", &Checklist { checks: vec![check] });
}

#[test]
fn what_is_sent_is_as_in_the_golden_files() {
    let page = SentPage {
        address: "https://videos.example.com/watch/1".into(),
        found_on: Some("https://videos.example.com/".into()),
        title: Some("A video".into()),
    };
    let cookie = Cookie {
        name: "session".into(),
        value: Secret::new("v"),
        domain: "videos.example.com".into(),
        host_only: true,
        path: "/".into(),
        secure: true,
        http_only: true,
        expires_at: None,
    };
    let session = SiteSession {
        host: "videos.example.com".into(),
        cookies: vec![cookie],
        user_agent: Some("Browser/1".into()),
    };
    let send = NewSend {
        key: "k-2".into(),
        pages: vec![page],
        variant: Some(Variant::Media),
        session: Some(session),
    };
    golden("send", &send);
    golden("site_session.forget", &OfHost { host: "videos.example.com".into() });
}

#[test]
fn events_are_as_in_the_golden_files() {
    let number = |event| Numbered { seq: Seq(1), event };
    let snapshot =
        Event::Snapshot { jobs: vec![job()], settings: Settings::default(), paused: false };
    golden("event.snapshot", &number(snapshot));
    golden("event.item", &number(Event::Item { item: view() }));
    let progress = Progress {
        bytes: 10,
        bytes_per_s: 5,
        eta_s: Some(2),
        running: vec![(ItemId(9), 10, Some(20))],
        stages: vec![
            (ItemId(9), Stage::Downloading),
            (ItemId(10), Stage::Converting { fraction: Some(0.5), speed: None }),
        ],
    };
    golden("event.progress", &number(Event::Progress { job: JobId(3), progress }));
    let needed = Event::CredentialNeeded {
        source: Source::Flowmusic,
        origin: Source::Flowmusic.origin().into(),
        account_id: "u-1".into(),
    };
    golden("event.credential_needed", &number(needed));
}

#[test]
fn envelopes_are_as_in_the_golden_files() {
    golden("envelope.request", &Envelope::request(1, "job.pause", json!({"job": 3})));
    let error = ErrorBody::new(ErrorCode::Unsupported).with("method", "x");
    golden("envelope.error", &Envelope::error(1, &error));
    golden("envelope.cancel", &Envelope::cancel(1));
}

#[test]
fn a_newer_peer_may_send_fields_that_are_not_known_here() {
    let newer = json!({"v": 2, "id": 1, "kind": "req", "method": "hello", "body": {
        "proto_min": 1, "proto_max": 2, "client_version": "9", "browser": "x", "colour": "blue"},
        "priority": 5});
    let envelope: Envelope = serde_json::from_value(newer).unwrap();
    let hello: Hello = serde_json::from_value(envelope.body).unwrap();
    assert_eq!(hello.proto_max, 2);
}

#[test]
fn the_names_of_methods_are_distinct() {
    let mut names = protocol::method::NAMES.to_vec();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), protocol::method::NAMES.len());
    let empty: Value = serde_json::to_value(Nothing {}).unwrap();
    assert_eq!(empty, json!({}));
}

#[test]
fn the_library_is_as_in_the_golden_files() {
    let item = shelf::LibraryItem {
        id: LibraryItemId(12),
        title: "Café at 3 a.m.".into(),
        artist: Some("Someone".into()),
        album: None,
        year: Some(2026),
        source: Source::Flowmusic,
        source_id: "c-1".into(),
        variant: Variant::Stems,
        kind: shelf::MediaKind::Audio,
        part: "vocals".into(),
        favorite: true,
        folder: Some(FolderId(3)),
        bytes: 4_000_000,
        duration_ms: Some(123_500),
        codec: "aac".into(),
        name: "Café at 3 a.m._c-1.stems/vocals.m4a".into(),
        references: 2,
        added_at: 1_790_000_000,
        deleted_at: None,
    };
    golden("library.page", &shelf::LibraryPage { items: vec![item], total: 40 });
    let query = shelf::LibraryQuery {
        place: shelf::Place::Folder(FolderId(3)),
        text: "caf".into(),
        source: Some(Source::Flowmusic),
        year: Some(2026),
        sort: shelf::SortBy::Title,
        descending: true,
        limit: 50,
        ..shelf::LibraryQuery::default()
    };
    golden("library.query", &query);
    let smart = smart::SmartFolder {
        id: SmartFolderId(2),
        name: "Cafés of 2026".into(),
        query: shelf::LibraryQuery { limit: 0, ..query },
        items: 7,
    };
    golden("smart_folders", &smart::SmartFolders { folders: vec![smart] });
    let folder = shelf::Folder { id: FolderId(3), parent: None, name: "Moods".into(), items: 7 };
    golden("folders", &shelf::Folders { folders: vec![folder] });
}

#[test]
fn what_is_taken_in_is_as_in_the_golden_files() {
    let new = intake::NewImport {
        key: "k-3".into(),
        folder: "/home/someone/Old music".into(),
        mode: intake::ImportMode::Copy,
        dry_run: false,
    };
    golden("library.import", &new);
    golden("library.import_chosen", &intake::ChosenImport { key: "k-2".into() });
    let pattern = "http://127.0.0.1:40000/00ff/{item}/cover".to_owned();
    golden("library.covers", &shelf::CoverAddresses { pattern });
    let report = intake::ImportReport {
        state: intake::ImportState::Ended,
        found: 4,
        found_bytes: 4_000,
        found_all: true,
        skipped: 1,
        looked_at: 4,
        bytes: 4_000,
        imported: 2,
        same_within: 1,
        refused: 1,
        problems: vec![intake::RefusedFile {
            path: "page.mp3".into(),
            reason: ErrorBody::new(ErrorCode::NotMedia).with("kind", "html"),
        }],
        twins: vec![intake::TwinFile { path: "b.mp3".into(), same_as: "a.mp3".into() }],
        ..intake::ImportReport::default()
    };
    golden("library.import_report", &report);
    let entry = intake::OwnedEntry { extractor: "youtube".into(), id: "dQw4w9WgXcQ".into() };
    golden("library.own", &intake::OwnedEntries { entries: vec![entry] });
}

#[test]
fn edits_and_renames_are_as_in_the_golden_files() {
    use protocol::edit::*;
    let values = TagValues {
        title: Some("Café".into()),
        album: Some(String::new()),
        ..TagValues::default()
    };
    let edit = ItemEdit { item: LibraryItemId(12), values: values.clone() };
    golden("library.edit", &EditItems { edits: vec![edit] });
    let edited = EditedItem { item: LibraryItemId(12), before: values, written: true, error: None };
    golden("library.edited", &Edited { items: vec![edited] });
    let rename = Rename { from: "A_1.mp3".into(), to: "1 A.mp3".into() };
    golden("library.renames", &Renames { renames: vec![rename], total: 40, next: Some(7) });
    let progress =
        RenameProgress { looked_at: 20, total: 40, renamed: 19, left: 1, ..Default::default() };
    golden("event.renaming", &Numbered { seq: Seq(1), event: Event::Renaming { progress } });
}
