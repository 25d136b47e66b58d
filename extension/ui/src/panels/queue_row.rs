//! One row of the queue.

use super::queue::{Queue, retry_row};
use super::web_item::{self, host_of, needs_sign_in, sign_in_words};
use crate::catalogue::{t, tf};
use crate::clock::time_of_day;
use crate::components::button::named_button;
use crate::components::live::live_view;
use crate::components::progress_bar::{Extent, progress_bar};
use crate::components::state_word::item_state;
use crate::components::virtual_list::Shape;
use crate::sign_in::allow_for;
use crate::state::Derived;
use crate::words;
use leptos::prelude::*;
use protocol::{ItemId, ItemState, ItemView, JobId, Source};

/// As in `styles/app.css`.
pub const ROWS: Shape = Shape { look: "", row_height: 68, tile_width: 0 };

/// The inside of the row at `index`. The check box stays when the rest changes, so that it keeps the focus.
pub fn row(queue: Queue, index: u64, focused: Derived<bool>) -> AnyView {
    let item = Derived::new(move || queue.list.rows.with(|rows| rows.get(index).cloned()));
    let name = move || {
        let title = item.with(|item| item.as_ref().map(words::title)).unwrap_or_default();
        tf("select_row", &[("title", &title)])
    };
    let content = move || match item.get() {
        Some(item) => known(queue, item),
        None => view! { <div class="bone h32 wide"></div> }.into_any(),
    };
    view! {
        {queue.list.tick_box("row-focus", index, name, focused)}
        {live_view(content)}
    }
    .into_any()
}

fn known(queue: Queue, item: ItemView) -> AnyView {
    let title = words::title(&item);
    let act = act(queue, &item, &title);
    let doing = web_item::doing(queue.store, item.job, item.id);
    let below = match (item.state, item.source) {
        (ItemState::Running, Source::Web) => {
            web_item::below_title(doing, title.clone(), host_of(&item).unwrap_or_default())
        }
        (ItemState::Running, _) => transfer(queue, item.job, item.id, title.clone()),
        _ => {
            let line = second_line(&item);
            let whole = line.clone();
            view! { <div class="item-line" title=whole>{line}</div> }.into_any()
        }
    };
    let state = match (item.state, item.source) {
        (ItemState::Running, Source::Web) => web_item::stage_word(doing),
        (state, _) => item_state(state),
    };
    view! {
        <div class="grow">
            <div class="item-title cut">{title.clone()}</div>
            {below}
        </div>
        <span class="format-tag">{words::wanted_format(item.source, item.variant)}</span>
        {state}
        <div class="item-act">{act}</div>
    }
    .into_any()
}

/// The one button of a row: what helps it on.
fn act(queue: Queue, item: &ItemView, title: &str) -> Option<AnyView> {
    let id = item.id;
    if let Some(host) = needs_sign_in(item) {
        let name = tf("site_use", &[("host", &host)]);
        let press = move || allow_for(queue.store, host.clone(), id);
        return Some(named_button("compact", t("site_use_short"), name, press));
    }
    can_retry(item.state).then(|| {
        let name = tf("try_again_for", &[("title", title)]);
        named_button("compact", t("try_again"), name, move || retry_row(queue, id))
    })
}

/// Whether "Try again" makes sense.
fn can_retry(state: ItemState) -> bool {
    use ItemState::{Absent, Cancelled, Failed, NeedsYou, Waiting, Withheld};
    matches!(state, Waiting | NeedsYou | Failed | Absent | Withheld | Cancelled)
}

/// Why, and when next; or where the file is.
fn second_line(item: &ItemView) -> String {
    let waits_for = needs_sign_in(item).and_then(|host| sign_in_words(item, &host));
    let reason = waits_for.or_else(|| words::reason(item));
    let host = host_of(item).filter(|_| item.state != ItemState::Done);
    let next = item.next_try_at.filter(|_| item.state == ItemState::Waiting);
    let next = next.map(|time| tf("next_try_at", &[("time", &time_of_day(time))]));
    let attempts = (item.attempts > 1
        && !matches!(item.state, ItemState::Done | ItemState::Wanted))
    .then(|| tf("attempts", &[("n", &item.attempts.to_string())]));
    let file = item.name.clone().filter(|_| item.state == ItemState::Done);
    let size = item.bytes.map(words::bytes).filter(|_| item.state == ItemState::Done);
    let parts = [host, next, reason, attempts, file, size];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

fn transfer(queue: Queue, job: JobId, id: ItemId, title: String) -> AnyView {
    let extent = Derived::new(move || {
        let figures = queue.store.progress_of(job);
        let running = figures
            .and_then(|progress| progress.running.into_iter().find(|(running, ..)| *running == id));
        match running {
            Some((_, done, Some(total))) => Extent::Of { done, total },
            _ => Extent::Unknown,
        }
    });
    progress_bar("thin", move || title.clone(), extent, || false)
}
