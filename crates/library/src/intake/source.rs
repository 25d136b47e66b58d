//! Where the files of an import come from: a folder, on a disk that may go away in the middle, and other disks in it.

use crate::database::Library;
use crate::error::LibraryError;
use crate::volume::{is_disk_of_its_own, mount_point_of};
use protocol::JobId;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

/// A folder, and the disks that it is on. Clones share what is known of them.
#[derive(Clone, Debug)]
pub struct Source {
    folder: PathBuf,
    /// Where its disk is mounted, if the system says so.
    disk: Option<PathBuf>,
    /// Folders in it that are disks of their own, as far as a walk has met them.
    inner: Arc<Mutex<BTreeSet<PathBuf>>>,
}

/// In `meta`: folder, disk, and the disks in it.
#[derive(Serialize, Deserialize)]
struct Noted(PathBuf, Option<PathBuf>, #[serde(default)] BTreeSet<PathBuf>);

impl Source {
    /// That of what is taken in, which is there now: of a single file the folder that it is in.
    pub fn of(path: &Path) -> Self {
        let folder = folder_of(path);
        let disk = mount_point_of(&folder);
        Self { folder, disk, inner: Arc::default() }
    }

    /// Its disks are mounted, and answer.
    pub fn is_there(&self) -> bool {
        self.missing().is_none()
    }

    /// The folder whose disk is not mounted, or does not answer.
    pub fn missing(&self) -> Option<PathBuf> {
        let is_whole = self.disk.is_none() || mount_point_of(&self.folder) == self.disk;
        if !is_whole || !answers(&self.folder) {
            return Some(self.folder.clone());
        }
        self.inner_disks().into_iter().find(|disk| !is_disk_of_its_own(disk) || !answers(disk))
    }

    /// The disks in it that are known.
    pub fn inner_disks(&self) -> BTreeSet<PathBuf> {
        self.inner.lock().expect("nothing panics while holding it").clone()
    }

    /// Notes that a folder in it is a disk of its own, if it is one.
    pub(super) fn note_disk(&self, folder: &Path) {
        if is_disk_of_its_own(folder) {
            let mut inner = self.inner.lock().expect("nothing panics while holding it");
            inner.insert(folder.to_owned());
        }
    }
}

fn answers(folder: &Path) -> bool {
    let entry = fs::read_dir(folder).and_then(|mut entries| entries.next().transpose());
    // What may not be read is there.
    entry.map_or_else(|why| why.kind() == ErrorKind::PermissionDenied, |_| true)
}

fn folder_of(path: &Path) -> PathBuf {
    match path.parent().filter(|_| path.is_file()) {
        Some(parent) => parent.to_owned(),
        None => path.to_owned(),
    }
}

impl Library {
    /// Where the files of an import come from, as it was when it began: after a kill the disk may be away.
    ///
    /// # Errors
    /// Database failures.
    pub async fn import_source(&self, job: JobId, path: &Path) -> Result<Source, LibraryError> {
        if let Some(text) = self.meta(&key(job)).await? {
            let Noted(folder, disk, inner) = serde_json::from_str(&text)?;
            return Ok(Source { folder, disk, inner: Arc::new(Mutex::new(inner)) });
        }
        let path = path.to_owned();
        let looking = tokio::task::spawn_blocking(move || Source::of(&path));
        let source = looking.await.map_err(|_| LibraryError::Superseded)?;
        self.note_import_source(job, &source).await?;
        Ok(source)
    }

    /// Notes what is known of it by now.
    ///
    /// # Errors
    /// Database failures.
    pub async fn note_import_source(
        &self,
        job: JobId,
        source: &Source,
    ) -> Result<(), LibraryError> {
        let noted = Noted(source.folder.clone(), source.disk.clone(), source.inner_disks());
        self.store_meta(&key(job), &serde_json::to_string(&noted)?).await
    }

    /// Forgets it when the import has ended.
    ///
    /// # Errors
    /// Database failures.
    pub async fn forget_import_source(&self, job: JobId) -> Result<(), LibraryError> {
        let mut write = self.write().await?;
        sqlx::query("DELETE FROM meta WHERE key = ?1")
            .bind(key(job))
            .execute(&mut *write.tx)
            .await?;
        write.commit().await
    }
}

/// In `meta`.
fn key(job: JobId) -> String {
    format!("import_source:{job}")
}
