//! The library: what the person has, searched, filed, marked, changed, deleted with undo, and played.

mod bar;
mod details;
mod drag;
mod edit;
mod filter;
mod folder_tree;
mod folders;
mod import;
mod import_course;
mod kept;
mod kept_name;
mod layout;
mod row;
mod tag_fields;
mod thing;
mod tile;

use super::Page;
use super::paged::{Answer, Listed, Paged, bulk_bar};
use crate::catalogue::{t, tn};
use crate::components::button::button;
use crate::components::dialog::{Question, question};
use crate::components::focus::{focus, keep_focus};
use crate::components::icon::{Icon, icon};
use crate::components::live::{Live, follow, live, live_view};
use crate::components::missing_host::missing_host;
use crate::components::search_field::search_field;
use crate::link::{ask, command};
use crate::state::{Derived, State};
use crate::store::{Link, Store};
use browser::environment::sleep;
use kept_name::Naming;
use leptos::prelude::*;
use leptos::task::spawn_local;
use protocol::method::{
    CountFacets, DeleteItems, FindCovers, ListFolders, ListLibrary, ListSmartFolders,
    MarkFavorites, Method, MoveItems, Nothing, RestoreItems,
};
use protocol::shelf::{
    CoverAddresses, Facets, FileItems, Folder, LibraryItem, LibraryQuery, MarkItems,
    OfLibraryItems, Place,
};
use protocol::smart::SmartFolder;
use protocol::{FolderId, LibraryItemId};
use tag_fields::Target;

/// How long a search waits for the next letter.
const TYPING_MS: u32 = 120;

/// The places that are always there, with the key of their name.
const PLACES: [(Place, &str, Icon); 4] = [
    (Place::Everything, "place_everything", Icon::Music),
    (Place::Favorites, "place_favorites", Icon::Star),
    (Place::Unfiled, "place_unfiled", Icon::List),
    (Place::Trash, "place_trash", Icon::Trash),
];

impl Listed for LibraryItem {
    type Id = LibraryItemId;
    type Query = LibraryQuery;

    fn id(&self) -> LibraryItemId {
        self.id
    }

    async fn list(query: LibraryQuery, offset: u64, limit: u32) -> Answer<Self> {
        let query = LibraryQuery { offset: offset as u32, limit, ..query };
        let page = ask::<ListLibrary>(query).await?;
        Ok((page.items, page.total))
    }
}

/// The panel's signals.
#[derive(Clone, Copy)]
pub struct Library {
    page: Page,
    store: Store,
    /// The things.
    list: Paged<LibraryItem>,
    /// What is written in the search box.
    text: State<String>,
    /// How many of what matches have which property.
    facets: State<Facets>,
    /// The virtual folders.
    folders: State<Vec<Folder>>,
    /// The kept searches, and the name that is asked for one.
    kept: State<Vec<SmartFolder>>,
    naming: State<Option<Naming>>,
    /// How many things are in each of [`PLACES`].
    counts: State<[Option<u64>; PLACES.len()]>,
    /// The part that is looked at.
    place: Derived<Place>,
    /// Of which thing the details are shown.
    opened: State<Option<LibraryItemId>>,
    /// What is changed in a dialog.
    edited: State<Option<Target>>,
    /// The dialog about taking in a folder is open.
    importing: State<bool>,
    /// What the person is to confirm.
    asked: State<Option<Question>>,
    /// Things are shown as tiles.
    tiles: State<bool>,
    /// Where covers are, once known.
    covers: State<Option<CoverAddresses>>,
    /// What is dragged, and over which place that takes it.
    dragged: State<Vec<LibraryItemId>>,
    over: State<Option<Place>>,
}

