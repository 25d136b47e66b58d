//! Having a list read: how much, of which folders, and how long that takes before it is begun.

use super::folder_choice::{beginning, folder_choice};
use super::sentences::{AGES, estimate, list_name};
use super::{Collection, ListOf};
use crate::catalogue::{t, tf};
use crate::components::button::button;
use crate::components::choice::choice;
use crate::components::dialog::{close_dialog, dialog};
use crate::components::icon::Icon;
use crate::components::live::{Live, follow, live, live_view};
use crate::components::radio::{Options, radios};
use crate::link::{ask, new_key};
use crate::panels::fields::value;
use crate::state::{Derived, State};
use crate::words;
use leptos::prelude::*;
use leptos::task::spawn_local;
use protocol::ErrorBody;
use protocol::discogs::{Depth, DiscogsList, Estimate, NewRun};
use protocol::method::{EstimateRun, StartRun};

/// How much can be read, in the order of the buttons.
const DEPTHS: [Depth; 3] = [Depth::List, Depth::Details, Depth::Prices];
const WORDS: Options = &[
    ("depth_list", "depth_list_help"),
    ("depth_details", "depth_details_help"),
    ("depth_prices", "depth_prices_help"),
];

/// What is chosen in the dialog.
#[derive(Clone, Copy)]
struct Reading {
    of: ListOf,
    depth: State<usize>,
    folders: State<Vec<i64>>,
    /// In days; as many as are set while nothing is chosen.
    max_age: State<Option<u32>>,
}

impl Reading {
    fn depth(self) -> Depth {
        DEPTHS[self.depth.get().min(DEPTHS.len() - 1)]
    }

    /// What is asked for, as it changes. Without a key: it is no order yet.
    fn wish(self) -> NewRun {
        let ListOf { account, list } = self.of;
        let (depth, max_age_days) = (self.depth(), self.max_age.get());
        let folders = if depth == Depth::List { Vec::new() } else { self.folders.get() };
        let key = String::new();
        NewRun { key, account, list, folders, depth, max_age_days, keep_list: false }
    }
}

/// The dialog.
pub fn form(collection: Collection, of: ListOf) -> AnyView {
    let reading = Reading {
        of,
        depth: State::new(0),
        folders: beginning(collection),
        max_age: State::new(None),
    };
    let complaint = State::new(None::<String>);
    let deep = Derived::new(move || reading.depth() > Depth::List);
    let more = move || {
        deep.get().then(|| {
            view! { {folder_choice(collection, of, reading.folders)} {ages(collection, reading)} }
        })
    };
    // What is sold has no details of its own.
    let depth = (of.list != DiscogsList::Inventory)
        .then(|| radios("depth", "depth_label", WORDS, reading.depth));
    let why = move || {
        let why = complaint.get();
        why.map(|why| view! { <p class="complaint" role="alert">{why}</p> }.into_any())
    };
    let content = view! {
        <div class="stack">
            {depth}
            {live_view(more)}
            <p class="notice" role="status">{estimated(collection, reading)}</p>
            <p class="small muted">{t("discogs_read_help")}</p>
            {live_view(why)}
            <div class="row">
                {button("primary", Some(Icon::Download), t("discogs_read_start"), move || start(reading, complaint))}
                {button("", None, t("cancel"), close_dialog)}
            </div>
        </div>
    };
    let heading = tf("discogs_read_title", &[("list", &list_name(of.list))]);
    dialog("", heading, content.into_any(), move || collection.open.set(None))
}

fn ages(collection: Collection, reading: Reading) -> AnyView {
    let set = Derived::new(move || value(collection.store, |all| all.discogs_cache_days));
    let name = |days: u32| (days.to_string(), tf("older_than", &[("n", &days.to_string())]));
    let choices = move || {
        let mut ages: Vec<u32> = AGES.iter().copied().chain([set.get()]).collect();
        ages.sort_unstable();
        ages.dedup();
        ages.into_iter().map(name).collect()
    };
    let chosen = move || reading.max_age.get().unwrap_or_else(|| set.get()).to_string();
    let choose = move |days: String| reading.max_age.set(days.parse().ok());
    view! {
        <div class="row">
            <span>{t("ask_again_label")}</span>
            {choice(t("ask_again_label"), choices, chosen, choose)}
        </div>
    }
    .into_any()
}

/// What reading would take, asked for whenever something else is chosen.
fn estimated(collection: Collection, reading: Reading) -> Live<String> {
    let answer = State::new(None::<Result<Estimate, ErrorBody>>);
    let wish = Derived::new(move || reading.wish());
    follow(move || {
        let asked = wish.get();
        spawn_local(async move {
            let estimate = ask::<EstimateRun>(asked.clone()).await;
            if !answer.is_gone() && wish.get_untracked() == asked {
                answer.set(Some(estimate));
            }
        });
    });
    let was_read =
        move || collection.state_of(reading.of).is_some_and(|state| state.read_at.is_some());
    live(move || match answer.get() {
        None => t("loading"),
        Some(Err(error)) => words::refusal(&error),
        Some(Ok(found)) => estimate(&found, reading.depth(), !was_read()),
    })
}

fn start(reading: Reading, complaint: State<Option<String>>) {
    let wish = NewRun { key: new_key("page"), ..reading.wish() };
    spawn_local(async move {
        match ask::<StartRun>(wish).await {
            Ok(_) => close_dialog(),
            Err(error) => complaint.set(Some(words::refusal(&error))),
        }
    });
}
