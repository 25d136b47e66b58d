//! What is kept of the site's answers: how much, how old, asked for again, and forgotten.

use super::Collection;
use super::ages::{AGES, ALL, age_choice};
use super::refresh::refresh;
use super::sentences::ago;
use crate::catalogue::{t, tf, tn};
use crate::components::button::button;
use crate::components::dialog::Question;
use crate::components::icon::Icon;
use crate::components::live::{follow, live_view};
use crate::link::ask;
use crate::panels::fields::{NumberField, number_field};
use crate::state::{Derived, State};
use crate::store::Store;
use crate::words;
use leptos::prelude::*;
use leptos::task::spawn_local;
use protocol::discogs::{CacheFigures, PurgeCache};
use protocol::method::{CountDiscogsCache, Nothing, PurgeDiscogsCache};
use protocol::{ErrorBody, SettingsPatch};
use std::rc::Rc;

/// Draws it.
pub fn cache(collection: Collection) -> AnyView {
    let answer = State::new(None::<Result<CacheFigures, ErrorBody>>);
    let load = move || {
        spawn_local(async move {
            let figures = ask::<CountDiscogsCache>(Nothing {}).await;
            answer.set(Some(figures));
        });
    };
    let up = Derived::new(move || collection.store.link.get().is_up());
    follow(move || {
        // Once a minute is enough while something is read.
        collection.now.track();
        if up.get() {
            load();
        }
    });
    let figures = move || match answer.get() {
        None => view! { <p class="muted" role="status">{t("loading")}</p> }.into_any(),
        Some(Err(error)) => {
            view! { <p class="complaint" role="alert">{words::refusal(&error)}</p> }.into_any()
        }
        Some(Ok(figures)) => facts(collection, &figures),
    };
    view! {
        <div class="shelf scrolls">
            <h2>{t("cache_title")}</h2>
            <p class="muted">{t("cache_help")}</p>
            <section class="card">{live_view(figures)}</section>
            <section class="card stack">
                <h3>{t("cache_refresh_title")}</h3>
                <p class="small muted">{t("cache_refresh_help")}</p>
                {refresh(collection)}
            </section>
            <section class="card stack">{days(collection.store)}</section>
            <section class="card stack">
                <h3>{t("cache_purge_title")}</h3>
                <p class="small muted">{t("cache_purge_help")}</p>
                {purge(collection, load)}
            </section>
        </div>
    }
    .into_any()
}

fn facts(collection: Collection, figures: &CacheFigures) -> AnyView {
    let oldest = figures.oldest_at.map(|then| ago(then, collection.now.get_untracked()));
    let facts = [
        ("cache_answers", words::number(figures.answers)),
        ("cache_size", words::bytes(figures.bytes)),
        ("cache_uses", words::number(figures.uses)),
        ("cache_week", words::number(figures.fetched_last_week)),
        ("cache_oldest", oldest.unwrap_or_else(|| "–".into())),
    ];
    let fact = |(key, value): (&str, String)| {
        view! { <dt>{t(key)}</dt> <dd class="figures">{value}</dd> }.into_any()
    };
    let facts: Vec<AnyView> = facts.into_iter().map(fact).collect();
    view! { <dl class="facts">{facts}</dl> }.into_any()
}

/// How long an answer serves.
fn days(store: Store) -> AnyView {
    let field = NumberField {
        id: "cache_days",
        range: 0..=3_650,
        read: |settings| settings.discogs_cache_days.into(),
    };
    number_field(field, store, |n| SettingsPatch {
        discogs_cache_days: u32::try_from(n).ok(),
        ..SettingsPatch::default()
    })
}

/// Asks before it forgets anything.
fn purge(collection: Collection, load: impl Fn() + Copy + 'static) -> AnyView {
    let age = State::new(AGES[2]);
    let store = collection.store;
    let act = move || {
        let older_than_days = age.get_untracked();
        spawn_local(async move {
            match ask::<PurgeDiscogsCache>(PurgeCache { older_than_days }).await {
                Ok(purged) => {
                    store.toasts.say(tn("cache_purged", purged.answers));
                    load();
                }
                Err(error) => store.toasts.complain(&error),
            }
        });
    };
    let question = move || {
        let text = match age.get_untracked() {
            ALL => t("cache_purge_all_text"),
            days => tf("cache_purge_text", &[("n", &days.to_string())]),
        };
        collection.asked.set(Some(Question {
            title: t("cache_purge_question"),
            text,
            label: t("cache_purge"),
            act: Rc::new(act),
        }));
    };
    view! {
        <div class="row">
            {age_choice(t("cache_age_label"), || ALL, move || age.get(), move |days| age.set(days))}
            {button("compact danger", Some(Icon::Trash), t("cache_purge"), question)}
        </div>
    }
    .into_any()
}