/// Draws the panel.
pub fn library(page: Page) -> AnyView {
    let store = page.store;
    let list = Paged::new(store, filter::beginning());
    let library = Library {
        page,
        store,
        list,
        text: State::default(),
        facets: State::default(),
        folders: State::default(),
        kept: State::default(),
        naming: State::new(None),
        counts: State::new([None; PLACES.len()]),
        place: Derived::new(move || list.query.with(|query| query.place)),
        opened: State::new(None),
        edited: State::new(None),
        importing: State::new(false),
        asked: State::new(None),
        tiles: State::new(layout::remembered()),
        covers: State::new(None),
        dragged: State::default(),
        over: State::new(None),
    };
    library.keep_fresh();
    let missing = Derived::new(move || {
        matches!(store.link.get(), Link::Missing(_)) && list.total().is_none()
    });
    let content = move || match missing.get() {
        true => view! { <div class="narrow">{missing_host(store)}</div> }.into_any(),
        false => shelves(library),
    };
    view! {
        <div class="panel fixed">
            <div class="panel-head">
                <div class="row"><h1>{t("library_title")}</h1> {count(library)}</div>
                <div class="row">
                    {layout::buttons(library.tiles)}
                    {import::import_button(library)}
                    {kept::keep_button(library)}
                    {search_field(t("library_search"), library.text, move |text| library.search(text))}
                </div>
            </div>
            {live_view(content)}
            {details::opened(library)}
            {edit::edited(library)}
            {kept_name::named(library)}
            {import::imported(library)}
            {question(library.asked)}
        </div>
    }
    .into_any()
}

/// How many things are in the trash, of the counts of [`PLACES`].
fn in_trash(counts: &[Option<u64>; PLACES.len()]) -> u64 {
    let trash = PLACES.iter().position(|(place, ..)| *place == Place::Trash);
    trash.and_then(|at| counts[at]).unwrap_or(0)
}

/// How many things match.
fn count(library: Library) -> AnyView {
    let total = move || library.list.total().map(|total| tn("things", total));
    view! { <span class="figures muted" role="status">{live(total)}</span> }.into_any()
}

fn shelves(library: Library) -> AnyView {
    view! {
        <div class="shelves">
            {folders::side(library)}
            <div class="shelf">
                {filter::filters(library)}
                {bulk_bar(library.list, move || bar::actions(library))}
                {layout::things(library)}
                {library.list.trouble()}
                {nothing(library)}
            </div>
        </div>
    }
    .into_any()
}

impl Library {
    /// Keeps everything true: after a change of the query, of the connection, or of the library.
    fn keep_fresh(self) {
        let up = Derived::new(move || self.store.link.get().is_up());
        follow(move || {
            if up.get() {
                self.load_places();
                self.load_covers();
            }
        });
        self.list.keep_fresh(move || self.load_facets());
        let seen = self.store.library_changes.get_untracked();
        follow(move || {
            if self.store.library_changes.get() != seen {
                self.list.plan_refresh(move || {
                    self.load_facets();
                    self.load_places();
                });
            }
        });
    }

    fn load_facets(self) {
        let query = self.list.query.get_untracked();
        spawn_local(async move {
            let answer = ask::<CountFacets>(query.clone()).await;
            let is_old =
                self.list.query.is_gone() || self.list.query.with_untracked(|now| *now != query);
            if let Ok(facets) = answer
                && !is_old
            {
                self.facets.set(facets);
            }
        });
    }

    /// Loads the folders and the kept searches, and counts what is where.
    fn load_places(self) {
        spawn_local(async move {
            match ask::<ListFolders>(Nothing {}).await {
                Ok(answer) => self.take_folders(answer.folders),
                Err(error) => self.store.toasts.complain(&error),
            }
        });
        spawn_local(async move {
            // What keeps them from coming keeps the folders as well, of which it is said.
            if let Ok(answer) = ask::<ListSmartFolders>(Nothing {}).await {
                keep_focus(|| self.kept.set(answer.folders));
            }
        });
        for (at, (place, ..)) in PLACES.into_iter().enumerate() {
            let query = LibraryQuery { place, ..LibraryQuery::default() };
            spawn_local(async move {
                if let Ok((_, total)) = LibraryItem::list(query, 0, 1).await {
                    self.counts.update(|counts| counts[at] = Some(total));
                }
            });
        }
    }

    /// Asks where covers are: of this daemon, as each has another place for them.
    fn load_covers(self) {
        spawn_local(async move {
            // Without an answer things have no cover, and everything else.
            if let Ok(covers) = ask::<FindCovers>(Nothing {}).await {
                self.covers.set(Some(covers));
            }
        });
    }

