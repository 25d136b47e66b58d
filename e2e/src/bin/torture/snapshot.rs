//! What the database said at the moment of a kill.

use std::collections::{BTreeMap, BTreeSet};

/// A wanted file: the id at its source, which is a page's address or the hash of a file that was taken in, and the
/// variant's name.
pub type Key = (String, String);

/// A file that a row or an intent speaks of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promise {
    /// Where it comes from: a site, `web` or `files`.
    pub source: String,
    /// Which wanted file it is of.
    pub key: Key,
    /// The stem's name in a bundle, empty otherwise.
    pub part: String,
    /// SHA-256 in lower-case hex.
    pub sha256: String,
    /// It may lie in the trash instead of under its name.
    pub in_trash: bool,
    /// The person has changed what its tags say.
    pub is_edited: bool,
}

/// One thing that the person has.
#[derive(Clone, Debug)]
pub struct Thing {
    /// Its number.
    pub id: i64,
    /// Which wanted file it is of.
    pub key: Key,
    /// The hash of its file, in lower-case hex.
    pub sha256: String,
    /// The person deleted it.
    pub deleted: bool,
}

/// Work that was under way.
#[derive(Clone, Debug)]
pub struct Intent {
    /// Number of the wanted file.
    pub item: i64,
    /// Where it comes from.
    pub source: String,
    /// Which wanted file.
    pub key: Key,
    /// Name of the part file.
    pub part: String,
    /// `fetching`, `sealing`, `placing` or `clearing`.
    pub phase: String,
    /// Files that may have their final name by now, by name.
    pub placing: BTreeMap<String, Promise>,
    /// Files that no row speaks of any more and that are to be removed.
    pub clearing: Vec<String>,
}

/// A copy that an import is making.
#[derive(Clone, Debug)]
pub struct Copying {
    /// The name that it may have by now, and what is promised under it.
    pub placing: Option<(String, Promise)>,
}

/// The rows that matter.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    /// Files that are in the library, by name.
    pub files: BTreeMap<String, Promise>,
    /// What the person has, deleted or not.
    pub things: Vec<Thing>,
    /// Files whose place on the disk is not yet what their row says.
    pub unsettled: u32,
    /// Wanted files that are done.
    pub done: BTreeSet<Key>,
    /// How the wanted files of pages stand.
    pub pages: BTreeMap<Key, String>,
    /// Work under way.
    pub intents: Vec<Intent>,
    /// Copies under way.
    pub copies: Vec<Copying>,
    /// Files that may have another name by now: the old one and the new one.
    pub renaming: BTreeMap<String, String>,
    /// How many imports of a folder were begun.
    pub imports: BTreeMap<String, u32>,
    /// Imports that are not over.
    pub open_imports: u32,
    /// A run that names files anew is not over.
    pub is_renaming: bool,
    /// Beside which names a song's record lies, or may lie.
    pub sidecars: BTreeSet<String>,
    /// Jobs by key, and whether their list has ended.
    pub listed: BTreeMap<String, bool>,
    /// Jobs that are not finished.
    pub open_jobs: u64,
    /// Why files wait for the person, by error number.
    pub needs_you: BTreeMap<i64, u64>,
    /// What SQLite and the rules of the schema find wrong.
    pub faults: Vec<String>,
}

impl Snapshot {
    /// All that is promised of a file with this name: by its row, by work that may have placed it, or under the name
    /// that it had before.
    pub fn promises_of(&self, name: &str) -> Vec<&Promise> {
        let by_row = self.files.get(name);
        let by_intents = self.intents.iter().filter_map(|intent| intent.placing.get(name));
        let copies = self.copies.iter().filter_map(|copy| copy.placing.as_ref());
        let by_copies = copies.filter(|(placed, _)| placed == name).map(|(_, promise)| promise);
        let renamed = self.renaming.iter().filter(|(_, new)| *new == name);
        let by_old_names = renamed.filter_map(|(old, _)| self.files.get(old));
        by_row.into_iter().chain(by_intents).chain(by_copies).chain(by_old_names).collect()
    }

    /// The wanted files whose bytes have this hash.
    pub fn keys_of(&self, sha256: &str) -> impl Iterator<Item = &Key> {
        self.things.iter().filter(move |thing| thing.sha256 == sha256).map(|thing| &thing.key)
    }
}
