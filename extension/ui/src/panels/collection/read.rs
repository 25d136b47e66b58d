//! Having a list read, or more about a part of it: how much, of which folders, and how long that takes before it is begun.

use super::ages::age_choice;
use super::folder_choice::{beginning, folder_choice};
use super::narrowed::Narrowed;
use super::sentences::{estimate, list_name};
use super::{Collection, ListOf};
use crate::catalogue::{t, tf};
use crate::components::button::{busy_button, button};
use crate::components::dialog::{close_dialog, dialog};
use crate::components::focus::lead_focus;
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
use protocol::discogs::{Depth, DiscogsList, EntryFilter, Estimate, NewRun, Purpose, RunState};
use protocol::method::{EstimateRun, StartRun};

/// How much can be read, in the order of the buttons. A part is chosen of a list that is there: of it all but the first.
const DEPTHS: [Depth; 3] = [Depth::List, Depth::Details, Depth::Prices];
const WORDS: Options = &[
    ("depth_list", "depth_list_help"),
    ("depth_details", "depth_details_help"),
    ("depth_prices", "depth_prices_help"),
];

/// Why it could not begin, in words.
type Complaint = State<Option<String>>;

/// What is chosen in the dialog.
#[derive(Clone, Copy)]
struct Reading {
    of: ListOf,
    /// The part that is meant; else the folders.
    narrowed: State<Option<Narrowed>>,
    depth: State<usize>,
    folders: State<Vec<i64>>,
    /// In days; as many as are set while nothing is chosen.
    max_age: State<Option<u32>>,
}

impl Reading {
    fn depth(self) -> Depth {
        DEPTHS[(self.first() + self.depth.get()).min(DEPTHS.len() - 1)]
    }

    /// The first of [`DEPTHS`] that can be chosen.
    fn first(self) -> usize {
        self.narrowed.with_untracked(Option::is_some).into()
    }

    /// Why so much cannot be read at once.
    fn too_many(self) -> Option<String> {
        self.narrowed.with_untracked(|part| part.as_ref()?.too_many())
    }

    /// What is asked for, as it changes. Without a key: it is no order yet.
    fn wish(self) -> NewRun {
        let ListOf { account, list } = self.of;
        let (depth, max_age_days) = (self.depth(), self.max_age.get());
        let (folders, filter, keep_list) = match self.narrowed.get() {
            Some(narrowed) => (narrowed.folders, narrowed.filter, true),
            None if depth == Depth::List => (Vec::new(), EntryFilter::default(), false),
            None => (self.folders.get(), EntryFilter::default(), false),
        };
        let (key, purpose) = (String::new(), Purpose::Asked);
        NewRun { key, account, list, folders, filter, depth, max_age_days, keep_list, purpose }
    }

    /// Of what: of a part, or of which folders.
    fn part(self, collection: Collection) -> AnyView {
        match self.narrowed.get_untracked() {
            Some(narrowed) => narrowed.line_to_read(),
            None => folder_choice(collection, self.of, self.folders).into_any(),
        }
    }
}

/// The dialog.
pub fn form(collection: Collection, of: ListOf, depth: Depth) -> AnyView {
    let reading = Reading {
        of,
        narrowed: collection.narrowed,
        depth: State::new(0),
        folders: beginning(collection),
        max_age: State::new(None),
    };
    let first = reading.first();
    reading.depth.set(DEPTHS.iter().skip(first).position(|one| *one == depth).unwrap_or(0));
    let (busy, complaint) = (State::new(false), Complaint::new(None));
    let answer = asked(reading);
    let deep = Derived::new(move || reading.depth() > Depth::List);
    let more = move || {
        deep.get().then(|| view! { {reading.part(collection)} {ages(collection, reading)} })
    };
    // What is sold has no details of its own.
    let depth = (of.list != DiscogsList::Inventory)
        .then(|| radios("depth", "depth_label", &WORDS[first..], reading.depth));
    let why = move || {
        let why = complaint.get();
        why.map(|why| view! { <p class="complaint" role="alert">{why}</p> }.into_any())
    };
    let words = ("discogs_read_start", "discogs_read_starting");
    let press = move || start(collection, reading, busy, complaint);
    let content = view! {
        <div class="stack">
            {depth}
            {live_view(more)}
            <p class="notice" role="status">{estimated(collection, reading, answer)}</p>
            {joined(collection, answer)}
            <p class="small muted">{t("discogs_read_help")}</p>
            {live_view(why)}
            <div class="row">
                {busy_button("primary", Icon::Download, words, busy, press)}
                {button("", None, t("cancel"), close_dialog)}
            </div>
        </div>
    };
    lead_focus(&["#dialog input:checked", "#dialog .primary"]);
    let heading = tf("discogs_read_title", &[("list", &list_name(of.list))]);
    dialog("", heading, content.into_any(), move || collection.open.set(None))
}

