//! Runs beside each other, through the real daemon: nothing is read twice, short work is not kept waiting by long work, and
//! who says "try again" is not made to wait.

use crate::discogs::{requests, say, signed_in, truth};
use crate::discogs_hazards::with_releases;
use crate::stage::{Stage, until, until_true};
use protocol::ErrorCode;
use protocol::discogs::*;
use protocol::method::*;
use simulator::{Fault, FaultKind};
use std::collections::BTreeSet;
use std::thread;
use std::time::{Duration, Instant};

/// An order to read the collection, as the page gives it.
fn wish(stage: &Stage, key: &str, depth: Depth) -> NewRun {
    let account = stage.browser().ask::<ListDiscogsAccounts>(Nothing {}).accounts[0].id;
    NewRun {
        key: key.into(),
        account,
        list: DiscogsList::Collection,
        folders: vec![],
        filter: EntryFilter::default(),
        depth,
        max_age_days: Some(30),
        keep_list: false,
        purpose: Purpose::Asked,
    }
}

fn start(stage: &Stage, new: &NewRun) -> RunStarted {
    stage.browser().ask::<StartRun>(new.clone())
}

fn runs(stage: &Stage) -> Vec<Run> {
    stage.browser().ask::<ListRuns>(Nothing {}).runs
}

fn until_state(stage: &Stage, id: RunId, state: RunState) -> Run {
    until(&format!("run {id} is {state:?}"), || {
        runs(stage).into_iter().find(|run| run.id == id && run.state == state)
    })
}

#[test]
fn what_is_asked_for_twice_is_read_once_by_page_and_command_line_alike() {
    let stage = signed_in(5);
    // So that it stays at work for as long as it takes to ask again.
    stage.fault(Fault::new(FaultKind::Challenge).on_path("/releases/"));
    let details = wish(&stage, "page", Depth::Details);
    let both: BTreeSet<RunId> = thread::scope(|scope| {
        let ask = |key: &str| start(&stage, &NewRun { key: key.into(), ..details.clone() }).run.id;
        let at_once = ["one", "another"].map(|key| scope.spawn(move || ask(key)));
        at_once.into_iter().map(|asked| asked.join().unwrap()).collect()
    });
    assert_eq!(both.len(), 1);
    let id = *both.first().unwrap();
    until_state(&stage, id, RunState::NeedsYou);
    let estimate = stage.browser().ask::<EstimateRun>(details.clone());
    assert_eq!(estimate.joins, Some(id));

    // What nobody asked for leaves it as it stands; what is asked for goes on, in the run that is there.
    let shown = NewRun { key: "shown".into(), purpose: Purpose::KeepFresh, ..details.clone() };
    let known = start(&stage, &shown);
    assert_eq!((known.run.id, known.run.state), (id, RunState::NeedsYou));
    stage.browser().ask::<PauseRun>(OfRun { run: id });
    stage.control().clear_faults();
    let run: Run = say(&stage, &["read", "--depth", "details"]);
    assert_eq!((run.id, run.state), (id, RunState::Finished));
    assert_eq!(runs(&stage).len(), 1);
    assert_eq!(requests(&stage, "/folders/0/releases"), 1, "the list was read once");
}

#[test]
fn a_run_goes_on_with_more_when_more_is_asked_for() {
    let stage = with_releases(5);
    stage.fault(Fault::new(FaultKind::Challenge).on_path("/collection/folders").times(1));
    let first = start(&stage, &wish(&stage, "list", Depth::List)).run;
    until_state(&stage, first.id, RunState::NeedsYou);
    let more = start(&stage, &wish(&stage, "details", Depth::Details));
    assert_eq!((more.run.id, more.run.depth, more.existing), (first.id, Depth::Details, true));
    until_state(&stage, first.id, RunState::Finished);
    let distinct: BTreeSet<u32> = truth(&stage).copies.iter().map(|copy| copy.release_id).collect();
    assert_eq!(requests(&stage, "/releases/"), distinct.len());
    // It is over: the next is another.
    let again = start(&stage, &wish(&stage, "again", Depth::Details));
    assert!(again.run.id != first.id && !again.existing);
}

#[test]
fn a_list_is_read_at_once_while_details_are_read() {
    let stage = signed_in(420);
    // Two requests a second: there is a line, and what the list asks next is in it before the next turn.
    stage.control().discogs().set_limit(120);
    let details = start(&stage, &wish(&stage, "details", Depth::Details)).run.id;
    until_true("details are read", || requests(&stage, "/releases/") > 5);
    let since = stage.control().log().len();
    let list = start(&stage, &wish(&stage, "list", Depth::List));
    assert!(list.run.id != details && !list.existing, "the list is wanted as it is now");
    until_state(&stage, list.run.id, RunState::Finished);
    let log = stage.control().log();
    let of_list = |path: &str| path.contains("/collection/");
    let asked: Vec<bool> = log[since..].iter().map(|entry| of_list(&entry.path)).collect();
    let last = asked.iter().rposition(|of_list| *of_list).unwrap();
    let (own, between) = asked[..=last].iter().partition::<Vec<bool>, _>(|of_list| **of_list);
    // Folders, fields, five pages, the value. In the order of their coming each would have waited for four others.
    assert_eq!(own.len(), 8);
    assert!(between.len() <= 2 * own.len(), "{} requests went before", between.len());
    assert_eq!(until_state(&stage, details, RunState::Running).figures.stage, RunStage::Details);
    stage.browser().ask::<CancelRun>(OfRun { run: details });
}

