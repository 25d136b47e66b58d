//! Tags are what was asked for, and the audio is what it was: judged by the real ffmpeg and ffprobe.

mod support;

use media::{Container, Cover, MediaError, Tags, inspect, read_tags, write_tags};
use rstest::rstest;
use std::path::{Path, PathBuf};
use support::{audio_md5, jpeg, probe, tone};

const MP3: &[&str] = &["-c:a", "libmp3lame"];

/// Files as encoders and sites make them.
fn fixture(folder: &Path, kind: &str) -> (PathBuf, Container) {
    let extension = kind.split(' ').next().unwrap();
    let name = format!("song.{extension}");
    let make = |arguments: &[&str]| tone(folder, &name, arguments);
    let path = match kind {
        "mp3 bare" => {
            make(&[MP3, &["-b:a", "128k", "-write_xing", "0", "-id3v2_version", "0"]].concat())
        }
        "mp3 vbr with xing" => make(&[MP3, &["-q:a", "4", "-id3v2_version", "0"]].concat()),
        "mp3 with id3v2.3 and id3v1" => make(
            &[MP3, &["-id3v2_version", "3", "-write_id3v1", "1", "-metadata", "title=Old"]]
                .concat(),
        ),
        "mp3 of 22 kHz mono" => make(&[MP3, &["-ar", "22050", "-ac", "1", "-b:a", "64k"]].concat()),
        "wav plain" => make(&["-bitexact"]),
        "wav with info in front" => make(&["-metadata", "title=Old"]),
        "wav of odd length" => {
            make(&["-c:a", "pcm_u8", "-ac", "1", "-af", "atrim=end_sample=44101", "-bitexact"])
        }
        "wav without its last padding byte" => {
            let path = fixture(folder, "wav of odd length").0;
            edit(&path, |bytes| {
                bytes.pop();
            });
            path
        }
        "wav with garbage behind its end" => {
            let path = fixture(folder, "wav plain").0;
            edit(&path, |bytes| bytes.extend(b"garbage, and \xFF\xFF\xFF\xFF more of it"));
            path
        }
        "wav written to a pipe" => {
            let path = fixture(folder, "wav plain").0;
            edit(&path, |bytes| {
                bytes[4..8].fill(0xFF);
                let data = bytes.windows(4).position(|window| window == b"data").unwrap();
                bytes[data + 4..data + 8].fill(0xFF);
            });
            path
        }
        "m4a" => make(&["-c:a", "aac"]),
        "m4a with moov first" => make(&["-c:a", "aac", "-movflags", "+faststart"]),
        "m4a with moov first and tags" => make(&[
            "-c:a",
            "aac",
            "-movflags",
            "+faststart",
            "-metadata",
            "title=Old",
            "-metadata",
            "genre=Noise",
        ]),
        "m4a with a last atom of size 0" => {
            let path = fixture(folder, "m4a with moov first").0;
            edit(&path, |bytes| {
                let mdat = bytes.windows(4).rposition(|window| window == b"mdat").unwrap();
                bytes[mdat - 4..mdat].fill(0);
            });
            path
        }
        "m4a with a 64-bit size" => {
            let path = fixture(folder, "m4a").0;
            edit(&path, |bytes| {
                let mdat = bytes.windows(8).position(|window| window == b"\0\0\0\x08free").unwrap();
                let size =
                    u64::from(u32::from_be_bytes(bytes[mdat + 8..mdat + 12].try_into().unwrap()))
                        + 8;
                bytes[mdat..mdat + 8].copy_from_slice(b"\0\0\0\x01mdat");
                bytes[mdat + 8..mdat + 16].copy_from_slice(&size.to_be_bytes());
            });
            path
        }
        "m4a in fragments" => make(&[
            "-c:a",
            "aac",
            "-movflags",
            "+empty_moov+default_base_moof",
            "-frag_duration",
            "500000",
        ]),
        "m4a lossless" => make(&["-c:a", "alac", "-movflags", "+faststart"]),
        other => panic!("no such fixture: {other}"),
    };
    (path, Container::of_extension(extension).unwrap())
}

fn edit(path: &Path, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = std::fs::read(path).unwrap();
    change(&mut bytes);
    std::fs::write(path, bytes).unwrap();
}

fn tags(folder: &Path) -> Tags {
    let text = |text: &str| Some(text.to_owned());
    Tags {
        title: text("Nächtliche Fahrt 🌙"),
        artist: text("Ana & Bo"),
        album: text("Drives"),
        date: text("2025-06-01T12:30:05Z"),
        lyrics: text("First line\nSecond line"),
        comment: text("Prompt: slow\nSeed: 7"),
        cover: Cover::new(jpeg(folder)),
        site_id: text("0f8fad5b-d9cb-469f-a165-70867728950e"),
        source_url: text("https://www.producer.ai/song/0f8fad5b"),
    }
}

