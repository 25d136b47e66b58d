//! The queue: every wanted file with its state, filtered by state and text, acted on one by one or many at once.

use super::queue_row::{ROW_HEIGHT, row};
use super::queue_rows::{PAGE, Rows, pages_of};
use super::selection::Selection;
use crate::actions::{cancel_items, pause, resume, retry_items};
use crate::catalogue::{t, tf, tn};
use crate::components::button::button;
use crate::components::focus::focus;
use crate::components::icon::{Icon, icon};
use crate::components::live::{Live, follow, live, live_view, on};
use crate::components::virtual_list::{VirtualList, virtual_list};
use crate::link::{ask, command};
use crate::route::Route;
use crate::state::{Derived, State};
use crate::store::{Store, is_active};
use crate::words;
use browser::environment::sleep;
use leptos::prelude::*;
use leptos::task::spawn_local;
use protocol::method::{ItemsQuery, ListItems};
use protocol::{ErrorBody, ItemId, ItemState, JobId};
use std::ops::Range;

/// How long changes are collected before the list and the counts are asked for again.
const REFRESH_MS: u32 = 1_000;
/// The most rows the daemon gives at once.
const MOST_AT_ONCE: u32 = 500;

/// The choices of the state filter: the catalogue's key and the states.
const GROUPS: &[(&str, &[ItemState])] = &[
    ("chip_all", &[]),
    ("chip_open", &[ItemState::Wanted, ItemState::Running]),
    ("state_waiting", &[ItemState::Waiting]),
    ("state_needs_you", &[ItemState::NeedsYou]),
    ("state_done", &[ItemState::Done]),
    ("state_failed", &[ItemState::Failed]),
    ("state_absent", &[ItemState::Absent]),
    ("state_withheld", &[ItemState::Withheld]),
    ("state_cancelled", &[ItemState::Cancelled]),
];

/// What the list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Filter {
    job: Option<JobId>,
    /// Index in [`GROUPS`].
    group: usize,
    text: String,
}

impl Filter {
    fn query(&self, offset: u64, limit: u32) -> ItemsQuery {
        ItemsQuery {
            job: self.job,
            states: GROUPS[self.group].1.to_vec(),
            text: self.text.clone(),
            offset: offset as u32,
            limit,
        }
    }
}

/// The panel's signals.
#[derive(Clone, Copy)]
pub struct Queue {
    /// What the page knows.
    pub store: Store,
    filter: State<Filter>,
    /// The rows held.
    pub rows: State<Rows>,
    /// Ticked rows, also those out of sight.
    pub selected: State<Selection>,
    counts: State<Vec<Option<u64>>>,
    sight: State<Range<u64>>,
    refresh_planned: State<bool>,
}

/// Draws the panel.
pub fn queue(store: Store, route: State<Route>) -> AnyView {
    let queue = Queue {
        store,
        filter: State::default(),
        rows: State::default(),
        selected: State::default(),
        counts: State::new(vec![None; GROUPS.len()]),
        sight: State::new(0..0),
        refresh_planned: State::new(false),
    };
    queue.keep_fresh(route);
    let count = Derived::new(move || queue.rows.with(|rows| rows.total.unwrap_or(0)));
    let list = virtual_list(VirtualList {
        label: t("queue_list_label"),
        count,
        row_height: ROW_HEIGHT,
        on_window: Box::new(move |sight| queue.look_at(sight)),
        row: move |index, focused| row(queue, index, focused),
    });
    view! {
        <div class="panel fixed">
            <div class="panel-head">
                <h1>{t("queue_title")}</h1>
                <div class="row">{search_field(queue)} {pause_button(store)}</div>
            </div>
            {job_line(queue)}
            {chips(queue)}
            {bulk_bar(queue)}
            <div class="list-frame" class:hidden=live(move || count.get() == 0)>{list}</div>
            {nothing(queue)}
        </div>
    }
    .into_any()
}

