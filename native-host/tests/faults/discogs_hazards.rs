//! Discogs when it, what stands before it, or somebody else at the same address misbehaves: nothing is lost, nothing is
//! asked twice, and whatever does not come is said.

use crate::discogs::{USER, requests, say, signed_in, table, truth};
use crate::stage::{Stage, until_true};
use library::Library;
use library::discogs::{AnswerKind, Releases};
use protocol::discogs::*;
use protocol::method::*;
use protocol::{ErrorCode, SettingsPatch};
use rand::Rng;
use simulator::discogs::{Fate, Note};
use simulator::{Fault, FaultKind, LogEntry};
use std::collections::BTreeSet;
use std::time::Duration;

/// The releases of the collection, each once.
fn releases(stage: &Stage) -> BTreeSet<u32> {
    truth(stage).copies.iter().map(|copy| copy.release_id).collect()
}

/// A person whose releases are all there, so that requests can be counted.
pub fn with_releases(copies: u32) -> Stage {
    let stage = signed_in(copies);
    for release in releases(&stage) {
        stage.control().discogs().set_fate(release, Fate::Present);
    }
    stage
}

fn read(stage: &Stage) -> Run {
    say(stage, &["read", "--depth", "details"])
}

/// All rows with all their details, and no request for them.
#[track_caller]
fn assert_all_known(stage: &Stage, copies: u64) {
    let before = requests(stage, "/");
    let exported: Exported = say(stage, &["export", "--offline", "--preset", "wide"]);
    assert_eq!((exported.rows, exported.expected), (copies, copies));
    assert_eq!(exported.without_details, 0);
    assert_eq!(requests(stage, "/"), before);
    for (copy, row) in truth(stage).copies.iter().zip(table(stage, &exported)) {
        let release = stage.control().discogs().release(copy.release_id).unwrap();
        assert_eq!(row["instance_id"], copy.instance_id.to_string());
        assert_eq!(row["release_notes"], release.notes.unwrap_or_default());
    }
}

#[test]
fn a_storm_of_429_is_waited_out_and_counts_against_no_release() {
    let stage = with_releases(5);
    let storm = FaultKind::EdgeLimit { retry_after: 1 };
    stage.fault(Fault::new(storm).on_path("/releases/").times(8));
    let run = read(&stage);
    assert_eq!((run.state, run.figures.failed), (RunState::Finished, 0));
    assert_eq!(requests(&stage, "/releases/"), 5 + 8);
    assert_all_known(&stage, 5);
}

#[test]
fn beside_another_program_at_the_same_address_nothing_is_refused() {
    // I14
    let stage = with_releases(4);
    let discogs = stage.control().discogs();
    discogs.spend(34);
    discogs.set_neighbour(20);
    assert_eq!(read(&stage).state, RunState::Finished);
    let Estimate { requests, seconds, .. } = estimate(&stage);
    // Alone it is a second for each.
    assert!(requests > 3 && seconds > 2 * requests, "{requests} in {seconds} s");
    let rate = discogs.rate();
    assert_eq!(rate.refused, 0, "{rate:?}");
    assert!(rate.most_in_window > 40, "{rate:?}");
    assert_all_known(&stage, 4);
}

/// What reading all of it anew would take.
fn estimate(stage: &Stage) -> Estimate {
    let mut browser = stage.browser();
    let account = browser.ask::<ListDiscogsAccounts>(Nothing {}).accounts[0].id;
    browser.ask::<EstimateRun>(NewRun {
        key: "estimate".into(),
        account,
        list: DiscogsList::Collection,
        folders: vec![],
        filter: EntryFilter::default(),
        depth: Depth::Details,
        max_age_days: Some(0),
        keep_list: false,
        purpose: Purpose::Asked,
    })
}

/// Does something with the file of the database alone, while no daemon is there.
fn with_library<T>(stage: &Stage, act: impl AsyncFnOnce(Library) -> T) -> T {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        act(Library::open(&stage.database(), stage.library()).await.unwrap()).await
    })
}

