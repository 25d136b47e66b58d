//! A small Discogs and curl.

use super::{Got, curl, start};
use simulator::discogs::{Account, DiscogsConfig, DiscogsControl, Sizes};
use simulator::{Config, Fault, Simulator};

pub const API: &str = "https://api.discogs.com";
/// All copies of `demo`.
pub const FOLDER: &str = "/users/demo/collection/folders/0/releases";

/// A small Discogs without hurry.
pub struct Shelf(pub Simulator);

impl Shelf {
    pub fn new() -> Self {
        Self::with(Sizes { copies: 230, wants: 20, listings: 120 }, 600.0)
    }

    pub fn with(sizes: Sizes, time_scale: f64) -> Self {
        let discogs = DiscogsConfig { sizes, time_scale, ..DiscogsConfig::default() };
        Self(start(Config { songs: 1, discogs, ..Config::default() }))
    }

    pub fn discogs(&self) -> DiscogsControl<'_> {
        self.0.control().discogs()
    }

    pub fn account(&self) -> Account {
        self.discogs().account("demo").unwrap()
    }

    /// As nobody in particular.
    pub fn get(&self, path: &str) -> Got {
        curl(&self.0, &[&format!("{API}{path}")])
    }

    /// With `demo`'s token.
    pub fn own(&self, path: &str) -> Got {
        self.own_with(path, &[])
    }

    pub fn own_with(&self, path: &str, more: &[&str]) -> Got {
        let header = format!("Authorization: Discogs token={}", self.discogs().token("demo"));
        curl(&self.0, &[&["--header", &header], more, &[&format!("{API}{path}")]].concat())
    }

    pub fn fault(&self, fault: Fault) {
        self.0.control().clear_faults();
        self.0.control().add_fault(fault);
    }

    /// Follows `next` to the end: the instances of all pages, and the total that the last one told.
    pub fn walk(&self, path: &str) -> (Vec<u64>, u64) {
        let (mut instances, mut next) = (Vec::new(), Some(format!("{API}{path}")));
        let mut items = 0;
        while let Some(address) = next {
            let page = self.own(address.strip_prefix(API).unwrap()).json();
            let found = page["releases"].as_array().unwrap().iter();
            instances.extend(found.map(|copy| copy["instance_id"].as_u64().unwrap()));
            items = page["pagination"]["items"].as_u64().unwrap();
            next = page["pagination"]["urls"]["next"].as_str().map(str::to_owned);
        }
        (instances, items)
    }
}
