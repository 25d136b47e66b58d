//! The places of the library at the side: what is always there, the tree of folders that the person arranges, and the
//! kept searches.

use super::{Library, PLACES, bar, drag, folder_tree, in_trash, kept};
use crate::catalogue::{t, tf};
use crate::components::button::button;
use crate::components::dialog::Question;
use crate::components::focus::focus;
use crate::components::icon::{Icon, icon};
use crate::components::live::{Live, each, live, live_view, on};
use crate::state::{Derived, State};
use crate::words;
use leptos::prelude::*;
use protocol::FolderId;
use protocol::method::{AddFolder, EditFolder, RemoveFolder};
use protocol::shelf::{ChangeFolder, Folder, NewFolder, OfFolder, Place};
use std::rc::Rc;

/// A name that is being written.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Edit {
    /// For a new folder, in this one or at the top.
    New(Option<Folder>),
    /// For a folder that has one.
    Rename(Folder),
}

/// Draws the side.
pub fn side(library: Library) -> AnyView {
    let edit = State::new(None::<Edit>);
    let places = PLACES
        .into_iter()
        .enumerate()
        .map(|(at, (place, key, picture))| {
            let count = move || library.counts.with(|counts| counts[at]);
            let name = live(move || t(key));
            view! { <li>{place_button(library, place, picture, name, live(count))}</li> }.into_any()
        })
        .collect_view();
    let tree = each(
        move || {
            library.folders.with(|folders| {
                let ordered = folder_tree::in_order(folders);
                ordered.iter().map(|(_, folder)| folder.id.0.cast_unsigned()).collect()
            })
        },
        move |id| branch(library, FolderId(id.cast_signed())),
    );
    view! {
        <nav class="places" aria-label=t("library_places")>
            <ul class="stack-tight">{places}</ul>
            <h2 class="small muted places-head">{t("folders_title")}</h2>
            <ul class="stack-tight">{tree}</ul>
            {live_view(tools(library, edit))}
            {live_view(move || edit.get().map(|now| name_form(library, edit, now)))}
            {kept::kept(library)}
        </nav>
    }
    .into_any()
}

fn place_button(
    library: Library,
    place: Place,
    picture: Icon,
    name: Live<String>,
    mut count: Live<Option<u64>>,
) -> AnyView {
    let current = move || (library.place.get() == place).then_some("page");
    view! {
        <button
            type="button"
            class="side-link place"
            class:drop-here=live(move || library.over.get() == Some(place))
            aria-current=live(current)
            on:click=on(move |_| library.go_to(place))
            on:dragenter=on(move |event| drag::over(library, place, &event))
            on:dragover=on(move |event| drag::over(library, place, &event))
            on:dragleave=on(move |_| drag::leave(library, place))
            on:drop=on(move |event| drag::drop_on(library, place, &event))
        >
            {icon(picture)}
            <span class="grow cut">{name}</span>
            " "
            <span class="count figures small">{live(move || count().map(words::number).unwrap_or_default())}</span>
        </button>
    }
    .into_any()
}

/// One folder of the tree. It stays while its name, its count and its place in the tree change.
fn branch(library: Library, id: FolderId) -> AnyView {
    let folder = Derived::new(move || {
        library.folders.with(|folders| folder_tree::find(folders, id).cloned())
    });
    let depth = Derived::new(move || {
        library.folders.with(|folders| {
            let ordered = folder_tree::in_order(folders);
            ordered.iter().find(|(_, folder)| folder.id == id).map_or(0, |(depth, _)| *depth)
        })
    });
    let name = live(move || folder.get().map(|folder| folder.name).unwrap_or_default());
    let count = live(move || folder.get().map(|folder| folder.items));
    view! {
        <li
            attr:aria-level=live(move || (depth.get() + 1).to_string())
            style:padding-left=live(move || format!("{}px", depth.get().min(8) * 14))
        >
            {place_button(library, Place::Folder(id), Icon::Folder, name, count)}
        </li>
    }
    .into_any()
}

