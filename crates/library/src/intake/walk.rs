//! Walking over a folder that is to be taken in: which files are in it, and which of them are none of ours to take.

use super::source::Source;
use crate::error::LibraryError;
use crate::names::PART_SUFFIX;
use std::collections::HashSet;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

/// Where systems keep what is theirs. Below the home folder anything else is the person's.
#[cfg(unix)]
const SYSTEM: &[&str] = &[
    "/bin",
    "/boot",
    "/dev",
    "/etc",
    "/lib",
    "/lib32",
    "/lib64",
    "/proc",
    "/run",
    "/sbin",
    "/sys",
    "/usr",
    "/System",
    "/Library",
    "/private/etc",
    "/private/var",
];
#[cfg(not(unix))]
const SYSTEM: &[&str] =
    &["C:\\Windows", "C:\\Program Files", "C:\\Program Files (x86)", "C:\\ProgramData"];
/// Removable disks are mounted here.
const NOT_SYSTEM: &[&str] = &["/run/media"];
/// What lies beside a media file under its name and belongs to it: records, lyrics, subtitles, pictures.
const BESIDE: &[&str] = &["json", "lrc", "vtt", "srt", "jpg", "png", "webp"];
/// Nobody files music that deep; a hostile tree could be endless.
const DEEPEST: usize = 64;

/// A file of the folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Where it lies.
    pub path: PathBuf,
    /// The folders on the way to it, below the one that is walked over.
    pub folders: Vec<String>,
    /// Bytes.
    pub size: u64,
}

impl Found {
    /// Its path relative to the folder, to be shown.
    pub fn shown(&self) -> String {
        let name = self.path.file_name().unwrap_or_default().to_string_lossy();
        self.folders.iter().map(String::as_str).chain([name.as_ref()]).collect::<Vec<_>>().join("/")
    }
}

/// The files below a folder, in the order of their names. Hidden files and folders, links, parts and what MediaFetcher
/// wrote beside files are passed over.
///
/// It stops while the disk of the folder, or one that it has met in it, is away, and goes on where it was.
#[derive(Debug)]
pub struct Walk {
    source: Source,
    /// Folders still to be read, the next one last.
    folders: Vec<(PathBuf, Vec<String>)>,
    /// Files of the folder read last, the next one last.
    files: Vec<Found>,
    /// A folder that is not entered: the library, when its copy is being made.
    except: Option<PathBuf>,
    /// Links, hidden files and parts so far.
    pub skipped: u64,
    /// Folders that could not be read so far, with the system's words.
    pub closed: Vec<(String, String)>,
}

impl Walk {
    /// Walks over `folder`, which is `source` or in it, without `except`. A file is a walk of its own.
    pub fn over(folder: &Path, source: Source, except: Option<&Path>) -> Self {
        Self {
            source,
            folders: vec![(folder.to_owned(), Vec::new())],
            files: Vec::new(),
            except: except.map(Path::to_owned),
            skipped: 0,
            closed: Vec::new(),
        }
    }

    /// After it gave nothing more: the disk is away, and the rest comes when it is back.
    pub fn is_cut(&self) -> bool {
        !self.folders.is_empty()
    }

    /// False: the disk is away, and nothing is known of the folder.
    fn read(&mut self, folder: &Path, above: &[String]) -> bool {
        let entries = fs::read_dir(folder).and_then(Iterator::collect::<io::Result<Vec<_>>>);
        // Where a disk was mounted there may be an empty folder.
        if !self.source.is_there() {
            return false;
        }
        let mut entries = match entries {
            Ok(entries) => entries,
            Err(_) if folder.is_file() => {
                let size = folder.metadata().map_or(0, |found| found.len());
                self.files.push(Found { path: folder.to_owned(), folders: Vec::new(), size });
                return true;
            }
            Err(error) => {
                self.closed.push((above.join("/"), error.to_string()));
                return true;
            }
        };
        entries.sort_unstable_by_key(|entry| std::cmp::Reverse(entry.file_name()));
        let mut beside = Vec::new();
        for entry in entries {
            let name = entry.file_name();
            let shown = name.to_string_lossy().into_owned();
            let path = entry.path();
            // Not followed: a link can lead out of the folder, or round in it.
            let Ok(kind) = entry.file_type() else { continue };
            if kind.is_symlink() || shown.starts_with('.') || shown.ends_with(PART_SUFFIX) {
                self.skipped += 1;
            } else if kind.is_dir() {
                let is_other = self.except.as_ref() != Some(&path);
                if is_other && above.len() < DEEPEST {
                    self.source.note_disk(&path);
                    let mut folders = above.to_vec();
                    folders.push(shown);
                    self.folders.push((path, folders));
                }
            } else if kind.is_file() {
                let size = entry.metadata().map_or(0, |found| found.len());
                let found = Found { path, folders: above.to_vec(), size };
                if is_one_of(&found.path, BESIDE) {
                    beside.push(found)
                } else {
                    self.files.push(found)
                }
            }
        }
        // One that lies beside nothing is a file like others, and refused like them.
        let stems: HashSet<OsString> =
            self.files.iter().filter_map(|file| Some(file.path.file_stem()?.to_owned())).collect();
        let belongs = |found: &Found| {
            let stem = found.path.file_stem().map(Path::new);
            // `Song.en.vtt` as well.
            let names = [stem.map(Path::as_os_str), stem.and_then(Path::file_stem)];
            names.into_iter().flatten().any(|name| stems.contains(name))
                || stem.is_some_and(|stem| folder.join(stem).with_added_extension("stems").is_dir())
        };
        self.files.extend(beside.into_iter().filter(|found| !belongs(found)));
        self.files.sort_unstable_by(|a, b| b.path.cmp(&a.path));
        true
    }
}

