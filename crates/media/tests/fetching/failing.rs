//! Pages that have nothing, sites that refuse, programs that misbehave.

use crate::site::{Answer, Site};
use crate::{address, fetch, nest, read, unread, webm, yt_dlp};
use media::Program;
use media::ytdlp::{FetchError, Taste, YtDlp};
use std::path::Path;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

const LIVE: &str = "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXT-X-MEDIA-SEQUENCE:7\n#EXTINF:4,\n7.ts\n";

#[tokio::test]
async fn each_refusal_is_told_by_its_name() {
    let site = Site::start(vec![
        ("/none", Answer::page("nothing here")),
        ("/blank", Answer::of("text/html", "")),
        ("/401", Answer::refusal("401 Unauthorized")),
        ("/403", Answer::refusal("403 Forbidden")),
        ("/410", Answer::refusal("410 Gone")),
        ("/429", Answer::refusal("429 Too Many Requests")),
        ("/500", Answer::refusal("500 Internal Server Error")),
        ("/live.m3u8", Answer::of("application/vnd.apple.mpegurl", LIVE)),
    ]);
    assert_eq!(read(&site, "/none").await, Err(FetchError::NothingThere));
    let error = read(&site, "/401").await.unwrap_err();
    assert!(matches!(error, FetchError::SignIn(_)), "{error:?}");
    let error = read(&site, "/403").await.unwrap_err();
    assert!(matches!(error, FetchError::Withheld(_)), "{error:?}");
    for path in ["/404", "/410"] {
        let error = read(&site, path).await.unwrap_err();
        assert!(matches!(error, FetchError::NotFound(_)), "{error:?}");
    }
    let error = read(&site, "/429").await.unwrap_err();
    assert!(matches!(error, FetchError::RateLimited(_)), "{error:?}");
    let error = read(&site, "/500").await.unwrap_err();
    assert!(matches!(error, FetchError::Unreachable(_)), "{error:?}");
    assert_eq!(read(&site, "/live.m3u8").await, Err(FetchError::Live));
    let folder = tempfile::tempdir().unwrap();
    // An empty answer may be a file for all that yt-dlp knows, until it is fetched.
    for (path, expected) in [("/live.m3u8", FetchError::Live), ("/blank", FetchError::NothingThere)]
    {
        let entry = unread(&site, path);
        let ended = fetch(&entry, &nest(&folder), &Taste::default(), &mut |_| {}).await;
        assert_eq!(ended, Err(expected), "{path}");
    }
}

#[tokio::test]
async fn a_file_that_is_withheld_or_too_large_is_not_fetched() {
    let site = Site::start(vec![
        ("/page", Answer::page("<video src='a.webm'></video>")),
        ("/a.webm", Answer::refusal("403 Forbidden")),
        ("/large.webm", Answer::of("video/webm", webm())),
    ]);
    let folder = tempfile::tempdir().unwrap();
    let error =
        fetch(&unread(&site, "/page"), &nest(&folder), &Taste::default(), &mut |_| {}).await;
    assert!(matches!(error, Err(FetchError::Withheld(_))), "{error:?}");
    let taste = Taste { largest: Some(1000), ..Taste::default() };
    let error = fetch(&unread(&site, "/large.webm"), &nest(&folder), &taste, &mut |_| {}).await;
    assert_eq!(error, Err(FetchError::TooLarge));
}

#[tokio::test]
async fn a_fetch_that_is_no_longer_wanted_ends_in_the_middle_without_a_finished_name() {
    let body = [webm(), vec![0; 4 << 20]].concat();
    let slow = Answer { pause: Duration::from_millis(100), ..Answer::of("video/webm", body) };
    let site = Site::start(vec![("/a.webm", slow)]);
    let (folder, cancel) = (tempfile::tempdir().unwrap(), CancellationToken::new());
    let token = cancel.clone();
    let entry = unread(&site, "/a.webm");
    let ended = yt_dlp()
        .await
        .fetch(&entry, &nest(&folder), &Taste::default(), &cancel, &mut |now| {
            if now.bytes > 20_000 {
                token.cancel();
            }
        })
        .await;
    assert_eq!(ended, Err(FetchError::Cancelled));
    assert!(!folder.path().join("media.webm").exists());
}

