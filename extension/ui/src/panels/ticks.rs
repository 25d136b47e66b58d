//! Ticking rows of a list: one by its box, a range with Shift, all with Ctrl+A, none with Escape.

use super::paged::{Listed, MOST_AT_ONCE, Paged};
use super::selection::Selection;
use crate::components::focus::pass_focus;
use crate::components::live::{live, on};
use crate::state::Derived;
use leptos::ev::{KeyboardEvent, MouseEvent};
use leptos::prelude::*;
use leptos::task::spawn_local;
use protocol::ErrorBody;
use std::future::Future;
use std::ops::RangeInclusive;

impl<T: Listed> Paged<T> {
    /// The box of the row at `index`, called `name`; Tab reaches it while the row is `focused`. `look` is classes beside
    /// its own.
    pub fn tick_box(
        self,
        look: &'static str,
        index: u64,
        name: impl Fn() -> String + Send + 'static,
        focused: Derived<bool>,
    ) -> AnyView {
        let id = move || self.rows.with(|rows| rows.get(index).map(T::id));
        let ticked = move || id().is_some_and(|id| self.selected.with(|all| all.contains(id)));
        let click = move |event: MouseEvent| {
            self.tick(index, event_target_checked(&event), event.shift_key());
        };
        view! {
            <input
                type="checkbox"
                class=["select-box ", look].concat()
                aria-label=live(name)
                tabindex=live(move || if focused.get() { "0" } else { "-1" })
                prop:checked=live(ticked)
                prop:disabled=live(move || id().is_none())
                on:click=on(click)
            />
        }
        .into_any()
    }

    /// Ticks the row at `index`, or takes its tick away.
    pub fn toggle(self, index: u64, to_here: bool) {
        let id = self.rows.with_untracked(|rows| rows.get(index).map(T::id));
        if let Some(id) = id {
            let ticked = self.selected.with_untracked(|all| all.contains(id));
            self.tick(index, !ticked, to_here);
        }
    }

    /// Ticks the row at `index` or takes its tick away; `to_here` does so from the row that was last ticked before on.
    fn tick(self, index: u64, ticked: bool, to_here: bool) {
        let from = self.ticked_last.get_untracked().filter(|_| to_here).unwrap_or(index);
        self.ticked_last.set(Some(index));
        let range = from.min(index)..=from.max(index);
        if let Some(ids) = self.held_ids(&range) {
            return self.selected.update(|selected| selected.put(ids, ticked));
        }
        self.put_once_known(self.ids_of(range), ticked);
    }

    /// Ticks all that match; nothing more while such an answer is awaited.
    pub fn select_all(self) {
        if self.awaited.get_untracked() == 0 {
            self.put_once_known(self.all_matching(), true);
        }
    }

    /// Ticks what `ids` will bring, or takes those ticks away, if what is shown is still what was shown then.
    fn put_once_known(
        self,
        ids: impl Future<Output = Result<Vec<T::Id>, ErrorBody>> + 'static,
        ticked: bool,
    ) {
        let turn = self.turn.get_untracked();
        self.awaited.update(|awaited| *awaited += 1);
        spawn_local(async move {
            let ids = ids.await;
            if self.turn.is_gone() || self.turn.get_untracked() != turn {
                return;
            }
            self.awaited.update(|awaited| *awaited -= 1);
            let known = ids.unwrap_or_else(|error| {
                self.store.toasts.complain(&error);
                Vec::new()
            });
            // Said in any case: a box that was clicked for nothing shows again what is true.
            self.selected.update(|selected| selected.put(known, ticked));
        });
    }

    /// What was asked for to be ticked is not awaited any more: it was meant for what is no longer shown.
    pub fn await_no_more(self) {
        self.turn.update_quietly(|turn| *turn += 1);
        self.awaited.set(0);
    }

    /// Ticks from the keyboard, of those that the list itself understands.
    pub fn on_key(self, event: &KeyboardEvent) {
        match event.key().as_str() {
            "a" if event.ctrl_key() || event.meta_key() => self.select_all(),
            "Escape" if self.has_ticks() => self.select_none(),
            _ => return,
        }
        event.prevent_default();
    }

    /// Something is ticked, or will be.
    fn has_ticks(self) -> bool {
        let awaited = self.awaited.get_untracked() > 0;
        awaited || self.selected.with_untracked(|all| all.count() > 0)
    }

    /// Takes every tick away, and awaits none.
    pub fn select_none(self) {
        // What can be done with ticked rows goes with them, also the button that was pressed.
        pass_focus(&[".bulk .button"]);
        self.await_no_more();
        self.ticked_last.set(None);
        self.selected.set(Selection::default());
    }

    /// The ids of rows, if all of them are held.
    fn held_ids(self, range: &RangeInclusive<u64>) -> Option<Vec<T::Id>> {
        let longest = u64::from(MOST_AT_ONCE);
        (range.end() - range.start() < longest)
            .then(|| {
                self.rows.with_untracked(|rows| {
                    range.clone().map(|at| rows.get(at).map(T::id)).collect()
                })
            })
            .flatten()
    }

    /// Asks for the ids of rows.
    async fn ids_of(self, range: RangeInclusive<u64>) -> Result<Vec<T::Id>, ErrorBody> {
        let query = self.query.get_untracked();
        let (mut at, end) = (*range.start(), range.end() + 1);
        let mut ids = Vec::new();
        while at < end {
            let limit = u64::from(MOST_AT_ONCE).min(end - at) as u32;
            let (items, _) = T::list(query.clone(), at, limit).await?;
            if items.is_empty() {
                break;
            }
            at += items.len() as u64;
            ids.extend(items.iter().map(T::id));
        }
        Ok(ids)
    }
}
