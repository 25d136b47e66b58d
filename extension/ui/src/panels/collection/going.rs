//! Going from one part of the collection to another, with the address: Back, a reload and a copied link lead to the same.

use super::address::{Address, Wanted};
use super::{Collection, ListOf, Open, Place, shelf};
use crate::catalogue::{t, tf};
use crate::components::button::button;
use crate::components::dialog::close_dialog;
use crate::components::focus::focus;
use crate::components::icon::{Icon, icon};
use crate::components::live::follow;
use crate::memo;
use crate::route::{Route, route_now, write_address};
use crate::state::State;
use browser::history::step_back;
use leptos::prelude::*;
use protocol::discogs::{DiscogsAccount, DiscogsAccountId, DiscogsList};

/// The record of what was looked at last.
const PLACE_KEY: &str = "collection_place";

/// A step back that the browser was asked for and has not told of yet.
#[derive(Clone)]
pub(super) struct StepBack {
    /// From where.
    left: Route,
    /// Another address was to be written meanwhile.
    gone_on: bool,
}

/// Instead of a place that is not there: why.
pub fn astray(collection: Collection, why: String) -> AnyView {
    let home = move || {
        collection.go_home();
        focus("#content");
    };
    view! {
        <div class="empty" role="alert">
            {icon(Icon::Alert)} <p>{why}</p> {button("primary", Some(Icon::Disc), t("address_home"), home)}
        </div>
    }
    .into_any()
}

impl Collection {
    /// Follows the address, and writes into it which look is chosen.
    pub fn keep_address(self, route: State<Route>) {
        follow(move || {
            route.track();
            self.settle();
        });
        follow(move || {
            let look = self.look.get();
            shelf::remember_look(look);
            self.write(true);
        });
    }

    /// Shows what the address says, once there is an account.
    pub fn settle(self) {
        let route = route_now();
        if self.is_stepping_back(&route) {
            return;
        }
        let nobody = self.accounts.with_untracked(|all| all.as_ref().is_none_or(Vec::is_empty));
        if nobody || route.panel != "collection" {
            return;
        }
        match self.found(Address::read(&route.query)) {
            Ok(address) => self.show(&address),
            Err(why) => {
                if self.astray.with_untracked(|said| said.as_ref() != Some(&why)) {
                    self.put_away();
                    self.astray.set(Some(why));
                }
                self.place.set(None);
            }
        }
    }

    /// Whether the address is about to change, or is to change once more: whoever has gone on since the step back was
    /// asked for is not brought back by it.
    fn is_stepping_back(self, route: &Route) -> bool {
        match self.stepping_back.get_untracked() {
            None => false,
            Some(StepBack { left, .. }) if left == *route => true,
            Some(StepBack { gone_on, .. }) => {
                self.stepping_back.set(None);
                if gone_on {
                    self.write(true);
                }
                gone_on
            }
        }
    }

    /// The address to show for one that is asked for, or why there is none.
    fn found(self, asked: Address) -> Result<Address, String> {
        let known = |user: &str| self.find_account(|one| one.username.eq_ignore_ascii_case(user));
        match &asked.wanted {
            Wanted::Odd => Err(t("address_odd")),
            Wanted::List { user, .. } if known(user).is_none() => {
                Err(tf("address_no_account", &[("name", user)]))
            }
            Wanted::Anything => Ok(self.anything()),
            _ => Ok(asked),
        }
    }

    /// What was looked at last if that is still there, else the first collection.
    fn anything(self) -> Address {
        let kept = memo::kept(PLACE_KEY);
        let last = Address::read(kept.split_once('?').map_or("", |(_, query)| query));
        match self.place_of(&last) {
            Some(_) => last,
            None => {
                let first = self.find_account(|_| true);
                let user = first.map(|account| account.username).unwrap_or_default();
                let wanted = Wanted::List { user, list: DiscogsList::Collection };
                Address { wanted, ..Address::default() }
            }
        }
    }

    fn find_account(self, wanted: impl Fn(&DiscogsAccount) -> bool) -> Option<DiscogsAccount> {
        self.accounts.with_untracked(|all| all.as_ref()?.iter().find(|one| wanted(one)).cloned())
    }

    /// What an address names, if it is there.
    fn place_of(self, address: &Address) -> Option<Place> {
        match &address.wanted {
            Wanted::Kept => Some(Place::Kept),
            Wanted::List { user, list } => {
                let account = self.find_account(|one| one.username.eq_ignore_ascii_case(user))?;
                Some(Place::List(ListOf { account: account.id, list: *list }))
            }
            Wanted::Anything | Wanted::Odd => None,
        }
    }

