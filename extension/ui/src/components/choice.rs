//! A choice of one among several, as the browser's own `select`.

use crate::components::live::{live_view, on};
use leptos::prelude::*;

/// A value and what is shown for it.
pub type Choice = (String, String);

/// A choice called `label` among `choices`, of which `chosen` is the value that is in force.
pub fn choice(
    label: String,
    choices: impl Fn() -> Vec<Choice> + Send + 'static,
    chosen: impl Fn() -> String + Send + 'static,
    choose: impl Fn(String) + 'static,
) -> AnyView {
    let choose: Box<dyn Fn(String)> = Box::new(choose);
    let options = move || {
        let chosen = chosen();
        let option = |(value, text): Choice| {
            let is_chosen = value == chosen;
            view! { <option value=value prop:selected=is_chosen>{text}</option> }.into_any()
        };
        choices().into_iter().map(option).collect_view()
    };
    view! {
        <select
            class="input choice"
            aria-label=label
            on:change=on(move |event| choose(event_target_value(&event)))
        >
            {live_view(options)}
        </select>
    }
    .into_any()
}
