//! Parts of a list as tables, through the real daemon and the real command line, compared with the simulator's truth: what
//! matches, what is named, and nothing else.

use crate::discogs::{USER, requests, say, signed_in, table, truth};
use crate::stage::Stage;
use protocol::ErrorCode;
use protocol::discogs::*;
use protocol::method::*;
use simulator::discogs::{Fate, Release};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;

fn read(copies: u32, depth: &str) -> Stage {
    let stage = signed_in(copies);
    stage.control().discogs().set_limit(3_000);
    let run: Run = say(&stage, &["read", "--depth", depth]);
    assert_eq!(run.state, RunState::Finished);
    stage
}

/// The copies whose release is as asked for, in the order in which they were added.
fn copies(stage: &Stage, wanted: impl Fn(&Release) -> bool) -> Vec<String> {
    let control = stage.control().discogs();
    let is_wanted = |release: u32| wanted(&control.release(release).unwrap());
    let copies = truth(stage).copies.into_iter().filter(|copy| is_wanted(copy.release_id));
    copies.map(|copy| copy.instance_id.to_string()).collect()
}

/// An export of what is known, with the instance numbers of its rows.
fn export(stage: &Stage, only: &[&str]) -> (Exported, Vec<String>) {
    let exported: Exported =
        say(stage, &[&["export", "--offline", "--preset", "wide"], only].concat());
    let rows = table(stage, &exported).iter().map(|row| row["instance_id"].clone()).collect();
    (exported, rows)
}

fn new(stage: &Stage, filter: EntryFilter) -> NewExport {
    NewExport {
        account: stage.browser().ask::<ListDiscogsAccounts>(Nothing {}).accounts[0].id,
        list: DiscogsList::Collection,
        folders: Vec::new(),
        filter,
        preset: Preset::Wide,
        format: SheetFormat::Csv,
        spreadsheet_safe: false,
        to: None,
    }
}

fn refused(stage: &Stage, wish: NewExport) -> String {
    let error = stage.browser().call::<ExportDiscogs>(wish).unwrap_err();
    assert_eq!(error.code, ErrorCode::BadParameters);
    error.to_string()
}

#[test]
fn what_matches_is_in_the_table_in_its_order_and_the_proof_says_what_was_asked_for() {
    let stage = read(230, "list");
    let genre = |name: &'static str| move |release: &Release| has(&release.sheet.genres, name);
    let (exported, rows) = export(&stage, &["--genre", "Jazz", "--genre", "Rock"]);
    let expected = copies(&stage, |release| genre("Jazz")(release) || genre("Rock")(release));
    assert_eq!(rows, expected);
    assert!(!rows.is_empty() && rows.len() < 230);
    let proof = exported.selection.clone().unwrap();
    assert_eq!((exported.rows, exported.expected), (rows.len() as u64, rows.len() as u64));
    assert_eq!((proof.filter.genres, proof.named), (vec!["Jazz".into(), "Rock".into()], 0));
    assert_eq!(exported.proof.found, 230, "and of the whole list");

    // The same again, said the other way round, is the same file.
    let bytes = fs::read(stage.library().join(&exported.file)).unwrap();
    let (again, _) = export(&stage, &["--genre", "Rock", "--genre", "Jazz"]);
    assert_eq!(again.file, exported.file);
    assert_eq!(fs::read(stage.library().join(&again.file)).unwrap(), bytes);
    let changes = again.changes.unwrap();
    assert_eq!((changes.added, changes.removed, changes.changed), (0, 0, 0));
    let (_, all) = export(&stage, &[]);
    assert_eq!(all.len(), 230, "the whole list is another table");

    let nineties = |release: &Release| (1990..=1999).contains(&release.sheet.year);
    let (_, rows) = export(&stage, &["--year", "1990-1999", "--genre", "Electronic"]);
    assert_eq!(rows, copies(&stage, |one| nineties(one) && genre("Electronic")(one)));
    let folder = &truth(&stage).folders[1];
    let (_, rows) = export(&stage, &["--folder", &folder.id.to_string(), "--genre", "Electronic"]);
    let electronic: BTreeSet<String> = copies(&stage, genre("Electronic")).into_iter().collect();
    let inside = truth(&stage).copies.into_iter().filter(|copy| copy.folder_id == folder.id);
    let inside = inside.map(|copy| copy.instance_id.to_string());
    assert_eq!(rows, inside.filter(|copy| electronic.contains(copy)).collect::<Vec<_>>());
    let release = stage.control().discogs().release(truth(&stage).copies[0].release_id).unwrap();
    let (_, rows) = export(&stage, &["--search", &release.sheet.title]);
    assert!(rows.contains(&truth(&stage).copies[0].instance_id.to_string()));

    let output =
        stage.run(&["discogs", "export", "--offline", "--genre", "Jazz", "--year", "1990-"]);
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("Proof: ") && said.contains("(genre Jazz; from 1990)"), "{said}");
    assert!(said.contains("The whole list: the site says 230, 230 were found."), "{said}");

    // A name that nothing has is a mistake, not an empty table.
    let output = stage.run(&["discogs", "export", "--offline", "--genre", "Jaz"]);
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("Jaz"), "{output:?}");
    let (exported, rows) = export(&stage, &["--search", "no such words anywhere"]);
    assert_eq!((exported.expected, rows.len()), (0, 0));
}