/// Releases about which nothing is kept.
fn missing(stage: &Stage) -> BTreeSet<u32> {
    with_library(stage, async |library| {
        let account = library.discogs_accounts().await.unwrap()[0].id;
        let (list, filter) = (DiscogsList::Collection, EntryFilter::default());
        let all = Releases { account, list, filter };
        let ever = 0..=i64::MAX;
        let missing = library.discogs_unanswered(AnswerKind::Release, &all, &ever, 1000).await;
        missing.unwrap().into_iter().map(|release| release as u32).collect()
    })
}

/// The release that a request was about.
fn asked_about(entry: &LogEntry) -> Option<u32> {
    entry.path.strip_prefix("/releases/")?.parse().ok()
}

#[test]
fn a_kill_at_any_row_asks_for_nothing_that_was_kept() {
    let mut stage = with_releases(28);
    assert_eq!(say::<Run>(&stage, &["read"]).state, RunState::Finished);
    let reading = stage.start(&["discogs", "read", "--depth", "details", "--json"]);
    let mut rounds = Vec::new();
    for _ in 0..8 {
        let asked = requests(&stage, "/releases/");
        until_true("a request came", || requests(&stage, "/releases/") > asked);
        std::thread::sleep(Duration::from_millis(rand::rng().random_range(0..300)));
        stage.kill_daemon();
        rounds.push((stage.control().log().len(), missing(&stage)));
        stage.start_daemon();
        if rounds.last().is_some_and(|(_, missing)| missing.is_empty()) {
            break;
        }
    }
    drop(reading);
    until_true("the run ends", || {
        let runs = stage.browser().ask::<ListRuns>(Nothing {}).runs;
        runs.iter().all(|run| run.state == RunState::Finished)
    });
    assert!(rounds.iter().any(|(_, missing)| (1..28).contains(&missing.len())), "{rounds:?}");
    for (since, missing) in rounds {
        let asked: BTreeSet<u32> =
            stage.control().log().iter().skip(since).filter_map(asked_about).collect();
        assert!(asked.is_subset(&missing), "{:?}", asked.difference(&missing));
    }
    assert_eq!(stage.control().discogs().rate().refused, 0);
    assert_all_known(&stage, 28);
}

#[test]
fn a_clock_that_jumped_makes_no_answer_old_and_keeps_none_for_years() {
    const HOUR: i64 = 60 * 60;
    let mut stage = with_releases(3);
    say::<Run>(&stage, &["read"]);
    let ids: Vec<u32> = truth(&stage).copies.iter().map(|copy| copy.release_id).collect();
    stage.stop_daemon();
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let now = i64::try_from(now.as_secs()).unwrap();
    with_library(&stage, async |library| {
        let account = library.discogs_accounts().await.unwrap()[0].id;
        // The clock was an hour ahead, and ten years.
        for (id, ahead) in [(ids[0], HOUR), (ids[1], 10 * 365 * 24 * HOUR)] {
            let (kind, at) = (AnswerKind::Release, now + ahead);
            library.keep_discogs_answer(kind, id.into(), account, at, Some(b"{}")).await.unwrap();
        }
    });
    stage.start_daemon();
    assert_eq!(read(&stage).state, RunState::Finished);
    let asked: BTreeSet<u32> = stage.control().log().iter().filter_map(asked_about).collect();
    assert_eq!(asked, BTreeSet::from([ids[1], ids[2]]));
    // It is of now, from now on.
    read(&stage);
    assert_eq!(requests(&stage, "/releases/"), 2);
}

