//! Browsers that hand in pages, go away, come back and change their mind.

use crate::browser::{listed, listed_public};
use crate::stage::{Stage, until_true};
use protocol::method::{Added, Cancel, OfJob, Pause, Resume, RetryItems};
use protocol::{Balance, ErrorCode, ItemState, JobState, Variant};
use rstest::rstest;
use simulator::{Fault, FaultKind, Service};

const SITE: Service = Service::Producer;

#[test]
fn pages_handed_in_one_by_one_make_one_job() {
    let stage = Stage::new(6);
    let mut browser = stage.browser();
    browser.sign_in(&stage, SITE);
    let job = browser.start_job(&stage, SITE, "first");
    for page in listed(&stage).chunks(2) {
        assert_eq!(browser.add(job, page), Added { songs: 2, wanted: 2, already: 0 });
    }
    assert_eq!(browser.job(job).state, JobState::Listing);
    browser.end_list(job, 6);
    let ended = browser.wait_for_end(job);
    assert_eq!(ended.balance, Balance { listed: 6, done: 6, ..Balance::default() });
    stage.assert_library(6);
}

#[test]
fn a_browser_that_dies_and_asks_again_adds_nothing_twice() {
    let stage = Stage::new(4);
    let songs = listed(&stage);
    let mut first = stage.browser();
    first.sign_in(&stage, SITE);
    let job = first.start_job(&stage, SITE, "one wish");
    first.add(job, &songs[..3]);
    drop(first);

    let mut second = stage.browser();
    assert_eq!(second.start_job(&stage, SITE, "one wish"), job);
    assert_eq!(second.add(job, &songs[..3]).songs, 0);
    assert_eq!(second.add(job, &songs[3..]).songs, 1);
    second.end_list(job, 4);
    let ended = second.wait_for_end(job);
    assert_eq!(ended.balance, Balance { listed: 4, done: 4, ..Balance::default() });
    assert_eq!(ended.songs, 4);
    stage.assert_library(4);
    let direct = stage.file_requests().into_iter().filter(|entry| entry.host == SITE.host());
    assert_eq!(direct.count(), 4);
}

#[test]
fn the_daemon_reads_on_when_the_browser_that_was_listing_has_gone() {
    let stage = Stage::new(25);
    let mut browser = stage.browser();
    browser.sign_in(&stage, SITE);
    let job = browser.start_job(&stage, SITE, "first");
    browser.add(job, &listed(&stage)[..5]);
    drop(browser);

    let ended = stage.browser().wait_for_end(job);
    assert_eq!(ended.balance, Balance { listed: 25, done: 25, ..Balance::default() });
    assert!(ended.listing.complete);
    stage.assert_library(25);
}

#[rstest]
#[case::of_the_api(listed, Variant::Mp3)]
#[case::of_a_file_host(listed_public, Variant::M4a)]
fn cancel_reaches_the_running_transfer_and_leaves_no_part(
    #[case] list: fn(&Stage) -> Vec<protocol::RemoteItem>,
    #[case] variant: Variant,
) {
    let stage = Stage::new(2);
    stage.fault(
        Fault::new(FaultKind::Stall { at: 5_000, seconds: 600.0 }).on_variant(variant.as_str()),
    );
    let mut browser = stage.browser();
    browser.sign_in(&stage, SITE);
    let job = browser.start_job_for(&stage, SITE, "first", variant);
    browser.add(job, &list(&stage));
    browser.end_list(job, 2);
    until_true("a file comes", || stage.file_requests().iter().any(|entry| entry.bytes >= 5_000));

    browser.ask::<Cancel>(OfJob { job: Some(job) });
    let ended = browser.wait_for_end(job);
    assert_eq!(ended.state, JobState::Cancelled);
    assert_eq!(ended.balance, Balance { listed: 2, cancelled: 2, ..Balance::default() });
    until_true("the connections are closed", || {
        stage.control().counters().in_flight.values().all(|count| *count == 0)
    });
    until_true("no part is left", || stage.longest_part().is_none());
    stage.assert_library(0);
    let late = browser
        .call::<protocol::method::AddItems>(protocol::method::Listed { job, items: list(&stage) });
    assert_eq!(late.unwrap_err().code, ErrorCode::Withdrawn);
}

#[rstest]
#[case::one_job(true)]
#[case::everything(false)]
fn pause_stops_the_running_transfer_and_resume_goes_on(#[case] one: bool) {
    let stage = Stage::new(2);
    stage.fault_once("mp3", FaultKind::Stall { at: 5_000, seconds: 600.0 });
    let mut browser = stage.browser();
    browser.sign_in(&stage, SITE);
    let job = browser.start_job(&stage, SITE, "first");
    browser.add(job, &listed(&stage));
    browser.end_list(job, 2);
    until_true("a file comes", || stage.file_requests().iter().any(|entry| entry.bytes >= 5_000));

    let of = OfJob { job: one.then_some(job) };
    browser.ask::<Pause>(of);
    until_true("nothing is asked for", || {
        let is_running = |item: &protocol::ItemView| item.state == ItemState::Running;
        !browser.items(job).iter().any(is_running)
            && stage.control().counters().in_flight.values().all(|count| *count == 0)
    });
    let paused = browser.job(job);
    assert_eq!(paused.balance.pending, 2, "{paused:#?}");
    assert_eq!(paused.state == JobState::Paused, one);

    browser.ask::<Resume>(of);
    let ended = browser.wait_for_end(job);
    assert_eq!(ended.balance, Balance { listed: 2, done: 2, ..Balance::default() });
    stage.assert_library(2);
}

#[test]
fn a_refused_file_can_be_asked_for_again_when_the_site_gives_it() {
    let stage = Stage::new(2);
    let kind = FaultKind::Status { code: 404, retry_after: None };
    stage.fault_once("mp3", kind);
    let mut browser = stage.browser();
    browser.sign_in(&stage, SITE);
    let job = browser.start_job(&stage, SITE, "first");
    browser.add(job, &listed(&stage));
    browser.end_list(job, 2);
    let ended = browser.wait_for_end(job);
    assert_eq!(ended.balance, Balance { listed: 2, done: 1, absent: 1, ..Balance::default() });

    let absent = browser.items(job).into_iter().filter(|item| item.state == ItemState::Absent);
    let items = absent.map(|item| item.id).collect();
    browser.ask::<RetryItems>(protocol::method::OfItems { items });
    let ended = browser.wait_for(job, |job| job.balance.done == 2);
    assert_eq!(ended.balance, Balance { listed: 2, done: 2, ..Balance::default() });
    stage.assert_library(2);
}
