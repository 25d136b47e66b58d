//! A choice of one among several, as the browser's own `select`.

use crate::catalogue::tf;
use crate::components::live::{live_view, on};
use crate::words;
use leptos::prelude::*;
use std::fmt::Display;

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

/// All kinds, those there are with their counts, and the chosen one, even where nothing of it matches.
pub fn choices_of(all: String, counts: Vec<(String, String, u64)>, chosen: String) -> Vec<Choice> {
    let lost = !chosen.is_empty() && counts.iter().all(|(value, ..)| *value != chosen);
    let kinds = counts.into_iter().map(|(value, name, n)| {
        (value, tf("filter_count", &[("name", &name), ("n", &words::number(n))]))
    });
    let lost = lost.then(|| (chosen.clone(), chosen));
    std::iter::once((String::new(), all)).chain(kinds).chain(lost).collect()
}

/// Kinds with their names and how many there are of each, as [`choices_of`] takes them.
pub fn counted<T: Display>(
    counts: &[(T, u64)],
    name: impl Fn(&T) -> String,
) -> Vec<(String, String, u64)> {
    counts.iter().map(|(value, n)| (value.to_string(), name(value), *n)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_chosen_stays_on_offer_when_nothing_of_it_is_left() {
        let counts = counted(&[(2025, 3), (2024, 1)], i32::to_string);
        let offered = |chosen: &str| -> Vec<String> {
            let choices = choices_of("all".into(), counts.clone(), chosen.into());
            choices.into_iter().map(|(value, _)| value).collect()
        };
        assert_eq!(offered(""), ["", "2025", "2024"]);
        assert_eq!(offered("2024"), ["", "2025", "2024"]);
        assert_eq!(offered("1999"), ["", "2025", "2024", "1999"]);
    }
}
