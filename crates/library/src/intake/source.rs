//! Where the files of an import come from: a folder, on a disk that may go away in the middle.

use crate::database::Library;
use crate::error::LibraryError;
use crate::volume::mount_point_of;
use protocol::JobId;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// A folder, and the disk that it is on.
#[derive(Clone, Debug)]
pub struct Source {
    folder: PathBuf,
    /// Where that disk is mounted, if the system says so.
    disk: Option<PathBuf>,
}

impl Source {
    /// That of what is taken in, which is there now: of a single file the folder that it is in.
    pub fn of(path: &Path) -> Self {
        let folder = folder_of(path);
        let disk = mount_point_of(&folder);
        Self { folder, disk }
    }

    /// Its disk is mounted, and answers.
    pub fn is_there(&self) -> bool {
        let entry = fs::read_dir(&self.folder).and_then(|mut entries| entries.next().transpose());
        // What may not be read is there.
        let answers = entry.map_or_else(|why| why.kind() == ErrorKind::PermissionDenied, |_| true);
        answers && (self.disk.is_none() || mount_point_of(&self.folder) == self.disk)
    }

    /// Its folder, to be shown.
    pub fn shown(&self) -> String {
        self.folder.display().to_string()
    }
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
            let (folder, disk) = serde_json::from_str(&text)?;
            return Ok(Source { folder, disk });
        }
        let path = path.to_owned();
        let looking = tokio::task::spawn_blocking(move || Source::of(&path));
        let source = looking.await.map_err(|_| LibraryError::Superseded)?;
        let noted = serde_json::to_string(&(&source.folder, &source.disk))?;
        self.store_meta(&key(job), &noted).await?;
        Ok(source)
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
