//! When bytes may be appended to a part file (I4), and what is true of it after each kind of accident.

use crate::support::*;
use proptest::prelude::*;
use protocol::ErrorCode;
use std::fs;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use transfer::{Downloader, Kept, Step, Timeouts, Validator};

const LENGTH: usize = 100_000;
const HALF: usize = 40_000;

fn validator(etag: &str) -> Validator {
    Validator { etag: Some(etag.into()), last_modified: None, total: Some(LENGTH as u64) }
}

/// The first half of `content` is in the part file.
fn half_of(server: &Server, content: &[u8]) -> Option<Kept> {
    fs::write(server.part(), &content[..HALF]).unwrap();
    Some(Kept { length: HALF as u64, validator: Some(validator(ETAG)) })
}

#[tokio::test]
async fn a_file_arrives_whole_and_tells_its_version() {
    let content = audio(3_000_000);
    let server = Server::replying(vec![Reply::audio(&content)]).await;
    let fetched = server.fetch(&direct(FILE), None).await.unwrap();
    assert!(server.on_disk() == content);
    assert_eq!(fetched.length, 3_000_000);
    assert_eq!(fetched.resumed_from, 0);
    assert_eq!(fetched.content_type.as_deref(), Some("audio/mpeg"));
    assert_eq!(fetched.validator.unwrap().etag.as_deref(), Some(ETAG));
    let asked = &server.asked()[0];
    assert_eq!(asked.header("range"), None);
    assert_eq!(asked.header("accept-encoding"), Some("identity"));
    assert_eq!(asked.header("user-agent"), Some("Test/1"));
}

#[tokio::test]
async fn after_a_reset_the_next_try_appends_to_what_came() {
    // I4
    let content = audio(LENGTH);
    let seen = Arc::new(Notify::new());
    let broken = Reply::audio(&content).reset_after(HALF, &seen);
    let server = Server::replying(vec![broken, Reply::rest(&content, HALF)]).await;
    let tell = |step: Step| {
        if step == (Step::Bytes { so_far: HALF as u64, total: Some(LENGTH as u64) }) {
            seen.notify_one();
        }
    };
    let error = server.fetch_watching(&direct(FILE), None, &tell).await.unwrap_err();
    assert_eq!(error.error.code, ErrorCode::Interrupted, "{error}");
    let kept = error.kept.unwrap();
    assert_eq!(kept, Kept { length: HALF as u64, validator: Some(validator(ETAG)) });
    assert!(server.on_disk() == content[..HALF]);

    let fetched = server.fetch(&direct(FILE), Some(kept)).await.unwrap();
    assert_eq!((fetched.resumed_from, fetched.length), (HALF as u64, LENGTH as u64));
    assert!(server.on_disk() == content);
    let second = &server.asked()[1];
    assert_eq!(second.header("range"), Some("bytes=40000-"));
    assert_eq!(second.header("if-range"), Some(ETAG));
}

#[tokio::test]
async fn a_body_shorter_than_announced_is_interrupted_and_kept() {
    let content = audio(LENGTH);
    let server = Server::replying(vec![Reply::audio(&content).cut(HALF)]).await;
    let error = server.fails(&direct(FILE), ErrorCode::Interrupted).await;
    assert_eq!(error.kept.unwrap().length, HALF as u64);
    assert!(server.on_disk() == content[..HALF]);
}

#[tokio::test]
async fn a_stalled_body_is_given_up_and_kept() {
    let content = audio(LENGTH);
    let server = Server::replying(vec![Reply::audio(&content).stall_after(HALF)]).await;
    let timeouts = Timeouts { idle: Duration::from_secs(1), ..Timeouts::default() };
    let downloader = Downloader::new(transfer::Config { timeouts, ..server.config() }).unwrap();
    let cancel = CancellationToken::new();
    let outcome =
        downloader.fetch_file(&direct(FILE), &server.part(), None, &|_| {}, &cancel).await;
    let error = outcome.unwrap_err();
    assert_eq!(error.error.code, ErrorCode::Interrupted);
    assert_eq!(error.kept.unwrap().length, HALF as u64);
}

