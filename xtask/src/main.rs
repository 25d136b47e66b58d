//! The project's own commands, run as `cargo xtask NAME`.
//!
//! This file is the list of commands; what each does is in the module of its name. Anything that needs the
//! simulator or a browser (demo, torture, bench) is a program of the `e2e` package that is built and started
//! from here, so that this one stays quick to compile.

mod axe;
mod bindgen;
mod build;
mod chromium;
mod console;
mod demo;
mod extension;
mod fuzz;
mod install;
mod package;
mod python;
mod run;
mod setup;
mod sizes;
mod test;
mod wasm;
mod workspace;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Build, try and check MediaFetcher")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Check what is needed and install what is missing
    Setup,
    /// Build the extension into dist/extension and the mediafetcher program
    Build {
        /// Build the program with optimisation
        #[arg(long)]
        release: bool,
    },
    /// See it work: simulator, Chromium, extension, "Download all", balance
    Demo {
        /// Show the browser, and leave it open until Ctrl-C
        #[arg(long)]
        headed: bool,
        /// Songs in the sample account
        #[arg(long)]
        songs: Option<u32>,
    },
    /// Use it: registers the program with the browsers and opens Chromium for the real site
    Run,
    /// Check everything: format, lints, all tests, end to end in Chromium
    Test,
    /// Kill the daemon again and again during a sync, then check every invariant
    Torture {
        /// How often
        #[arg(long, default_value_t = 30)]
        kills: u32,
        /// On a disk that is too small, and gets room again and again (Linux, as root)
        #[arg(long)]
        disk_full: bool,
    },
    /// Feed random bytes and text to what reads them, guided by coverage (needs cargo-fuzz)
    Fuzz {
        /// For each target
        #[arg(long, default_value_t = 60)]
        seconds: u32,
    },
    /// Measure against other programs and the budgets
    Bench {
        /// Only these parts, such as `library,discogs-rate`; writes no document
        #[arg(long, value_delimiter = ',')]
        only: Vec<String>,
    },
    /// Make the zip of the extension and the release program in dist/
    Package,
}

fn main() {
    if let Err(error) = dispatch(Cli::parse().command) {
        eprintln!("\nerror: {error:#}");
        std::process::exit(1);
    }
}

fn dispatch(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Setup => setup::ensure(setup::Need::ALL),
        Command::Build { release } => build::all(build::Profile::from_flag(release)),
        Command::Demo { headed, songs } => demo::demo(headed, songs),
        Command::Run => run::run(),
        Command::Test => test::test(),
        Command::Torture { kills, disk_full } => demo::torture(kills, disk_full),
        Command::Fuzz { seconds } => fuzz::fuzz(seconds),
        Command::Bench { only } => demo::bench(&only),
        Command::Package => package::package(),
    }
}
