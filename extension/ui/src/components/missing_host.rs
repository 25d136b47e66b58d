//! What a page shows when the program does not answer: why, and what to do. A designed state, not an accident.

use crate::actions::show_page;
use crate::catalogue::t;
use crate::components::button::button;
use crate::components::command_line::command_line;
use crate::components::icon::{Icon, icon};
use crate::components::live::{Live, live, live_view, on};
use crate::link::connect;
use crate::store::{Link, Store};
use crate::words;
use leptos::prelude::*;

/// In a few lines with a way to the rest, for the popup.
pub fn missing_host_short(store: Store) -> AnyView {
    view! {
        <section class="card stack" aria-labelledby="missing">
            {heading(store)}
            <p class="muted">{live(move || why(&store.link.get()))}</p>
            <div class="row">
                {button("primary", None, t("missing_open_checklist"), move || show_page(store, "app.html#checklist"))}
                {check_again(store)}
            </div>
        </section>
    }
    .into_any()
}

/// With the steps.
pub fn missing_host(store: Store) -> AnyView {
    let step = |key: &str, command: &str| {
        view! { <li><span>{t(key)}</span>{command_line(store, command.to_owned())}</li> }.into_any()
    };
    view! {
        <section class="card stack" aria-labelledby="missing">
            {heading(store)}
            <p class="muted">{live(move || why(&store.link.get()))}</p>
            <h3>{t("missing_how")}</h3>
            <ol class="steps">
                {step("missing_step_program", "mediafetcher install")}
                {step("missing_step_source", "cargo xtask run")}
                <li><span>{t("missing_step_check")}</span><div>{check_again(store)}</div></li>
                {step("missing_step_doctor", "mediafetcher doctor")}
            </ol>
            {detail(store)}
        </section>
    }
    .into_any()
}

fn heading(store: Store) -> AnyView {
    let title =
        move || if store.link.get().is_upgrade() { t("upgrade_title") } else { t("missing_title") };
    view! { <h2 id="missing" class="row"><span class="tone-warn row">{icon(Icon::Plug)}</span><span class="grow">{live(title)}</span></h2> }
        .into_any()
}

fn why(link: &Link) -> String {
    match link {
        Link::Missing(error) if link.is_upgrade() => words::error(error),
        _ => t("missing_why"),
    }
}

/// What the browser said, for those who want to know.
fn detail(store: Store) -> Live<AnyView> {
    let said = move || match store.link.get() {
        Link::Missing(error) => error.params.get("detail").filter(|said| !said.is_empty()).cloned(),
        _ => None,
    };
    live_view(move || {
        said().map(
            |said| view! { <p class="small muted">{t("details")} ": " <code>{said}</code></p> },
        )
    })
}

/// Asks again. The word changes meanwhile, so that one sees that something happens.
fn check_again(store: Store) -> AnyView {
    let checking = move || store.link.get() == Link::Connecting;
    view! {
        <button
            type="button"
            class="button"
            disabled=live(checking)
            on:click=on(move |_| {
                store.link.set(Link::Connecting);
                connect(store);
            })
        >
            {icon(Icon::Retry)}
            {live(move || if checking() { t("checking") } else { t("check_again") })}
        </button>
    }
    .into_any()
}
