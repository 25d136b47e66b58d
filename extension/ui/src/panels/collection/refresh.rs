//! Having what is known about the releases of a list asked for again.

use super::ages::{AGES, age_choice};
use super::sentences::list_name;
use super::{Collection, ListOf, Place};
use crate::catalogue::{t, tf, tn};
use crate::components::button::busy_button;
use crate::components::choice::choice;
use crate::components::icon::Icon;
use crate::components::live::{Live, live_view};
use crate::link::{ask, new_key};
use crate::state::{Derived, State};
use crate::words;
use leptos::prelude::*;
use leptos::task::spawn_local;
use protocol::ErrorBody;
use protocol::discogs::{
    Depth, DiscogsAccount, DiscogsList, EntryFilter, Estimate, NewRun, Purpose,
};
use protocol::method::{EstimateRun, StartRun};

/// The lists whose releases have details.
const LISTS: [DiscogsList; 2] = [DiscogsList::Collection, DiscogsList::Wants];

/// Draws list, age, and the button, once there is a list to choose.
pub fn refresh(collection: Collection) -> Live<AnyView> {
    let lists = Derived::new(move || {
        let accounts = collection.accounts.get().unwrap_or_default();
        accounts.iter().flat_map(read_lists).collect::<Vec<_>>()
    });
    let any = Derived::new(move || lists.with(|lists| !lists.is_empty()));
    live_view(move || match any.get() {
        true => choices(collection, lists),
        false => view! { <p class="notice">{t("cache_no_list")}</p> }.into_any(),
    })
}

/// The lists of an account that were read and whose releases have details, each with the account's name.
fn read_lists(account: &DiscogsAccount) -> Vec<(ListOf, String)> {
    let read = account.lists.iter().filter(|state| state.read_at.is_some());
    let with_details = read.map(|state| state.list).filter(|list| LISTS.contains(list));
    let named = |list| (ListOf { account: account.id, list }, account.username.clone());
    with_details.map(named).collect()
}

fn choices(collection: Collection, lists: Derived<Vec<(ListOf, String)>>) -> AnyView {
    let chosen = State::new(None::<ListOf>);
    // Others may have come before it since.
    let at = move || {
        let of = chosen.get();
        lists.with(|lists| lists.iter().position(|one| Some(one.0) == of)).unwrap_or(0)
    };
    let age = State::new(AGES[1]);
    let busy = State::new(false);
    let choices = move || {
        let named = |(at, (of, name)): (usize, &(ListOf, String))| {
            let list = list_name(of.list);
            (at.to_string(), tf("discogs_list_of", &[("name", name), ("list", &list)]))
        };
        lists.with(|lists| lists.iter().enumerate().map(named).collect())
    };
    let choose = move |at: String| {
        let at: usize = at.parse().unwrap_or(0);
        chosen.set(lists.with_untracked(|lists| lists.get(at).map(|one| one.0)));
    };
    let press = move || {
        let of = lists.with_untracked(|lists| lists.get(untrack(at)).map(|one| one.0));
        let Some(of) = of else { return };
        busy.set(true);
        spawn_local(async move {
            begin(collection, of, age.get_untracked()).await;
            busy.set(false);
        });
    };
    view! {
        <div class="row">
            {choice(t("cache_list_label"), choices, move || at().to_string(), choose)}
            {age_choice(t("cache_age_label"), || AGES[0], move || age.get(), move |days| age.set(days))}
            {busy_button("compact", Icon::Retry, ("cache_refresh", "discogs_read_starting"), busy, press)}
        </div>
    }
    .into_any()
}

/// Begins, unless there is nothing to ask, and says what follows.
async fn begin(collection: Collection, of: ListOf, days: u32) {
    let toasts = collection.store.toasts;
    let ListOf { account, list } = of;
    let again = NewRun {
        key: new_key("page"),
        account,
        list,
        folders: Vec::new(),
        filter: EntryFilter::default(),
        depth: Depth::Details,
        max_age_days: Some(days),
        keep_list: true,
        purpose: Purpose::Preload,
    };
    match order(again).await {
        Ok((Estimate { requests: 0, .. }, _)) => {
            toasts.say(tf("cache_all_young", &[("n", &days.to_string())]));
        }
        Ok((estimate, joined)) => {
            let show = move || {
                // The page may show another panel by now.
                if !collection.place.is_gone() {
                    collection.go_to(Place::List(of), None);
                }
            };
            toasts.offer(said(&estimate, joined), t("cache_show"), show);
        }
        Err(error) => toasts.complain(&error),
    }
}

/// What it takes, and whether it is a part of something that was there.
async fn order(again: NewRun) -> Result<(Estimate, bool), ErrorBody> {
    let estimate = ask::<EstimateRun>(again.clone()).await?;
    if estimate.requests == 0 {
        return Ok((estimate, false));
    }
    let started = ask::<StartRun>(again).await?;
    Ok((estimate, started.existing))
}

fn said(estimate: &Estimate, joined: bool) -> String {
    match joined {
        true => t("discogs_joins"),
        false => tf(
            "cache_refreshing",
            &[
                ("releases", &tn("releases", estimate.requests)),
                ("time", &words::duration(estimate.seconds)),
            ],
        ),
    }
}
