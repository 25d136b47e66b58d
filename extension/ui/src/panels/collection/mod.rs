//! The collection: the accounts at Discogs, their lists, how much of them is read, how they look, what they are in
//! figures, and tables of them.

mod accounts;
mod cache;
mod charts;
mod entry;
mod export;
mod exported;
mod filter;
mod folder_choice;
mod legal;
mod oauth;
mod read;
mod record;
mod record_parts;
mod run_card;
mod sentences;
mod shelf;
mod sign_in;
mod statistics;
mod value_chart;

use super::Page;
use crate::catalogue::t;
use crate::clock;
use crate::components::button::button;
use crate::components::dialog::{Question, question};
use crate::components::icon::{Icon, icon};
use crate::components::live::{Live, follow, live_view};
use crate::components::missing_host::missing_host;
use crate::link::ask;
use crate::memo;
use crate::state::{Derived, State};
use crate::store::{Link, Store};
use crate::words;
use browser::environment::sleep;
use leptos::prelude::*;
use leptos::task::spawn_local;
use protocol::ErrorBody;
use protocol::discogs::{
    CollectionFolder, DiscogsAccount, DiscogsAccountId, DiscogsList, ListState, OfDiscogsAccount,
    Run, RunId, SignedBy,
};
use protocol::method::{ListCollectionFolders, ListDiscogsAccounts, ListRuns, Nothing};

/// How long changes are collected before accounts are asked for again.
const RELOAD_MS: u32 = 1_000;
/// How often ages are written anew.
const MINUTE_MS: u32 = 60_000;
/// The record of the list that was looked at last.
const PLACE_KEY: &str = "collection_place";

/// A list of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListOf {
    /// Whose.
    pub account: DiscogsAccountId,
    /// Which.
    pub list: DiscogsList,
}

/// What is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// A list.
    List(ListOf),
    /// What is kept of the site's answers.
    Kept,
}

/// What is open over the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Open {
    /// Signing in.
    SignIn,
    /// Having a list read.
    Read(ListOf),
    /// Having a table written.
    Export(ListOf),
    /// All about an entry.
    Record(ListOf, i64),
}

/// What there is to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// The program does not answer.
    Missing,
    /// Nothing is known yet.
    Asking,
    /// Asking did not succeed.
    Failed,
    /// There is no account.
    Nobody,
    /// There are accounts.
    Accounts,
}

/// The panel's signals.
#[derive(Clone, Copy)]
pub struct Collection {
    store: Store,
    /// The accounts, once known.
    accounts: State<Option<Vec<DiscogsAccount>>>,
    /// Why they are not.
    failure: State<Option<ErrorBody>>,
    /// The folders of the account that is looked at.
    folders: State<Vec<CollectionFolder>>,
    /// What is looked at, and in a collection the folder.
    place: State<Option<Place>>,
    folder: State<Option<i64>>,
    /// How lists look: the number among [`shelf::LOOKS`].
    look: State<usize>,
    open: State<Option<Open>>,
    asked: State<Option<Question>>,
    /// Seconds since 1970, to the minute.
    now: State<i64>,
    reload_planned: State<bool>,
}

/// Draws the panel.
pub fn collection(page: Page) -> AnyView {
    let store = page.store;
    let collection = Collection {
        store,
        accounts: State::new(None),
        failure: State::new(None),
        folders: State::default(),
        place: State::new(None),
        folder: State::new(None),
        look: State::new(shelf::remembered_look()),
        open: State::new(None),
        asked: State::new(None),
        now: State::new(clock::now()),
        reload_planned: State::new(false),
    };
    collection.keep_fresh();
    let stage = Derived::new(move || collection.stage());
    let content = move || match stage.get() {
        Stage::Missing => view! { <div class="narrow">{missing_host(store)}</div> }.into_any(),
        Stage::Asking => view! { <p class="muted" role="status">{t("loading")}</p> }.into_any(),
        Stage::Failed => failed(collection),
        Stage::Nobody => sign_in::welcome(collection),
        Stage::Accounts => shelves(collection),
    };
    let add = move || {
        (stage.get() == Stage::Accounts).then(|| {
            button("compact", Some(Icon::Person), t("discogs_add"), move || {
                collection.open.set(Some(Open::SignIn));
            })
        })
    };
    view! {
        <div class="panel fixed collection">
            <div class="panel-head"><h1>{t("collection_title")}</h1> {live_view(add)}</div>
            {live_view(content)}
            {legal::notice()}
            {dialogs(collection)}
            {question(collection.asked)}
        </div>
    }
    .into_any()
}

