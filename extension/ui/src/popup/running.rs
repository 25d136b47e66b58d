//! A job under way: how far, how fast, how long still; pause, resume, cancel.

use super::Popup;
use crate::actions::{cancel, pause, resume};
use crate::catalogue::{t, tf, tn};
use crate::components::button::button;
use crate::components::icon::Icon;
use crate::components::live::{Live, live, live_view};
use crate::components::progress_bar::{Extent, progress_bar};
use crate::state::Derived;
use crate::words;
use leptos::prelude::*;
use protocol::{Balance, JobState, Progress};

/// The card. Drawn once; only its texts change while the job runs.
pub fn running(popup: Popup) -> AnyView {
    let state = Derived::new(move || popup.job.get().as_ref().map(|job| job.state));
    let balance =
        Derived::new(move || popup.job.get().as_ref().map(|job| job.balance).unwrap_or_default());
    let extent = Derived::new(move || extent_of(&balance.get()));
    let resting =
        Derived::new(move || state.get() == Some(JobState::Paused) || popup.store.paused.get());
    view! {
        <section class="card running" aria-labelledby="running">
            <h2 id="running"><span role="status">{live(move || heading(popup))}</span></h2>
            {progress_bar("", || t("progress_label"), extent, move || resting.get())}
            <p class="facts">{live_view(move || facts(popup, &balance.get()))}</p>
            <div class="row">{pause_or_resume(popup, state)} {cancel_button(popup)}</div>
        </section>
    }
    .into_any()
}

fn heading(popup: Popup) -> String {
    match popup.job.get().as_ref().map(|job| (job.state, job.songs)) {
        Some((JobState::Listing, songs)) => {
            tf("progress_listing", &[("songs", &tn("songs", songs))])
        }
        Some((JobState::Paused, _)) => t("progress_paused"),
        _ => t("progress_downloading"),
    }
}

/// Files that need nothing more, of all that were listed so far.
fn settled(balance: &Balance) -> u64 {
    balance.listed.saturating_sub(balance.pending + balance.needs_you)
}

fn extent_of(balance: &Balance) -> Extent {
    match balance.listed {
        0 => Extent::Unknown,
        total => Extent::Of { done: settled(balance), total },
    }
}

/// "12 of 320 files", "34 MB", "3.1 MB/s", "2 min left".
fn facts(popup: Popup, balance: &Balance) -> AnyView {
    let figures = popup.job_id().and_then(|job| popup.store.progress_of(job));
    let files = tf(
        "progress_of",
        &[("done", &words::number(settled(balance))), ("total", &words::number(balance.listed))],
    );
    let live = figures.map(|figures| live_facts(&figures)).unwrap_or_default();
    std::iter::once(files)
        .chain(live)
        .map(|fact| view! { <span>{fact}</span> })
        .collect_view()
        .into_any()
}

fn live_facts(figures: &Progress) -> Vec<String> {
    let bytes = (figures.bytes > 0).then(|| words::bytes(figures.bytes));
    let speed = (figures.bytes_per_s > 0).then(|| words::speed(figures.bytes_per_s));
    let left = figures.eta_s.map(|left| tf("progress_left", &[("time", &words::duration(left))]));
    [bytes, speed, left].into_iter().flatten().collect()
}

fn pause_or_resume(popup: Popup, state: Derived<Option<JobState>>) -> Live<AnyView> {
    let store = popup.store;
    live_view(move || match state.get() {
        Some(JobState::Paused) => {
            button("", Some(Icon::Play), t("resume"), move || resume(store, popup.job_id()))
        }
        _ => button("", Some(Icon::Pause), t("pause"), move || pause(store, popup.job_id())),
    })
}

fn cancel_button(popup: Popup) -> AnyView {
    button("", Some(Icon::Cross), t("cancel"), move || {
        if let Some(job) = popup.job_id() {
            cancel(popup.store, job);
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_for_the_person_is_not_counted_as_settled() {
        let balance = Balance {
            listed: 10,
            done: 4,
            absent: 1,
            needs_you: 2,
            pending: 3,
            ..Balance::default()
        };
        assert_eq!(extent_of(&balance), Extent::Of { done: 5, total: 10 });
    }

    #[test]
    fn before_the_first_page_nothing_is_known_of_the_end() {
        assert_eq!(extent_of(&Balance::default()), Extent::Unknown);
    }
}
