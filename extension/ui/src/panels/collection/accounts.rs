//! The accounts at the side, side by side: each with its lists, and the folders of the collection that is looked at.

use super::sentences::list_name;
use super::{Collection, ListOf, Open, Place};
use crate::catalogue::{t, tf};
use crate::components::button::button;
use crate::components::dialog::Question;
use crate::components::icon::{Icon, icon};
use crate::components::live::{Live, each, live, live_view, on};
use crate::link::command;
use crate::state::Derived;
use crate::words;
use leptos::prelude::*;
use protocol::discogs::{
    DiscogsAccount, DiscogsAccountId, DiscogsList, OfDiscogsAccount, RunState, SignedBy,
};
use protocol::method::DiscogsSignOut;
use std::rc::Rc;

/// The folder of everything: what the list itself shows.
const ALL: i64 = 0;

/// Draws the side.
pub fn side(collection: Collection) -> AnyView {
    let ids = move || {
        let accounts = collection.accounts.get().unwrap_or_default();
        accounts.iter().map(|account| account.id).collect()
    };
    let kept = live(|| t("cache_title"));
    view! {
        <nav class="places" aria-label=t("discogs_lists")>
            {each(ids, move |id| account(collection, id))}
            <ul class="stack-tight places-rest">
                <li>{place_button(collection, (Place::Kept, None), Icon::History, kept, live(String::new))}</li>
            </ul>
        </nav>
    }
    .into_any()
}

fn account(collection: Collection, id: DiscogsAccountId) -> AnyView {
    let known = Derived::new(move || collection.account(id));
    let name = move || known.get().map(|account| account.username).unwrap_or_default();
    let is_here = Derived::new(move || collection.place.get().and_then(Place::account) == Some(id));
    let lists = DiscogsList::ALL.iter().map(|list| {
        let of = ListOf { account: id, list: *list };
        view! {
            <li>
                {list_button(collection, of)}
                {(of.list == DiscogsList::Collection).then(|| folders(collection, of, is_here))}
            </li>
        }
        .into_any()
    });
    let tools = move || {
        let account = known.get()?;
        is_here.get().then(|| tools(collection, account))
    };
    view! {
        <section class="account">
            <h2 class="small places-head row">{icon(Icon::Person)} <span class="grow cut">{live(name)}</span></h2>
            <ul class="stack-tight">{lists.collect_view()}</ul>
            {live_view(tools)}
        </section>
    }
    .into_any()
}

fn list_button(collection: Collection, of: ListOf) -> AnyView {
    let picture = match of.list {
        DiscogsList::Collection => Icon::Disc,
        DiscogsList::Wants => Icon::Star,
        DiscogsList::Inventory => Icon::Tag,
    };
    let state = Derived::new(move || collection.state_of(of));
    let share = Derived::new(move || {
        let run = collection.run_of(of)?;
        (run.state == RunState::Running).then_some(run.figures)
    });
    let count = move || match share.get() {
        Some(figures) if figures.total > 0 => {
            let share = words::percent(figures.done, figures.total);
            tf("percent", &[("n", &share.to_string())])
        }
        Some(_) => "…".into(),
        None => {
            let read = state.get().filter(|state| state.read_at.is_some());
            read.map(|state| words::number(state.entries)).unwrap_or_default()
        }
    };
    let name = live(move || list_name(of.list));
    place_button(collection, (Place::List(of), None), picture, name, live(count))
}

/// The folders of the collection, while its account is looked at.
fn folders(collection: Collection, of: ListOf, is_here: Derived<bool>) -> AnyView {
    let ids = move || -> Vec<i64> {
        let all = collection.folders.with(|all| all.iter().map(|folder| folder.id).collect());
        let all: Vec<i64> = if is_here.get() { all } else { Vec::new() };
        all.into_iter().filter(|id| *id != ALL).collect()
    };
    let one = move |id: i64| {
        let folder = Derived::new(move || {
            collection.folders.with(|all| all.iter().find(|folder| folder.id == id).cloned())
        });
        let name = live(move || folder.get().map(|folder| folder.name).unwrap_or_default());
        let count = move || folder.get().map(|folder| words::number(folder.copies));
        let count = live(move || count().unwrap_or_default());
        let place = (Place::List(of), Some(id));
        view! { <li>{place_button(collection, place, Icon::Folder, name, count)}</li> }.into_any()
    };
    view! { <ul class="stack-tight places-inner">{each(ids, one)}</ul> }.into_any()
}

fn place_button(
    collection: Collection,
    (place, folder): (Place, Option<i64>),
    picture: Icon,
    name: Live<String>,
    count: Live<String>,
) -> AnyView {
    let is_here =
        move || collection.place.get() == Some(place) && collection.folder.get() == folder;
    view! {
        <button
            type="button"
            class="side-link place"
            aria-current=live(move || is_here().then_some("page"))
            on:click=on(move |_| collection.go_to(place, folder))
        >
            {icon(picture)}
            <span class="grow cut">{name}</span>
            " "
            <span class="count figures small">{count}</span>
        </button>
    }
    .into_any()
}

/// What can be done with an account.
fn tools(collection: Collection, account: DiscogsAccount) -> AnyView {
    let (renew, leave) = match account.signed_by {
        SignedBy::Token | SignedBy::OAuth => ("discogs_renew", "discogs_sign_out"),
        SignedBy::Nobody => ("discogs_sign_in_short", "discogs_remove"),
    };
    let sign_in = move || collection.open.set(Some(Open::SignIn));
    view! {
        <div class="row place-tools">
            {button("compact quiet", None, t(renew), sign_in)}
            {button("compact quiet", None, t(leave), move || sign_out(collection, &account))}
        </div>
    }
    .into_any()
}

/// Asks before it forgets an account.
fn sign_out(collection: Collection, account: &DiscogsAccount) {
    let id = account.id;
    let name = [("name", account.username.as_str())];
    let act = move || {
        command::<DiscogsSignOut>(collection.store, OfDiscogsAccount { account: id }, move || {
            collection.load();
        });
    };
    let [title, text, label] = match account.signed_by {
        SignedBy::Token | SignedBy::OAuth => {
            ["discogs_sign_out_title", "discogs_sign_out_text", "discogs_sign_out"]
        }
        SignedBy::Nobody => ["discogs_remove_title", "discogs_remove_text", "discogs_remove"],
    };
    collection.asked.set(Some(Question {
        title: tf(title, &name),
        text: t(text),
        label: t(label),
        act: Rc::new(act),
    }));
}
