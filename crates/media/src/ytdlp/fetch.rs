//! Fetching one thing.

use super::beside::{Beside, Subtitle};
use super::command::address;
use super::error::FetchError;
use super::info::Info;
use super::progress::{self, Progress};
use super::{Entry, Nest, YtDlp, complaint};
use crate::convert::{AudioFormat, Want};
use crate::process::{self, Heard, Lines, Stop, Watch};
use serde::Deserialize;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use tokio::process::Command;
use tokio_util::sync::CancellationToken;

/// What the line about the finished file begins with.
const FILE_MARK: &str = "MF-FILE";
const FILE_TEMPLATE: &str = "after_move:MF-FILE%(.{filepath})j";
/// Every file is named like this, whatever the site says.
pub(super) const STEM: &str = "media";
/// [`STEM`] as yt-dlp is told of it.
pub(super) const OUTPUT: &str = "media.%(ext)s";
const LINE_LIMIT: usize = 64 * 1024;
/// Four lines of progress a second do not reach this in a day.
const WORDS_LIMIT: usize = 64 << 20;
/// Joining picture and sound moves the whole file in silence: bytes a second of a slow disk.
const MOVING_SPEED: u64 = 20_000_000;
/// What nobody says the length of and is not over after this time is heard while it is made.
const LONGEST_OPEN: Duration = Duration::from_secs(2 * 60 * 60);
/// How yt-dlp ends when `--break-match-filters` stops it.
const BROKEN_OFF: i32 = 101;

/// What is liked of what a site offers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Taste {
    /// Picture and sound, or sound alone. What comes may still have to be converted.
    pub want: Want,
    /// No picture with more lines than this, where there is a choice.
    pub max_height: Option<u32>,
    /// No file larger than this, in bytes.
    pub largest: Option<u64>,
    /// No more than this, in bytes, of what nobody says the length of: it may never end.
    pub open_ended: Option<u64>,
}

/// What came. All files lie in the private folder.
#[derive(Clone, Debug, PartialEq)]
pub struct Fetched {
    /// The media.
    pub file: PathBuf,
    /// What the site says about it.
    pub info: Info,
    /// Those of its subtitles that came, ordered by language.
    pub subtitles: Vec<Subtitle>,
    /// Its picture, if one came.
    pub thumbnail: Option<PathBuf>,
}

/// What is heard while yt-dlp works.
#[derive(Default)]
struct Story {
    file: Option<String>,
    is_list: bool,
    is_too_large: bool,
    is_owned: bool,
    bytes: u64,
    /// Nobody says how many bytes there are.
    is_open: bool,
    /// Bytes of its own words.
    words: usize,
}

#[derive(Deserialize)]
struct FileLine {
    filepath: String,
}

impl Story {
    fn line(&mut self, line: &str) -> Option<Progress> {
        // Some begin by going back to the left of a terminal.
        let line = line.trim_start();
        if let Some(file) = line.strip_prefix(FILE_MARK) {
            self.file = serde_json::from_str(file).ok().map(|line: FileLine| line.filepath);
        } else if let Some(words) = line.strip_prefix("[download] ") {
            // It ends well after both: nothing is wrong, there is only nothing to do.
            self.is_list |= words.contains("does not pass filter (playlist_count");
            self.is_owned |= words.ends_with("has already been recorded in the archive");
            self.is_too_large |= words.contains("larger than max-filesize");
        }
        let progress = progress::read(line)?;
        self.bytes = progress.bytes;
        self.is_open = progress.total.is_none();
        Some(progress)
    }
}

