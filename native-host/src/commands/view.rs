//! What `sync` shows while it follows a job: bars on a terminal, lines elsewhere, JSON for programs.

mod json;
mod lines;
mod terminal;

pub(super) use json::Json;
pub(super) use lines::Lines;
pub(super) use terminal::Terminal;

use protocol::{ErrorBody, ItemState, ItemView, JobSummary, Progress};

/// Shows how a job goes.
pub(super) trait View {
    /// The job as it is now.
    fn job(&mut self, job: &JobSummary);
    /// A file whose state changed.
    fn item(&mut self, item: &ItemView);
    /// Live figures.
    fn progress(&mut self, job: &JobSummary, progress: &Progress);
    /// A sentence beside the job.
    fn note(&mut self, text: &str);
    /// A file that did not come, named at the end.
    fn problem(&mut self, item: &ItemView);
    /// Something ended the following before the job ended.
    fn broken(&mut self, error: &ErrorBody);
    /// The job's balance, last of all.
    fn end(&mut self, job: &JobSummary);
}

/// The view for `json` or for where standard error leads.
pub(super) fn choose(json: bool) -> Box<dyn View> {
    use std::io::IsTerminal;
    match (json, std::io::stderr().is_terminal()) {
        (true, _) => Box::new(Json),
        (false, true) => Box::new(Terminal::new()),
        (false, false) => Box::new(Lines::default()),
    }
}

/// Title and format of a file, for people.
fn label(item: &ItemView) -> String {
    let title = match item.title.trim() {
        "" => item.source_id.as_str(),
        title => title,
    };
    format!("{} ({})", crate::words::printable(title), item.variant)
}

/// A line about a file that has come to rest or stands still; `None` for one on its way.
fn item_line(item: &ItemView) -> Option<String> {
    let word = match item.state {
        ItemState::Done => "done",
        ItemState::Failed => "failed",
        ItemState::Absent => "absent",
        ItemState::Withheld => "withheld",
        ItemState::Cancelled => "cancelled",
        ItemState::NeedsYou => "needs you",
        ItemState::Waiting => "waiting",
        ItemState::Wanted | ItemState::Running => return None,
    };
    let why = item.reason.as_ref().map(crate::words::sentence);
    let why = why.filter(|_| item.state != ItemState::Done);
    let why = why.map(|why| format!(": {why}")).unwrap_or_default();
    Some(format!("{word:<9} {}{why}", label(item)))
}
