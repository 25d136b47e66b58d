//! The queue: every wanted file with its state, filtered by state and text, acted on one by one or many at once.

use super::Page;
use super::paged::{Answer, Listed, Paged, bulk_bar};
use super::queue_row::{ROWS, row};
use crate::actions::{cancel_items, pause, resume, retry_items};
use crate::catalogue::{t, tf};
use crate::components::button::button;
use crate::components::icon::{Icon, icon};
use crate::components::live::{Live, follow, live, live_view, on};
use crate::components::notice::notice;
use crate::components::search_field::search_field;
use crate::link::{ask, command};
use crate::route::Route;
use crate::state::State;
use crate::store::{Store, is_active};
use crate::words;
use leptos::prelude::*;
use leptos::task::spawn_local;
use protocol::method::{ItemsQuery, ListItems};
use protocol::{ItemId, ItemState, ItemView, JobId};

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
pub struct Filter {
    job: Option<JobId>,
    /// Index in [`GROUPS`].
    group: usize,
    text: String,
}

impl Listed for ItemView {
    type Id = ItemId;
    type Query = Filter;

    fn id(&self) -> ItemId {
        self.id
    }

    async fn list(query: Filter, offset: u64, limit: u32) -> Answer<Self> {
        let query = ItemsQuery {
            job: query.job,
            states: GROUPS[query.group].1.to_vec(),
            text: query.text,
            offset: offset as u32,
            limit,
        };
        let answer = ask::<ListItems>(query).await?;
        Ok((answer.items, answer.total))
    }
}

/// The panel's signals.
#[derive(Clone, Copy)]
pub struct Queue {
    /// What the page knows.
    pub store: Store,
    /// The files.
    pub list: Paged<ItemView>,
    counts: State<Vec<Option<u64>>>,
}

/// Draws the panel.
pub fn queue(page: Page) -> AnyView {
    let Page { store, route, .. } = page;
    let queue = Queue {
        store,
        list: Paged::new(store, Filter::default()),
        counts: State::new(vec![None; GROUPS.len()]),
    };
    queue.keep_fresh(route);
    let list = queue
        .list
        .view(t("queue_list_label"), ROWS, move |index, focused| row(queue, index, focused));
    let search = move |text| queue.list.query.update(|filter| filter.text = text);
    view! {
        <div class="panel fixed">
            <div class="panel-head">
                <h1>{t("queue_title")}</h1>
                <div class="row">{search_field(t("queue_search"), State::default(), search)} {pause_button(store)}</div>
            </div>
            {notice()}
            {job_line(queue)}
            {chips(queue)}
            {bulk_bar(queue.list, move || actions(queue))}
            {list}
            {queue.list.trouble()}
            {nothing(queue)}
        </div>
    }
    .into_any()
}

impl Queue {
    /// Keeps the list true: after a change of the filter, of the connection, or of a file.
    fn keep_fresh(self, route: State<Route>) {
        let filter = self.list.query;
        follow(move || {
            let job = route.get().job;
            if filter.with_untracked(|filter| filter.job != job) {
                filter.update(|filter| filter.job = job);
            }
        });
        self.list.keep_fresh(move || self.count_states());
        self.store.on_item(move |item| {
            self.list.replace(item);
            // Rows change in place at once; what enters or leaves the list is asked for.
            self.list.plan_refresh(move || self.count_states());
        });
    }

    fn count_states(self) {
        let filter = self.list.query.get_untracked();
        for (group, _) in GROUPS.iter().enumerate() {
            let query = Filter { group, ..filter.clone() };
            spawn_local(async move {
                if let Ok((_, total)) = ItemView::list(query, 0, 1).await {
                    self.counts.update(|counts| counts[group] = Some(total));
                }
            });
        }
    }
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
        queue.list.query.get().job.map(|job| {
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
                && queue.list.query.get().group != group
        };
        view! {
            <label class="chip" class:hidden=live(empty)>
                <input
                    type="radio"
                    name="state"
                    prop:checked=live(move || queue.list.query.get().group == group)
                    on:change=on(move |_| queue.list.query.update(|filter| filter.group = group))
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
fn actions(queue: Queue) -> AnyView {
    let (store, list) = (queue.store, queue.list);
    view! {
        {button("compact", Some(Icon::Retry), t("retry_selected"), move || retry_items(store, list.take_selection()))}
        {button("compact", Some(Icon::Cross), t("cancel_selected"), move || cancel_items(store, list.take_selection()))}
    }
    .into_any()
}

/// Instead of an empty list.
fn nothing(queue: Queue) -> Live<AnyView> {
    let filtered =
        move || queue.list.query.with(|filter| filter.group > 0 || !filter.text.is_empty());
    live_view(move || {
        let known = queue.list.total() == Some(0);
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
