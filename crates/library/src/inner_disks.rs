//! Folders of the library that are disks of their own. While such a disk is away its files look lost, as those of the
//! whole library would without its marker; what is written there would vanish under the disk when it comes back. Nothing
//! of ours lies on it, so that where one was mounted is noted in the database.

use crate::database::Library;
use crate::error::LibraryError;
use crate::names;
use crate::shelf::Shelf;
use crate::volume::is_disk_of_its_own;
use serde::{Deserialize, Serialize};
use sqlx::Row;
use std::collections::BTreeSet;
use std::path::Path;

/// In `meta`: the folders, and the library folder that they are in.
const KEY: &str = "inner_disks";
/// How many files of a folder tell whether it holds by now what its disk held.
const WITNESSES: u32 = 20;
/// Folders that are looked at in one go, so that the end of the program has not to wait for a slow disk.
const AT_ONCE: usize = 100;

#[derive(Default, Serialize, Deserialize)]
struct Noted {
    root: String,
    folders: Vec<String>,
}

impl Shelf {
    /// The folder that should be the disk of `name` and is not now; `None` where all is as it was.
    pub fn away(&self, name: &str) -> Option<&str> {
        let is_above = |disk: &&String| Path::new(name).starts_with(disk);
        let disks = self.disks().iter().filter(is_above);
        disks.map(String::as_str).find(|disk| !self.is_disk(disk))
    }

    /// All folders that should be disks and are not now.
    pub(crate) fn disks_away(&self) -> Vec<String> {
        self.disks().iter().filter(|disk| !self.is_disk(disk)).cloned().collect()
    }

    /// A file of ours is there with its `size` in bytes, or its disk is away: then it is where its row says.
    pub(crate) fn has(&self, name: &str, size: u64) -> bool {
        self.stat(name).is_some_and(|(found, _)| found == size) || self.away(name).is_some()
    }

    /// As [`Shelf::check`], also of the disk that `name` is on.
    ///
    /// # Errors
    /// [`LibraryError::VolumeMissing`] names what is missing.
    pub fn check_for(&self, name: &str) -> Result<(), LibraryError> {
        self.check()?;
        self.check_disk_of(name)
    }

    pub(crate) fn check_disk_of(&self, name: &str) -> Result<(), LibraryError> {
        match self.away(name) {
            None => Ok(()),
            Some(disk) => {
                Err(LibraryError::VolumeMissing(self.root().join(disk).display().to_string()))
            }
        }
    }

    /// A folder of the library that is another disk than the folder it is in.
    fn is_disk(&self, folder: &str) -> bool {
        is_disk_of_its_own(&self.root().join(folder))
    }
}

