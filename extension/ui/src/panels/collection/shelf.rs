//! One list of an account: how far it is read, what reads it, and its entries, as a table, as covers or in figures.

use super::entry::{COVERS, ROWS, columns, cover, row};
use super::narrowed::Narrowed;
use super::sentences::{is_old, is_whole, list_name, proof, run_state};
use super::{Collection, ListOf, Open, facet, filter, run_card, statistics};
use crate::catalogue::{t, tf, tn};
use crate::components::button::button;
use crate::components::focus::focus;
use crate::components::icon::{Icon, icon};
use crate::components::live::{Live, follow, live, live_view};
use crate::components::radio::{Options, segments};
use crate::components::search_field::search_field;
use crate::link::ask;
use crate::memo;
use crate::panels::paged::{Answer, Listed, Paged, bulk_bar};
use crate::state::{Derived, State};
use crate::words;
use browser::environment::sleep;
use leptos::prelude::*;
use leptos::task::spawn_local;
use protocol::discogs::{
    Depth, DiscogsList, EntryFacets, EntryFilter, EntryQuery, EntryView, ListState, NewRun,
    Purpose, RunState, SHOWN_FOR,
};
use protocol::method::{CountEntries, ListEntries, StartRun};

/// How a list looks, in the order of the buttons.
pub const LOOKS: Options =
    &[("discogs_look_rows", ""), ("discogs_look_covers", ""), ("discogs_look_figures", "")];
const AS_COVERS: usize = 1;
const IN_FIGURES: usize = 2;
/// The record of the look that was chosen last.
const LOOK_KEY: &str = "collection_look";
/// How long a search waits for the next letter.
const TYPING_MS: u32 = 120;

impl Listed for EntryView {
    type Id = i64;
    type Query = EntryQuery;

    fn id(&self) -> i64 {
        self.entry
    }

    async fn list(query: EntryQuery, offset: u64, limit: u32) -> Answer<Self> {
        let page = ask::<ListEntries>(EntryQuery { offset: offset as u32, limit, ..query }).await?;
        Ok((page.entries, page.total))
    }
}

/// A list's signals.
#[derive(Clone, Copy)]
pub struct Shelf {
    /// The panel's.
    pub collection: Collection,
    /// Which list.
    pub of: ListOf,
    /// Its entries.
    pub rows: Paged<EntryView>,
    /// What is written in the search box.
    pub text: State<String>,
    /// How many of what matches have which property.
    pub facets: State<EntryFacets>,
    /// How far it is read.
    pub state: Derived<Option<ListState>>,
}

/// Draws the list.
pub fn shelf(collection: Collection, of: ListOf) -> AnyView {
    let folder = collection.folder.get_untracked();
    let shelf = Shelf {
        collection,
        of,
        rows: Paged::new(collection.store, filter::beginning(of, folder)),
        text: State::default(),
        facets: State::default(),
        state: Derived::new(move || collection.state_of(of)),
    };
    shelf.keep_fresh();
    let was_read = Derived::new(move || shelf.read_at().is_some());
    let content = move || match was_read.get() {
        true => entries(shelf),
        false => never_read(shelf),
    };
    view! {
        <div class="shelf">
            {head(shelf)}
            {run_card::cards(collection, of)}
            {live_view(content)}
        </div>
    }
    .into_any()
}

/// The name of the list, what proves it, and what can be done with it.
fn head(shelf: Shelf) -> AnyView {
    let Shelf { collection, of, state, .. } = shelf;
    let heading = move || {
        let account = collection.account(of.account);
        let name = account.map(|account| account.username).unwrap_or_default();
        tf("discogs_list_of", &[("name", &name), ("list", &list_name(of.list))])
    };
    // Of a list that was never read nobody knows how many there are.
    let count = move || shelf.read_at().and(shelf.rows.total()).map(|n| tn("discogs_entries", n));
    let read = move || shelf.read(None, Depth::List);
    let export = move || shelf.export(None);
    let actions = move || {
        state.with(|state| state.as_ref().is_some_and(|state| state.read_at.is_some())).then(|| {
            view! {
                {button("compact", Some(Icon::Retry), t("discogs_read"), read)}
                {button("compact", Some(Icon::Download), t("discogs_export"), export)}
            }
        })
    };
    view! {
        <div class="row spread shelf-head">
            <div class="grow">
                <div class="row">
                    <h2 tabindex="-1">{live(heading)}</h2>
                    <span class="figures muted" role="status">{live(count)}</span>
                </div>
                {proof_line(shelf)}
            </div>
            <div class="row">{live_view(actions)}</div>
        </div>
    }
    .into_any()
}