    fn show(self, address: &Address) {
        let Some(place) = self.place_of(address) else { return };
        self.look_at(place, address.folder);
        let now = self.look.get_untracked();
        let look = shelf::look_for(address.figures, now);
        // The list stays as it is where nothing else is to be seen.
        if matches!(place, Place::List(_)) && look != now {
            self.look.set(look);
        }
        match (place, address.entry) {
            (Place::List(of), Some(entry)) => {
                let record = Open::Record(of, entry);
                if self.open.get_untracked() != Some(record) {
                    self.put_away();
                    self.open.set(Some(record));
                }
            }
            _ => self.shut_record(),
        }
        self.write(false);
    }

    /// Goes to another place, as a step that Back undoes.
    pub fn go_to(self, place: Place, folder: Option<i64>) {
        self.look_at(place, folder);
        self.write(true);
    }

    /// Goes to where nothing in particular was asked for.
    pub fn go_home(self) {
        self.show(&self.anything());
    }

    fn look_at(self, place: Place, folder: Option<i64>) {
        let of_another = self.account_shown() != place.account();
        let is_here =
            (self.place.get_untracked(), self.folder.get_untracked()) == (Some(place), folder);
        if !is_here && !self.has_record_of(place) {
            self.put_away();
        }
        if self.astray.with_untracked(Option::is_some) {
            self.astray.set(None);
        }
        if self.folder.get_untracked() != folder {
            self.folder.set(folder);
        }
        if self.place.get_untracked() != Some(place) {
            self.place.set(Some(place));
        }
        if of_another {
            self.folders.set(Vec::new());
        }
        let is_there = |id| self.folders.with_untracked(|all| all.iter().any(|one| one.id == id));
        if of_another || folder.is_some_and(|id| !is_there(id)) {
            self.load_folders();
        }
    }

    /// Opens all about an entry, as a step that Back undoes.
    pub fn open_record(self, of: ListOf, entry: i64) {
        self.open.set(Some(Open::Record(of, entry)));
        self.stepped.set(true);
        self.write(true);
    }

    /// All about an entry was closed: the step that opened it is undone, if it was made here.
    pub fn close_record(self) {
        self.open.set(None);
        let is_there = Address::read(&route_now().query).entry.is_some();
        let stepped = self.stepped.get_untracked();
        self.stepped.set(false);
        match (is_there, stepped) {
            (true, true) => {
                self.stepping_back.set(Some(StepBack { left: route_now(), gone_on: false }));
                step_back();
            }
            (true, false) => self.write(false),
            _ => {}
        }
    }

    /// Closes all about an entry, if it is open, as the address does not name it any more. The focus goes back to what
    /// opened it.
    fn shut_record(self) {
        if matches!(self.open.get_untracked(), Some(Open::Record(..))) {
            close_dialog();
            // The browser tells of it later. What is written into the address until then names no entry, and no step is
            // undone.
            self.put_away();
        }
    }

    /// All about an entry of this list is open.
    fn has_record_of(self, place: Place) -> bool {
        matches!(self.open.get_untracked(), Some(Open::Record(of, _)) if place == Place::List(of))
    }

    /// Takes away what is open over the page, which was meant for what was looked at.
    fn put_away(self) {
        self.stepped.set(false);
        self.open.set(None);
        self.asked.set(None);
    }

    /// The account whose list is looked at.
    pub fn account_shown(self) -> Option<DiscogsAccountId> {
        self.place.get_untracked().and_then(Place::account)
    }

    /// Writes what is shown into the address.
    pub fn write(self, as_step: bool) {
        // Who has gone elsewhere meanwhile is not brought back.
        if self.place.is_gone() || route_now().panel != "collection" {
            return;
        }
        if let Some(step) = self.stepping_back.get_untracked() {
            self.stepping_back.set(Some(StepBack { gone_on: true, ..step }));
            return;
        }
        let astray = self.astray.with_untracked(Option::is_some);
        let place = self.place.get_untracked().filter(|_| !astray);
        let Some(address) = place.and_then(|place| self.address_of(place)) else { return };
        let written = address.written();
        memo::keep(PLACE_KEY, &Address { entry: None, figures: false, ..address }.written());
        write_address(&written, as_step);
    }

    fn address_of(self, place: Place) -> Option<Address> {
        let Place::List(of) = place else {
            return Some(Address { wanted: Wanted::Kept, ..Address::default() });
        };
        let account = self.find_account(|one| one.id == of.account)?;
        let entry = match self.open.get_untracked() {
            Some(Open::Record(list, entry)) if list == of => Some(entry),
            _ => None,
        };
        Some(Address {
            wanted: Wanted::List { user: account.username, list: of.list },
            folder: self.folder.get_untracked(),
            figures: shelf::is_figures(self.look.get_untracked()),
            entry,
        })
    }
}
