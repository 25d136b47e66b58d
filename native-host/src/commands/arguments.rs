//! The command line as clap parses it: names, values and help texts. Nothing is done here.

use crate::install::Browser;
use clap::{Args, Parser, Subcommand};
use protocol::shelf::{LibraryQuery, SortBy};
use protocol::{JobId, LibraryItemId, Source, Variant};
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
        /// folder, formats, template, parallel, pace-ms, keep-up-to-date or trash-days
        key: Option<super::config::Key>,
    },
    /// Change a setting
    Set {
        /// folder, formats, template, parallel, pace-ms, keep-up-to-date or trash-days
        key: super::config::Key,
        /// The new value
        value: String,
    },
}

/// `library`.
#[derive(Debug, Subcommand)]
pub enum LibraryCommand {
    /// List what is there
    Ls {
        /// Where.
        #[command(flatten)]
        place: WhereToLook,
        /// What.
        #[command(flatten)]
        filter: Filter,
        /// How to report.
        #[command(flatten)]
        output: Output,
    },
    /// Find by the beginnings of words in title, artist, album, source and lyrics
    Search {
        /// The words; all must be there
        #[arg(required = true)]
        words: Vec<String>,
        /// What.
        #[command(flatten)]
        filter: Filter,
        /// How to report.
        #[command(flatten)]
        output: Output,
    },
    /// Delete; what nothing else refers to goes to the trash
    Rm(Which),
    /// Bring deleted things back
    Restore(Which),
    /// File things in a virtual folder, which is made if need be; the files stay where they are
    Mv {
        /// The numbers that `ls` shows
        #[arg(required = true)]
        items: Vec<LibraryItemId>,
        /// Such as Moods/Calm; / for no folder
        #[arg(long = "to", value_name = "FOLDER")]
        folder: String,
    },
    /// Mark as favourites
    Star {
        /// The numbers that `ls` shows
        #[arg(required = true)]
        items: Vec<LibraryItemId>,
        /// Take the mark away
        #[arg(long)]
        remove: bool,
    },
    /// Keep a search under a name: a smart folder
    Keep {
        /// Its name; an older one of that name is replaced
        name: String,
        /// Beginnings of words; all must be there
        words: Vec<String>,
        /// Where.
        #[command(flatten)]
        place: WhereToLook,
        /// What.
        #[command(flatten)]
        filter: Filter,
    },
    /// Forget a kept search; what it found stays
    Forget {
        /// Its name
        name: String,
    },
    /// Change title, artist, album or year, in the files too; it stays whatever the site says later
    Tag {
        /// The numbers that `ls` shows
        #[arg(required = true)]
        items: Vec<LibraryItemId>,
        /// What.
        #[command(flatten)]
        values: TagArguments,
        /// How to report.
        #[command(flatten)]
        output: Output,
    },
    /// Name the files by the template in the settings; goes on in the background where it stopped
    Rename {
        /// Only say which files would get which names
        #[arg(long)]
        dry_run: bool,
        /// How to report.
        #[command(flatten)]
        output: Output,
    },
    /// List the virtual folders and the kept searches
    Folders(Output),
    /// Write what is there to a file, or to standard output
    Export {
        /// json (a line each), csv, or m3u8 for players
        #[arg(long = "as", value_enum, value_name = "json|csv|m3u8")]
        kind: ExportFormat,
        /// The file; replaced as a whole
        #[arg(long, value_name = "FILE")]
        to: Option<PathBuf>,
        /// Where.
        #[command(flatten)]
        place: WhereToLook,
        /// What.
        #[command(flatten)]
        filter: Filter,
    },
    /// Take in media that were there before, and what other programs have noted as fetched
    Import(Import),
    /// Read every file again; what is lost or damaged is fetched again
    Verify(Output),
    /// Make a lost or broken database again from the library folder; the old one is kept
    Rebuild(Rebuild),
    /// Delete for good what is in the trash
    EmptyTrash,
    /// Show the library in figures
    Stats(Output),
}

