//! A network share as FUSE shows one: it can less than a disk, takes its time to sync, and is away when it pleases. What
//! is written there lies in an ordinary folder.

use fuser::*;
use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicU64, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

/// Nothing is believed for longer than it takes to say it.
const TTL: Duration = Duration::ZERO;
/// While one syncs, others are served.
const THREADS: usize = 8;

/// A mounted share.
pub struct Share {
    pub at: PathBuf,
    pub manners: Arc<Manners>,
    _session: BackgroundSession,
}

/// How it behaves, which can be changed at any time.
#[derive(Default)]
pub struct Manners {
    /// What everything fails with; 0 for nothing.
    pub trouble: AtomicI32,
    /// How long a sync takes, in milliseconds.
    pub sync_ms: AtomicU64,
    /// Bytes of the longest name.
    pub longest_name: AtomicUsize,
    /// Files cannot be renamed.
    pub is_rigid: AtomicBool,
    /// Capitals do not matter in names.
    pub folds_case: AtomicBool,
}

impl Share {
    /// `None`, with a printed reason, where this user may not mount.
    pub fn mount(folder: &Path) -> Option<Self> {
        let (behind, at) = (folder.join("share"), folder.join("mnt-share"));
        fs::create_dir_all(&behind).unwrap();
        fs::create_dir_all(&at).unwrap();
        let manners = Arc::new(Manners::default());
        manners.longest_name.store(255, SeqCst);
        let served = Served::new(behind, manners.clone());
        let mut config = Config::default();
        config.n_threads = Some(THREADS);
        match spawn_mount(served, &at, &config) {
            Ok(session) => Some(Self { at, manners, _session: session }),
            Err(error) => {
                eprintln!("skipped: this user may not mount a share: {error}");
                None
            }
        }
    }

    /// From now on everything fails with this errno.
    pub fn fail_with(&self, errno: i32) {
        self.manners.trouble.store(errno, SeqCst);
    }

    pub fn mend(&self) {
        self.fail_with(0);
    }
}

struct Served {
    root: PathBuf,
    manners: Arc<Manners>,
    /// Where each file is that the kernel knows, by its number.
    paths: Mutex<HashMap<u64, PathBuf>>,
    /// What is open.
    open: Mutex<HashMap<u64, Arc<File>>>,
    handles: AtomicU64,
}

impl Served {
    fn new(root: PathBuf, manners: Arc<Manners>) -> Self {
        let paths = Mutex::new(HashMap::from([(INodeNo::ROOT.0, root.clone())]));
        Self { root, manners, paths, open: Mutex::default(), handles: AtomicU64::new(1) }
    }

    /// Does something, unless there is trouble.
    fn try_to<T>(&self, work: impl FnOnce() -> io::Result<T>) -> Result<T, Errno> {
        match self.manners.trouble.load(SeqCst) {
            0 => work().map_err(Errno::from),
            errno => Err(Errno::from_i32(errno)),
        }
    }

    fn path(&self, ino: INodeNo) -> io::Result<PathBuf> {
        let gone = || io::Error::from_raw_os_error(Errno::ESTALE.into());
        self.paths.lock().unwrap().get(&ino.0).cloned().ok_or_else(gone)
    }

    fn child(&self, parent: INodeNo, name: &OsStr) -> io::Result<PathBuf> {
        if name.len() > self.manners.longest_name.load(SeqCst) {
            return Err(io::Error::from_raw_os_error(Errno::ENAMETOOLONG.into()));
        }
        let folder = self.path(parent)?;
        let name = match self.manners.folds_case.load(SeqCst) {
            true => as_it_is_there(&folder, name)?.unwrap_or_else(|| name.to_owned()),
            false => name.to_owned(),
        };
        Ok(folder.join(name))
    }

    /// What a file is; from now on it is known by its number.
    fn look(&self, path: PathBuf) -> io::Result<FileAttr> {
        let found = path.symlink_metadata()?;
        let ino = if path == self.root { INodeNo::ROOT } else { INodeNo(found.ino()) };
        self.paths.lock().unwrap().insert(ino.0, path);
        let time = |seconds: i64, ns: i64| {
            SystemTime::UNIX_EPOCH + Duration::new(seconds.unsigned_abs(), ns as u32)
        };
        Ok(FileAttr {
            ino,
            size: found.len(),
            blocks: found.blocks(),
            atime: time(found.atime(), found.atime_nsec()),
            mtime: time(found.mtime(), found.mtime_nsec()),
            ctime: time(found.ctime(), found.ctime_nsec()),
            crtime: SystemTime::UNIX_EPOCH,
            kind: kind(found.file_type()),
            perm: (found.mode() & 0o7777) as u16,
            nlink: 1,
            uid: found.uid(),
            gid: found.gid(),
            rdev: 0,
            blksize: 4096,
            flags: 0,
        })
    }

