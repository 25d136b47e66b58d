//! The library folder at the moment of a kill: whatever has a final name must be promised by a row or an intent, with
//! exactly these bytes, and must be the site's sound (I1, I2, I3).

use crate::snapshot::{Promise, Snapshot};
use anyhow::{Context, Result};
use e2e::{payload, truth};
use sha2::{Digest, Sha256};
use simulator::{Control, Format};
use std::collections::{BTreeMap, BTreeSet};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Size and modification time: a file in which both are as before is not read again.
type Stamp = (u64, SystemTime);

/// What was seen in the folder so far.
#[derive(Default)]
pub struct Disk {
    checked: BTreeMap<String, (Stamp, String)>,
    /// Files that the torture itself deleted or emptied.
    pub damaged: BTreeSet<String>,
}

impl Disk {
    /// Looks at everything that is new or changed; gives what is wrong.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn look(
        &mut self,
        folder: &Path,
        rows: &Snapshot,
        control: &Control,
    ) -> Result<Vec<String>> {
        let mut faults = Vec::new();
        let mut there = BTreeSet::new();
        for path in truth::files_below(folder)? {
            let name = path.to_string_lossy().into_owned();
            there.insert(name.clone());
            if let Err(wrong) = self.look_at(&name, &folder.join(&path), rows, control) {
                faults.push(format!("{name}: {wrong:#}"));
            }
        }
        self.checked.retain(|name, _| there.contains(name));
        for (name, promise) in rows.files.iter().filter(|(name, _)| !there.contains(*name)) {
            if !self.damaged.contains(name) && !in_trash(folder, promise)? {
                faults.push(format!("{name}: has a row but no file (I1): {promise:?}"));
            }
        }
        Ok(faults)
    }

    fn look_at(
        &mut self,
        name: &str,
        path: &Path,
        rows: &Snapshot,
        control: &Control,
    ) -> Result<()> {
        let found = std::fs::metadata(path)?;
        let stamp = (found.len(), found.modified()?);
        if self.damaged.contains(name) {
            if found.len() == 0 {
                return Ok(());
            }
            self.damaged.remove(name);
        }
        if name.ends_with(".downloading") {
            return Ok(());
        }
        if name.ends_with(".json") {
            return whole_json(path);
        }
        if name.ends_with(".lrc") {
            return Ok(());
        }
        // An edit keeps the time, and often the size.
        let known = self.checked.get(name).filter(|(seen, hash)| {
            *seen == stamp && rows.files.get(name).is_some_and(|promise| promise.sha256 == *hash)
        });
        let (hash, is_known) = match known {
            Some((_, hash)) => (hash.clone(), true),
            None => (hash_of(path)?, false),
        };
        if rows.intents.iter().any(|intent| intent.clearing.iter().any(|old| old == name)) {
            return Ok(());
        }
        let promise = promise_for(name, &hash, rows)?;
        if !is_known {
            same_sound(&promise, path, control)?;
        }
        self.checked.insert(name.to_owned(), (stamp, hash));
        Ok(())
    }
}

/// A deleted file lies in the trash under its hash, whole (I11).
fn in_trash(folder: &Path, promise: &Promise) -> Result<bool> {
    let file = folder.join(".mediafetcher/trash").join(&promise.sha256);
    Ok(promise.in_trash && file.is_file() && hash_of(&file)? == promise.sha256)
}

/// The row or intent that explains a file with these bytes.
fn promise_for(name: &str, hash: &str, rows: &Snapshot) -> Result<Promise> {
    let of_intents = rows.intents.iter().filter_map(|intent| intent.placing.get(name));
    let promises: Vec<&Promise> = rows.files.get(name).into_iter().chain(of_intents).collect();
    anyhow::ensure!(!promises.is_empty(), "has its final name, but neither row nor intent (I2)");
    let fits = promises.into_iter().find(|promise| promise.sha256 == hash);
    fits.cloned().context("its bytes are not those that were promised (I3)")
}

/// The sound is the site's, byte for byte, whatever tags are around it.
fn same_sound(promise: &Promise, path: &Path, control: &Control) -> Result<()> {
    let (song, variant) = &promise.key;
    let name = if promise.part.is_empty() { variant } else { &promise.part };
    let format: Format = name.parse().map_err(anyhow::Error::msg)?;
    let truth = control.truth(song, format).context("the site has no such file")?;
    let extension = format.extension();
    let here = payload::of(extension, &std::fs::read(path)?).context("damaged (I3)")?;
    let mut original = Vec::with_capacity(usize::try_from(truth.len())?);
    truth.chunks(0..truth.len()).for_each(|chunk| original.extend_from_slice(&chunk));
    let there = payload::of(extension, &original).context("the simulator's own file")?;
    anyhow::ensure!(here == there, "its sound is not the site's (I3)");
    Ok(())
}

fn whole_json(path: &Path) -> Result<()> {
    match std::fs::read(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        read => {
            serde_json::from_slice::<serde_json::Value>(&read?).context("half a record")?;
            Ok(())
        }
    }
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