fn proof_line(shelf: Shelf) -> Live<AnyView> {
    let said = Derived::new(move || {
        let now = shelf.collection.now.get();
        shelf.state.with(|state| {
            let state = state.as_ref()?;
            Some((proof(state, now)?, state.proof.is_none_or(|proof| is_whole(&proof))))
        })
    });
    live_view(move || {
        said.get().map(|(words, whole)| {
            let (tone, picture) = match whole {
                true => ("state wrap small tone-ok", Icon::CheckCircle),
                false => ("state wrap small tone-warn", Icon::Alert),
            };
            view! { <p class=tone>{icon(picture)} {words}</p> }
        })
    })
}

/// Instead of a list that was never read: what to do.
fn never_read(shelf: Shelf) -> AnyView {
    let Shelf { collection, of, .. } = shelf;
    let rests = Derived::new(move || match collection.run_of(of) {
        None => t("discogs_never_read"),
        Some(run) if run.state == RunState::Running => t("discogs_being_read"),
        Some(run) => run_state(&run),
    });
    let is_read = Derived::new(move || collection.run_of(of).is_some());
    let read = move || {
        (!is_read.get()).then(|| {
            button("primary", Some(Icon::Download), t("discogs_read_first"), move || {
                shelf.read(None, Depth::List);
            })
        })
    };
    view! {
        <div class="empty">
            {icon(Icon::Disc)} <strong>{live(move || rests.get())}</strong>
            <p>{t("discogs_never_read_help")}</p>
            {live_view(read)}
        </div>
    }
    .into_any()
}

fn entries(shelf: Shelf) -> AnyView {
    let look = shelf.collection.look;
    let drawn = move || match look.get() {
        AS_COVERS => shelf
            .rows
            .view(list_name(shelf.of.list), COVERS, move |at, focused| cover(shelf, at, focused)),
        IN_FIGURES => statistics::figures(shelf),
        _ => {
            let list = shelf
                .rows
                .view(list_name(shelf.of.list), ROWS, move |at, focused| row(shelf, at, focused));
            view! { {columns(shelf)} {list} }.into_any()
        }
    };
    view! {
        <div class="row spread">
            {segments("collection-look", "layout_label", LOOKS, look)}
            <div class="row">
                {filter::order(shelf.rows.query)}
                {search_field(t("discogs_search"), shelf.text, move |text| shelf.search(text))}
            </div>
        </div>
        {filter::filters(shelf)}
        {facet::in_force(shelf)}
        {live_view(move || (look.get() != IN_FIGURES).then(|| ticked(shelf)))}
        <div class="things">{live_view(drawn)}</div>
        {shelf.rows.trouble()}
        {nothing(shelf)}
    }
    .into_any()
}

/// How many are ticked, and what can be done with them.
fn ticked(shelf: Shelf) -> AnyView {
    bulk_bar(shelf.rows, move || {
        let read = shelf.has_details().then(|| {
            button("compact", Some(Icon::Retry), t("read_ticked"), move || {
                shelf.read(Some(Narrowed::ticked(shelf)), Depth::Details);
            })
        });
        let export = button("compact", Some(Icon::Download), t("export_ticked"), move || {
            shelf.export(Some(Narrowed::ticked(shelf)));
        });
        view! { {read} {export} }.into_any()
    })
}

/// Instead of an empty list: why it is empty, and what to do.
fn nothing(shelf: Shelf) -> Live<AnyView> {
    let empty = Derived::new(move || shelf.rows.total() == Some(0));
    let filtered = Derived::new(move || shelf.rows.query.with(filter::is_filtered));
    live_view(move || {
        empty.get().then(|| {
            let clear = filtered.get().then(|| {
                button("", Some(Icon::Cross), t("clear_search"), move || shelf.clear_filters())
            });
            let (title, help) = match (filtered.get(), shelf.of.list) {
                (true, _) => ("library_no_match", "discogs_no_match_help"),
                (false, DiscogsList::Collection) => ("discogs_empty", "discogs_empty_help"),
                (false, DiscogsList::Wants) => ("discogs_empty", "discogs_empty_wants_help"),
                (false, DiscogsList::Inventory) => ("discogs_empty", "discogs_empty_shop_help"),
            };
            view! {
                <div class="empty">{icon(Icon::Disc)} <strong>{t(title)}</strong> <p>{t(help)}</p> {clear}</div>
            }
        })
    })
}

impl Shelf {
    /// When the list was last read to its end, as it changes.
    pub fn read_at(self) -> Option<i64> {
        self.state.with(|state| state.as_ref()?.read_at)
    }

