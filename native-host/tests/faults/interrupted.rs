//! Transfers that break off, dawdle, or go on with something else than they began with (I3, I4).

use crate::stage::Stage;
use rstest::rstest;
use simulator::{Fault, FaultKind, Format, LogEntry, Service};

const SITE: Service = Service::Producer;
/// More than what the daemon finds worth a resume point on the disk.
const BIG: u64 = 9 * 1024 * 1024;
const MIB: u64 = 1024 * 1024;

/// One song of [`BIG`] bytes.
fn big_song() -> Stage {
    let stage = Stage::new(1);
    stage.control().set_size(SITE, crate::stage::ACCOUNT, None, Format::Mp3, BIG);
    stage
}

/// The requests that asked for a part of a file.
fn resumed(stage: &Stage) -> Vec<LogEntry> {
    stage.file_requests().into_iter().filter(|entry| entry.range.is_some()).collect()
}

/// The only song's entity tag.
fn etag(stage: &Stage) -> String {
    let songs = stage.control().songs(SITE, crate::stage::ACCOUNT);
    stage.control().truth(&songs[0].id, Format::Mp3).unwrap().etag().to_owned()
}

#[test]
fn a_reset_transfer_goes_on_where_it_stopped_if_the_file_is_still_the_same() {
    // I4
    let stage = big_song();
    stage.fault_once("mp3", FaultKind::Reset { at: 5 * MIB });
    stage.sync(SITE, "mp3").assert_all_done(1);
    stage.assert_library(1);
    let resumed = resumed(&stage);
    let [second] = &resumed[..] else { panic!("{resumed:#?}") };
    assert_eq!(second.if_range, Some(etag(&stage)));
    assert_eq!(second.accept_encoding.as_deref(), Some("identity"));
    assert_eq!(second.status, 206);
    assert!(second.bytes < 9 * MIB, "all of it came again: {second:#?}");
}

#[test]
fn a_transfer_that_is_reset_again_and_again_comes_to_its_end() {
    let stage = big_song();
    for at in [MIB, 2 * MIB, 3 * MIB] {
        stage.fault_once("mp3", FaultKind::Reset { at });
    }
    stage.sync(SITE, "mp3").assert_all_done(1);
    stage.assert_library(1);
    assert_eq!(resumed(&stage).len(), 3);
}

#[test]
fn a_transfer_that_falls_silent_is_given_up_and_goes_on() {
    // I4; takes as long as a server may be silent.
    let stage = big_song();
    stage.fault_once("mp3", FaultKind::Stall { at: 4 * MIB, seconds: 600.0 });
    stage.sync(SITE, "mp3").assert_all_done(1);
    stage.assert_library(1);
    assert_eq!(resumed(&stage).len(), 1);
}

#[test]
fn a_transfer_that_pauses_for_a_moment_is_waited_for() {
    let stage = Stage::new(1);
    stage.fault_once("mp3", FaultKind::Stall { at: 10_000, seconds: 2.0 });
    stage.sync(SITE, "mp3").assert_all_done(1);
    stage.assert_library(1);
    assert_eq!(stage.file_requests().len(), 1);
}

#[test]
fn a_slow_transfer_comes_whole_while_files_of_another_host_come() {
    let stage = Stage::new(2);
    stage.fault_once("mp3", FaultKind::Trickle { bytes_per_second: 25_000 });
    stage.sync(SITE, "mp3,m4a").assert_all_done(4);
    stage.assert_library(4);
    assert_eq!(stage.file_requests().len(), 4, "none was asked for twice");
}

#[rstest]
#[case::of_a_connection_that_ends_early([5_000; 3])]
#[case::of_a_file_that_is_cut([-20_000; 3])]
// Two frames: what is missing of the last frame of an mp3 cannot be told from how some encoders end.
#[case::of_a_file_that_is_cut_by_a_little([-1_000, -10, -10])]
fn a_wrong_content_length_never_makes_a_file(#[case] by: [i64; 3]) {
    // I3
    let stage = Stage::new(1);
    for (variant, by) in ["mp3", "wav", "m4a"].into_iter().zip(by) {
        stage.fault_once(variant, FaultKind::ContentLength { by });
    }
    stage.sync(SITE, "mp3,wav,m4a").assert_all_done(3);
    stage.assert_library(3);
    assert!(stage.file_requests().len() >= 6);
}

#[rstest]
#[case::whole_file_instead_of_the_range(FaultKind::IgnoreRange)]
#[case::file_changed_meanwhile(FaultKind::ChangeEtag)]
#[case::content_range_of_another_place(FaultKind::ContentRange { shift: 4096 })]
#[case::content_range_of_an_earlier_place(FaultKind::ContentRange { shift: -4096 })]
fn what_does_not_continue_the_part_replaces_it(#[case] second: FaultKind) {
    // I4
    let stage = big_song();
    stage.fault_once("mp3", FaultKind::Reset { at: 5 * MIB });
    stage.fault_once("mp3", second);
    stage.sync(SITE, "mp3").assert_all_done(1);
    stage.assert_library(1);
    assert_eq!(resumed(&stage).len(), 1);
}

#[test]
fn a_file_that_changes_between_two_resets_is_never_mixed() {
    // I4
    let stage = big_song();
    stage.fault_once("mp3", FaultKind::Reset { at: 3 * MIB });
    stage.fault_once("mp3", FaultKind::ChangeEtag);
    // The changed file breaks off as well: what was kept of it is its own.
    stage.fault(Fault::new(FaultKind::Reset { at: 2 * MIB }).on_variant("mp3").after(2).times(1));
    stage.sync(SITE, "mp3").assert_all_done(1);
    stage.assert_library(1);
}

#[rstest]
#[case::reset(FaultKind::Reset { at: 100_000 })]
#[case::cut(FaultKind::ContentLength { by: -1_000 })]
#[case::ends_early(FaultKind::ContentLength { by: 1_000 })]
fn stems_that_break_off_begin_again_and_come_all_together(#[case] kind: FaultKind) {
    // I3: a bundle has no ranges.
    let stage = Stage::new(1);
    stage.fault_once("stems", kind);
    stage.sync(SITE, "stems").assert_all_done(1);
    let stems = simulator::Stem::all().count();
    stage.assert_library(stems);
    assert!(resumed(&stage).is_empty());
}
