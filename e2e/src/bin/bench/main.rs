//! Measures what the project promises (docs/performance.md): side by side with other programs where there are any,
//! all in one run, so that the ratios count and not the machine.
//!
//! | module | what is measured |
//! |---|---|
//! | `downloads` | many files and a large one, against aria2c and curl |
//! | `stems` | base64 in JSON to files |
//! | `complete` | a sync that finds everything there |
//! | `library` | lists, searches and counts of a large library |
//! | `scroll` | a large library in the app page |
//! | `import` | taking in a folder, against sha256sum and cp |
//! | `media_server` | a large file to players, against other servers |
//! | `conversion` | a video made playable, against plain ffmpeg |
//! | `discogs` | its limit, its tables, and the same with another program |
//! | `footprint` | memory at rest, size and speed of the extension |
//! | `ours`, `usage`, `table` | a measured sync, the cost of a process, how it is shown |

mod complete;
mod conversion;
mod discogs;
mod downloads;
mod footprint;
mod import;
mod library;
mod media_server;
mod ours;
#[path = "../torture/port.rs"]
mod port;
mod scroll;
mod stems;
mod table;
mod usage;

use anyhow::{Context, Result};
use clap::{Parser, ValueEnum};
use downloads::Load;
use e2e::checkout;
use std::process::Command;
use table::Table;

#[derive(Parser)]
#[command(about = "Measures speed, memory and size; writes docs/performance.md after a full run")]
struct Arguments {
    /// A twentieth of the load, to try the benchmark itself; writes no document
    #[arg(long)]
    small: bool,
    /// Only these parts; writes no document
    #[arg(long, value_enum, value_delimiter = ',')]
    only: Vec<Part>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Part {
    Downloads,
    Stems,
    Complete,
    Library,
    Scroll,
    Import,
    MediaServer,
    Conversion,
    DiscogsRate,
    DiscogsTables,
    DiscogsClient,
    Footprint,
}

#[tokio::main]
async fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let share = if arguments.small { 20 } else { 1 };
    let mut document = introduction();
    println!("{document}");
    for &part in Part::value_variants() {
        if !arguments.only.is_empty() && !arguments.only.contains(&part) {
            continue;
        }
        let table = measure(part, share).await.with_context(|| format!("{part:?}"))?;
        let text = table.markdown();
        println!("{text}");
        document.push_str(&format!("\n{text}"));
        document.push_str(explanation(part));
    }
    if arguments.small || !arguments.only.is_empty() {
        return Ok(());
    }
    let file = checkout::root().join("docs/performance.md");
    std::fs::write(&file, document)?;
    println!("Written to {}", file.display());
    Ok(())
}

async fn measure(part: Part, share: u32) -> Result<Table> {
    let load =
        Load { files: 300 / share, length: 4_000_000, large: 2_000_000_000 / u64::from(share) };
    match part {
        Part::Downloads => downloads::run(load).await,
        Part::Stems => stems::run(160_000_000 / u64::from(share)).await,
        Part::Complete => complete::run(10_000 / share).await,
        Part::Library => library::run(100_000 / share).await,
        Part::Scroll => scroll::run(50_000 / share).await,
        Part::Import => import::run(10_000 / share).await,
        Part::MediaServer => media_server::run(2_000_000_000 / u64::from(share)).await,
        Part::Conversion => conversion::run(60 / share.min(10)).await,
        Part::DiscogsRate => discogs::rate::run(share).await,
        Part::DiscogsTables => discogs::tables::run(10_000 / share).await,
        Part::DiscogsClient => discogs::client::run(1_000 / share).await,
        Part::Footprint => {
            let mut table = Table::new("At rest, and in the browser", &["", "found", "budget"]);
            footprint::idle_memory(&mut table).await?;
            footprint::wasm_sizes(&mut table).await?;
            footprint::browser(&mut table).await?;
            Ok(table)
        }
    }
}

/// The middle one; 0 of none.
fn middle(times: &[f64]) -> f64 {
    let mut times = times.to_vec();
    times.sort_unstable_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// What is measured and on what.
fn introduction() -> String {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let answer = |command: &mut Command| {
        let output = command.output().ok()?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        Some(text.lines().next()?.trim().to_owned())
    };
    let date = answer(Command::new("date").args(["-u", "+%Y-%m-%d"])).unwrap_or_default();
    let machine = match answer(&mut Command::new("systemd-detect-virt")).as_deref() {
        Some("none") => "a machine of its own",
        _ => "a virtual machine",
    };
    let aria2 = answer(Command::new("aria2c").arg("--version")).unwrap_or_default();
    let curl = answer(Command::new("curl").arg("--version")).unwrap_or_default();
    let curl = curl.split_whitespace().take(2).collect::<Vec<_>>().join(" ");
    format!(
        "# Performance\n\nWritten by `cargo xtask bench` on {date}: release build, {machine} with {cores} cores, \
         {system}. The sites are the simulator on the same machine, over TLS and through a proxy; it takes its share \
         of the cores. Compared with {aria2} and {curl}. Ratios within a table are what counts; other machines have \
         other times.\n",
        system = std::env::consts::OS,
    )
}

/// What a part's figures mean.
fn explanation(part: Part) -> &'static str {
    match part {
        Part::Downloads => {
            "\nEach of ours is verified, tagged, hashed, synced to the disk and recorded in the database before it \
             counts, and the time includes reading the account's list at one call in 100 ms. aria2c and curl fetch \
             from a list of addresses and leave the files in the system's memory: \"safe on disk\" adds a `sync` for \
             them. A ratio below 1 is faster than aria2c.\n"
        }
        Part::Stems => {
            "\nDecoded while it arrives, then tagged, hashed and synced. Budget: 80 MB.\n"
        }
        Part::Complete => {
            "\nThe list has to be read each time, at one call in 100 ms; \"the rest\" is what is left after these \
             pauses, the site's own time included.\n"
        }
        Part::Library => {
            "\nAsked in the daemon's own process, a page of 50 with the count of all that match. Deleting and restoring \
             end on the disk.\n"
        }
        Part::Scroll => {
            "\nFrom frame to frame while it is scrolled, in Chromium without a graphics card; 16.7 ms are 60 frames a second. \
             With the bar every frame shows other things than the one before. Covers: from the start of the page, on a \
             window that holds them all.\n"
        }
        Part::Import => {
            "\nThe files were written just before, so that all read them from memory. Ours hashes, judges, reads tags, and \
             ends with every file synced and every row written; copied, it writes as much as it reads. The scrub reads \
             every file of the library again.\n"
        }
        Part::MediaServer => {
            "\nRead over loopback from memory; each of several readers asks for its own part, which Python's server does \
             not know: its readers take so much from the beginning. Peak memory is the server's. A ratio above 1 is faster \
             than Python's.\n"
        }
        Part::Conversion => {
            "\nOurs looks at the file first, follows the progress, and looks at the result before it counts. Both run at \
             the same low priority.\n"
        }
        Part::DiscogsRate => {
            "\nThe simulator counts as the site does: all requests of an address within the last minute, whatever they were. \
             What it refuses is counted and asked again.\n"
        }
        Part::DiscogsTables => {
            "\nFrom the command to the end of its process, the file synced; every answer is unpacked and read anew.\n"
        }
        Part::DiscogsClient => {
            "\nOurs keeps every answer and proves the count of the list; the second time it reads the list again and knows \
             the rest. Ours is measured in the daemon, which runs already.\n"
        }
        Part::Footprint => "\nTimes are the middle of seven.\n",
    }
}
