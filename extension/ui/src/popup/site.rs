//! Which site: the one in the tab, else the one chosen last, else the first.

use super::Popup;
use super::send::TabPage;
use crate::catalogue::t;
use crate::components::live::{live, live_view, on};
use crate::sites::source_of;
use browser::storage::Area;
use browser::tabs;
use leptos::prelude::*;
use leptos::task::spawn_local;
use protocol::Source;

/// The record of the last choice in the extension's storage.
const KEY: &str = "last_site";

/// Looks at the tab and at the last choice.
pub fn choose_first(popup: Popup) {
    spawn_local(async move {
        let tab = tabs::active().await;
        popup.tab_page.set(tab.as_ref().and_then(TabPage::of));
        let in_tab = tab.and_then(|tab| source_of(&tab.url?));
        popup.tab_source.set(in_tab);
        let first = match in_tab {
            Some(source) => source,
            None => Area::Local.get(KEY).await.unwrap_or(Source::Producer),
        };
        popup.source.set(Some(first));
    });
}

/// The choice, as radio buttons side by side.
pub fn site_choice(popup: Popup) -> AnyView {
    let choices = Source::SITES.iter().map(|source| choice(popup, *source)).collect_view();
    view! {
        <fieldset>
            <legend class="visually-hidden">{t("site_label")}</legend>
            <div class="segments">{choices}</div>
        </fieldset>
    }
    .into_any()
}

fn choice(popup: Popup, source: Source) -> AnyView {
    let in_tab = move || popup.tab_source.get() == Some(source);
    let mark = move || {
        in_tab().then(
            || view! { <span class="dot" title=t("site_this_tab") aria-hidden="true"></span> },
        )
    };
    view! {
        <label class="segment">
            <input
                type="radio"
                name="site"
                prop:checked=live(move || popup.source.get() == Some(source))
                on:change=on(move |_| choose(popup, source))
            />
            {source.title()}
            {live_view(mark)}
        </label>
    }
    .into_any()
}

fn choose(popup: Popup, source: Source) {
    popup.source.set(Some(source));
    popup.starting.set(false);
    spawn_local(async move {
        // A choice that could not be kept is made again next time.
        let _ = Area::Local.set(KEY, &source).await;
    });
}
