//! Files on their way to a name that the person has chosen: written beside it, and renamed when they are whole.
//!
//! A kill leaves such a draft behind, perhaps in a folder of the person's own. So each is noted in the data folder before
//! it is there, and the next start of the daemon removes what is noted: these very files, and nothing else.

use crate::home::Home;
use library::{readable, replace_private_file, sync_folder};
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use tempfile::{NamedTempFile, TempPath};

/// The notes of a data folder.
pub(crate) struct Drafts {
    notes: PathBuf,
}

/// A file that is being written. It is removed unless it is kept.
pub(crate) struct Draft {
    file: NamedTempFile,
    /// Goes after the file.
    note: TempPath,
}

impl Drafts {
    /// Those of `home`.
    pub fn of(home: &Home) -> Self {
        Self { notes: home.root().join("drafts") }
    }

    /// An empty file in `folder`, which is there.
    ///
    /// # Errors
    /// When one of the disks refuses.
    pub fn begin(&self, folder: &Path) -> io::Result<Draft> {
        let number = format!("{:032x}", rand::random::<u128>());
        let path = std::path::absolute(folder)?.join(name(&number));
        fs::create_dir_all(&self.notes)?;
        let note = self.notes.join(&number);
        replace_private_file(&note, path.to_string_lossy().as_bytes())?;
        let note = TempPath::try_from_path(note)?;
        let file = OpenOptions::new().read(true).write(true).create_new(true).open(&path)?;
        let file = NamedTempFile::from_parts(file, TempPath::try_from_path(path)?);
        Ok(Draft { file, note })
    }

    /// Removes what a kill has left. What lies on a disk that is not there now goes at a later start.
    ///
    /// # Errors
    /// When the notes cannot be read or removed.
    pub fn remove_left(&self) -> io::Result<()> {
        let notes = match fs::read_dir(&self.notes) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            notes => notes?,
        };
        for note in notes {
            let note = note?;
            if remove_noted(&note.path(), &note.file_name().to_string_lossy())? {
                fs::remove_file(note.path())?;
            }
        }
        Ok(())
    }
}

/// Removes the draft that a note is about. Returns whether the note has done its work.
fn remove_noted(note: &Path, number: &str) -> io::Result<bool> {
    let draft = PathBuf::from(String::from_utf8_lossy(&fs::read(note)?).into_owned());
    if draft.file_name() != Some(name(number).as_ref()) {
        // A note that is not whole: it stands before its draft, which there is none of then.
        return Ok(true);
    }
    match fs::remove_file(&draft) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Ok(draft.parent().is_some_and(Path::is_dir))
        }
        Err(error) => {
            tracing::warn!(%error, draft = %draft.display(), "a draft could not be removed");
            Ok(false)
        }
    }
}

/// Hidden where names with a dot are, and nobody else's.
fn name(number: &str) -> String {
    format!(".mediafetcher-{number}.part")
}

impl Draft {
    /// What is written to.
    pub fn file(&mut self) -> &mut File {
        self.file.as_file_mut()
    }

    /// Makes it durable under its whole path, which is in the same folder, in place of an older file.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn keep(self, path: &Path) -> io::Result<()> {
        let Self { note, file } = self;
        file.as_file().sync_all()?;
        readable(file.as_file())?;
        file.persist(path)?;
        drop(note);
        sync_folder(path.parent().unwrap_or(path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// As a kill leaves it.
    fn killed(draft: Draft) {
        let Draft { mut file, mut note } = draft;
        file.disable_cleanup(true);
        note.disable_cleanup(true);
    }

    #[test]
    fn a_draft_takes_its_name_whole_or_leaves_nothing() {
        let (home, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let drafts = Drafts::of(&Home::at(home.path()).unwrap());
        let path = folder.path().join("table.csv");
        fs::write(&path, "old").unwrap();
        let mut given_up = drafts.begin(folder.path()).unwrap();
        given_up.file().write_all(b"half").unwrap();
        assert_eq!(names(folder.path()).len(), 2);
        drop(given_up);
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        let mut draft = drafts.begin(folder.path()).unwrap();
        draft.file().write_all(b"new").unwrap();
        draft.keep(&path).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(names(folder.path()), ["table.csv"]);
        assert!(names(&drafts.notes).is_empty());
    }

    #[test]
    fn what_a_kill_left_goes_at_the_next_start_and_nothing_else_does() {
        let (home, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let drafts = Drafts::of(&Home::at(home.path()).unwrap());
        let away = folder.path().join("disk");
        fs::create_dir(&away).unwrap();
        killed(drafts.begin(folder.path()).unwrap());
        killed(drafts.begin(&away).unwrap());
        fs::rename(&away, folder.path().join("unplugged")).unwrap();
        for own in [name("0"), ".tmpAbCdEf".into(), "table.csv".into()] {
            fs::write(folder.path().join(own), "own").unwrap();
        }
        // Notes that say something else remove nothing.
        for (note, path) in [("1", folder.path().join("table.csv")), ("2", PathBuf::new())] {
            fs::write(drafts.notes.join(note), path.to_str().unwrap()).unwrap();
        }
        drafts.remove_left().unwrap();
        let own = [name("0"), ".tmpAbCdEf".into(), "table.csv".into(), "unplugged".into()];
        assert_eq!(names(folder.path()), own);
        assert_eq!(names(&drafts.notes).len(), 1, "of the disk that is away");
        fs::rename(folder.path().join("unplugged"), &away).unwrap();
        drafts.remove_left().unwrap();
        assert!(names(&away).is_empty() && names(&drafts.notes).is_empty());
    }
}
