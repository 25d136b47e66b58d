//! One JSON object a line on standard output, for programs. The last is the balance.

use super::View;
use crate::commands::say;
use protocol::{Balance, ErrorBody, Event, ItemView, JobSummary, Progress};
use serde::Serialize;

/// See the module.
pub struct Json;

/// The last line; the order of its fields is a promise.
#[derive(Serialize)]
struct BalanceLine {
    event: &'static str,
    listed: u64,
    done: u64,
    already: u64,
    absent: u64,
    withheld: u64,
    failed: u64,
    cancelled: u64,
    needs_you: u64,
}

impl From<&Balance> for BalanceLine {
    fn from(balance: &Balance) -> Self {
        Self {
            event: "balance",
            listed: balance.listed,
            done: balance.done,
            already: balance.already,
            absent: balance.absent,
            withheld: balance.withheld,
            failed: balance.failed,
            cancelled: balance.cancelled,
            needs_you: balance.needs_you,
        }
    }
}

#[derive(Serialize)]
struct TextLine<'a> {
    event: &'static str,
    text: &'a str,
    #[serde(flatten)]
    error: Option<&'a ErrorBody>,
}

fn print(line: &impl Serialize) {
    // Our types have string keys only, so this cannot fail.
    if let Ok(text) = serde_json::to_string(line) {
        say(text);
    }
}

impl View for Json {
    fn job(&mut self, job: &JobSummary) {
        print(&Event::Job { job: job.clone() });
    }

    fn item(&mut self, item: &ItemView) {
        print(&Event::Item { item: item.clone() });
    }

    fn progress(&mut self, job: &JobSummary, progress: &Progress) {
        print(&Event::Progress { job: job.id, progress: progress.clone() });
    }

    fn note(&mut self, text: &str) {
        print(&TextLine { event: "note", text, error: None });
    }

    /// An `item` line, perhaps for the second time: of what began to wait all at once, none came.
    fn problem(&mut self, item: &ItemView) {
        self.item(item);
    }

    fn broken(&mut self, error: &ErrorBody) {
        let text = crate::words::explain(error);
        print(&TextLine { event: "error", text: &text, error: Some(error) });
    }

    fn end(&mut self, job: &JobSummary) {
        print(&BalanceLine::from(&job.balance));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_balance_line_is_exactly_what_programs_were_promised() {
        let balance =
            Balance { listed: 8, done: 1, already: 2, needs_you: 5, ..Balance::default() };
        let line = serde_json::to_string(&BalanceLine::from(&balance)).unwrap();
        let promised = r#"{"event":"balance","listed":8,"done":1,"already":2,"absent":0,"withheld":0,"failed":0,"cancelled":0,"needs_you":5}"#;
        assert_eq!(line, promised);
    }

    #[test]
    fn an_error_line_has_the_number_and_the_words() {
        let error = ErrorBody::new(protocol::ErrorCode::SignedOut).with("site", "x");
        let text = crate::words::explain(&error);
        let line = TextLine { event: "error", text: &text, error: Some(&error) };
        let value = serde_json::to_value(&line).unwrap();
        assert_eq!(value["code"], 2001);
        assert_eq!(value["event"], "error");
    }
}