/// The different releases that the site was asked about since `before` requests of that kind, without those to which it led
/// from one that was merged.
fn asked(stage: &Stage, path: &str, before: usize) -> BTreeSet<u32> {
    let log = stage.control().log();
    let paths = log.iter().filter(|entry| entry.host == "api.discogs.com");
    let numbers = paths.filter_map(|entry| entry.path.strip_prefix(path)?.parse().ok());
    let numbers: BTreeSet<u32> = numbers.skip(before).collect();
    let led_to = |release: &u32| match stage.control().discogs().fate(*release)? {
        Fate::Redirects { into } => Some(into),
        _ => None,
    };
    let targets: BTreeSet<u32> = numbers.iter().filter_map(led_to).collect();
    &numbers - &targets
}

/// The releases of copies.
fn releases_of(stage: &Stage, copies: &[String]) -> BTreeSet<u32> {
    let all = truth(stage).copies.into_iter();
    let chosen = all.filter(|copy| copies.contains(&copy.instance_id.to_string()));
    chosen.map(|copy| copy.release_id).collect()
}

#[test]
fn more_is_read_about_what_was_chosen_and_about_nothing_else() {
    let stage = read(230, "list");
    let jazz = copies(&stage, |release| has(&release.sheet.genres, "Jazz"));
    let exported: Exported =
        say(&stage, &["export", "--genre", "Jazz", "--depth", "details", "--preset", "wide"]);
    let rows: Vec<String> =
        table(&stage, &exported).iter().map(|row| row["instance_id"].clone()).collect();
    assert_eq!((rows, exported.without_details), (jazz.clone(), 0));
    assert_eq!(asked(&stage, "/releases/", 0), releases_of(&stage, &jazz));

    // By their numbers, and what they cost; details that are kept are not asked for again.
    let before = requests(&stage, "/releases/");
    let two = [&jazz[0], &jazz[3]].map(String::clone);
    let run: Run = say(&stage, &["read", "--copies", &two.join(","), "--depth", "prices"]);
    assert_eq!((run.state, run.figures.total), (RunState::Finished, 2));
    assert_eq!(requests(&stage, "/releases/"), before);
    assert_eq!(asked(&stage, "/marketplace/stats/", 0), releases_of(&stage, &two));

    // Where a release came out is told with its details: all are asked for them, and those from there what they cost.
    let stats = requests(&stage, "/marketplace/stats/");
    let run: Run = say(&stage, &["preload", "--country", "Japan", "--prices"]);
    assert_eq!(run.state, RunState::Finished);
    let (all, _) = export(&stage, &[]);
    assert_eq!((all.rows, all.without_details), (230, 0));
    let gone: BTreeSet<u32> = all.gone.iter().map(|gone| gone.release as u32).collect();
    let rows = table(&stage, &all).into_iter();
    let japanese: BTreeSet<u32> = rows
        .filter(|row| row["country"] == "Japan")
        .map(|row| row["release_id"].parse().unwrap())
        .collect();
    let priced = &asked(&stage, "/marketplace/stats/", stats) - &gone;
    assert!(priced.len() > 10);
    assert_eq!(priced, &japanese - &releases_of(&stage, &two));

    // A list is read whole, and what chooses nothing is said at once.
    let output = stage.run(&["discogs", "read", "--genre", "Jazz"]);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    let output = stage.run(&["discogs", "read", "--genre", "Jaz", "--depth", "details"]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stdout).contains("Nothing in the list"), "{output:?}");
    let years =
        EntryFilter { from_year: Some(1999), to_year: Some(1990), ..EntryFilter::default() };
    let account = new(&stage, EntryFilter::default()).account;
    let wish = NewRun {
        key: "years".into(),
        account,
        list: DiscogsList::Collection,
        folders: Vec::new(),
        filter: years,
        depth: Depth::Details,
        max_age_days: None,
        keep_list: true,
        purpose: Purpose::Asked,
    };
    let countries = vec!["Japan".to_owned()];
    let japan = EntryFilter { countries, ..EntryFilter::default() };
    let prices = NewRun { filter: japan, depth: Depth::Prices, ..wish.clone() };
    let estimate = stage.browser().ask::<EstimateRun>(prices);
    assert_eq!((estimate.releases, estimate.requests), (estimate.from_cache, 0), "all is kept");
    assert!(estimate.releases >= japanese.len() as u64);
    let error = stage.browser().call::<EstimateRun>(wish.clone()).unwrap_err();
    assert_eq!(error.code, ErrorCode::BadParameters);
    let error = stage.browser().call::<StartRun>(wish).unwrap_err();
    assert_eq!(error.code, ErrorCode::BadParameters);
}

fn has(values: &[String], value: &str) -> bool {
    values.iter().any(|one| one == value)
}