    fn keep_fresh(self) {
        let collection = self.collection;
        self.rows.keep_fresh(move || self.load_facets());
        let seen = collection.store.discogs_changes.get_untracked();
        follow(move || {
            if collection.store.discogs_changes.get() != seen {
                self.rows.plan_refresh(move || self.load_facets());
            }
        });
        follow(move || {
            let folders: Vec<i64> = collection.folder.get().into_iter().collect();
            if self.rows.query.with_untracked(|query| query.filter.folders != folders) {
                // What is ticked is meant where it was ticked.
                self.rows.select_none();
                self.rows.query.update(|query| query.filter.folders = folders);
            }
        });
        // Once what is being read of it is over, and again after another six hours.
        let too_old = Derived::new(move || {
            let now = collection.now.get();
            let is_free = collection.store.link.get().is_up() && !collection.is_to_be_read(self.of);
            let read_at = self.read_at().filter(|read_at| is_free && is_old(*read_at, now))?;
            Some((read_at, now / SHOWN_FOR))
        });
        follow(move || {
            if let Some((read_at, period)) = too_old.get() {
                self.read_again(read_at, period);
            }
        });
    }

    /// Has a list that is older than it may be shown read again. However many pages ask, it is read once in a `period`: one
    /// that was given up does not keep the list old for good.
    fn read_again(self, read_at: i64, period: i64) {
        let ListOf { account, list } = self.of;
        let again = NewRun {
            key: format!("shown-{account}-{}-{read_at}-{period}", list.as_str()),
            account,
            list,
            folders: Vec::new(),
            filter: EntryFilter::default(),
            depth: Depth::List,
            max_age_days: None,
            keep_list: false,
            purpose: Purpose::KeepFresh,
        };
        let toasts = self.collection.store.toasts;
        spawn_local(async move {
            // How it ends is on the page as that of every run.
            if let Err(error) = ask::<StartRun>(again).await {
                toasts.say(tf("discogs_not_renewed", &[("why", &words::refusal(&error))]));
            }
        });
    }

    fn load_facets(self) {
        let query = self.rows.query.get_untracked();
        spawn_local(async move {
            let answer = ask::<CountEntries>(query.clone()).await;
            let is_old =
                self.rows.query.is_gone() || self.rows.query.with_untracked(|now| *now != query);
            if let Ok(facets) = answer
                && !is_old
            {
                self.facets.set(facets);
            }
        });
    }

    /// Looks for `text` once no more is typed.
    fn search(self, text: String) {
        spawn_local(async move {
            sleep(TYPING_MS).await;
            if !self.text.is_gone() && self.text.with_untracked(|typed| *typed == text) {
                self.rows.query.update(|query| query.filter.text = text);
            }
        });
    }

    /// More can be read about its releases. What is sold has no details of its own.
    pub fn has_details(self) -> bool {
        self.of.list != DiscogsList::Inventory
    }

    /// Asks how much is to be read, of a part or of all.
    pub fn read(self, narrowed: Option<Narrowed>, depth: Depth) {
        self.collection.narrowed.set(narrowed);
        self.collection.open.set(Some(Open::Read(self.of, depth)));
    }

    /// Asks for a table, of a part or of all.
    pub fn export(self, narrowed: Option<Narrowed>) {
        self.collection.narrowed.set(narrowed);
        self.collection.open.set(Some(Open::Export(self.of)));
    }

    /// Shows all of the list or the folder. What was pressed for that is no more.
    pub fn clear_filters(self) {
        self.text.set(String::new());
        self.rows.query.update(filter::clear);
        focus("#search");
    }
}

/// The look that was chosen on the last visit, table or covers; covers at the first.
pub fn remembered_look() -> usize {
    let kept = memo::kept(LOOK_KEY).parse().ok();
    kept.filter(|look| *look < IN_FIGURES).unwrap_or(AS_COVERS)
}

/// Keeps a look for the next visit. Figures are a place to go to, which the address says.
pub fn remember_look(look: usize) {
    if !is_figures(look) {
        memo::keep(LOOK_KEY, &look.to_string());
    }
}

/// Whether a look is figures.
pub fn is_figures(look: usize) -> bool {
    look == IN_FIGURES
}

/// The look for an address that asks for figures or not, where `now` is the present one.
pub fn look_for(figures: bool, now: usize) -> usize {
    match (figures, is_figures(now)) {
        (true, _) => IN_FIGURES,
        (false, true) => remembered_look(),
        (false, false) => now,
    }
}
