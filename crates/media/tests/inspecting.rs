//! What came is what was wanted, and all of it (I2): whole files give their facts, everything else its reason.

mod support;

use media::{Container, inspect};
use protocol::ErrorCode;
use rstest::rstest;
use std::path::Path;
use support::{probe, tone};

fn encode(folder: &Path, container: Container) -> std::path::PathBuf {
    match container {
        Container::Mp3 => tone(folder, "song.mp3", &["-c:a", "libmp3lame", "-b:a", "192k"]),
        Container::Mp4 => tone(folder, "song.m4a", &["-c:a", "aac", "-movflags", "+faststart"]),
        Container::Wav => tone(folder, "song.wav", &[]),
    }
}

#[rstest]
#[case(Container::Mp3, "mp3")]
#[case(Container::Mp4, "aac")]
#[case(Container::Wav, "pcm_16")]
fn a_whole_file_gives_the_facts_that_ffprobe_gives(
    #[case] container: Container,
    #[case] codec: &str,
) {
    let folder = tempfile::tempdir().unwrap();
    let path = encode(folder.path(), container);
    let facts = inspect(&path, container).unwrap();
    let said = probe(&path);
    let number = |text: &serde_json::Value| text.as_str().unwrap().parse::<f64>().unwrap();
    assert_eq!(facts.codec, codec);
    assert_eq!(facts.channels, Some(2));
    assert_eq!(facts.sample_rate, Some(44_100));
    assert!(
        (facts.duration_s.unwrap() - number(&said["format"]["duration"])).abs() < 0.1,
        "{facts:?}"
    );
    let bitrate = number(&said["streams"][0]["bit_rate"]) / 1000.0;
    assert!(
        (f64::from(facts.bitrate_kbps.unwrap()) / bitrate - 1.0).abs() < 0.1,
        "{facts:?} {bitrate}"
    );
}

#[rstest]
fn a_file_that_is_cut_off_is_damaged(
    #[values(Container::Mp3, Container::Mp4, Container::Wav)] container: Container,
    #[values(10, 50, 90)] percent: usize,
) {
    let folder = tempfile::tempdir().unwrap();
    let path = encode(folder.path(), container);
    let whole = std::fs::read(&path).unwrap();
    std::fs::write(&path, &whole[..whole.len() * percent / 100]).unwrap();
    let error = inspect(&path, container).unwrap_err();
    assert_eq!(error.code, ErrorCode::Damaged, "{error}");
    assert!(!error.params["detail"].is_empty());
}

#[rstest]
#[case(b"", "empty")]
#[case(b"<!doctype html><title>Sign in</title>", "html")]
#[case(b"{\"error\":\"not found\"}", "json")]
#[case(b"<?xml version=\"1.0\"?><Error/>", "xml")]
#[case(b"RIFF\x04\0\0\0WAVE", "wav")]
#[case(b"what is this", "unknown")]
fn something_else_is_named(#[case] content: &[u8], #[case] kind: &str) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("song.mp3");
    std::fs::write(&path, content).unwrap();
    let error = inspect(&path, Container::Mp3).unwrap_err();
    assert_eq!((error.code, error.params["kind"].as_str()), (ErrorCode::NotMedia, kind));
}

#[rstest]
#[case(Container::Mp4, b"\0\0\0\x10ftypM4A \0\0\0\0".to_vec(), "moov")]
#[case(Container::Mp4, b"\0\0\0\x10ftypM4A \0\0\0\0\0\0\0\x08moov".to_vec(), "mdat")]
#[case(Container::Mp4, b"\0\0\0\x10ftypM4A \0\0\0\0\0\0\0\x04moov".to_vec(), "sensible")]
#[case(Container::Wav, b"RIFF\x04\0\0\0WAVE".to_vec(), "data")]
#[case(Container::Wav, b"RIFF\x0c\0\0\0WAVEdata\0\0\0\0".to_vec(), "fmt")]
#[case(Container::Mp3, b"ID3\x04\0\0\0\0\x7f\x7f".to_vec(), "ID3")]
#[case(Container::Mp3, b"ID3\x04\0\0\0\0\0\0no audio here".to_vec(), "frame")]
fn a_shell_without_audio_is_damaged(
    #[case] container: Container,
    #[case] content: Vec<u8>,
    #[case] detail: &str,
) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("song");
    std::fs::write(&path, content).unwrap();
    let error = inspect(&path, container).unwrap_err();
    assert_eq!(error.code, ErrorCode::Damaged);
    assert!(error.params["detail"].contains(detail), "{error}");
}
