//! Everything that is known of one entry. What is older than it may be shown is asked for again while it is seen.

use super::entry::picture;
use super::record_parts::{about, credits, fields, identifiers, notes, own_fields, prices, tracks};
use super::run_card::why_not;
use super::sentences::{ago, title};
use super::{Collection, ListOf};
use crate::catalogue::{t, tf};
use crate::clock::date_time;
use crate::components::button::button;
use crate::components::dialog::dialog;
use crate::components::icon::{Icon, icon};
use crate::components::live::{Live, live_view};
use crate::link::ask;
use crate::state::{Derived, State};
use crate::words;
use leptos::prelude::*;
use leptos::task::spawn_local;
use protocol::ErrorBody;
use protocol::discogs::{OfEntry, Record};
use protocol::method::ReadEntry;

/// How asking goes.
#[derive(Clone, Copy)]
struct Asking {
    /// What came last.
    record: State<Option<Record>>,
    /// Why nothing came, or nothing newer.
    problem: State<Option<ErrorBody>>,
    /// The site is being asked.
    renewing: State<bool>,
}

/// The dialog.
pub fn record(collection: Collection, of: ListOf, entry: i64) -> AnyView {
    let asking =
        Asking { record: State::new(None), problem: State::new(None), renewing: State::new(false) };
    spawn_local(async move {
        if asking.ask(of, entry, false).await {
            asking.renew(of, entry).await;
        }
    });
    let loading = Derived::new(move || {
        asking.record.with(Option::is_none) && asking.problem.with(Option::is_none)
    });
    let loading =
        move || loading.get().then(|| view! { <p class="muted" role="status">{t("loading")}</p> });
    let content = view! {
        <div class="stack">
            {live_view(loading)}
            {age(collection, asking, of, entry)}
            {live_view(move || asking.record.get().map(|record| known(collection, record)))}
        </div>
    };
    dialog("wide record", t("details_title"), content.into_any(), move || {
        collection.open.set(None);
    })
}

impl Asking {
    /// Has the site asked.
    async fn renew(self, of: ListOf, entry: i64) {
        self.renewing.set(true);
        self.ask(of, entry, true).await;
        self.renewing.set(false);
    }

    /// Asks once. Returns whether what came is to be asked for again.
    async fn ask(self, of: ListOf, entry: i64, refresh: bool) -> bool {
        let ListOf { account, list } = of;
        let answer = ask::<ReadEntry>(OfEntry { account, list, entry, refresh }).await;
        match answer {
            Ok(record) => {
                let stale = record.stale;
                self.problem.set(record.problem.clone());
                self.record.set(Some(record));
                stale
            }
            Err(error) => {
                self.problem.set(Some(error));
                false
            }
        }
    }
}

/// How old it is, that it is being asked for again, and why that did not succeed.
fn age(collection: Collection, asking: Asking, of: ListOf, entry: i64) -> Live<AnyView> {
    live_view(move || {
        let now = collection.now.get();
        let fetched = asking.record.with(|record| record.as_ref().map(|record| record.fetched_at));
        let old = match fetched {
            None => None,
            Some(None) => Some(t("record_never")),
            Some(Some(then)) => {
                Some(tf("record_age", &[("ago", &ago(then, now)), ("date", &date_time(then))]))
            }
        };
        let renewing = asking.renewing.get().then(|| t("record_renewing"));
        let by_name = collection.is_by_name(of.account);
        let problem = asking
            .problem
            .with(|problem| Some(why_not(problem.as_ref()?, by_name, words::refusal)))
            .filter(|_| renewing.is_none());
        let again = move || spawn_local(asking.renew(of, entry));
        let said: Vec<String> = old.into_iter().chain(renewing).collect();
        view! {
            <p class="small muted" role="status">{said.join(" ")}</p>
            {problem.map(|why| view! {
                <div class="row">
                    <p class="small complaint" role="alert">{why}</p>
                    {button("compact", Some(Icon::Retry), t("try_again"), again)}
                </div>
            })}
        }
    })
}

fn known(collection: Collection, record: Record) -> AnyView {
    let view = &record.view;
    let address = [&record.image, &view.thumb].into_iter().find(|url| url.starts_with("https://"));
    let shown = State::new(address.cloned().unwrap_or_default());
    // An address from a site is one to follow only if it leads to a page.
    let page = Some(record.page.clone()).filter(|url| url.starts_with("https://")).map(|url| {
        view! {
            <a class="button" href=url target="_blank" rel="noopener noreferrer">
                {icon(Icon::Tab)} {t("record_page")}
            </a>
        }
    });
    let gone = view.gone.then(|| {
        view! { <p class="notice warn">{icon(Icon::Alert)} <span>{t("discogs_gone")}</span></p> }
    });
    view! {
        <div class="record-head">
            <div class="record-cover">{live_view(move || picture(shown))}</div>
            <div class="grow stack">
                <div>
                    <h3 class="record-title">{title(view)}</h3>
                    <p class="muted">{view.artists.clone()}</p>
                </div>
                {gone}
                {fields(about(collection, &record))}
                <div class="row">{page}</div>
            </div>
        </div>
        {tracks(&record.tracks)}
        {own_fields(&record.fields)}
        {prices(collection, record.prices.as_ref())}
        {identifiers(&record.identifiers)}
        {credits(&record.credits)}
        {notes(&record.notes)}
    }
    .into_any()
}