fn ages(collection: Collection, reading: Reading) -> AnyView {
    let set = Derived::new(move || value(collection.store, |all| all.discogs_cache_days));
    let chosen = move || reading.max_age.get().unwrap_or_else(|| set.get());
    let choose = move |days| reading.max_age.set(Some(days));
    view! {
        <div class="row">
            <span>{t("ask_again_label")}</span>
            {age_choice(t("ask_again_label"), move || set.get(), chosen, choose)}
        </div>
    }
    .into_any()
}

/// What reading would take; nothing while that is being worked out.
type Answer = State<Option<Result<Estimate, ErrorBody>>>;

/// Asks whenever something else is chosen.
fn asked(reading: Reading) -> Answer {
    let answer = Answer::new(None);
    let wish = Derived::new(move || reading.wish());
    follow(move || {
        let asked = wish.get();
        if reading.too_many().is_some() {
            return;
        }
        // What is said belongs to what was chosen before.
        answer.set(None);
        spawn_local(async move {
            let estimate = ask::<EstimateRun>(asked.clone()).await;
            if !answer.is_gone() && wish.get_untracked() == asked {
                answer.set(Some(estimate));
            }
        });
    });
    answer
}

fn estimated(collection: Collection, reading: Reading, answer: Answer) -> Live<String> {
    let was_read =
        move || collection.state_of(reading.of).is_some_and(|state| state.read_at.is_some());
    live(move || match answer.get() {
        None => reading.too_many().unwrap_or_else(|| t("estimate_asking")),
        Some(Err(error)) => words::refusal(&error),
        Some(Ok(found)) => estimate(&found, reading.depth(), !was_read()),
    })
}

/// That a run of this list is there, of which what is chosen would be a part.
fn joined(collection: Collection, answer: Answer) -> Live<AnyView> {
    let run = Derived::new(move || {
        let joins = answer.with(|answer| answer.as_ref()?.as_ref().ok()?.joins)?;
        collection.store.runs.with(|runs| {
            let run = runs.iter().find(|run| run.id == joins)?;
            (!run.state.is_over()).then_some(run.state)
        })
    });
    live_view(move || {
        run.get().map(|state| {
            let words = match state {
                RunState::Paused | RunState::NeedsYou => "discogs_joins_resting",
                _ => "discogs_joins",
            };
            view! { <p class="small">{t(words)}</p> }
        })
    })
}

/// Begins. The run is on the page before the dialog has gone.
fn start(collection: Collection, reading: Reading, busy: State<bool>, complaint: Complaint) {
    let store = collection.store;
    complaint.set(reading.too_many());
    if complaint.with_untracked(Option::is_some) {
        return;
    }
    let wish = NewRun { key: new_key("page"), ..untrack(|| reading.wish()) };
    busy.set(true);
    spawn_local(async move {
        match ask::<StartRun>(wish).await {
            Ok(started) => {
                store.put_runs(vec![started.run]);
                // The person may have closed it meanwhile.
                if !busy.is_gone() {
                    close_dialog();
                }
            }
            Err(error) if complaint.is_gone() => store.toasts.complain(&error),
            Err(error) => {
                busy.set(false);
                complaint.set(Some(words::refusal(&error)));
            }
        }
    });
}