impl Iterator for Walk {
    type Item = Found;

    fn next(&mut self) -> Option<Found> {
        loop {
            if let Some(file) = self.files.pop() {
                return Some(file);
            }
            let (folder, above) = self.folders.pop()?;
            if !self.read(&folder, &above) {
                self.folders.push((folder, above));
                return None;
            }
        }
    }
}

fn is_one_of(path: &Path, extensions: &[&str]) -> bool {
    let own = path.extension().and_then(OsStr::to_str);
    own.is_some_and(|own| extensions.iter().any(|one| one.eq_ignore_ascii_case(own)))
}

/// Gives the folder, or the single file, without links on its way, if it is one that a person would keep media in: no hidden one, and none
/// of the system's.
///
/// # Errors
/// [`LibraryError::Invalid`] says why not, in words.
pub fn check_source(folder: &Path) -> Result<PathBuf, LibraryError> {
    let refuse = |words: String| Err(LibraryError::Invalid(words));
    let shown = folder.display();
    if !folder.is_absolute() {
        return refuse(format!("give the whole path of {shown}"));
    }
    let real = match folder.canonicalize() {
        Ok(real) => real,
        Err(error) => return refuse(format!("{shown} cannot be opened: {error}")),
    };
    if !real.is_dir() && !real.is_file() {
        return refuse(format!("{shown} is neither a folder nor a file"));
    }
    if real.parent().is_none() {
        return refuse("a whole disk cannot be taken in; give the folder with the media".into());
    }
    let hidden = |part: Component<'_>| part.as_os_str().to_string_lossy().starts_with('.');
    let home = std::env::home_dir().and_then(|home| home.canonicalize().ok()).unwrap_or_default();
    // A home folder may itself be anywhere.
    let chosen = match home.parent() {
        Some(_) => real.strip_prefix(&home).unwrap_or(&real),
        None => &real,
    };
    if chosen.components().any(hidden) {
        let words = format!(
            "{shown} is hidden, or inside a hidden folder, where programs keep their own things"
        );
        return refuse(words);
    }
    let below = |folders: &[&str]| folders.iter().any(|one| real.starts_with(one));
    if below(SYSTEM) && !below(NOT_SYSTEM) {
        return refuse(format!(
            "{shown} belongs to the system; give a folder with media of your own"
        ));
    }
    Ok(real)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn touch(root: &Path, names: &[&str]) {
        for name in names {
            let path = root.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, name).unwrap();
        }
    }

    #[test]
    fn files_come_in_order_with_their_folders_and_without_what_is_not_to_be_taken() {
        let folder = tempfile::Builder::new().prefix("walk").tempdir().unwrap();
        let root = folder.path();
        touch(
            root,
            &["b.mp3", "B/2.mp3", "A/C/1.mp3", "A/x.mp3.downloading", ".hidden/y.mp3", ".z.mp3"],
        );
        touch(root, &["b.json", "b.en.vtt", "B/alone.json", "library/song.mp3"]);
        #[cfg(unix)]
        std::os::unix::fs::symlink(root.join("b.mp3"), root.join("link.mp3")).unwrap();
        let mut walk = Walk::over(root, Source::of(root), Some(&root.join("library")));
        let found: Vec<String> = walk.by_ref().map(|found| found.shown()).collect();
        assert_eq!(found, ["b.mp3", "A/C/1.mp3", "B/2.mp3", "B/alone.json"]);
        assert_eq!(walk.skipped, if cfg!(unix) { 4 } else { 3 });
        assert!(walk.closed.is_empty() && !walk.is_cut());
    }

    #[test]
    fn a_folder_that_goes_away_is_walked_to_its_end_when_it_is_back() {
        let folder = tempfile::Builder::new().prefix("walk").tempdir().unwrap();
        let (root, away) = (folder.path().join("root"), folder.path().join("away"));
        touch(&root, &["a.mp3", "B/b.mp3", "C/c.mp3"]);
        let mut walk = Walk::over(&root, Source::of(&root), None);
        assert_eq!(walk.next().unwrap().shown(), "a.mp3");
        fs::rename(&root, &away).unwrap();
        assert!(walk.next().is_none() && walk.is_cut());
        fs::rename(&away, &root).unwrap();
        let rest: Vec<String> = walk.by_ref().map(|found| found.shown()).collect();
        assert_eq!(rest, ["B/b.mp3", "C/c.mp3"]);
        assert!(walk.closed.is_empty() && !walk.is_cut());
    }

    #[test]
    fn hidden_folders_and_those_of_the_system_are_refused_in_words() {
        let folder = tempfile::Builder::new().prefix("walk").tempdir().unwrap();
        let hidden = folder.path().join(".config/music");
        fs::create_dir_all(&hidden).unwrap();
        touch(folder.path(), &["file"]);
        let words = |path: &Path| check_source(path).unwrap_err().to_string();
        assert!(words(&hidden).contains("hidden"));
        assert!(words(&folder.path().join("gone")).contains("cannot be opened"));
        assert!(words(Path::new("music")).contains("whole path"));
        assert!(words(Path::new("/")).contains("whole disk"));
        #[cfg(target_os = "linux")]
        assert!(words(Path::new("/usr/share")).contains("belongs to the system"));
        assert!(check_source(folder.path()).is_ok());
        assert!(check_source(&folder.path().join("file")).is_ok());
    }
}
