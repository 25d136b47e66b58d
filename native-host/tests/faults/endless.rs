//! Sound that never ends, sent like a file: it is refused in words, and the disk keeps its room.

use crate::disks::Disk;
use crate::sending::{all, assert_tidy, end_of, send, sent, session};
use crate::stage::Stage;
use protocol::{ErrorCode, SettingsPatch};

/// What never ends is refused in words, and nothing of it stays.
#[track_caller]
fn assert_never_ends(stage: &Stage, paths: &[&str]) {
    let job = send(stage, &paths.concat(), paths, Some(session(stage)));
    let ended = end_of(stage, job);
    let reasons = stage.browser().items(job).into_iter().map(|item| item.reason.unwrap().code);
    assert_eq!(reasons.collect::<Vec<_>>(), vec![ErrorCode::LiveStream; paths.len()], "{ended:?}");
    assert!(all(stage).is_empty());
    assert_tidy(stage);
}

#[test]
fn radio_ends_in_words_and_not_with_the_disk() {
    let stage = Stage::new(0);
    let limit = SettingsPatch { open_ended_mb: Some(16), ..SettingsPatch::default() };
    stage.browser().change_settings(limit);
    // As a file that says so, as one that does not, and as what yt-dlp finds behind an address.
    assert_never_ends(&stage, &["/radio.mp3", "/endless.mp3", "/on-air"]);
    assert_eq!(sent(&stage, &["/watch/mp4"]).done, 1);
}

#[test]
fn radio_does_not_take_the_last_room_on_a_disk() {
    let mut stage = Stage::new(0);
    let Some(disk) = Disk::mount(&stage.folder().join("disk"), "96m") else { return };
    stage.use_library(&disk.at);
    assert_never_ends(&stage, &["/endless.mp3"]);
    assert_never_ends(&stage, &["/on-air"]);
    assert_eq!(sent(&stage, &["/watch/mp4"]).done, 1);
}