    fn keep_open(&self, file: File) -> FileHandle {
        let handle = self.handles.fetch_add(1, SeqCst);
        self.open.lock().unwrap().insert(handle, Arc::new(file));
        FileHandle(handle)
    }

    fn opened(&self, handle: FileHandle) -> io::Result<Arc<File>> {
        let closed = || io::Error::from_raw_os_error(Errno::EBADF.into());
        self.open.lock().unwrap().get(&handle.0).cloned().ok_or_else(closed)
    }

    fn sync(&self) -> io::Result<()> {
        std::thread::sleep(Duration::from_millis(self.manners.sync_ms.load(SeqCst)));
        Ok(())
    }

    /// What is below `from` is below `to` from now on.
    fn follow(&self, from: &Path, to: &Path) {
        for path in self.paths.lock().unwrap().values_mut() {
            if let Ok(rest) = path.strip_prefix(from) {
                *path = if rest.as_os_str().is_empty() { to.to_owned() } else { to.join(rest) };
            }
        }
    }
}

/// The name of the file that has this one but for capitals.
fn as_it_is_there(folder: &Path, name: &OsStr) -> io::Result<Option<OsString>> {
    let folded = |name: &OsStr| name.to_string_lossy().to_lowercase();
    let mut names = fs::read_dir(folder)?.flatten().map(|entry| entry.file_name());
    Ok(names.find(|other| folded(other) == folded(name)))
}

fn kind(kind: fs::FileType) -> FileType {
    if kind.is_dir() { FileType::Directory } else { FileType::RegularFile }
}

/// Answers with what came of it.
macro_rules! answer {
    ($reply:ident, $result:expr, $good:ident => $send:expr) => {
        match $result {
            Ok($good) => $send,
            Err(errno) => $reply.error(errno),
        }
    };
}

impl Filesystem for Served {
    fn lookup(&self, _: &Request, parent: INodeNo, name: &OsStr, reply: ReplyEntry) {
        let found = self.try_to(|| self.look(self.child(parent, name)?));
        answer!(reply, found, attr => reply.entry(&TTL, &attr, Generation(0)));
    }

    fn getattr(&self, _: &Request, ino: INodeNo, _: Option<FileHandle>, reply: ReplyAttr) {
        let found = self.try_to(|| self.look(self.path(ino)?));
        answer!(reply, found, attr => reply.attr(&TTL, &attr));
    }

    fn setattr(
        &self,
        _: &Request,
        ino: INodeNo,
        mode: Option<u32>,
        _: Option<u32>,
        _: Option<u32>,
        size: Option<u64>,
        _: Option<TimeOrNow>,
        mtime: Option<TimeOrNow>,
        _: Option<SystemTime>,
        _: Option<FileHandle>,
        _: Option<SystemTime>,
        _: Option<SystemTime>,
        _: Option<SystemTime>,
        _: Option<BsdFileFlags>,
        reply: ReplyAttr,
    ) {
        let set = self.try_to(|| {
            let path = self.path(ino)?;
            if let Some(mode) = mode {
                fs::set_permissions(&path, fs::Permissions::from_mode(mode & 0o7777))?;
            }
            if size.is_some() || mtime.is_some() {
                let file = OpenOptions::new().write(true).open(&path)?;
                size.map_or(Ok(()), |size| file.set_len(size))?;
                match mtime {
                    Some(TimeOrNow::SpecificTime(time)) => file.set_modified(time)?,
                    Some(TimeOrNow::Now) => file.set_modified(SystemTime::now())?,
                    None => {}
                }
            }
            self.look(path)
        });
        answer!(reply, set, attr => reply.attr(&TTL, &attr));
    }

    fn mkdir(&self, _: &Request, parent: INodeNo, name: &OsStr, _: u32, _: u32, reply: ReplyEntry) {
        let made = self.try_to(|| {
            let path = self.child(parent, name)?;
            fs::create_dir(&path)?;
            self.look(path)
        });
        answer!(reply, made, attr => reply.entry(&TTL, &attr, Generation(0)));
    }

    fn unlink(&self, _: &Request, parent: INodeNo, name: &OsStr, reply: ReplyEmpty) {
        let gone = self.try_to(|| fs::remove_file(self.child(parent, name)?));
        answer!(reply, gone, _good => reply.ok());
    }

    fn rmdir(&self, _: &Request, parent: INodeNo, name: &OsStr, reply: ReplyEmpty) {
        let gone = self.try_to(|| fs::remove_dir(self.child(parent, name)?));
        answer!(reply, gone, _good => reply.ok());
    }

