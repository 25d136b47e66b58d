//! The world: accounts, what became of releases, keys and sessions. Nothing is made before it is asked for.

use super::account::{Account, Sizes};
use super::catalogue::{Catalogue, id_of, number_of};
use super::export::Exports;
use super::keys::Keys;
use super::person::Maker;
use super::release::{Release, Sheet, Track};
use crate::session::random_text;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// The account that is there from the start.
const FIRST: &str = "demo";
/// A shop that has more than others may see, and sells for yen.
const BIG_SHOP: &str = "BigShop";
const BIG_SHOP_SIZES: Sizes = Sizes { copies: 0, wants: 0, listings: 12_000 };

/// How the world is at first.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DiscogsConfig {
    /// The same seed makes the same world.
    pub seed: u64,
    /// How much accounts have.
    pub sizes: Sizes,
    /// How many times faster than in truth the minute of the rate limit passes.
    pub time_scale: f64,
}

impl Default for DiscogsConfig {
    fn default() -> Self {
        Self { seed: 1, sizes: Sizes::default(), time_scale: 1.0 }
    }
}

/// What became of a release.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// It is there.
    Present,
    /// It was deleted: 404, while copies of it stay in collections.
    Gone,
    /// It was merged into another one, and its address answers with a redirect.
    Redirects {
        /// The other one.
        into: u32,
    },
    /// It was merged into another one, and its address answers with that one.
    Becomes {
        /// The other one.
        into: u32,
    },
}

/// The world.
#[derive(Debug)]
pub(super) struct State {
    catalogue: Catalogue,
    sizes: Sizes,
    /// By their names in lower case; names are looked up without regard to case.
    accounts: BTreeMap<String, Account>,
    /// Accounts that are made when somebody asks for them.
    expected: BTreeMap<String, (String, Sizes)>,
    /// What became of releases, other than by the seed.
    fates: BTreeMap<u32, Fate>,
    /// Releases whose answer is at least so many bytes long.
    enlarged: BTreeMap<u32, usize>,
    sheets: HashMap<u32, Arc<Sheet>>,
    pub keys: Keys,
    pub exports: Exports,
    /// Values of the session cookie, and whose they are.
    sessions: BTreeMap<String, String>,
}

impl State {
    pub(super) fn new(config: &DiscogsConfig) -> Self {
        let mut state = Self {
            catalogue: Catalogue { seed: config.seed },
            sizes: config.sizes,
            accounts: BTreeMap::new(),
            expected: BTreeMap::new(),
            fates: BTreeMap::new(),
            enlarged: BTreeMap::new(),
            sheets: HashMap::new(),
            keys: Keys::new(config.seed),
            exports: Exports::default(),
            sessions: BTreeMap::new(),
        };
        state.expect(FIRST, config.sizes);
        state.expect(BIG_SHOP, BIG_SHOP_SIZES);
        state
    }

    /// Makes the account anew, with so much in it.
    pub(super) fn expect(&mut self, username: &str, sizes: Sizes) {
        let key = username.to_lowercase();
        self.accounts.remove(&key);
        self.expected.insert(key, (username.to_owned(), sizes));
    }

    /// Makes an account of the usual size, unless there is one of this name.
    pub(super) fn ensure(&mut self, username: &str) {
        if self.account(username).is_none() {
            self.expect(username, self.sizes);
        }
    }

    /// The account of this name.
    pub(super) fn account(&mut self, username: &str) -> Option<&mut Account> {
        let key = username.to_lowercase();
        self.make(&key);
        self.accounts.get_mut(&key)
    }

    /// Makes the account of this key, if it is one that waits for that.
    fn make(&mut self, key: &str) {
        let Some((name, sizes)) = self.expected.remove(key) else { return };
        let mut account = self.maker().account(&name, sizes);
        if name == BIG_SHOP {
            account.trade_in("JPY");
        }
        self.accounts.insert(key.to_owned(), account);
    }

    /// Whose listing this is, and which of theirs.
    pub(super) fn find_listing(&mut self, id: u64) -> Option<(String, usize)> {
        let expected: Vec<String> = self.expected.keys().cloned().collect();
        expected.iter().for_each(|key| self.make(key));
        self.accounts.values().find_map(|account| {
            let at = account.listings.iter().position(|listing| listing.id == id)?;
            Some((account.username.clone(), at))
        })
    }

