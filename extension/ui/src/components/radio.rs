//! One of several, as radio buttons: side by side, or one below the other with a line of help.

use crate::catalogue::t;
use crate::components::live::{live, on};
use crate::state::State;
use leptos::prelude::*;

/// What is chosen among: the catalogue's keys of each word and, where there is one, of its help.
pub type Options = &'static [(&'static str, &'static str)];

/// Side by side. `group` tells the buttons from those of other choices on the page, `chosen` is the number in the row.
pub fn segments(
    group: &'static str,
    legend: &'static str,
    options: Options,
    chosen: State<usize>,
) -> AnyView {
    let one = |(at, (word, _)): (usize, &(&'static str, &'static str))| {
        view! { <label class="segment">{input(group, at, chosen)} {t(word)}</label> }.into_any()
    };
    let buttons = options.iter().enumerate().map(one).collect_view();
    view! {
        <fieldset>
            <legend class="visually-hidden">{t(legend)}</legend>
            <div class="segments">{buttons}</div>
        </fieldset>
    }
    .into_any()
}

/// One below the other, each with its help.
pub fn radios(
    group: &'static str,
    legend: &'static str,
    options: Options,
    chosen: State<usize>,
) -> AnyView {
    let one = |(at, (word, help)): (usize, &(&'static str, &'static str))| {
        view! {
            <label class="check">
                {input(group, at, chosen)}
                <span class="grow">
                    <strong>{t(word)}</strong> " " <span class="small muted block">{t(help)}</span>
                </span>
            </label>
        }
        .into_any()
    };
    let buttons = options.iter().enumerate().map(one).collect_view();
    view! {
        <fieldset class="stack">
            <legend class="legend">{t(legend)}</legend>
            {buttons}
        </fieldset>
    }
    .into_any()
}

fn input(group: &'static str, at: usize, chosen: State<usize>) -> AnyView {
    view! {
        <input
            type="radio"
            name=group
            prop:checked=live(move || chosen.get() == at)
            on:change=on(move |_| chosen.set(at))
        />
    }
    .into_any()
}
