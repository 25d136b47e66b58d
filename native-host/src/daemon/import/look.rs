//! One file of a folder: read through once, for its hash and its copy, and judged.

use library::Sealed;
use library::intake::Found;
use media::{Survey, Surveyed};
use protocol::{ErrorBody, ErrorCode};
use sha2::{Digest, Sha256};
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio_util::sync::CancellationToken;

/// Read at once.
const BUFFER: usize = 512 * 1024;
/// What is looked at before a file is copied.
const HEAD: usize = 4096;

/// What a look gave.
#[derive(Debug)]
pub(super) enum Look {
    /// Media.
    Media {
        /// Its bytes.
        sealed: Sealed,
        /// What it is.
        what: Box<Surveyed>,
    },
    /// No media, or it could not be read.
    Refused(ErrorBody),
    /// The library's disk refused the copy: not the file's fault.
    NotKept(io::Error),
    /// The daemon ends.
    Stopped,
}

/// What to do with a file.
#[derive(Clone, Debug)]
pub(super) struct Task {
    /// The file.
    pub found: Found,
    /// Where its copy goes, if it is copied.
    pub to: Option<PathBuf>,
}

/// Looks at all of these, on every core.
pub(super) async fn all(
    tasks: Vec<Task>,
    ffprobe: Option<PathBuf>,
    cancel: CancellationToken,
) -> Vec<Look> {
    let (inner, work) = (cancel.clone(), tasks.clone());
    let looked = tokio::task::spawn_blocking(move || look_side_by_side(&work, &inner));
    let first = looked.await.unwrap_or_default();
    let mut looks = Vec::with_capacity(tasks.len());
    // A program for each takes most of the time that it takes: as many at once as there are cores.
    let asked = first.into_iter().zip(tasks).map(|(first, task)| {
        let (ffprobe, cancel) = (ffprobe.clone(), cancel.clone());
        async move {
            match first {
                First::Done(look) => look,
                First::Ask(sealed) => ask(&task, sealed, ffprobe.as_deref(), &cancel).await,
            }
        }
    });
    let mut asked = futures::StreamExt::buffered(futures::stream::iter(asked), cores());
    while let Some(look) = futures::StreamExt::next(&mut asked).await {
        looks.push(look);
    }
    looks
}

/// How many files are read at once.
fn cores() -> usize {
    std::thread::available_parallelism().map_or(2, usize::from)
}

/// What is known before ffprobe was asked.
enum First {
    Done(Look),
    Ask(Sealed),
}

fn look_side_by_side(tasks: &[Task], cancel: &CancellationToken) -> Vec<First> {
    let next = AtomicUsize::new(0);
    let mut looked: Vec<(usize, First)> = std::thread::scope(|scope| {
        let worker = || {
            let mut buffer = vec![0; BUFFER];
            let mut mine = Vec::new();
            loop {
                let at = next.fetch_add(1, Ordering::Relaxed);
                let Some(task) = tasks.get(at) else { return mine };
                mine.push((at, look(task, &mut buffer, cancel)));
            }
        };
        let workers: Vec<_> = (0..cores().min(tasks.len())).map(|_| scope.spawn(worker)).collect();
        let all = workers.into_iter().map(|one| one.join().expect("a look does not panic"));
        all.flatten().collect()
    });
    looked.sort_unstable_by_key(|(at, _)| *at);
    looked.into_iter().map(|(_, first)| first).collect()
}

fn look(task: &Task, buffer: &mut [u8], cancel: &CancellationToken) -> First {
    let sealed = match read_through(&task.found.path, task.to.as_deref(), buffer, cancel) {
        Ok(sealed) => sealed,
        Err(look) => return First::Done(look),
    };
    let path = task.to.as_deref().unwrap_or(&task.found.path);
    First::Done(match media::survey(path) {
        Ok(Survey::AskFfprobe) => return First::Ask(sealed),
        Ok(Survey::Known(what)) => Look::Media { sealed, what },
        Ok(Survey::Refused(reason)) => Look::Refused(reason),
        Err(error) => Look::Refused(unreadable(&error)),
    })
}

