//! Real files through the real ffprobe and ffmpeg, and programs that misbehave in their place.
#![cfg(unix)]

mod adding;
mod failing;
mod stage;
#[path = "../support/mod.rs"]
mod support;

use media::Program;
use media::convert::{AudioFormat, Form, Plan, Want, Wishes, plan};
use stage::*;
use support::{audio_md5, ffmpeg};
use tokio_util::sync::CancellationToken;

#[tokio::test]
async fn a_webm_becomes_a_video_that_browsers_play_and_tells_how_far_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let source =
        film(folder.path(), "-a 'b': %03d.webm", &["-c:v", "libvpx", "-metadata", "title=Tide"]);
    let Plan::Convert(recipe) = plan(&probed(&source).await, &quick(Want::Video)) else { panic!() };
    let mut told = Vec::new();
    let ffmpeg = found(Program::Ffmpeg).await;
    let (result, output) =
        convert_with(&ffmpeg, &source, &recipe, &CancellationToken::new(), &mut |progress| {
            told.push(progress)
        })
        .await
        .unwrap();
    assert_eq!(codecs(&result), ["h264", "aac"]);
    assert_eq!(plan(&result, &Wishes::default()), Plan::Keep(Form::Mp4));
    let picture = &result.streams[0];
    assert_eq!((picture.width, picture.height), (Some(160), Some(90)));
    assert_eq!(picture.pix_fmt.as_deref(), Some("yuv420p"));
    assert_eq!(result.tags["title"], "Tide");
    let bytes = std::fs::read(output).unwrap();
    assert!(position(&bytes, b"moov") < position(&bytes, b"mdat"), "the index is at the end");
    let last = told.last().unwrap().fraction.unwrap();
    assert!(last > 0.9, "{told:?}");
    assert!(told.windows(2).all(|pair| pair[0].fraction <= pair[1].fraction), "{told:?}");
}

#[tokio::test]
async fn a_matroska_with_the_right_codecs_is_packed_anew_with_all_that_it_has() {
    let folder = tempfile::tempdir().unwrap();
    let subtitles = folder.path().join("s.srt");
    std::fs::write(&subtitles, "1\n00:00:00,500 --> 00:00:02,000\nHello\n").unwrap();
    let chapters = folder.path().join("c.txt");
    let text = ";FFMETADATA1\ntitle=Tide\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=1500\ntitle=One\n\
                [CHAPTER]\nTIMEBASE=1/1000\nSTART=1500\nEND=3000\ntitle=Two\n";
    std::fs::write(&chapters, text).unwrap();
    let (subtitles, chapters) = (subtitles.to_str().unwrap(), chapters.to_str().unwrap());
    let source = film(
        folder.path(),
        "a.mkv",
        &[
            "-i",
            subtitles,
            "-f",
            "ffmetadata",
            "-i",
            chapters,
            "-map",
            "0",
            "-map",
            "1",
            "-map",
            "2",
            "-map_metadata",
            "3",
            "-c:v",
            "libx264",
            "-preset",
            "ultrafast",
            "-vf",
            "crop=160:90",
            "-pix_fmt",
            "yuv420p",
            "-c:a",
            "aac",
        ],
    );
    let before = probed(&source).await;
    assert!(matches!(plan(&before, &Wishes::default()), Plan::Remux(_)), "{before:?}");
    let (result, output) = convert(&source, &Wishes::default()).await.unwrap();
    assert_eq!(codecs(&result)[..3], ["h264", "aac", "mov_text"]);
    let titles: Vec<_> = result.chapters.iter().map(|chapter| chapter.title.as_deref()).collect();
    assert_eq!(titles, [Some("One"), Some("Two")]);
    assert_eq!(result.tags["title"], "Tide");
    assert_eq!(audio_md5(&source), audio_md5(&output));
}

#[tokio::test]
async fn what_plays_as_it_is_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let files: &[(&str, &[&str], Form)] = &[
        ("a.mp3", &[], Form::Mp3),
        ("a.m4a", &[], Form::M4a),
        ("a.wav", &[], Form::Wav),
        ("a.flac", &[], Form::Flac),
        ("a.opus", &[], Form::Opus),
    ];
    for (name, arguments, form) in files {
        let file = folder.path().join(name);
        ffmpeg(&[SOUND, arguments].concat(), &file);
        assert_eq!(plan(&probed(&file).await, &Wishes::default()), Plan::Keep(*form), "{name}");
    }
    let arguments = &["-c:v", "libx264", "-vf", "crop=160:90", "-pix_fmt", "yuv420p"];
    let file = film(folder.path(), "a.mp4", arguments);
    assert_eq!(plan(&probed(&file).await, &Wishes::default()), Plan::Keep(Form::Mp4));
}

#[tokio::test]
async fn sound_alone_is_taken_in_each_format() {
    let folder = tempfile::tempdir().unwrap();
    let source =
        film(folder.path(), "a.webm", &["-c:v", "libvpx", "-ac", "6", "-c:a", "libvorbis"]);
    for (format, codec) in
        [(AudioFormat::M4a, "aac"), (AudioFormat::Mp3, "mp3"), (AudioFormat::Opus, "opus")]
    {
        let (result, _) = convert(&source, &quick(Want::Audio(format))).await.unwrap();
        assert_eq!(codecs(&result), [codec]);
        assert_eq!(plan(&result, &quick(Want::Audio(format))), Plan::Keep(format.form()));
    }
}

#[tokio::test]
async fn opus_leaves_a_webm_without_loss() {
    let folder = tempfile::tempdir().unwrap();
    let source = film(folder.path(), "a.webm", &["-c:v", "libvpx", "-c:a", "libopus"]);
    let (result, output) = convert(&source, &quick(Want::Audio(AudioFormat::Opus))).await.unwrap();
    assert_eq!(result.container, "ogg");
    assert_eq!(packets_md5(&source), packets_md5(&output));
}

#[tokio::test]
async fn cover_and_title_go_along() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("cover.jpg"), support::jpeg(folder.path())).unwrap();
    let (cover, source) = (folder.path().join("cover.jpg"), folder.path().join("a.m4a"));
    let arguments = [
        "-i",
        cover.to_str().unwrap(),
        "-map",
        "0",
        "-map",
        "1",
        "-c:a",
        "alac",
        "-c:v",
        "copy",
        "-disposition:v",
        "attached_pic",
        "-metadata",
        "title=Tide",
    ];
    ffmpeg(&[SOUND, &arguments].concat(), &source);
    for (wishes, form) in
        [(quick(Want::Video), "flac"), (quick(Want::Audio(AudioFormat::Mp3)), "mp3")]
    {
        let (result, _) = convert(&source, &wishes).await.unwrap();
        assert!(result.is_in(form));
        assert!(result.streams.iter().any(|stream| stream.attached_pic), "{result:?}");
        assert_eq!(result.tags["title"], "Tide");
    }
    let opus = folder.path().join("b.opus");
    ffmpeg(&[SOUND, &["-metadata", "title=Ebb"]].concat(), &opus);
    let (result, _) = convert(&opus, &quick(Want::Audio(AudioFormat::M4a))).await.unwrap();
    assert_eq!(result.tags["title"], "Ebb");
}