#[test]
fn a_list_that_shrinks_while_it_is_read_and_shows_copies_twice_adds_up_in_the_end() {
    let stage = signed_in(130);
    let page = |kind| Fault::new(kind).on_path("/folders/0/releases").times(1);
    stage.fault(page(FaultKind::ShrinkingPages)).fault(page(FaultKind::OverlappingPages).after(3));
    let exported: Exported = say(&stage, &["export", "--preset", "discogs"]);
    assert_eq!((exported.rows, exported.expected), (129, 129));
    assert_eq!((exported.proof.walks, exported.proof.repeated), (2, 1), "{:?}", exported.proof);
    for (copy, row) in truth(&stage).copies.iter().zip(table(&stage, &exported)) {
        assert_eq!(row["release_id"], copy.release_id.to_string());
    }
}

#[test]
fn merged_empty_broken_and_huge_answers_are_what_they_should_be_in_the_end() {
    let stage = with_releases(5);
    let discogs = stage.control().discogs();
    let ids: Vec<u32> = truth(&stage).copies.iter().map(|copy| copy.release_id).collect();
    let other = ids[4];
    discogs.set_fate(ids[0], Fate::Redirects { into: other });
    discogs.set_fate(ids[1], Fate::Becomes { into: other });
    discogs.enlarge_release(ids[2], 20_000_000);
    let about = |id: u32, kind| Fault::new(kind).on_path(&format!("/releases/{id}")).times(1);
    stage
        .fault(about(ids[3], FaultKind::EmptyBody))
        .fault(about(other, FaultKind::Reset { at: 40 }));
    let run = read(&stage);
    assert_eq!((run.state, run.figures.failed), (RunState::Finished, 0));

    let exported: Exported = say(&stage, &["export", "--offline", "--preset", "wide"]);
    assert_eq!((exported.rows, exported.without_details), (5, 0));
    let rows = table(&stage, &exported);
    let title = |id: u32| discogs.release(id).unwrap().sheet.title;
    for (at, shown) in [other, other, ids[2], ids[3], other].into_iter().enumerate() {
        assert_eq!(rows[at]["release_id"], ids[at].to_string(), "as it is listed");
        assert_eq!(rows[at]["title"], title(shown));
    }
    let huge = discogs.release(ids[2]).unwrap();
    let lines = rows[2]["tracklist"].lines().count();
    assert!(rows[2]["tracklist"].len() > 20_000_000);
    assert!(lines >= huge.tracklist.len());
    assert!(rows[2]["tracklist"].ends_with(&format!(
        "{}. {} (1:00)",
        huge.tracklist.last().unwrap().position,
        huge.tracklist.last().unwrap().title
    )));
}

#[test]
fn a_page_of_the_protection_needs_the_person_and_then_it_goes_on() {
    let stage = with_releases(3);
    stage.fault(Fault::new(FaultKind::Challenge).on_path("/releases/"));
    let run = read(&stage);
    assert_eq!(run.state, RunState::NeedsYou);
    assert_eq!(run.reason.unwrap().code, ErrorCode::Challenge);
    stage.control().clear_faults();
    let output = stage.run(&["discogs", "resume", &run.id.to_string()]);
    assert!(output.status.success());
    until_true("the run ends", || {
        stage.browser().ask::<ListRuns>(Nothing {}).runs[0].state == RunState::Finished
    });
    assert_all_known(&stage, 3);
}

