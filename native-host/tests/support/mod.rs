//! What the tests of the built program share: a person's machine in a temporary folder.
#![allow(dead_code, reason = "each test file uses its own part")]

use mediafetcher::home::Home;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

/// A temporary home folder with a data folder in it. Dropping it ends the daemon that works there.
pub struct Machine {
    folder: tempfile::TempDir,
}

impl Machine {
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn home(&self) -> Home {
        Home::at(&self.folder().join("data")).unwrap()
    }

    /// The built program, as this person would run it.
    pub fn program(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mediafetcher"));
        command
            .env("HOME", self.folder())
            .env("MEDIAFETCHER_HOME", self.folder().join("data"))
            .env_remove("XDG_CONFIG_HOME")
            .env_remove("XDG_DATA_HOME")
            .stdin(Stdio::null());
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Output {
        self.program().args(arguments).output().unwrap()
    }

    pub fn launch(&self, arguments: &[&str]) -> Child {
        let mut command = self.program();
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().unwrap()
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        if self.folder().join("data/daemon.lock").is_file() {
            let _ = self.program().args(["daemon", "stop"]).output();
        }
    }
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}
