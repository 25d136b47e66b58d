//! The app page (full tab): navigation, the panel that the address names, messages.

use crate::catalogue::{t, tf};
use crate::components::focus::focus;
use crate::components::icon::{Icon, brand, icon};
use crate::components::live::{Live, follow, live, live_view, on};
use crate::components::toast::toasts;
use crate::panels::{PANELS, Page, Panel, panel_of};
use crate::player::{Player, player_frame};
use crate::route::current_route;
use crate::state::Derived;
use crate::store::{Link, Store};
use leptos::prelude::*;

/// Draws the page.
pub fn app(store: Store) -> AnyView {
    let route = current_route();
    let player = Player::new(store);
    let shown = Derived::new(move || panel_of(&route.get()).name);
    follow(move || {
        let title = t(panel_of(&route.get()).title_key);
        document().set_title(&[&title, " – MediaFetcher"].concat());
    });
    let panel = move || {
        // Only another panel is drawn anew; what changes within one is the panel's own business.
        shown.track();
        (panel_of(&route.get_untracked()).view)(Page { store, route, player })
    };
    let links = PANELS.iter().map(|panel| link(panel, shown)).collect_view();
    view! {
        <a class="skip" href="#content" on:click=on(skip)>{t("skip_to_content")}</a>
        <div class="app">
            <header class="side">
                {brand()}
                <nav aria-label=t("nav_label")>
                    <ul class="stack-tight">{links}</ul>
                </nav>
                <p class="side-foot small muted" role="status">{connection(store)}</p>
            </header>
            <main id="content" tabindex="-1">{live_view(panel)}</main>
            {player_frame(player)}
        </div>
        {toasts(store.toasts)}
    }
    .into_any()
}

/// Goes to the content without changing the address, which names the panel.
fn skip(event: leptos::ev::MouseEvent) {
    event.prevent_default();
    focus("#content");
}

fn link(panel: &'static Panel, shown: Derived<&'static str>) -> AnyView {
    let current = move || (shown.get() == panel.name).then_some("page");
    view! {
        <li>
            <a class="side-link" href=["#", panel.name].concat() aria-current=live(current)>
                {icon(panel.icon)}
                {t(panel.title_key)}
            </a>
        </li>
    }
    .into_any()
}

fn connection(store: Store) -> Live<AnyView> {
    live_view(move || match store.link.get() {
        Link::Connecting => line("tone-calm", Icon::Clock, t("connecting")),
        Link::Up { version } => {
            line("tone-ok", Icon::CheckCircle, tf("host_up", &[("version", &version)]))
        }
        Link::Missing(_) => line("tone-warn", Icon::Plug, t("missing_title")),
        Link::Lost => {
            line("tone-warn", Icon::Plug, [&t("lost_title"), ". ", &t("lost_why")].concat())
        }
    })
}

fn line(tone: &'static str, picture: Icon, text: String) -> AnyView {
    view! { <span class="row top"><span class=tone>{icon(picture)}</span><span class="grow">{text}</span></span> }.into_any()
}
