//! What encoding may take of the machine: one video at a time, behind other programs, with as many threads as the
//! person allows; and nothing of it is left when the person no longer wants it.
#![cfg(target_os = "linux")]

use crate::sending::*;
use crate::stage::{Stage, until, until_true};
use protocol::SettingsPatch;
use protocol::method::{Cancel, OfJob};
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

/// As `crates/media` has it.
const NICENESS: i32 = 10;

/// A process, of proc_pid_stat(5).
struct Process {
    id: u32,
    parent: u32,
    group: u32,
    niceness: i32,
    is_over: bool,
    line: Vec<String>,
}

impl Process {
    fn read(id: u32) -> Option<Self> {
        let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
        // The name in brackets may hold anything.
        let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
        let line = std::fs::read(format!("/proc/{id}/cmdline")).ok()?;
        let line = line.split(|byte| *byte == 0).map(|word| String::from_utf8_lossy(word).into());
        Some(Self {
            id,
            parent: fields.get(1)?.parse().ok()?,
            group: fields.get(2)?.parse().ok()?,
            niceness: fields.get(16)?.parse().ok()?,
            is_over: matches!(fields.first(), Some(&"Z" | &"X")),
            line: line.collect(),
        })
    }

    fn all() -> impl Iterator<Item = Self> {
        let entries = std::fs::read_dir("/proc").unwrap().flatten();
        entries.filter_map(|entry| Self::read(entry.file_name().to_str()?.parse().ok()?))
    }

    /// Runs of ffmpeg that encode for this daemon.
    fn encoders(stage: &Stage) -> Vec<Self> {
        let daemon = stage.daemon_id();
        let is_one = |process: &Self| {
            process.parent == daemon
                && !process.is_over
                && process.line.iter().any(|word| word == "-progress")
        };
        Self::all().filter(is_one).collect()
    }

    fn has(&self, words: &[&str]) -> bool {
        self.line.windows(words.len()).any(|window| window == words)
    }
}

fn encode(stage: &Stage, preset: &str, threads: u32) {
    let settings = SettingsPatch {
        encoder_preset: Some(preset.into()),
        encoder_threads: Some(threads),
        ..SettingsPatch::default()
    };
    stage.browser().change_settings(settings);
}

#[test]
fn jobs_are_encoded_one_after_the_other_behind_other_programs_with_the_threads_that_are_set() {
    let stage = Stage::new(0);
    // Slow enough to be seen at it, each.
    encode(&stage, "veryslow", 1);
    let paths =
        ["/watch/webm", "/files/clip.webm", "/public/watch/webm", "/public/files/clip.webm"];
    let jobs = paths.map(|path| send(&stage, path, &[path], Some(session(&stage))));
    let mut seen = BTreeMap::new();
    until_true("all are done", || {
        let now = Process::encoders(&stage);
        assert!(now.len() <= 1, "{} at once", now.len());
        seen.extend(now.into_iter().map(|process| (process.id, process)));
        jobs.iter().all(|job| stage.browser().job(*job).balance.done == 1)
    });
    assert_eq!(seen.len(), jobs.len());
    for process in seen.values() {
        assert_eq!(process.niceness, NICENESS, "{:?}", process.line);
        assert!(process.has(&["-threads", "1"]) && process.has(&["-preset:0", "veryslow"]));
        assert_eq!(process.group, process.id, "a group of its own");
    }
    assert_tidy(&stage);
}

#[test]
fn what_is_cancelled_while_it_is_encoded_ends_at_once_with_all_that_belongs_to_it() {
    let stage = Stage::new(0);
    encode(&stage, "veryslow", 1);
    let paths = ["/watch/webm", "/files/clip.webm"];
    let job = send(&stage, "k", &paths, Some(session(&stage)));
    let encoder = until("one is encoded", || Process::encoders(&stage).pop());
    let part = stage.longest_part();
    assert!(part.is_some(), "something was written");
    let cancelled = Instant::now();
    stage.browser().ask::<Cancel>(OfJob { job: Some(job) });
    until_true("its group is gone", || {
        !Process::all().any(|process| process.group == encoder.group && !process.is_over)
    });
    let waited = cancelled.elapsed();
    assert!(waited < Duration::from_secs(15), "{waited:?}");
    let ended = end_of(&stage, job);
    assert_eq!((ended.cancelled, ended.done), (2, 0));
    assert_tidy(&stage);
    assert!(all(&stage).is_empty());
    let left: BTreeSet<_> = std::fs::read_dir(stage.library())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .filter(|name| name != ".mediafetcher")
        .collect();
    assert!(left.is_empty(), "{left:?}");
    assert!(Process::encoders(&stage).is_empty(), "the next one does not begin");
}