fn pretender(folder: &Path, text: &str, patience: Duration) -> YtDlp {
    let program = folder.join("yt-dlp");
    // By a process of its own: while this one has the file open, a program that another test starts would inherit that,
    // and what is open for writing cannot be run.
    let write = r#"printf '#!/bin/sh\n%s\n' "$1" > "$0" && chmod 755 "$0""#;
    let writer =
        std::process::Command::new("sh").args(["-c", write]).arg(&program).arg(text).status();
    assert!(writer.unwrap().success());
    YtDlp { program, ffmpeg: "/usr/bin/ffmpeg".into(), patience }
}

/// How reading and fetching end with a program that is not yt-dlp.
async fn misbehave(text: &str, patience: Duration) -> [FetchError; 2] {
    let site = Site::start(Vec::new());
    let folder = tempfile::tempdir().unwrap();
    let program = pretender(folder.path(), text, patience);
    let cancel = CancellationToken::new();
    let (nest, entry) = (nest(&folder), unread(&site, "/"));
    let read = program.read_page(&address(&site, "/"), &nest, &cancel).await;
    let fetched = program.fetch(&entry, &nest, &Taste::default(), &cancel, &mut |_| {}).await;
    [read.unwrap_err(), fetched.unwrap_err()]
}

#[tokio::test]
async fn a_yt_dlp_that_misbehaves_is_named() {
    let long = Duration::from_secs(20);
    for error in misbehave("sleep 60", Duration::from_millis(500)).await {
        assert_eq!(error, FetchError::Stalled);
    }
    for error in
        misbehave("echo 'yt-dlp: error: no such option: --no-exec' >&2; exit 2", long).await
    {
        assert!(matches!(error, FetchError::TooOld(_)), "{error:?}");
    }
    for error in misbehave("kill -KILL $$", long).await {
        assert!(matches!(&error, FetchError::Failed(why) if why.contains("signal")), "{error:?}");
    }
    let [read, fetched] =
        misbehave("echo '{broken'; echo 'MF-FILE{\"filepath\": \"/etc/passwd\"}'", long).await;
    assert!(matches!(read, FetchError::Garbled(_)), "{read:?}");
    assert!(matches!(fetched, FetchError::Garbled(_)), "{fetched:?}");
    for error in misbehave("while :; do head -c 1000000 /dev/zero; done", long).await {
        assert!(matches!(error, FetchError::Garbled(_)), "{error:?}");
    }
}

#[tokio::test]
async fn a_missing_yt_dlp_is_missing() {
    let site = Site::start(Vec::new());
    let folder = tempfile::tempdir().unwrap();
    let program = YtDlp { program: "/nowhere/yt-dlp".into(), ..yt_dlp().await };
    let read =
        program.read_page(&address(&site, "/"), &nest(&folder), &CancellationToken::new()).await;
    assert_eq!(read, Err(FetchError::Missing(Program::YtDlp)));
}

#[tokio::test]
async fn it_knows_nothing_of_the_person() {
    let folder = tempfile::tempdir().unwrap();
    let text = "env > environment; echo \"$@\" > arguments; exit 1";
    let program = pretender(folder.path(), text, Duration::from_secs(20));
    let site = Site::start(Vec::new());
    let page = address(&site, "/a?--exec=b");
    let _ = program.read_page(&page, &nest(&folder), &CancellationToken::new()).await;
    let environment = std::fs::read_to_string(folder.path().join("environment")).unwrap();
    let home = format!("HOME={}\n", folder.path().display());
    assert!(environment.contains(&home), "{environment}");
    assert!(!environment.contains("CARGO"), "{environment}");
    let arguments = std::fs::read_to_string(folder.path().join("arguments")).unwrap();
    assert!(arguments.contains("--ignore-config"), "{arguments}");
    assert!(arguments.ends_with(&format!(" -- {page}\n")), "{arguments}");
}
