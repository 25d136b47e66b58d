//! What is inside the files that come from pages: tracks of text, chapters, tags, the picture. And what a site may send
//! in their place, none of which costs the video.

use crate::sending::*;
use crate::stage::{Stage, until_true};
use protocol::method::*;
use protocol::shelf::*;
use protocol::{Balance, ErrorCode, LibraryItemId, SettingsPatch, Variant};
use serde_json::Value;
use simulator::ESCAPING_LANGUAGE;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

fn probe(file: &Path) -> Value {
    let mut command = Command::new("ffprobe");
    command.args(["-v", "error", "-show_format", "-show_streams", "-show_chapters", "-of", "json"]);
    serde_json::from_slice(&command.arg(file).output().unwrap().stdout).unwrap()
}

/// Languages of the tracks of text.
fn languages(probed: &Value) -> Vec<&str> {
    let streams = probed["streams"].as_array().unwrap().iter();
    let texts = streams.filter(|stream| stream["codec_name"] == "mov_text");
    texts.map(|text| text["tags"]["language"].as_str().unwrap()).collect()
}

fn has_cover(probed: &Value) -> bool {
    let streams = probed["streams"].as_array().unwrap();
    streams.iter().any(|stream| stream["disposition"]["attached_pic"] == 1)
}

fn details(stage: &Stage, item: LibraryItemId) -> LibraryDetails {
    stage.browser().ask::<ShowLibraryItem>(OfLibraryItem { item })
}

fn quickly(stage: &Stage) {
    let quick =
        SettingsPatch { encoder_preset: Some("ultrafast".into()), ..SettingsPatch::default() };
    stage.browser().change_settings(quick);
}

fn one() -> Balance {
    Balance { listed: 1, done: 1, ..Balance::default() }
}

#[test]
fn an_encoded_video_carries_its_subtitles_its_picture_and_what_its_page_says() {
    let stage = Stage::new(0);
    quickly(&stage);
    assert_eq!(sent(&stage, &["/watch/webm"]), one());
    let (item, path) = only(&stage);
    let probed = probe(&path);
    assert_eq!(languages(&probed), ["eng"]);
    assert!(has_cover(&probed));
    let tags = &probed["format"]["tags"];
    assert_eq!(tags["title"], "Tide at the pier");
    assert_eq!(tags["description"], "The tide comes in & goes out again, in five seconds.");
    let beside = path.with_extension("en.srt");
    until_true("the subtitles lie beside it for other players", || beside.is_file());
    let text = std::fs::read_to_string(&beside).unwrap();
    assert!(text.starts_with("1\n00:00:00,000 --> 00:00:02,000\nThe tide comes in.\n"), "{text}");
    assert!(details(&stage, item.id).left_out.is_empty());
    // A new name takes all of them along, and leaves none behind.
    let template =
        SettingsPatch { template: Some("{id} {title}".into()), ..SettingsPatch::default() };
    stage.browser().change_settings(template);
    assert_eq!(stage.start(&["library", "rename"]).end().0, 0);
    let moved = stage.library().join("webm-1 Tide at the pier.en.srt");
    until_true("they are renamed with it", || moved.is_file() && !beside.exists());
}

#[test]
fn what_is_kept_byte_for_byte_has_its_texts_beside_it_only() {
    let stage = Stage::new(0);
    let truth = stage.control().videos().truth("clip.mp4").unwrap().to_vec();
    assert_eq!(sent(&stage, &["/watch/mp4-texts"]), one());
    let (item, path) = only(&stage);
    assert!(std::fs::read(&path).unwrap() == truth);
    assert!(languages(&probe(&path)).is_empty());
    assert_eq!(details(&stage, item.id).subtitles, ["en"]);
    until_true("they lie beside it", || {
        ["en.vtt", "en.srt"].iter().all(|end| path.with_extension(end).is_file())
    });
}

#[test]
fn chapters_are_in_the_video_and_in_its_sound_and_those_without_sense_are_told() {
    let stage = Stage::new(0);
    quickly(&stage);
    assert_eq!(sent(&stage, &["/chapters"]), one());
    let (item, path) = only(&stage);
    let starts = |file: &Path| -> Vec<(String, String)> {
        let probed = probe(file);
        let all = probed["chapters"].as_array().unwrap().iter();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        all.map(|one| (text(&one["start_time"]), text(&one["tags"]["title"]))).collect()
    };
    let expected = [("0.000000", "Tide"), ("1.000000", "Gulls"), ("2.000000", "Ebb")];
    let expected = expected.map(|(start, title)| (start.to_owned(), title.to_owned()));
    assert_eq!(starts(&path), expected);
    let details = details(&stage, item.id);
    let told: Vec<_> =
        details.left_out.iter().map(|one| (one.code, &one.params["count"])).collect();
    assert_eq!(told, [(ErrorCode::ChaptersUnusable, &"2".to_owned())]);
    // The player reads them of the record.
    let record: Value = serde_json::from_str(&details.raw).unwrap();
    assert_eq!(record["chapters"].as_array().unwrap().len(), 3);
    for variant in [Variant::M4a, Variant::Opus] {
        let send = protocol::send::NewSend {
            key: variant.as_str().into(),
            pages: pages(&["/chapters"]),
            variant: Some(variant),
            session: Some(session(&stage)),
        };
        let job = stage.browser().ask::<SendPages>(send).job;
        assert_eq!(end_of(&stage, job), one());
        let sound = all(&stage).into_iter().find(|item| item.variant == variant).unwrap();
        assert_eq!(starts(&stage.library().join(&sound.name)), expected, "{variant}");
    }
    assert_tidy(&stage);
}

#[test]
fn subtitles_and_a_picture_that_are_none_cost_nothing_but_themselves_and_are_told() {
    let stage = Stage::new(0);
    quickly(&stage);
    assert_eq!(sent(&stage, &["/watch/texts"]), one());
    let (item, path) = only(&stage);
    let probed = probe(&path);
    // `null` is yt-dlp's word for a language that the page does not say.
    assert_eq!(languages(&probed), ["deu", "eng", "und"]);
    assert!(!has_cover(&probed));
    let details = details(&stage, item.id);
    assert_eq!(details.subtitles, ["de", "en", "null"]);
    let told: BTreeMap<ErrorCode, Option<&str>> = details
        .left_out
        .iter()
        .map(|one| (one.code, one.params.get("languages").map(String::as_str)))
        .collect();
    // To yt-dlp, an empty file is one that did not come.
    let missing = format!("{ESCAPING_LANGUAGE}, fr, ja, nl");
    let expected = [
        (ErrorCode::SubtitlesMissing, Some(missing.as_str())),
        (ErrorCode::SubtitlesUnreadable, Some("it")),
        (ErrorCode::PictureUnusable, None),
    ];
    assert_eq!(told, BTreeMap::from(expected));
    let texts = OfSubtitles { item: item.id, language: "de".into() };
    assert!(stage.browser().ask::<ReadSubtitles>(texts).vtt.starts_with("WEBVTT"));
    let mut names: Vec<String> = std::fs::read_dir(stage.library())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    assert!(names.iter().all(|name| !name.contains("escaped")), "{names:?}");
    assert_tidy(&stage);
}
