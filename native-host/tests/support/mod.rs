//! What the tests of the built program share: a person's machine in a temporary folder.
#![allow(dead_code, reason = "each test file uses its own part")]

use mediafetcher::home::Home;
use mediafetcher::socket::{self, Connection};
use protocol::Envelope;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::thread::JoinHandle;

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
            // The keyring of whoever runs the tests is none of their business.
            .env("DBUS_SESSION_BUS_ADDRESS", "disabled:")
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

/// A daemon of few words in this process: sends what `answer` makes of each request on its first connection,
/// and leaves when that is `None` or the client does.
pub fn serve(
    machine: &Machine,
    mut answer: impl FnMut(Envelope) -> Option<Vec<Envelope>> + Send + 'static,
) -> JoinHandle<()> {
    let home = machine.home();
    let (ready, is_ready) = std::sync::mpsc::channel();
    let serving = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let lock = home.lock().unwrap();
            let listener = socket::listen(&home, &lock).unwrap();
            ready.send(()).unwrap();
            let mut connection = listener.accept().await.unwrap();
            answer_all(&mut connection, &mut answer).await;
        });
        // Else the end of the test would take it for a daemon to stop.
        std::fs::remove_file(home.lock_file()).unwrap();
    });
    is_ready.recv().unwrap();
    serving
}

async fn answer_all(
    connection: &mut Connection,
    answer: &mut impl FnMut(Envelope) -> Option<Vec<Envelope>>,
) {
    while let Ok(Some(request)) = connection.recv().await {
        let Some(messages) = answer(request) else { return };
        for message in messages {
            if connection.send(&message).await.is_err() {
                return;
            }
        }
    }
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}
