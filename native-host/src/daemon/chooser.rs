//! A folder that the person picks in a window of the system's own. A client may ask for the window; what is picked in
//! it no client has named.
//!
//! The window belongs to a second run of this program (`commands/choose.rs`): some systems open windows only for a
//! program's first thread, and one that hangs can be ended with everything it started.

use super::engine::Engine;
use crate::screen::has_screen;
use protocol::{ErrorBody, ErrorCode};
use std::process::{Output, Stdio};
use std::sync::Mutex;
use std::time::Duration;
use tokio::process::Command;
use tokio_util::sync::CancellationToken;

/// Enough to look for a folder, and for the disk that it is on.
const PATIENCE: Duration = Duration::from_secs(15 * 60);

/// The window that is open, if one is.
#[derive(Default)]
pub(super) struct Chooser {
    open: Mutex<CancellationToken>,
}

impl Chooser {
    /// Closes the window that may be open in favour of a new one, which comes up in front.
    fn take_over(&self, new: CancellationToken) {
        let mut open = self.open.lock().expect("nothing panics while holding it");
        std::mem::replace(&mut *open, new).cancel();
    }
}

impl Engine {
    /// Has the person pick a folder: an absolute path.
    ///
    /// # Errors
    /// [`ErrorCode::NoScreen`] where no window can be shown, [`ErrorCode::Withdrawn`] when none is picked,
    /// [`ErrorCode::ProgramTimeout`] when nobody does anything for long.
    pub async fn choose_folder(&self) -> Result<String, ErrorBody> {
        if !has_screen() {
            return Err(ErrorBody::new(ErrorCode::NoScreen));
        }
        let wanted = self.stopping.child_token();
        self.chooser.take_over(wanted.clone());
        let picked = tokio::select! {
            () = wanted.cancelled() => None,
            picked = tokio::time::timeout(PATIENCE, run_window()) => Some(picked),
        };
        let failed = |code, detail: &dyn std::fmt::Display| {
            ErrorBody::new(code).with("program", "the window for folders").with("detail", detail)
        };
        let output = match picked {
            None => return Err(ErrorBody::new(ErrorCode::Withdrawn)),
            Some(Err(late)) => return Err(failed(ErrorCode::ProgramTimeout, &late)),
            Some(Ok(Err(error))) => return Err(failed(ErrorCode::ProgramFailed, &error)),
            Some(Ok(Ok(output))) => output,
        };
        if !output.status.success() {
            let words = String::from_utf8_lossy(&output.stderr);
            return Err(failed(ErrorCode::ProgramFailed, &words.trim()));
        }
        let printed = String::from_utf8_lossy(&output.stdout);
        match printed.trim_end_matches(['\r', '\n']) {
            "" => Err(ErrorBody::new(ErrorCode::Withdrawn)),
            folder => Ok(folder.to_owned()),
        }
    }
}

/// Runs the window to its end. Dropped, it is closed.
async fn run_window() -> std::io::Result<Output> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("choose-folder").kill_on_drop(true);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    #[cfg(unix)]
    command.process_group(0);
    let child = command.spawn()?;
    let _group = Group(child.id());
    child.wait_with_output().await
}

/// The window's processes, which end when this is dropped: what draws it may be a program of the system's.
struct Group(Option<u32>);

impl Drop for Group {
    fn drop(&mut self) {
        #[cfg(unix)]
        if let Some(id) = self.0
            && let Some(id) = i32::try_from(id).ok().and_then(rustix::process::Pid::from_raw)
        {
            // Gone already when it ended by itself.
            let _ = rustix::process::kill_process_group(id, rustix::process::Signal::KILL);
        }
    }
}
