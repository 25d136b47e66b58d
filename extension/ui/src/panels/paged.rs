//! A list of the daemon's of any length, of which the page holds the part in sight: kept true, scrolled, ticked.
//!
//! What the rows are and how they are asked for is the business of whoever implements [`Listed`].

use super::held_rows::{HeldRows, PAGE, pages_of};
use super::selection::Selection;
use crate::catalogue::{t, tf, tn};
use crate::components::button::button;
use crate::components::icon::{Icon, icon};
use crate::components::live::{Live, follow, live, live_view, on};
use crate::components::missing_host::missing_host;
use crate::components::virtual_list::{Shape, VirtualList, scroll_to_start, virtual_list};
use crate::state::{Derived, State};
use crate::store::{Link, Store};
use crate::words;
use browser::environment::sleep;
use leptos::prelude::*;
use leptos::task::spawn_local;
use protocol::ErrorBody;
use std::future::Future;
use std::ops::Range;

/// How long changes are collected before the list is asked for again.
const REFRESH_MS: u32 = 1_000;
/// How long after a question that failed it is asked again.
const AGAIN_MS: u32 = 5_000;
/// The most rows the daemon gives at once.
pub const MOST_AT_ONCE: u32 = 500;
/// The most pages that scrolling asks for at once: as many as are in sight at once, with what is about to be.
const MOST_LOADING: usize = 3;

/// Rows, and how many there are in all.
pub type Answer<T> = Result<(Vec<T>, u64), ErrorBody>;

/// What the daemon gives lists of.
pub trait Listed: Clone + 'static {
    /// What tells one from the other.
    type Id: Copy + Ord + 'static;
    /// What is listed, and in which order.
    type Query: Clone + PartialEq + 'static;

    /// Which one it is.
    fn id(&self) -> Self::Id;
    /// Asks the daemon.
    fn list(query: Self::Query, offset: u64, limit: u32) -> impl Future<Output = Answer<Self>>;
}

/// A list's signals.
pub struct Paged<T: Listed> {
    /// What the page knows.
    pub store: Store,
    /// What is listed.
    pub query: State<T::Query>,
    /// The rows held. Until those of a changed query have come, the ones before.
    pub rows: State<HeldRows<T>>,
    /// Ticked rows, also those out of sight.
    pub selected: State<Selection<T::Id>>,
    /// The place of the row that was ticked last, where a range begins.
    pub ticked_last: State<Option<u64>>,
    /// How many answers are awaited whose rows will be ticked.
    pub awaited: State<u32>,
    /// Which of those count: the ones of an earlier turn were asked for something else.
    pub turn: State<u64>,
    /// What the rows held answer; `None` when they are to be asked for anew.
    answered: State<Option<T::Query>>,
    /// Why there are no rows, or not those in sight.
    failure: State<Option<ErrorBody>>,
    sight: State<Range<u64>>,
    /// Pages that have been asked for and have not come.
    loading: State<Vec<u64>>,
    refresh_planned: State<bool>,
}

impl<T: Listed> Copy for Paged<T> {}

impl<T: Listed> Clone for Paged<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Listed> Paged<T> {
    /// Nothing yet.
    pub fn new(store: Store, query: T::Query) -> Self {
        Self {
            store,
            query: State::new(query),
            rows: State::default(),
            selected: State::default(),
            ticked_last: State::default(),
            awaited: State::new(0),
            turn: State::new(0),
            answered: State::new(None),
            failure: State::default(),
            sight: State::new(0..0),
            loading: State::default(),
            refresh_planned: State::new(false),
        }
    }

    /// Asks anew whenever the query or the connection changes, and does `also`.
    pub fn keep_fresh(self, also: impl Fn() + 'static) {
        let up = Derived::new(move || self.store.link.get().is_up());
        follow(move || {
            self.query.track();
            // Another row is in that place now.
            self.ticked_last.set(None);
            self.await_no_more();
            if up.get() {
                self.answered.set(None);
                scroll_to_start();
                self.load_page(0);
                also();
            }
        });
    }

