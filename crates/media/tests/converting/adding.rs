//! What a page brings beyond the media, put into the file that is made.

use crate::stage::*;
use crate::support;
use media::Program;
use media::convert::{
    Additions, AudioFormat, Chapter, ConvertError, Form, Plan, Sheet, StreamKind, Text, Want,
    Wishes, picture, plan,
};
use serde_json::Value;
use std::path::{Path, PathBuf};
use tokio_util::sync::CancellationToken;

fn text(folder: &Path, language: &str, title: Option<&str>, said: &str) -> Text {
    let file = folder.join(format!("{}.srt", said.len()));
    std::fs::write(&file, format!("1\n00:00:00,500 --> 00:00:02,000\n{said}\n\n")).unwrap();
    Text { file, language: language.into(), title: title.map(str::to_owned) }
}

fn sheet(folder: &Path) -> Sheet {
    let chapter = |start_s: f64, title: &str| Chapter {
        start_s,
        end_s: start_s + 1.5,
        title: Some(title.into()),
    };
    let tags = [
        ("title", "Tide; #1 = all".to_owned()),
        ("artist", "Pier".to_owned()),
        ("description", "Comes in,\nand\\goes out.".to_owned()),
    ];
    let chapters = [chapter(0.0, "In"), chapter(1.5, "Out\n[CHAPTER]")];
    Sheet::write(&folder.join("sheet.txt"), &tags, &chapters).unwrap()
}

fn additions(folder: &Path) -> Additions {
    Additions {
        texts: vec![
            text(folder, "en", Some("English (auto)"), "The tide comes in."),
            text(folder, "pt-BR", None, "A maré sobe."),
            text(folder, "../x", None, "?"),
        ],
        sheet: Some(sheet(folder)),
    }
}

/// What ffprobe says of the tracks of text: language, name, and what is said first.
fn texts(file: &Path) -> Vec<[String; 3]> {
    let probed = support::probe(file);
    let streams = probed["streams"].as_array().unwrap().iter();
    let texts = streams.filter(|stream| stream["codec_type"] == "subtitle");
    let tag = |stream: &Value, name: &str| stream["tags"][name].as_str().unwrap().to_owned();
    let said = |stream: &Value| {
        let index = stream["index"].to_string();
        let mut command = std::process::Command::new("ffmpeg");
        command.args(["-v", "error", "-nostdin", "-i"]).arg(file);
        let output = command.args(["-map", &format!("0:{index}"), "-f", "srt", "-"]).output();
        let text = String::from_utf8(output.unwrap().stdout).unwrap();
        text.lines().nth(2).unwrap_or_default().to_owned()
    };
    texts.map(|one| [tag(one, "language"), tag(one, "handler_name"), said(one)]).collect()
}