#[rstest]
fn the_audio_is_unchanged_and_the_tags_are_there(
    #[values(
        "mp3 bare",
        "mp3 vbr with xing",
        "mp3 with id3v2.3 and id3v1",
        "mp3 of 22 kHz mono",
        "wav plain",
        "wav with info in front",
        "wav of odd length",
        "wav without its last padding byte",
        "wav with garbage behind its end",
        "wav written to a pipe",
        "m4a",
        "m4a with moov first",
        "m4a with moov first and tags",
        "m4a with a last atom of size 0",
        "m4a with a 64-bit size",
        "m4a in fragments",
        "m4a lossless"
    )]
    kind: &str,
) {
    let folder = tempfile::tempdir().unwrap();
    let (path, container) = fixture(folder.path(), kind);
    // Older ffmpeg takes no length from a pipe's header, so the digest of the plain file is the measure.
    let audio = match kind {
        "wav written to a pipe" | "wav with garbage behind its end" => {
            let other = tempfile::tempdir().unwrap();
            audio_md5(&fixture(other.path(), "wav plain").0)
        }
        _ => audio_md5(&path),
    };
    let facts = inspect(&path, container).unwrap();

    let mut wanted = tags(folder.path());
    let mut size = None;
    for title in
        ["Nächtliche Fahrt 🌙", &"A much longer title ".repeat(40), "Short", "Nächtliche Fahrt 🌙"]
    {
        wanted.title = Some(title.trim().to_owned());
        write_tags(&path, container, &wanted).unwrap();
        assert_eq!(audio_md5(&path), audio, "after the title {title:?}");
        let mut found = read_tags(&path, container).unwrap();
        // ID3 keeps no zone; it is always UTC.
        found.date = found.date.map(|date| format!("{}Z", date.trim_end_matches('Z')));
        assert_eq!(found, wanted);
        let after = inspect(&path, container).unwrap();
        assert_eq!(
            (after.duration_s, after.codec, after.channels),
            (facts.duration_s, facts.codec.clone(), facts.channels)
        );
        let first = *size.get_or_insert(after.bytes);
        assert!(after.bytes < first + 8192, "grows with every change");
    }
    let said = probe(&path);
    assert_probe(&said, container, &wanted);
}

fn assert_probe(said: &serde_json::Value, container: Container, wanted: &Tags) {
    let tag = |name: &str| said["format"]["tags"][name].as_str().map(str::to_owned);
    assert_eq!(tag("title"), wanted.title, "{said:#}");
    assert_eq!(tag("artist"), wanted.artist);
    assert_eq!(tag("album"), wanted.album);
    assert!(tag("date").is_some_and(|date| date.starts_with("2025-06-01")), "{said:#}");
    assert_eq!(tag("comment"), wanted.comment);
    let own_id = if container == Container::Mp4 { "id" } else { "MEDIAFETCHER_ID" };
    if container != Container::Wav {
        assert_eq!(tag(own_id), wanted.site_id, "{said:#}");
        let lyrics = tag("lyrics").or(tag("lyrics-und"));
        assert_eq!(lyrics, wanted.lyrics, "{said:#}");
        let streams = said["streams"].as_array().unwrap();
        let cover = streams.iter().find(|stream| stream["codec_type"] == "video");
        assert!(cover.is_some_and(|cover| cover["disposition"]["attached_pic"] == 1), "{said:#}");
    }
}

#[test]
fn foreign_atoms_stay() {
    let folder = tempfile::tempdir().unwrap();
    let (path, container) = fixture(folder.path(), "m4a with moov first and tags");
    write_tags(&path, container, &tags(folder.path())).unwrap();
    assert_eq!(probe(&path)["format"]["tags"]["genre"], "Noise");
}

#[rstest]
#[case("wav plain")]
#[case("m4a")]
fn only_the_end_is_written_where_the_container_allows(#[case] kind: &str) {
    let folder = tempfile::tempdir().unwrap();
    let (path, container) = fixture(folder.path(), kind);
    let before = std::fs::read(&path).unwrap();
    write_tags(&path, container, &tags(folder.path())).unwrap();
    let after = std::fs::read(&path).unwrap();
    let audio_end =
        before.windows(4).rposition(|window| window == b"moov").map_or(before.len(), |at| at - 4);
    assert!(before[8..audio_end] == after[8..audio_end]);
}

#[test]
fn a_second_title_of_an_mp3_moves_no_audio() {
    let folder = tempfile::tempdir().unwrap();
    let (path, container) = fixture(folder.path(), "mp3 bare");
    let mut tags = tags(folder.path());
    write_tags(&path, container, &tags).unwrap();
    let before = path.metadata().unwrap().len();
    tags.title = Some("Another title, a little longer than the first".into());
    write_tags(&path, container, &tags).unwrap();
    assert_eq!(path.metadata().unwrap().len(), before);
}

#[test]
fn what_cannot_carry_tags_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let fragments = tone(
        folder.path(),
        "absolute.m4a",
        &["-c:a", "aac", "-movflags", "+empty_moov", "-frag_duration", "500000"],
    );
    let wide = tone(folder.path(), "wide.wav", &["-rf64", "always"]);
    for (path, container) in [(fragments, Container::Mp4), (wide, Container::Wav)] {
        let before = std::fs::read(&path).unwrap();
        assert!(inspect(&path, container).is_ok());
        let result = write_tags(&path, container, &tags(folder.path()));
        assert!(matches!(result, Err(MediaError::CannotTag(_))), "{result:?}");
        assert!(std::fs::read(&path).unwrap() == before);
    }
}

#[rstest]
#[case("mp3 bare")]
#[case("wav plain")]
#[case("m4a")]
fn no_tags_at_all_are_fine(#[case] kind: &str) {
    let folder = tempfile::tempdir().unwrap();
    let (path, container) = fixture(folder.path(), kind);
    let audio = audio_md5(&path);
    write_tags(&path, container, &Tags::default()).unwrap();
    assert_eq!(audio_md5(&path), audio);
    assert_eq!(read_tags(&path, container).unwrap(), Tags::default());
}
