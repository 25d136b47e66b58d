//! Programs that MediaFetcher drives: its own copy in the data folder first, then the system's.
//!
//! yt-dlp has to follow the sites, faster than systems' packages do. `tools update` installs the current one from PyPI
//! into a Python environment of its own. Each update makes a new environment, and a file names the one in use: a run
//! that has begun keeps the one it began with, and an update that fails changes nothing.

use crate::home::Home;
use anyhow::{Context, bail};
use media::{Found, Program};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tokio::process::Command;

/// What is installed.
const PACKAGE: &str = "yt-dlp[default]";
/// The file that names the environment in use.
const CURRENT: &str = "current";
/// Downloading a few megabytes on a slow line.
const TIMEOUT: Duration = Duration::from_secs(600);
/// How much of a program's last words is shown, in characters.
const WORDS: usize = 300;
/// Runs a module of Python's as `-m` does, and ends it with all that it started when the pipe on its stdin closes: a
/// daemon that is killed cannot end anybody. pip says nothing while it works, so that it would not notice.
const WITH_US: &str = "\
import os, runpy, signal, sys, threading
def follow():
    os.read(0, 1)
    if hasattr(os, 'killpg'):
        os.killpg(0, signal.SIGKILL)
    os._exit(1)
threading.Thread(target=follow, daemon=True).start()
del sys.argv[0]
runpy.run_module(sys.argv[0], run_name='__main__', alter_sys=True)
";

/// What says why, and why in words.
const REASONS: &[(&[&str], &str)] = &[
    (
        &["No space left on device", "Disk quota exceeded"],
        "the disk of the data folder is full; make room and try again",
    ),
    (
        &["ensurepip is not available", "No module named pip", "No module named venv"],
        "this Python has no pip; install it first (on Debian and Ubuntu: apt install python3-venv)",
    ),
    (
        &["after connection broken by", "Could not fetch URL"],
        "PyPI cannot be reached; look at the connection and try again",
    ),
];

/// Finds a program that answers. Our own copy counts before the system's.
pub async fn find(home: &Home, program: Program) -> Option<Found> {
    program.find(own_programs(home).as_deref()).await
}

/// Two updates at once would remove each other's environment.
static UPDATING: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

/// Installs the current yt-dlp and gives its version. The one before stays for the runs that use it; those before that
/// are removed.
///
/// # Errors
/// When there is no Python, PyPI cannot be reached, or what was installed does not run.
pub async fn update(home: &Home) -> anyhow::Result<Found> {
    let _alone = UPDATING.lock().await;
    let folder = tools(home);
    let before = fs::read_to_string(folder.join(CURRENT)).unwrap_or_default();
    fs::create_dir_all(&folder).context("the folder for programs could not be made")?;
    let name = format!("python-{:08x}", rand::random::<u32>());
    match renew(&folder, &name).await {
        Ok(found) => {
            remove_others(&folder, &[&name, &before]);
            Ok(found)
        }
        Err(error) => {
            let _ = fs::remove_dir_all(folder.join(&name));
            Err(error)
        }
    }
}

/// Installs into a new environment of this name, and notes it as the one in use.
async fn renew(folder: &Path, name: &str) -> anyhow::Result<Found> {
    let environment = folder.join(name);
    install(&environment).await?;
    let found = Program::YtDlp.find(Some(&programs_of(&environment))).await;
    let found = found.filter(|found| found.path.starts_with(&environment));
    let found = found.context("yt-dlp was installed but does not run")?;
    let pointer = tempfile::NamedTempFile::new_in(folder)?;
    fs::write(pointer.path(), name)?;
    pointer.persist(folder.join(CURRENT)).context("the new environment could not be noted")?;
    Ok(found)
}

async fn install(environment: &Path) -> anyhow::Result<()> {
    let python = python()
        .await
        .context("Python 3.10 or newer is needed for yt-dlp and was not found; install it first")?;
    run(Command::new(python).args(["-c", WITH_US, "venv", "--clear"]).arg(environment))
        .await
        .context("no Python environment could be made")?;
    let pip = programs_of(environment).join(if cfg!(windows) { "python.exe" } else { "python" });
    let arguments =
        ["-c", WITH_US, "pip", "install", "--quiet", "--disable-pip-version-check", PACKAGE];
    run(Command::new(pip).args(arguments)).await.context("yt-dlp could not be installed")
}

/// The first Python that is new enough for yt-dlp.
async fn python() -> Option<&'static str> {
    let asks = "import sys; sys.exit(sys.version_info < (3, 10))";
    for name in ["python3", "python", "py"] {
        if run(Command::new(name).args(["-c", asks])).await.is_ok() {
            return Some(name);
        }
    }
    None
}

async fn run(command: &mut Command) -> anyhow::Result<()> {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    #[cfg(unix)]
    command.process_group(0);
    let mut child = command.spawn()?;
    // Closed on every way out, and when the daemon is killed.
    let _pipe = child.stdin.take();
    let ended = child.wait_with_output();
    let output = tokio::time::timeout(TIMEOUT, ended).await.context("it took too long")??;
    if !output.status.success() {
        // Some of it is said on stdout.
        let words = [output.stdout, output.stderr].concat();
        bail!("{}", reason(&String::from_utf8_lossy(&words)));
    }
    Ok(())
}

/// Why Python or pip failed: pip's last words are often only that nothing was found.
fn reason(words: &str) -> String {
    let known = REASONS.iter().find(|(marks, _)| marks.iter().any(|mark| words.contains(mark)));
    if let Some((_, reason)) = known {
        return (*reason).to_owned();
    }
    let last = words.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default();
    last.trim_start_matches("ERROR: ").chars().take(WORDS).collect()
}

fn remove_others(folder: &Path, kept: &[&str]) {
    for other in fs::read_dir(folder).into_iter().flatten().flatten() {
        let is_old = other
            .file_name()
            .to_str()
            .is_some_and(|other| other.starts_with("python-") && !kept.contains(&other));
        if is_old && let Err(error) = fs::remove_dir_all(other.path()) {
            tracing::info!(%error, "an old environment stays until the next update");
        }
    }
}

fn tools(home: &Home) -> PathBuf {
    home.root().join("tools")
}

/// The folder with the programs of our own environment, if there is one.
fn own_programs(home: &Home) -> Option<PathBuf> {
    let folder = tools(home);
    let name = fs::read_to_string(folder.join(CURRENT)).ok()?;
    let is_plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    is_plain.then(|| programs_of(&folder.join(name)))
}

fn programs_of(environment: &Path) -> PathBuf {
    environment.join(if cfg!(windows) { "Scripts" } else { "bin" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reason_is_what_a_person_can_do_something_about() {
        let offline = "WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError(x)': /simple/\n\
                       ERROR: No matching distribution found for yt-dlp[default]\n";
        assert!(reason(offline).contains("cannot be reached"));
        let full = "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device\n\n";
        assert!(reason(full).contains("disk"));
        assert!(reason("/x/python: No module named pip\n").contains("python3-venv"));
        assert_eq!(reason("one\nERROR: two\n\n"), "two");
        assert_eq!(reason(""), "");
    }
}
