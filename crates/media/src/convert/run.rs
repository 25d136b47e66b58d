//! Driving ffmpeg through a recipe, and proving that what came out is as long as what went in.

use super::additions::Additions;
use super::complaint;
use super::error::ConvertError;
use super::probe::{Probed, Stream, StreamKind, file_argument, probe};
use super::progress::{Progress, Report};
use super::recipe::Recipe;
use crate::process::{self, Heard, Lines, Watch};
use crate::programs::Program;
use std::path::Path;
use std::time::Duration;
use tokio::process::Command;
use tokio_util::sync::CancellationToken;

/// Longer lines are none of `-progress`.
const LINE_LIMIT: usize = 1024;
/// At the end the whole file is moved once, in silence, to put the index in front: bytes a second of a slow disk.
const MOVING_SPEED: u64 = 20_000_000;
/// How much longer or shorter the result may be, in seconds and as a part of the whole: streams end a frame apart.
const TOLERANCE: (f64, f64) = (1.0, 0.01);

/// A conversion.
#[derive(Clone, Copy, Debug)]
pub struct Job<'a> {
    /// The program ffmpeg.
    pub ffmpeg: &'a Path,
    /// The program ffprobe.
    pub ffprobe: &'a Path,
    /// What is converted.
    pub source: &'a Path,
    /// What [`probe`](super::probe()) said of it.
    pub probed: &'a Probed,
    /// What [`plan`](super::plan()) made of that.
    pub recipe: &'a Recipe,
    /// What the result has beyond that.
    pub additions: &'a Additions,
    /// Where the result goes. It is overwritten, whatever it ends in.
    pub output: &'a Path,
    /// How long ffmpeg may take without getting further; a minute or two is good.
    pub patience: Duration,
}

/// Converts, tells `progress` about it at most a few times a second, and says what came out.
///
/// ffmpeg runs at low priority and in a process group of its own, which ends with the run: also when the returned
/// future is dropped. After an error something unfinished may lie at the output's path; it is the caller's to remove.
///
/// # Errors
/// Each of [`ConvertError`]; `Damaged` carries ffmpeg's reason.
pub async fn run(
    job: &Job<'_>,
    cancel: &CancellationToken,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<Probed, ConvertError> {
    let (mut lines, mut report) = (Lines::up_to(LINE_LIMIT), Report::default());
    let duration_s = job.probed.duration_s;
    let watch = Watch { patience: job.patience, hears_stderr: false, nice: true, cancel };
    let ended = process::run(command(job), watch, |piece| {
        let mut heard = Heard::Nothing;
        lines.push(piece, |line| {
            let Some(block) = report.line(line, duration_s) else { return };
            if block.is_further {
                let moving = Duration::from_secs(block.bytes / MOVING_SPEED);
                heard = Heard::Further(job.patience + moving);
                progress(block.progress);
            }
        });
        heard
    })
    .await
    .map_err(|stop| ConvertError::from_stop(stop, Program::Ffmpeg))?;
    if !ended.status.success() {
        return Err(complaint::error_of(&ended, Program::Ffmpeg));
    }
    let result = probe(job.ffprobe, job.output, cancel).await?;
    check_duration(job, &result)?;
    Ok(result)
}

fn command(job: &Job<'_>) -> Command {
    let mut command = Command::new(job.ffmpeg);
    command
        .args(["-nostdin", "-hide_banner", "-loglevel", "error", "-progress", "pipe:1", "-y"])
        .args(["-protocol_whitelist", "file"])
        .args(job.recipe.input_arguments())
        .arg("-i")
        .arg(file_argument(job.source))
        .args(job.additions.input_arguments(job.recipe.form.takes_texts()))
        .args(job.recipe.output_arguments(job.additions, !job.probed.chapters.is_empty()))
        .arg(file_argument(job.output));
    command
}

/// ffmpeg ends well on a file that is cut off; only the length tells.
fn check_duration(job: &Job<'_>, result: &Probed) -> Result<(), ConvertError> {
    // Of sound and picture: tracks of text and chapters may end elsewhere.
    let lasting = result.streams.iter().filter(|stream| is_played(stream));
    let longest = lasting.filter_map(|stream| stream.duration_s).reduce(f64::max);
    let found = longest.or(result.duration_s).unwrap_or(0.0);
    let expected = expected_durations(job);
    let is_near =
        |expected: &f64| (found - expected).abs() <= f64::max(TOLERANCE.0, expected * TOLERANCE.1);
    let is_right = match expected.first() {
        Some(_) if !job.probed.is_duration_guessed() => expected.iter().any(is_near),
        _ => found > 0.0,
    };
    if is_right {
        return Ok(());
    }
    Err(ConvertError::WrongDuration { expected: expected.first().copied().unwrap_or(0.0), found })
}

/// What the file says of itself, and the longest of the streams that were taken: one that was left out may have been
/// longer, and tags of streams may be older than the file.
fn expected_durations(job: &Job<'_>) -> Vec<f64> {
    let taken = job.probed.streams.iter().filter(|stream| {
        is_played(stream) && job.recipe.tracks.iter().any(|track| track.index == stream.index)
    });
    let longest = taken.filter_map(|stream| stream.duration_s).reduce(f64::max);
    job.probed.duration_s.into_iter().chain(longest).collect()
}

fn is_played(stream: &Stream) -> bool {
    matches!(stream.kind, StreamKind::Video | StreamKind::Audio) && !stream.attached_pic
}
