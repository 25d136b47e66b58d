//! A search box. "/" goes there from anywhere on the page.

use crate::catalogue::t;
use crate::components::focus::focus;
use crate::components::icon::{Icon, icon};
use crate::components::live::{live, on};
use crate::state::State;
use leptos::prelude::*;

/// A search box called `label` that shows `text`, keeps it up to date and tells `typed` of each change by the person.
pub fn search_field(
    label: String,
    text: State<String>,
    typed: impl Fn(String) + 'static,
) -> AnyView {
    let slash = window_event_listener(leptos::ev::keydown, move |event| {
        let typing = document().active_element().is_some_and(|element| {
            element
                .matches("input:not([type=checkbox], [type=radio], [type=range]), select, textarea, dialog *")
                .unwrap_or(false)
        });
        if event.key() == "/" && !typing {
            event.prevent_default();
            focus("#search");
        }
    });
    on_cleanup(move || slash.remove());
    let typed: Box<dyn Fn(String)> = Box::new(typed);
    let input = move |event| {
        let value = event_target_value(&event);
        text.set(value.clone());
        typed(value);
    };
    view! {
        <div class="search">
            {icon(Icon::Search)}
            <input
                class="input"
                type="search"
                id="search"
                aria-label=label
                aria-keyshortcuts="/"
                placeholder=t("search_hint")
                prop:value=live(move || text.get())
                on:input=on(input)
            />
        </div>
    }
    .into_any()
}
