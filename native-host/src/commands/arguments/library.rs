//! The arguments of `library`.

use super::Output;
use clap::{Args, Subcommand};
use protocol::shelf::{LibraryQuery, SortBy};
use protocol::{LibraryItemId, Source, Variant};
use std::path::PathBuf;

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
    /// Take in single files; copied into the library unless they lie in it
    Add {
        /// Audio or video
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// How to report.
        #[command(flatten)]
        output: Output,
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
    /// Only from there: producer.ai, flowmusic, or web and files for what was sent and taken in
    #[arg(long)]
    pub source: Option<Source>,
    /// Only of this format, such as mp3, wav, m4a, opus, stems or media
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
