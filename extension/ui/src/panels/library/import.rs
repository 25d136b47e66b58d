//! Taking in a folder that was there before: the person picks it in a window of the system's own, which the daemon
//! opens. How it goes is in [`super::import_course`].

use super::Library;
use super::import_course::course;
use crate::catalogue::t;
use crate::components::button::{busy_button, button};
use crate::components::command_line::command_line;
use crate::components::dialog::dialog;
use crate::components::icon::Icon;
use crate::components::live::{Live, live_view};
use crate::link::{ask, new_key};
use crate::state::{Derived, State};
use crate::store::newest_of;
use crate::words;
use leptos::prelude::*;
use leptos::task::spawn_local;
use protocol::intake::ChosenImport;
use protocol::method::ImportChosen;
use protocol::{ErrorBody, ErrorCode, Source};

/// What is typed where no window can be had.
const COMMAND: &str = "mediafetcher library import";

/// Opens the dialog.
pub fn import_button(library: Library) -> AnyView {
    button("compact", Some(Icon::Download), t("import_button"), move || {
        library.importing.set(true);
    })
}

/// The dialog, while it is open.
pub fn imported(library: Library) -> Live<AnyView> {
    live_view(move || library.importing.get().then(|| form(library)))
}

fn form(library: Library) -> AnyView {
    let store = library.store;
    let newest = Derived::new(move || {
        store.jobs.with(|jobs| newest_of(jobs, Source::Files).map(|job| job.id))
    });
    let command = [COMMAND, " ", &t("import_folder_word")].concat();
    let content = view! {
        <div class="stack">
            <p>{t("import_intro")}</p>
            {choose(library)}
            <div class="stack-tight">
                <p class="small muted">{t("import_by_command")}</p>
                {command_line(store, command)}
            </div>
            {live_view(move || newest.get().map(|id| course(store, id)))}
        </div>
    };
    dialog("wide", t("import_title"), content.into_any(), move || library.importing.set(false))
}

/// The button that has the window opened, and what came of it when that is no import.
fn choose(library: Library) -> AnyView {
    let choosing = State::new(false);
    let refused = State::new(None::<String>);
    let press = move || {
        choosing.set(true);
        refused.set(None);
        spawn_local(async move {
            let answer = ask::<ImportChosen>(ChosenImport { key: new_key("import") }).await;
            choosing.set(false);
            let Err(error) = answer else { return };
            match refused.is_gone() {
                true => library.store.toasts.say(why_not(&error)),
                false => refused.set(Some(why_not(&error))),
            }
        });
    };
    let words = ("import_choose", "import_choosing");
    view! {
        <div class="row">{busy_button("primary", Icon::Folder, words, choosing, press)}</div>
        {live_view(move || refused.get().map(|why| view! { <p class="complaint" role="alert">{why}</p> }))}
    }
    .into_any()
}

fn why_not(error: &ErrorBody) -> String {
    match error.code {
        ErrorCode::Withdrawn => t("import_none_chosen"),
        _ => words::error(error),
    }
}
