//! Sessions that end in the middle, belong to somebody else, or are doubted by the site's protection (I10).

use crate::browser::listed;
use crate::stage::{ACCOUNT, Stage};
use protocol::{Balance, ErrorCode, ItemState, JobState};
use rstest::rstest;
use simulator::{Expire, Fault, FaultKind, Service};

const SITE: Service = Service::Producer;

fn status(code: u16) -> FaultKind {
    FaultKind::Status { code, retry_after: None }
}

#[test]
fn a_session_that_ends_in_the_middle_is_renewed_by_the_browser() {
    let stage = Stage::new(4);
    let mut browser = stage.browser();
    browser.subscribe();
    browser.sign_in(&stage, SITE);
    let job = browser.start_job(&stage, SITE, "first");
    let songs = listed(&stage);
    browser.add(job, &songs[..2]);
    browser.wait_for(job, |job| job.balance.done == 2);

    stage.control().expire(SITE, ACCOUNT, Expire::Sessions);
    browser.add(job, &songs[2..]);
    browser.end_list(job, 4);
    browser.wait_until_asked_for(SITE);
    browser.sign_in(&stage, SITE);
    let ended = browser.wait_for_end(job);
    assert_eq!(ended.balance, Balance { listed: 4, done: 4, ..Balance::default() });
    stage.assert_library(4);
}

#[rstest]
#[case::sessions(Expire::Sessions)]
#[case::tokens(Expire::Tokens)]
fn a_token_that_ends_while_the_daemon_reads_the_list_is_renewed(#[case] what: Expire) {
    let stage = Stage::new(3);
    let mut browser = stage.browser();
    browser.subscribe();
    // The browser's session is over before the daemon has used it.
    browser.sign_in(&stage, Service::Flowmusic);
    stage.control().expire(Service::Flowmusic, ACCOUNT, what);
    let job = browser.start_job(&stage, Service::Flowmusic, "first");
    drop(browser);

    let mut reopened = stage.browser();
    reopened.subscribe();
    reopened.wait_until_asked_for(Service::Flowmusic);
    reopened.sign_in(&stage, Service::Flowmusic);
    let ended = reopened.wait_for_end(job);
    assert_eq!(ended.balance, Balance { listed: 3, done: 3, ..Balance::default() });
    stage.assert_library(3);
}

#[test]
fn without_a_browser_the_job_waits_for_the_person_and_goes_on_with_the_next_session() {
    let stage = Stage::new(4);
    stage.fault(Fault::new(status(401)).on_path("/download").after(2));
    let first = stage.sync(SITE, "mp3");
    assert!(first.names(ErrorCode::SessionExpired));
    let Balance { done, needs_you, .. } = first.balance;
    first.assert_attention(Balance { listed: 4, done, needs_you, ..Balance::default() });
    assert!(needs_you >= 1, "{:?}", first.balance);

    stage.control().clear_faults();
    // What waited may come before it is listed again: then it is there already.
    stage.sync(SITE, "mp3").assert_all_there(4);
    stage.assert_library(4);
    let mut browser = stage.browser();
    let newest = browser.newest_job().unwrap().id;
    let first = browser.wait_for_end(protocol::JobId(newest.0 - 1));
    assert_eq!(first.balance, Balance { listed: 4, done: 4, ..Balance::default() });
}

#[test]
fn a_challenge_stops_one_site_and_the_other_goes_on() {
    let stage = Stage::new(3);
    stage.fault(Fault::new(FaultKind::Challenge).on_host(SITE.host()).on_path("/download"));
    let (blocked, free) =
        (stage.start_sync(SITE, "mp3"), stage.start_sync(Service::Flowmusic, "mp3"));
    let blocked = blocked.synced();
    blocked.assert_attention(Balance { listed: 3, needs_you: 3, ..Balance::default() });
    assert!(blocked.names(ErrorCode::Challenge));
    free.synced().assert_all_done(3);
    let asked = stage.file_requests().iter().filter(|entry| entry.host == SITE.host()).count();
    assert!(asked <= 3, "a site that wants to see a person was asked {asked} times");

    stage.control().clear_faults();
    stage.sync(SITE, "mp3").assert_all_there(3);
    stage.assert_library(6);
}

#[test]
fn a_challenge_does_not_stop_files_that_need_no_session() {
    let stage = Stage::new(2);
    stage.fault(Fault::new(FaultKind::Challenge).on_host(SITE.host()).on_path("/download"));
    let synced = stage.sync(SITE, "mp3,m4a");
    synced.assert_attention(Balance { listed: 4, done: 2, needs_you: 2, ..Balance::default() });
    stage.assert_library(2);
}

#[test]
fn a_challenge_in_place_of_the_list_is_no_empty_account() {
    let stage = Stage::new(2);
    stage.fault(Fault::new(FaultKind::Challenge).on_path("/generations"));
    let synced = stage.sync(SITE, "mp3");
    synced.assert_attention(Balance::default());
    assert!(synced.names(ErrorCode::Challenge));

    stage.control().clear_faults();
    stage.sync(SITE, "mp3").assert_all_there(2);
    stage.assert_library(2);
}

#[test]
fn nobody_signed_in_is_told_and_nothing_is_asked_for() {
    let stage = Stage::new(2);
    stage.fault(Fault::new(FaultKind::NullUser).on_path("/users/me"));
    let synced = stage.sync(SITE, "mp3");
    synced.assert_attention(Balance::default());
    assert!(synced.names(ErrorCode::SignedOut));
    assert!(stage.file_requests().is_empty());
    assert!(!stage.control().log().iter().any(|entry| entry.path.contains("/generations")));
}

#[test]
fn the_session_of_another_account_signs_nothing() {
    let stage = Stage::new(2);
    let mut browser = stage.browser();
    browser.sign_in_as(&stage, Service::Flowmusic, "somebody-else");
    let job = browser.start_job(&stage, Service::Flowmusic, "mine");
    let mut songs = listed(&stage);
    for song in &mut songs {
        song.source = protocol::Source::Flowmusic;
        let url = format!("https://www.flowmusic.app/__api/download/audio/{}", song.source_id);
        song.assets[0].fetch = protocol::Fetch::Api { url };
    }
    browser.add(job, &songs);
    browser.end_list(job, 2);
    browser.wait_for(job, |job| job.balance.needs_you == 2 && job.state == JobState::Running);
    for item in browser.items(job) {
        assert_eq!(item.state, ItemState::NeedsYou);
        assert_eq!(item.reason.unwrap().code, ErrorCode::OtherAccount);
    }
    assert!(stage.file_requests().is_empty());
}
