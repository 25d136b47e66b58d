//! Where a token lies when the system has a keyring: the real GNOME Keyring on a session bus of its own.

use crate::discogs::{log_in, log_in_as};
use crate::stage::{Stage, until_true};
use protocol::ErrorCode;
use protocol::discogs::*;
use protocol::method::*;
use simulator::discogs::Sizes;
use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

const USER: &str = "demo";
const LOGIN: &str = "/org/freedesktop/secrets/collection/login";
/// A bus that starts nothing by itself: a second keyring would come up, a locked one, while the first is being opened.
const CONFIG: &str = r#"<busconfig>
  <type>session</type>
  <listen>ADDRESS</listen>
  <policy context="default"><allow send_destination="*"/><allow receive_sender="*"/><allow own="*"/></policy>
</busconfig>"#;

/// A session bus with a keyring on it. The keyring is where the desktop has it: below its own home folder.
struct Desktop {
    folder: tempfile::TempDir,
    bus: Child,
    keyring: Child,
    /// Bus and keyring were ended by [`Desktop::end`].
    has_ended: bool,
}

impl Desktop {
    /// With an open keyring; `None`, with a printed reason, where the programs for it are not installed.
    fn start() -> Option<Self> {
        let programs = ["dbus-daemon", "dbus-send", "gnome-keyring-daemon"];
        if let Some(missing) = programs.into_iter().find(|name| !is_installed(name)) {
            eprintln!("skipped: {missing} is not installed");
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        for name in ["home", "run"] {
            fs::create_dir(folder.path().join(name)).unwrap();
            let private = fs::Permissions::from_mode(0o700);
            fs::set_permissions(folder.path().join(name), private).unwrap();
        }
        let config = folder.path().join("bus.conf");
        fs::write(&config, CONFIG.replace("ADDRESS", &address(&folder))).unwrap();
        let mut bus = Command::new("dbus-daemon");
        bus.args(["--nofork", "--nopidfile", "--config-file"]).arg(config);
        let bus = spawn(&folder, bus);
        // Its socket is there before anybody listens, and a keyring that finds nobody goes on without a bus.
        until_true("the bus answers", || {
            let mut asked = Command::new("dbus-send");
            asked.args(["--session", "--print-reply", "--dest=org.freedesktop.DBus"]);
            asked.args(["/org/freedesktop/DBus", "org.freedesktop.DBus.GetId"]);
            at_home(&folder, &mut asked).output().unwrap().status.success()
        });
        let keyring = unlocked(&folder);
        let desktop = Self { folder, bus, keyring, has_ended: false };
        desktop.wait();
        Some(desktop)
    }

    fn address(&self) -> String {
        address(&self.folder)
    }

    fn wait(&self) {
        until_true("the keyring is open", || {
            let asked = ["string:org.freedesktop.Secret.Collection", "string:Locked"];
            self.ask(LOGIN, "org.freedesktop.DBus.Properties.Get", &asked).contains("false")
        });
    }

    fn lock(&self) {
        let login = format!("array:objpath:{LOGIN}");
        let locked =
            self.ask("/org/freedesktop/secrets", "org.freedesktop.Secret.Service.Lock", &[&login]);
        assert!(locked.contains(LOGIN), "{locked}");
    }

    /// The keyring's program is not there; the bus is.
    fn take_away(&mut self) {
        self.keyring.kill().unwrap();
        self.keyring.wait().unwrap();
    }

    /// As the next sign-in to the desktop does.
    fn unlock(&mut self) {
        let _ = self.keyring.kill();
        self.keyring.wait().unwrap();
        self.keyring = unlocked(&self.folder);
        self.wait();
    }

    /// How many secrets of ours it has.
    fn secrets(&self) -> usize {
        let ours = "dict:string:string:application,mediafetcher";
        let found = self.ask(
            "/org/freedesktop/secrets",
            "org.freedesktop.Secret.Service.SearchItems",
            &[ours],
        );
        found.matches("object path").count()
    }

    /// What a method of the Secret Service answers, or why it does not.
    fn ask(&self, object: &str, method: &str, arguments: &[&str]) -> String {
        let mut command = Command::new("dbus-send");
        command.args(["--session", "--print-reply", "--dest=org.freedesktop.secrets"]);
        command.arg(object).arg(method).args(arguments);
        let output = at_home(&self.folder, &mut command).output().unwrap();
        String::from_utf8([output.stdout, output.stderr].concat()).unwrap()
    }
}

impl Desktop {
    /// Ends keyring and bus.
    fn end(&mut self) {
        self.has_ended = true;
        for child in [&mut self.keyring, &mut self.bus] {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// The keyring's program has ended by itself.
    fn has_crashed(&mut self) -> bool {
        !self.has_ended && self.keyring.try_wait().is_ok_and(|ended| ended.is_some())
    }
}

impl Drop for Desktop {
    fn drop(&mut self) {
        self.end();
    }
}

/// Runs a test with a keyring. The keyring is somebody else's program: where it crashes itself, which happens once in some
/// dozen runs, the test is begun again.
fn with_keyring(test: fn(&mut Desktop)) {
    for _ in 0..3 {
        let Some(mut desktop) = Desktop::start() else { return };
        let Err(failure) = catch_unwind(AssertUnwindSafe(|| test(&mut desktop))) else { return };
        if !desktop.has_crashed() {
            resume_unwind(failure);
        }
        eprintln!("the keyring's program has crashed; once more");
    }
    panic!("the keyring's program crashes each time");
}

fn is_installed(name: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(name).is_file())
}

fn address(folder: &tempfile::TempDir) -> String {
    format!("unix:path={}", folder.path().join("run/bus").display())
}

fn at_home<'c>(folder: &tempfile::TempDir, command: &'c mut Command) -> &'c mut Command {
    command
        .env("HOME", folder.path().join("home"))
        .env("XDG_RUNTIME_DIR", folder.path().join("run"))
        .env("DBUS_SESSION_BUS_ADDRESS", address(folder))
        // Nobody sits there who could be asked.
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .env_remove("XDG_DATA_HOME")
}

