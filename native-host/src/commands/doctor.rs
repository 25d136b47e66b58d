//! `doctor`: the checklist on a terminal.

use super::arguments::Output;
use super::{Failure, Outcome, WHO, say};
use crate::client::Client;
use crate::doctor::{DaemonFact, checks};
use crate::home::{self, Home};
use crate::words;
use protocol::Settings;
use protocol::method::{Check, CheckResult, GetSettings, Nothing};

pub(super) async fn run(home: &Home, output: Output) -> Result<Outcome, Failure> {
    let (daemon, settings) = ask_daemon(home).await;
    let list = checks(home, &settings, daemon).await;
    if output.json {
        say(protocol::envelope::to_value(&list));
    } else {
        list.checks.iter().for_each(print);
    }
    match list.checks.iter().any(|check| check.result == CheckResult::Bad) {
        true => Ok(Outcome::Attention),
        false => Ok(Outcome::Clean),
    }
}

/// Starts the daemon when none runs: whether it can be started is what people want to know.
async fn ask_daemon(home: &Home) -> (DaemonFact, Settings) {
    match Client::connect_or_start(home, WHO).await {
        Ok(mut client) => {
            let version = client.welcome().host_version.clone();
            let settings = client.call::<GetSettings>(Nothing {}).await;
            (DaemonFact::Answers { version }, settings.unwrap_or_else(|_| defaults()))
        }
        Err(error) => (DaemonFact::Silent { why: error }, defaults()),
    }
}

fn defaults() -> Settings {
    let folder = home::default_library().unwrap_or_default();
    Settings { folder: folder.to_string_lossy().into_owned(), ..Settings::default() }
}

fn print(check: &Check) {
    let mark = match check.result {
        CheckResult::Ok => "✓",
        CheckResult::Warning => "!",
        CheckResult::Bad => "✗",
    };
    say(format_args!("{mark} {:<18} {}", check.id, words::printable(&check.found)));
    if !check.hint.is_empty() {
        say(format_args!("  {:<18} → {}", "", words::printable(&check.hint)));
    }
}
