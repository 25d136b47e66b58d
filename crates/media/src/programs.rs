//! The programs that do what is not done here: ffmpeg, ffprobe, yt-dlp. Where they are and which version.
//!
//! Driving them is another subject; this is what the checklist shows.

use crate::process::Group;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::Command;

/// How long a program may take to say its version. yt-dlp is Python, which a small machine with other work takes its
/// time to start: one that is only slow must not be taken for missing.
const TIMEOUT: Duration = Duration::from_secs(20);
/// ffmpeg lists its build options behind the version.
const OUTPUT_LIMIT: u64 = 64 * 1024;

/// A program that MediaFetcher knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Program {
    /// Converts media.
    Ffmpeg,
    /// Says what is in media.
    Ffprobe,
    /// Fetches media from pages.
    YtDlp,
}

/// A program that was found and answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Its file.
    pub path: PathBuf,
    /// Its version, in its own words, such as `5.1.9-0+deb12u1` or `2025.06.09`.
    pub version: String,
}

impl Program {
    /// Every program.
    pub const ALL: &[Program] = &[Program::Ffmpeg, Program::Ffprobe, Program::YtDlp];

    /// The name of its file, without the extension that Windows adds.
    pub fn name(self) -> &'static str {
        match self {
            Program::Ffmpeg => "ffmpeg",
            Program::Ffprobe => "ffprobe",
            Program::YtDlp => "yt-dlp",
        }
    }

    /// Looks in `extra` and then on `PATH` for the first file of that name that runs and says its version in time.
    pub async fn find(self, extra: Option<&Path>) -> Option<Found> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        self.find_in(extra, &path).await
    }

    async fn find_in(self, extra: Option<&Path>, path: &OsStr) -> Option<Found> {
        let folders = extra.map(Path::to_owned).into_iter().chain(std::env::split_paths(path));
        // A relative folder would depend on where the daemon was started.
        for folder in folders.filter(|folder| folder.is_absolute()) {
            let candidate = folder.join(format!("{}{}", self.name(), std::env::consts::EXE_SUFFIX));
            if is_executable(&candidate)
                && let Some(version) = self.version(&candidate).await
            {
                return Some(Found { path: candidate, version });
            }
        }
        None
    }

    /// Asks the program at `path`.
    async fn version(self, path: &Path) -> Option<String> {
        let arguments: &[&str] = match self {
            Program::Ffmpeg | Program::Ffprobe => &["-version"],
            Program::YtDlp => &["--ignore-config", "--version"],
        };
        let output = run(path, arguments).await?;
        let first = output.lines().next()?;
        let version = match self {
            Program::Ffmpeg | Program::Ffprobe => {
                first.strip_prefix(self.name())?.strip_prefix(" version ")?
            }
            Program::YtDlp => first,
        };
        let version: String = version.split_whitespace().next()?.chars().take(60).collect();
        Some(version)
    }
}

/// What the program prints, when it ends well and in time. It gets no input, no terminal and a process group of its
/// own, which is ended as a whole when time is up: some are scripts that start others.
async fn run(path: &Path, arguments: &[&str]) -> Option<String> {
    let mut command = Command::new(path);
    command
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true);
    #[cfg(unix)]
    command.process_group(0);
    let mut child = command.spawn().ok()?;
    let _group = Group(child.id());
    let stdout = child.stdout.take()?;
    let answer = async {
        let text = read_all(stdout).await?;
        child.wait().await.ok()?.success().then_some(text)
    };
    tokio::time::timeout(TIMEOUT, answer).await.ok()?
}

async fn read_all(stdout: impl AsyncRead + Unpin) -> Option<String> {
    let mut bytes = Vec::new();
    stdout.take(OUTPUT_LIMIT).read_to_end(&mut bytes).await.ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(unix)]
fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    path.metadata().is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(path: &Path) -> bool {
    path.is_file()
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn script(folder: &Path, name: &str, text: &str) -> PathBuf {
        let path = folder.join(name);
        // By a process of its own: while this one has the file open, a program that another test starts would inherit that,
        // and what is open for writing cannot be run.
        let write = r#"printf '#!/bin/sh\n%s\n' "$1" > "$0" && chmod 755 "$0""#;
        let writer =
            std::process::Command::new("sh").args(["-c", write]).arg(&path).arg(text).status();
        assert!(writer.unwrap().success());
        path
    }

    #[tokio::test]
    async fn the_real_ffmpeg_says_its_version() {
        let found = Program::Ffmpeg.find(None).await.expect("ffmpeg is needed for the tests");
        assert!(found.path.is_absolute());
        assert!(found.version.contains('.'), "{found:?}");
    }

    #[tokio::test]
    async fn the_extra_folder_comes_first_and_a_broken_program_is_passed_over() {
        let (extra, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        script(extra.path(), "yt-dlp", "exit 1");
        let good = script(other.path(), "yt-dlp", "echo 2025.06.09");
        let found = Program::YtDlp.find_in(Some(extra.path()), other.path().as_os_str()).await;
        assert_eq!(found, Some(Found { path: good, version: "2025.06.09".into() }));
        let better = script(extra.path(), "yt-dlp", "echo 2026.01.01");
        let found = Program::YtDlp.find_in(Some(extra.path()), other.path().as_os_str()).await;
        assert_eq!(found.map(|found| found.path), Some(better));
    }

    #[tokio::test]
    async fn a_file_that_is_not_executable_or_is_another_program_is_not_found() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("ffmpeg"), "no").unwrap();
        script(folder.path(), "ffprobe", "echo hello");
        let path = folder.path().as_os_str();
        assert_eq!(Program::Ffmpeg.find_in(None, path).await, None);
        assert_eq!(Program::Ffprobe.find_in(None, path).await, None);
    }

    #[tokio::test(start_paused = true)]
    async fn a_program_that_hangs_is_given_up() {
        let folder = tempfile::tempdir().unwrap();
        script(folder.path(), "yt-dlp", "sleep 600");
        assert_eq!(Program::YtDlp.find_in(None, folder.path().as_os_str()).await, None);
    }
}