/// `library import`.
#[derive(Debug, Args)]
pub struct Import {
    /// The folder; sub-folders become virtual folders. Files elsewhere are copied into the library, files that lie
    /// below its folder stay where they are
    pub folder: Option<PathBuf>,
    /// Copy the files; the originals stay as they are
    #[arg(long, conflicts_with = "in_place")]
    pub copy: bool,
    /// Take the files in where they lie, with their names: only below the library folder
    #[arg(long)]
    pub in_place: bool,
    /// Only look and report; nothing is written
    #[arg(long)]
    pub dry_run: bool,
    /// What yt-dlp (--download-archive) or gallery-dl has noted as fetched, so that it is not fetched again
    #[arg(long, value_name = "FILE")]
    pub archive: Vec<PathBuf>,
    /// How to report.
    #[command(flatten)]
    pub output: Output,
}

/// `library rebuild`.
#[derive(Debug, Args)]
pub struct Rebuild {
    /// The library folder, when the old database does not name it
    #[arg(long, value_name = "DIR")]
    pub folder: Option<PathBuf>,
}

/// What an export is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum ExportFormat {
    /// JSON, a line for each thing.
    Json,
    /// A table (RFC 4180).
    Csv,
    /// A playlist.
    M3u8,
}

/// Things.
#[derive(Debug, Args)]
pub struct Which {
    /// The numbers that `ls` shows
    #[arg(required = true)]
    pub items: Vec<LibraryItemId>,
}

/// What things are to say; an empty text takes a field away.
#[derive(Debug, Args)]
#[group(required = true, multiple = true)]
pub struct TagArguments {
    /// The title
    #[arg(long)]
    pub title: Option<String>,
    /// Who made it
    #[arg(long)]
    pub artist: Option<String>,
    /// The album
    #[arg(long)]
    pub album: Option<String>,
    /// When it was made: 2026, 2026-02 or 2026-02-03
    #[arg(long, visible_alias = "date")]
    pub year: Option<String>,
}

/// Which part of the library.
#[derive(Debug, Args)]
#[group(multiple = false)]
pub struct WhereToLook {
    /// What was deleted and can be restored
    #[arg(long)]
    pub trash: bool,
    /// What was marked
    #[arg(long)]
    pub favorites: bool,
    /// What is in this virtual folder, such as Moods/Calm
    #[arg(long, value_name = "FOLDER")]
    pub folder: Option<String>,
    /// What this kept search finds
    #[arg(long, value_name = "NAME")]
    pub smart: Option<String>,
}

/// Which things, in which order.
#[derive(Debug, Args)]
pub struct Filter {
    /// Only from producer.ai or flowmusic
    #[arg(long)]
    pub source: Option<Source>,
    /// Only mp3, wav, m4a or stems
    #[arg(long)]
    pub format: Option<Variant>,
    /// Only of this year
    #[arg(long)]
    pub year: Option<i32>,
    /// By what to sort
    #[arg(long, value_parser = sort_by, default_value = "added", value_name = "added|title|artist|duration|size")]
    pub sort: SortBy,
    /// The other way round
    #[arg(long)]
    pub reverse: bool,
}

impl Filter {
    /// The query for these words.
    pub fn query(&self, text: String) -> LibraryQuery {
        LibraryQuery {
            text,
            source: self.source,
            variant: self.format,
            year: self.year,
            sort: self.sort,
            descending: self.reverse,
            ..LibraryQuery::default()
        }
    }
}

fn sort_by(text: &str) -> Result<SortBy, String> {
    match text {
        "added" => Ok(SortBy::Added),
        "title" => Ok(SortBy::Title),
        "artist" => Ok(SortBy::Artist),
        "duration" => Ok(SortBy::Duration),
        "size" => Ok(SortBy::Size),
        _ => Err("added, title, artist, duration or size is expected".into()),
    }
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
