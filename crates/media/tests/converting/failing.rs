//! Files that are broken, programs that misbehave, disks that are full.

use crate::stage::*;
use crate::support::ffmpeg;
use media::Program;
use media::convert::{
    Additions, ConvertError, Job, Plan, Preset, StreamKind, Want, Wishes, plan, probe, run,
};
use std::path::Path;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

#[tokio::test]
async fn a_file_that_is_cut_off_fails_with_its_length() {
    let folder = tempfile::tempdir().unwrap();
    let source = film(folder.path(), "a.webm", &["-c:v", "libvpx"]);
    let bytes = std::fs::read(&source).unwrap();
    std::fs::write(&source, &bytes[..bytes.len() / 3]).unwrap();
    let error = convert(&source, &quick(Want::Video)).await.unwrap_err();
    assert!(matches!(error, ConvertError::WrongDuration { .. }), "{error:?}");
}

#[tokio::test]
async fn what_is_no_media_is_damaged_with_a_reason() {
    let folder = tempfile::tempdir().unwrap();
    let ffprobe = found(Program::Ffprobe).await;
    let cancel = CancellationToken::new();
    let file = folder.path().join("-x.bin");
    std::fs::write(&file, "<html>Sorry</html>").unwrap();
    let error = probe(&ffprobe, &file, &cancel).await.unwrap_err();
    assert!(
        matches!(&error, ConvertError::Damaged(why) if why.contains("Invalid data")),
        "{error:?}"
    );
    let whole = film(folder.path(), "whole.mp4", &["-c:v", "libx264", "-pix_fmt", "yuv444p"]);
    let bytes = std::fs::read(whole).unwrap();
    std::fs::write(&file, &bytes[..position(&bytes, b"moov")]).unwrap();
    let error = probe(&ffprobe, &file, &cancel).await.unwrap_err();
    assert!(
        matches!(&error, ConvertError::Damaged(why) if why == "moov atom not found"),
        "{error:?}"
    );
    let error = probe(&ffprobe, &folder.path().join("none"), &cancel).await.unwrap_err();
    assert!(matches!(error, ConvertError::Io(_)), "{error:?}");
}

#[tokio::test]
async fn a_playlist_reads_nothing_from_the_network() {
    let folder = tempfile::tempdir().unwrap();
    let server = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    server.set_nonblocking(true).unwrap();
    let file = folder.path().join("a.m3u8");
    let address = server.local_addr().unwrap();
    let text = format!(
        "#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:3,\nhttp://{address}/a.ts\n#EXT-X-ENDLIST\n"
    );
    std::fs::write(&file, text).unwrap();
    let answer = probe(&found(Program::Ffprobe).await, &file, &CancellationToken::new()).await;
    assert!(
        answer.is_err_and(|error| matches!(error, ConvertError::Damaged(_))),
        "a list without a readable part is no media"
    );
    assert!(server.accept().is_err(), "the network was asked");
}

/// Only Linux has a disk that is always full.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_full_disk_is_told_from_a_broken_file() {
    let folder = tempfile::tempdir().unwrap();
    let source = film(folder.path(), "a.webm", &["-c:v", "libvpx"]);
    let (ffmpeg, ffprobe) = (found(Program::Ffmpeg).await, found(Program::Ffprobe).await);
    let cancel = CancellationToken::new();
    let probed = probe(&ffprobe, &source, &cancel).await.unwrap();
    let Plan::Convert(recipe) = plan(&probed, &quick(Want::Video)) else { panic!() };
    let job = Job {
        ffmpeg: &ffmpeg,
        ffprobe: &ffprobe,
        source: &source,
        probed: &probed,
        recipe: &recipe,
        additions: &Additions::default(),
        output: Path::new("/dev/full"),
        patience: Duration::from_secs(20),
    };
    let error = run(&job, &cancel, &mut |_| {}).await.unwrap_err();
    assert!(matches!(error, ConvertError::DiskFull), "{error:?}");
}

