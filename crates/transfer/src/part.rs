//! The part file: written in order, in large pieces, off the async threads. Never through a symbolic link (I6).
//! `fsync`, the check of the content and the final name are the library's business.

use std::fs::{File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::mem;
use std::path::{Path, PathBuf};
use tokio::task::{JoinError, JoinHandle, spawn_blocking};

/// One piece to the disk. Two are in memory: one being filled, one being written.
const PIECE: usize = 256 * 1024;
/// Room for the bytes that make a piece longer than [`PIECE`], so that it need not grow: more than one read brings.
const SPARE: usize = 64 * 1024;

/// A part file open for writing at its end.
pub(crate) struct Part {
    writer: Writer,
    /// Received, not yet given to the disk.
    filling: Vec<u8>,
    /// Bytes of the file that are right, from its start.
    length: u64,
}

enum Writer {
    Idle(Parcel),
    Busy(JoinHandle<(Parcel, io::Result<()>)>),
    /// A write failed: nothing after the gap may follow.
    Broken,
}

/// What travels to the writing thread and back.
struct Parcel {
    file: File,
    piece: Vec<u8>,
    /// Bytes of `piece` that reached the file.
    done: usize,
}

impl Part {
    /// Opens or creates `path` and cuts it to `length`, where writing goes on.
    ///
    /// Fails if it is shorter than that or is not an ordinary file.
    pub async fn open(path: &Path, length: u64) -> io::Result<Self> {
        let path = PathBuf::from(path);
        let file = spawn_blocking(move || open_at(&path, length)).await.map_err(lost)??;
        let parcel = Parcel { file, piece: Vec::new(), done: 0 };
        Ok(Self {
            writer: Writer::Idle(parcel),
            filling: Vec::with_capacity(PIECE + SPARE),
            length,
        })
    }

    /// Appends. May be dropped while it waits: nothing is lost and nothing is written twice.
    pub async fn push(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.filling.extend_from_slice(bytes);
        if self.filling.len() >= PIECE {
            self.settle().await?;
            self.begin_write();
        }
        Ok(())
    }

    /// Hands everything to the operating system. Answers how many bytes of the file are right, and whether
    /// that is all of them.
    pub async fn finish(mut self) -> (u64, io::Result<()>) {
        let mut result = self.settle().await;
        if result.is_ok() {
            self.begin_write();
            result = self.settle().await;
        }
        (self.length, result)
    }

    fn begin_write(&mut self) {
        if let Writer::Idle(mut parcel) = mem::replace(&mut self.writer, Writer::Broken) {
            mem::swap(&mut parcel.piece, &mut self.filling);
            self.filling.reserve(PIECE + SPARE);
            self.writer = Writer::Busy(spawn_blocking(move || write(parcel)));
        }
    }

    /// Waits for the write under way.
    async fn settle(&mut self) -> io::Result<()> {
        match &mut self.writer {
            Writer::Idle(_) => Ok(()),
            Writer::Broken => Err(io::Error::other("an earlier write failed")),
            Writer::Busy(write) => {
                let ended = write.await;
                self.writer = Writer::Broken;
                let (mut parcel, result) = ended.map_err(lost)?;
                self.length += parcel.done as u64;
                result?;
                parcel.piece.clear();
                self.writer = Writer::Idle(parcel);
                Ok(())
            }
        }
    }
}

fn write(mut parcel: Parcel) -> (Parcel, io::Result<()>) {
    parcel.done = 0;
    while parcel.done < parcel.piece.len() {
        match parcel.file.write(&parcel.piece[parcel.done..]) {
            Ok(0) => return (parcel, Err(io::ErrorKind::WriteZero.into())),
            Ok(count) => parcel.done += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return (parcel, Err(error)),
        }
    }
    (parcel, Ok(()))
}

fn open_at(path: &Path, length: u64) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    refuse_links(&mut options);
    let mut file = options.open(path).map_err(name_link)?;
    let found = file.metadata()?;
    if !found.is_file() {
        return Err(io::Error::other("the part is not an ordinary file"));
    }
    if found.len() < length {
        return Err(io::Error::other("the part became shorter"));
    }
    file.set_len(length)?;
    file.seek(SeekFrom::Start(length))?;
    Ok(file)
}

