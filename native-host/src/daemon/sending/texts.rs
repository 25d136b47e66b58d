//! Subtitles that came with a video: looked through, and made what the library and the file take.
//!
//! What a site calls subtitles may be a page that says they are gone, half a file, or far too much. None of that costs
//! the video: what is good is kept, and of the rest the person is told.

use media::subtitle;
use media::ytdlp::{Language, MOST_LANGUAGES, Subtitle};
use protocol::{ErrorBody, ErrorCode};
use std::io;
use std::path::{Path, PathBuf};

/// All texts of a film together, in bytes.
const MOST_TEXT: u64 = 16 << 20;
/// So many languages are named when the person is told of them.
const MOST_NAMED: usize = 10;

/// Good subtitles.
pub(super) struct Text {
    /// The language as the site names it.
    pub language: String,
    /// What the site calls them.
    pub title: Option<String>,
    /// Their file of WebVTT, which browsers play: as it came, where it came as that.
    pub webvtt: PathBuf,
    /// The same as SubRip, none of it after the film's end.
    pub subrip: PathBuf,
}

/// What became of all that a site tells of.
#[derive(Default)]
pub(super) struct Sorted {
    pub kept: Vec<Text>,
    /// Why others are not.
    pub left_out: Vec<ErrorBody>,
}

/// Looks through what came. New files go to `folder`.
///
/// # Errors
/// When the disk refuses.
pub(super) fn sort(
    told: &[Language],
    came: &[Subtitle],
    folder: &Path,
    duration_s: Option<f64>,
) -> io::Result<Sorted> {
    let mut kept = Vec::new();
    let (mut missing, mut unreadable, mut too_much) = (Vec::new(), Vec::new(), Vec::new());
    let mut room = MOST_TEXT;
    for (nth, Language { code, title }) in told.iter().enumerate() {
        let Some(one) = came.iter().find(|one| one.language == *code) else {
            let place = if nth < MOST_LANGUAGES { &mut missing } else { &mut too_much };
            place.push(code.as_str());
            continue;
        };
        let Some(left) = room.checked_sub(one.file.metadata()?.len()) else {
            too_much.push(code.as_str());
            continue;
        };
        room = left;
        match text(one, title.clone(), &folder.join(format!("text-{nth}")), duration_s)? {
            Some(text) => kept.push(text),
            None => unreadable.push(code.as_str()),
        }
    }
    let left_out = [
        (ErrorCode::SubtitlesMissing, missing),
        (ErrorCode::SubtitlesUnreadable, unreadable),
        (ErrorCode::SubtitlesTooMuch, too_much),
    ];
    let left_out = left_out.iter().filter(|(_, codes)| !codes.is_empty());
    let left_out = left_out.map(|(code, codes)| told_of(*code, codes)).collect();
    Ok(Sorted { kept, left_out })
}

/// `None` when nothing is said in them.
fn text(
    came: &Subtitle,
    title: Option<String>,
    beside: &Path,
    duration_s: Option<f64>,
) -> io::Result<Option<Text>> {
    let cues = subtitle::cues(&std::fs::read(&came.file)?);
    if cues.is_empty() {
        return Ok(None);
    }
    let webvtt = match came.file.extension().is_some_and(|extension| extension == "vtt") {
        true => came.file.clone(),
        false => {
            let made = beside.with_extension("vtt");
            std::fs::write(&made, subtitle::webvtt(&cues))?;
            made
        }
    };
    let shown = subtitle::until(cues, duration_s.unwrap_or(f64::MAX));
    let subrip = beside.with_extension("srt");
    std::fs::write(&subrip, subtitle::subrip(&shown))?;
    // Where all is said after the end, a track would be empty.
    let is_shown = !shown.is_empty();
    Ok(is_shown.then(|| Text { language: came.language.clone(), title, webvtt, subrip }))
}

fn told_of(code: ErrorCode, codes: &[&str]) -> ErrorBody {
    let mut named = codes[..codes.len().min(MOST_NAMED)].join(", ");
    if codes.len() > MOST_NAMED {
        named.push_str(&format!(" … (+{})", codes.len() - MOST_NAMED));
    }
    ErrorBody::new(code).with("languages", named)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn language(code: impl Into<String>) -> Language {
        Language { code: code.into(), title: None }
    }

    #[test]
    fn what_is_good_is_kept_and_the_rest_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, content: &str| {
            let (_, code) = name.split_once('.').unwrap();
            let file = folder.path().join(name);
            std::fs::write(&file, content).unwrap();
            Subtitle { language: code.split('.').next().unwrap().into(), file }
        };
        let said = "00:01.000 --> 00:09.000\nHello\n";
        let came = [
            file("media.de.srt", "1\n00:00:01,000 --> 00:00:02,000\nHallo\n"),
            file("media.en.vtt", &format!("WEBVTT\n\n{said}")),
            file("media.es.vtt", "WEBVTT\n\n00:59.000 --> 01:00.000\nLater\n"),
            file("media.fr.vtt", ""),
            file("media.it.vtt", "<html>404</html>"),
            file("media.ja.vtt", &said.repeat(1 + (16 << 20) / said.len())),
        ];
        let told = ["../x", "de", "en", "es", "fr", "it", "ja"].map(language);
        let sorted = sort(&told, &came, folder.path(), Some(5.0)).unwrap();
        let kept: Vec<&str> = sorted.kept.iter().map(|text| text.language.as_str()).collect();
        assert_eq!(kept, ["de", "en"]);
        assert!(std::fs::read_to_string(&sorted.kept[0].webvtt).unwrap().starts_with("WEBVTT"));
        let english = std::fs::read_to_string(&sorted.kept[1].subrip).unwrap();
        assert_eq!(english, "1\n00:00:01,000 --> 00:00:05,000\nHello\n\n");
        let left_out: BTreeMap<ErrorCode, &str> = sorted
            .left_out
            .iter()
            .map(|one| (one.code, one.params["languages"].as_str()))
            .collect();
        let expected = [
            (ErrorCode::SubtitlesMissing, "../x"),
            (ErrorCode::SubtitlesUnreadable, "es, fr, it"),
            (ErrorCode::SubtitlesTooMuch, "ja"),
        ];
        assert_eq!(left_out, BTreeMap::from(expected));
    }

    #[test]
    fn of_too_many_languages_the_last_are_left_out() {
        let folder = tempfile::tempdir().unwrap();
        let told: Vec<Language> = (0..200).map(|n| language(format!("x{n}"))).collect();
        let came: Vec<Subtitle> = told[..MOST_LANGUAGES]
            .iter()
            .map(|Language { code, .. }| {
                let file = folder.path().join(format!("media.{code}.vtt"));
                std::fs::write(&file, "00:01.000 --> 00:02.000\nHello\n").unwrap();
                Subtitle { language: code.clone(), file }
            })
            .collect();
        let sorted = sort(&told, &came, folder.path(), None).unwrap();
        assert_eq!((sorted.kept.len(), sorted.left_out.len()), (MOST_LANGUAGES, 1));
        assert_eq!(sorted.left_out[0].code, ErrorCode::SubtitlesTooMuch);
        assert!(sorted.left_out[0].params["languages"].ends_with("x109 … (+90)"));
    }
}
