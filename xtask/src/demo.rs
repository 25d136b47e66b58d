//! `demo`, `torture` and `bench`: set-up, build, then the program of that name in the `e2e` package.

use crate::build::{self, Profile};
use crate::setup::{self, Need};
use crate::{chromium, console, extension};
use anyhow::Result;
use std::process::Command;

/// The main job, before one's eyes.
pub fn demo(headed: bool, songs: Option<u32>) -> Result<()> {
    let mut arguments = Vec::new();
    if headed {
        arguments.push("--headed".to_owned());
    }
    if let Some(songs) = songs {
        arguments.push(format!("--songs={songs}"));
    }
    play("demo", Need::DEMO, Profile::Dev, &arguments)
}

/// Kills and restarts.
pub fn torture(kills: u32, disk_full: bool) -> Result<()> {
    let mut arguments = vec![format!("--kills={kills}")];
    if disk_full {
        arguments.push("--disk-full".to_owned());
    }
    play("torture", &[Need::Ffmpeg, Need::YtDlp], Profile::Release, &arguments)
}

/// Measurements.
pub fn bench(only: &[String]) -> Result<()> {
    let needs = [Need::DEMO, &[Need::Aria2, Need::Readers]].concat();
    let arguments: Vec<String> = only.iter().map(|part| format!("--only={part}")).collect();
    play("bench", &needs, Profile::Release, &arguments)
}

fn play(name: &str, needs: &[Need], profile: Profile, arguments: &[String]) -> Result<()> {
    setup::ensure(needs)?;
    if needs.contains(&Need::Wasm) {
        extension::build()?;
    }
    console::heading("Program");
    build::cargo_build(profile, &["-p", "mediafetcher", "-p", "mediafetcher-e2e", "--bins"])?;
    console::heading(name);
    let mut program = Command::new(profile.program(name));
    console::run(with_tools(&mut program)?.args(arguments))
}

/// Gives a program of the `e2e` package what set-up found.
pub fn with_tools(command: &mut Command) -> Result<&mut Command> {
    if let Some(program) = chromium::find() {
        command.env(chromium::VARIABLE, program);
    }
    Ok(command.env("PATH", setup::path_with_tools()?))
}
