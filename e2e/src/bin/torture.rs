//! Kills the daemon at random moments of a download, again and again, and then checks that nothing was lost,
//! nothing was fetched twice and every file is what the site has (invariants I1 to I5, I7, I8).

use anyhow::{Context, Result, ensure};
use clap::Parser;
use e2e::stage::Stage;
use e2e::{ledger, truth, wait};
use indicatif::{ProgressBar, ProgressStyle};
use protocol::Variant;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use simulator::{Format, LogEntry, Service};
use std::collections::BTreeSet;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

/// Large enough that a kill often falls into a transfer.
const FILE_BYTES: u64 = 600_000;
/// The longest that a daemon lives, in milliseconds.
const LONGEST_LIFE: u64 = 900;

#[derive(Parser)]
#[command(about = "Kills the daemon during a download and checks every invariant")]
struct Arguments {
    /// How often
    #[arg(long, default_value_t = 30)]
    kills: u32,
    /// Files in a download
    #[arg(long, default_value_t = 300)]
    files: u32,
    /// Repeats a run
    #[arg(long)]
    seed: Option<u64>,
}

#[tokio::main]
async fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let seed = arguments.seed.unwrap_or_else(rand::random);
    println!(
        "{} kills during downloads of {} files, seed {seed}",
        arguments.kills, arguments.files
    );
    let mut dice = StdRng::seed_from_u64(seed);
    let bar = ProgressBar::new(arguments.kills.into());
    bar.set_style(ProgressStyle::with_template("  {bar:32} {pos}/{len} kills  {elapsed}  {msg}")?);
    let started = Instant::now();
    let mut rounds = 0;
    // A download may end before all kills are spent; then another one begins, in a home of its own.
    while bar.position() < arguments.kills.into() {
        rounds += 1;
        let mut round = Round::begin(arguments.files).await?;
        round.kill_until_done(&mut dice, &bar).await.with_context(|| format!("seed {seed}"))?;
        round.check_all().await.with_context(|| format!("seed {seed}"))?;
    }
    bar.finish_and_clear();
    println!(
        "{} kills in {rounds} downloads of {} files, {:.0} s: no wrong byte under a final name, nothing fetched \
         again after it was there, every balance adds up, the database is sound.",
        arguments.kills,
        arguments.files,
        started.elapsed().as_secs_f64(),
    );
    Ok(())
}

/// A download in a home of its own.
struct Round {
    stage: Stage,
    cookies: std::path::PathBuf,
    wanted: Vec<truth::Wanted>,
    /// The songs whose file had its final name at the last kill.
    settled: BTreeSet<String>,
}

impl Round {
    async fn begin(files: u32) -> Result<Self> {
        let stage = Stage::quick(files).await?;
        let account = e2e::stage::ACCOUNT;
        stage.control().set_size(Service::Producer, account, None, Format::Mp3, FILE_BYTES);
        let cookies = stage.cookie_file(Service::Producer)?;
        let wanted = truth::wanted(stage.control(), Service::Producer, &[Variant::Mp3]);
        std::fs::create_dir_all(stage.home.library())?;
        Ok(Self { stage, cookies, wanted, settled: BTreeSet::new() })
    }

    /// Starts the command and kills the daemon under it, until a command gets through or all kills are spent.
    async fn kill_until_done(&mut self, dice: &mut StdRng, bar: &ProgressBar) -> Result<()> {
        while bar.position() < bar.length().unwrap_or_default() {
            let cookies = self.cookies.display().to_string();
            let library = self.stage.home.library().display().to_string();
            let line = [
                "sync",
                "producer.ai",
                "--cookies",
                &cookies,
                "--to",
                &library,
                "--formats",
                "mp3",
                "--json",
            ];
            let mut command = self.stage.home.command(&line)?;
            let mut sync = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
            let life = Duration::from_millis(dice.random_range(0..LONGEST_LIFE));
            let up = async || Ok(self.stage.home.daemon());
            let daemon = wait::until("a daemon", wait::LONG, up).await?;
            if tokio::time::timeout(life, sync.wait()).await.is_ok() {
                return Ok(());
            }
            e2e::daemon::kill(daemon);
            // Without its daemon the command ends by itself.
            tokio::time::timeout(wait::LONG, sync.wait()).await.context("the command hangs")??;
            self.stage.home.kill_daemon().await?;
            bar.inc(1);
            self.look_at_the_disk()?;
            bar.set_message(format!("{} files there", self.settled.len()));
        }
        Ok(())
    }

    /// What has its final name is whole and right (I3), and what had it before was not asked for again (I1).
    fn look_at_the_disk(&mut self) -> Result<()> {
        let log = self.stage.control().log();
        self.stage.control().clear_log();
        for entry in log.iter().filter(|entry| is_file_request(entry)) {
            let again = self.settled.iter().find(|song| entry.path.contains(song.as_str()));
            ensure!(again.is_none(), "fetched again although it was there: {entry:?}");
        }
        let library = self.stage.home.library();
        let there =
            truth::check_present(&library, self.stage.control(), &self.wanted, &self.settled)?;
        let lost: Vec<_> = self.settled.difference(&there).collect();
        ensure!(lost.is_empty(), "was there and is gone: {lost:?}");
        self.settled = there;
        Ok(())
    }

    /// Lets it end in peace, then looks at everything.
    async fn check_all(&mut self) -> Result<()> {
        let library = self.stage.home.library();
        let to = library.display().to_string();
        let arguments = ["--to", &to, "--formats", "mp3"];
        let end = self.stage.home.sync("producer.ai", &self.cookies, &arguments).await?;
        let mut balance = end.balance;
        let truth = truth::first_balance(Service::Producer, &self.wanted);
        // How many of the files this last command brought by itself is a matter of chance.
        balance.done += std::mem::take(&mut balance.already);
        ensure!(balance == truth, "the balance is {balance:?}, the site has {truth:?}");
        self.look_at_the_disk()?;
        truth::check_library(&library, self.stage.control(), &self.wanted).await?;
        no_parts_left(&library)?;
        for job in e2e::popup::jobs(&self.stage.home).await? {
            ensure!(job.balance.adds_up(), "{job:?}");
        }
        self.stage.home.kill_daemon().await?;
        ledger::check(&self.stage.home.data().join("mediafetcher.db")).await
    }
}

fn is_file_request(entry: &LogEntry) -> bool {
    entry.path.contains("/download") || entry.path.contains("/audio/")
}

fn no_parts_left(library: &Path) -> Result<()> {
    let files = truth::files_below(library)?;
    let part = files.iter().find(|file| file.to_string_lossy().contains(".downloading"));
    ensure!(part.is_none(), "left behind: {part:?}");
    Ok(())
}
