//! The command line as scripts see it: exit statuses, what is printed where, what is written.
#![cfg(target_os = "linux")]

mod support;

use mediafetcher::install::{Browser, Manifest};
use serde_json::Value;
use std::fs;
use std::path::Path;
use support::{Machine, text};

const MANIFEST: &str = "NativeMessagingHosts/app.mediafetcher.host.json";

fn registered(manifest: &Path) -> bool {
    let program = Path::new(env!("CARGO_BIN_EXE_mediafetcher")).canonicalize().unwrap();
    let found = Manifest::read(manifest);
    found.is_ok_and(|found| found.path == program && found.lets_us_in(Browser::Chromium))
}

#[test]
fn install_registers_with_the_browsers_that_are_there_and_uninstall_takes_it_back() {
    let machine = Machine::new();
    let none = machine.run(&["install"]);
    assert!(text(&none.stdout).contains("No browser was found"));

    let chromium = machine.folder().join(".config/chromium");
    let foreign =
        machine.folder().join(".config/google-chrome/NativeMessagingHosts/com.other.json");
    fs::create_dir_all(&chromium).unwrap();
    fs::create_dir_all(foreign.parent().unwrap()).unwrap();
    fs::write(&foreign, "{}").unwrap();
    fs::create_dir_all(machine.folder().join(".var/app/org.mozilla.firefox")).unwrap();

    for word in ["registered (", "was registered already"] {
        let installed = machine.run(&["install"]);
        assert!(installed.status.success());
        let said = text(&installed.stdout);
        assert!(said.contains(&format!("Chromium: {word}")), "{said}");
        assert!(said.contains("Firefox from Flatpak"), "{said}");
        assert!(registered(&chromium.join(MANIFEST)));
    }
    for word in ["no longer registered", "was not registered"] {
        let removed = machine.run(&["uninstall"]);
        assert!(removed.status.success());
        let said = text(&removed.stdout);
        assert!(said.contains(&format!("Google Chrome: {word}")), "{said}");
        assert!(!chromium.join(MANIFEST).exists() && foreign.exists());
    }
}

#[test]
fn a_browser_with_a_folder_of_its_own_is_registered_there_only() {
    let machine = Machine::new();
    let folder = machine.folder().join("profile");
    let arguments = ["--user-data-dir", folder.to_str().unwrap()];
    assert!(machine.run(&["install", arguments[0], arguments[1]]).status.success());
    assert!(registered(&folder.join(MANIFEST)));
    assert!(!machine.folder().join(".config").exists());
    assert!(machine.run(&["uninstall", arguments[0], arguments[1]]).status.success());
    assert!(!folder.join(MANIFEST).exists());
    let firefox = machine.run(&["install", "--browser", "firefox", arguments[0], arguments[1]]);
    assert_eq!(firefox.status.code(), Some(2));
}

#[test]
fn a_folder_that_cannot_be_written_is_a_failure_with_its_name() {
    let machine = Machine::new();
    fs::write(machine.folder().join("file"), "").unwrap();
    let folder = machine.folder().join("file/profile");
    let output = machine.run(&["install", "--user-data-dir", folder.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stdout).contains("could not change"));
}

#[test]
fn wrong_usage_is_told_apart_from_a_session_that_is_missing() {
    let machine = Machine::new();
    let file = |name: &str, content: &str| {
        let path = machine.folder().join(name);
        fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let sync = |source: &str, cookies: &str| machine.run(&["sync", source, "--cookies", cookies]);
    let good = file("good", ".other.example\tTRUE\t/\tTRUE\t0\tname\tvalue\n");
    let bad = file("bad", "\n\nvery secret\n");

    assert_eq!(sync("napster", &good).status.code(), Some(2));
    assert_eq!(sync("flowmusic", "/nowhere/cookies").status.code(), Some(2));
    assert_eq!(machine.run(&["sync", "flowmusic"]).status.code(), Some(2));
    let unreadable = sync("flowmusic", &bad);
    assert_eq!(unreadable.status.code(), Some(2));
    let said = text(&unreadable.stderr);
    assert!(said.contains("line 3") && !said.contains("secret"), "{said}");

    // Cookies, but none of that site: the person has to sign in there.
    let signed_out = machine.run(&["sync", "flowmusic", "--cookies", &good, "--json"]);
    assert_eq!(signed_out.status.code(), Some(1));
    let line: Value = serde_json::from_slice(&signed_out.stdout).unwrap();
    assert_eq!((&line["event"], &line["code"]), (&"error".into(), &2001.into()));
    assert!(text(&signed_out.stderr).contains("Sign in"));
    assert!(!machine.folder().join("data/daemon.lock").exists(), "no daemon was needed");
}

#[test]
fn nothing_is_started_to_say_that_nothing_runs() {
    let machine = Machine::new();
    assert_eq!(machine.run(&["daemon", "status"]).status.code(), Some(1));
    assert!(machine.run(&["daemon", "stop"]).status.success());
    let status = machine.run(&["status", "--json"]);
    assert!(status.status.success());
    assert_eq!(text(&status.stdout), "{\"running\":false}\n");
    assert!(!machine.folder().join("data/daemon.lock").exists());
}

#[test]
fn the_doctor_checks_everything_and_finds_the_daemon() {
    let machine = Machine::new();
    fs::create_dir_all(machine.folder().join(".config/chromium")).unwrap();
    machine.run(&["install"]);
    let output = machine.run(&["doctor", "--json"]);
    let list: Value = serde_json::from_slice(&output.stdout).unwrap();
    let result = |id: &str| {
        let checks = list["checks"].as_array().unwrap();
        let check = checks.iter().find(|check| check["id"] == id);
        check.unwrap_or_else(|| panic!("no check {id}: {list}"))["result"].clone()
    };
    assert_eq!(result("manifest.chromium"), "ok");
    assert_eq!(result("daemon"), "ok");
    assert_eq!(result("folder.writable"), "ok");
    for id in ["ffmpeg", "ffprobe", "yt-dlp", "folder.space", "folder.names"] {
        result(id);
    }
    let lines = text(&machine.run(&["doctor"]).stdout);
    assert!(lines.contains("✓ manifest.chromium"), "{lines}");
}
