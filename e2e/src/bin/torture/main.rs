//! Kills the daemon at random moments, again and again, while it downloads songs and stems, fetches and converts pages,
//! takes in folders, names files anew, and a person deletes, restores and edits. After each kill it looks at every file,
//! every row and every request; in the end everything must be there, once, as the sites have it (invariants I1 to I5,
//! I7 to I9, I11, I13).
//!
//! | module | job |
//! |---|---|
//! | `round` | one download of everything through any number of kills |
//! | `death` | when a kill falls |
//! | `orders`, `pages`, `attic` | what is asked for: songs, pages, folders that were there before |
//! | `meddle`, `change` | what happens in between, by a person and on the sites |
//! | `peace` | the end, and a look at everything |
//! | `port` | speaks to the daemon as the extension does |
//! | `snapshot`, `rows`, `disk`, `traffic` | what rows, files and requests say after a kill |
//! | `content` | whether a file is what was wanted |
//! | `tmpfs`, `cookies` | a disk that is too small, a session |
//! | `tally` | the figures at the end |

mod attic;
mod change;
mod content;
mod cookies;
mod death;
mod disk;
mod meddle;
mod orders;
mod pages;
mod peace;
mod port;
mod round;
mod rows;
mod snapshot;
mod tally;
mod tmpfs;
mod traffic;

use anyhow::{Context, Result};
use clap::Parser;
use death::Death;
use indicatif::{ProgressBar, ProgressStyle};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use round::Round;
use std::process::ExitCode;
use std::time::Instant;
use tally::Tally;

/// Without a terminal a line is printed every so many kills.
const QUIET_STEP: u32 = 25;

#[derive(Parser)]
#[command(about = "Kills the daemon at work and checks every invariant after each kill")]
struct Arguments {
    /// How often
    #[arg(long, default_value_t = 30)]
    kills: u32,
    /// Wanted files in a download
    #[arg(long, default_value_t = 300)]
    files: u32,
    /// Repeats a run
    #[arg(long)]
    seed: Option<u64>,
    /// Put the library on a disk that is too small, and make room again and again (Linux, as root)
    #[arg(long)]
    disk_full: bool,
    /// Leave the folders of the last download on the disk
    #[arg(long)]
    keep: bool,
}

#[tokio::main]
async fn main() -> Result<ExitCode> {
    let arguments = Arguments::parse();
    let seed = arguments.seed.unwrap_or_else(|| rand::random::<u32>().into());
    println!("{} kills, {} files in a download, seed {seed}", arguments.kills, arguments.files);
    let started = Instant::now();
    let mut tally = Tally::default();
    let faults =
        torture(&arguments, seed, &mut tally).await.with_context(|| format!("seed {seed}"))?;
    tally.print(started.elapsed());
    if faults.is_empty() {
        println!(
            "No wrong byte under a final name at any kill, nothing fetched that was there, every balance adds up, the \
             database is sound, nothing is left behind."
        );
        return Ok(ExitCode::SUCCESS);
    }
    println!("{} faults (seed {seed}):", faults.len());
    faults.iter().for_each(|fault| println!("  - {fault}"));
    Ok(ExitCode::FAILURE)
}

/// Kills until all kills are spent or something is wrong.
async fn torture(arguments: &Arguments, seed: u64, tally: &mut Tally) -> Result<Vec<String>> {
    let mut dice = StdRng::seed_from_u64(seed);
    let bar = ProgressBar::new(arguments.kills.into());
    bar.set_style(ProgressStyle::with_template("  {bar:32} {pos}/{len} kills  {elapsed}  {msg}")?);
    loop {
        // A download may end before all kills are spent; then another one begins, in a home of its own.
        let mut round = Round::begin(arguments.files, arguments.disk_full).await?;
        let faults = kill_through(&mut round, arguments.kills, &mut dice, tally, &bar).await;
        let last = faults.as_ref().map_or(true, |faults| !faults.is_empty())
            || tally.kills() >= arguments.kills;
        if last {
            bar.finish_and_clear();
            if arguments.keep {
                println!("  kept        {}", round.keep().display());
            }
            return faults;
        }
    }
}

async fn kill_through(
    round: &mut Round,
    kills: u32,
    dice: &mut StdRng,
    tally: &mut Tally,
    bar: &ProgressBar,
) -> Result<Vec<String>> {
    while tally.kills() < kills && !round.is_over {
        let death = Death::draw(dice);
        let faults = round.live_and_die(death, tally).await;
        let faults = faults.with_context(|| format!("kill {}, {death:?}", tally.kills()))?;
        bar.set_position(tally.kills().into());
        let (done, all) = round.progress();
        bar.set_message(format!("{done} of {all} files"));
        if bar.is_hidden() && tally.kills().is_multiple_of(QUIET_STEP) {
            println!("  {} kills, {done} of {all} files", tally.kills());
        }
        if !faults.is_empty() {
            let when = format!("after kill {}, {death:?}: ", tally.kills());
            return Ok(faults.into_iter().map(|fault| format!("{when}{fault}")).collect());
        }
        if dice.random_bool(0.1) && round.is_listed().await? {
            tally.changes += round.change(dice).await?;
        }
    }
    bar.set_message("the end, and a look at everything");
    round.end_in_peace(tally).await
}
