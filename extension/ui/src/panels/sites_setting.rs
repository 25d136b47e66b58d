//! The sites whose sign-in may be used, each with a button that takes it back.

use super::fields::group;
use crate::catalogue::{t, tf};
use crate::components::button::named_button;
use crate::components::live::{follow, live_view};
use crate::sign_in::forget;
use crate::state::State;
use crate::store::Store;
use browser::site_access;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// Draws the list. It is the browser's, so it is there without the program too.
pub fn sites_group(store: Store) -> AnyView {
    let hosts = State::new(None::<Vec<String>>);
    let read = move || {
        spawn_local(async move {
            let allowed = site_access::allowed_hosts().await;
            let mut shown = site_access::to_show(&allowed);
            shown.sort_unstable();
            hosts.set(Some(shown));
        });
    };
    follow(read);
    // One may have been allowed in another tab.
    let back = window_event_listener(leptos::ev::focus, move |_| read());
    on_cleanup(move || back.remove());
    let list = move || match hosts.get() {
        None => ().into_any(),
        Some(hosts) if hosts.is_empty() => {
            view! { <p class="small muted">{t("sites_none")}</p> }.into_any()
        }
        Some(hosts) => {
            let lines = hosts.into_iter().map(|host| line(store, host, read)).collect_view();
            view! { <ul class="stack-tight">{lines}</ul> }.into_any()
        }
    };
    let content = view! { <p class="small muted">{t("sites_help")}</p> {live_view(list)} };
    group("sites_title", content.into_any())
}

fn line(store: Store, host: String, changed: impl Fn() + Clone + 'static) -> AnyView {
    let name = tf("site_forget_named", &[("host", &host)]);
    let shown = host.clone();
    let press = move || forget(store, host.clone(), changed.clone());
    view! {
        <li class="row spread">
            <span class="grow cut">{shown}</span>
            {named_button("compact", t("site_forget"), name, press)}
        </li>
    }
    .into_any()
}