#[test]
fn of_a_list_that_was_never_read_the_site_says_how_long_it_is() {
    let stage = signed_in(40);
    let details = wish(&stage, "details", Depth::Details);
    let first = stage.browser().ask::<EstimateRun>(details.clone());
    // Folders, fields, one page, the value.
    assert_eq!((first.releases, first.from_cache, first.requests), (40, 0, 44));
    assert!(first.seconds > 0);
    stage.fault(Fault::new(FaultKind::Challenge).on_path("/collection/"));
    let unknown = stage.browser().ask::<EstimateRun>(details);
    assert_eq!((unknown.releases, unknown.requests), (0, 4));
}

#[test]
fn what_is_left_is_all_that_is_to_come_and_not_the_stage_alone() {
    let stage = signed_in(100);
    // Five requests a second.
    stage.control().discogs().set_limit(300);
    let prices = start(&stage, &wish(&stage, "prices", Depth::Prices)).run.id;
    let run = until("details are read", || {
        let is_there = |run: &Run| run.id == prices && run.figures.stage == RunStage::Details;
        runs(&stage).into_iter().find(|run| is_there(run) && run.figures.done > 0)
    });
    let (total, left) = (run.figures.total, run.figures.total - run.figures.done);
    // What the site wants and what it suggests are still to be asked for each.
    let requests = left + 2 * total;
    assert!(run.seconds_left * 5 > requests * 3 / 4, "{run:?}");
    assert!(run.seconds_left * 5 < requests * 3, "{run:?}");
    stage.browser().ask::<CancelRun>(OfRun { run: prices });
}

#[test]
fn an_export_waits_for_what_it_wants_and_for_nothing_more() {
    let stage = signed_in(120);
    // Details stay where they begin, for as long as nobody mends it.
    stage.fault(Fault::new(FaultKind::Challenge).on_path("/releases/"));
    stage.fault(Fault::new(FaultKind::Challenge).on_path("/collection/folders").times(1));
    let details = start(&stage, &wish(&stage, "details", Depth::Details)).run.id;
    until_state(&stage, details, RunState::NeedsYou);
    let exported: Exported = say(&stage, &["export"]);
    assert_eq!((exported.rows, exported.expected), (120, 120));
    assert_eq!(until_state(&stage, details, RunState::NeedsYou).figures.stage, RunStage::List);
    assert_eq!(requests(&stage, "/releases/"), 0, "nobody went on with what had stopped");
}

#[test]
fn who_says_try_again_does_not_wait_for_the_next_try() {
    let stage = signed_in(130);
    stage.control().discogs().set_limit(3_000);
    stage.fault(Fault::new(FaultKind::ShrinkingPages).on_path("/folders/0/releases"));
    let id = start(&stage, &wish(&stage, "list", Depth::List)).run.id;
    let waits = until_state(&stage, id, RunState::Waiting);
    assert_eq!(waits.reason.map(|reason| reason.code), Some(ErrorCode::ListingUnstable));
    stage.control().clear_faults();
    let begun = Instant::now();
    stage.browser().ask::<ResumeRun>(OfRun { run: id });
    until_state(&stage, id, RunState::Finished);
    // By itself it would be tried after fifteen.
    assert!(begun.elapsed() < Duration::from_secs(12), "{:?}", begun.elapsed());
}

#[test]
fn who_chose_two_does_not_wait_for_the_whole_list() {
    let stage = signed_in(150);
    stage.control().discogs().set_limit(300);
    let whole = wish(&stage, "whole", Depth::Details);
    let long = start(&stage, &whole).run.id;
    until_true("details are read", || {
        let stage_of = |run: &Run| run.id == long && run.figures.stage == RunStage::Details;
        runs(&stage).iter().any(stage_of)
    });
    // Those that the whole would come to last.
    let newest = truth(&stage).copies.into_iter().rev().take(2);
    let entries = newest.map(|copy| copy.instance_id as i64).collect();
    let filter = EntryFilter { entries, ..EntryFilter::default() };
    let two = NewRun { key: "two".into(), filter, keep_list: true, ..whole };
    assert_eq!(stage.browser().ask::<EstimateRun>(two.clone()).joins, None);
    let started = start(&stage, &two);
    assert!(!started.existing && started.run.is_part);
    assert_eq!(until_state(&stage, started.run.id, RunState::Finished).figures.total, 2);
    let beside = until_state(&stage, long, RunState::Running).figures;
    assert!(beside.done < beside.total, "{beside:?}");
}
