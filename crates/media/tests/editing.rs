//! Single fields are changed and everything else in the file stays, in every kind of file that carries tags: judged by
//! the real ffmpeg and ffprobe.

mod support;

use media::{MediaError, TagChanges, edit_tags};
use rstest::rstest;
use std::path::{Path, PathBuf};
use support::{audio_md5, probe, tone};

const OTHERS: &[&str] = &[
    "-metadata",
    "title=Old",
    "-metadata",
    "album=Old album",
    "-metadata",
    "date=1999",
    "-metadata",
    "genre=Noise",
    "-metadata",
    "track=7",
];

fn with_tags(folder: &Path, extension: &str, codec: &[&str]) -> PathBuf {
    tone(folder, &format!("song.{extension}"), &[codec, OTHERS].concat())
}

/// A field as ffprobe has it, wherever the container keeps it.
fn field(path: &Path, name: &str) -> Option<String> {
    let found = probe(path);
    let places = [&found["format"]["tags"], &found["streams"][0]["tags"]];
    let texts = places.iter().filter_map(|tags| tags.as_object()).flatten();
    let text = texts.into_iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
    text.and_then(|(_, text)| text.as_str()).map(str::to_owned).filter(|text| !text.is_empty())
}

fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[rstest]
#[case("mp3", &["-c:a", "libmp3lame", "-id3v2_version", "3", "-write_id3v1", "1"])]
#[case("m4a", &["-c:a", "aac"])]
#[case("m4a", &["-c:a", "aac", "-movflags", "+faststart"])]
#[case("flac", &["-c:a", "flac"])]
#[case("opus", &["-c:a", "libopus", "-ar", "48000"])]
#[case("ogg", &["-c:a", "libvorbis"])]
fn what_is_named_changes_and_the_rest_stays(#[case] extension: &str, #[case] codec: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    let path = with_tags(folder.path(), extension, codec);
    let sound = audio_md5(&path);
    let changes = TagChanges {
        title: text("Nouveau\0 titre"),
        artist: text("Zoë"),
        album: text(""),
        date: text("2001-02-03"),
    };
    edit_tags(&path, extension, &changes).unwrap();
    assert_eq!(field(&path, "title"), text("Nouveau titre"));
    assert_eq!(field(&path, "artist"), text("Zoë"));
    assert_eq!(field(&path, "album"), None, "{}", probe(&path));
    assert_eq!(field(&path, "date"), text("2001-02-03"));
    assert_eq!(field(&path, "genre"), text("Noise"));
    assert_eq!(field(&path, "track"), text("7"));
    assert_eq!(audio_md5(&path), sound);

    let before = std::fs::read(&path).unwrap();
    edit_tags(&path, extension, &changes).unwrap();
    assert!(std::fs::read(&path).unwrap() == before, "a second time changes nothing");
    edit_tags(&path, extension, &TagChanges { date: text("soon"), ..changes }).unwrap();
    assert_eq!(field(&path, "date"), text("2001-02-03"), "what is no date changes nothing");
}

#[test]
fn a_wav_keeps_what_its_older_list_says() {
    let folder = tempfile::tempdir().unwrap();
    let path = with_tags(folder.path(), "wav", &[]);
    let sound = audio_md5(&path);
    let changes = TagChanges { artist: text("Zoë"), ..TagChanges::default() };
    edit_tags(&path, "wav", &changes).unwrap();
    assert_eq!(field(&path, "title"), text("Old"));
    assert_eq!(field(&path, "artist"), text("Zoë"));
    assert_eq!(field(&path, "album"), text("Old album"));
    assert_eq!(audio_md5(&path), sound);
}

#[test]
fn a_file_without_a_place_for_tags_is_left_untouched() {
    let folder = tempfile::tempdir().unwrap();
    let path = tone(folder.path(), "song.mkv", &["-c:a", "flac"]);
    let before = std::fs::read(&path).unwrap();
    let changes = TagChanges { title: text("New"), ..TagChanges::default() };
    let refused = edit_tags(&path, "mkv", &changes).unwrap_err();
    assert!(matches!(refused, MediaError::CannotTag(_)), "{refused}");
    assert!(std::fs::read(&path).unwrap() == before);
    for extension in ["mp3", "m4a", "wav", "flac", "opus", "ogg"] {
        let refused = edit_tags(&path, extension, &changes).unwrap_err();
        assert!(matches!(refused, MediaError::NotMedia(_)), "{extension}: {refused}");
    }
    assert!(std::fs::read(&path).unwrap() == before);
}
