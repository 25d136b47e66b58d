//! `build`: the extension in `dist/extension` and the `mediafetcher` program.

use crate::{console, extension, setup, workspace};
use anyhow::Result;
use std::path::PathBuf;
use std::process::Command;

/// How the program is compiled. The wasm has one profile of its own, size first.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// Quick to compile.
    Dev,
    /// Quick to run.
    Release,
}

impl Profile {
    /// `--release` or not.
    pub fn from_flag(release: bool) -> Self {
        if release { Profile::Release } else { Profile::Dev }
    }

    fn name(self) -> &'static str {
        match self {
            Profile::Dev => "dev",
            Profile::Release => "release",
        }
    }

    fn folder(self) -> &'static str {
        match self {
            Profile::Dev => "debug",
            Profile::Release => "release",
        }
    }

    /// Where cargo puts the program `name`.
    pub fn program(self, name: &str) -> PathBuf {
        let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
        workspace::target().join(self.folder()).join(file)
    }
}

/// Both.
pub fn all(profile: Profile) -> Result<()> {
    setup::ensure(&[setup::Need::Wasm])?;
    extension::build()?;
    program(profile)
}

/// The `mediafetcher` program.
pub fn program(profile: Profile) -> Result<()> {
    console::heading("Program");
    cargo_build(profile, &["-p", "mediafetcher"])?;
    console::found("mediafetcher", &profile.program("mediafetcher").display().to_string());
    Ok(())
}

/// `cargo build` of what `selection` says.
pub fn cargo_build(profile: Profile, selection: &[&str]) -> Result<()> {
    let mut cargo = cargo();
    cargo.arg("build").args(["--profile", profile.name()]).args(selection);
    console::run(&mut cargo)
}

/// The cargo that runs this program, in the checkout's top folder.
pub fn cargo() -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(workspace::root());
    cargo
}