    fn take_folders(self, folders: Vec<Folder>) {
        if self.folders.is_gone() {
            return;
        }
        // The folder that is looked at may have been removed elsewhere.
        if let Place::Folder(id) = self.place.get_untracked()
            && folder_tree::find(&folders, id).is_none()
        {
            self.go_to(Place::Everything);
        }
        self.folders.set(folders);
    }

    /// After the page itself has changed something: it is to be seen at once.
    fn refresh(self) {
        // What is offered in a message can be taken up when the panel is gone.
        if !self.folders.is_gone() {
            self.list.refresh();
            self.load_facets();
            self.load_places();
        }
    }

    /// Looks for `text` once no more is typed.
    fn search(self, text: String) {
        spawn_local(async move {
            sleep(TYPING_MS).await;
            if !self.text.is_gone() && self.text.with_untracked(|typed| *typed == text) {
                self.list.query.update(|query| query.text = text);
            }
        });
    }

    /// Shows everything that is in this place. What was pressed for that is no more.
    fn clear_filters(self) {
        self.text.set(String::new());
        self.list.query.update(filter::clear);
        focus("#search");
    }

    /// Shows another part of the library.
    fn go_to(self, place: Place) {
        // What is ticked is meant where it was ticked.
        self.list.select_none();
        self.list.query.update(|query| query.place = place);
    }

    fn play(self, id: LibraryItemId) {
        let player = self.page.player;
        match player.now.with_untracked(|now| now.as_ref().is_some_and(|now| now.id == id)) {
            true => player.toggle(),
            false => player.play(id, self.list.query.get_untracked(), self.list.all_matching()),
        }
    }

    /// Has the daemon change something; then `then` follows, and it is seen.
    fn change<M: Method + 'static>(self, params: M::Params, then: impl FnOnce() + 'static) {
        command::<M>(self.store, params, move || {
            then();
            self.refresh();
        });
    }

    fn mark(self, items: Vec<LibraryItemId>, favorite: bool) {
        self.change::<MarkFavorites>(MarkItems { items, favorite }, || ());
    }

    fn file(self, items: Vec<LibraryItemId>, folder: Option<FolderId>) {
        let said = tn("library_moved", items.len() as u64);
        let say = move || self.store.toasts.say(said);
        self.change::<MoveItems>(FileItems { items, folder }, say);
    }

    fn restore(self, items: Vec<LibraryItemId>) {
        let said = tn("library_restored", items.len() as u64);
        let say = move || self.store.toasts.say(said);
        self.change::<RestoreItems>(OfLibraryItems { items }, say);
    }

    /// Deletes things at once, and offers to take that back.
    fn delete(self, items: Vec<LibraryItemId>) {
        let back = items.clone();
        self.change::<DeleteItems>(OfLibraryItems { items }, move || {
            let said = tn("library_deleted", back.len() as u64);
            self.store.toasts.offer(said, t("undo"), move || self.restore(back.clone()));
        });
    }
}

/// Instead of an empty list: why it is empty, and what to do.
fn nothing(library: Library) -> Live<AnyView> {
    let empty = Derived::new(move || library.list.total() == Some(0));
    let filtered = Derived::new(move || library.list.query.with(filter::is_filtered));
    live_view(move || {
        empty.get().then(|| {
            let (picture, title, help) = match library.place.get() {
                _ if filtered.get() => (Icon::Search, "library_no_match", "library_no_match_help"),
                Place::Everything => (Icon::Music, "library_empty", "library_empty_help"),
                Place::Favorites => (Icon::Star, "favorites_empty", "favorites_empty_help"),
                Place::Unfiled => (Icon::Folder, "unfiled_empty", "unfiled_empty_help"),
                Place::Folder(_) => (Icon::Folder, "folder_empty", "folder_empty_help"),
                Place::Trash => (Icon::Trash, "trash_empty", "trash_empty_help"),
            };
            let help_on = match (filtered.get(), library.place.get()) {
                (true, _) => Some(button("", Some(Icon::Cross), t("clear_search"), move || {
                    library.clear_filters();
                })),
                (false, Place::Everything) => Some(import::import_button(library)),
                _ => None,
            };
            view! {
                <div class="empty">
                    {icon(picture)} <strong>{t(title)}</strong> <p>{t(help)}</p> {help_on}
                </div>
            }
        })
    })
}
