//! One run of a program that was written by others: in a process group of its own, heard as it speaks, ended with
//! everything it started when it falls silent, is no longer wanted, or the run is dropped.

use std::io;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{Child, Command};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// How much of the end of stderr is kept: the reason is in the last lines.
const COMPLAINT_LIMIT: usize = 16 * 1024;
/// A program that was killed goes away at once, unless it hangs in a system call.
const FAREWELL: Duration = Duration::from_secs(5);
/// Others come first.
#[cfg(unix)]
const NICENESS: i32 = 10;

/// What a piece of output means for the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Heard {
    /// It got further. The next sign of life must come within this time.
    Further(Duration),
    /// It speaks without getting further.
    Nothing,
    /// More than what is allowed.
    TooMuch,
}

/// How a run is watched.
pub(crate) struct Watch<'a> {
    /// How long the first sign of life may take.
    pub(crate) patience: Duration,
    /// Whether words on stderr are signs of life.
    pub(crate) hears_stderr: bool,
    /// Let other programs go first.
    pub(crate) nice: bool,
    /// Ends the run.
    pub(crate) cancel: &'a CancellationToken,
}

/// How a program ended by itself.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) status: ExitStatus,
    /// The end of what it said on stderr.
    pub(crate) stderr: String,
}

/// Why a run was ended, or could not begin.
#[derive(Debug)]
pub(crate) enum Stop {
    /// There is no such program, or it cannot be run.
    Missing,
    Io(io::Error),
    Cancelled,
    /// No sign of life.
    Silent,
    TooMuch,
}

/// Runs `command` to its end and gives each piece of its stdout to `hear`.
pub(crate) async fn run(
    mut command: Command,
    watch: Watch<'_>,
    mut hear: impl FnMut(&[u8]) -> Heard,
) -> Result<Ended, Stop> {
    if watch.cancel.is_cancelled() {
        return Err(Stop::Cancelled);
    }
    let mut child = spawn(&mut command)?;
    // Dropped on every way out, also when nobody waits for this run any more.
    let group = Group(child.id());
    if watch.nice {
        group.make_nice();
    }
    let ended = listen(&mut child, &group, watch, &mut hear).await;
    drop(group);
    if ended.is_err() {
        // So that it no longer writes when the caller clears up. A child that cannot be waited for is no reason to
        // hide why it was ended.
        let _ = tokio::time::timeout(FAREWELL, child.wait()).await;
    }
    ended
}

fn spawn(command: &mut Command) -> Result<Child, Stop> {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    #[cfg(unix)]
    command.process_group(0);
    let has_place = command.as_std().get_current_dir().is_none_or(Path::is_dir);
    command.spawn().map_err(|error| match error.kind() {
        // The folder that it should work in is gone: no fault of the program's.
        io::ErrorKind::NotFound if !has_place => Stop::Io(error),
        io::ErrorKind::NotFound | io::ErrorKind::PermissionDenied => Stop::Missing,
        _ => Stop::Io(error),
    })
}

async fn listen(
    child: &mut Child,
    group: &Group,
    watch: Watch<'_>,
    hear: &mut impl FnMut(&[u8]) -> Heard,
) -> Result<Ended, Stop> {
    let (mut stdout, mut stderr) = (child.stdout.take(), child.stderr.take());
    let (mut spoken, mut complained) = (vec![0; 32 * 1024], vec![0; 4 * 1024]);
    let mut complaints = Vec::new();
    let mut status = None;
    let mut patience = watch.patience;
    let mut deadline = Instant::now() + patience;
    loop {
        if let (Some(status), None, None) = (status, &stdout, &stderr) {
            return Ok(Ended { status, stderr: String::from_utf8_lossy(&complaints).into_owned() });
        }
        tokio::select! {
            biased;
            () = watch.cancel.cancelled() => return Err(Stop::Cancelled),
            piece = read(&mut stdout, &mut spoken), if stdout.is_some() => {
                if let Some(length) = piece? {
                    match hear(&spoken[..length]) {
                        Heard::Further(next) => {
                            patience = next;
                            deadline = Instant::now() + patience;
                        }
                        // A flood would keep the clock below from being looked at.
                        Heard::Nothing if Instant::now() >= deadline => return Err(Stop::Silent),
                        Heard::Nothing => {}
                        Heard::TooMuch => return Err(Stop::TooMuch),
                    }
                }
            }
            piece = read(&mut stderr, &mut complained), if stderr.is_some() => {
                if let Some(length) = piece? {
                    keep_end(&mut complaints, &complained[..length]);
                    if watch.hears_stderr {
                        deadline = Instant::now() + patience;
                    } else if Instant::now() >= deadline {
                        return Err(Stop::Silent);
                    }
                }
            }
            ended = child.wait(), if status.is_none() => {
                status = Some(ended.map_err(Stop::Io)?);
                // What it left running would hold the pipes open.
                group.end();
            }
            () = tokio::time::sleep_until(deadline) => return Err(Stop::Silent),
        }
    }
}

/// Reads a piece; at the end of the pipe it becomes `None`.
async fn read<P: AsyncRead + Unpin>(
    pipe: &mut Option<P>,
    buffer: &mut [u8],
) -> Result<Option<usize>, Stop> {
    let Some(open) = pipe else { return Ok(None) };
    match open.read(buffer).await.map_err(Stop::Io)? {
        0 => {
            *pipe = None;
            Ok(None)
        }
        length => Ok(Some(length)),
    }
}

fn keep_end(kept: &mut Vec<u8>, piece: &[u8]) {
    kept.extend_from_slice(piece);
    kept.drain(..kept.len().saturating_sub(COMPLAINT_LIMIT));
}

/// A program with everything that it started. Dropping it ends them.
pub(crate) struct Group(pub(crate) Option<u32>);

#[cfg(unix)]
impl Group {
    fn id(&self) -> Option<rustix::process::Pid> {
        self.0.and_then(|pid| rustix::process::Pid::from_raw(pid.cast_signed()))
    }

    pub(crate) fn end(&self) {
        if let Some(id) = self.id() {
            // It may have ended by itself just now.
            let _ = rustix::process::kill_process_group(id, rustix::process::Signal::KILL);
        }
    }

    fn make_nice(&self) {
        if let Some(id) = self.id() {
            // Where it is not allowed, the program runs as it is.
            let _ = rustix::process::setpriority_pgrp(Some(id), NICENESS);
        }
    }
}

/// Dropping the child ends it; Windows has no process groups.
#[cfg(not(unix))]
impl Group {
    pub(crate) fn end(&self) {}
    fn make_nice(&self) {}
}

impl Drop for Group {
    fn drop(&mut self) {
        self.end();
    }
}

/// Puts pieces together to lines. What is longer than `limit` is cut.
pub(crate) struct Lines {
    line: Vec<u8>,
    limit: usize,
}

impl Lines {
    pub(crate) fn up_to(limit: usize) -> Self {
        Self { line: Vec::new(), limit }
    }

    /// Gives each line that `piece` completes to `take`, without its end.
    pub(crate) fn push(&mut self, piece: &[u8], mut take: impl FnMut(&str)) {
        let mut parts = piece.split(|byte| *byte == b'\n');
        let first = parts.next().unwrap_or_default();
        self.extend(first);
        for part in parts {
            take(String::from_utf8_lossy(&self.line).trim_end_matches('\r'));
            self.line.clear();
            self.extend(part);
        }
    }

    fn extend(&mut self, part: &[u8]) {
        let room = self.limit - self.line.len();
        self.line.extend_from_slice(&part[..part.len().min(room)]);
    }
}

#[cfg(all(test, unix))]
mod tests;