#[test]
fn notes_with_line_breaks_quotes_and_formulas_stay_what_they_are() {
    const NOTES: [&str; 6] = [
        "one\r\ntwo\n\nthree\rfour",
        "\"quoted\", and; more\t",
        "=HYPERLINK(\"http://example.com\",\"x\")",
        "@SUM(1)+1",
        "'=already safe",
        " 0012 ",
    ];
    let stage = signed_in(6);
    let field = truth(&stage).fields.iter().find(|field| field.name == "Country").unwrap().id;
    stage.control().discogs().change_account(USER, |account| {
        for (copy, note) in account.copies.iter_mut().zip(NOTES) {
            copy.notes = vec![Note { field_id: field, value: note.into() }];
        }
    });
    let exported: Exported = say(&stage, &["export", "--preset", "discogs"]);
    let notes = |exported: &Exported| -> Vec<String> {
        table(&stage, exported).iter().map(|row| row["Collection Country"].clone()).collect()
    };
    assert_eq!(notes(&exported), NOTES);
    let safe: Exported =
        say(&stage, &["export", "--offline", "--preset", "discogs", "--spreadsheet-safe"]);
    for (note, cell) in NOTES.iter().zip(notes(&safe)) {
        let is_formula = ['=', '@', '\''].iter().any(|sign| note.starts_with(*sign));
        assert!(cell == *note || (is_formula && cell == format!("'{note}")), "{cell:?}");
        assert!(!cell.starts_with(['=', '@', '+', '-']), "{cell:?}");
    }
    let lines: Exported =
        say(&stage, &["export", "--offline", "--preset", "discogs", "--as", "jsonl"]);
    let text = std::fs::read_to_string(stage.library().join(&lines.file)).unwrap();
    let of_line = |line: &str| {
        let row: serde_json::Value = serde_json::from_str(line).unwrap();
        row["Collection Country"].as_str().unwrap().to_owned()
    };
    assert_eq!(text.lines().map(of_line).collect::<Vec<_>>(), NOTES);
}

#[test]
fn answers_serve_as_long_as_is_set_and_chosen_folders_are_asked_about_ahead_of_time() {
    let stage = with_releases(3);
    let asked = || requests(&stage, "/releases/");
    let folder = truth(&stage).copies[0].folder_id;
    let inside: BTreeSet<u32> = truth(&stage)
        .copies
        .iter()
        .filter(|copy| copy.folder_id == folder)
        .map(|copy| copy.release_id)
        .collect();
    let run: Run = say(&stage, &["preload", "--folder", &folder.to_string()]);
    assert_eq!((run.state, asked()), (RunState::Finished, inside.len()));
    let figures: CacheFigures = say(&stage, &["cache"]);
    assert_eq!(
        (figures.answers, figures.fetched_last_week),
        (inside.len() as u64, inside.len() as u64)
    );
    assert!(figures.oldest_at.is_some());

    // The rest is not known yet and comes; nothing else does, until answers are to be fresh.
    read(&stage);
    assert_eq!(asked(), 3);
    let none = SettingsPatch { discogs_cache_days: Some(0), ..SettingsPatch::default() };
    stage.browser().change_settings(none);
    std::thread::sleep(Duration::from_secs(1));
    read(&stage);
    assert_eq!(asked(), 6);
    say::<Run>(&stage, &["preload", "--older-than", "1"]);
    assert_eq!(asked(), 6);

    let output = stage.run(&["config", "set", "discogs-cache-days", "4000"]);
    assert!(!output.status.success());
    let output = stage.run(&["config", "get", "discogs-cache-days"]);
    assert_eq!(output.stdout, b"0\n");
    let gone: CacheFigures = say(&stage, &["cache", "--purge", "0"]);
    assert_eq!(gone.answers, 0);
}

#[test]
fn what_is_wrong_with_every_answer_ends_the_run_and_not_one_release_after_the_other() {
    let stage = with_releases(60);
    stage.control().discogs().set_limit(3_000);
    stage.fault(Fault::new(FaultKind::MalformedJson).on_path("/releases/"));
    let read_in_vain = stage.run(&["discogs", "read", "--depth", "details"]);
    assert_eq!(read_in_vain.status.code(), Some(1));
    let run = stage.browser().ask::<ListRuns>(Nothing {}).runs.remove(0);
    let why = run.reason.map(|reason| reason.code);
    assert_eq!((run.state, why), (RunState::Failed, Some(ErrorCode::SiteChanged)));
    let asked = requests(&stage, "/releases/");
    assert!((21..=24).contains(&asked), "{asked} requests");

    // Nothing is held against those that were asked about.
    stage.control().clear_faults();
    let run = read(&stage);
    assert_eq!((run.state, run.figures.failed), (RunState::Finished, 0));
    assert_all_known(&stage, 60);
}