    /// Adds copies to an account.
    pub(super) fn add_copies(&mut self, username: &str, count: u32) {
        let maker = self.maker();
        if let Some(account) = self.account(username) {
            maker.add_copies(account, count);
        }
    }

    fn maker(&self) -> Maker {
        Maker { seed: self.catalogue.seed }
    }

    /// What lists show of a release, whatever became of it.
    pub(super) fn sheet(&mut self, id: u32) -> Option<Arc<Sheet>> {
        let number = number_of(id)?;
        let catalogue = self.catalogue;
        let sheet = self.sheets.entry(id).or_insert_with(|| Arc::new(catalogue.sheet(number)));
        Some(sheet.clone())
    }

    /// Everything about a release, whatever became of it.
    pub(super) fn release(&self, id: u32) -> Option<Release> {
        let mut release = self.catalogue.release(number_of(id)?);
        if let Some(bytes) = self.enlarged.get(&id) {
            enlarge(&mut release, *bytes);
        }
        Some(release)
    }

    /// What became of a release. Every 97th is gone, every 131st merged, unless said otherwise.
    pub(super) fn fate(&self, id: u32) -> Option<Fate> {
        let number = number_of(id)?;
        let of_seed = || match (number % 97, number % 131, number / 131 % 2) {
            (5, ..) => Fate::Gone,
            (_, 7, 0) => Fate::Redirects { into: id_of(number + 1) },
            (_, 7, _) => Fate::Becomes { into: id_of(number + 1) },
            _ => Fate::Present,
        };
        Some(self.fates.get(&id).copied().unwrap_or_else(of_seed))
    }

    pub(super) fn set_fate(&mut self, id: u32, fate: Fate) {
        self.fates.insert(id, fate);
    }

    pub(super) fn enlarge(&mut self, id: u32, bytes: usize) {
        self.enlarged.insert(id, bytes);
    }

    /// Signs in and gives the cookie's value.
    pub(super) fn sign_in(&mut self, username: &str) -> String {
        self.ensure(username);
        let value = random_text(24);
        self.sessions.insert(value.clone(), username.to_owned());
        value
    }

    /// Whose session this is.
    pub(super) fn visitor(&mut self, cookie: &str) -> Option<String> {
        let username = self.sessions.get(cookie)?.clone();
        self.account(&username).map(|account| account.username.clone())
    }

    pub(super) fn end_sessions(&mut self) {
        self.sessions.clear();
    }
}

/// Adds tracks until they alone are so many bytes long.
fn enlarge(release: &mut Release, bytes: usize) {
    let title = "La longue nuit, \"partie\" ".repeat(40);
    let track = Track { kind: "track".into(), title, duration: "1:00".into(), ..Track::default() };
    let count = bytes.div_ceil(track.title.len());
    let numbered =
        (1..=count).map(|number| Track { position: number.to_string(), ..track.clone() });
    release.tracklist.extend(numbered);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_in_any_case_and_told_as_they_are_written() {
        let mut state = State::new(&DiscogsConfig::default());
        let shop = state.account("bigshop").unwrap();
        assert_eq!((shop.username.as_str(), shop.currency.as_str()), ("BigShop", "JPY"));
        assert_eq!(shop.listings.len(), 12_000);
        assert!(state.account("nobody").is_none());
        state.ensure("Somebody");
        assert_eq!(state.account("somebody").unwrap().copies.len(), 1200);
    }

    #[test]
    fn some_releases_of_a_collection_are_gone_or_merged() {
        let mut state = State::new(&DiscogsConfig::default());
        let ids: Vec<u32> =
            state.account("demo").unwrap().copies.iter().map(|copy| copy.release_id).collect();
        let fates: Vec<Fate> = ids.iter().filter_map(|id| state.fate(*id)).collect();
        assert!(fates.contains(&Fate::Gone));
        assert!(fates.iter().any(|fate| matches!(fate, Fate::Redirects { .. })));
        assert!(fates.iter().any(|fate| matches!(fate, Fate::Becomes { .. })));
        let merged = fates.iter().filter_map(|fate| match fate {
            Fate::Redirects { into } | Fate::Becomes { into } => Some(*into),
            _ => None,
        });
        assert!(merged.into_iter().all(|into| state.fate(into) == Some(Fate::Present)));
    }
}