    /// How many there are; `None` before the first answer.
    pub fn total(self) -> Option<u64> {
        self.rows.with(|rows| rows.total)
    }

    /// The rows held, and how many there are, are those of the present query.
    pub fn is_answered(self) -> bool {
        self.answered.with(|answered| self.query.with(|query| answered.as_ref() == Some(query)))
    }

    /// Puts a row that changed in the place of the one held.
    pub fn replace(self, row: T) {
        self.rows.update(|rows| {
            if let Some(held) = rows.find(|held| held.id() == row.id()) {
                *held = row;
            }
        });
    }

    /// Loads what is about to be seen.
    fn look_at(self, sight: Range<u64>) {
        self.rows.update_quietly(|rows| rows.keep_near(&sight));
        self.sight.set(sight);
        self.load_missing();
    }

    /// Asks for what is in sight and not held. While that is much, what is scrolled past meanwhile is left out.
    fn load_missing(self) {
        let sight = self.sight.get_untracked();
        for page in self.rows.with_untracked(|rows| rows.missing(&sight)) {
            let (known, busy) = self
                .loading
                .with_untracked(|loading| (loading.contains(&page), loading.len() >= MOST_LOADING));
            if !known && !busy {
                self.load_page(page);
            }
        }
    }

    fn load_page(self, page: u64) {
        let query = self.query.get_untracked();
        self.loading.update_quietly(|loading| loading.push(page));
        spawn_local(async move {
            let answer = T::list(query.clone(), page * PAGE, PAGE as u32).await;
            if self.query.is_gone() {
                return;
            }
            self.loading.update_quietly(|loading| {
                let at = loading.iter().position(|one| *one == page);
                at.map(|at| loading.swap_remove(at));
            });
            // Something else may be shown by now.
            let is_old = self.query.with_untracked(|now| *now != query);
            match answer {
                _ if is_old => self.load_missing(),
                Ok((items, total)) => {
                    self.take(query, page, items, total);
                    self.load_missing();
                }
                Err(error) => self.fail(page, query, error),
            }
        });
    }

    fn take(self, query: T::Query, page: u64, items: Vec<T>, total: u64) {
        let fresh = self.answered.with_untracked(Option::is_none);
        self.answered.set(Some(query));
        self.failure.set(None);
        self.rows.update(|rows| {
            if fresh {
                *rows = HeldRows::default();
            }
            rows.put(page, items, total);
        });
    }

    /// Without any rows the person is told, with a button. Some that are missing are asked for again, and that is told once.
    fn fail(self, page: u64, query: T::Query, error: ErrorBody) {
        if self.rows.with_untracked(|rows| rows.total.is_some()) {
            if self.failure.with_untracked(Option::is_none) {
                self.store.toasts.complain(&error);
            }
            self.ask_again(page, query);
        }
        self.failure.set(Some(error));
    }

    /// Asks for a page once more after a pause, unless nobody looks at it any more.
    fn ask_again(self, page: u64, query: T::Query) {
        spawn_local(async move {
            sleep(AGAIN_MS).await;
            // When the connection comes back, everything is asked for anew.
            if self.query.is_gone() || !self.store.link.get_untracked().is_up() {
                return;
            }
            let is_asked = self.query.with_untracked(|now| *now == query);
            let is_seen = pages_of(&self.sight.get_untracked()).any(|seen| seen == page);
            let is_first = self.answered.with_untracked(Option::is_none);
            let is_loading = self.loading.with_untracked(|loading| loading.contains(&page));
            if is_asked && (is_seen || is_first) && !is_loading {
                self.load_page(page);
            }
        });
    }

    /// Asks again for what is in sight, and forgets the rest: rows may have moved from one page to another.
    pub fn refresh(self) {
        let sight = self.sight.get_untracked();
        self.rows.update_quietly(|rows| rows.keep_only(&sight));
        pages_of(&sight).chain(sight.is_empty().then_some(0)).for_each(|page| self.load_page(page));
    }

