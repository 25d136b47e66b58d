//! The arguments of `discogs`.

use super::Output;
use clap::{Args, Subcommand, ValueEnum};
use protocol::discogs::{self, EntryFilter, Preset};
use std::path::PathBuf;
use std::str::FromStr;

/// `discogs`.
#[derive(Debug, Subcommand)]
pub enum DiscogsCommand {
    /// Add an account: with a token of your own (read from standard input), by an application that you have registered
    /// there, or by name for what everybody may see
    Login {
        /// Read the public lists of this user, without a token
        #[arg(long, value_name = "NAME", conflicts_with = "token_file")]
        user: Option<String>,
        /// A file with the token, in place of standard input
        #[arg(long, value_name = "FILE")]
        token_file: Option<PathBuf>,
        /// Sign in by an application of your own (OAuth), with its consumer key and secret
        #[arg(long, conflicts_with_all = ["user", "token_file"])]
        oauth: bool,
        /// A file with the consumer key and, on the next line, the consumer secret, in place of standard input
        #[arg(long, value_name = "FILE", requires = "oauth")]
        consumer_key_file: Option<PathBuf>,
        /// How to report.
        #[command(flatten)]
        output: Output,
    },
    /// Forget an account, its token and what was read of its lists
    Logout {
        /// Whose.
        #[command(flatten)]
        whose: WhoseDiscogs,
    },
    /// List the accounts and what is known of them
    Accounts(Output),
    /// List the folders of a collection
    Folders {
        /// Whose.
        #[command(flatten)]
        whose: WhoseDiscogs,
        /// How to report.
        #[command(flatten)]
        output: Output,
    },
    /// Read the collection, and about its releases, without writing a table
    Read(DiscogsRead),
    /// Ask about releases of the collection ahead of time: those never asked about first, then the oldest answers
    Preload(DiscogsPreload),
    /// Read the collection and write it as a table
    Export(DiscogsExport),
    /// Read the wantlist and write it as a table
    Wants(DiscogsExport),
    /// Read what is for sale and write it as a table
    Inventory(DiscogsExport),
    /// Show what is and was read
    Runs(Output),
    /// Stop reading; what was read stays
    Pause(OneRun),
    /// Go on with reading
    Resume(OneRun),
    /// Give up reading; what was read stays
    Cancel(OneRun),
    /// Show what is kept of the site's answers
    Cache {
        /// Forget answers older than so many days; 0 forgets all
        #[arg(long, value_name = "DAYS")]
        purge: Option<u32>,
        /// How to report.
        #[command(flatten)]
        output: Output,
    },
}

/// An account.
#[derive(Clone, Debug, Args)]
pub struct WhoseDiscogs {
    /// Whose, where there are several accounts
    #[arg(long, value_name = "NAME")]
    pub user: Option<String>,
}

/// Something that is read.
#[derive(Clone, Copy, Debug, Args)]
pub struct OneRun {
    /// Its number, as `runs` shows it
    pub run: i64,
}

/// What to read.
#[derive(Debug, Args)]
pub struct DiscogsRead {
    /// Whose.
    #[command(flatten)]
    pub whose: WhoseDiscogs,
    /// Only these folders of a collection, by the numbers that `folders` shows
    #[arg(long, value_name = "NUMBER", value_delimiter = ',')]
    pub folder: Vec<i64>,
    /// Which of them.
    #[command(flatten)]
    pub only: DiscogsOnly,
    /// How much to read about each release; of an inventory the list is all there is
    #[arg(long, value_enum, default_value = "list", value_name = "list|details|prices")]
    pub depth: Depth,
    /// What was read within so many days is not asked for again; as set by `config set discogs-cache-days`, 30 at first
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(..=3650))]
    pub max_age: Option<u32>,
    /// How to report.
    #[command(flatten)]
    pub output: Output,
}

/// What to ask about ahead of time.
#[derive(Debug, Args)]
pub struct DiscogsPreload {
    /// Whose.
    #[command(flatten)]
    pub whose: WhoseDiscogs,
    /// Only these folders, by the numbers that `folders` shows
    #[arg(long, value_name = "NUMBER", value_delimiter = ',')]
    pub folder: Vec<i64>,
    /// Which of them.
    #[command(flatten)]
    pub only: DiscogsOnly,
    /// Ask again where the answer is older than so many days; as set by `config set discogs-cache-days`, 30 at first
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(..=3650))]
    pub older_than: Option<u32>,
    /// What the releases cost, too
    #[arg(long)]
    pub prices: bool,
    /// How to report.
    #[command(flatten)]
    pub output: Output,
}

impl From<&DiscogsPreload> for DiscogsRead {
    fn from(wish: &DiscogsPreload) -> Self {
        Self {
            whose: wish.whose.clone(),
            folder: wish.folder.clone(),
            only: wish.only.clone(),
            depth: if wish.prices { Depth::Prices } else { Depth::Details },
            max_age: wish.older_than,
            output: wish.output,
        }
    }
}

/// What to write.
#[derive(Debug, Args)]
pub struct DiscogsExport {
    /// What to read first.
    #[command(flatten)]
    pub read: DiscogsRead,
    /// Read nothing: write what is known
    #[arg(long)]
    pub offline: bool,
    /// The columns: ten that are easy to read, the site's own, or everything
    #[arg(long, value_enum, default_value = "classic", value_name = "classic|discogs|wide")]
    pub preset: Columns,
    /// The form
    #[arg(long = "as", value_enum, default_value = "csv", value_name = "csv|jsonl|xml|xlsx")]
    pub form: Form,
    /// In CSV, put an apostrophe before texts that a spreadsheet would take for a formula
    #[arg(long)]
    pub spreadsheet_safe: bool,
    /// The file; replaced as a whole. In the library's folder Exports when left out
    #[arg(long, value_name = "FILE")]
    pub to: Option<PathBuf>,
}

