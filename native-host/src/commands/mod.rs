//! The command line. Each command is a client of the daemon, except for `daemon run`, which is it, and for
//! what must work without one (`install`, `uninstall`, `doctor`).

pub mod arguments;
mod choose;
mod config;
mod cookie_file;
mod daemon;
mod discogs;
mod discogs_login;
mod doctor;
mod edit;
mod export;
mod follow;
mod import;
mod library;
mod queue;
mod rebuild;
mod registration;
mod send;
mod smart;
mod sync;
mod tools;
mod view;

use crate::client::Client;
use crate::home::Home;
use crate::words;
use arguments::{Cli, Command, DaemonCommand};
use protocol::{ErrorBody, ErrorCode, Variant};
use std::fmt::Display;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

/// How this client calls itself to the daemon.
const WHO: &str = "cli";

/// How a command ended that did what it was asked to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing failed.
    Clean,
    /// Something failed or needs the person.
    Attention,
    /// Interrupted by the person; the daemon goes on.
    Detached,
}

/// Why a command did not do what it was asked to.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// It was asked wrongly.
    #[error("{0}")]
    Usage(String),
    /// The daemon, the site or the disk said no.
    #[error("{}", words::explain(.0))]
    Refused(#[from] ErrorBody),
    /// The system said no.
    #[error("{0:#}")]
    System(#[from] anyhow::Error),
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Failure::System(error.into())
    }
}

impl Failure {
    fn status(&self) -> ExitCode {
        match self {
            Failure::Usage(_) => ExitCode::from(2),
            Failure::Refused(_) | Failure::System(_) => ExitCode::FAILURE,
        }
    }
}

impl Outcome {
    fn status(self) -> ExitCode {
        match self {
            Outcome::Clean => ExitCode::SUCCESS,
            Outcome::Attention => ExitCode::FAILURE,
            // What a shell reports for a program that Ctrl-C ended.
            Outcome::Detached => ExitCode::from(130),
        }
    }
}

/// Runs a command and gives the exit status: 0 when nothing failed, 1 when something failed or needs the
/// person, 2 for wrong usage.
pub async fn run(cli: &Cli) -> ExitCode {
    match dispatch(&cli.command).await {
        Ok(outcome) => outcome.status(),
        Err(failure) => {
            eprintln!("mediafetcher: {failure}");
            failure.status()
        }
    }
}

async fn dispatch(command: &Command) -> Result<Outcome, Failure> {
    let home = || Home::from_environment().map_err(Failure::from);
    match command {
        Command::Sync(arguments) => sync::run(&home()?, arguments).await,
        Command::Send(arguments) => send::run(&home()?, arguments).await,
        Command::Tools { command } => tools::run(&home()?, command).await,
        Command::Status(output) => queue::status(&home()?, *output).await,
        Command::Jobs(output) => queue::jobs(&home()?, *output).await,
        Command::Pause(job) => queue::pause(&home()?, job.id).await,
        Command::Resume(job) => queue::resume(&home()?, job.id).await,
        Command::Cancel(job) => queue::cancel(&home()?, job.id).await,
        Command::Retry(job) => queue::retry(&home()?, job.id).await,
        Command::Daemon { command: DaemonCommand::Run } => daemon::run(home()?).await,
        Command::Daemon { command: DaemonCommand::Stop } => daemon::stop(&home()?).await,
        Command::Daemon { command: DaemonCommand::Status } => daemon::status(&home()?).await,
        Command::Library { command } => library::run(&home()?, command).await,
        Command::ChooseFolder => choose::run(),
        Command::Discogs { command } => discogs::run(&home()?, command).await,
        Command::Install(arguments) => registration::install(arguments),
        Command::Uninstall(arguments) => registration::uninstall(arguments),
        Command::Doctor(output) => doctor::run(&home()?, *output).await,
        Command::Config { command } => config::run(&home()?, command).await,
    }
}

/// A connection to the daemon, which is started when none runs.
async fn open(home: &Home) -> Result<Client, Failure> {
    Ok(Client::connect_or_start(home, WHO).await?)
}

/// A connection to the daemon if one runs.
async fn open_running(home: &Home) -> Result<Option<Client>, Failure> {
    match Client::connect(home, WHO).await {
        Ok(client) => Ok(Some(client)),
        Err(error) if error.code == ErrorCode::HostMissing => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Prints a line on standard output. Whoever reads it may have seen enough (`mediafetcher jobs | head`): then
/// the program is done as well. What it asked the daemon for goes on.
fn say(line: impl Display) {
    if writeln!(io::stdout(), "{line}").is_err() {
        std::process::exit(1);
    }
}

/// A path of the person's as the daemon needs it, which runs in another folder.
fn absolute(path: &Path) -> Result<String, Failure> {
    let absolute = std::path::absolute(path)?;
    let not_text = |path: std::ffi::OsString| {
        Failure::Usage(format!("{} is not a name in Unicode", path.to_string_lossy()))
    };
    absolute.into_os_string().into_string().map_err(not_text)
}

fn joined(formats: &[Variant]) -> String {
    formats.iter().map(|format| format.as_str()).collect::<Vec<_>>().join(",")
}
