//! What MediaFetcher is, what it does not do, and what happens with the person's data.

use super::Page;
use crate::catalogue::{t, tf};
use crate::components::live::live;
use crate::store::Link;
use browser::runtime;
use leptos::prelude::*;

/// Draws the panel.
pub fn about(page: Page) -> AnyView {
    let store = page.store;
    let versions = move || match store.link.get() {
        Link::Up { version } => {
            tf("about_versions", &[("extension", &runtime::version()), ("program", &version)])
        }
        _ => tf("about_version_extension", &[("extension", &runtime::version())]),
    };
    view! {
        <div class="panel">
            <div class="panel-head"><h1>{t("about_title")}</h1></div>
            <div class="narrow stack">
                <p>{t("about_what")}</p>
                <section class="card stack">{honest()}</section>
                <section class="card stack">{privacy()}</section>
                <p class="small muted">{live(versions)}</p>
            </div>
        </div>
    }
    .into_any()
}

/// What it does, and what it does not.
pub fn honest() -> AnyView {
    points(
        "honest_title",
        ["honest_does", "honest_again", "honest_withheld", "honest_keeps"].map(t).into(),
    )
}

/// What happens with the person's data.
pub fn privacy() -> AnyView {
    points("privacy_title", ["privacy_local", "privacy_session", "privacy_files"].map(t).into())
}

fn points(title: &str, points: Vec<String>) -> AnyView {
    let lines = points.into_iter().map(|point| view! { <li>{point}</li> }).collect_view();
    view! { <h2>{t(title)}</h2> <ul class="plain-list">{lines}</ul> }.into_any()
}
