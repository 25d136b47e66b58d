//! Shops at Discogs: the same table whichever way they come, and somebody else's only as far as the site shows it.

use crate::discogs::{USER, requests, say, signed_in, table, truth};
use crate::stage::{Stage, until_true};
use library::Library;
use library::discogs::Entry;
use mediafetcher::collection;
use protocol::discogs::*;
use protocol::method::*;
use simulator::discogs::{Account, Course};
use simulator::{Fault, FaultKind};
use std::collections::BTreeMap;
use std::fs;

/// What nobody may change on its way.
const NASTY: &str = "=1+1\r\n\"quoted\", it's\n\n@end\t ";

/// The columns that say what the seller owns, for one listing.
fn owned(account: &Account, release: u32) -> (String, String) {
    let copies: Vec<_> = account.copies.iter().filter(|copy| copy.release_id == release).collect();
    let name = |id| account.folders.iter().find(|folder| folder.id == id).unwrap().name.clone();
    let instances: Vec<_> = copies.iter().map(|copy| copy.instance_id.to_string()).collect();
    let folders: Vec<_> = copies.iter().map(|copy| name(copy.folder_id)).collect();
    (instances.join("; "), folders.join("; "))
}

#[test]
fn a_shop_is_the_same_table_whichever_way_it_comes() {
    let stage = signed_in(6);
    let discogs = stage.control().discogs();
    discogs.set_currency(USER, "JPY");
    discogs.set_export_course(Course::AfterPolls(0));
    discogs.change_account(USER, |account| {
        account.listings[0].comments = NASTY.into();
        account.listings[1].location = "'+shelf \"3\"\r\n".into();
        account.listings[3].comments = "007".into();
    });
    say::<Run>(&stage, &["read"]);
    let exported: Exported = say(&stage, &["inventory"]);
    assert_eq!((exported.rows, exported.expected, exported.proof.by), (15, 15, ReadBy::Export));
    assert_eq!(requests(&stage, "/inventory/export"), 3, "begun, looked at, fetched");

    let truth = truth(&stage);
    let rows = table(&stage, &exported);
    for (listing, row) in truth.listings.iter().zip(&rows) {
        let (instances, folders) = owned(&truth, listing.release_id);
        let weight = listing.weight.map(|grams| grams.to_string()).unwrap_or_default();
        let listed = listing.posted.replace('T', " ")[..19].to_owned();
        let expected = [
            ("listing_id", listing.id.to_string()),
            ("release_id", listing.release_id.to_string()),
            ("status", listing.status.clone()),
            // Yen have no decimals.
            ("price", format!("{}", listing.price as u64)),
            ("currency", "JPY".into()),
            ("listed", listed),
            ("comments", listing.comments.clone()),
            ("media_condition", listing.condition.clone()),
            ("sleeve_condition", listing.sleeve_condition.clone()),
            ("accept_offer", if listing.allow_offers { "Y" } else { "N" }.into()),
            ("external_id", listing.external_id.clone()),
            ("weight", weight),
            ("format_quantity", listing.format_quantity.to_string()),
            ("location", listing.location.clone()),
            ("quantity", listing.quantity.to_string()),
            ("owned_instance_ids", instances),
            ("owned_folders", folders),
        ];
        for (column, cell) in expected {
            assert_eq!(row[column], cell, "{column} of {}", listing.id);
        }
    }
    assert!(rows.iter().any(|row| !row["owned_folders"].is_empty()));
    let bytes = fs::read(stage.library().join(&exported.file)).unwrap();

    // The site makes no file: its pages are read.
    discogs.set_export_course(Course::Fails);
    let paged: Exported = say(&stage, &["inventory"]);
    assert_eq!((paged.rows, paged.expected, paged.proof.by), (15, 15, ReadBy::Pages));
    assert_eq!(fs::read(stage.library().join(&paged.file)).unwrap(), bytes);
    let changes = paged.changes.unwrap();
    assert_eq!((changes.added, changes.removed, changes.changed), (0, 0, 0));

    // The file ends in the middle of a row, after others of it were taken in.
    discogs.set_export_course(Course::AfterPolls(0));
    stage.fault(Fault::new(FaultKind::ContentLength { by: -400 }).on_path("/download"));
    let cut: Exported = say(&stage, &["inventory"]);
    assert_eq!((cut.rows, cut.expected, cut.proof.by), (15, 15, ReadBy::Pages));
    assert_eq!(fs::read(stage.library().join(&cut.file)).unwrap(), bytes);
    assert_eq!(requests(&stage, "/download"), 2);
    assert_eq!(discogs.rate().refused, 0);
}

