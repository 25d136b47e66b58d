//! Searches that the person keeps under a name: at the side, below the folders. One that is looked at can be renamed,
//! or removed with undo.

use super::kept_name::Naming;
use super::{Library, filter};
use crate::catalogue::{t, tf};
use crate::components::button::button;
use crate::components::focus::focus;
use crate::components::icon::{Icon, icon};
use crate::components::live::{Live, each, live, live_view, on};
use crate::state::Derived;
use crate::words;
use leptos::prelude::*;
use protocol::SmartFolderId;
use protocol::method::{AddSmartFolder, RemoveSmartFolder};
use protocol::shelf::LibraryQuery;
use protocol::smart::{NewSmartFolder, OfSmartFolder, SmartFolder};

/// The button beside the search field, while less is shown than there is.
pub fn keep_button(library: Library) -> Live<AnyView> {
    let filtered = Derived::new(move || library.list.query.with(filter::is_filtered));
    live_view(move || {
        filtered.get().then(|| {
            button("compact", Some(Icon::Search), t("kept_keep"), move || {
                let query = searched(&library.list.query.get_untracked());
                library.naming.set(Some(Naming::New(query)));
            })
        })
    })
}

/// The part at the side; not there while nothing is kept.
pub fn kept(library: Library) -> Live<AnyView> {
    let any = Derived::new(move || library.kept.with(|kept| !kept.is_empty()));
    live_view(move || any.get().then(|| list(library)))
}

fn list(library: Library) -> AnyView {
    let ids = move || library.kept.with(|kept| kept.iter().map(|one| one.id.0).collect());
    let list = each(ids, move |id| one(library, SmartFolderId(id)));
    view! {
        <h2 class="small muted places-head">{t("kept_title")}</h2>
        <ul class="stack-tight">{list}</ul>
    }
    .into_any()
}

/// One search. It stays while its name and its count change.
fn one(library: Library, id: SmartFolderId) -> AnyView {
    let search = Derived::new(move || library.kept.with(|kept| find(kept, id).cloned()));
    let current = Derived::new(move || {
        let kept = search.get();
        kept.is_some_and(|kept| library.list.query.with(|now| is_at(now, &kept.query)))
    });
    let name = move || search.get().map(|search| search.name);
    let count = move || search.get().map(|search| words::number(search.items));
    let go = move |_| {
        if let Some(search) = search.get_untracked() {
            apply(library, search.query);
        }
    };
    view! {
        <li>
            <button
                type="button"
                class="side-link place"
                aria-current=live(move || current.get().then_some("true"))
                on:click=on(go)
            >
                {icon(Icon::Search)}
                <span class="grow cut">{live(name)}</span>
                " "
                <span class="count figures small">{live(count)}</span>
            </button>
            {live_view(move || current.get().then(|| tools(library, search)))}
        </li>
    }
    .into_any()
}

/// What can be done with the search that is looked at.
fn tools(library: Library, search: Derived<Option<SmartFolder>>) -> AnyView {
    let rename = move |search| library.naming.set(Some(Naming::Rename(search)));
    view! {
        <div class="row place-tools">
            {tool(search, "folder_rename", "kept_rename_name", rename)}
            {tool(search, "folder_remove", "kept_remove_name", move |search| remove(library, search))}
        </div>
    }
    .into_any()
}

/// A button that stays, and keeps the focus, when the search gets another name.
fn tool(
    search: Derived<Option<SmartFolder>>,
    shown: &'static str,
    name: &'static str,
    act: impl Fn(SmartFolder) + 'static,
) -> AnyView {
    let of = move || search.with(|search| search.as_ref().map(|one| one.name.clone()));
    let name = move || tf(name, &[("name", &of().unwrap_or_default())]);
    let press = move |_| {
        if let Some(search) = search.get_untracked() {
            act(search);
        }
    };
    view! {
        <button
            type="button"
            class="button compact quiet"
            aria-label=live(name)
            on:click=on(press)
        >
            {t(shown)}
        </button>
    }
    .into_any()
}

/// Shows what a kept search finds.
fn apply(library: Library, query: LibraryQuery) {
    library.text.set(query.text.clone());
    library.go_to(query.place);
    library.list.query.set(query);
}

/// Forgets a search, and offers to keep it again. What it finds stays where it is.
fn remove(library: Library, search: SmartFolder) {
    let SmartFolder { id, name, query, .. } = search;
    library.change::<RemoveSmartFolder>(OfSmartFolder { folder: id }, move || {
        // Its buttons go with it.
        focus(".places [aria-current=page]");
        let said = tf("kept_removed", &[("name", &name)]);
        library.store.toasts.offer(said, t("undo"), move || {
            let again = NewSmartFolder { name: name.clone(), query: query.clone() };
            library.change::<AddSmartFolder>(again, || ());
        });
    });
}

fn find(kept: &[SmartFolder], id: SmartFolderId) -> Option<&SmartFolder> {
    kept.iter().find(|one| one.id == id)
}

/// What is searched, without the page of it that is looked at.
fn searched(query: &LibraryQuery) -> LibraryQuery {
    LibraryQuery { offset: 0, limit: 0, ..query.clone() }
}

/// Whether what is shown `now` is what is kept.
fn is_at(now: &LibraryQuery, kept: &LibraryQuery) -> bool {
    searched(now) == searched(kept)
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::shelf::{Place, SortBy};

    fn rain() -> LibraryQuery {
        LibraryQuery { text: "rain".into(), year: Some(2026), ..filter::beginning() }
    }

    #[test]
    fn a_kept_search_is_without_its_page() {
        let query = LibraryQuery { offset: 100, limit: 50, ..rain() };
        assert_eq!(searched(&query), rain());
    }

    #[test]
    fn a_search_is_looked_at_while_words_filters_place_and_order_are_its_own() {
        assert!(is_at(&LibraryQuery { limit: 50, ..rain() }, &rain()));
        for other in [
            LibraryQuery { text: "snow".into(), ..rain() },
            LibraryQuery { year: None, ..rain() },
            LibraryQuery { place: Place::Favorites, ..rain() },
            LibraryQuery { sort: SortBy::Title, ..rain() },
        ] {
            assert!(!is_at(&other, &rain()), "{other:?}");
        }
    }

    #[test]
    fn a_search_is_found_by_its_id() {
        let named = |id: i64, name: &str| SmartFolder {
            id: SmartFolderId(id),
            name: name.into(),
            query: rain(),
            items: 0,
        };
        let kept = [named(2, "Rain"), named(1, "Wet")];
        assert_eq!(find(&kept, SmartFolderId(1)).map(|one| one.name.as_str()), Some("Wet"));
        assert!(find(&kept, SmartFolderId(3)).is_none());
    }
}
