//! Taking in a folder with many small files, beside `sha256sum` reading the same files, and beside `cp`.

use crate::table::Table;
use crate::{middle, ours, usage};
use anyhow::{Context, Result, ensure};
use e2e::daemon::Home;
use protocol::intake::ImportReport;
use simulator::Format;
use simulator::media::{Media, Recording};
use std::path::Path;
use std::time::Instant;
use tokio::process::Command;

/// Runs of each, in turn.
const ROUNDS: u32 = 3;
/// What is made: mostly songs, some recordings.
const FORMATS: [Format; 5] = [Format::Mp3, Format::M4a, Format::Mp3, Format::Wav, Format::Mp3];
/// The smallest and the largest of these files, roughly, in bytes.
const SIZES: [u64; 2] = [100_000, 500_000];
/// Files of one folder.
const IN_FOLDER: u32 = 100;

/// Seconds that each way took, one of each round.
#[derive(Default)]
struct Times {
    one: Vec<f64>,
    all: Vec<f64>,
    cp: Vec<f64>,
    copied: Vec<f64>,
    again: Vec<f64>,
    in_place: Vec<f64>,
    scrub: Vec<f64>,
}

/// Measures with `count` files.
///
/// # Errors
/// When a file is not taken in.
pub async fn run(count: u32) -> Result<Table> {
    let folder = tempfile::Builder::new().prefix("mediafetcher-import-").tempdir()?;
    let source = folder.path().join("music");
    let bytes = make(&folder.path().join("cache"), &source, count)?;
    let mut times = Times::default();
    for _ in 0..ROUNDS {
        round(&source, folder.path(), count, &mut times).await?;
    }
    Ok(table(count, bytes, times))
}

async fn round(source: &Path, beside: &Path, count: u32, times: &mut Times) -> Result<()> {
    times.one.push(shell("find \"$0\" -type f -exec sha256sum {} +", source, beside).await?);
    let both = "find \"$0\" -type f -print0 | xargs -0 -n 50 -P \"$(nproc)\" sha256sum";
    times.all.push(shell(both, source, beside).await?);
    let copy = beside.join("copy");
    times.cp.push(shell("cp -r \"$0\" \"$1\" && sync -f \"$1\"", source, &copy).await?);

    let home = Home::new(None)?;
    ours::daemon(&home).await?;
    times.copied.push(import(&home, source, count, |report| report.imported).await?);
    times.again.push(import(&home, source, count, |report| report.already).await?);
    let started = Instant::now();
    home.succeed(&["library", "verify"]).await?;
    times.scrub.push(started.elapsed().as_secs_f64());
    ours::stop(&home).await?;
    drop(home);

    // The copy becomes the library of another home.
    let home = Home::new(None)?;
    ours::daemon(&home).await?;
    let patch = copy.to_str().context("not Unicode")?;
    home.succeed(&["config", "set", "folder", patch]).await?;
    times.in_place.push(import(&home, &copy, count, |report| report.imported).await?);
    ours::stop(&home).await?;
    std::fs::remove_dir_all(&copy)?;
    Ok(())
}

/// Seconds of an import after which `figure` says `count`.
async fn import(
    home: &Home,
    source: &Path,
    count: u32,
    figure: impl Fn(&ImportReport) -> u64,
) -> Result<f64> {
    let source = source.to_str().context("not Unicode")?;
    let started = Instant::now();
    let text = home.succeed(&["library", "import", source, "--json"]).await?;
    let seconds = started.elapsed().as_secs_f64();
    let report: ImportReport = serde_json::from_str(&text)?;
    ensure!(figure(&report) == u64::from(count), "{report:?}");
    Ok(seconds)
}

/// Seconds of a line of the shell, of which `$0` and `$1` are folders.
async fn shell(line: &str, first: &Path, second: &Path) -> Result<f64> {
    let mut command = Command::new("sh");
    command.args(["-c", line]).arg(first).arg(second);
    Ok(usage::of_program(&mut command).await?.wall)
}

/// Fills a folder with songs that differ; gives their bytes.
fn make(cache: &Path, folder: &Path, count: u32) -> Result<u64> {
    let media = Media::load(cache)?;
    let mut bytes = 0;
    for i in 0..count {
        let format = FORMATS[i as usize % FORMATS.len()];
        let id = format!("song-{i}");
        let wished = SIZES[0] + u64::from(i) * 7919 % (SIZES[1] - SIZES[0]);
        let rounds = media.rounds_for(&id, format, wished);
        let recording = Recording { id, rounds, revision: 0, modified: 1_700_000_000 };
        let content = media.file(&recording, format).to_vec();
        bytes += content.len() as u64;
        let within = folder.join(format!("Album {}", i / IN_FOLDER));
        std::fs::create_dir_all(&within)?;
        std::fs::write(within.join(format!("{i}.{}", format.extension())), content)?;
    }
    Ok(bytes)
}

fn table(count: u32, bytes: u64, times: Times) -> Table {
    let mega = bytes as f64 / 1e6;
    let title = format!("{count} files of a folder, {mega:.0} MB");
    let columns = ["", "wall s", "files/s", "MB/s", "× sha256sum", "budget"];
    let mut table = Table::new(&title, &columns);
    let alone = middle(&times.one);
    let mut row = |name: &str, seconds: &[f64], budget: &str| {
        let seconds = middle(seconds);
        table.row(&[
            name.to_owned(),
            format!("{seconds:.1}"),
            format!("{:.0}", f64::from(count) / seconds),
            format!("{:.0}", mega / seconds),
            format!("{:.2}", seconds / alone),
            budget.to_owned(),
        ]);
    };
    row("sha256sum alone", &times.one, "");
    row("sha256sum on every core", &times.all, "");
    row("cp -r, and sync", &times.cp, "");
    row("import, copied", &times.copied, "1.3");
    row("import, in place", &times.in_place, "1.3");
    row("import of what is there already", &times.again, "");
    row("scrub (`library verify`)", &times.scrub, "");
    table
}