fn chapters(file: &Path) -> Vec<(String, String)> {
    let mut command = std::process::Command::new("ffprobe");
    command.args(["-v", "error", "-show_chapters", "-of", "json"]).arg(file);
    let json: Value = serde_json::from_slice(&command.output().unwrap().stdout).unwrap();
    let all = json["chapters"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    all.map(|one| (text(&one["start_time"]), text(&one["tags"]["title"]))).collect()
}

async fn made(source: &Path, wishes: &Wishes, added: &Additions) -> PathBuf {
    convert_adding(source, wishes, added).await.unwrap().1
}

#[tokio::test]
async fn what_is_encoded_gets_subtitles_chapters_and_tags() {
    let folder = tempfile::tempdir().unwrap();
    let source = film(folder.path(), "a.webm", &["-c:v", "libvpx", "-metadata", "title=a.webm"]);
    let output = made(&source, &quick(Want::Video), &additions(folder.path())).await;
    let expected = [
        ["eng", "English (auto)", "The tide comes in."],
        ["por", "pt-BR", "A maré sobe."],
        ["und", "../x", "?"],
    ];
    assert_eq!(texts(&output), expected.map(|one| one.map(str::to_owned)));
    let starts = [("0.000000", "In"), ("1.500000", "Out\n[CHAPTER]")];
    assert_eq!(chapters(&output), starts.map(|(start, title)| (start.into(), title.into())));
    let tags = &support::probe(&output)["format"]["tags"];
    assert_eq!((&tags["title"], &tags["artist"]), (&"Tide; #1 = all".into(), &"Pier".into()));
    assert_eq!(tags["description"], "Comes in,\nand\\goes out.");
    assert_eq!(plan(&probed(&output).await, &Wishes::default()), Plan::Keep(Form::Mp4));
}

#[tokio::test]
async fn what_is_packed_anew_keeps_its_own_chapters_and_texts_beside_those_of_its_page() {
    let folder = tempfile::tempdir().unwrap();
    let own = text(folder.path(), "", None, "Of the file itself");
    let chapters_file = folder.path().join("c.txt");
    let one = ";FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=3000\ntitle=Own\n";
    std::fs::write(&chapters_file, one).unwrap();
    let [own, chapters_file] = [&own.file, &chapters_file].map(|path| path.to_str().unwrap());
    let arguments = ["-i", own, "-f", "ffmetadata", "-i", chapters_file, "-map_chapters", "3"];
    let maps = ["-map", "0", "-map", "1", "-map", "2", "-metadata:s:2", "language=fra"];
    let codecs = ["-c:v", "libx264", "-vf", "crop=160:90", "-pix_fmt", "yuv420p", "-c:a", "aac"];
    let source = film(folder.path(), "a.mkv", &[&arguments[..], &maps, &codecs].concat());
    assert!(matches!(plan(&probed(&source).await, &Wishes::default()), Plan::Remux(_)));
    let output = made(&source, &Wishes::default(), &additions(folder.path())).await;
    let languages: Vec<String> =
        texts(&output).into_iter().map(|[language, ..]| language).collect();
    assert_eq!(languages, ["fra", "eng", "por", "und"]);
    assert_eq!(chapters(&output), [("0.000000".to_owned(), "Own".to_owned())]);
    assert_eq!(support::audio_md5(&source), support::audio_md5(&output));
}

#[tokio::test]
async fn sound_alone_gets_chapters_and_tags_and_no_texts() {
    let folder = tempfile::tempdir().unwrap();
    let source = film(folder.path(), "a.webm", &["-c:v", "libvpx"]);
    for format in [AudioFormat::M4a, AudioFormat::Opus, AudioFormat::Mp3] {
        let output = made(&source, &quick(Want::Audio(format)), &additions(folder.path())).await;
        assert_eq!(chapters(&output).len(), 2, "{format:?}");
        let found = probed(&output).await;
        assert_eq!(found.tags["title"], "Tide; #1 = all", "{format:?}");
        assert!(found.streams.iter().all(|stream| stream.kind != StreamKind::Subtitle));
    }
}

#[tokio::test]
async fn a_hundred_languages_and_a_thousand_chapters_are_taken() {
    let folder = tempfile::tempdir().unwrap();
    let source = film(folder.path(), "a.webm", &["-c:v", "libvpx"]);
    let one = text(folder.path(), "en", None, "Hello");
    let chapter = |n: u32| Chapter {
        start_s: f64::from(n) * 0.003,
        end_s: f64::from(n) * 0.003 + 0.003,
        title: Some(format!("{n}")),
    };
    let chapters: Vec<Chapter> = (0..1000).map(chapter).collect();
    let added = Additions {
        texts: vec![one; 100],
        sheet: Some(Sheet::write(&folder.path().join("sheet.txt"), &[], &chapters).unwrap()),
    };
    let output = made(&source, &quick(Want::Video), &added).await;
    let found = probed(&output).await;
    let texts = found.streams.iter().filter(|stream| stream.kind == StreamKind::Subtitle);
    assert_eq!(texts.count(), 100);
    assert_eq!(found.chapters.len(), 1000);
}

#[tokio::test]
async fn a_picture_of_any_kind_becomes_a_jpeg_and_what_is_none_is_damaged() {
    let folder = tempfile::tempdir().unwrap();
    let program = found(Program::Ffmpeg).await;
    let cancel = CancellationToken::new();
    let output = folder.path().join("made.jpg");
    for name in ["a.webp", "a.gif", "a.png"] {
        let file = folder.path().join(name);
        support::ffmpeg(&["-f", "lavfi", "-i", "testsrc=size=1600x900", "-frames:v", "1"], &file);
        picture(&program, &file, &output, &cancel).await.unwrap();
        let stream = &support::probe(&output)["streams"][0];
        assert_eq!((&stream["codec_name"], &stream["width"]), (&"mjpeg".into(), &1280.into()));
    }
    let page = folder.path().join("page.jpg");
    std::fs::write(&page, "<html>Not found</html>").unwrap();
    let error = picture(&program, &page, &output, &cancel).await.unwrap_err();
    assert!(matches!(error, ConvertError::Damaged(_)), "{error:?}");
}