#[test]
fn copies_that_are_named_are_written_and_those_that_are_gone_are_missed() {
    let stage = read(40, "list");
    let all: Vec<String> =
        truth(&stage).copies.iter().map(|copy| copy.instance_id.to_string()).collect();
    let named = [&all[31], &all[2], &all[17], &all[2]].map(String::as_str).join(",");
    let (exported, rows) = export(&stage, &["--copies", &named]);
    assert_eq!(rows, [2, 17, 31].map(|at: usize| all[at].clone()));
    let proof = exported.selection.clone().unwrap();
    assert_eq!((exported.rows, exported.expected, proof.named), (3, 3, 3));
    let bytes = fs::read(stage.library().join(&exported.file)).unwrap();
    let (again, _) = export(&stage, &["--copies", &named]);
    assert_eq!(fs::read(stage.library().join(&again.file)).unwrap(), bytes);

    stage.control().discogs().remove_copy(USER, truth(&stage).copies[17].instance_id);
    let _: Run = say(&stage, &["read"]);
    let (exported, rows) = export(&stage, &["--copies", &named]);
    assert_eq!(rows, [2, 31].map(|at: usize| all[at].clone()));
    assert_eq!((exported.rows, exported.expected), (2, 3), "one of them is not there any more");
    assert_eq!(exported.changes.unwrap().removed, 1);

    let numbers: Vec<i64> = all.iter().map(|copy| copy.parse().unwrap()).collect();
    let many: Vec<i64> = numbers.iter().copied().chain(1_000_000_000..1_000_029_960).collect();
    assert_eq!(many.len(), EntryFilter::MOST_ENTRIES);
    let entries = |entries: Vec<i64>| EntryFilter { entries, ..EntryFilter::default() };
    let exported = stage.browser().ask::<ExportDiscogs>(new(&stage, entries(many.clone())));
    assert_eq!((exported.rows, exported.expected), (39, many.len() as u64));
    let more = many.into_iter().chain([1]).collect();
    assert!(refused(&stage, new(&stage, entries(more))).contains("30001"));
    let both = EntryFilter { text: "a".into(), ..entries(numbers) };
    refused(&stage, new(&stage, both));
    let folders = EntryFilter { folders: vec![1], ..EntryFilter::default() };
    refused(&stage, new(&stage, folders));
}

#[test]
fn labels_of_one_name_are_told_apart_and_a_country_is_known_once_it_was_asked() {
    let stage = read(60, "details");
    let account = new(&stage, EntryFilter::default()).account;
    let query = |filter| EntryQuery {
        account,
        list: DiscogsList::Collection,
        filter,
        order: EntryOrder::Added,
        descending: false,
        offset: 0,
        limit: 500,
    };
    let facets = stage.browser().ask::<CountEntries>(query(EntryFilter::default()));
    let control = stage.control().discogs();
    let releases: Vec<Release> =
        truth(&stage).copies.iter().map(|copy| control.release(copy.release_id).unwrap()).collect();
    let labels: BTreeSet<String> = releases
        .iter()
        .flat_map(|release| release.sheet.labels.iter().map(|label| label.name.clone()))
        .collect();
    let plain = |label: &str| label.trim_end_matches(" (2)").trim_end_matches(" (4)").to_owned();
    let names: BTreeMap<String, String> = facets.names.iter().cloned().collect();
    let numbered: Vec<&String> = labels.iter().filter(|label| plain(label) != **label).collect();
    assert!(!numbered.is_empty());
    for label in numbered {
        let twins = labels.iter().filter(|other| plain(other) == plain(label)).count();
        let name = (twins == 1).then(|| plain(label));
        if facets.labels.iter().any(|(value, _)| value == label) {
            assert_eq!(names.get(label), name.as_ref(), "{label}");
        }
        let filter = EntryFilter { labels: vec![label.clone()], ..EntryFilter::default() };
        let found = stage.browser().ask::<ListEntries>(query(filter)).total;
        let is_of = |release: &&Release| release.sheet.labels.iter().any(|one| one.name == *label);
        assert_eq!(found, releases.iter().filter(is_of).count() as u64, "{label}");
    }

    let from: BTreeMap<String, u64> = facets.countries.iter().cloned().collect();
    let is_there = |release: &&Release| !from.is_empty() && release.country.is_some();
    assert!(from.values().sum::<u64>() <= releases.iter().filter(is_there).count() as u64);
    let (country, count) = facets.countries[0].clone();
    let (exported, rows) = export(&stage, &["--country", &country]);
    assert_eq!((exported.rows, rows.len() as u64), (count, count));
    for row in table(&stage, &exported) {
        assert_eq!(row["country"], country);
    }
    // What was asked before countries were noted is looked into at the next start.
    let mut stage = stage;
    stage.change_database("DELETE FROM discogs_country");
    stage.kill_daemon();
    stage.start_daemon();
    let again = crate::stage::until("the countries are known", || {
        let facets = stage.browser().ask::<CountEntries>(query(EntryFilter::default()));
        let known: u64 = facets.countries.iter().map(|(_, n)| n).sum();
        (known == from.values().sum::<u64>()).then_some(facets)
    });
    assert_eq!(again.countries, facets.countries);
}
