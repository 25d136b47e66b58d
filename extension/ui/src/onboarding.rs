//! The tab that opens after the installation: three steps, and what to expect.

use crate::actions::open_site;
use crate::catalogue::{t, tf};
use crate::components::button::button;
use crate::components::icon::{Icon, brand, icon};
use crate::components::live::{follow, live, live_view};
use crate::components::missing_host::missing_host;
use crate::components::toast::toasts;
use crate::panels::{honest, privacy};
use crate::state::{Derived, State};
use crate::store::{Link, Store};
use leptos::prelude::*;
use protocol::Source;

/// Draws the page.
pub fn onboarding(store: Store) -> AnyView {
    document().set_title(&[&t("onboarding_title"), " – MediaFetcher"].concat());
    let up = Derived::new(move || store.link.get().is_up());
    let sites = Source::SITES.iter().map(|source| site_button(store, *source)).collect_view();
    let sign_in =
        view! { <p class="muted">{t("step_sign_in_help")}</p> <div class="row">{sites}</div> };
    let pin = view! { <p class="muted">{t("step_pin_help")}</p> };
    view! {
        <main class="welcome">
            {brand()}
            <h1>{t("onboarding_title")}</h1>
            <p class="lead">{t("onboarding_intro")}</p>
            {step(1, "step_program", move || up.get(), program(store, up))}
            {step(2, "step_sign_in", || false, sign_in.into_any())}
            {step(3, "step_pin", || false, pin.into_any())}
            <div class="honest">
                <section class="stack">{honest()}</section>
                <section class="stack">{privacy()}</section>
            </div>
        </main>
        {toasts(store.toasts)}
    }
    .into_any()
}

fn step(
    number: u8,
    title: &'static str,
    done: impl Fn() -> bool + Copy + Send + 'static,
    content: AnyView,
) -> AnyView {
    let mark = move || match done() {
        true => icon(Icon::Check),
        false => number.to_string().into_any(),
    };
    let name =
        move || tf(if done() { "step_done" } else { "step_n" }, &[("n", &number.to_string())]);
    view! {
        <section class="card step" class:done=live(done)>
            <div class="step-mark" aria-hidden="true">{live_view(mark)}</div>
            <div class="stack">
                <h2><span class="visually-hidden">{live(name)} ": "</span>{t(title)}</h2>
                {content}
            </div>
        </section>
    }
    .into_any()
}

fn program(store: Store, up: Derived<bool>) -> AnyView {
    let missing = Derived::new(move || matches!(store.link.get(), Link::Missing(_)));
    let looked = State::new(false);
    follow(move || {
        if missing.get() {
            looked.set(true);
        }
    });
    let content = move || match (up.get(), looked.get()) {
        (true, _) => view! { <p class="muted" role="status">{t("step_program_ok")}</p> }.into_any(),
        (false, true) => missing_host(store),
        (false, false) => view! { <p class="muted" role="status">{t("connecting")}</p> }.into_any(),
    };
    live_view(content).into_any()
}

fn site_button(store: Store, source: Source) -> AnyView {
    let label = tf("open_site", &[("site", source.title())]);
    button("", Some(Icon::Tab), label, move || open_site(store, source))
}
