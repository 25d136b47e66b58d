//! Reading files again, to see whether they are still what they were: a slice every hour, or all of them when asked.
//!
//! A file whose bytes are others although its size and time are as before has rotted: it is set aside and fetched
//! again from where it came from. One that another program wrote to is looked at, and taken as it is if it is sound.

use super::engine::Engine;
use library::{LibraryError, Recorded};
use protocol::ErrorBody;
use protocol::shelf::{Checked, FileVerdict, Verdict};
use std::time::Duration;

/// Every file is read again within so many days, one being much like another in age.
const DAYS: u32 = 30;
/// Files read in one go, every [`EVERY`]: a disk that is asked gently, and 100,000 files in 30 days.
const SLICE: u32 = 140;
/// Between two slices.
const EVERY: Duration = Duration::from_secs(60 * 60);

/// Reads a slice every hour while the daemon runs.
pub(super) async fn run(engine: Engine) {
    loop {
        tokio::select! {
            () = engine.stopping.cancelled() => return,
            () = tokio::time::sleep(EVERY) => {}
        }
        if let Err(error) = slice(&engine).await {
            tracing::warn!(%error, "files could not be read again");
        }
    }
}

async fn slice(engine: &Engine) -> Result<(), ErrorBody> {
    let files = engine.library.due_for_check(DAYS, SLICE).await?;
    engine.check(&files).await?;
    Ok(())
}

impl Engine {
    /// Reads the next files after the row `after` again.
    ///
    /// # Errors
    /// When the library folder is away, or the database refuses.
    pub async fn check_after(&self, after: i64, limit: u32) -> Result<Checked, ErrorBody> {
        let files = self.library.recorded(after, limit).await?;
        let next = files.last().map(|file| file.id);
        Ok(Checked { next, ..self.check(&files).await? })
    }

    async fn check(&self, files: &[Recorded]) -> Result<Checked, ErrorBody> {
        let mut checked = Checked::default();
        self.library.note_disks_of(files.iter().map(|file| file.path.as_str())).await?;
        let (mut read, mut has_changed) = (Vec::with_capacity(files.len()), false);
        for file in files {
            self.library.check_shelf().await?;
            let verdict = self.judge(file).await?;
            if verdict != Verdict::Sound {
                checked.found.push(FileVerdict { name: file.path.clone(), verdict });
            }
            if verdict == Verdict::Away {
                continue;
            }
            checked.files += 1;
            checked.bytes += file.sealed.size;
            read.push(file.id);
            if verdict != Verdict::Sound {
                has_changed = true;
                tracing::warn!(name = file.path, ?verdict, "a file is not what it was");
            }
        }
        self.library.checked(&read).await?;
        if has_changed {
            self.library_changed();
            self.wake.notify_one();
        }
        Ok(checked)
    }

    async fn judge(&self, file: &Recorded) -> Result<Verdict, ErrorBody> {
        let shelf = self.library.shelf();
        let name = file.path.clone();
        let read = tokio::task::spawn_blocking(move || {
            let found = shelf.stat(&name).map(|stamp| (stamp, shelf.hash(&name)));
            let is_away = !matches!(found, Some((_, Ok(_)))) && shelf.away(&name).is_some();
            (found, is_away)
        });
        let (found, is_away) = read.await.map_err(|_| LibraryError::Superseded)?;
        if is_away {
            return Ok(Verdict::Away);
        }
        let Some((stamp, read)) = found else {
            return self.fetch_again(file, true, Verdict::Missing).await;
        };
        // Equal bytes with another time are no news; unreadable ones are rot.
        match read {
            Ok(sealed) if sealed == file.sealed => Ok(Verdict::Sound),
            // The next look has its new row.
            _ if !self.library.is_still(file).await? => Ok(Verdict::Sound),
            _ if stamp == (file.sealed.size, file.mtime_ns) => {
                self.fetch_again(file, false, Verdict::Rotten).await
            }
            _ => match self.examine_changed(file).await? {
                true => Ok(Verdict::Edited),
                false => Ok(Verdict::Damaged),
            },
        }
    }

    /// A file that another program wrote to: true if it is sound, and from now on as it is.
    async fn examine_changed(&self, file: &Recorded) -> Result<bool, ErrorBody> {
        let mut lost = Vec::new();
        for suspect in self.library.wishes_of(file, false).await? {
            if self.examine(&suspect).await? {
                lost.push(suspect.item);
            }
        }
        self.library.want_now(&lost).await?;
        Ok(lost.is_empty())
    }

    async fn fetch_again(
        &self,
        file: &Recorded,
        gone: bool,
        verdict: Verdict,
    ) -> Result<Verdict, ErrorBody> {
        let mut lost = Vec::new();
        for suspect in self.library.wishes_of(file, gone).await? {
            if self.replace(&suspect).await? {
                lost.push(suspect.item);
            }
        }
        self.library.want_now(&lost).await?;
        // Deleted, restored or replaced while it was being read: then it is somebody else's business.
        Ok(if lost.is_empty() { Verdict::Sound } else { verdict })
    }
}
