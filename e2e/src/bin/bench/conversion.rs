//! Making a video playable, beside a plain ffmpeg that is told the same.

use crate::table::Table;
use crate::{middle, usage};
use anyhow::{Context, Result, bail};
use media::Program;
use media::convert::{self, Additions, Job, Plan, Wishes};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use tokio::process::Command;
use tokio_util::sync::CancellationToken;

/// Runs of each, in turn.
const ROUNDS: u32 = 3;
const PATIENCE: Duration = Duration::from_secs(120);
/// What a recipe for a video says, in the words of ffmpeg's own documentation.
const ENCODED: &[&str] = &[
    "-c:v",
    "libx264",
    "-crf",
    "20",
    "-preset",
    "medium",
    "-profile:v",
    "high",
    "-pix_fmt",
    "yuv420p",
    "-c:a",
    "aac",
    "-b:a",
    "192k",
    "-movflags",
    "+faststart",
];
const PACKED: &[&str] = &["-c", "copy", "-movflags", "+faststart"];

/// The programs, and where they work.
struct Studio {
    ffmpeg: PathBuf,
    ffprobe: PathBuf,
    folder: tempfile::TempDir,
}

/// Measures with a film of `seconds`.
///
/// # Errors
/// When a program is missing or fails.
pub async fn run(seconds: u32) -> Result<Table> {
    let studio = Studio {
        ffmpeg: Program::Ffmpeg.find(None).await.context("ffmpeg is missing")?.path,
        ffprobe: Program::Ffprobe.find(None).await.context("ffprobe is missing")?.path,
        folder: tempfile::Builder::new().prefix("mediafetcher-conversion-").tempdir()?,
    };
    let title = format!("A film of {seconds} s, 1280×720, made playable");
    let mut table = Table::new(&title, &["", "wall s", "× ffmpeg", "× real time"]);
    let vp9 = ["-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-c:a", "libopus"];
    let webm = studio.film("film.webm", seconds, &vp9).await?;
    measure(&studio, &mut table, "VP9 and Opus, encoded", &webm, ENCODED, seconds).await?;
    let h264 = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac"];
    let matroska = studio.film("film.mkv", seconds, &h264).await?;
    measure(
        &studio,
        &mut table,
        "H.264 and AAC in Matroska, packed anew",
        &matroska,
        PACKED,
        seconds,
    )
    .await?;
    Ok(table)
}

async fn measure(
    studio: &Studio,
    table: &mut Table,
    name: &str,
    film: &Path,
    arguments: &[&str],
    seconds: u32,
) -> Result<()> {
    let (mut ours, mut plain) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        ours.push(studio.ours(film).await?);
        plain.push(studio.plain(film, arguments).await?);
    }
    let (ours, plain) = (middle(&ours), middle(&plain));
    for (who, wall) in [("mediafetcher", ours), ("ffmpeg", plain)] {
        table.row(&[
            format!("{name}: {who}"),
            format!("{wall:.2}"),
            format!("{:.2}", wall / plain),
            format!("{:.1}", f64::from(seconds) / wall),
        ]);
    }
    Ok(())
}

impl Studio {
    async fn film(&self, name: &str, seconds: u32, arguments: &[&str]) -> Result<PathBuf> {
        let file = self.folder.path().join(name);
        let picture = format!("testsrc2=size=1280x720:rate=25:duration={seconds}");
        let sound = format!("sine=sample_rate=48000:duration={seconds}");
        let mut command = self.command();
        command.args(["-f", "lavfi", "-i", &picture, "-f", "lavfi", "-i", &sound]);
        usage::of_program(command.args(arguments).arg(&file)).await?;
        Ok(file)
    }

    fn command(&self) -> Command {
        let mut command = Command::new("nice");
        // Ours goes behind other programs; so that both wait for them alike.
        command.args(["-n", "10"]).arg(&self.ffmpeg);
        command.args(["-v", "error", "-nostdin", "-y"]);
        command
    }

    /// Seconds of plain ffmpeg.
    async fn plain(&self, film: &Path, arguments: &[&str]) -> Result<f64> {
        let output = self.folder.path().join("plain.mp4");
        let mut command = self.command();
        command.arg("-i").arg(film).args(arguments).arg(output);
        Ok(usage::of_program(&mut command).await?.wall)
    }

    /// Seconds of ours: looked at, planned, made, looked at again.
    async fn ours(&self, film: &Path) -> Result<f64> {
        let (cancel, output) = (CancellationToken::new(), self.folder.path().join("ours.mp4"));
        let started = Instant::now();
        let probed = convert::probe(&self.ffprobe, film, &cancel).await?;
        let recipe = match convert::plan(&probed, &Wishes::default()) {
            Plan::Convert(recipe) | Plan::Remux(recipe) => recipe,
            other => bail!("there is nothing to do: {other:?}"),
        };
        let job = Job {
            ffmpeg: &self.ffmpeg,
            ffprobe: &self.ffprobe,
            source: film,
            probed: &probed,
            recipe: &recipe,
            additions: &Additions::default(),
            output: &output,
            patience: PATIENCE,
        };
        convert::run(&job, &cancel, &mut |_| {}).await?;
        Ok(started.elapsed().as_secs_f64())
    }
}