#[tokio::test]
async fn a_trickling_body_is_given_up_although_it_never_stops() {
    let content = audio(LENGTH);
    let server = Server::replying(vec![Reply::audio(&content).stall_after(1000)]).await;
    // Every window is over at once, so the few bytes that come are too few.
    let timeouts = Timeouts { trickle: Duration::ZERO, ..Timeouts::default() };
    let downloader = Downloader::new(transfer::Config { timeouts, ..server.config() }).unwrap();
    let cancel = CancellationToken::new();
    let outcome =
        downloader.fetch_file(&direct(FILE), &server.part(), None, &|_| {}, &cancel).await;
    assert_eq!(outcome.unwrap_err().error.code, ErrorCode::Interrupted);
}

#[tokio::test]
async fn cancelling_in_the_middle_keeps_what_came() {
    let content = audio(LENGTH);
    let server = Server::replying(vec![Reply::audio(&content).stall_after(HALF)]).await;
    let cancel = CancellationToken::new();
    let at_half = |step: Step| {
        if matches!(step, Step::Bytes { so_far, .. } if so_far == HALF as u64) {
            cancel.cancel();
        }
    };
    let downloader = server.downloader();
    let outcome =
        downloader.fetch_file(&direct(FILE), &server.part(), None, &at_half, &cancel).await;
    let error = outcome.unwrap_err();
    assert_eq!(error.error.code, ErrorCode::Withdrawn);
    assert_eq!(error.kept.unwrap().length, HALF as u64);
    assert!(server.on_disk() == content[..HALF]);
}

#[tokio::test]
async fn a_200_in_place_of_a_206_starts_from_zero() {
    // I4
    let content = audio(LENGTH);
    let server = Server::replying(vec![Reply::audio(&content)]).await;
    let kept = half_of(&server, &[b'x'; LENGTH]);
    let fetched = server.fetch(&direct(FILE), kept).await.unwrap();
    assert_eq!(fetched.resumed_from, 0);
    assert!(server.on_disk() == content);
}

#[tokio::test]
async fn a_changed_etag_starts_from_zero() {
    // I4
    let content = audio(LENGTH);
    let wrong = Reply::rest(&content, HALF).with("etag", "\"v2\"");
    let server = Server::replying(vec![wrong, Reply::audio(&content)]).await;
    let kept = half_of(&server, &[b'x'; LENGTH]);
    assert_eq!(server.fetch(&direct(FILE), kept).await.unwrap().resumed_from, 0);
    assert!(server.on_disk() == content);
    assert_eq!(server.asked()[1].header("range"), None);
}

#[tokio::test]
async fn a_wrong_content_range_starts_from_zero() {
    // I4
    let content = audio(LENGTH);
    for range in
        ["bytes 0-99999/100000", "bytes 40000-99999/100001", "bytes 39999-99999/100000", "none"]
    {
        let wrong = Reply::rest(&content, HALF).with("content-range", range);
        let server = Server::replying(vec![wrong, Reply::audio(&content)]).await;
        let kept = half_of(&server, &[b'x'; LENGTH]);
        assert_eq!(server.fetch(&direct(FILE), kept).await.unwrap().resumed_from, 0, "{range}");
        assert!(server.on_disk() == content, "{range}");
    }
}

#[tokio::test]
async fn a_refused_range_starts_from_zero() {
    // I4
    let content = audio(LENGTH);
    let server = Server::replying(vec![Reply::new(416, ""), Reply::audio(&content)]).await;
    let kept = half_of(&server, &content);
    assert_eq!(server.fetch(&direct(FILE), kept).await.unwrap().resumed_from, 0);
    assert!(server.on_disk() == content);
}

#[tokio::test]
async fn a_range_that_nobody_asked_for_is_not_taken() {
    // I4
    let content = audio(LENGTH);
    let server = Server::replying(vec![Reply::rest(&content, HALF)]).await;
    server.fails(&direct(FILE), ErrorCode::ServerError).await;
    assert!(!server.part().exists());
}

