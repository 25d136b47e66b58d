//! Folders with media that were there before, to be taken in: copied from beside the library, or kept where they lie
//! in it.

use crate::snapshot::Snapshot;
use anyhow::{Context, Result};
use e2e::payload;
use e2e::stage::{ACCOUNT, Stage};
use sha2::{Digest, Sha256};
use simulator::{Format, Service};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use tokio::process::Command;

/// The folder in the library whose files stay where they are.
const OWN: &str = "Own";
/// Small films of each folder.
const SMALL: u32 = 14;
/// Larger ones: long enough that a kill falls into a copy.
const LARGE: u32 = 8;
/// Songs in each of two formats.
const SONGS: usize = 4;
/// Files that are also sent from the site.
const SENT: &[&str] = &["list-3.mp4", "list-7.mp4", "clip.mp4"];

/// All folders so far.
#[derive(Default)]
pub struct Attic {
    chests: Vec<Chest>,
    /// What can be heard and seen in each file, by the hash of the file.
    payloads: BTreeMap<String, String>,
    /// The hash of each file that lies in the library, by its name there.
    own: BTreeMap<String, String>,
    /// Makes each film unlike all others.
    films: u32,
}

/// One folder.
struct Chest {
    folder: PathBuf,
    stays: bool,
    /// How often it is to be taken in.
    asked: u32,
    hashes: BTreeSet<String>,
}

impl Attic {
    /// Adds a folder; `stays`: it lies in the library.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn fill(&mut self, stage: &Stage, stays: bool) -> Result<()> {
        let folder = match stays {
            true => stage.home.library().join(OWN),
            false => stage.home.file(&format!("Attic {}", self.chests.len())),
        };
        std::fs::create_dir_all(folder.join("Some"))?;
        let folder = folder.canonicalize()?;
        let mut hashes = BTreeSet::new();
        for (name, bytes) in self.contents(stage, stays)? {
            let extension = name.rsplit_once('.').context("every file has an extension")?.1;
            let hash = sha256(&bytes);
            self.payloads.insert(hash.clone(), sha256(&payload::of(extension, &bytes)?));
            if stays {
                self.own.insert(format!("{OWN}/{name}"), hash.clone());
            }
            hashes.insert(hash);
            std::fs::write(folder.join(name), bytes)?;
        }
        self.chests.push(Chest { folder, stays, asked: 1, hashes });
        Ok(())
    }

    fn contents(&mut self, stage: &Stage, stays: bool) -> Result<Vec<(String, Vec<u8>)>> {
        let control = stage.control();
        let video = |name: &str| {
            let file = control.videos().truth(name).context("the site has its own files")?;
            Ok::<_, anyhow::Error>(file.to_vec())
        };
        let mut files = Vec::new();
        let (tiny, clip) = (video("many-1.mp4")?, video("clip.mp4")?);
        for number in 0..SMALL + LARGE {
            let picture = if number < SMALL { &tiny } else { &clip };
            self.films += 1;
            let bytes = [picture.as_slice(), &free_box(self.films)].concat();
            files.push((format!("Some/Film {number}.mp4"), bytes));
        }
        // The library has none of these: of that site it is asked for other formats.
        let songs = control.songs(Service::Producer, ACCOUNT);
        let skipped = if stays { 0 } else { SONGS * self.chests.len() };
        for song in songs.iter().cycle().skip(skipped).take(SONGS.min(songs.len())) {
            for format in [Format::Mp3, Format::Wav] {
                let Some(file) = control.truth(&song.id, format) else { continue };
                files.push((format!("Song {}.{}", song.number, format.extension()), file.to_vec()));
            }
        }
        if !stays {
            for name in SENT {
                files.push((format!("Sent {name}"), video(name)?));
            }
            let twin = files[0].1.clone();
            files.push(("Twin.mp4".into(), twin));
        }
        Ok(files)
    }

    /// All but those in the library are to be taken in once more: what was lost comes again.
    pub fn ask_again(&mut self) {
        self.chests.iter_mut().filter(|chest| !chest.stays).for_each(|chest| chest.asked += 1);
    }

    /// The commands of imports that `begun` does not know of yet, by folder.
    ///
    /// # Errors
    /// When the program is not built.
    pub fn due(&self, stage: &Stage, begun: &BTreeMap<String, u32>) -> Result<Vec<Command>> {
        let times = |chest: &Chest| begun.get(&*chest.folder.to_string_lossy()).copied();
        let due = self.chests.iter().filter(|chest| times(chest).unwrap_or(0) < chest.asked);
        due.map(|chest| stage.home.command(&chest.arguments())).collect()
    }

    /// A command for each folder.
    ///
    /// # Errors
    /// When the program is not built.
    pub fn all(&self, stage: &Stage) -> Result<Vec<Command>> {
        self.chests.iter().map(|chest| stage.home.command(&chest.arguments())).collect()
    }

    /// What can be heard and seen in the file with this hash.
    pub fn payload_of(&self, hash: &str) -> Option<&String> {
        self.payloads.get(hash)
    }

    /// The hash of a file that lay in the library from the beginning.
    pub fn own(&self, name: &str) -> Option<&String> {
        self.own.get(name)
    }

    /// Files of the library that nobody can bring again.
    pub fn is_own(&self, name: &str) -> bool {
        self.own.contains_key(name)
    }

    /// Files of which there is no thing, or more than one.
    pub fn missing(&self, rows: &Snapshot) -> Vec<String> {
        let taken_in = |hash: &String| {
            let of_it = |key: &crate::snapshot::Key| key.0 == *hash;
            rows.things.iter().filter(|thing| of_it(&thing.key) && !thing.deleted).count()
        };
        let all = self.chests.iter().flat_map(|chest| &chest.hashes).collect::<BTreeSet<_>>();
        let wrong = all.into_iter().map(|hash| (hash, taken_in(hash))).filter(|(_, n)| *n != 1);
        wrong.map(|(hash, count)| format!("{count} things of the imported {hash}")).collect()
    }

    /// How many folders, and how many different files are in them.
    pub fn size(&self) -> (usize, usize) {
        (self.chests.len(), self.payloads.len())
    }
}

impl Chest {
    fn arguments(&self) -> Vec<&str> {
        let folder = self.folder.to_str().unwrap_or_default();
        let place = if self.stays { "--in-place" } else { "--copy" };
        vec!["library", "import", folder, place, "--json"]
    }
}

/// A box that players skip (ISO/IEC 14496-12, 8.1.2).
fn free_box(number: u32) -> Vec<u8> {
    [&12_u32.to_be_bytes()[..], b"free", &number.to_be_bytes()].concat()
}

/// In lower-case hex.
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
