//! Which folders of a collection something is meant for.

use super::{Collection, ListOf};
use crate::catalogue::t;
use crate::components::icon::{Icon, icon};
use crate::components::live::{Live, live, live_view, on};
use crate::state::State;
use crate::words;
use leptos::prelude::*;
use protocol::discogs::{CollectionFolder, DiscogsList};

/// What is chosen before the person chooses: the folder that is looked at, else all.
pub fn beginning(collection: Collection) -> State<Vec<i64>> {
    State::new(collection.folder.get_untracked().into_iter().collect())
}

/// Check boxes for the folders; none ticked means all. Not there for what has no folders.
pub fn folder_choice(collection: Collection, of: ListOf, chosen: State<Vec<i64>>) -> Live<AnyView> {
    live_view(move || {
        let folders = collection.folders.get();
        let has_some = of.list == DiscogsList::Collection && folders.len() > 2;
        has_some.then(|| {
            let own = folders.into_iter().filter(|folder| folder.id != 0);
            let chips = own.map(|folder| chip(folder, chosen)).collect_view();
            view! {
                <fieldset class="stack">
                    <legend class="legend">{t("discogs_only_folders")}</legend>
                    <div class="chips">{chips}</div>
                    <p class="small muted">{t("discogs_only_folders_help")}</p>
                </fieldset>
            }
        })
    })
}

fn chip(folder: CollectionFolder, chosen: State<Vec<i64>>) -> AnyView {
    let CollectionFolder { id, name, copies } = folder;
    let toggle = move |_| {
        chosen.update(|chosen| match chosen.iter().position(|one| *one == id) {
            Some(at) => drop(chosen.remove(at)),
            None => chosen.push(id),
        });
    };
    view! {
        <label class="chip">
            <input
                type="checkbox"
                prop:checked=live(move || chosen.with(|all| all.contains(&id)))
                on:change=on(toggle)
            />
            {icon(Icon::Check)}
            {name}
            " "
            <span class="count">{words::number(copies)}</span>
        </label>
    }
    .into_any()
}
