//! A body whose server does not say how long it is. Most of them end soon; a broadcast never does, and would fill the
//! disk.

use crate::downloader::Shared;
use crate::fault::{Fault, disk};
use http::HeaderMap;
use protocol::ErrorCode;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use tokio::task::spawn_blocking;
use tokio::time::Instant;

/// So much is fetched whatever room the disk has, in bytes: short files come like this too.
const HARMLESS: u64 = 64 << 20;
/// Between two looks at the disk, in bytes.
const LOOK_EVERY: u64 = 16 << 20;
/// One part in so many of the disk stays free.
const SHARE: u64 = 20;
/// More than this need not stay free, in bytes.
const LARGEST_RESERVE: u64 = 1 << 30;

/// Watches over such a body.
pub(crate) struct OpenEnd<'a> {
    host: String,
    /// Where it is written, if it is.
    folder: Option<&'a Path>,
    limit: u64,
    until: Instant,
    next_look: u64,
    has_no_room: bool,
}

impl<'a> OpenEnd<'a> {
    /// `total` and `headers` are those of the answer. `None`: it says where it ends.
    ///
    /// Fails for one that says that it is a broadcast.
    pub fn of(
        shared: &Shared,
        host: &str,
        total: Option<u64>,
        headers: &HeaderMap,
        folder: Option<&'a Path>,
    ) -> Result<Option<Self>, Fault> {
        if total.is_some() {
            return Ok(None);
        }
        if is_broadcast(headers) {
            return Err(endless(host));
        }
        Ok(Some(Self {
            host: host.to_owned(),
            folder,
            limit: shared.open_ended.load(Ordering::Relaxed),
            until: Instant::now() + shared.timeouts.open_ended,
            next_look: HARMLESS,
            has_no_room: false,
        }))
    }

    /// `so_far` bytes will have come: fails when that is no file any more.
    pub async fn check(&mut self, so_far: u64) -> Result<(), Fault> {
        let is_first_look = self.next_look == HARMLESS;
        if self.needs_the_rest(so_far).await && is_first_look {
            // There was no room for anything: that says nothing of this body.
            let folder = self.folder.unwrap_or(Path::new("")).join("part");
            return Err(disk(&std::io::ErrorKind::StorageFull.into(), &folder, None));
        }
        if so_far > self.limit || Instant::now() > self.until || self.has_no_room {
            return Err(endless(&self.host));
        }
        Ok(())
    }

    async fn needs_the_rest(&mut self, so_far: u64) -> bool {
        let Some(folder) = self.folder.filter(|_| so_far >= self.next_look) else { return false };
        self.next_look = so_far + LOOK_EVERY;
        let folder = PathBuf::from(folder);
        let room = spawn_blocking(move || room_for_open_end(&folder)).await;
        self.has_no_room = room.ok().flatten() == Some(0);
        self.has_no_room
    }
}

/// The most that another program may fetch into `folder` of what nobody says the length of, in bytes: `limit`, or what
/// the disk has room for now.
pub fn most_of_open_end(folder: &Path, limit: u64) -> u64 {
    limit.min(room_for_open_end(folder).unwrap_or(u64::MAX).max(HARMLESS))
}

/// What the disk has beside what is to stay free; `None` where the system does not say.
fn room_for_open_end(folder: &Path) -> Option<u64> {
    let disk = fs4::statvfs(folder).ok()?;
    let reserve = (disk.total_space() / SHARE).min(LARGEST_RESERVE);
    Some(disk.available_space().saturating_sub(reserve))
}

/// Icecast and SHOUTcast name their stations in headers of these names.
fn is_broadcast(headers: &HeaderMap) -> bool {
    headers.keys().any(|name| name.as_str().starts_with("icy-"))
}

fn endless(host: &str) -> Fault {
    Fault::new(ErrorCode::LiveStream).with("site", host)
}