impl Library {
    /// Notes which folders of these files are disks of their own, as far as they are there now.
    ///
    /// # Errors
    /// Database failures.
    pub async fn note_disks_of<'a>(
        &self,
        names: impl IntoIterator<Item = &'a str>,
    ) -> Result<(), LibraryError> {
        let folders: Vec<String> = folders_of(names).into_iter().collect();
        for some in folders.chunks(AT_ONCE) {
            self.note_disks(some.to_vec()).await?;
        }
        Ok(())
    }

    /// As [`Library::note_disks_of`], of every file of the library. On a share with many folders this takes long.
    ///
    /// # Errors
    /// Database failures.
    pub(crate) async fn note_all_disks(&self) -> Result<(), LibraryError> {
        let rows = sqlx::query(
            "SELECT DISTINCT rtrim(path, replace(path, '/', '')) || 'x' FROM media_file \
             WHERE instr(path, '/') > 0 AND trashed_at IS NULL AND NOT stowed",
        )
        .fetch_all(&self.pool)
        .await?;
        let names = rows.iter().map(|row| row.try_get(0)).collect::<Result<Vec<String>, _>>()?;
        self.note_disks_of(names.iter().map(String::as_str)).await
    }

    /// The disk is asked before anybody has to wait for the answer.
    async fn note_disks(&self, folders: Vec<String>) -> Result<(), LibraryError> {
        let looking = self.at_disk(move |shelf| {
            let is_new = |folder: &String| !shelf.disks().contains(folder) && shelf.is_disk(folder);
            Ok((shelf.root().to_owned(), folders.into_iter().filter(is_new).collect::<Vec<_>>()))
        });
        let (root, new) = looking.await?;
        if new.is_empty() {
            return Ok(());
        }
        let _alone = self.choosing.lock().await;
        let shelf = (*self.shelf()).clone();
        // Another folder was chosen meanwhile, or this one has gone.
        if shelf.root() != root || shelf.is_closed() {
            return Ok(());
        }
        let disks: BTreeSet<String> = shelf.disks().iter().cloned().chain(new).collect();
        let shelf = shelf.with_disks(disks.into_iter().collect());
        self.store_disks(&shelf).await?;
        self.set_shelf(shelf);
        Ok(())
    }

    /// A folder that is opened, with the disks in it that were noted. Others are looked for later: whoever opens the folder
    /// does not wait for all that is in it.
    pub(crate) async fn with_inner_disks(&self, shelf: Shelf) -> Result<Shelf, LibraryError> {
        let noted = self.meta(KEY).await?;
        let noted: Noted =
            noted.map_or(Ok(Noted::default()), |text| serde_json::from_str(&text))?;
        let is_this = Path::new(&noted.root) == shelf.root();
        let before = if is_this { noted.folders } else { Vec::new() };
        let mut disks = Vec::new();
        for disk in &before {
            if !self.is_no_disk_any_more(&shelf, disk).await? {
                disks.push(disk.clone());
            }
        }
        let shelf = shelf.with_disks(disks);
        if shelf.disks() != before || !is_this {
            self.store_disks(&shelf).await?;
        }
        Ok(shelf)
    }

    /// The person has moved the files of a disk into a plain folder of that name.
    async fn is_no_disk_any_more(&self, shelf: &Shelf, disk: &str) -> Result<bool, LibraryError> {
        let rows = sqlx::query(
            "SELECT path, size FROM media_file WHERE path >= ?1 || '/' AND path < ?1 || '0' \
             AND trashed_at IS NULL AND NOT stowed LIMIT ?2",
        )
        .bind(disk)
        .bind(WITNESSES)
        .fetch_all(&self.pool)
        .await?;
        let (shelf, disk) = (shelf.clone(), disk.to_owned());
        let mut files: Vec<(String, i64)> = Vec::with_capacity(rows.len());
        for row in &rows {
            files.push((row.try_get(0)?, row.try_get(1)?));
        }
        let looking = tokio::task::spawn_blocking(move || {
            let is_there = |(path, size): &(String, i64)| {
                shelf.stat(path).is_some_and(|(length, _)| length == size.unsigned_abs())
            };
            !shelf.is_disk(&disk) && files.iter().any(is_there)
        });
        looking.await.map_err(|_| LibraryError::Superseded)
    }

    async fn store_disks(&self, shelf: &Shelf) -> Result<(), LibraryError> {
        let root = shelf.root().to_string_lossy().into_owned();
        let noted = Noted { root, folders: shelf.disks().to_vec() };
        self.store_meta(KEY, &serde_json::to_string(&noted)?).await
    }
}

/// Every folder on the way to these files, without those that are made for stems: nobody mounts a disk there.
fn folders_of<'a>(names: impl IntoIterator<Item = &'a str>) -> BTreeSet<String> {
    let mut folders = BTreeSet::new();
    for name in names {
        let above = Path::new(name).ancestors().skip(1).filter_map(Path::to_str);
        let kept = above.filter(|folder| !folder.is_empty() && !names::is_stems_folder(folder));
        folders.extend(kept.map(str::to_owned));
    }
    folders
}
