//! Bars on a terminal: files, bytes, speed, time left, and the names of what is on its way.

use super::{View, item_line, label};
use crate::commands::queue::balance_line;
use crate::commands::say;
use crate::words;
use indicatif::{HumanBytes, HumanDuration, MultiProgress, ProgressBar, ProgressStyle};
use protocol::{ErrorBody, ItemId, ItemState, ItemView, JobState, JobSummary, Progress};
use std::collections::BTreeMap;
use std::time::Duration;

/// Names shown at once; more would push the bars off the screen.
const MOST_NAMES: usize = 8;

/// See the module.
pub struct Terminal {
    bars: MultiProgress,
    files: ProgressBar,
    names: ProgressBar,
    running: BTreeMap<ItemId, String>,
}

impl Terminal {
    /// Bars without figures yet.
    pub fn new() -> Self {
        let bars = MultiProgress::new();
        let files = bars.add(ProgressBar::new(0));
        files.set_style(style("{bar:32} {pos}/{len} files  {msg}"));
        let names = bars.add(ProgressBar::new_spinner());
        names.set_style(style("{spinner} {wide_msg}"));
        names.enable_steady_tick(Duration::from_millis(120));
        Self { bars, files, names, running: BTreeMap::new() }
    }

    fn say(&self, line: &str) {
        // A terminal that went away is no reason to stop following.
        let _ = self.bars.println(line);
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

impl View for Terminal {
    fn job(&mut self, job: &JobSummary) {
        self.files.set_length(job.balance.listed);
        self.files.set_position(job.balance.listed - job.balance.pending.min(job.balance.listed));
        let stands = match job.state {
            JobState::Listing => format!("reading the list, {} songs so far", job.songs),
            JobState::Paused => "paused".to_owned(),
            _ => return,
        };
        self.names.set_message(stands);
    }

    fn item(&mut self, item: &ItemView) {
        match item.state {
            ItemState::Running => drop(self.running.insert(item.id, label(item))),
            _ => drop(self.running.remove(&item.id)),
        }
        let is_news = !matches!(item.state, ItemState::Done | ItemState::Waiting);
        if let Some(line) = item_line(item).filter(|_| is_news) {
            self.say(&line);
        }
    }

    fn progress(&mut self, job: &JobSummary, progress: &Progress) {
        let left = match progress.eta_s {
            Some(seconds) => format!(", {} left", HumanDuration(Duration::from_secs(seconds))),
            None => String::new(),
        };
        let (bytes, speed) = (HumanBytes(progress.bytes), HumanBytes(progress.bytes_per_s));
        self.files.set_message(format!("{bytes}, {speed}/s{left}"));
        if job.state == JobState::Running {
            let names = progress.running.iter().filter_map(|(id, _, _)| self.running.get(id));
            let names: Vec<&str> = names.take(MOST_NAMES).map(String::as_str).collect();
            self.names.set_message(names.join(" · "));
        }
    }

    fn note(&mut self, text: &str) {
        self.say(text);
    }

    fn problem(&mut self, item: &ItemView) {
        let why = item.reason.as_ref().map(words::explain).unwrap_or_default();
        self.say(&format!("  {}: {why}", label(item)));
    }

    fn broken(&mut self, _: &ErrorBody) {
        self.names.finish_and_clear();
        self.files.abandon();
    }

    fn end(&mut self, job: &JobSummary) {
        self.names.finish_and_clear();
        self.files.finish_and_clear();
        say(balance_line(&job.balance));
    }
}
