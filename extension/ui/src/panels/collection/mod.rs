//! The collection: the accounts at Discogs, their lists, how much of them is read, how they look, what they are in
//! figures, and tables of them.

mod accounts;
mod address;
mod ages;
mod cache;
mod charts;
mod entry;
mod export;
mod exported;
mod facet;
mod filter;
mod filter_parts;
mod folder_choice;
mod going;
mod heard;
mod legal;
mod narrowed;
mod oauth;
mod read;
mod record;
mod record_parts;
mod refresh;
mod run_card;
mod sentences;
mod shelf;
mod sign_in;
mod statistics;
mod value_chart;

use super::Page;
use crate::catalogue::{t, tf};
use crate::clock;
use crate::components::button::button;
use crate::components::dialog::{Question, question};
use crate::components::focus::{catch_focus, pass_focus};
use crate::components::icon::{Icon, icon};
use crate::components::live::{Live, follow, live_view};
use crate::components::missing_host::missing_host;
use crate::link::ask;
use crate::state::{Derived, State};
use crate::store::{Link, Store};
use crate::words;
use browser::environment::sleep;
use leptos::prelude::*;
use leptos::task::spawn_local;
use narrowed::Narrowed;
use protocol::ErrorBody;
use protocol::discogs::{
    CollectionFolder, Depth, DiscogsAccount, DiscogsAccountId, DiscogsList, ListState,
    OfDiscogsAccount, Run, RunId, RunStage, RunState, SignedBy,
};
use protocol::method::{ListCollectionFolders, ListDiscogsAccounts, ListRuns, Nothing};

/// How long changes are collected before accounts are asked for again.
const RELOAD_MS: u32 = 1_000;
/// How often ages are written anew.
const MINUTE_MS: u32 = 60_000;
/// Where the focus goes when what had it is no more: to what is done next, else to what is looked at.
const NEXT: &[&str] =
    &[".collection .empty .primary", ".collection .run", ".collection .shelf h2", ".collection h1"];

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
    /// Having a list read, at first so much of it.
    Read(ListOf, Depth),
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
    /// Why what the address names is not there.
    astray: State<Option<String>>,
    /// What is open over the page was opened as a step that Back undoes.
    stepped: State<bool>,
    stepping_back: State<Option<going::StepBack>>,
    /// Of which part of the list a table is written or more is read; of all of it when absent.
    narrowed: State<Option<Narrowed>>,
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
        astray: State::new(None),
        stepped: State::new(false),
        stepping_back: State::new(None),
        narrowed: State::new(None),
        asked: State::new(None),
        now: State::new(clock::now()),
        reload_planned: State::new(false),
    };
    collection.keep_fresh();
    collection.keep_address(page.route);
    collection.keep_focus();
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
            <div class="panel-head"><h1 tabindex="-1">{t("collection_title")}</h1> {live_view(add)}</div>
            {heard::runs(collection)}
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
    let shown = move || match (collection.astray.get(), collection.place.get()) {
        (Some(why), _) => Some(going::astray(collection, why)),
        (None, Some(Place::List(of))) => Some(shelf::shelf(collection, of)),
        (None, Some(Place::Kept)) => Some(cache::cache(collection)),
        (None, None) => None,
    };
    view! { <div class="shelves">{accounts::side(collection)} {live_view(shown)}</div> }.into_any()
}

fn dialogs(collection: Collection) -> Live<AnyView> {
    live_view(move || {
        collection.open.get().map(|open| match open {
            Open::SignIn => sign_in::form(collection),
            Open::Read(of, depth) => read::form(collection, of, depth),
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

    /// What opened over the page may have been opened by something that is no more.
    fn keep_focus(self) {
        let mut was_open = false;
        follow(move || {
            let is_open = self.open.with(Option::is_some) || self.asked.with(Option::is_some);
            if was_open && !is_open {
                catch_focus(NEXT);
            }
            was_open = is_open;
        });
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
        let shown = self.account_shown();
        let is_gone = shown.is_some_and(|id| accounts.iter().all(|account| account.id != id));
        let is_settled = self.place.with_untracked(Option::is_some);
        pass_focus(NEXT);
        self.accounts.set(Some(accounts));
        self.failure.set(None);
        match (is_gone, is_settled) {
            (true, _) => {
                self.place.set(None);
                self.go_home();
            }
            (false, true) => self.load_folders(),
            (false, false) => self.settle(),
        }
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
                    self.store.toasts.say(t("address_no_folder"));
                    self.write(false);
                }
                self.folders.set(answer.folders);
            }
        });
    }

    /// A folder of the account that is looked at, in words.
    fn folder_said(self, id: i64) -> String {
        let name = self.folders.with_untracked(|all| {
            all.iter().find(|folder| folder.id == id).map(|folder| folder.name.clone())
        });
        let name = name.unwrap_or_else(|| id.to_string());
        tf("part_value", &[("property", &t("details_folder")), ("value", &name)])
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

    /// A run is to bring this list, or waits for the person, without whom another would not get further.
    fn is_to_be_read(self, of: ListOf) -> bool {
        let brings_it = |run: &Run| {
            !run.state.is_over()
                && (run.figures.stage == RunStage::List || run.state == RunState::NeedsYou)
        };
        self.store
            .runs
            .with(|runs| runs.iter().any(|run| ListOf::read_by(run) == of && brings_it(run)))
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
}
