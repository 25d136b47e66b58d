//! Plain lines on standard output, for logs and pipes: what changed, once.

use super::{View, item_line, label};
use crate::commands::queue::balance_line;
use crate::commands::say;
use crate::words;
use protocol::{ErrorBody, ItemView, JobState, JobSummary, Progress};

/// See the module.
#[derive(Default)]
pub struct Lines {
    state: Option<JobState>,
    reason: Option<ErrorBody>,
}

impl View for Lines {
    fn job(&mut self, job: &JobSummary) {
        if self.state != Some(job.state) {
            self.state = Some(job.state);
            let id = job.id;
            match job.state {
                JobState::Listing => {
                    say(format_args!("Job {id}: reading the list of {}", job.source.title()))
                }
                JobState::Running => {
                    say(format_args!(
                        "Job {id}: {} songs, {} files listed",
                        job.songs, job.balance.listed
                    ));
                }
                JobState::Paused => say(format_args!("Job {id}: paused")),
                JobState::Finished | JobState::Cancelled => {}
            }
        }
        if job.reason.is_some() && job.reason != self.reason {
            self.reason.clone_from(&job.reason);
            if let Some(reason) = &job.reason {
                say(words::explain(reason));
            }
        }
    }

    fn item(&mut self, item: &ItemView) {
        if let Some(line) = item_line(item) {
            say(line);
        }
    }

    fn progress(&mut self, _: &JobSummary, _: &Progress) {}

    fn note(&mut self, text: &str) {
        say(text);
    }

    fn problem(&mut self, item: &ItemView) {
        let why = item.reason.as_ref().map(words::explain).unwrap_or_default();
        say(format_args!("  {}: {why}", label(item)));
    }

    /// The command's error goes to standard error by itself.
    fn broken(&mut self, _: &ErrorBody) {}

    fn end(&mut self, job: &JobSummary) {
        say(balance_line(&job.balance));
    }
}
