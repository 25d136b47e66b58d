//! What is kept of the site's answers: how much, how old, asked for again, and forgotten.

use super::sentences::{AGES, ago, list_name};
use super::{Collection, ListOf};
use crate::catalogue::{t, tf, tn};
use crate::components::button::button;
use crate::components::choice::{Choice, choice};
use crate::components::dialog::Question;
use crate::components::icon::Icon;
use crate::components::live::{follow, live_view};
use crate::link::{ask, command, new_key};
use crate::panels::fields::{NumberField, number_field};
use crate::state::{Derived, State};
use crate::store::Store;
use crate::words;
use leptos::prelude::*;
use leptos::task::spawn_local;
use protocol::discogs::{CacheFigures, Depth, DiscogsList, NewRun, PurgeCache};
use protocol::method::{CountDiscogsCache, Nothing, PurgeDiscogsCache, StartRun};
use protocol::{ErrorBody, SettingsPatch};
use std::rc::Rc;

/// Older than so many days: everything.
const ALL: u32 = 0;

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

/// Has what is known about the releases of a list asked for again.
fn refresh(collection: Collection) -> AnyView {
    let lists = Derived::new(move || {
        let accounts = collection.accounts.get().unwrap_or_default();
        let of = |account: &protocol::discogs::DiscogsAccount| {
            let (id, name) = (account.id, account.username.clone());
            let with_details = [DiscogsList::Collection, DiscogsList::Wants];
            with_details.map(|list| (ListOf { account: id, list }, name.clone()))
        };
        accounts.iter().flat_map(of).collect::<Vec<_>>()
    });
    let chosen = State::new(0_usize);
    let age = State::new(AGES[1]);
    let choices = move || {
        let named = |(at, (of, name)): (usize, &(ListOf, String))| {
            let list = list_name(of.list);
            (at.to_string(), tf("discogs_list_of", &[("name", name), ("list", &list)]))
        };
        lists.with(|lists| lists.iter().enumerate().map(named).collect())
    };
    let start = move || {
        let of = lists.with_untracked(|lists| lists.get(chosen.get_untracked()).map(|one| one.0));
        let Some(ListOf { account, list }) = of else { return };
        let again = NewRun {
            key: new_key("page"),
            account,
            list,
            folders: Vec::new(),
            depth: Depth::Details,
            max_age_days: Some(age.get_untracked()),
            keep_list: true,
        };
        let store = collection.store;
        command::<StartRun>(store, again, move || store.toasts.say(t("cache_refreshing")));
    };
    view! {
        <div class="row">
            {choice(t("cache_list_label"), choices, move || chosen.get().to_string(), move |at: String| {
                chosen.set(at.parse().unwrap_or(0));
            })}
            {ages(t("cache_age_label"), age, false)}
            {button("compact", Some(Icon::Retry), t("cache_refresh"), start)}
        </div>
    }
    .into_any()
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

fn ages(label: String, age: State<u32>, with_all: bool) -> AnyView {
    let name = |days: &u32| -> Choice {
        (days.to_string(), tf("older_than", &[("n", &days.to_string())]))
    };
    let choices = move || {
        let all = with_all.then(|| (ALL.to_string(), t("older_all")));
        AGES.iter().map(name).chain(all).collect()
    };
    choice(
        label,
        choices,
        move || age.get().to_string(),
        move |days: String| {
            age.set(days.parse().unwrap_or(AGES[1]));
        },
    )
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
            {ages(t("cache_age_label"), age, true)}
            {button("compact danger", Some(Icon::Trash), t("cache_purge"), question)}
        </div>
    }
    .into_any()
}
