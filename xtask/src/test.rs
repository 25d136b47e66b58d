//! `test`: everything that is checked before a change is good. Stops at the first step that fails.

use crate::build::{self, Profile};
use crate::setup::{self, Need};
use crate::{console, demo, extension, wasm, workspace};
use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::process::Command;
use std::time::{Duration, Instant};

/// A named check.
struct Step {
    name: &'static str,
    work: fn() -> Result<()>,
}

const STEPS: &[Step] = &[
    Step { name: "set-up", work: || setup::ensure(Need::ALL) },
    Step { name: "format", work: format },
    Step { name: "extension", work: extension::build },
    Step { name: "lints", work: lints },
    Step { name: "lints of the browser's half", work: wasm_lints },
    Step { name: "unit, property, protocol and fault tests", work: tests },
    Step { name: "end to end in Chromium", work: end_to_end },
];

/// Runs all steps and sums up.
pub fn test() -> Result<()> {
    let mut done: Vec<(&str, Duration)> = Vec::new();
    for (number, step) in STEPS.iter().enumerate() {
        println!("\n==== {} of {}: {}", number + 1, STEPS.len(), step.name);
        let started = Instant::now();
        let result = (step.work)();
        let took = started.elapsed();
        if let Err(error) = result {
            summary(&done);
            println!("  FAILED  {:<45} {}", step.name, console::duration(took));
            bail!("step `{}` failed: {error:#}", step.name);
        }
        done.push((step.name, took));
    }
    summary(&done);
    println!("\nAll {} steps passed.", STEPS.len());
    Ok(())
}

fn summary(done: &[(&str, Duration)]) {
    println!("\n==== Summary");
    for (name, took) in done {
        println!("  passed  {name:<45} {}", console::duration(*took));
    }
}

fn format() -> Result<()> {
    console::run(build::cargo().args(["fmt", "--all", "--check"]))
}

fn lints() -> Result<()> {
    let mut clippy = build::cargo();
    clippy.args(["clippy", "--all-targets"]).args(workspace::select(workspace::NATIVE_PACKAGES));
    console::run(clippy.args(["-p", "xtask", "--", "-D", "warnings"]))
}

/// Only where the ordinary compiler makes the wasm: Debian's comes without clippy.
fn wasm_lints() -> Result<()> {
    if wasm::Toolchain::present() != Some(wasm::Toolchain::Ordinary) {
        console::note("clippy for wasm", "left out: this compiler has none");
        return Ok(());
    }
    let mut clippy = wasm::Toolchain::Ordinary.cargo("clippy");
    clippy.args(workspace::select(workspace::WASM_PACKAGES));
    console::run(clippy.args(["--", "-D", "warnings"]))
}

/// Everything but the end-to-end tests. All packages are named together, see [`workspace::NATIVE_PACKAGES`].
fn tests() -> Result<()> {
    let mut cargo = cargo_test();
    cargo.args(["-p", "xtask", "--lib", "--bins"]);
    for name in integration_tests(|package| package != "mediafetcher-e2e")? {
        cargo.args(["--test", &name]);
    }
    console::run(demo::with_tools(&mut cargo)?)?;
    // What the browser runs and needs no browser for is tested here.
    let mut browsers_half = build::cargo();
    browsers_half.arg("test").args(workspace::select(workspace::WASM_PACKAGES)).arg("--lib");
    console::run(&mut browsers_half)?;
    let mut documentation = cargo_test();
    console::run(demo::with_tools(documentation.args(["-p", "xtask", "--doc"]))?)
}

fn end_to_end() -> Result<()> {
    // The program that the tests start must be the one of this source.
    build::cargo_build(Profile::Dev, &["-p", "mediafetcher"])?;
    let mut cargo = cargo_test();
    for name in integration_tests(|package| package == "mediafetcher-e2e")? {
        cargo.args(["--test", &name]);
    }
    // One browser at a time: two cores are enough for one.
    console::run(demo::with_tools(cargo.args(["--", "--test-threads", "1"]))?)
}

fn cargo_test() -> Command {
    let mut cargo = build::cargo();
    cargo.arg("test").args(workspace::select(workspace::NATIVE_PACKAGES));
    cargo
}

/// The names of the integration tests of the native packages that `wanted` picks.
fn integration_tests(wanted: fn(&str) -> bool) -> Result<Vec<String>> {
    let mut cargo = build::cargo();
    cargo.args(["metadata", "--no-deps", "--format-version", "1"]);
    let text = console::ask(&mut cargo).context("cargo metadata failed")?;
    let metadata: Value = serde_json::from_str(&text)?;
    let packages = metadata["packages"].as_array().context("cargo metadata names no packages")?;
    let picked = packages.iter().filter(|package| {
        let name = package["name"].as_str().unwrap_or_default();
        workspace::NATIVE_PACKAGES.contains(&name) && wanted(name)
    });
    let targets = picked.flat_map(|package| package["targets"].as_array().into_iter().flatten());
    let tests = targets.filter(|target| target["kind"][0] == "test");
    let mut names: Vec<_> =
        tests.filter_map(|target| Some(target["name"].as_str()?.to_owned())).collect();
    names.sort();
    names.dedup();
    Ok(names)
}