#[tokio::test]
async fn a_whole_part_is_confirmed_by_its_last_byte() {
    // I4
    let content = audio(LENGTH);
    let server = Server::replying(vec![Reply::rest(&content, LENGTH - 1)]).await;
    fs::write(server.part(), &content).unwrap();
    let kept = Kept { length: LENGTH as u64, validator: Some(validator(ETAG)) };
    let fetched = server.fetch(&direct(FILE), Some(kept)).await.unwrap();
    assert_eq!(fetched.length, LENGTH as u64);
    assert_eq!(server.asked()[0].header("range"), Some("bytes=99999-"));
    assert!(server.on_disk() == content);
}

#[tokio::test]
async fn a_weak_etag_keeps_nothing() {
    // I4
    let content = audio(LENGTH);
    let server =
        Server::replying(vec![Reply::audio(&content).with("etag", "W/\"v1\"").cut(HALF)]).await;
    assert_eq!(server.fails(&direct(FILE), ErrorCode::Interrupted).await.kept, None);
}

#[tokio::test]
async fn a_part_shorter_than_remembered_starts_from_zero() {
    // I4
    let content = audio(LENGTH);
    let server = Server::replying(vec![Reply::audio(&content)]).await;
    let kept = half_of(&server, &content);
    fs::write(server.part(), &content[..HALF - 1]).unwrap();
    server.fetch(&direct(FILE), kept).await.unwrap();
    assert_eq!(server.asked()[0].header("range"), None);
    assert!(server.on_disk() == content);
}

#[tokio::test]
async fn what_is_beyond_the_remembered_length_is_cut_off() {
    // I4
    let content = audio(LENGTH);
    let server = Server::replying(vec![Reply::rest(&content, HALF)]).await;
    let kept = half_of(&server, &content);
    fs::write(server.part(), [&content[..HALF], &[b'x'; 2 * LENGTH]].concat()).unwrap();
    server.fetch(&direct(FILE), kept).await.unwrap();
    assert!(server.on_disk() == content);
}

#[tokio::test]
async fn more_bytes_than_announced_are_worth_nothing() {
    let content = audio(LENGTH);
    let longer = [&content[HALF..], b"more"].concat();
    let too_long = Reply::new(206, longer)
        .with("content-type", "audio/mpeg")
        .with("etag", ETAG)
        .with("content-range", "bytes 40000-99999/100000")
        .chunked();
    let server = Server::replying(vec![too_long]).await;
    let kept = half_of(&server, &content);
    let error = server.fetch(&direct(FILE), kept).await.unwrap_err();
    assert_eq!(error.error.code, ErrorCode::WrongLength);
    assert_eq!(error.kept, None);
}

#[tokio::test]
async fn fewer_bytes_than_the_range_announced_are_kept() {
    let content = audio(LENGTH);
    let too_short = Reply::new(206, &content[HALF..HALF + 1000])
        .with("etag", ETAG)
        .with("content-range", "bytes 40000-99999/100000")
        .chunked();
    let server = Server::replying(vec![too_short]).await;
    let kept = half_of(&server, &content);
    let error = server.fetch(&direct(FILE), kept).await.unwrap_err();
    assert_eq!(error.error.code, ErrorCode::WrongLength);
    assert_eq!(error.error.params["expected"], "100000");
    assert_eq!(error.error.params["got"], "41000");
    assert_eq!(error.kept.unwrap().length, 41_000);
    assert!(server.on_disk() == content[..41_000]);
}

#[tokio::test]
async fn a_page_in_place_of_the_rest_leaves_the_part_as_it_is() {
    let content = audio(LENGTH);
    let page =
        Reply::new(200, "<!doctype html><title>Busy</title>").with("content-type", "text/html");
    let server = Server::replying(vec![page]).await;
    let kept = half_of(&server, &content);
    let error = server.fetch(&direct(FILE), kept.clone()).await.unwrap_err();
    assert_eq!(error.error.code, ErrorCode::NotMedia);
    assert_eq!(error.kept, kept);
    assert!(server.on_disk() == content[..HALF]);
}

#[tokio::test]
async fn an_error_before_any_byte_leaves_the_part_as_it_is() {
    let server = Server::replying(vec![Reply::new(503, "")]).await;
    let kept = half_of(&server, &audio(LENGTH));
    let error = server.fetch(&direct(FILE), kept.clone()).await.unwrap_err();
    assert_eq!(error.kept, kept);
}

