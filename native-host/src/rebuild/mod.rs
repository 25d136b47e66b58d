//! A lost or broken database made again from the library folder, while no daemon runs.
//!
//! First from the journal that the daemon keeps there; then, for songs that it does not know, from the tags that
//! MediaFetcher wrote into them (`tagged`). The new database is made beside the old one and takes its place when it is
//! whole; the old one is kept.

mod tagged;

use crate::home::{self, Home};
use anyhow::{Context, bail};
use library::{Library, LibraryError};
use std::fs;
use std::path::{Path, PathBuf};
use time::OffsetDateTime;

/// Blocks of the journal written in one go.
const BATCH: u32 = 16;

/// What came of it.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// The library folder.
    pub folder: PathBuf,
    /// Things that are there again.
    pub things: u64,
    /// Virtual folders.
    pub folders: u64,
    /// Songs of sites that the journal did not know, told by their tags.
    pub by_tags: u64,
    /// Files that are not there any more, or not as they were.
    pub missing: Vec<String>,
    /// Files that nobody knows, which can be taken in as the person's own.
    pub unknown: u64,
    /// Where the old database is kept, if there was one.
    pub kept: Option<PathBuf>,
}

/// Makes the database again. The caller holds the lock of the data folder. `on` hears how many things there are so far.
///
/// # Errors
/// When the folder is no library, or the disk or a database refuses; then the old database is where it was.
pub async fn rebuild(
    home: &Home,
    folder: Option<&Path>,
    on: &mut dyn FnMut(u64),
) -> anyhow::Result<Report> {
    let old = home.database();
    let folder = match folder {
        Some(folder) => folder.to_owned(),
        None => match library::journal::folder_in(&old).await.or_else(home::default_library) {
            Some(folder) => folder,
            None => bail!("name the library folder with --folder"),
        },
    };
    bring_up_to_date(&old, &folder).await;
    let new = old.with_added_extension("rebuilding");
    remove_database(&new)?;
    let library = Library::open(&new, &folder).await.context("no new database could be made")?;
    let made = fill(&library, &folder, on).await;
    library.close().await;
    let mut report = match made {
        Ok(report) => report,
        Err(error) => {
            remove_database(&new)?;
            return Err(error);
        }
    };
    report.kept = take_the_place(&old, &new)?;
    Ok(report)
}

async fn fill(library: &Library, folder: &Path, on: &mut dyn FnMut(u64)) -> anyhow::Result<Report> {
    library.adopt_library(folder).await.map_err(told)?;
    let rebuilt = library.rebuild(on).await?;
    let (by_tags, unknown) = tagged::adopt(library).await?;
    library.finish_jobs().await?;
    while library.write_journal(BATCH).await? > 0 {}
    Ok(Report {
        folder: folder.to_owned(),
        things: rebuilt.things + by_tags,
        folders: rebuilt.folders,
        by_tags,
        missing: rebuilt.missing,
        unknown,
        kept: None,
    })
}

/// Words for the person are told as they are.
fn told(error: LibraryError) -> anyhow::Error {
    match error {
        LibraryError::Invalid(words) => anyhow::anyhow!(words),
        other => other.into(),
    }
}

/// A database that is sound knows more than the journal of some seconds ago.
async fn bring_up_to_date(database: &Path, folder: &Path) {
    if !database.is_file() {
        return;
    }
    let written = async {
        let library = Library::open(database, folder).await?;
        let sound = library.integrity().await? == "ok";
        while sound && library.write_journal(BATCH).await? > 0 {}
        library.close().await;
        Ok::<_, LibraryError>(sound)
    };
    match written.await {
        Ok(true) => {}
        Ok(false) => tracing::warn!("the old database is damaged; the journal is taken as it is"),
        Err(error) => tracing::warn!(%error, "the journal is taken as it is"),
    }
}

/// Puts the new database in the place of the old one, which is kept beside it. At every moment there is one of them.
fn take_the_place(old: &Path, new: &Path) -> anyhow::Result<Option<PathBuf>> {
    let kept = match old.is_file() {
        true => Some(keep(old)?),
        false => None,
    };
    fs::rename(new, old).context("the new database could not take its place")?;
    Ok(kept)
}

fn keep(old: &Path) -> anyhow::Result<PathBuf> {
    let now = OffsetDateTime::now_utc();
    let stamp = format!(
        "{:04}{:02}{:02}-{:02}{:02}{:02}",
        now.year(),
        u8::from(now.month()),
        now.day(),
        now.hour(),
        now.minute(),
        now.second()
    );
    let kept = old.with_added_extension(format!("before-rebuild-{stamp}"));
    if fs::hard_link(old, &kept).is_err() {
        fs::copy(old, &kept).context("the old database could not be kept")?;
    }
    // SQLite's log belongs to the old one alone.
    for log in ["-wal", "-shm"] {
        let (from, to) = (with_suffix(old, log), with_suffix(&kept, log));
        if from.is_file() {
            fs::rename(from, to).context("the old database could not be kept")?;
        }
    }
    Ok(kept)
}

fn remove_database(file: &Path) -> anyhow::Result<()> {
    for file in [file.to_owned(), with_suffix(file, "-wal"), with_suffix(file, "-shm")] {
        match fs::remove_file(&file) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(error).with_context(|| file.display().to_string());
            }
            _ => {}
        }
    }
    Ok(())
}

fn with_suffix(file: &Path, suffix: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}
