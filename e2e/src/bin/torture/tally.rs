//! What a torture run did, in figures.

use crate::snapshot::{Intent, Snapshot};
use simulator::Control;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The sums over all rounds.
#[derive(Default)]
pub struct Tally {
    /// Kills before the daemon answered, most of them while it mended what the kill before had left.
    pub kills_at_start: u32,
    /// Kills of a daemon at work.
    pub kills_at_work: u32,
    /// Kills with nothing under way.
    pub kills_idle: u32,
    /// Files that kills caught, by how far they were.
    pub caught: BTreeMap<&'static str, u32>,
    /// Downloads, each of all files.
    pub rounds: u32,
    /// Files that were checked at the ends.
    pub files: usize,
    /// Renamed, lost and new songs in between.
    pub changes: u32,
    /// Wanted files of pages that came.
    pub pages: usize,
    /// Folders that were taken in, and different files in them.
    pub imported: (usize, usize),
    /// Things that were deleted, and that were brought back, as far as the daemon could say so before it died.
    pub deleted: u64,
    /// See [`Tally::deleted`].
    pub restored: u64,
    /// Things that the person changed, likewise.
    pub edited: usize,
    /// Times that files were to be named anew.
    pub renames: u32,
    /// Kills in the middle of that.
    pub caught_renaming: u32,
    /// Files that a kill caught on their way to the trash or back.
    pub unsettled: u32,
    /// Answers that went on where a kill had stopped them.
    pub resumes: usize,
    /// Bytes of songs that the sites sent.
    pub sent: u64,
    /// Bytes of the songs themselves.
    pub needed: u64,
    /// Times the disk was full.
    pub full_disks: u32,
}

impl Tally {
    /// All kills.
    pub fn kills(&self) -> u32 {
        self.kills_at_start + self.kills_at_work
    }

    /// Notes what a kill caught.
    pub fn caught(&mut self, rows: &Snapshot, folder: &Path, control: &Control) {
        self.unsettled += rows.unsettled;
        self.caught_renaming += u32::from(rows.is_renaming);
        self.kills_idle += u32::from(rows.intents.is_empty() && rows.copies.is_empty());
        for intent in &rows.intents {
            let phase = match intent.source.as_str() {
                "web" => phase_of_page(intent, folder),
                "files" => "own file changed",
                _ => phase_of_song(intent, folder, control),
            };
            *self.caught.entry(phase).or_default() += 1;
        }
        let placed = rows.copies.iter().any(|copy| copy.placing.is_some());
        let phase = if placed { "import, a batch placed" } else { "import, a batch copied" };
        *self.caught.entry(phase).or_default() += u32::from(!rows.copies.is_empty());
    }

    /// In words.
    pub fn print(&self, took: Duration) {
        println!(
            "  kills       {} ({} at the start of the daemon, {} at work; nothing was under way {} times)",
            self.kills(),
            self.kills_at_start,
            self.kills_at_work,
            self.kills_idle
        );
        for (phase, count) in &self.caught {
            println!("  caught      {count:5} {phase}");
        }
        println!(
            "  downloads   {}, {} files in all; {} songs renamed, lost or new on the way",
            self.rounds, self.files, self.changes
        );
        let (folders, files) = self.imported;
        println!(
            "  pages       {} files; {folders} folders with {files} files taken in",
            self.pages
        );
        println!(
            "  trash       {} things deleted, {} brought back; {} files caught on their way",
            self.deleted, self.restored, self.unsettled
        );
        println!(
            "  edits       {} things changed; all named anew {} times, {} kills in the middle of that",
            self.edited, self.renames, self.caught_renaming
        );
        println!("  resumed     {} transfers", self.resumes);
        if self.full_disks > 0 {
            println!("  disk full   {} times", self.full_disks);
        }
        let share = self.sent as f64 / self.needed.max(1) as f64;
        println!(
            "  bytes       {:.0} MB sent for {:.0} MB of songs ({share:.2})",
            mega(self.sent),
            mega(self.needed)
        );
        println!("  time        {:.0} s", took.as_secs_f64());
    }
}

fn mega(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

/// The rows know only the steps that recovery tells apart; the part file's length says the rest.
fn phase_of_song(intent: &Intent, folder: &Path, control: &Control) -> &'static str {
    let length = length(&folder.join(&intent.part));
    let whole = || {
        let truth = control.truth(&intent.key.0, intent.key.1.parse().ok()?)?;
        Some(truth.len())
    };
    match intent.phase.as_str() {
        "placing" => "song placed",
        "clearing" => "song cleared",
        "sealing" => "song tagged and synced",
        _ if length == 0 => "song before its first byte",
        _ if whole().is_some_and(|whole| length < whole) => "song in transfer",
        _ => "song tagged and synced",
    }
}

/// Of a page the files tell more than the rows.
fn phase_of_page(intent: &Intent, folder: &Path) -> &'static str {
    let part = folder.join(&intent.part);
    let prefix = format!("{}-", intent.item);
    let own = |nest: &PathBuf| {
        let name = nest.file_name().unwrap_or_default().to_string_lossy().into_owned();
        name == intent.item.to_string() || name.starts_with(&prefix)
    };
    let nest = nests(folder).into_iter().find(own);
    match (intent.phase.as_str(), nest) {
        ("placing", _) => "page placed",
        ("clearing", _) => "page cleared",
        ("sealing", _) => "page tagged and synced",
        (_, nest) if length(&made_of(&part)) > 0 || made_of(&part).exists() => match nest {
            Some(_) => "page converted or tagged, fetched by yt-dlp",
            None => "page converted or tagged, fetched directly",
        },
        (_, Some(nest)) if has_media(&nest) => "page downloaded by yt-dlp",
        (_, Some(_)) if length(&part) > 0 => "page looked at or tagged",
        (_, Some(_)) => "page read",
        (_, None) if length(&part) > 0 => "page downloaded directly, or looked at",
        (_, None) => "page before its turn",
    }
}

fn length(file: &Path) -> u64 {
    std::fs::metadata(file).map_or(0, |found| found.len())
}

/// The folders in which yt-dlp works.
pub fn nests(library: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(library.join(".mediafetcher/work"));
    entries.into_iter().flatten().flatten().map(|entry| entry.path()).collect()
}

/// yt-dlp has begun to fetch.
pub fn has_media(nest: &Path) -> bool {
    let entries = std::fs::read_dir(nest).into_iter().flatten().flatten();
    let mut names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    names.any(|name| name.starts_with("media.") && !name.ends_with(".json"))
}

/// What ffmpeg makes of a part file lies beside it.
fn made_of(part: &Path) -> PathBuf {
    let name = part.to_string_lossy();
    PathBuf::from(format!("{}-1.downloading", name.strip_suffix(".downloading").unwrap_or(&name)))
}

/// ffmpeg makes something.
pub fn is_making(library: &Path) -> bool {
    let mut entries = std::fs::read_dir(library).into_iter().flatten().flatten();
    entries.any(|entry| entry.file_name().to_string_lossy().ends_with("-1.downloading"))
}