/// Runs a recipe with a program that is not ffmpeg.
async fn misbehave(text: &str, patience: Duration) -> ConvertError {
    let folder = tempfile::tempdir().unwrap();
    let source = film(folder.path(), "a.webm", &["-c:v", "libvpx"]);
    let program = script(folder.path(), "ffmpeg", text);
    let ffprobe = found(Program::Ffprobe).await;
    let cancel = CancellationToken::new();
    let probed = probe(&ffprobe, &source, &cancel).await.unwrap();
    let Plan::Convert(recipe) = plan(&probed, &quick(Want::Video)) else { panic!() };
    let output = folder.path().join("out.downloading");
    let job = Job {
        ffmpeg: &program,
        ffprobe: &ffprobe,
        source: &source,
        probed: &probed,
        recipe: &recipe,
        additions: &Additions::default(),
        output: &output,
        patience,
    };
    run(&job, &cancel, &mut |_| {}).await.unwrap_err()
}

#[tokio::test]
async fn an_ffmpeg_that_misbehaves_is_named() {
    let long = Duration::from_secs(20);
    let error = misbehave(
        "while :; do echo progress=continue; sleep 0.1; done",
        Duration::from_millis(700),
    )
    .await;
    assert!(matches!(error, ConvertError::Stalled(Program::Ffmpeg)), "{error:?}");
    let error = misbehave("echo \"Unknown encoder 'libx264'\" >&2; exit 1", long).await;
    assert!(matches!(&error, ConvertError::Incapable(why) if why.contains("libx264")), "{error:?}");
    let error = misbehave("kill -KILL $$", long).await;
    assert!(matches!(error, ConvertError::Died(Program::Ffmpeg, _)), "{error:?}");
    let error =
        misbehave("head -c 100000 /dev/urandom; head -c 100000 /dev/urandom >&2; exit 1", long)
            .await;
    assert!(matches!(error, ConvertError::Damaged(_)), "{error:?}");
    let error = misbehave("exit 0", long).await;
    assert!(matches!(error, ConvertError::Io(_)), "{error:?}");
}

#[tokio::test]
async fn an_ffprobe_that_misbehaves_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a");
    std::fs::write(&file, "x").unwrap();
    let cancel = CancellationToken::new();
    let garbled = script(folder.path(), "garbled", "echo hello");
    let error = probe(&garbled, &file, &cancel).await.unwrap_err();
    assert!(matches!(error, ConvertError::Garbled(Program::Ffprobe, _)), "{error:?}");
    let endless = script(folder.path(), "endless", "yes");
    let error = probe(&endless, &file, &cancel).await.unwrap_err();
    assert!(matches!(error, ConvertError::Garbled(Program::Ffprobe, _)), "{error:?}");
    let error = probe(Path::new("/nowhere/ffprobe"), &file, &cancel).await.unwrap_err();
    assert!(matches!(error, ConvertError::Missing(Program::Ffprobe)), "{error:?}");
}

#[tokio::test]
async fn a_conversion_that_is_no_longer_wanted_ends_in_the_middle() {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("long.mkv");
    let picture = ["-f", "lavfi", "-i", "color=size=1280x720:rate=30:d=120", "-c:v", "mpeg4"];
    ffmpeg(&picture, &source);
    let wishes = Wishes { preset: Preset::Veryslow, ..Wishes::default() };
    let Plan::Convert(recipe) = plan(&probed(&source).await, &wishes) else { panic!() };
    let cancel = CancellationToken::new();
    let token = cancel.clone();
    let ffmpeg = found(Program::Ffmpeg).await;
    let ended = convert_with(&ffmpeg, &source, &recipe, &cancel, &mut |_| token.cancel()).await;
    assert!(matches!(ended, Err(ConvertError::Cancelled)), "{ended:?}");
    assert!(probed(&source).await.streams.iter().all(|stream| stream.kind == StreamKind::Video));
}
