//! What a torture run did, in figures.

use crate::snapshot::{Intent, Snapshot};
use simulator::Control;
use std::collections::BTreeMap;
use std::path::Path;
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
    /// Things that were deleted, and that were brought back, as far as the daemon could say so before it died.
    pub deleted: u64,
    /// See [`Tally::deleted`].
    pub restored: u64,
    /// Things that the person changed, likewise.
    pub edited: usize,
    /// Files that a kill caught on their way to the trash or back.
    pub unsettled: u32,
    /// Answers that went on where a kill had stopped them.
    pub resumes: usize,
    /// Bytes of files that the sites sent.
    pub sent: u64,
    /// Bytes of the files themselves.
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
        self.kills_idle += u32::from(rows.intents.is_empty());
        for intent in &rows.intents {
            *self.caught.entry(phase(intent, folder, control)).or_default() += 1;
        }
    }

    /// In words.
    pub fn print(&self, took: Duration) {
        let caught = self.caught.iter().map(|(phase, count)| format!("{count} {phase}"));
        let caught = caught.collect::<Vec<_>>().join(", ");
        println!(
            "  kills       {} ({} at the start of the daemon, {} at work)",
            self.kills(),
            self.kills_at_start,
            self.kills_at_work
        );
        println!("  caught      {caught}; nothing {} times", self.kills_idle);
        println!(
            "  downloads   {}, {} files in all; {} songs renamed, lost or new on the way",
            self.rounds, self.files, self.changes
        );
        println!(
            "  trash       {} things deleted, {} brought back; {} files caught on their way",
            self.deleted, self.restored, self.unsettled
        );
        println!("  edits       {} things changed", self.edited);
        println!("  resumed     {} transfers", self.resumes);
        if self.full_disks > 0 {
            println!("  disk full   {} times", self.full_disks);
        }
        let share = self.sent as f64 / self.needed.max(1) as f64;
        println!(
            "  bytes       {:.0} MB sent for {:.0} MB of files ({share:.2})",
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
fn phase(intent: &Intent, folder: &Path, control: &Control) -> &'static str {
    let length = std::fs::metadata(folder.join(&intent.part)).map_or(0, |found| found.len());
    let whole = || {
        let truth = control.truth(&intent.key.0, intent.key.1.parse().ok()?)?;
        Some(truth.len())
    };
    match intent.phase.as_str() {
        "placing" => "being placed",
        "clearing" => "being cleared",
        "sealing" => "being tagged and synced",
        _ if length == 0 => "before the first byte",
        _ if whole().is_some_and(|whole| length < whole) => "in transfer",
        _ => "being tagged and synced",
    }
}
