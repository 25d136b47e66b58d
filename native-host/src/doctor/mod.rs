//! The checklist: is everything there that MediaFetcher needs, and if not, what to do.
//!
//! The same list is shown by `mediafetcher doctor` and by the extension, which asks the daemon for it.

mod folder;
mod manifests;
mod programs;
mod secrets;

use crate::home::Home;
use crate::words;
use protocol::method::{Check, CheckResult, Checklist};
use protocol::{ErrorBody, Settings};
use std::path::PathBuf;

/// What is known about the daemon by whoever asks for the checklist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DaemonFact {
    /// It answers; the daemon itself says this with its own version.
    Answers {
        /// Its version.
        version: String,
    },
    /// It could not be reached or started.
    Silent {
        /// Why.
        why: ErrorBody,
    },
}

/// Looks at everything, in the order in which to read it.
pub async fn checks(home: &Home, settings: &Settings, daemon: DaemonFact) -> Checklist {
    let library = PathBuf::from(&settings.folder);
    let data = home.root().to_owned();
    let probes = tokio::task::spawn_blocking(move || {
        let disks = [folder::checks(&library), vec![folder::data_disk(&data)]].concat();
        (manifests::checks(), disks)
    });
    let (programs, secrets, probes) =
        tokio::join!(programs::checks(home), secrets::check(home), probes);
    let (manifests, disks) = probes.unwrap_or_default();
    let mut checks = manifests;
    checks.push(daemon_check(home, daemon));
    checks.extend(programs);
    checks.extend(disks);
    checks.push(secrets);
    Checklist { checks }
}

fn daemon_check(home: &Home, daemon: DaemonFact) -> Check {
    let own = env!("CARGO_PKG_VERSION");
    match daemon {
        DaemonFact::Answers { version } if version == own => ok("daemon", version),
        DaemonFact::Answers { version } => warning(
            "daemon",
            format!("{version}, while this program is {own}"),
            "mediafetcher daemon stop",
        ),
        DaemonFact::Silent { why } => {
            let hint = format!("The log is {}.", home.daemon_log().display());
            bad("daemon", words::sentence(&why), hint)
        }
    }
}

fn ok(id: &str, found: impl Into<String>) -> Check {
    Check { id: id.into(), result: CheckResult::Ok, found: found.into(), hint: String::new() }
}

fn warning(id: &str, found: impl Into<String>, hint: impl Into<String>) -> Check {
    Check { id: id.into(), result: CheckResult::Warning, found: found.into(), hint: hint.into() }
}

fn bad(id: &str, found: impl Into<String>, hint: impl Into<String>) -> Check {
    Check { id: id.into(), result: CheckResult::Bad, found: found.into(), hint: hint.into() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::ErrorCode;

    #[tokio::test]
    async fn a_usable_folder_and_an_answering_daemon_are_ok_and_leave_no_trace() {
        let data = tempfile::tempdir().unwrap();
        let library = tempfile::tempdir().unwrap();
        let home = Home::at(data.path()).unwrap();
        let folder = library.path().to_str().unwrap().to_owned();
        let settings = Settings { folder, ..Settings::default() };
        let daemon = DaemonFact::Answers { version: env!("CARGO_PKG_VERSION").into() };
        let list = checks(&home, &settings, daemon).await;
        for id in ["daemon", "folder.writable", "folder.volume", "data.volume"] {
            let check = list.checks.iter().find(|check| check.id == id).unwrap();
            assert_eq!(check.result, CheckResult::Ok, "{check:?}");
        }
        assert_eq!(std::fs::read_dir(library.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_silent_daemon_is_bad_and_an_older_one_is_worth_knowing() {
        let data = tempfile::tempdir().unwrap();
        let home = Home::at(data.path()).unwrap();
        let why = ErrorBody::new(ErrorCode::HostMissing).with("detail", "refused");
        let silent = daemon_check(&home, DaemonFact::Silent { why });
        assert_eq!(silent.result, CheckResult::Bad);
        assert!(silent.found.contains("refused") && silent.hint.contains("daemon.log"));
        let older = daemon_check(&home, DaemonFact::Answers { version: "0.0.1".into() });
        assert_eq!(older.result, CheckResult::Warning);
    }
}