fn spawn(folder: &tempfile::TempDir, mut command: Command) -> Child {
    let command = at_home(folder, &mut command).stdout(Stdio::null()).stderr(Stdio::null());
    command.stdin(Stdio::piped()).spawn().unwrap()
}

/// The keyring, opened by its password, which is made with it the first time.
fn unlocked(folder: &tempfile::TempDir) -> Child {
    let mut command = Command::new("gnome-keyring-daemon");
    command.args(["--foreground", "--components=secrets", "--unlock"]);
    let mut child = spawn(folder, command);
    child.stdin.take().unwrap().write_all(b"password").unwrap();
    child
}

fn secrets_file(stage: &Stage) -> PathBuf {
    stage.file_that_holds(&format!("discogs/{USER}")).unwrap()
}

fn is_in_file(stage: &Stage) -> bool {
    !fs::read_to_string(secrets_file(stage)).unwrap().contains("\"keyring\"")
}

fn checked(stage: &Stage) -> Check {
    let (_, text) = stage.start(&["doctor", "--json"]).end();
    let list: Checklist = serde_json::from_str(text.lines().last().unwrap()).unwrap();
    list.checks.into_iter().find(|check| check.id == "secrets").unwrap()
}

fn read(stage: &Stage) -> Run {
    let (_, text) = stage.start(&["discogs", "read", "--json"]).end();
    serde_json::from_str(text.lines().last().unwrap()).unwrap_or_else(|_| panic!("{text}"))
}

fn stage() -> Stage {
    let stage = Stage::new(1);
    let sizes = Sizes { copies: 3, wants: 0, listings: 0 };
    stage.control().discogs().make_account(USER, sizes);
    stage
}

#[test]
fn a_token_moves_to_the_keyring_when_there_is_one_and_leaves_with_the_account() {
    with_keyring(moves_and_leaves);
}

