//! Subtitles and pictures as sites have them, and as no site should.

use crate::site::{Answer, Site};
use crate::{fetch, nest, unread, webm};
use media::convert::{AudioFormat, Want};
use media::ytdlp::{Fetched, MOST_LANGUAGES, Taste};
use std::path::Path;
use tempfile::TempDir;

const SAID: &str = "WEBVTT\n\n00:00.000 --> 00:01.000\nHello\n";

/// Fetches a page whose video has these tracks, each a language and a path, and a picture at `/p.jpg`.
async fn fetched(tracks: &[(&str, &str)], more: Vec<(&str, Answer)>) -> (Fetched, TempDir, Site) {
    let tracks: String = tracks
        .iter()
        .map(|(language, path)| {
            format!("<track kind='subtitles' srclang='{language}' src='{path}'>")
        })
        .collect();
    let page = format!("<video src='a.webm' poster='/p.jpg'>{tracks}</video>");
    let mut answers = vec![
        ("/page", Answer::page(&page)),
        ("/a.webm", Answer::of("video/webm", webm())),
        ("/s.vtt", Answer::of("text/vtt", SAID)),
    ];
    answers.extend(more);
    let (site, folder) = (Site::start(answers), tempfile::tempdir().unwrap());
    let taste = Taste::default();
    let fetched =
        fetch(&unread(&site, "/page"), &nest(&folder), &taste, &mut |_| {}).await.unwrap();
    assert!(fetched.file.is_file());
    (fetched, folder, site)
}

fn languages(fetched: &Fetched) -> Vec<&str> {
    fetched.subtitles.iter().map(|one| one.language.as_str()).collect()
}

#[tokio::test]
async fn what_a_site_lists_and_does_not_have_costs_only_itself() {
    let tracks = [("en", "/s.vtt"), ("fr", "/none.vtt"), ("it", "/refused.vtt"), ("de", "/s.srt")];
    let more = vec![
        ("/refused.vtt", Answer::refusal("403 Forbidden")),
        ("/s.srt", Answer::of("text/plain", "1\n00:00:00,000 --> 00:00:01,000\nHallo\n")),
    ];
    let (fetched, _folder, _site) = fetched(&tracks, more).await;
    assert_eq!(languages(&fetched), ["de", "en"]);
    assert!(
        fetched.subtitles.iter().all(|one| one.file.extension().is_some_and(|end| end == "vtt"))
    );
    assert_eq!(fetched.info.texts.len(), 4);
    assert!(fetched.info.has_picture && fetched.thumbnail.is_none());
}

#[tokio::test]
async fn subtitles_that_are_broken_or_no_text_do_not_keep_others_from_coming() {
    // yt-dlp gives up when the first of these cannot be made WebVTT.
    let tracks = [("aa", "/broken.srt"), ("en", "/s.vtt"), ("zz", "/s.srt")];
    let more = vec![
        ("/broken.srt", Answer::of("text/plain", "<html>no</html>")),
        ("/s.srt", Answer::of("text/plain", "1\n00:00:00,000 --> 00:00:01,000\nHallo\n")),
    ];
    let (fetched, _folder, _site) = fetched(&tracks, more).await;
    assert_eq!(languages(&fetched), ["aa", "en", "zz"]);
    let last = std::fs::read(&fetched.subtitles[2].file).unwrap();
    assert_eq!(media::subtitle::cues(&last).len(), 1);
}

#[tokio::test]
async fn what_is_far_too_large_is_left() {
    let flood = SAID.repeat(50_000_000 / SAID.len());
    let more = vec![
        ("/flood.vtt", Answer::of("text/vtt", flood)),
        ("/p.jpg", Answer::of("image/jpeg", vec![0xff; 100 << 20])),
    ];
    let (fetched, _folder, _site) = fetched(&[("en", "/s.vtt"), ("ja", "/flood.vtt")], more).await;
    assert_eq!(languages(&fetched), ["en"]);
    assert_eq!(fetched.thumbnail, None);
}

#[tokio::test]
async fn of_two_hundred_languages_some_come_and_none_leads_out_of_the_folder() {
    let codes: Vec<String> = (0..200).map(|n| format!("x{n:03}")).collect();
    let mut tracks: Vec<(&str, &str)> =
        codes.iter().map(|code| (code.as_str(), "/s.vtt")).collect();
    tracks.extend([("../x", "/s.vtt"), ("/../x", "/s.vtt"), ("", "/s.vtt"), (".*", "/s.vtt")]);
    let (fetched, folder, site) = fetched(&tracks, Vec::new()).await;
    assert_eq!(fetched.subtitles.len(), MOST_LANGUAGES);
    assert!(fetched.info.texts.len() > 200);
    let asked = site.requests().iter().filter(|head| head.contains("/s.vtt")).count();
    assert!(asked <= MOST_LANGUAGES, "{asked}");
    let strays = |folder: &Path| folder.join("x.vtt").exists();
    assert!(!strays(folder.path()) && !strays(folder.path().parent().unwrap()));
}

#[tokio::test]
async fn sound_alone_comes_with_its_picture_and_without_texts() {
    let folder = tempfile::tempdir().unwrap();
    let picture = crate::support::jpeg(folder.path());
    let page = "<video src='a.webm' poster='/p.jpg'><track srclang='en' src='/s.vtt'></video>";
    let site = Site::start(vec![
        ("/page", Answer::page(page)),
        ("/a.webm", Answer::of("video/webm", webm())),
        ("/s.vtt", Answer::of("text/vtt", SAID)),
        ("/p.jpg", Answer::of("image/jpeg", picture)),
    ]);
    let folder = tempfile::tempdir().unwrap();
    let taste = Taste { want: Want::Audio(AudioFormat::M4a), ..Taste::default() };
    let fetched =
        fetch(&unread(&site, "/page"), &nest(&folder), &taste, &mut |_| {}).await.unwrap();
    assert!(fetched.subtitles.is_empty() && fetched.thumbnail.is_some());
    assert!(site.requests().iter().all(|head| !head.contains("/s.vtt")));
}
