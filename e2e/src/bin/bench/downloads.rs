//! The same files from the same server through the same proxy: ours against aria2c and curl.
//!
//! Ours lists the account, verifies, tags, hashes, syncs each file to the disk and keeps a database; the others only
//! fetch from a list of addresses. Their time is also given with a `sync` of the file system after it, without which
//! their files are not safe yet.

use crate::usage::{self, Usage};
use crate::{ours, table::Table};
use anyhow::{Context, Result, ensure};
use e2e::stage::{ACCOUNT, Stage};
use simulator::{Format, STORAGE, Service};
use std::fmt::Write;
use std::path::Path;
use std::time::Instant;
use tempfile::TempDir;
use tokio::process::Command;

/// Runs of each program, in turn.
const ROUNDS: u32 = 3;
/// Transfers at once.
const PARALLEL: &str = "16";
const SERVICE: Service = Service::Flowmusic;
const FORMAT: Format = Format::Wav;

/// What is fetched.
#[derive(Clone, Copy, Debug)]
pub struct Load {
    /// How many ordinary files.
    pub files: u32,
    /// Their length in bytes, at least.
    pub length: u64,
    /// The length of one more file.
    pub large: u64,
}

/// What a program took: its cost, and the seconds until everything was safe on the disk.
type Run = (Usage, f64);

/// Runs all three in turn, [`ROUNDS`] times: the machine's memory is fresh in the first round and used in the others.
///
/// # Errors
/// When one of them fails or leaves a file out.
pub async fn run(load: Load) -> Result<Table> {
    let (mut mine, mut aria2, mut curls) = (Vec::new(), Vec::new(), Vec::new());
    let mut total = 0;
    for _ in 0..ROUNDS {
        let config =
            simulator::Config { songs: load.files + 1, quirks: false, ..Default::default() };
        let stage = Stage::new(config).await?;
        let songs = prepare(&stage, load)?;
        total = songs.iter().map(|(_, length)| length).sum::<u64>();
        mine.push(measure_ours(&stage, songs.len() as u64).await?);
        aria2.push(measure_other(&stage, &songs, aria2c).await?);
        curls.push(measure_other(&stage, &songs, curl).await?);
    }
    Ok(table(
        load,
        total,
        &[
            ("mediafetcher", middle(mine)),
            ("aria2c -j16", middle(aria2)),
            ("curl --parallel-max 16", middle(curls)),
        ],
    ))
}

/// The run with the middle time.
fn middle(mut runs: Vec<Run>) -> Run {
    runs.sort_by(|one, other| one.0.wall.total_cmp(&other.0.wall));
    runs[runs.len() / 2]
}

fn table(load: Load, total: u64, programs: &[(&str, Run); 3]) -> Table {
    let (_, aria2) = programs[1];
    let title = format!(
        "{} files of {:.1} MB and one of {:.2} GB (wav, {:.2} GB in all), {PARALLEL} at once, middle of {ROUNDS} runs",
        load.files,
        load.length as f64 / 1e6,
        load.large as f64 / 1e9,
        total as f64 / 1e9
    );
    let columns = [
        "",
        "wall s",
        "against aria2c",
        "safe on disk s",
        "against aria2c",
        "MB/s",
        "CPU s",
        "peak MB",
    ];
    let mut table = Table::new(&title, &columns);
    for (name, (usage, safe)) in programs {
        table.row(&[
            (*name).to_owned(),
            format!("{:.1}", usage.wall),
            format!("{:.2}", usage.wall / aria2.0.wall),
            format!("{safe:.1}"),
            format!("{:.2}", safe / aria2.1),
            format!("{:.0}", total as f64 / 1e6 / usage.wall),
            format!("{:.1}", usage.cpu),
            format!("{:.0}", usage.peak as f64 / 1e6),
        ]);
    }
    table
}

/// Ids and lengths.
fn prepare(stage: &Stage, load: Load) -> Result<Vec<(String, u64)>> {
    let control = stage.control();
    control.set_size(SERVICE, ACCOUNT, None, FORMAT, load.length);
    let songs = control.songs(SERVICE, ACCOUNT);
    let large = songs.first().context("no songs")?;
    control.set_size(SERVICE, ACCOUNT, Some(&large.id), FORMAT, load.large);
    let length = |id: &String| control.truth(id, FORMAT).map(|file| file.len());
    let with_length = |id: String| Some((id.clone(), length(&id)?));
    Ok(songs.into_iter().filter_map(|song| with_length(song.id)).collect())
}

async fn measure_ours(stage: &Stage, files: u64) -> Result<Run> {
    stage.home.succeed(&["config", "set", "pace-ms", "100"]).await?;
    stage.home.succeed(&["config", "set", "parallel", PARALLEL]).await?;
    flush().await?;
    let measured = ours::sync(stage, SERVICE, "wav").await?;
    ensure!(measured.balance.done == files, "only {:?}", measured.balance);
    ours::stop(&stage.home).await?;
    std::fs::remove_dir_all(stage.home.library())?;
    // Every file was synced before it got its name.
    Ok((measured.usage, measured.usage.wall))
}

async fn measure_other(
    stage: &Stage,
    songs: &[(String, u64)],
    program: impl Fn(&Stage, &[(String, u64)], &Path) -> Result<Command>,
) -> Result<Run> {
    let folder = TempDir::with_prefix("mediafetcher-bench-")?;
    let mut command = program(stage, songs, folder.path())?;
    flush().await?;
    let started = Instant::now();
    let usage = usage::of_program(&mut command).await?;
    flush().await?;
    let safe = started.elapsed().as_secs_f64();
    for (id, length) in songs {
        let found = std::fs::metadata(folder.path().join(format!("{id}.wav")))?.len();
        ensure!(found == *length, "{id}: {found} of {length} bytes");
    }
    Ok((usage, safe))
}

fn address(id: &str) -> String {
    format!("https://{STORAGE}/corpusant-app-public/clips/{id}.wav")
}

fn aria2c(stage: &Stage, songs: &[(String, u64)], folder: &Path) -> Result<Command> {
    let mut list = String::new();
    for (id, _) in songs {
        writeln!(list, "{}\n out={id}.wav", address(id))?;
    }
    let file = folder.join("list.txt");
    std::fs::write(&file, list)?;
    let mut command = Command::new("aria2c");
    command.args(["--no-conf", "-j", PARALLEL, "--file-allocation=none", "--quiet"]);
    command.arg(format!("--all-proxy={}", stage.simulator.proxy_url()));
    command.arg(format!("--ca-certificate={}", stage.simulator.ca_pem_path().display()));
    command.arg("-d").arg(folder).arg("-i").arg(file);
    Ok(command)
}

fn curl(stage: &Stage, songs: &[(String, u64)], folder: &Path) -> Result<Command> {
    let mut list = String::new();
    for (id, _) in songs {
        writeln!(list, "url = \"{}\"\noutput = \"{}/{id}.wav\"", address(id), folder.display())?;
    }
    let file = folder.join("list.txt");
    std::fs::write(&file, list)?;
    let mut command = Command::new("curl");
    command.args([
        "-q",
        "--silent",
        "--show-error",
        "--fail",
        "--parallel",
        "--parallel-max",
        PARALLEL,
    ]);
    command.arg("--proxy").arg(stage.simulator.proxy_url());
    command.arg("--cacert").arg(stage.simulator.ca_pem_path()).arg("--config").arg(file);
    Ok(command)
}

/// Writes everything that the system still holds in memory to the disk.
async fn flush() -> Result<()> {
    ensure!(Command::new("sync").status().await?.success(), "sync");
    Ok(())
}