fn failed(collection: Collection) -> AnyView {
    let why = collection.failure.get().as_ref().map(words::refusal);
    view! {
        <div class="empty" role="alert">
            {icon(Icon::Alert)} <p>{why}</p>
            {button("", Some(Icon::Retry), t("try_again"), move || collection.load())}
        </div>
    }
    .into_any()
}

fn shelves(collection: Collection) -> AnyView {
    let shown = move || {
        collection.place.get().map(|place| match place {
            Place::List(of) => shelf::shelf(collection, of),
            Place::Kept => cache::cache(collection),
        })
    };
    view! { <div class="shelves">{accounts::side(collection)} {live_view(shown)}</div> }.into_any()
}

fn dialogs(collection: Collection) -> Live<AnyView> {
    live_view(move || {
        collection.open.get().map(|open| match open {
            Open::SignIn => sign_in::form(collection),
            Open::Read(of) => read::form(collection, of),
            Open::Export(of) => export::form(collection, of),
            Open::Record(of, entry) => record::record(collection, of, entry),
        })
    })
}

impl Collection {
    fn stage(self) -> Stage {
        match self.accounts.with(|accounts| accounts.as_ref().map(Vec::is_empty)) {
            Some(true) => Stage::Nobody,
            Some(false) => Stage::Accounts,
            None if matches!(self.store.link.get(), Link::Missing(_)) => Stage::Missing,
            None if self.failure.with(Option::is_some) => Stage::Failed,
            None => Stage::Asking,
        }
    }

    /// Keeps everything true: after a change of the connection, and of accounts and lists.
    fn keep_fresh(self) {
        follow(move || {
            // With each connection, and after more has happened than was told.
            if self.store.snapshots.get() > 0 {
                self.load();
                self.load_runs();
            }
        });
        let seen = self.store.discogs_changes.get_untracked();
        follow(move || {
            if self.store.discogs_changes.get() != seen {
                self.plan_load();
            }
        });
        spawn_local(async move {
            loop {
                sleep(MINUTE_MS).await;
                if self.now.is_gone() {
                    return;
                }
                self.now.set(clock::now());
            }
        });
    }

    fn plan_load(self) {
        if self.reload_planned.get_untracked() {
            return;
        }
        self.reload_planned.set(true);
        spawn_local(async move {
            sleep(RELOAD_MS).await;
            if !self.reload_planned.is_gone() {
                self.reload_planned.set(false);
                self.load();
            }
        });
    }

    /// Asks for the accounts, and for the folders of the one that is looked at.
    fn load(self) {
        spawn_local(async move {
            let answer = ask::<ListDiscogsAccounts>(Nothing {}).await;
            if self.accounts.is_gone() {
                return;
            }
            match answer {
                Ok(answer) => self.take(answer.accounts),
                Err(error) if self.accounts.with_untracked(Option::is_some) => {
                    self.store.toasts.complain(&error);
                }
                Err(error) => self.failure.set(Some(error)),
            }
        });
    }

    fn load_runs(self) {
        spawn_local(async move {
            match ask::<ListRuns>(Nothing {}).await {
                Ok(answer) => self.store.put_runs(answer.runs),
                Err(error) => self.store.toasts.complain(&error),
            }
        });
    }

    fn take(self, accounts: Vec<DiscogsAccount>) {
        let is_there = |place: &Place| match place {
            Place::List(of) => accounts.iter().any(|account| account.id == of.account),
            Place::Kept => true,
        };
        let before = self.place.get_untracked().or_else(remembered).filter(is_there);
        let first = accounts.first().map(|account| Place::List(ListOf::collection(account.id)));
        self.accounts.set(Some(accounts));
        self.failure.set(None);
        match (before, first) {
            (Some(place), _) => {
                self.look_at(place);
                self.load_folders();
            }
            // The folder that was looked at was another account's.
            (None, Some(first)) => self.go_to(first, None),
            (None, None) => {}
        }
    }

    /// Shows something else.
    fn go_to(self, place: Place, folder: Option<i64>) {
        let of_another = self.account_shown() != place.account();
        self.folder.set(folder);
        self.look_at(place);
        memo::keep(PLACE_KEY, &place.written());
        if of_another {
            self.folders.set(Vec::new());
            self.load_folders();
        }
    }