#[tokio::test]
async fn a_new_version_is_told_after_the_old_bytes_are_gone_and_before_new_ones_come() {
    // I4: a crash at any moment leaves no pair of bytes and version that do not belong together.
    let content = audio(LENGTH);
    let server = Server::replying(vec![Reply::audio(&content).with("etag", "\"v2\"")]).await;
    let kept = half_of(&server, &[b'x'; LENGTH]);
    let steps = Mutex::new(Vec::new());
    let note = |step: Step| {
        let length = fs::metadata(server.part()).unwrap().len();
        steps.lock().unwrap().push((step, length));
    };
    server.fetch_watching(&direct(FILE), kept, &note).await.unwrap();
    let steps = steps.into_inner().unwrap();
    assert_eq!(steps[0], (Step::Validator(validator("\"v2\"")), 0));
    let total = Some(LENGTH as u64);
    assert_eq!(steps.last().unwrap().0, Step::Bytes { so_far: LENGTH as u64, total });
}

#[tokio::test]
async fn a_content_coding_is_refused() {
    // I4
    let reply = Reply::audio(&audio(LENGTH)).with("content-encoding", "gzip");
    let server = Server::replying(vec![reply]).await;
    server.fails(&direct(FILE), ErrorCode::NotMedia).await;
    assert!(!server.part().exists());
}

#[tokio::test]
async fn a_body_without_a_length_is_taken_to_its_end() {
    let content = audio(LENGTH);
    let server = Server::replying(vec![Reply::audio(&content).chunked()]).await;
    assert_eq!(server.fetch(&direct(FILE), None).await.unwrap().length, LENGTH as u64);
    assert!(server.on_disk() == content);
}

#[cfg(unix)]
#[tokio::test]
async fn a_link_in_the_place_of_the_part_is_not_written_through() {
    // I6
    let server = Server::replying(vec![Reply::audio(&audio(LENGTH))]).await;
    let other = server.folder.path().join("other");
    fs::write(&other, "precious").unwrap();
    std::os::unix::fs::symlink(&other, server.part()).unwrap();
    server.fails(&direct(FILE), ErrorCode::NotWritable).await;
    assert_eq!(fs::read(&other).unwrap(), b"precious");
}

#[tokio::test]
async fn a_folder_that_is_gone_is_a_missing_volume() {
    let server = Server::replying(vec![Reply::audio(&audio(LENGTH))]).await;
    let part = server.folder.path().join("gone").join("a.mp3.downloading");
    let cancel = CancellationToken::new();
    let outcome =
        server.downloader().fetch_file(&direct(FILE), &part, None, &|_| {}, &cancel).await;
    assert_eq!(outcome.unwrap_err().error.code, ErrorCode::VolumeMissing);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// A server that honours ranges and breaks off after as many bytes as it likes.
    #[test]
    fn however_often_it_breaks_off_the_file_comes_out_right(
        length in 1_000usize..1_500_000, breaks in proptest::collection::vec(1usize..700_000, 0..5),
    ) {
        // I4
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let content = audio(length);
            let (served, tries) = (content.clone(), breaks.len() + 1);
            let server = Server::answering(move |asked, index| {
                let first = asked.header("range").map_or(0, |range| {
                    range.trim_start_matches("bytes=").trim_end_matches('-').parse().unwrap()
                });
                let reply = if first == 0 { Reply::audio(&served) } else { Reply::rest(&served, first) };
                match breaks.get(index) {
                    Some(&count) if first + count < served.len() => reply.cut(count),
                    _ => reply,
                }
            }).await;
            let mut kept = None;
            for _ in 0..tries {
                match server.fetch(&direct(FILE), kept).await {
                    Ok(_) => break,
                    Err(error) => kept = error.kept,
                }
                let length = kept.as_ref().map_or(0, |kept| kept.length as usize);
                assert!(server.on_disk()[..length] == content[..length]);
            }
            assert!(server.on_disk() == content);
        });
    }
}