impl YtDlp {
    /// Fetches one thing into the private folder, and tells `progress` about it.
    ///
    /// Subtitles and picture are fetched when the media is there. What does not come of them is done without.
    ///
    /// yt-dlp runs at low priority and in a process group of its own, which ends with the run: also when the returned
    /// future is dropped.
    ///
    /// # Errors
    /// `Several` when the page turns out to be a list, `Live`, `TooLarge`, and each other of [`FetchError`].
    pub async fn fetch(
        &self,
        entry: &Entry,
        nest: &Nest<'_>,
        taste: &Taste,
        cancel: &CancellationToken,
        progress: &mut (dyn FnMut(Progress) + Send),
    ) -> Result<Fetched, FetchError> {
        let (mut lines, mut story) = (Lines::up_to(LINE_LIMIT), Story::default());
        let (mut open_since, mut is_endless) = (None, false);
        let most = taste.open_ended.unwrap_or(u64::MAX);
        let watch = Watch { patience: self.patience, hears_stderr: true, nice: true, cancel };
        let ended = process::run(self.fetching(entry, nest, taste), watch, |piece| {
            lines.push(piece, |line| {
                if let Some(now) = story.line(line) {
                    progress(now);
                }
            });
            story.words += piece.len();
            story.is_too_large |= taste.largest.is_some_and(|largest| story.bytes > largest);
            // Of several streams each has its own time.
            open_since = story.is_open.then(|| open_since.unwrap_or_else(Instant::now));
            let is_long = open_since.is_some_and(|since| since.elapsed() > LONGEST_OPEN);
            is_endless = story.is_open && (story.bytes > most || is_long);
            // What is said of one thing of a list is said of all, and they may be thousands.
            if is_endless || story.is_list || story.is_too_large || story.words > WORDS_LIMIT {
                return Heard::TooMuch;
            }
            Heard::Further(self.patience + Duration::from_secs(story.bytes / MOVING_SPEED))
        })
        .await;
        let ended = match ended {
            Err(Stop::TooMuch) if is_endless => return Err(FetchError::Live),
            Err(Stop::TooMuch) if story.is_list => return Err(FetchError::Several),
            Err(Stop::TooMuch) if story.is_too_large => return Err(FetchError::TooLarge),
            other => other.map_err(FetchError::from_stop)?,
        };
        if ended.status.code() == Some(BROKEN_OFF) {
            return Err(FetchError::Live);
        }
        if !ended.status.success() {
            return Err(match complaint::error_of(&ended) {
                // It took the last room before its next line of progress.
                FetchError::DiskFull if story.is_open && story.bytes > most / 2 => FetchError::Live,
                error => error,
            });
        }
        match story.file {
            Some(file) => self.collect(&file, nest, taste, cancel).await,
            None if story.is_list => Err(FetchError::Several),
            None if story.is_owned => Err(FetchError::Owned),
            None if story.is_too_large => Err(FetchError::TooLarge),
            None => Err(FetchError::NothingThere),
        }
    }

    async fn collect(
        &self,
        reported: &str,
        nest: &Nest<'_>,
        taste: &Taste,
        cancel: &CancellationToken,
    ) -> Result<Fetched, FetchError> {
        let file = reported_file(nest.folder, reported)?;
        let info_file = nest.folder.join(format!("{STEM}.info.json"));
        let info = Info::read(&info_file).await?;
        // Sound alone has no place to show what is said in it.
        let texts = if taste.want == Want::Video { info.texts.as_slice() } else { &[] };
        let wanted =
            Beside { media: &file, info: &info_file, texts, has_picture: info.has_picture };
        let (subtitles, thumbnail) = self.fetch_beside(&wanted, nest, cancel).await?;
        Ok(Fetched { file, info, subtitles, thumbnail })
    }

