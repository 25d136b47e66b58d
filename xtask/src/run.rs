//! `run`: for real use, from a checkout: the program known to the browsers, and a Chromium with the extension.

use crate::build::{self, Profile};
use crate::setup::{self, Need};
use crate::{chromium, console, workspace};
use anyhow::{Context, Result};
use std::fs;
use std::path::PathBuf;
use std::process::Command;

/// Where a person starts: the site that signs them in.
const START: &str = "https://www.producer.ai/";

/// Builds, registers, opens.
pub fn run() -> Result<()> {
    setup::ensure(Need::DEMO)?;
    build::all(Profile::Release)?;
    let profile = profile_folder()?;
    fs::create_dir_all(&profile).with_context(|| format!("cannot make {}", profile.display()))?;
    console::heading("Registering with the browsers");
    register(&["--browser", "all"])?;
    register(&["--user-data-dir", &profile.to_string_lossy()])?;
    open(&profile)
}

fn register(arguments: &[&str]) -> Result<()> {
    let mut program = Command::new(Profile::Release.program("mediafetcher"));
    console::run(program.arg("install").args(arguments))
}

/// A profile of its own, which lasts: the sign-in is there again next time.
fn profile_folder() -> Result<PathBuf> {
    let folders = directories::BaseDirs::new().context("no home folder")?;
    Ok(folders.data_local_dir().join("mediafetcher").join("chromium-profile"))
}

fn open(profile: &std::path::Path) -> Result<()> {
    let program = chromium::find().context("Chromium was here a moment ago")?;
    console::heading("Chromium");
    println!(
        "  Sign in to the site, then click MediaFetcher in the toolbar. Downloads go on when you close it."
    );
    let mut chromium = Command::new(program);
    chromium
        .arg(format!("--user-data-dir={}", profile.display()))
        .arg(format!("--load-extension={}", workspace::dist_extension().display()))
        .arg("--disable-features=DisableLoadExtensionCommandLineSwitch")
        .args(["--no-first-run", "--no-default-browser-check", START]);
    console::run(&mut chromium)
}
