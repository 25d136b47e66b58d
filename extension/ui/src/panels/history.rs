//! The history: what was asked for, with the balance that adds up and the proof that the list was complete.

use super::Page;
use crate::catalogue::{t, tf, tn};
use crate::clock::date_time;
use crate::components::button::button;
use crate::components::icon::{Icon, icon};
use crate::components::live::{each, live, live_view};
use crate::components::missing_host::missing_host;
use crate::components::state_word::job_state;
use crate::link::ask;
use crate::route::files_of;
use crate::state::{Derived, State};
use crate::store::{Link, Store, is_active};
use crate::words;
use leptos::prelude::*;
use leptos::task::spawn_local;
use protocol::method::{JobsQuery, ListJobs};
use protocol::{Balance, JobId, JobState, JobSummary, Listing, Source};

/// Jobs asked for at once.
const PAGE: u32 = 50;

/// Draws the panel.
pub fn history(page: Page) -> AnyView {
    let store = page.store;
    let at_end = State::new(false);
    let ids = Derived::new(move || {
        store.jobs.with(|jobs| jobs.iter().map(|job| job.id).collect::<Vec<_>>())
    });
    let none = move || ids.with(Vec::is_empty);
    let missing = Derived::new(move || none() && matches!(store.link.get(), Link::Missing(_)));
    let empty = move || match missing.get() {
        // Nobody knows then whether there is nothing.
        true => Some(missing_host(store)),
        false => none().then(nothing),
    };
    let more = move || {
        let wanted = !none() && !at_end.get();
        wanted.then(|| button("", None, t("history_more"), move || load_older(store, at_end)))
    };
    view! {
        <div class="panel">
            <div class="panel-head"><h1>{t("history_title")}</h1></div>
            <div class="narrow stack">
                {each(move || ids.get(), move |id| entry(store, id))}
                {live_view(empty)}
                <div>{live_view(more)}</div>
            </div>
        </div>
    }
    .into_any()
}

/// Instead of an empty list.
fn nothing() -> AnyView {
    view! {
        <div class="empty">
            {icon(Icon::History)} <strong>{t("history_empty")}</strong> <p>{t("history_empty_help")}</p>
        </div>
    }
    .into_any()
}

fn load_older(store: Store, at_end: State<bool>) {
    let before = store.jobs.with_untracked(|jobs| jobs.last().map(|job| job.id));
    spawn_local(async move {
        match ask::<ListJobs>(JobsQuery { limit: PAGE, before }).await {
            Ok(answer) => {
                at_end.set(answer.jobs.len() < PAGE as usize);
                store.put_jobs(answer.jobs);
            }
            Err(error) => store.toasts.complain(&error),
        }
    });
}

/// One job. Its frame stays while the job changes, so that an opened balance stays open.
fn entry(store: Store, id: JobId) -> AnyView {
    let job = store.job(id);
    let with = move |read: fn(&JobSummary) -> String| {
        move || job.with(|job| job.as_ref().map(read)).unwrap_or_default()
    };
    let heading = format!("job-{id}");
    let labelled_by = heading.clone();
    view! {
        <article class="card job" aria-labelledby=labelled_by>
            <div class="row spread">
                <h2 id=heading>{live(with(title))}</h2>
                {live_view(move || job.get().map(|job| job_state(job.state, job.balance.is_clean())))}
            </div>
            <p>{live(with(|job| words::balance(&job.balance)))}</p>
            {live_view(move || job.get().and_then(|job| job.reason).map(|reason| view! { <p class="complaint">{words::error(&reason)}</p> }))}
            <p class="small muted">{live(with(about))}</p>
            <div class="row spread">
                <details class="grow">
                    <summary>{t("balance_show")}</summary>
                    <div class="proof">
                        {live_view(move || job.get().map(|job| balance_table(&job.balance)))}
                        {live_view(move || job.get().filter(has_listing).map(|job| listing(&job.listing, &job)))}
                    </div>
                </details>
            </div>
            <div>
                <a class="button compact" href=files_of(id) aria-label=live(move || tf("job_show_files_of", &[("job", &with(title)())]))>
                    {t("job_show_files")}
                </a>
            </div>
        </article>
    }
    .into_any()
}

/// Whether there was a site's list to be read to its end.
fn has_listing(job: &JobSummary) -> bool {
    Source::SITES.contains(&job.source)
}

fn title(job: &JobSummary) -> String {
    tf("job_title", &[("site", &words::source(job.source)), ("date", &date_time(job.created_at))])
}

fn about(job: &JobSummary) -> String {
    let formats = tf("job_formats", &[("formats", &words::formats(job.source, &job.formats))]);
    let name = [("name", job.account.name.as_str())];
    match job.source {
        // Nobody's account, but a host.
        Source::Web | Source::Files => {
            let host = (!job.account.name.is_empty()).then(|| tf("job_host", &name));
            host.into_iter().chain([formats]).collect::<Vec<_>>().join(" · ")
        }
        _ => [tf("job_account", &name), formats, tn("songs", job.songs)].join(" · "),
    }
}

/// Every part in a line, and the sum under it.
fn balance_table(balance: &Balance) -> AnyView {
    let line = |(name, n): (&str, u64)| {
        view! { <tr><th scope="row">{t(&format!("row_{name}"))}</th><td>{words::number(n)}</td></tr> }
    };
    let shown = |part: &(&str, u64)| part.1 > 0 || matches!(part.0, "done" | "already" | "failed");
    let parts = words::balance_parts(balance);
    let sum = parts.iter().map(|part| part.1).sum::<u64>();
    let (look, picture, verdict) = match sum == balance.listed {
        true => ("tone-ok", Icon::CheckCircle, "adds_up"),
        false => ("tone-bad", Icon::Alert, "adds_not"),
    };
    let lines = parts.into_iter().filter(shown).map(line).collect_view();
    view! {
        <div class="stack">
            <table class="balance-table">
                <caption>{t("balance_caption")}</caption>
                <tbody>
                    {lines}
                    <tr class="sum"><th scope="row">{t("row_sum")}</th><td>{words::number(sum)}</td></tr>
                    {line(("listed", balance.listed))}
                </tbody>
            </table>
            <p class=["state wrap small ", look].concat()>{icon(picture)} {t(verdict)}</p>
        </div>
    }
    .into_any()
}

fn listing(listing: &Listing, job: &JobSummary) -> AnyView {
    let figures = tf(
        "listing_figures",
        &[
            ("pages", &words::number(listing.pages)),
            ("seen", &words::number(listing.seen)),
            ("unique", &words::number(listing.unique)),
        ],
    );
    let (look, picture, verdict) = match listing.complete {
        true => ("tone-ok", Icon::CheckCircle, "listing_complete"),
        false if job.state == JobState::Listing || is_active(job) => {
            ("tone-calm", Icon::Clock, "listing_open")
        }
        false => ("tone-warn", Icon::Alert, "listing_broken"),
    };
    view! {
        <div class="stack">
            <h3>{t("listing_title")}</h3>
            <p class="figures">{figures}</p>
            <p class=["state wrap small ", look].concat()>{icon(picture)} {t(verdict)}</p>
        </div>
    }
    .into_any()
}
