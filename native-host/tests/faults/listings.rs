//! Lists that shift, repeat, never end, or are not what they were.

use crate::stage::{ACCOUNT, Stage};
use protocol::{Balance, ErrorBody, ErrorCode, JobState};
use rstest::rstest;
use simulator::{Fault, FaultKind, Service};

const SITE: Service = Service::Producer;
/// Three pages of producer.ai.
const SONGS: u32 = 45;

/// Of the list's pages only.
fn on_list(kind: FaultKind) -> Fault {
    Fault::new(kind).on_path("/generations?")
}

fn songs(stage: &Stage) -> usize {
    stage.control().songs(SITE, ACCOUNT).len()
}

fn reason(stage: &Stage) -> ErrorBody {
    stage.browser().newest_job().unwrap().reason.expect("a reason")
}

#[test]
fn records_that_come_twice_are_one() {
    let stage = Stage::new(SONGS);
    stage.fault(on_list(FaultKind::DuplicateItems));
    stage.sync(SITE, "m4a").assert_all_done(u64::from(SONGS));
    stage.assert_library(SONGS as usize);
    let listing = stage.browser().newest_job().unwrap().listing;
    assert!(listing.complete && listing.unique == u64::from(SONGS), "{listing:?}");
    assert!(listing.seen > listing.unique);
}

#[test]
fn songs_made_during_the_listing_are_brought_too() {
    let stage = Stage::new(SONGS);
    stage.fault(on_list(FaultKind::ShiftingPages).times(4));
    let synced = stage.sync(SITE, "m4a");
    assert_eq!(songs(&stage), SONGS as usize + 4);
    synced.assert_all_done(u64::from(SONGS) + 4);
    stage.assert_library(SONGS as usize + 4);
    assert!(stage.browser().newest_job().unwrap().listing.complete);
}

#[test]
fn songs_deleted_during_the_listing_hide_no_other() {
    let stage = Stage::new(SONGS);
    let before = stage.control().songs(SITE, ACCOUNT);
    // After the first page, so that the second begins later in the list than it should.
    let sync = stage.start_sync(SITE, "m4a");
    crate::stage::until_true("the first page was read", || {
        stage.control().log().iter().any(|entry| entry.query.contains("offset=0"))
    });
    for song in &before[..3] {
        assert!(stage.control().delete_song(&song.id));
    }
    let balance = sync.synced().balance;
    // The three may have come before they were deleted, or not.
    assert!(balance.listed >= u64::from(SONGS) - 3, "{balance:?}");
    assert_eq!(balance.done + balance.absent, balance.listed);
    let kept = before[3..].iter();
    for song in kept {
        let end = format!("_{}.m4a", song.id);
        let is_there = |file: &std::path::PathBuf| file.to_string_lossy().ends_with(&end);
        assert!(stage.files().iter().any(is_there), "{end} was lost");
    }
}

#[test]
fn a_list_that_never_ends_is_given_up_for_now_and_finished_later() {
    let stage = Stage::new(SONGS);
    stage.fault(on_list(FaultKind::EndlessPage));
    let sync = stage.start_sync(SITE, "m4a");
    let mut browser = stage.browser();
    let job = crate::stage::until("a job", || browser.newest_job()).id;
    let stuck = browser.wait_for(job, |job| job.reason.is_some() && job.balance.done == 20);
    assert_eq!(stuck.reason.unwrap().code, ErrorCode::ListingUnstable);
    assert_eq!(stuck.state, JobState::Listing);
    let pages = stage.control().log();
    let pages = pages.iter().filter(|entry| entry.query.contains("offset=")).count();
    assert!(pages < 40, "{pages} pages were read in vain");

    stage.control().clear_faults();
    sync.synced().assert_all_done(u64::from(SONGS));
    stage.assert_library(SONGS as usize);
}

#[rstest]
#[case::not_json(FaultKind::MalformedJson, "is not JSON")]
#[case::no_id(FaultKind::DropField { name: "id".into() }, "generations[].id")]
#[case::no_list(FaultKind::DropField { name: "generations".into() }, "generations")]
fn a_site_that_has_changed_is_told_by_the_place_that_changed(
    #[case] kind: FaultKind,
    #[case] place: &str,
) {
    let stage = Stage::new(2);
    stage.fault(on_list(kind));
    let synced = stage.sync(SITE, "mp3");
    synced.assert_attention(Balance::default());
    let reason = reason(&stage);
    assert_eq!(reason.code, ErrorCode::SiteChanged);
    assert!(reason.params["detail"].contains(place), "{reason:?}");
}

#[test]
fn what_was_listed_before_the_site_changed_is_brought_and_the_rest_is_told() {
    let stage = Stage::new(SONGS);
    stage.fault(on_list(FaultKind::MalformedJson).after(1));
    let synced = stage.sync(SITE, "m4a");
    synced.assert_attention(Balance { listed: 20, done: 20, ..Balance::default() });
    assert!(synced.names(ErrorCode::SiteChanged));
    stage.assert_library(20);
    assert!(!stage.browser().newest_job().unwrap().listing.complete);
}

#[test]
fn an_answer_of_50_megabytes_is_refused_without_being_held() {
    let stage = Stage::new(2);
    stage.fault(on_list(FaultKind::HugeJson { bytes: 50_000_000 }));
    let synced = stage.sync(SITE, "mp3");
    synced.assert_attention(Balance::default());
    assert!(synced.names(ErrorCode::TooLarge), "{:?}", synced.lines);
    #[cfg(target_os = "linux")]
    {
        let peak = peak_memory_kb(stage.daemon_id());
        assert!(peak < 120_000, "{peak} KB");
    }
    stage.control().clear_faults();
    stage.sync(SITE, "mp3").assert_all_done(2);
    stage.assert_library(2);
}

/// `VmHWM` of proc(5): the most memory a process ever had.
#[cfg(target_os = "linux")]
fn peak_memory_kb(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}
