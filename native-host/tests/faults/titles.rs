//! Titles that break file systems (I6).

use crate::stage::{ACCOUNT, Stage};
use protocol::Balance;
use simulator::Service;
use std::collections::BTreeSet;

const RESERVED: &[char] = &['/', '\\', ':', '*', '?', '"', '<', '>', '|'];

#[test]
fn every_nasty_title_becomes_a_safe_name_of_its_own_and_keeps_its_sound() {
    // I6
    let site = Service::Producer;
    let count = simulator::nasty_titles().len();
    let stage = Stage::new(count as u32);
    stage.control().make_titles_nasty(site, ACCOUNT);
    stage.sync(site, "m4a").assert_all_done(count as u64);
    stage.assert_library(count);
    let names: BTreeSet<String> = stage
        .files()
        .iter()
        .map(|file| file.file_name().unwrap().to_str().expect("UTF-8").to_owned())
        .collect();
    names.iter().for_each(|name| assert_safe(name));
    let folded: BTreeSet<String> = names.iter().map(|name| name.to_lowercase()).collect();
    assert_eq!(folded.len(), count, "two names are one where case does not count");
    let outside = std::fs::read_dir(stage.folder()).unwrap().flatten();
    let audio = outside.filter(|entry| entry.path().extension().is_some_and(|end| end == "m4a"));
    assert_eq!(audio.filter(|entry| entry.file_name() != "truth.m4a").count(), 0);

    // Names are a matter of the titles alone: a second time, nothing is downloaded and nothing is renamed.
    let files = stage.files();
    let again = stage.sync(site, "m4a").balance;
    let count = count as u64;
    assert_eq!(again, Balance { listed: count, already: count, ..Balance::default() });
    assert_eq!(stage.files(), files);
}

/// Fit for Windows, macOS and Linux alike.
#[track_caller]
fn assert_safe(name: &str) {
    assert!(name.len() <= 255, "{} bytes: {name}", name.len());
    assert!(!name.contains(RESERVED), "{name:?}");
    let is_hidden_sign = |c: char| {
        c.is_control()
            || ('\u{202a}'..='\u{202e}').contains(&c)
            || ('\u{2066}'..='\u{2069}').contains(&c)
    };
    assert!(!name.chars().any(is_hidden_sign), "{name:?}");
    assert!(!name.starts_with(['.', ' ', '-']) && !name.ends_with(['.', ' ']), "{name:?}");
    let base = name.split('.').next().unwrap().to_uppercase();
    assert!(!["CON", "NUL", "COM1", "PRN", "AUX"].contains(&&*base), "{name:?}");
}