    fn look_at(self, place: Place) {
        if self.place.get_untracked() != Some(place) {
            self.place.set(Some(place));
        }
    }

    fn account_shown(self) -> Option<DiscogsAccountId> {
        self.place.get_untracked().and_then(Place::account)
    }

    fn load_folders(self) {
        let Some(account) = self.account_shown() else { return };
        spawn_local(async move {
            let answer = ask::<ListCollectionFolders>(OfDiscogsAccount { account }).await;
            // What keeps them from coming keeps the list as well, of which it is said.
            if let Ok(answer) = answer
                && !self.folders.is_gone()
                && self.account_shown() == Some(account)
            {
                let is_there = |id: &i64| answer.folders.iter().any(|folder| folder.id == *id);
                if self
                    .folder
                    .with_untracked(|chosen| chosen.as_ref().is_some_and(|id| !is_there(id)))
                {
                    self.folder.set(None);
                }
                self.folders.set(answer.folders);
            }
        });
    }

    /// An account has come, or is signed in anew.
    fn put_account(self, account: DiscogsAccount) {
        let id = account.id;
        self.accounts.update(|accounts| {
            let accounts = accounts.get_or_insert_default();
            match accounts.iter_mut().find(|known| known.id == id) {
                Some(known) => *known = account,
                None => accounts.push(account),
            }
        });
        self.go_to(Place::List(ListOf::collection(id)), None);
    }

    /// An account, as it changes.
    fn account(self, id: DiscogsAccountId) -> Option<DiscogsAccount> {
        self.accounts.with(|accounts| accounts.as_ref()?.iter().find(|one| one.id == id).cloned())
    }

    /// Nothing signs for it: it is here by its name alone.
    fn is_by_name(self, id: DiscogsAccountId) -> bool {
        self.account(id).is_some_and(|account| account.signed_by == SignedBy::Nobody)
    }

    /// How far a list is read, as it changes.
    fn state_of(self, of: ListOf) -> Option<ListState> {
        self.account(of.account)?.lists.into_iter().find(|state| state.list == of.list)
    }

    /// What is read of a list now or waits to go on, as it changes.
    fn run_of(self, of: ListOf) -> Option<Run> {
        self.store.runs.with(|runs| {
            runs.iter().find(|run| ListOf::read_by(run) == of && !run.state.is_over()).cloned()
        })
    }

    /// The run of this number, as it changes.
    fn run(self, id: RunId) -> Derived<Option<Run>> {
        let runs = self.store.runs;
        Derived::new(move || runs.with(|runs| runs.iter().find(|run| run.id == id).cloned()))
    }
}

impl ListOf {
    /// The collection of an account.
    fn collection(account: DiscogsAccountId) -> Self {
        ListOf { account, list: DiscogsList::Collection }
    }

    /// The list that a run reads.
    fn read_by(run: &Run) -> Self {
        ListOf { account: run.account, list: run.list }
    }
}

impl Place {
    fn account(self) -> Option<DiscogsAccountId> {
        match self {
            Place::List(of) => Some(of.account),
            Place::Kept => None,
        }
    }

    /// As it is kept for the next visit.
    fn written(self) -> String {
        match self {
            Place::List(of) => format!("{} {}", of.account, of.list.as_str()),
            Place::Kept => "kept".into(),
        }
    }

    fn read(text: &str) -> Option<Self> {
        if text == "kept" {
            return Some(Place::Kept);
        }
        let (account, name) = text.split_once(' ')?;
        let account = DiscogsAccountId(account.parse().ok()?);
        let list = DiscogsList::ALL.iter().copied().find(|list| list.as_str() == name)?;
        Some(Place::List(ListOf { account, list }))
    }
}

/// What was looked at on the last visit.
fn remembered() -> Option<Place> {
    Place::read(&memo::kept(PLACE_KEY))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_looked_at_is_found_again() {
        let list = |list| Place::List(ListOf { account: DiscogsAccountId(7), list });
        let lists = DiscogsList::ALL.iter().map(|one| list(*one));
        for place in lists.chain([Place::Kept]) {
            assert_eq!(Place::read(&place.written()), Some(place));
        }
        for odd in ["", "7", "x wants", "7 everything"] {
            assert_eq!(Place::read(odd), None, "{odd}");
        }
    }
}
