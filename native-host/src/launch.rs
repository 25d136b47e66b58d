//! Starting the daemon from a client, so that it outlives the client.

use crate::home::Home;
use crate::socket::{self, Connection};
use protocol::{ErrorBody, ErrorCode};
use std::fs::{self, File, OpenOptions};
use std::io;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How long a started daemon may take until it answers. Usually it is a tenth of a second; a database to
/// bring up to date on a slow disk of a busy machine takes longer.
const PATIENCE: Duration = Duration::from_secs(15);
const FIRST_PAUSE: Duration = Duration::from_millis(5);
const LONGEST_PAUSE: Duration = Duration::from_millis(200);
/// Daemons that a client says hello to: one that is just ending takes a connection and does not answer any more.
pub const MOST_GREETINGS: u32 = 5;
/// Above this size the log starts anew; the one before is kept.
const LARGEST_LOG: u64 = 8 * 1024 * 1024;

/// Connects to the daemon of `home`, and starts it when none runs. When two clients do this at once, two
/// daemons start, one gets the lock (I7), the other leaves, and both clients reach the first.
///
/// # Errors
/// [`ErrorCode::HostMissing`] with `detail` when the daemon cannot be started or ends at once.
pub async fn connect_or_start(home: &Home) -> Result<Connection, ErrorBody> {
    match socket::connect(home).await {
        Err(error) if error.code == ErrorCode::HostMissing => {}
        other => return other,
    }
    wait_until_it_answers(home, start_child(home)?).await
}

fn start_child(home: &Home) -> Result<Child, ErrorBody> {
    start(home).map_err(|error| failed(format!("it could not be started: {error}")))
}

async fn wait_until_it_answers(home: &Home, mut child: Child) -> Result<Connection, ErrorBody> {
    let started = Instant::now();
    let mut pause = FIRST_PAUSE;
    loop {
        let error = match socket::connect(home).await {
            Ok(connection) => return Ok(connection),
            Err(error) => error,
        };
        match child.try_wait().ok().flatten() {
            // Another daemon has the lock. It will answer soon, or it is just ending: then a new one is needed.
            Some(status) if status.success() => child = start_child(home)?,
            Some(status) => {
                return Err(failed(format!("it ended with {status}; {}", last_words(home))));
            }
            None => {}
        }
        if started.elapsed() > PATIENCE {
            return Err(failed(format!("it did not answer in time ({error})")));
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

fn failed(detail: String) -> ErrorBody {
    ErrorBody::new(ErrorCode::HostMissing).with("detail", detail)
}

fn start(home: &Home) -> io::Result<Child> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["daemon", "run"]);
    // The library may be on a disk that is to be ejected; the daemon must not stand in its way.
    command.current_dir(home.root());
    command.env(crate::home::HOME_VARIABLE, home.root());
    // glibc keeps a heap for each thread that ever did some work, which doubles what the daemon takes at rest.
    command.env("MALLOC_ARENA_MAX", "1");
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(open_log(home)?);
    spawn_detached(&mut command)
}

/// A process group of its own: the browser ends the relay's group soon after the port closes, and Ctrl-C
/// in a terminal reaches the command line's group.
#[cfg(unix)]
fn spawn_detached(command: &mut Command) -> io::Result<Child> {
    use std::os::unix::process::CommandExt;
    command.process_group(0).spawn()
}

/// Out of the console and out of the browser's job object, where the job allows it.
#[cfg(windows)]
fn spawn_detached(command: &mut Command) -> io::Result<Child> {
    use std::os::windows::process::CommandExt;
    // From winbase.h.
    const DETACHED_PROCESS: u32 = 0x0000_0008;
    const CREATE_NEW_PROCESS_GROUP: u32 = 0x0000_0200;
    const CREATE_BREAKAWAY_FROM_JOB: u32 = 0x0100_0000;
    let detached = DETACHED_PROCESS | CREATE_NEW_PROCESS_GROUP;
    match command.creation_flags(detached | CREATE_BREAKAWAY_FROM_JOB).spawn() {
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            command.creation_flags(detached).spawn()
        }
        other => other,
    }
}

fn open_log(home: &Home) -> io::Result<File> {
    let path = home.daemon_log();
    if fs::metadata(&path).is_ok_and(|found| found.len() > LARGEST_LOG) {
        fs::rename(&path, path.with_extension("log.1"))?;
    }
    OpenOptions::new().create(true).append(true).open(path)
}

/// The last line of the daemon's log: usually why it could not start.
fn last_words(home: &Home) -> String {
    let text = fs::read(home.daemon_log()).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    text.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default().to_owned()
}
