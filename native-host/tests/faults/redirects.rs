//! Where a file's address may lead, and what goes along (I10 and docs/security.md).

use crate::stage::{Stage, until_true};
use protocol::{Balance, ErrorCode};
use rstest::rstest;
use simulator::{CDN, Fault, FaultKind, STORAGE, Service};

const SITE: Service = Service::Producer;

/// Requests to hosts of files that carried something of the session.
fn assert_no_credentials_left_the_site(stage: &Stage) {
    let leaks: Vec<_> = stage
        .control()
        .log()
        .into_iter()
        .filter(|entry| [CDN, STORAGE].contains(&&*entry.host))
        .filter(|entry| entry.cookie || entry.authorization)
        .collect();
    assert!(leaks.is_empty(), "{leaks:#?}");
    let counters = stage.control().counters();
    assert_eq!((counters.trapped, counters.plain), (0, 0));
    assert!(counters.escapes.is_empty(), "{:?}", counters.escapes);
}

#[test]
fn a_chain_of_redirects_is_followed() {
    let stage = Stage::new(2);
    for variant in ["mp3", "m4a"] {
        stage.fault(Fault::new(FaultKind::RedirectChain { hops: 5 }).on_variant(variant));
    }
    stage.sync(SITE, "mp3,m4a").assert_all_done(4);
    stage.assert_library(4);
    assert_no_credentials_left_the_site(&stage);
}

#[test]
fn a_chain_without_end_is_given_up() {
    let stage = Stage::new(2);
    stage.fault_once("mp3", FaultKind::RedirectChain { hops: 5_000 });
    let synced = stage.sync(SITE, "mp3");
    synced.assert_attention(Balance { listed: 2, done: 1, failed: 1, ..Balance::default() });
    assert!(synced.names(ErrorCode::TooManyRedirects));
    stage.assert_library(1);
    assert!(stage.file_requests().len() < 20);
}

#[rstest]
#[case(Service::Producer)]
#[case(Service::Flowmusic)]
fn a_redirect_to_another_origin_is_followed_without_the_session(#[case] site: Service) {
    let stage = Stage::new(2);
    stage.fault(Fault::new(FaultKind::RedirectToOrigin).on_host(site.host()).on_variant("mp3"));
    stage.sync(site, "mp3").assert_all_done(2);
    stage.assert_library(2);
    let mirrored = stage.file_requests().into_iter().filter(|entry| entry.host == CDN);
    assert_eq!(mirrored.count(), 2);
    assert_no_credentials_left_the_site(&stage);
}

#[rstest]
#[case("mp3")]
#[case("m4a")]
#[case("stems")]
fn a_redirect_to_this_machine_is_refused(#[case] variant: &str) {
    let stage = Stage::new(2);
    stage.fault_once(variant, FaultKind::RedirectToLoopback);
    let synced = stage.sync(SITE, variant);
    synced.assert_attention(Balance { listed: 2, done: 1, failed: 1, ..Balance::default() });
    assert!(synced.names(ErrorCode::AddressRefused));
    stage.assert_nothing_wrong();
    assert_no_credentials_left_the_site(&stage);
}

#[test]
fn addresses_in_answers_are_followed_without_the_session() {
    // Of thirty songs, some come by JSON with a signed address, some by a redirect, most directly.
    let stage = Stage::new(4);
    stage.sync(SITE, "mp3,wav").assert_all_done(8);
    stage.assert_library(8);
    let by_address = stage.file_requests().into_iter().filter(|entry| entry.host == STORAGE);
    assert!(by_address.count() >= 2);
    assert_no_credentials_left_the_site(&stage);
}

#[rstest]
#[case::of_the_first_era(Service::Producer, "mp3", 4)]
#[case::of_the_second_era(Service::Flowmusic, "wav", 4)]
fn a_signed_address_that_has_expired_is_asked_for_again(
    #[case] site: Service,
    #[case] variant: &str,
    #[case] songs: u64,
) {
    let stage = Stage::new(songs as u32);
    stage.control().set_signature_life(0);
    let sync = stage.start_sync(site, variant);
    let is_refused = |entry: &simulator::LogEntry| {
        entry.query.contains("X-Goog-Expires") && matches!(entry.status, 400 | 403)
    };
    until_true("an address is refused", || stage.control().log().iter().any(is_refused));
    stage.control().set_signature_life(900);
    sync.synced().assert_all_done(songs);
    stage.assert_library(songs as usize);
    assert_no_credentials_left_the_site(&stage);
}

#[test]
fn what_a_file_host_says_of_an_expired_address_is_understood() {
    let stage = Stage::new(3);
    for host in [CDN, STORAGE] {
        stage.fault(
            Fault::new(FaultKind::ExpiredSignature).on_host(host).on_variant("m4a").times(1),
        );
    }
    let synced = stage.sync(Service::Flowmusic, "m4a");
    synced.assert_all_done(3);
    assert!(synced.names(ErrorCode::AddressExpired));
    stage.assert_library(3);
}