#[cfg(unix)]
fn refuse_links(options: &mut OpenOptions) {
    use std::os::unix::fs::OpenOptionsExt;
    // NONBLOCK: a named pipe put in the file's place must not block the thread.
    let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK;
    options.custom_flags(flags.bits().cast_signed());
}

/// A link in the file's place is as good as a folder that must not be written to.
#[cfg(unix)]
fn name_link(error: io::Error) -> io::Error {
    let is_link = error.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error());
    if is_link {
        io::Error::new(io::ErrorKind::PermissionDenied, "a symbolic link is in the way")
    } else {
        error
    }
}

#[cfg(windows)]
fn name_link(error: io::Error) -> io::Error {
    error
}

#[cfg(windows)]
fn refuse_links(options: &mut OpenOptions) {
    use std::os::windows::fs::OpenOptionsExt;
    const FILE_FLAG_OPEN_REPARSE_POINT: u32 = 0x0020_0000;
    options.custom_flags(FILE_FLAG_OPEN_REPARSE_POINT);
}

/// The length of what is there, if it is an ordinary file.
pub(crate) async fn length(path: &Path) -> Option<u64> {
    let found = tokio::fs::symlink_metadata(path).await.ok()?;
    found.is_file().then_some(found.len())
}

fn lost(error: JoinError) -> io::Error {
    io::Error::other(error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::future::Future;
    use std::task::{Context, Waker};

    fn bytes(length: usize) -> Vec<u8> {
        (0..length).map(|index| (index % 251) as u8).collect()
    }

    #[tokio::test]
    async fn what_is_pushed_is_in_the_file_in_order() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.downloading");
        let content = bytes(3 * PIECE + 17);
        let mut part = Part::open(&path, 0).await.unwrap();
        for piece in content.chunks(70_001) {
            part.push(piece).await.unwrap();
        }
        let (length, result) = part.finish().await;
        result.unwrap();
        assert_eq!(length, content.len() as u64);
        assert!(fs::read(&path).unwrap() == content);
    }

    #[tokio::test]
    async fn a_push_that_is_given_up_loses_and_doubles_nothing() {
        // I4
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.downloading");
        let content = bytes(6 * PIECE);
        let mut part = Part::open(&path, 0).await.unwrap();
        for piece in content.chunks(PIECE) {
            let mut push = Box::pin(part.push(piece));
            let _ = push.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        }
        let (length, result) = part.finish().await;
        result.unwrap();
        assert_eq!(length, content.len() as u64);
        assert!(fs::read(&path).unwrap() == content);
    }

    #[tokio::test]
    async fn going_on_cuts_what_is_beyond_the_known_length() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.downloading");
        fs::write(&path, b"known and unknown").unwrap();
        let mut part = Part::open(&path, 5).await.unwrap();
        part.push(b"!").await.unwrap();
        part.finish().await.1.unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"known!");
    }

    #[tokio::test]
    async fn a_part_shorter_than_promised_is_not_padded() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.downloading");
        fs::write(&path, b"abc").unwrap();
        assert!(Part::open(&path, 5).await.is_err());
        assert_eq!(fs::read(&path).unwrap(), b"abc");
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn a_symbolic_link_is_not_followed() {
        // I6
        let folder = tempfile::tempdir().unwrap();
        let (path, other) = (folder.path().join("a.downloading"), folder.path().join("other"));
        fs::write(&other, b"precious").unwrap();
        std::os::unix::fs::symlink(&other, &path).unwrap();
        assert!(Part::open(&path, 0).await.is_err());
        assert_eq!(length(&path).await, None);
        assert_eq!(fs::read(&other).unwrap(), b"precious");
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn a_full_disk_is_told_and_nothing_is_claimed() {
        // A device that is always full; it cannot be cut, so the file is opened here.
        let file = OpenOptions::new().write(true).open("/dev/full").unwrap();
        let parcel = Parcel { file, piece: Vec::new(), done: 0 };
        let mut part = Part { writer: Writer::Idle(parcel), filling: Vec::new(), length: 0 };
        part.push(b"abc").await.unwrap();
        let (length, result) = part.finish().await;
        assert_eq!(length, 0);
        assert_eq!(result.unwrap_err().kind(), io::ErrorKind::StorageFull);
    }
}
