//! What belongs to a thing: its subtitles and its picture.
//!
//! They are fetched by a run of their own, from what yt-dlp wrote of the thing. A subtitle that the site lists and does
//! not have would else fail the media that came whole; so would one that is endless, and yt-dlp knows no limit for
//! pictures.

use super::error::FetchError;
use super::fetch::{OUTPUT, split};
use super::{Language, Nest, YtDlp};
use crate::process::{self, Heard, Watch};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

/// So many languages of one thing are fetched.
pub const MOST_LANGUAGES: usize = 100;
/// A code is part of a file's name, in bytes.
const CODE_LIMIT: usize = 35;
/// Of one file of subtitles, in bytes.
const LARGEST_TEXT: &str = "16M";
/// A picture to look at is smaller, in bytes.
const LARGEST_PICTURE: u64 = 32 << 20;
/// Of all together, in bytes: what a server sends without saying how much is noticed by this.
const MOST_BYTES: u64 = 64 << 20;
/// Of all together; what came until then is kept.
const MOST_TIME: Duration = Duration::from_secs(300);
/// Between two looks at what came.
const LOOK: Duration = Duration::from_millis(250);
const SUBTITLES: &[&str] = &["vtt", "srt", "ass", "ssa", "ttml", "lrc"];
const PICTURES: &[&str] = &["jpg", "jpeg", "png", "webp", "avif", "gif"];

/// Subtitles of a thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subtitle {
    /// The site's name for the language, such as `en` or `pt-BR`.
    pub language: String,
    /// Its file.
    pub file: PathBuf,
}

/// What there is to fetch.
pub(super) struct Beside<'a> {
    /// The media, which is there.
    pub media: &'a Path,
    /// What yt-dlp wrote of it.
    pub info: &'a Path,
    /// The languages that are wanted.
    pub texts: &'a [Language],
    pub has_picture: bool,
}

impl YtDlp {
    /// Fetches what it can; gives the subtitles by language, and the picture.
    ///
    /// # Errors
    /// `Cancelled`, and those of a folder that cannot be read.
    pub(super) async fn fetch_beside(
        &self,
        wanted: &Beside<'_>,
        nest: &Nest<'_>,
        cancel: &CancellationToken,
    ) -> Result<(Vec<Subtitle>, Option<PathBuf>), FetchError> {
        let codes = codes(wanted.texts);
        if codes.is_empty() && !wanted.has_picture {
            return Ok((Vec::new(), None));
        }
        // What another program has fetched was decided for the media.
        let mut command = self.command(&Nest { owned: None, ..*nest });
        command
            .args(["--skip-download", "--no-playlist", "--ignore-errors", "--force-overwrites"])
            .args(["--output", OUTPUT, "--max-filesize", LARGEST_TEXT]);
        if !codes.is_empty() {
            command.args(["--write-subs", "--sub-langs", &codes.join(",")]);
            command.args(["--sub-format", "vtt/srt/best", "--convert-subs", "vtt"]);
        }
        if wanted.has_picture {
            command.arg("--write-thumbnail");
        }
        command.arg("--load-info-json").arg(wanted.info);
        let ended_well = self.run_within_limits(command, nest.folder, cancel).await?;
        let (mut subtitles, picture) = found(nest.folder, wanted.media)?;
        subtitles.retain(|subtitle| codes.contains(&subtitle.language.as_str()));
        // Subtitles get their names when they are whole; a picture is written under its own.
        Ok((subtitles, picture.filter(|_| ended_well)))
    }

    /// Whether it came to its own end.
    async fn run_within_limits(
        &self,
        command: tokio::process::Command,
        folder: &Path,
        cancel: &CancellationToken,
    ) -> Result<bool, FetchError> {
        let (stop, started) = (cancel.child_token(), Instant::now());
        let before = bytes_in(folder);
        let watch =
            Watch { patience: self.patience, hears_stderr: true, nice: true, cancel: &stop };
        let run = process::run(command, watch, |_| Heard::Further(self.patience));
        tokio::pin!(run);
        let ended = loop {
            tokio::select! {
                ended = &mut run => break ended,
                () = tokio::time::sleep(LOOK) => {
                    let grown = bytes_in(folder).saturating_sub(before);
                    if grown > MOST_BYTES || started.elapsed() > MOST_TIME {
                        stop.cancel();
                    }
                }
            }
        };
        if cancel.is_cancelled() {
            return Err(FetchError::Cancelled);
        }
        Ok(ended.is_ok())
    }
}

/// Those that can be part of a file's name, and are no pattern and no option of yt-dlp's.
fn codes(texts: &[Language]) -> Vec<&str> {
    let is_plain = |code: &&str| {
        (1..=CODE_LIMIT).contains(&code.len())
            && !code.starts_with(['-', '_'])
            && *code != "all"
            && code.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    };
    texts.iter().map(|text| text.code.as_str()).filter(is_plain).take(MOST_LANGUAGES).collect()
}

fn bytes_in(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.filter_map(|entry| Some(entry.metadata().ok()?.len())).sum()
}

fn found(folder: &Path, media: &Path) -> Result<(Vec<Subtitle>, Option<PathBuf>), FetchError> {
    let (mut subtitles, mut picture) = (Vec::<Subtitle>::new(), None);
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let Some((middle, extension)) = name.to_str().and_then(split) else { continue };
        if entry.path() == media || !entry.file_type()?.is_file() {
            continue;
        }
        match middle {
            Some(language) if SUBTITLES.contains(&extension) => {
                subtitles.push(Subtitle { language: language.to_owned(), file: entry.path() });
            }
            None if PICTURES.contains(&extension) && entry.metadata()?.len() <= LARGEST_PICTURE => {
                picture = Some(entry.path());
            }
            _ => {}
        }
    }
    subtitles.sort_by(|a, b| (&a.language, is_other(a)).cmp(&(&b.language, is_other(b))));
    subtitles.dedup_by(|later, earlier| later.language == earlier.language);
    Ok((subtitles, picture))
}

/// It was to become WebVTT and may still lie beside that.
fn is_other(subtitle: &Subtitle) -> bool {
    subtitle.file.extension().is_none_or(|extension| extension != "vtt")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_codes_that_are_plain_names_are_asked_for() {
        let text = |code: &str| Language { code: code.into(), title: None };
        let long = "x".repeat(36);
        let told = ["en", "pt-BR", "../x", "", "all", "-en", ".*", "a,b", "en\n", "null", &long];
        assert_eq!(codes(&told.map(text)), ["en", "pt-BR", "null"]);
        let many: Vec<Language> = (0..200).map(|n| text(&format!("x{n}"))).collect();
        assert_eq!(codes(&many).len(), MOST_LANGUAGES);
    }
}