#[test]
fn an_export_that_never_ends_can_be_left_at_any_moment() {
    let stage = signed_in(1);
    stage.control().discogs().set_export_course(Course::Never);
    let waiting = stage.start(&["discogs", "inventory", "--json"]);
    let polls = || requests(&stage, "/inventory/export/");
    until_true("the job was looked at twice", || polls() >= 2);
    let mut browser = stage.browser();
    let run = browser.ask::<ListRuns>(Nothing {}).runs[0].clone();
    assert_eq!(run.state, RunState::Running);
    browser.ask::<CancelRun>(OfRun { run: run.id });
    assert_eq!(waiting.end().0, 1);
    let before = polls();
    std::thread::sleep(std::time::Duration::from_secs(5));
    assert_eq!(polls(), before, "nobody looks any more");
}

/// Fills the database as a walk would have, while no daemon is there.
fn fill(
    stage: &Stage,
    user: &str,
    list: DiscogsList,
    entries: impl Iterator<Item = Entry>,
    proof: ListProof,
) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let library = Library::open(&stage.database(), stage.library()).await.unwrap();
        let account = library.put_discogs_account(user, SignedBy::Nobody).await.unwrap().id;
        let walk = library.begin_discogs_walk(account, list).await.unwrap();
        let shown = |entry: Entry| (entry.clone(), collection::shown(list, &entry));
        let entries: Vec<_> = entries.map(shown).collect();
        for page in entries.chunks(500) {
            library.add_discogs_entries(account, list, walk, page).await.unwrap();
        }
        library.end_discogs_walk(account, list, walk, &proof, None).await.unwrap();
    });
}

#[test]
fn twenty_five_thousand_copies_and_the_beginning_of_a_huge_shop_are_written_with_their_proof() {
    let mut stage = Stage::new(1);
    stage.stop_daemon();
    let copy = |n: i64| Entry {
        entry: n,
        release: n,
        folder: Some(1),
        added_at: Some(n),
        record: serde_json::json!({
            "instance_id": n, "id": n, "folder_id": 1, "notes": [],
            "basic_information": {"id": n, "title": format!("{NASTY}{n}"), "year": 0},
        })
        .to_string(),
    };
    let proof = ListProof { expected: 25_000, found: 25_000, walks: 1, ..ListProof::default() };
    fill(&stage, "collector", DiscogsList::Collection, (1..=25_000).map(copy), proof);
    let listing = |n: i64| Entry { folder: None, record: format!("{{\"id\":{n}}}"), ..copy(n) };
    let proof = ListProof { expected: 12_000, found: 10_000, cut: true, ..ListProof::default() };
    fill(&stage, "BigShop", DiscogsList::Inventory, (1..=10_000).map(listing), proof);
    stage.start_daemon();

    let arguments = ["export", "--offline", "--user", "collector", "--preset", "discogs"];
    let exported: Exported = say(&stage, &arguments);
    assert_eq!((exported.rows, exported.expected), (25_000, 25_000));
    let rows: Vec<BTreeMap<String, String>> = table(&stage, &exported);
    assert_eq!(rows.len(), 25_000);
    for (row, n) in rows.iter().zip(1..) {
        assert_eq!(row["Title"], format!("{NASTY}{n}"));
    }

    let output = stage.run(&["discogs", "inventory", "--offline", "--user", "BigShop"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("10000 of 12000"), "{text}");
    assert!(!text.contains("Read it again"), "{text}");
    assert_eq!(output.status.code(), Some(1), "the person has something to know");

    // A kill in the middle leaves nothing of a table in a folder of the person's own, once the daemon is there again.
    let own = stage.folder().join("own");
    fs::create_dir(&own).unwrap();
    fs::write(own.join(".tmpAbCdEf"), "theirs").unwrap();
    let names = || {
        let entries = fs::read_dir(&own).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect::<Vec<_>>()
    };
    let to = own.join("table.csv");
    let export = [&["discogs"], &arguments[..], &["--to", to.to_str().unwrap()]].concat();
    let export = stage.start(&export);
    until_true("it is being written", || names().iter().any(|name| name.ends_with(".part")));
    stage.kill_daemon();
    assert_ne!(export.end().0, 0);
    assert_eq!(names().len(), 2, "{:?}", names());
    stage.start_daemon();
    assert_eq!(names(), [".tmpAbCdEf"]);
}
