//! The library folder at the moment of a kill: whatever has a final name must be promised by a row or a note, with
//! exactly these bytes, and must be what was wanted (I1, I2, I3).

use crate::attic::Attic;
use crate::content::Judge;
use crate::snapshot::{Promise, Snapshot};
use anyhow::{Context, Result, ensure};
use e2e::truth;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Size and modification time: a file in which both are as before is not read again.
type Stamp = (u64, SystemTime);

/// What was seen in the folder so far.
pub struct Disk {
    judge: Judge,
    checked: BTreeMap<String, (Stamp, String)>,
    /// Hashes of files that the torture itself deleted or emptied. Names change meanwhile.
    pub damaged: BTreeSet<String>,
}

impl Disk {
    pub fn new(judge: Judge) -> Self {
        Self { judge, checked: BTreeMap::new(), damaged: BTreeSet::new() }
    }

    /// Looks at everything that is new or changed; gives what is wrong.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn look(&mut self, folder: &Path, rows: &Snapshot, attic: &Attic) -> Result<Vec<String>> {
        let mut faults = Vec::new();
        let mut there = BTreeSet::new();
        for path in truth::files_below(folder)? {
            let name = path.to_string_lossy().into_owned();
            there.insert(name.clone());
            if let Err(wrong) = self.look_at(&name, &folder.join(&path), rows, attic) {
                faults.push(format!("{name}: {wrong:#}"));
            }
        }
        self.checked.retain(|name, _| there.contains(name));
        for (name, promise) in rows.files.iter().filter(|(name, _)| !there.contains(*name)) {
            let is_renamed = rows.renaming.get(name).is_some_and(|new| there.contains(new));
            let is_explained = is_renamed || self.damaged.contains(&promise.sha256);
            if !is_explained && !in_trash(folder, promise)? {
                faults.push(format!("{name}: has a row but no file (I1): {promise:?}"));
            }
        }
        // What no row speaks of any more is on its way.
        let spoken_of: BTreeSet<&String> =
            rows.files.values().map(|promise| &promise.sha256).collect();
        self.damaged.retain(|hash| spoken_of.contains(hash));
        Ok(faults)
    }

    fn look_at(&mut self, name: &str, path: &Path, rows: &Snapshot, attic: &Attic) -> Result<()> {
        let found = std::fs::metadata(path)?;
        let stamp = (found.len(), found.modified()?);
        let promises = rows.promises_of(name);
        if found.len() == 0 && promises.iter().any(|one| self.damaged.contains(&one.sha256)) {
            return Ok(());
        }
        if name.ends_with(".downloading") {
            return Ok(());
        }
        if truth::is_companion(Path::new(name)) {
            return whole_companion(path);
        }
        // An edit keeps the time, and often the size.
        let known = self.checked.get(name).filter(|(seen, hash)| {
            *seen == stamp && promises.iter().any(|promise| promise.sha256 == *hash)
        });
        let (hash, is_known) = match known {
            Some((_, hash)) => (hash.clone(), true),
            None => (hash_of(path)?, false),
        };
        let is_surplus =
            |intent: &crate::snapshot::Intent| intent.clearing.iter().any(|old| old == name);
        if rows.intents.iter().any(is_surplus) {
            return Ok(());
        }
        // It lay there before the library knew of it.
        if promises.is_empty() && attic.own(name) == Some(&hash) {
            return Ok(());
        }
        ensure!(!promises.is_empty(), "has its final name, but neither row nor note (I2)");
        let fits = promises.into_iter().find(|promise| promise.sha256 == hash);
        let promise = fits.context("its bytes are not those that were promised (I3)")?;
        if !is_known {
            self.judge.check(promise, path, attic)?;
        }
        self.damaged.remove(&hash);
        self.checked.insert(name.to_owned(), (stamp, hash));
        Ok(())
    }
}

/// A deleted file lies in the trash under its hash, whole (I11).
fn in_trash(folder: &Path, promise: &Promise) -> Result<bool> {
    let file = folder.join(".mediafetcher/trash").join(&promise.sha256);
    Ok(promise.in_trash && file.is_file() && hash_of(&file)? == promise.sha256)
}

/// What lies beside a song is replaced as a whole.
fn whole_companion(path: &Path) -> Result<()> {
    let bytes = match std::fs::read(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        read => read?,
    };
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("json") => {
            serde_json::from_slice::<serde_json::Value>(&bytes).context("half a record")?;
        }
        Some("jpg") => {
            let whole = bytes.starts_with(&[0xff, 0xd8]) && bytes.ends_with(&[0xff, 0xd9]);
            ensure!(whole, "half a picture");
        }
        Some("vtt") => ensure!(bytes.starts_with(b"WEBVTT"), "no subtitles"),
        _ => {}
    }
    Ok(())
}

fn hash_of(path: &Path) -> Result<String> {
    let mut hasher = Sha256::new();
    std::io::copy(&mut std::fs::File::open(path)?, &mut hasher)?;
    Ok(hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Part files, wherever they lie, quarantine included.
///
/// # Errors
/// When a folder cannot be read.
pub fn parts(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(next) = open.pop() {
        for entry in std::fs::read_dir(next)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                open.push(entry.path());
            } else if entry.file_name().to_string_lossy().ends_with(".downloading") {
                found.push(entry.path());
            }
        }
    }
    Ok(found)
}