impl Queue {
    /// Keeps the list true: after a change of the filter, of the connection, or of a file.
    fn keep_fresh(self, route: State<Route>) {
        follow(move || {
            let job = route.get().job;
            if self.filter.with_untracked(|filter| filter.job != job) {
                self.filter.update(|filter| filter.job = job);
            }
        });
        let up = Derived::new(move || self.store.link.get().is_up());
        follow(move || {
            self.filter.track();
            if up.get() {
                self.rows.set(Rows::default());
                self.load_page(0);
                self.count_states();
            }
        });
        self.store.on_item(move |item| {
            self.rows.update(|rows| rows.replace(item));
            self.plan_refresh();
        });
    }

    /// Loads what is about to be seen.
    fn look_at(self, sight: Range<u64>) {
        self.rows.update_quietly(|rows| rows.keep_near(&sight));
        let missing = self.rows.with_untracked(|rows| rows.missing(&sight));
        self.sight.set(sight);
        missing.into_iter().for_each(|page| self.load_page(page));
    }

    fn load_page(self, page: u64) {
        let filter = self.filter.get_untracked();
        spawn_local(async move {
            let answer = ask::<ListItems>(filter.query(page * PAGE, PAGE as u32)).await;
            // The panel may be gone, or show something else by now.
            if self.filter.is_gone() || self.filter.get_untracked() != filter {
                return;
            }
            match answer {
                Ok(answer) => self.rows.update(|rows| rows.put(page, answer.items, answer.total)),
                Err(error) => self.store.toasts.complain(&error),
            }
        });
    }

    fn count_states(self) {
        let filter = self.filter.get_untracked();
        for (group, _) in GROUPS.iter().enumerate() {
            let query = Filter { group, ..filter.clone() }.query(0, 1);
            spawn_local(async move {
                if let Ok(answer) = ask::<ListItems>(query).await {
                    self.counts.update(|counts| counts[group] = Some(answer.total));
                }
            });
        }
    }

    /// Rows change in place at once; what enters or leaves the list is asked for once a second at most.
    fn plan_refresh(self) {
        if self.refresh_planned.get_untracked() {
            return;
        }
        self.refresh_planned.set(true);
        spawn_local(async move {
            sleep(REFRESH_MS).await;
            if self.refresh_planned.is_gone() {
                return;
            }
            self.refresh_planned.set(false);
            self.count_states();
            let sight = self.sight.get_untracked();
            pages_of(&sight)
                .chain(sight.is_empty().then_some(0))
                .for_each(|page| self.load_page(page));
        });
    }

    /// The ids of all files that match, page by page.
    async fn all_matching(self) -> Result<Vec<ItemId>, ErrorBody> {
        let filter = self.filter.get_untracked();
        let mut ids = Vec::new();
        let mut offset = 0;
        loop {
            let answer = ask::<ListItems>(filter.query(offset, MOST_AT_ONCE)).await?;
            offset += answer.items.len() as u64;
            let is_end = answer.items.is_empty() || offset >= answer.total;
            ids.extend(answer.items.iter().map(|item| item.id));
            if is_end {
                return Ok(ids);
            }
        }
    }

    fn select_all(self) {
        spawn_local(async move {
            match self.all_matching().await {
                Ok(ids) => self.selected.set(ids.into()),
                Err(error) => self.store.toasts.complain(&error),
            }
        });
    }

    fn take_selection(self) -> Vec<ItemId> {
        let selection = self.selected.get_untracked();
        self.selected.set(Selection::default());
        selection.into_ids()
    }
}

/// "/" goes here from anywhere on the panel.
fn search_field(queue: Queue) -> AnyView {
    let slash = window_event_listener(leptos::ev::keydown, move |event| {
        let typing = document().active_element().is_some_and(|element| {
            element
                .matches("input:not([type=checkbox], [type=radio]), select, textarea")
                .unwrap_or(false)
        });
        if event.key() == "/" && !typing {
            event.prevent_default();
            focus("#search");
        }
    });
    on_cleanup(move || slash.remove());
    view! {
        <div class="search">
            {icon(Icon::Search)}
            <input
                class="input"
                type="search"
                id="search"
                aria-label=t("queue_search")
                aria-keyshortcuts="/"
                placeholder=t("queue_search_hint")
                on:input=on(move |event| queue.filter.update(|filter| filter.text = event_target_value(&event)))
            />
        </div>
    }
    .into_any()
}

