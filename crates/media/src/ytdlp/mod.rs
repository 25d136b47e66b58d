//! Fetching media from pages with yt-dlp: what a page holds ([`YtDlp::read_page`]), and one thing of it
//! ([`YtDlp::fetch`]).
//!
//! yt-dlp sees no settings of the person, no home folder and no environment beyond proxy and certificates. It works in
//! a private folder that the caller makes and removes; only files that it reports as finished come out of here, so
//! that names of parts never do. Which hosts may be asked is not decided here: yt-dlp follows redirects by itself.

mod address;
mod beside;
mod command;
mod complaint;
mod error;
mod fetch;
mod info;
mod page;
mod progress;

pub use address::Address;
pub use beside::{MOST_LANGUAGES, Subtitle};
pub use error::FetchError;
pub use fetch::{Fetched, Taste};
pub use info::{Info, Language};
pub use page::Entry;
pub use progress::Progress;

use std::path::{Path, PathBuf};
use std::time::Duration;

/// The program yt-dlp, and what it needs.
#[derive(Clone, Debug)]
pub struct YtDlp {
    /// Its file.
    pub program: PathBuf,
    /// The file of ffmpeg, with which it joins picture and sound.
    pub ffmpeg: PathBuf,
    /// How long it may say nothing; two minutes are good, as sites are slow.
    pub patience: Duration,
}

/// Where a run of yt-dlp lives.
#[derive(Clone, Copy, Debug)]
pub struct Nest<'a> {
    /// A private folder, an absolute path. It is the run's home and takes its files; what an earlier run left in it
    /// is not used.
    pub folder: &'a Path,
    /// A file of cookies in Netscape's format, an absolute path, readable by nobody else. yt-dlp writes it anew when it
    /// ends.
    pub cookies: Option<&'a Path>,
    /// A list of what is not to be fetched, one `site id` a line, an absolute path. yt-dlp adds to it.
    pub owned: Option<&'a Path>,
    /// The browser whose session the cookies are: some sites bind one to the other.
    pub user_agent: Option<&'a str>,
    /// The proxy through which it may go, such as `http://127.0.0.1:4000`; else the environment's.
    pub proxy: Option<&'a str>,
    /// It may go around the environment's proxy, where that names exceptions. They lead into the local network.
    pub may_go_around: bool,
}