fn moves_and_leaves(desktop: &mut Desktop) {
    let mut stage = stage();
    log_in(&stage);
    assert!(is_in_file(&stage));
    assert!(checked(&stage).found.contains("encrypted file"));

    stage.stop_daemon();
    stage.use_bus(&desktop.address());
    stage.start_daemon();
    assert!(checked(&stage).found.contains("at its next use"));
    assert_eq!(read(&stage).state, RunState::Finished);
    assert!(!is_in_file(&stage));
    assert_eq!(desktop.secrets(), 1);
    assert_eq!(checked(&stage).found, "the system's keyring");

    // Another sign-in replaces it, and the account takes it along.
    stage.control().discogs().renew_token(USER);
    log_in(&stage);
    assert_eq!(desktop.secrets(), 1);
    assert_eq!(read(&stage).state, RunState::Finished);
    let output = stage.run(&["discogs", "logout"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(desktop.secrets(), 0);
    assert_eq!(stage.file_that_holds("\"keyring\""), None);
}

#[test]
fn a_locked_keyring_is_told_and_loses_nothing() {
    with_keyring(is_locked_and_opened);
}

fn is_locked_and_opened(desktop: &mut Desktop) {
    let mut stage = stage();
    stage.stop_daemon();
    stage.use_bus(&desktop.address());
    stage.start_daemon();
    log_in(&stage);
    assert_eq!((is_in_file(&stage), desktop.secrets()), (false, 1));

    desktop.lock();
    let check = checked(&stage);
    assert_eq!(check.result, CheckResult::Warning, "{check:?}");
    let run = read(&stage);
    assert_eq!(run.state, RunState::NeedsYou);
    assert_eq!(run.reason.unwrap().code, ErrorCode::KeyringRefused);
    let output = stage.run(&["discogs", "logout"]);
    assert!(!output.status.success(), "it would stay in the keyring");

    desktop.unlock();
    let run = read(&stage);
    assert_eq!(run.state, RunState::Finished, "{run:?}");

    // What comes while it is locked is kept in the file, and moves when it is open.
    desktop.lock();
    stage.control().discogs().renew_token(USER);
    log_in(&stage);
    assert!(is_in_file(&stage));
    desktop.unlock();
    assert_eq!(read(&stage).state, RunState::Finished);
    assert_eq!((is_in_file(&stage), desktop.secrets()), (false, 1));

    // A bus that is gone is no reason to ask for the token again.
    desktop.end();
    let run = read(&stage);
    assert_eq!(run.reason.unwrap().code, ErrorCode::KeyringRefused);
}

#[test]
fn what_is_forgotten_while_the_keyring_is_locked_or_away_leaves_it_later() {
    with_keyring(is_left_over_and_goes);
}

fn is_left_over_and_goes(desktop: &mut Desktop) {
    let mut stage = stage();
    stage.stop_daemon();
    stage.use_bus(&desktop.address());
    stage.start_daemon();
    let log_out = |stage: &Stage| {
        let output = stage.run(&["discogs", "logout"]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(stage.file_that_holds("\"keyring\""), None);
    };
    // Replaced while it is locked, and then forgotten: the old one lies there still.
    log_in(&stage);
    desktop.lock();
    stage.control().discogs().renew_token(USER);
    log_in(&stage);
    log_out(&stage);
    assert_eq!(desktop.secrets(), 1);
    let check = checked(&stage);
    assert_eq!(check.result, CheckResult::Warning, "{check:?}");
    stage.stop_daemon();
    desktop.unlock();
    stage.start_daemon();
    until_true("the old token has left the keyring", || desktop.secrets() == 0);

    // Forgotten while there is no keyring; the next who uses it takes it along.
    log_in(&stage);
    assert_eq!(desktop.secrets(), 1);
    desktop.take_away();
    log_out(&stage);
    desktop.unlock();
    assert_eq!(desktop.secrets(), 1);
    stage.control().discogs().make_account("other", Sizes { copies: 1, wants: 0, listings: 0 });
    log_in_as(&stage, "other");
    until_true("nothing is left over", || stage.file_that_holds("left_over").is_none());
    assert_eq!(desktop.secrets(), 1);
    assert_eq!(checked(&stage).found, "the system's keyring");
}
