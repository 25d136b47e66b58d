//! `fuzz`: coverage-guided fuzzing of the frame decoder and of the file-name rules, with cargo-fuzz.

use crate::{build, console, workspace};
use anyhow::{Result, bail};
use std::process::Command;

/// The programs in `fuzz/fuzz_targets`.
const TARGETS: &[&str] = &["frames", "names"];

/// Runs each target for so many seconds, from what earlier runs found in `fuzz/corpus`.
pub fn fuzz(seconds: u32) -> Result<()> {
    if console::ask(build::cargo().args(["fuzz", "--version"])).is_none() {
        bail!("cargo-fuzz is missing. Please run:\n\n    cargo install cargo-fuzz --locked");
    }
    for target in TARGETS {
        console::heading(target);
        console::run(&mut one(target, seconds))?;
    }
    Ok(())
}

fn one(target: &str, seconds: u32) -> Command {
    let mut cargo = build::cargo();
    // The sanitizer's flags are called unstable.
    cargo.current_dir(workspace::root()).env("RUSTC_BOOTSTRAP", "1");
    cargo.args(["fuzz", "run", target, "--", "-max_len=4096", "-print_final_stats=1"]);
    cargo.arg(format!("-max_total_time={seconds}"));
    cargo
}
