//! Answers of status 200 that are not the file (I2, I3).

use crate::stage::Stage;
use protocol::{Balance, ErrorCode};
use rstest::rstest;
use simulator::{Fault, FaultKind, STORAGE, Service, Stem};

const SITE: Service = Service::Producer;

#[rstest]
#[case::json_error(FaultKind::JsonError)]
#[case::empty_body(FaultKind::EmptyBody)]
fn what_is_not_the_file_is_asked_for_again(#[case] kind: FaultKind) {
    let stage = Stage::new(1);
    for variant in ["mp3", "m4a", "wav"] {
        stage.fault_once(variant, kind.clone());
    }
    stage.sync(SITE, "mp3,m4a,wav").assert_all_done(3);
    stage.assert_library(3);
    assert_eq!(stage.file_requests().len(), 6);
}

#[test]
fn nothing_in_place_of_the_stems_is_asked_for_again() {
    let stage = Stage::new(1);
    stage.fault_once("stems", FaultKind::EmptyBody);
    stage.sync(SITE, "stems").assert_all_done(1);
    stage.assert_library(Stem::all().count());
}

#[test]
fn json_without_stems_in_place_of_them_is_told_and_can_be_tried_again() {
    let stage = Stage::new(1);
    stage.fault_once("stems", FaultKind::JsonError);
    let synced = stage.sync(SITE, "stems");
    synced.assert_attention(Balance { listed: 1, failed: 1, ..Balance::default() });
    assert!(synced.names(ErrorCode::SiteChanged));
    stage.assert_library(0);

    assert_eq!(stage.start(&["retry"]).end().0, 0);
    let mut browser = stage.browser();
    let job = browser.newest_job().unwrap().id;
    browser.wait_for(job, |job| job.balance.done == 1);
    stage.assert_library(Stem::all().count());
}

#[test]
fn a_page_from_a_file_host_is_no_song_and_no_sign_out() {
    let stage = Stage::new(2);
    stage.fault(Fault::new(FaultKind::SigninPage).on_host(STORAGE).on_variant("m4a").times(1));
    let synced = stage.sync(SITE, "m4a");
    synced.assert_all_done(2);
    assert!(synced.names(ErrorCode::NotMedia));
    stage.assert_library(2);
}

#[rstest]
#[case("mp3")]
#[case("stems")]
fn the_sign_in_page_in_place_of_a_file_means_that_the_session_ended(#[case] variant: &str) {
    // I10
    let stage = Stage::new(2);
    stage.fault(Fault::new(FaultKind::SigninPage).on_variant(variant));
    let synced = stage.sync(SITE, variant);
    synced.assert_attention(Balance { listed: 2, needs_you: 2, ..Balance::default() });
    assert!(synced.names(ErrorCode::SessionExpired));
    assert!(stage.file_requests().len() <= 2, "the site was left alone");
    stage.assert_library(0);

    stage.control().clear_faults();
    stage.sync(SITE, variant).assert_all_there(2);
    stage.assert_nothing_wrong();
}

#[test]
fn a_cover_that_is_a_page_does_not_spoil_its_song() {
    let stage = Stage::new(2);
    stage.fault(Fault::new(FaultKind::SigninPage).on_variant("jpg"));
    stage.sync(SITE, "mp3").assert_all_done(2);
    stage.assert_library(2);
}