    fn rename(
        &self,
        _: &Request,
        parent: INodeNo,
        name: &OsStr,
        new_parent: INodeNo,
        new_name: &OsStr,
        flags: RenameFlags,
        reply: ReplyEmpty,
    ) {
        let renamed = self.try_to(|| {
            let refuse = |errno: Errno| Err(io::Error::from_raw_os_error(errno.into()));
            if self.manners.is_rigid.load(SeqCst) {
                return refuse(Errno::EOPNOTSUPP);
            }
            if !flags.is_empty() {
                return refuse(Errno::EINVAL);
            }
            let (from, to) = (self.child(parent, name)?, self.child(new_parent, new_name)?);
            fs::rename(&from, &to)?;
            self.follow(&from, &to);
            Ok(())
        });
        answer!(reply, renamed, _good => reply.ok());
    }

    fn open(&self, _: &Request, ino: INodeNo, flags: OpenFlags, reply: ReplyOpen) {
        let opened = self.try_to(|| {
            let mut options = OpenOptions::new();
            let may_write = flags.acc_mode() != OpenAccMode::O_RDONLY;
            let file = options.read(true).write(may_write).open(self.path(ino)?)?;
            Ok(self.keep_open(file))
        });
        answer!(reply, opened, handle => reply.opened(handle, FopenFlags::empty()));
    }

    fn create(
        &self,
        _: &Request,
        parent: INodeNo,
        name: &OsStr,
        mode: u32,
        _: u32,
        _: i32,
        reply: ReplyCreate,
    ) {
        let created = self.try_to(|| {
            let path = self.child(parent, name)?;
            let mut options = OpenOptions::new();
            let file = options.read(true).write(true).create(true).truncate(false).open(&path)?;
            file.set_permissions(fs::Permissions::from_mode(mode & 0o7777))?;
            Ok((self.look(path)?, self.keep_open(file)))
        });
        answer!(reply, created, made => {
            reply.created(&TTL, &made.0, Generation(0), made.1, FopenFlags::empty());
        });
    }

    fn read(
        &self,
        _: &Request,
        _: INodeNo,
        handle: FileHandle,
        offset: u64,
        size: u32,
        _: OpenFlags,
        _: Option<LockOwner>,
        reply: ReplyData,
    ) {
        let read = self.try_to(|| {
            let (file, mut bytes, mut length) = (self.opened(handle)?, vec![0; size as usize], 0);
            while length < bytes.len() {
                match file.read_at(&mut bytes[length..], offset + length as u64)? {
                    0 => break,
                    more => length += more,
                }
            }
            bytes.truncate(length);
            Ok(bytes)
        });
        answer!(reply, read, bytes => reply.data(&bytes));
    }

    fn write(
        &self,
        _: &Request,
        _: INodeNo,
        handle: FileHandle,
        offset: u64,
        data: &[u8],
        _: WriteFlags,
        _: OpenFlags,
        _: Option<LockOwner>,
        reply: ReplyWrite,
    ) {
        let written = self.try_to(|| self.opened(handle)?.write_all_at(data, offset));
        answer!(reply, written, _good => reply.written(data.len() as u32));
    }

    fn flush(&self, _: &Request, _: INodeNo, _: FileHandle, _: LockOwner, reply: ReplyEmpty) {
        answer!(reply, self.try_to(|| Ok(())), _good => reply.ok());
    }

    fn release(
        &self,
        _: &Request,
        _: INodeNo,
        handle: FileHandle,
        _: OpenFlags,
        _: Option<LockOwner>,
        _: bool,
        reply: ReplyEmpty,
    ) {
        self.open.lock().unwrap().remove(&handle.0);
        reply.ok();
    }

    fn fsync(&self, _: &Request, _: INodeNo, _: FileHandle, _: bool, reply: ReplyEmpty) {
        answer!(reply, self.try_to(|| self.sync()), _good => reply.ok());
    }

    fn fsyncdir(&self, _: &Request, _: INodeNo, _: FileHandle, _: bool, reply: ReplyEmpty) {
        answer!(reply, self.try_to(|| self.sync()), _good => reply.ok());
    }

    fn readdir(
        &self,
        _: &Request,
        ino: INodeNo,
        _: FileHandle,
        offset: u64,
        mut reply: ReplyDirectory,
    ) {
        let read = self.try_to(|| fs::read_dir(self.path(ino)?)?.collect::<io::Result<Vec<_>>>());
        let entries = match read {
            Ok(entries) => entries,
            Err(errno) => return reply.error(errno),
        };
        for (entry, next) in entries.iter().zip(1..).skip(offset as usize) {
            let Ok(found) = entry.metadata() else { continue };
            let name = entry.file_name();
            if reply.add(INodeNo(found.ino()), next, kind(found.file_type()), name) {
                break;
            }
        }
        reply.ok();
    }

    fn statfs(&self, _: &Request, _: INodeNo, reply: ReplyStatfs) {
        // As many network shares do, it says nothing of its names.
        let blocks = (1 << 30) / 4096;
        let told = self.try_to(|| Ok(()));
        answer!(reply, told, _good => reply.statfs(blocks, blocks, blocks, 0, 0, 4096, 0, 4096));
    }
}
