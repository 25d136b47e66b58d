//! The truth in one piece, for comparing with what a program has made of it.

use super::account::Account;
use super::release::Release;
use super::state::{Fate, State};
use serde::Serialize;
use std::collections::BTreeMap;

/// An account and every release that is in its collection, on its wantlist or in its shop.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Truth {
    /// The account.
    pub account: Account,
    /// The releases by id, those too that others were merged into.
    pub releases: BTreeMap<u32, Release>,
    /// What became of those that are not there any more.
    pub fates: BTreeMap<u32, Fate>,
}

impl Truth {
    pub(super) fn of(state: &mut State, username: &str) -> Option<Self> {
        let account = state.account(username)?.clone();
        let mut truth = Self { account, releases: BTreeMap::new(), fates: BTreeMap::new() };
        let copies = truth.account.copies.iter().map(|copy| copy.release_id);
        let wants = truth.account.wants.iter().map(|want| want.release_id);
        let listings = truth.account.listings.iter().map(|listing| listing.release_id);
        for id in copies.chain(wants).chain(listings).collect::<Vec<_>>() {
            truth.add(state, id);
        }
        Some(truth)
    }

    fn add(&mut self, state: &State, id: u32) {
        if self.releases.contains_key(&id) {
            return;
        }
        let (Some(release), Some(fate)) = (state.release(id), state.fate(id)) else { return };
        self.releases.insert(id, release);
        if fate != Fate::Present {
            self.fates.insert(id, fate);
        }
        if let Fate::Redirects { into } | Fate::Becomes { into } = fate {
            self.add(state, into);
        }
    }
}