    fn fetching(&self, entry: &Entry, nest: &Nest<'_>, taste: &Taste) -> Command {
        let mut command = self.command(nest);
        command
            .args(["--progress", "--progress-delta", "0.25"])
            .args(["--progress-template", progress::TEMPLATE, "--print", FILE_TEMPLATE])
            .args(["--write-info-json", "--no-write-playlist-metafiles"])
            // Cleaning fails where the language of a subtitle is not said; it is done by `Info`.
            .arg("--no-clean-info-json")
            .args(["--output", OUTPUT])
            // It would go on behind what is there without asking whether that is still the same.
            .args(["--no-continue", "--force-overwrites"])
            // A piece that is missing is a file that is damaged.
            .args(["--no-mtime", "--abort-on-unavailable-fragments"])
            .args(["--break-match-filters", "!is_live"]);
        match entry.item {
            Some(item) => command.args(["--yes-playlist", "--playlist-items", &item.to_string()]),
            None => command.args(["--no-playlist", "--match-filters", "playlist_count<?2"]),
        };
        if let Some(largest) = taste.largest {
            command.args(["--max-filesize", &largest.to_string()]);
        }
        command.args(format_arguments(taste)).args(address(&entry.address));
        command
    }
}

/// The best that there is; of the same size, what need not be converted.
fn format_arguments(taste: &Taste) -> [String; 4] {
    let (format, order) = match taste.want {
        Want::Video => {
            let height = taste.max_height.map(|height| format!(":{height}")).unwrap_or_default();
            ("bv*+ba/b", format!("res{height},fps,vcodec:h264,acodec:aac"))
        }
        Want::Audio(AudioFormat::M4a) => ("ba/b", "acodec:aac".to_owned()),
        Want::Audio(AudioFormat::Mp3) => ("ba/b", "acodec:mp3".to_owned()),
        Want::Audio(AudioFormat::Opus) => ("ba/b", "acodec:opus".to_owned()),
    };
    ["--format".into(), format.into(), "--format-sort".into(), order]
}

/// Only names in the private folder that are ours count, whatever yt-dlp was made to say.
fn reported_file(folder: &Path, reported: &str) -> Result<PathBuf, FetchError> {
    let name = Path::new(reported).file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let file = folder.join(name);
    let is_file = std::fs::symlink_metadata(&file).is_ok_and(|file| file.is_file());
    match split(name).is_some() && is_file {
        true => Ok(file),
        false => Err(FetchError::Garbled("it names a file that is not there".into())),
    }
}

/// `media.en.vtt` is `en` and `vtt`, `media.jpg` is `jpg`; other names are not ours.
pub(super) fn split(name: &str) -> Option<(Option<&str>, &str)> {
    let rest = name.strip_prefix(STEM)?.strip_prefix('.')?;
    Some(match rest.rsplit_once('.') {
        Some((middle, extension)) => (Some(middle), extension),
        None => (None, rest),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_taken_apart() {
        assert_eq!(split("media.mp4"), Some((None, "mp4")));
        assert_eq!(split("media.pt-BR.vtt"), Some((Some("pt-BR"), "vtt")));
        assert_eq!(split("media"), None);
        assert_eq!(split("../media.mp4"), None);
    }

    #[test]
    fn the_story_is_in_the_marked_lines() {
        let mut story = Story::default();
        assert_eq!(
            story.line("[download] Hi (1) does not pass filter (playlist_count<?2), skipping .."),
            None
        );
        assert!(story.line(r#"MF-PROGRESS{"downloaded_bytes": 7}"#).is_some() && story.is_open);
        assert_eq!(story.line(r#"MF-FILE{"filepath": "/tmp/media.mp4"}"#), None);
        let large = "\r[download] File is larger than max-filesize (2 bytes > 1 bytes). Aborting.";
        assert_eq!(story.line(large), None);
        assert_eq!((story.bytes, story.is_list, story.is_too_large), (7, true, true));
        assert_eq!(story.file.as_deref(), Some("/tmp/media.mp4"));
    }

    #[test]
    fn a_file_outside_the_folder_or_behind_a_link_is_not_taken() {
        let (folder, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let secret = outside.path().join("media.mp4");
        std::fs::write(&secret, "secret").unwrap();
        let reported = secret.to_str().unwrap();
        assert!(matches!(reported_file(folder.path(), reported), Err(FetchError::Garbled(_))));
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(&secret, folder.path().join("media.mp4")).unwrap();
            assert!(matches!(reported_file(folder.path(), reported), Err(FetchError::Garbled(_))));
        }
    }
}