    /// Asks again for what is in sight, and does `also`, once a second at most.
    pub fn plan_refresh(self, also: impl Fn() + 'static) {
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
            also();
            self.refresh();
        });
    }

    /// The ids of all that match now, page by page.
    pub async fn all_matching(self) -> Result<Vec<T::Id>, ErrorBody> {
        let query = self.query.get_untracked();
        let mut ids = Vec::new();
        let mut offset = 0;
        loop {
            let (items, total) = T::list(query.clone(), offset, MOST_AT_ONCE).await?;
            offset += items.len() as u64;
            let is_end = items.is_empty() || offset >= total;
            ids.extend(items.iter().map(T::id));
            if is_end {
                return Ok(ids);
            }
        }
    }

    /// The ticked ids; nothing is ticked afterwards.
    pub fn take_selection(self) -> Vec<T::Id> {
        let selection = self.selected.get_untracked();
        self.select_none();
        selection.into_ids()
    }

    /// The list itself; not there while it is empty.
    pub fn view(
        self,
        label: String,
        shape: Shape,
        row: impl Fn(u64, Derived<bool>) -> AnyView + Send + Sync + 'static,
    ) -> AnyView {
        let count = Derived::new(move || self.total().unwrap_or(0));
        let list = virtual_list(VirtualList {
            label,
            shape,
            count,
            on_window: Box::new(move |sight| self.look_at(sight)),
            row: Box::new(row),
        });
        view! {
            <div
                class="list-frame"
                class:hidden=live(move || count.get() == 0)
                on:keydown=on(move |event| self.on_key(&event))
            >
                {list}
            </div>
        }
        .into_any()
    }

    /// In the place of rows that have not come: that they are on their way, or why they do not come.
    pub fn trouble(self) -> Live<AnyView> {
        let store = self.store;
        let missing = Derived::new(move || {
            matches!(store.link.get(), Link::Missing(_)) && self.total().is_none()
        });
        live_view(move || {
            if missing.get() {
                return Some(view! { <div class="narrow">{missing_host(store)}</div> }.into_any());
            }
            match (self.total(), self.failure.get()) {
                (Some(_), _) => None,
                (None, Some(error)) => Some(failure(words::error(&error), move || {
                    self.failure.set(None);
                    self.load_page(0);
                })),
                (None, None) => {
                    Some(view! { <p class="muted" role="status">{t("loading")}</p> }.into_any())
                }
            }
        })
    }
}

fn failure(why: String, again: impl Fn() + 'static) -> AnyView {
    view! {
        <div class="empty" role="alert">
            {icon(Icon::Alert)} <p>{why}</p> {button("", Some(Icon::Retry), t("try_again"), again)}
        </div>
    }
    .into_any()
}

/// The line over a list that says how many rows there are and are ticked, with what can be done with the ticked ones.
pub fn bulk_bar<T: Listed>(
    list: Paged<T>,
    actions: impl Fn() -> AnyView + Send + 'static,
) -> AnyView {
    let total = move || list.total().unwrap_or(0);
    let chosen = Derived::new(move || list.selected.with(Selection::count));
    let any = Derived::new(move || chosen.get() > 0);
    let busy = Derived::new(move || list.awaited.get() > 0);
    // Of the number alone: what follows `any` and the number is not told when only the number changes.
    let said = move || match (busy.get(), chosen.get()) {
        (true, _) => Some(t("selecting")),
        (false, n) => (n > 0).then(|| tn("selected", n)),
    };
    let blocked = move || busy.get().then_some("true");
    let actions = move || {
        any.get().then(|| {
            view! {
                {actions()}
                {button("compact quiet", None, t("select_none"), move || list.select_none())}
            }
        })
    };
    view! {
        <div class="bulk" class:hidden=live(move || total() == 0)>
            <button
                type="button"
                class="button compact quiet"
                aria-disabled=live(blocked)
                on:click=on(move |_| list.select_all())
            >
                {live(move || tf("select_all", &[("n", &words::number(total()))]))}
            </button>
            <span role="status" class="figures muted">{live(said)}</span>
            {live_view(actions)}
        </div>
    }
    .into_any()
}
