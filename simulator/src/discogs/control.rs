//! What a test may do to Discogs, in the same process. `control_http` offers the same to others.

use super::account::{Account, Sizes};
use super::export::Course;
use super::keys::Consumer;
use super::market;
use super::money::Currency;
use super::rate_limit::RateReport;
use super::release::Release;
use super::site::SESSION;
use super::state::{Fate, State};
use super::truth::Truth;
use crate::session::{self, SetCookie};
use crate::world::World;
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::MutexGuard;

/// Where the programs that are tested are.
const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// The powers over Discogs.
#[derive(Clone, Copy, Debug)]
pub struct DiscogsControl<'a>(pub(crate) &'a World);

impl DiscogsControl<'_> {
    /// All that an account has, as it is now. `None` when there is no account of this name.
    pub fn account(&self, username: &str) -> Option<Account> {
        self.state().account(username).cloned()
    }

    /// The same with everything about every release in it.
    pub fn truth(&self, username: &str) -> Option<Truth> {
        Truth::of(&mut self.state(), username)
    }

    /// Everything about a release, even if it is gone or merged by now. `None` when there never was one of this id.
    pub fn release(&self, id: u32) -> Option<Release> {
        self.state().release(id)
    }

    /// What became of a release.
    pub fn fate(&self, id: u32) -> Option<Fate> {
        self.state().fate(id)
    }

    /// What the site thinks copies of a release are worth, by condition.
    pub fn price_suggestions(&self, id: u32, currency: &str) -> BTreeMap<String, f64> {
        let prices = market::suggestions(id, Currency::of(currency)).into_iter();
        prices.map(|(condition, price)| (condition.to_owned(), price)).collect()
    }

    /// The least that is asked for a release, as its statistics tell; `None` when it is not for sale.
    pub fn lowest_price(&self, id: u32, currency: &str) -> Option<f64> {
        let dollars = self.state().release(id)?.lowest_price?;
        Some(Currency::of(currency).of_dollars(dollars))
    }

    /// Makes an account anew, with so much in it.
    pub fn make_account(&self, username: &str, sizes: Sizes) {
        self.state().expect(username, sizes);
    }

    /// Adds copies behind the others.
    pub fn add_copies(&self, username: &str, count: u32) {
        self.state().add_copies(username, count);
    }

    /// Changes an account at will. False when there is none of this name.
    pub fn change_account(&self, username: &str, change: impl FnOnce(&mut Account)) -> bool {
        self.state().account(username).map(change).is_some()
    }

    /// Removes a copy. False when there is none of this id.
    pub fn remove_copy(&self, username: &str, instance_id: u64) -> bool {
        self.state().account(username).is_some_and(|account| {
            let before = account.copies.len();
            account.copies.retain(|copy| copy.instance_id != instance_id);
            account.copies.len() < before
        })
    }

    /// Makes collection and wantlist private, or public again.
    pub fn set_private(&self, username: &str, is_private: bool) {
        self.change_account(username, |account| account.is_private = is_private);
    }

    /// Changes the currency that an account buys and sells in. Prices keep their digits.
    pub fn set_currency(&self, username: &str, abbreviation: &str) {
        self.change_account(username, |account| account.trade_in(abbreviation));
    }

    /// Decides what becomes of a release.
    pub fn set_fate(&self, id: u32, fate: Fate) {
        self.state().set_fate(id, fate);
    }

    /// Gives a release so many tracks that its answer has at least this many bytes.
    pub fn enlarge_release(&self, id: u32, bytes: usize) {
        self.state().enlarge(id, bytes);
    }

    /// The account's personal token.
    pub fn token(&self, username: &str) -> String {
        self.state().keys.personal_token(username)
    }

    /// Makes a new personal token; the one before is good no more.
    pub fn renew_token(&self, username: &str) -> String {
        self.state().keys.renew_token(username)
    }

    /// Lets all tokens that an account has now end after so many calls.
    pub fn expire_tokens_after(&self, username: &str, calls: u32) {
        self.state().keys.expire_after(username, calls);
    }

    /// The application that is registered.
    pub fn consumer(&self) -> Consumer {
        self.state().keys.consumer.clone()
    }

    /// A person agrees on the site's page that an application acts in their name; gives the code that is shown. `None`
    /// when the token is not good (any more).
    pub fn agree(&self, request_token: &str, username: &str) -> Option<String> {
        self.state().keys.agree(request_token, username)
    }

    /// Everything that applications were given and that nobody else may know: tokens, and what they are signed with.
    pub fn given_to_applications(&self) -> Vec<String> {
        self.state().keys.given_to_applications()
    }

    /// Signs in to the site, to a new account if need be, and gives the cookie as a Netscape cookie file.
    pub fn sign_in(&self, username: &str) -> String {
        let value = self.state().sign_in(username);
        let cookie = SetCookie { name: SESSION.into(), value, http_only: true };
        session::netscape_file(super::SITE, &[cookie])
    }

    /// Ends all sessions on the site.
    pub fn end_sessions(&self) {
        self.state().end_sessions();
    }

    /// How export jobs go that begin from now on.
    pub fn set_export_course(&self, course: Course) {
        self.state().exports.course = course;
    }

    /// Makes all addresses of pictures that were given out until now good for nothing.
    pub fn expire_pictures(&self) {
        self.0.discogs.images.expire();
    }

    /// What the rate limit did, and how fast its minute passes.
    pub fn rate(&self) -> RateReport {
        self.0.discogs.rate.report()
    }

    /// Lets the minute of the rate limit pass so many times faster than in truth, and empties its windows.
    pub fn set_time_scale(&self, scale: f64) {
        self.0.discogs.rate.set_scale(scale);
    }

    /// Lets so many requests with credentials pass in a window, as for a program that the site made an exception for, and
    /// as many times more without. Every answer says so.
    pub fn set_limit(&self, requests: usize) {
        self.0.discogs.rate.set_limit(requests);
    }

    /// Whether refusals say when to come back, which the documentation does not promise. They do not at first.
    pub fn set_retry_after(&self, tells: bool) {
        self.0.discogs.rate.set_retry_after(tells);
    }

    /// Lets another program at this machine's address make so many requests in each minute of the limit; 0 ends it.
    pub fn set_neighbour(&self, a_minute: u32) {
        self.0.discogs.rate.set_neighbour(a_minute);
    }

    /// Counts so many requests of another program at this machine's address as made now.
    pub fn spend(&self, requests: usize) {
        self.0.discogs.rate.spend(HERE, requests);
    }

    /// Empties the windows of the rate limit and forgets what it counted.
    pub fn reset_rate(&self) {
        self.0.discogs.rate.reset();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.discogs.state()
    }
}
