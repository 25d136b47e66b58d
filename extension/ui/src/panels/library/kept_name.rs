//! The dialog that asks for the name of a search that is kept.

use super::Library;
use crate::catalogue::{t, tf};
use crate::components::button::button;
use crate::components::dialog::{close_dialog, dialog};
use crate::components::live::{Live, live_view, on};
use crate::link::ask;
use crate::state::State;
use crate::words;
use leptos::prelude::*;
use leptos::task::spawn_local;
use protocol::ErrorBody;
use protocol::method::{AddSmartFolder, EditSmartFolder};
use protocol::shelf::LibraryQuery;
use protocol::smart::{ChangeSmartFolder, NewSmartFolder, SmartFolder};

/// Longest name, in characters: what the daemon takes.
const LONGEST: &str = "200";

/// A name that is asked for.
#[derive(Clone, Debug, PartialEq)]
pub enum Naming {
    /// For a search that is to be kept.
    New(LibraryQuery),
    /// For one that has a name.
    Rename(SmartFolder),
}

impl Naming {
    /// The text that the field begins with: what was searched is as good a name as any.
    fn beginning(&self) -> String {
        match self {
            Naming::New(query) => query.text.trim().to_owned(),
            Naming::Rename(search) => search.name.clone(),
        }
    }

    fn heading(&self) -> String {
        match self {
            Naming::New(_) => t("kept_keep"),
            Naming::Rename(search) => tf("kept_rename_name", &[("name", &search.name)]),
        }
    }

    async fn save(self, name: String) -> Result<SmartFolder, ErrorBody> {
        match self {
            Naming::New(query) => ask::<AddSmartFolder>(NewSmartFolder { name, query }).await,
            Naming::Rename(SmartFolder { id, query, .. }) => {
                ask::<EditSmartFolder>(ChangeSmartFolder { folder: id, name, query }).await
            }
        }
    }
}

/// The dialog, while a name is asked for.
pub fn named(library: Library) -> Live<AnyView> {
    live_view(move || library.naming.get().map(|naming| form(library, naming)))
}

fn form(library: Library, naming: Naming) -> AnyView {
    let beginning = naming.beginning();
    let heading = naming.heading();
    let text = State::new(beginning.clone());
    let complaint = State::new(None::<String>);
    let saving = State::new(false);
    let save = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let name = text.with_untracked(|text| text.trim().to_owned());
        if name.is_empty() || saving.get_untracked() {
            return;
        }
        saving.set(true);
        let naming = naming.clone();
        spawn_local(async move {
            let saved = naming.save(name).await;
            // The person may have closed it meanwhile.
            let is_open = !saving.is_gone();
            saving.set(false);
            match saved {
                Ok(search) => {
                    if is_open {
                        close_dialog();
                    }
                    let said = tf("kept_saved", &[("name", &search.name)]);
                    library.store.toasts.say(said);
                    library.refresh();
                }
                // A name that is refused stays, to be changed.
                Err(error) if is_open => complaint.set(Some(words::error(&error))),
                Err(error) => library.store.toasts.complain(&error),
            }
        });
    };
    let why = move || {
        let why = complaint.get();
        why.map(|why| view! { <p class="complaint" role="alert">{why}</p> }.into_any())
    };
    let content = view! {
        <form class="stack" on:submit=on(save)>
            <div class="field">
                <label for="kept-name">{t("kept_name_label")}</label>
                <input
                    id="kept-name"
                    class="input"
                    type="text"
                    maxlength=LONGEST
                    required=true
                    autocomplete="off"
                    autofocus=true
                    value=beginning
                    on:input=on(move |event| text.set(event_target_value(&event)))
                />
            </div>
            {live_view(why)}
            <div class="row">
                <button type="submit" class="button primary">{t("folder_save_name")}</button>
                {button("", None, t("cancel"), close_dialog)}
            </div>
        </form>
    };
    dialog("", heading, content.into_any(), move || library.naming.set(None))
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::SmartFolderId;

    #[test]
    fn the_field_begins_with_what_was_searched_or_with_the_name_there_is() {
        let query = LibraryQuery { text: " rain ".into(), ..LibraryQuery::default() };
        assert_eq!(Naming::New(query.clone()).beginning(), "rain");
        let search = SmartFolder { id: SmartFolderId(1), name: "Wet".into(), query, items: 3 };
        assert_eq!(Naming::Rename(search).beginning(), "Wet");
    }
}