async fn ask(
    task: &Task,
    sealed: Sealed,
    ffprobe: Option<&Path>,
    cancel: &CancellationToken,
) -> Look {
    let Some(ffprobe) = ffprobe else {
        let missing = ErrorBody::new(ErrorCode::ProgramMissing).with("program", "ffprobe");
        return Look::Refused(missing);
    };
    let path = task.to.as_deref().unwrap_or(&task.found.path);
    let extension = task.found.path.extension().unwrap_or_default().to_string_lossy();
    let judged = match media::convert::probe(ffprobe, path, cancel).await {
        Ok(probed) => media::surveyed(path, &probed, &extension),
        Err(media::convert::ConvertError::Cancelled) => return Look::Stopped,
        Err(error) => Err(error.into()),
    };
    match judged {
        Ok(what) => Look::Media { sealed, what: Box::new(what) },
        Err(reason) => Look::Refused(reason),
    }
}

/// Reads the file once, for its hash and, if wanted, its copy.
fn read_through(
    from: &Path,
    to: Option<&Path>,
    buffer: &mut [u8],
    cancel: &CancellationToken,
) -> Result<Sealed, Look> {
    let refuse = |error: io::Error| Look::Refused(unreadable(&error));
    let mut source = open(from).map_err(refuse)?;
    let before = source.metadata().map_err(refuse)?;
    if !before.is_file() {
        return Err(refuse(io::ErrorKind::InvalidInput.into()));
    }
    let mut length = fill(&mut source, &mut buffer[..HEAD]).map_err(refuse)?;
    if let Some(kind) = media::no_media(&buffer[..length]) {
        return Err(Look::Refused(ErrorBody::new(ErrorCode::NotMedia).with("kind", kind)));
    }
    let mut copy = to.map(File::create).transpose().map_err(Look::NotKept)?;
    let mut hasher = Sha256::new();
    let mut size = 0;
    while length > 0 {
        if cancel.is_cancelled() {
            return Err(Look::Stopped);
        }
        hasher.update(&buffer[..length]);
        if let Some(copy) = &mut copy {
            copy.write_all(&buffer[..length]).map_err(Look::NotKept)?;
        }
        size += length as u64;
        length = source.read(buffer).map_err(refuse)?;
    }
    let after = source.metadata().map_err(refuse)?;
    let stamp = |found: &std::fs::Metadata| (found.len(), found.modified().ok());
    if stamp(&before) != stamp(&after) || size != after.len() {
        let changing = ErrorBody::new(ErrorCode::Io).with("detail", "it was written to meanwhile");
        return Err(Look::Refused(changing));
    }
    if let (Some(copy), Ok(time)) = (&copy, before.modified()) {
        copy.set_modified(time).map_err(Look::NotKept)?;
    }
    let sha256 = hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(Sealed { sha256, size })
}

/// A link that took the file's place meanwhile is not followed, and a pipe not waited for.
#[cfg(unix)]
fn open(path: &Path) -> io::Result<File> {
    use rustix::fs::OFlags;
    use std::os::unix::fs::OpenOptionsExt;
    let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits();
    OpenOptions::new().read(true).custom_flags(flags.cast_signed()).open(path)
}

#[cfg(not(unix))]
fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).open(path)
}

/// Reads until `buffer` is full or the file at its end.
fn fill(source: &mut File, buffer: &mut [u8]) -> io::Result<usize> {
    let mut length = 0;
    while length < buffer.len() {
        match source.read(&mut buffer[length..])? {
            0 => break,
            more => length += more,
        }
    }
    Ok(length)
}

fn unreadable(error: &io::Error) -> ErrorBody {
    ErrorBody::new(ErrorCode::Io).with("detail", format!("it cannot be read: {error}"))
}
