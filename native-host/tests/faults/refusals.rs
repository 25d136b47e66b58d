//! What each status does to a file (I10).

use crate::stage::Stage;
use protocol::{Balance, ErrorCode, ItemState};
use rstest::rstest;
use simulator::{Fault, FaultKind, LogEntry, RetryAfter, STORAGE, Service};

const SITE: Service = Service::Producer;

fn status(code: u16) -> FaultKind {
    FaultKind::Status { code, retry_after: None }
}

#[rstest]
#[case::not_found(404, ItemState::Absent)]
#[case::gone(410, ItemState::Absent)]
#[case::forbidden(403, ItemState::Withheld)]
#[case::unavailable_for_legal_reasons(451, ItemState::Failed)]
fn a_final_refusal_is_told_as_what_it_is_and_not_asked_again(
    #[case] code: u16,
    #[case] expected: ItemState,
) {
    let stage = Stage::new(2);
    for variant in ["mp3", "m4a", "stems"] {
        stage.fault_once(variant, status(code));
    }
    let synced = stage.sync(SITE, "mp3,m4a,stems");
    let mut balance = Balance::default();
    balance.add(ItemState::Done, false, 3);
    balance.add(expected, false, 3);
    assert_eq!(synced.balance, balance);
    assert_eq!(synced.status, i32::from(expected == ItemState::Failed));
    stage.assert_library(2 + simulator::Stem::all().count());
    assert_eq!(stage.file_requests().len(), 6);
}

#[rstest]
fn a_server_in_trouble_is_asked_again(#[values(408, 500, 502, 503, 504)] code: u16) {
    let stage = Stage::new(2);
    for variant in ["mp3", "m4a"] {
        stage.fault(Fault::new(status(code)).on_variant(variant).times(2));
    }
    let synced = stage.sync(SITE, "mp3,m4a");
    synced.assert_all_done(4);
    assert!(synced.names(ErrorCode::ServerError));
    stage.assert_library(4);
    assert_eq!(stage.file_requests().len(), 8);
}

#[test]
fn a_list_that_fails_for_a_while_is_read_to_its_end() {
    let stage = Stage::new(2);
    for code in [500, 503, 408] {
        stage.fault(Fault::new(status(code)).on_path("/generations").times(1));
    }
    stage.sync(SITE, "mp3").assert_all_done(2);
    stage.assert_library(2);
}

#[rstest]
#[case::seconds(RetryAfter::Seconds(3), "mp3", "www.producer.ai")]
// Dates have whole seconds: up to one is lost.
#[case::date(RetryAfter::Date(4), "mp3", "www.producer.ai")]
#[case::seconds_of_a_file_host(RetryAfter::Seconds(3), "m4a", STORAGE)]
fn a_server_that_asks_for_time_is_left_alone_for_it(
    #[case] retry_after: RetryAfter,
    #[case] variant: &str,
    #[case] host: &str,
) {
    let stage = Stage::new(3);
    let kind = FaultKind::Status { code: 429, retry_after: Some(retry_after) };
    // One at a time, so that none is on its way already when the first is refused.
    let one = protocol::SettingsPatch { parallel: Some(1), ..Default::default() };
    stage.browser().change_settings(one);
    stage.fault_once(variant, kind);
    stage.sync(SITE, variant).assert_all_done(3);
    stage.assert_library(3);
    let log: Vec<LogEntry> =
        stage.control().log().into_iter().filter(|entry| entry.host == host).collect();
    let refused = log.iter().position(|entry| entry.status == 429).unwrap();
    let silence = log[refused + 1].at_ms - log[refused].at_ms;
    assert!(silence >= 2_900, "{silence} ms after {:#?}", log[refused]);
}

#[test]
fn one_song_in_trouble_does_not_hold_up_the_others() {
    let stage = Stage::new(3);
    let songs = stage.control().songs(SITE, crate::stage::ACCOUNT);
    let path = format!("/__api/{}/download", songs[0].id);
    stage.fault(Fault::new(status(500)).on_path(&path).times(1));
    stage.sync(SITE, "mp3").assert_all_done(3);
    let order: Vec<String> = stage.file_requests().into_iter().map(|entry| entry.path).collect();
    let last = order.iter().rposition(|asked| *asked == path).unwrap();
    assert!(order[..last].iter().any(|asked| *asked != path), "{order:#?}");
    stage.assert_library(3);
}