/// Pauses or resumes the whole queue; there only while it changes something.
fn pause_button(store: Store) -> AnyView {
    let busy = move || store.paused.get() || store.jobs.with(|jobs| jobs.iter().any(is_active));
    let one = move || match store.paused.get() {
        true => {
            button("primary", Some(Icon::Play), t("queue_resume_all"), move || resume(store, None))
        }
        false => button("", Some(Icon::Pause), t("queue_pause_all"), move || pause(store, None)),
    };
    live_view(move || busy().then(one)).into_any()
}

/// Of which job the files are, when only one job's are shown.
fn job_line(queue: Queue) -> Live<AnyView> {
    live_view(move || {
        queue.filter.get().job.map(|job| {
            view! {
                <p class="row">
                    <span>{tf("queue_of_job", &[("n", &job.to_string())])}</span>
                    <a href="#queue">{t("queue_all_jobs")}</a>
                </p>
            }
        })
    })
}

fn chips(queue: Queue) -> AnyView {
    let chip = move |(group, (key, _)): (usize, &(&'static str, _))| {
        let label = t(key);
        let count = move || {
            queue.counts.with(|counts| counts[group]).map(words::number).unwrap_or_default()
        };
        // States that no file is in only take room.
        let empty = move || {
            group > 0
                && queue.counts.with(|counts| counts[group] == Some(0))
                && queue.filter.get().group != group
        };
        view! {
            <label class="chip" class:hidden=live(empty)>
                <input
                    type="radio"
                    name="state"
                    prop:checked=live(move || queue.filter.get().group == group)
                    on:change=on(move |_| queue.filter.update(|filter| filter.group = group))
                />
                {label}
                " "
                <span class="count">{live(count)}</span>
            </label>
        }
    };
    let chips = GROUPS.iter().enumerate().map(chip).collect_view();
    view! {
        <fieldset>
            <legend class="visually-hidden">{t("queue_filter_label")}</legend>
            <div class="chips">{chips}</div>
        </fieldset>
    }
    .into_any()
}

/// What can be done with the ticked rows.
fn bulk_bar(queue: Queue) -> AnyView {
    let total = move || queue.rows.with(|rows| rows.total.unwrap_or(0));
    let chosen = Derived::new(move || queue.selected.with(Selection::count));
    let any = Derived::new(move || chosen.get() > 0);
    let actions = move || {
        let store = queue.store;
        any.get().then(|| {
            view! {
                {button("compact", Some(Icon::Retry), t("retry_selected"), move || retry_items(store, queue.take_selection()))}
                {button("compact", Some(Icon::Cross), t("cancel_selected"), move || cancel_items(store, queue.take_selection()))}
                {button("compact quiet", None, t("select_none"), move || queue.selected.set(Selection::default()))}
            }
        })
    };
    view! {
        <div class="bulk" class:hidden=live(move || total() == 0)>
            <button type="button" class="button compact quiet" on:click=on(move |_| queue.select_all())>
                {live(move || tf("select_all", &[("n", &words::number(total()))]))}
            </button>
            <span role="status" class="figures muted">{live(move || any.get().then(|| tn("selected", chosen.get())))}</span>
            {live_view(actions)}
        </div>
    }
    .into_any()
}

/// Instead of an empty list.
fn nothing(queue: Queue) -> Live<AnyView> {
    let filtered = move || queue.filter.with(|filter| filter.group > 0 || !filter.text.is_empty());
    live_view(move || {
        let known = queue.rows.with(|rows| rows.total == Some(0));
        known.then(|| {
            let (title, help) = match filtered() {
                true => ("queue_no_match", "queue_no_match_help"),
                false => ("queue_empty", "queue_empty_help"),
            };
            view! { <div class="empty">{icon(Icon::Download)} <strong>{t(title)}</strong> <p>{t(help)}</p></div> }
        })
    })
}

/// Tries one row again.
pub fn retry_row(queue: Queue, id: ItemId) {
    command::<protocol::method::RetryItems>(
        queue.store,
        protocol::method::OfItems { items: vec![id] },
        || (),
    );
}