/// What can be done with folders, and with the one that is looked at. The buttons stay while what they are about does:
/// one that is drawn anew under the pointer misses the click.
fn tools(library: Library, edit: State<Option<Edit>>) -> impl FnMut() -> AnyView + Send {
    let current = Derived::new(move || match library.place.get() {
        Place::Folder(id) => library.folders.with(|all| folder_tree::find(all, id).cloned()),
        _ => None,
    });
    let is_full = Derived::new(move || {
        library.place.get() == Place::Trash && library.counts.with(in_trash) > 0
    });
    move || buttons(library, edit, current.get(), is_full.get())
}

fn buttons(
    library: Library,
    edit: State<Option<Edit>>,
    current: Option<Folder>,
    is_full: bool,
) -> AnyView {
    let start = move |what: Edit| {
        edit.set(Some(what));
        request_animation_frame(|| focus("#folder-name"));
    };
    let trash = is_full.then(|| {
        button("compact", Some(Icon::Trash), t("empty_trash"), move || bar::empty_trash(library))
    });
    let of_folder = current.clone().map(|folder| {
        let (renamed, removed) = (folder.clone(), folder);
        view! {
            {button("compact quiet", None, t("folder_rename"), move || start(Edit::Rename(renamed.clone())))}
            {button("compact quiet", None, t("folder_remove"), move || remove(library, &removed))}
        }
    });
    view! {
        <div class="row place-tools">
            {button("compact quiet", Some(Icon::Folder), t("folder_new"), move || start(Edit::New(current.clone())))}
            {of_folder}
            {trash}
        </div>
    }
    .into_any()
}

/// Writes a folder's name.
fn name_form(library: Library, edit: State<Option<Edit>>, now: Edit) -> AnyView {
    let (label, name) = match &now {
        Edit::New(None) => (t("folder_new_label"), String::new()),
        Edit::New(Some(parent)) => (tf("folder_new_in", &[("name", &parent.name)]), String::new()),
        Edit::Rename(folder) => {
            (tf("folder_rename_label", &[("name", &folder.name)]), folder.name.clone())
        }
    };
    let text = State::new(name.clone());
    // A name that the daemon refuses stays, to be changed.
    let close = move || {
        edit.set(None);
        focus(".places [aria-current=page]");
    };
    let save = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let name = text.with_untracked(|text| text.trim().to_owned());
        if name.is_empty() {
            return;
        }
        match now.clone() {
            Edit::New(parent) => {
                let parent = parent.map(|parent| parent.id);
                library.change::<AddFolder>(NewFolder { parent, name }, close);
            }
            Edit::Rename(Folder { id, parent, .. }) => {
                library.change::<EditFolder>(ChangeFolder { folder: id, parent, name }, close);
            }
        }
    };
    let escape = move |event: leptos::ev::KeyboardEvent| {
        if event.key() == "Escape" {
            close();
        }
    };
    view! {
        <form class="field name-form" on:submit=on(save) on:keydown=on(escape)>
            <label for="folder-name" class="small">{label}</label>
            <input
                id="folder-name"
                class="input"
                type="text"
                maxlength="200"
                required=true
                autocomplete="off"
                value=name
                on:input=on(move |event| text.set(event_target_value(&event)))
            />
            <div class="row">
                <button type="submit" class="button compact primary">{t("folder_save_name")}</button>
                {button("compact quiet", None, t("cancel"), close)}
            </div>
        </form>
    }
    .into_any()
}

/// Asks before it removes a folder. What is in it stays in the library.
fn remove(library: Library, folder: &Folder) {
    let Folder { id, parent, .. } = *folder;
    let act = move || {
        library.go_to(parent.map_or(Place::Everything, Place::Folder));
        library.change::<RemoveFolder>(OfFolder { folder: id }, || ());
    };
    library.asked.set(Some(Question {
        title: tf("folder_remove_title", &[("name", &folder.name)]),
        text: t("folder_remove_text"),
        label: t("folder_remove"),
        act: Rc::new(act),
    }));
}
