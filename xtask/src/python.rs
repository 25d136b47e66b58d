//! Python environments of the checkout: distributions forbid pip on their own Python (PEP 668), and what is needed here
//! must not change what is elsewhere.

use crate::{console, workspace};
use anyhow::Result;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

const LIMIT: Duration = Duration::from_secs(10 * 60);
/// The system's own Python.
const SYSTEMS_OWN: &str = if cfg!(windows) { "python" } else { "python3" };

/// An environment.
pub struct Environment {
    folder: &'static str,
    packages: &'static [&'static str],
}

/// yt-dlp and nothing beside it: where it finds certifi, it trusts that and no longer what it is told to.
pub const YT_DLP: Environment = Environment { folder: "python", packages: &["yt-dlp"] };
/// What tests read with beside our own code: a client of Discogs that others wrote, and a reader of spreadsheets.
pub const READERS: Environment =
    Environment { folder: "readers", packages: &["python3-discogs-client", "openpyxl"] };

impl Environment {
    /// Where its programs are.
    pub fn programs(&self) -> PathBuf {
        let folder = if cfg!(windows) { "Scripts" } else { "bin" };
        self.place().join(folder)
    }

    /// One of its programs, whether it is there or not.
    pub fn program(&self, name: &str) -> PathBuf {
        self.programs().join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
    }

    /// Its packages with their versions, when all of them are there.
    pub fn find(&self) -> Option<String> {
        let script = "import sys, importlib.metadata as m\n\
                      print(', '.join(f'{name} {m.version(name)}' for name in sys.argv[1:]))";
        let mut python = Command::new(self.program("python"));
        console::ask(python.args(["-c", script]).args(self.packages))
            .map(|text| text.trim().to_owned())
    }

    /// Gets its packages as new as they are on PyPI. True when they are there afterwards, false where Python cannot
    /// make environments.
    pub fn install(&self) -> bool {
        if console::ask(Command::new(SYSTEMS_OWN).args(["-c", "import ensurepip, venv"])).is_none()
        {
            return false;
        }
        let done = self.make();
        if let Err(error) = &done {
            console::note(&self.packages.join(", "), &format!("{error:#}"));
        }
        done.is_ok()
    }

    fn make(&self) -> Result<()> {
        let mut venv = Command::new(SYSTEMS_OWN);
        venv.args(["-m", "venv"]).arg(self.place());
        console::run_quietly("Python environment", &mut venv, LIMIT)?;
        let mut pip = Command::new(self.program("pip"));
        pip.args(["install", "--quiet", "--disable-pip-version-check", "--upgrade"])
            .args(self.packages);
        console::run_quietly(&format!("pip install {}", self.packages.join(" ")), &mut pip, LIMIT)
    }

    fn place(&self) -> PathBuf {
        workspace::tools().join(self.folder)
    }
}
