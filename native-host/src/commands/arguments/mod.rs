//! The command line as clap parses it: names, values and help texts. Nothing is done here.

mod discogs;
mod library;

pub use discogs::{DiscogsCommand, DiscogsExport, DiscogsRead, OneRun, WhoseDiscogs};
pub use library::{
    ExportFormat, Filter, Import, LibraryCommand, Rebuild, TagArguments, WhereToLook, Which,
};

use crate::install::Browser;
use clap::{Args, Parser, Subcommand};
use protocol::{JobId, Source, Variant};
use std::path::PathBuf;

/// Brings your music home from the sites you are signed in to, and keeps it.
#[derive(Debug, Parser)]
#[command(name = "mediafetcher", version)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Download everything of an account that is not here yet
    Sync(Sync),
    /// Bring home what pages of the web hold, as something that plays
    Send(Send),
    /// The programs that MediaFetcher drives
    Tools {
        /// What to do.
        #[command(subcommand)]
        command: ToolsCommand,
    },
    /// Show what is running
    Status(Output),
    /// Show the jobs and how they ended
    Jobs(Output),
    /// Stop the transfers of a job, or all of them; what is there is kept
    Pause(OneOrAll),
    /// Go on with a job, or with all
    Resume(OneOrAll),
    /// Give up what a job has not brought yet
    Cancel(One),
    /// Try again what failed or needed you, in a job or in all
    Retry(OneOrAll),
    /// The process in the background that does the work
    Daemon {
        /// What to do.
        #[command(subcommand)]
        command: DaemonCommand,
    },
    /// What you have: look, search, file, delete and bring back
    Library {
        /// What to do.
        #[command(subcommand)]
        command: LibraryCommand,
    },
    /// Discogs: read a collection, a wantlist or a shop, and write tables of them
    Discogs {
        /// What to do.
        #[command(subcommand)]
        command: DiscogsCommand,
    },
    /// Open a window in which a folder is picked, and print it: for the daemon, when the app page asks
    #[command(hide = true)]
    ChooseFolder,
    /// Register with the browsers
    Install(Registration),
    /// Take the registration with the browsers back
    Uninstall(Registration),
    /// Check the set-up
    Doctor(Output),
    /// Read and change the settings
    Config {
        /// What to do.
        #[command(subcommand)]
        command: ConfigCommand,
    },
}

/// `sync`.
#[derive(Debug, Args)]
pub struct Sync {
    /// The site: producer.ai or flowmusic
    pub source: Source,
    /// The cookies of a signed-in browser, as a Netscape cookie file
    #[arg(long, value_name = "FILE")]
    pub cookies: PathBuf,
    /// The library folder; remembered
    #[arg(long, value_name = "DIR")]
    pub to: Option<PathBuf>,
    /// What to bring of each song: mp3, wav, m4a, stems; as set when left out
    #[arg(long, value_name = "FORMATS", value_delimiter = ',')]
    pub formats: Vec<Variant>,
    /// How to report.
    #[command(flatten)]
    pub output: Output,
}

/// `send`.
#[derive(Debug, Args)]
pub struct Send {
    /// Pages, or media at its own address
    #[arg(required = true, value_name = "URL")]
    pub addresses: Vec<String>,
    /// As what: media (picture and sound), m4a, mp3 or opus (sound alone); as set when left out
    #[arg(long = "as", value_name = "FORMAT")]
    pub variant: Option<Variant>,
    /// The cookies of a signed-in browser, as a Netscape cookie file
    #[arg(long, value_name = "FILE")]
    pub cookies: Option<PathBuf>,
    /// How to report.
    #[command(flatten)]
    pub output: Output,
}

/// `tools`.
#[derive(Clone, Copy, Debug, Subcommand)]
pub enum ToolsCommand {
    /// Install the current yt-dlp from PyPI, for MediaFetcher alone
    Update,
}

/// How to report.
#[derive(Clone, Copy, Debug, Args)]
pub struct Output {
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// A job or all.
#[derive(Clone, Copy, Debug, Args)]
pub struct OneOrAll {
    /// The job; all when left out
    pub id: Option<JobId>,
}

/// A job.
#[derive(Clone, Copy, Debug, Args)]
pub struct One {
    /// The job, as `mediafetcher jobs` shows it
    pub id: JobId,
}

/// `daemon`.
#[derive(Clone, Copy, Debug, Subcommand)]
pub enum DaemonCommand {
    /// Be the daemon, in the foreground
    Run,
    /// End it after what is being written is safe
    Stop,
    /// Say whether it runs
    Status,
}

/// `install` and `uninstall`.
#[derive(Debug, Args)]
pub struct Registration {
    /// chrome, chromium, edge, brave, vivaldi, firefox, or all that are found
    #[arg(long, default_value = "all", value_parser = browsers)]
    pub browser: Browsers,
    /// For a Chromium-like browser that is started with this folder instead of its usual one
    #[arg(long, value_name = "DIR")]
    pub user_data_dir: Option<PathBuf>,
}

/// Which browsers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Browsers {
    /// Those that are found.
    All,
    /// This one, found or not.
    Only(Browser),
}

fn browsers(text: &str) -> Result<Browsers, String> {
    match text {
        "all" => Ok(Browsers::All),
        name => name.parse().map(Browsers::Only),
    }
}

/// `config`.
#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Show one setting, or all
    Get {
        /// Its name
        #[arg(help = super::config::Key::names())]
        key: Option<super::config::Key>,
    },
    /// Change a setting
    Set {
        /// Its name
        #[arg(help = super::config::Key::names())]
        key: super::config::Key,
        /// The new value
        value: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn formats_come_as_a_list_and_an_unknown_source_is_refused() {
        let parse = |line: &str| Cli::try_parse_from(line.split(' '));
        let cli = parse("mediafetcher sync flowmusic --cookies c --formats mp3,stems").unwrap();
        let Command::Sync(sync) = cli.command else { panic!("not sync") };
        assert_eq!(sync.formats, [Variant::Mp3, Variant::Stems]);
        assert_eq!(sync.source, Source::Flowmusic);
        let refused = parse("mediafetcher sync napster --cookies c").unwrap_err();
        assert_eq!(refused.exit_code(), 2);
    }
}
