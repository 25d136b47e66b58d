//! The checkout's own Python environment: distributions forbid pip on their own Python (PEP 668), and what is needed
//! here must not change what is elsewhere.

use crate::{console, workspace};
use anyhow::Result;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

const LIMIT: Duration = Duration::from_secs(10 * 60);
/// The system's own Python.
const SYSTEMS_OWN: &str = if cfg!(windows) { "python" } else { "python3" };
/// What tests read with beside our own code: a client of Discogs that others wrote, and a reader of spreadsheets.
pub const READERS: &[&str] = &["python3-discogs-client", "openpyxl"];

/// Where the environment's programs are.
pub fn programs() -> PathBuf {
    let folder = if cfg!(windows) { "Scripts" } else { "bin" };
    workspace::tools().join("python").join(folder)
}

/// A program of the environment, whether it is there or not.
pub fn program(name: &str) -> PathBuf {
    programs().join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
}

/// The packages with their versions, when all of them are there.
pub fn find(packages: &[&str]) -> Option<String> {
    let script = "import sys, importlib.metadata as m\n\
                  print(', '.join(f'{name} {m.version(name)}' for name in sys.argv[1:]))";
    console::ask(Command::new(program("python")).args(["-c", script]).args(packages))
        .map(|text| text.trim().to_owned())
}

/// Gets the newest of the packages from PyPI. True when they are there afterwards, false where Python cannot make
/// environments.
pub fn install(packages: &[&str]) -> bool {
    if console::ask(Command::new(SYSTEMS_OWN).args(["-c", "import ensurepip, venv"])).is_none() {
        return false;
    }
    let done = into_environment(packages);
    if let Err(error) = &done {
        console::note(&packages.join(", "), &format!("{error:#}"));
    }
    done.is_ok()
}

fn into_environment(packages: &[&str]) -> Result<()> {
    let mut venv = Command::new(SYSTEMS_OWN);
    venv.args(["-m", "venv"]).arg(workspace::tools().join("python"));
    console::run_quietly("Python environment", &mut venv, LIMIT)?;
    let mut pip = Command::new(program("pip"));
    pip.args(["install", "--quiet", "--disable-pip-version-check", "--upgrade"]).args(packages);
    console::run_quietly(&format!("pip install {}", packages.join(" ")), &mut pip, LIMIT)
}