/// The heading of what chooses entries.
const ONLY: &str = "Only some";

/// Which entries are meant, of a table and of what is read beside the list; all without any of these.
#[derive(Clone, Debug, Args)]
pub struct DiscogsOnly {
    /// Those that have all of these words (or what they begin) in artists, title, label, number or notes
    #[arg(long, help_heading = ONLY, value_name = "WORDS", value_parser = words)]
    pub search: Option<String>,
    /// Those of this genre, as Discogs writes it; several times for any of several
    #[arg(long, help_heading = ONLY, value_name = "NAME")]
    pub genre: Vec<String>,
    /// Those of this style; as --genre
    #[arg(long, help_heading = ONLY, value_name = "NAME")]
    pub style: Vec<String>,
    /// Those of this label, with its number such as "(2)" where it has one; as --genre
    #[arg(long, help_heading = ONLY, value_name = "NAME")]
    pub label: Vec<String>,
    /// Those on this carrier, such as Vinyl; as --genre
    #[arg(long, help_heading = ONLY, value_name = "NAME")]
    pub format: Vec<String>,
    /// Those that came out there, which is known of releases whose details were read; as --genre
    #[arg(long, help_heading = ONLY, value_name = "NAME")]
    pub country: Vec<String>,
    /// Those of a year, or of years: 1994, 1990-1999, 1990-, -1999
    #[arg(long, help_heading = ONLY, value_name = "YEARS", allow_hyphen_values = true)]
    pub year: Option<Years>,
    /// These and no others, by their numbers: a copy's instance id, a wanted release, a listing
    #[arg(long, help_heading = ONLY, value_name = "NUMBER", value_delimiter = ',', conflicts_with_all = [
        "search", "genre", "style", "label", "format", "country", "year", "folder",
    ])]
    pub copies: Vec<i64>,
}

impl From<&DiscogsOnly> for EntryFilter {
    fn from(only: &DiscogsOnly) -> Self {
        let DiscogsOnly { search, genre, style, label, format, country, year, copies } =
            only.clone();
        let Years { from, to } = year.unwrap_or_default();
        Self {
            text: search.unwrap_or_default(),
            folders: Vec::new(),
            genres: genre,
            styles: style,
            labels: label,
            formats: format,
            countries: country,
            entries: copies,
            from_year: from,
            to_year: to,
        }
    }
}

/// Text that holds something to look for.
fn words(text: &str) -> Result<String, String> {
    let filter = EntryFilter { text: text.to_owned(), ..EntryFilter::default() };
    match filter.words().is_empty() {
        true => Err("say a word to look for".into()),
        false => Ok(filter.text),
    }
}

/// Years of release, the first and the last of them where they have one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Years {
    from: Option<i32>,
    to: Option<i32>,
}

impl FromStr for Years {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let year = |text: &str| match text {
            "" => Ok(None),
            text => text.parse::<u16>().map(|year| Some(i32::from(year))),
        };
        let (from, to) = text.split_once('-').unwrap_or((text, text));
        match (year(from.trim()), year(to.trim())) {
            (Ok(Some(from)), Ok(Some(to))) if from > to => Err(format!("{from} is after {to}")),
            (Ok(from), Ok(to)) if from.or(to).is_some() => Ok(Years { from, to }),
            _ => Err("say a year or years, such as 1994, 1990-1999, 1990- or -1999".into()),
        }
    }
}

/// How much to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Depth {
    /// The list alone.
    List,
    /// Everything about each release.
    Details,
    /// That, and what it costs.
    Prices,
}

impl From<Depth> for discogs::Depth {
    fn from(depth: Depth) -> Self {
        match depth {
            Depth::List => discogs::Depth::List,
            Depth::Details => discogs::Depth::Details,
            Depth::Prices => discogs::Depth::Prices,
        }
    }
}

/// Which columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Columns {
    /// Ten that are easy to read.
    Classic,
    /// The site's own.
    Discogs,
    /// Everything.
    Wide,
}

impl From<Columns> for Preset {
    fn from(columns: Columns) -> Self {
        match columns {
            Columns::Classic => Preset::Classic,
            Columns::Discogs => Preset::Discogs,
            Columns::Wide => Preset::Wide,
        }
    }
}

/// In which form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Form {
    /// A table (RFC 4180).
    Csv,
    /// A JSON object a line.
    Jsonl,
    /// XML.
    Xml,
    /// A workbook.
    Xlsx,
}

impl From<Form> for discogs::SheetFormat {
    fn from(form: Form) -> Self {
        match form {
            Form::Csv => discogs::SheetFormat::Csv,
            Form::Jsonl => discogs::SheetFormat::Jsonl,
            Form::Xml => discogs::SheetFormat::Xml,
            Form::Xlsx => discogs::SheetFormat::Xlsx,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn years_are_one_or_from_and_to() {
        let years = |from, to| Ok(Years { from, to });
        assert_eq!("1994".parse(), years(Some(1994), Some(1994)));
        assert_eq!("1990-1999".parse(), years(Some(1990), Some(1999)));
        assert_eq!("1990-".parse(), years(Some(1990), None));
        assert_eq!("-1999".parse(), years(None, Some(1999)));
        for odd in ["", "-", "nineties", "1990-1995-1999", "19 90", "99999", "1999-1990"] {
            assert!(odd.parse::<Years>().is_err(), "{odd}");
        }
    }
}
