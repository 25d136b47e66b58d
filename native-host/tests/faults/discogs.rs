//! Discogs through the real daemon and the real command line: everything that the account has is here and in the tables,
//! with a proof that says so.

use crate::stage::{Stage, until};
use protocol::ErrorCode;
use protocol::discogs::*;
use protocol::method::*;
use simulator::discogs::{Account, Fate, Sizes};
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

pub const USER: &str = "demo";

/// A person with a small collection who is signed in.
pub fn signed_in(copies: u32) -> Stage {
    let stage = Stage::new(1);
    let sizes = Sizes { copies, wants: 12, listings: 15 };
    stage.control().discogs().make_account(USER, sizes);
    log_in(&stage);
    stage
}

pub fn log_in(stage: &Stage) {
    log_in_as(stage, USER);
}

pub fn log_in_as(stage: &Stage, user: &str) {
    let file = stage.folder().join("token.txt");
    fs::write(&file, stage.control().discogs().token(user)).unwrap();
    let output = stage.run(&["discogs", "login", "--token-file", file.to_str().unwrap()]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

pub fn truth(stage: &Stage) -> Account {
    stage.control().discogs().account(USER).unwrap()
}

/// `discogs … --json` and its last line.
pub fn say<T: serde::de::DeserializeOwned>(stage: &Stage, arguments: &[&str]) -> T {
    let (status, text) = stage.start(&[&["discogs"], arguments, &["--json"]].concat()).end();
    let last = text.lines().last().unwrap_or_default();
    serde_json::from_str(last).unwrap_or_else(|error| panic!("{status}: {error}: {text}"))
}

/// The rows of a table by its header.
fn rows(file: PathBuf) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_path(file).unwrap();
    reader.deserialize().map(Result::unwrap).collect()
}

pub fn table(stage: &Stage, exported: &Exported) -> Vec<BTreeMap<String, String>> {
    rows(stage.library().join(&exported.file))
}

/// The custom fields in their order, with their headers: two of this account have one name.
fn own_headers(truth: &Account) -> Vec<(u32, String)> {
    let mut fields: Vec<_> = truth.fields.iter().collect();
    fields.sort_by_key(|field| field.position);
    let mut headers: Vec<(u32, String)> = Vec::new();
    for field in fields {
        let name = format!("Collection {}", field.name);
        let is_second = headers.iter().any(|(_, header)| *header == name);
        headers.push((field.id, if is_second { format!("{name} (2)") } else { name }));
    }
    headers
}

/// Copies of releases that the site does not have (any more).
fn gone(stage: &Stage) -> u64 {
    let is_gone = |release| stage.control().discogs().fate(release) == Some(Fate::Gone);
    truth(stage).copies.iter().filter(|copy| is_gone(copy.release_id)).count() as u64
}

pub fn requests(stage: &Stage, path: &str) -> usize {
    let log = stage.control().log();
    log.iter().filter(|entry| entry.host == "api.discogs.com" && entry.path.contains(path)).count()
}

#[test]
fn every_copy_is_in_the_table_with_what_is_written_in_its_fields() {
    let stage = signed_in(230);
    let exported: Exported = say(&stage, &["export", "--preset", "discogs"]);
    assert_eq!((exported.rows, exported.expected), (230, 230));
    let (truth, rows) = (truth(&stage), table(&stage, &exported));
    let folders: BTreeMap<u32, &str> =
        truth.folders.iter().map(|folder| (folder.id, folder.name.as_str())).collect();
    let headers = own_headers(&truth);
    for (copy, row) in truth.copies.iter().zip(&rows) {
        assert_eq!(row["release_id"], copy.release_id.to_string());
        assert_eq!(row["CollectionFolder"], folders[&copy.folder_id]);
        for (field, header) in &headers {
            let note = copy.notes.iter().find(|note| note.field_id == *field);
            assert_eq!(row[header], note.map_or("", |note| &note.value));
        }
    }
    assert_eq!(requests(&stage, "/releases/"), 0, "nobody asked for details");
    assert_eq!(stage.control().discogs().rate().refused, 0);

    // The same again is the same file, and says that nothing has changed.
    let bytes = fs::read(stage.library().join(&exported.file)).unwrap();
    let again: Exported = say(&stage, &["export", "--preset", "discogs"]);
    assert_eq!(fs::read(stage.library().join(&again.file)).unwrap(), bytes);
    let changes = again.changes.unwrap();
    assert_eq!((changes.added, changes.removed, changes.changed), (0, 0, 0));

    // One goes, two come.
    let first = truth.copies[0].instance_id;
    stage.control().discogs().remove_copy(USER, first);
    stage.control().discogs().add_copies(USER, 2);
    let changed: Exported = say(&stage, &["export", "--preset", "discogs"]);
    assert_eq!((changed.rows, changed.expected), (231, 231));
    let changes = changed.changes.unwrap();
    assert_eq!((changes.added, changes.removed), (2, 1));
}

#[test]
fn details_are_asked_for_once_and_what_is_gone_stays_known() {
    let stage = signed_in(8);
    stage.control().discogs().set_fate(truth(&stage).copies[3].release_id, Fate::Gone);
    let exported: Exported = say(&stage, &["export", "--depth", "details", "--preset", "wide"]);
    assert_eq!((exported.rows, exported.expected), (8, 8));
    assert_eq!((exported.gone.len() as u64, exported.without_details), (gone(&stage), 0));
    let of_the_site: Exported = say(&stage, &["export", "--offline", "--preset", "discogs"]);
    assert_eq!(of_the_site.gone.len() as u64, gone(&stage), "every table says what is gone");
    let rows = table(&stage, &exported);
    for (copy, row) in truth(&stage).copies.iter().zip(&rows) {
        let release = stage.control().discogs().release(copy.release_id).unwrap();
        let fate = stage.control().discogs().fate(copy.release_id).unwrap();
        assert_eq!(row["gone"], if fate == Fate::Gone { "yes" } else { "no" });
        match fate {
            Fate::Present => {
                assert_eq!(row["title"], release.sheet.title);
                assert_eq!(row["release_notes"], release.notes.unwrap_or_default());
            }
            Fate::Gone => assert_eq!(row["title"], release.sheet.title, "the list still says it"),
            // The site tells of the other one.
            Fate::Redirects { into } | Fate::Becomes { into } => {
                let other = stage.control().discogs().release(into).unwrap();
                assert_eq!(row["title"], other.sheet.title);
            }
        }
        assert_eq!(row["release_id"], copy.release_id.to_string());
    }
    let asked = requests(&stage, "/releases/");
    say::<Exported>(&stage, &["export", "--depth", "details", "--preset", "wide"]);
    assert_eq!(requests(&stage, "/releases/"), asked, "all of it is known");
    let figures: CacheFigures = say(&stage, &["cache"]);
    assert!(figures.answers >= 7 && figures.uses >= 14, "{figures:?}");
}

#[test]
fn wants_and_inventory_come_whole() {
    let stage = signed_in(3);
    let wants: Exported = say(&stage, &["wants", "--preset", "discogs"]);
    assert_eq!((wants.rows, wants.expected), (12, 12));
    for (want, row) in truth(&stage).wants.iter().zip(table(&stage, &wants)) {
        assert_eq!(
            (&row["release_id"], &row["Notes"]),
            (&want.release_id.to_string(), &want.notes)
        );
    }
    let shop: Exported = say(&stage, &["inventory"]);
    assert_eq!((shop.rows, shop.expected), (15, 15));
    for (listing, row) in truth(&stage).listings.iter().zip(table(&stage, &shop)) {
        assert_eq!(row["listing_id"], listing.id.to_string());
        assert_eq!(row["comments"], listing.comments);
        assert_eq!(row["price"].parse::<f64>().unwrap(), listing.price);
    }
}

#[test]
fn a_token_that_ends_in_the_middle_is_waited_for_and_nothing_is_asked_twice() {
    let stage = signed_in(12);
    stage.control().discogs().expire_tokens_after(USER, 8);
    let run: Run = say(&stage, &["read", "--depth", "details"]);
    assert_eq!(run.state, RunState::NeedsYou);
    let code = run.reason.unwrap().code;
    assert_eq!(code, ErrorCode::SessionExpired);
    stage.control().discogs().renew_token(USER);
    log_in(&stage);
    let ended = until("the run ends", || {
        let runs = stage.browser().ask::<ListRuns>(Nothing {}).runs;
        runs.into_iter().find(|run| run.state == RunState::Finished)
    });
    assert_eq!(ended.id, run.id);
    let exported: Exported = say(&stage, &["export", "--offline", "--preset", "wide"]);
    assert_eq!((exported.rows, exported.gone.len() as u64), (12, gone(&stage)));
    assert_eq!(exported.without_details, 0);
}

#[test]
fn a_token_that_is_replaced_at_work_ends_no_run() {
    let stage = signed_in(150);
    stage.control().discogs().set_limit(3_000);
    let reading = stage.start(&["discogs", "read", "--depth", "details", "--json"]);
    until("some releases were read", || (requests(&stage, "/releases/") >= 10).then_some(()));
    stage.control().discogs().renew_token(USER);
    log_in(&stage);
    until("the run ends", || {
        let runs = stage.browser().ask::<ListRuns>(Nothing {}).runs;
        runs.first().is_some_and(|run| run.state == RunState::Finished).then_some(())
    });
    drop(reading);
}

#[test]
fn a_kill_in_the_middle_costs_what_was_on_its_way() {
    let mut stage = signed_in(20);
    let reading = stage.start(&["discogs", "read", "--depth", "details", "--json"]);
    until("some releases were read", || (requests(&stage, "/releases/") >= 6).then_some(()));
    stage.kill_daemon();
    drop(reading);
    stage.start_daemon();
    until("the run ends", || {
        let runs = stage.browser().ask::<ListRuns>(Nothing {}).runs;
        runs.first().is_some_and(|run| run.state == RunState::Finished).then_some(())
    });
    let distinct: std::collections::BTreeSet<u32> =
        truth(&stage).copies.iter().map(|copy| copy.release_id).collect();
    let asked = requests(&stage, "/releases/");
    assert!(asked <= distinct.len() + 4, "{asked} requests for {} releases", distinct.len());
    let exported: Exported = say(&stage, &["export", "--offline"]);
    assert_eq!((exported.rows, exported.gone.len() as u64), (20, gone(&stage)));
    assert_eq!(exported.without_details, 0);
}

#[test]
fn a_token_is_kept_encrypted_and_a_browser_may_not_name_a_file() {
    let stage = signed_in(1);
    let token = stage.control().discogs().token(USER);
    assert!(!stage.database_holds(&token));
    let accounts = stage.browser().ask::<ListDiscogsAccounts>(Nothing {}).accounts;
    let wish = NewExport {
        account: accounts[0].id,
        list: DiscogsList::Collection,
        folders: vec![],
        filter: EntryFilter::default(),
        preset: Preset::Classic,
        format: SheetFormat::Csv,
        spreadsheet_safe: false,
        to: Some("/tmp/anything.csv".into()),
    };
    let error = stage.browser().call::<ExportDiscogs>(wish.clone()).unwrap_err();
    assert_eq!(error.code, ErrorCode::Forbidden);
    // Without a name it may, but nothing was read yet.
    let error = stage.browser().call::<ExportDiscogs>(NewExport { to: None, ..wish }).unwrap_err();
    assert_eq!(error.code, ErrorCode::BadParameters);

    let output = stage.run(&["discogs", "logout"]);
    assert!(output.status.success());
    assert!(stage.browser().ask::<ListDiscogsAccounts>(Nothing {}).accounts.is_empty());
    fs::write(stage.folder().join("bad.txt"), "no-such-token").unwrap();
    let bad = stage.folder().join("bad.txt");
    let output = stage.run(&["discogs", "login", "--token-file", bad.to_str().unwrap()]);
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && told.contains("does not accept this token"), "{told}");
}
