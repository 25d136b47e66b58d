//! What is told of a person's own files, made by the real ffmpeg.

#[path = "support/mod.rs"]
mod support;

use media::convert::probe;
use media::{Program, Survey, Surveyed, survey, surveyed};
use protocol::ErrorCode;
use std::path::Path;
use support::{ffmpeg, jpeg, tone};
use tokio_util::sync::CancellationToken;

const TAGS: &[&str] = &[
    "-metadata",
    "title=Été",
    "-metadata",
    "artist=Ana",
    "-metadata",
    "album=One",
    "-metadata",
    "date=2021",
];

fn known(path: &Path) -> Surveyed {
    match survey(path).unwrap() {
        Survey::Known(known) => *known,
        other => panic!("{}: {other:?}", path.display()),
    }
}

fn refused(path: &Path) -> String {
    match survey(path).unwrap() {
        Survey::Refused(error) => error.params["kind"].clone(),
        other => panic!("{}: {other:?}", path.display()),
    }
}

#[test]
fn the_usual_audio_files_are_known_with_their_tags_and_length() {
    let folder = tempfile::tempdir().unwrap();
    let cases: &[(&str, &[&str], &str)] = &[
        ("a.mp3", &[], "mp3"),
        ("a.m4a", &["-c:a", "aac"], "aac"),
        ("a.wav", &[], "pcm_16"),
        ("a.flac", &[], "flac"),
        ("a.opus", &["-c:a", "libopus"], "opus"),
        ("a.ogg", &["-c:a", "libvorbis"], "vorbis"),
    ];
    for (name, arguments, codec) in cases {
        let path = tone(folder.path(), name, &[*arguments, TAGS].concat());
        let found = known(&path);
        let length = found.duration_s.unwrap();
        assert!((1.9..2.2).contains(&length), "{name}: {length}");
        assert_eq!(found.codec, *codec, "{name}");
        assert_eq!(found.extension, name[2..], "{name}");
        let tags = found.tags;
        assert_eq!(tags.title.as_deref(), Some("Été"), "{name}");
        assert_eq!(tags.artist.as_deref(), Some("Ana"), "{name}");
        assert_eq!(tags.album.as_deref(), Some("One"), "{name}");
        assert_eq!(tags.date.as_deref(), Some("2021"), "{name}");
        // The extension says nothing.
        let other = folder.path().join("other.bin");
        std::fs::copy(&path, &other).unwrap();
        assert_eq!(known(&other).extension, name[2..]);
    }
}

#[test]
fn what_is_no_media_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    };
    assert_eq!(refused(&write("a.mp3", b"<!DOCTYPE html><html><body>Sign in")), "html");
    assert_eq!(refused(&write("b.mp3", b"")), "empty");
    assert_eq!(refused(&write("c.mp3", "Ärger\nwith\tletters".as_bytes())), "text");
    assert_eq!(refused(&write("d.mp3", &jpeg(folder.path()))), "picture");
    assert_eq!(refused(&write("e.mp3", "é".repeat(3000).as_bytes())), "text");
    assert_eq!(survey(&write("f.mp3", &[7, 0, 200, 3])).unwrap(), Survey::AskFfprobe);
}

#[tokio::test]
async fn ffprobe_tells_of_the_rest() {
    let ffprobe = Program::Ffprobe.find(None).await.unwrap().path;
    let folder = tempfile::tempdir().unwrap();
    let asked = async |path: &Path| {
        assert_eq!(survey(path).unwrap(), Survey::AskFfprobe);
        let probed = probe(&ffprobe, path, &CancellationToken::new()).await;
        let extension = path.extension().unwrap().to_str().unwrap();
        probed.map_err(Into::into).and_then(|probed| surveyed(path, &probed, extension))
    };
    let picture = ["-f", "lavfi", "-i", "testsrc=size=64x64:duration=1"];
    for (name, codec) in [("a.webm", "vp8"), ("a.mp4", "h264"), ("a.mkv", "h264")] {
        let path = folder.path().join(name);
        let encoder = if codec == "vp8" { "libvpx" } else { "libx264" };
        ffmpeg(&[&picture, &["-c:v", encoder, "-metadata", "title=Film"][..]].concat(), &path);
        let found = asked(&path).await.unwrap();
        assert!(found.is_video && found.codec == codec, "{found:?}");
        assert_eq!(found.extension, name[2..]);
        assert_eq!(found.tags.title.as_deref(), Some("Film"));
    }
    // The start of a file whose index was at its end.
    let cut = folder.path().join("cut.mp4");
    let whole = std::fs::read(folder.path().join("a.mp4")).unwrap();
    std::fs::write(&cut, &whole[..whole.len() / 2]).unwrap();
    assert_eq!(asked(&cut).await.unwrap_err().code, ErrorCode::Damaged);
    // Noise that is called a song.
    let noise = folder.path().join("noise.mp3");
    let bytes: Vec<u8> =
        (0..40_000u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    std::fs::write(&noise, bytes).unwrap();
    let error = asked(&noise).await.unwrap_err();
    assert!(matches!(error.code, ErrorCode::NotMedia | ErrorCode::Damaged), "{error}");
}
