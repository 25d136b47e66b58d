//! Many files at once: synced side by side, and named with one sync for each folder. A disk that has several to write
//! takes little longer than for one.

use crate::error::LibraryError;
use crate::shelf::Shelf;
use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;

/// Syncs that wait for the disk at the same time.
const AT_ONCE: usize = 16;

impl Shelf {
    /// Makes the bytes of these files durable.
    ///
    /// # Errors
    /// The first one that the disk refuses.
    pub fn sync_all(&self, names: &[String]) -> Result<(), LibraryError> {
        let share = names.len().div_ceil(AT_ONCE).max(1);
        std::thread::scope(|scope| {
            let shares = names.chunks(share).map(|names| {
                scope.spawn(move || names.iter().try_for_each(|name| self.sync_one(name)))
            });
            let running: Vec<_> = shares.collect();
            running.into_iter().try_for_each(|one| one.join().expect("a sync does not panic"))
        })
    }

    fn sync_one(&self, name: &str) -> Result<(), LibraryError> {
        let path = self.path(name)?;
        open_to_sync(&path).and_then(|file| file.sync_all()).map_err(LibraryError::io(name))
    }

    /// As [`Shelf::place`] for many parts, in their order: true for each that now has its name, false where the name
    /// is taken.
    ///
    /// # Errors
    /// When the disk refuses. Those before it have their names, which may not be durable.
    pub fn place_all(&self, moves: &[(&str, &str)]) -> Result<Vec<bool>, LibraryError> {
        let mut placed = Vec::with_capacity(moves.len());
        for (part, name) in moves {
            let done = self.rename_if_free(part, name)?;
            placed.push(done);
        }
        let named =
            moves.iter().zip(&placed).filter(|(_, done)| **done).map(|((_, name), _)| *name);
        self.sync_folders_of(named)?;
        Ok(placed)
    }
}

/// Windows syncs only what was opened for writing; elsewhere a file that only its owner may change can be read.
fn open_to_sync(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).open(path).or_else(|_| File::open(path))
}
