//! Fields of the settings panel. Each saves by itself; the catalogue has `{id}_label` and `{id}_help` for it.

use crate::actions::set_settings;
use crate::catalogue::{t, tf};
use crate::components::live::{live, live_view, on};
use crate::state::State;
use crate::store::Store;
use leptos::prelude::*;
use protocol::{Settings, SettingsPatch};
use std::ops::RangeInclusive;

/// Fields that belong together, under the catalogue's title.
pub fn group(title: &str, fields: AnyView) -> AnyView {
    view! { <section class="card settings-group"><h2>{t(title)}</h2> {fields}</section> }.into_any()
}

/// One of the settings, as it changes.
pub fn value<T: Default>(store: Store, read: impl Fn(&Settings) -> T) -> T {
    store.settings.with(|settings| settings.as_ref().map(read)).unwrap_or_default()
}

fn save(store: Store, patch: SettingsPatch) {
    set_settings(store, patch, Some(t("settings_saved")));
}

/// A whole number among the settings.
pub struct NumberField {
    /// The element's id, and the beginning of the catalogue's keys.
    pub id: &'static str,
    /// What is allowed.
    pub range: RangeInclusive<u64>,
    /// What it is now.
    pub read: fn(&Settings) -> u64,
}

/// Draws a field for a number.
pub fn number_field(field: NumberField, store: Store, patch: fn(u64) -> SettingsPatch) -> AnyView {
    let NumberField { id, range, read } = field;
    let (min, max) = (*range.start(), *range.end());
    let wrong = State::new(false);
    let change = move |event: leptos::ev::Event| {
        let number = event_target_value(&event).trim().parse().ok().filter(|n| range.contains(n));
        wrong.set(number.is_none());
        if let Some(number) = number {
            save(store, patch(number));
        }
    };
    let complaint = move || {
        let text = || tf("number_range", &[("min", &min.to_string()), ("max", &max.to_string())]);
        wrong.get().then(|| view! { <p class="complaint small" role="alert">{text()}</p> })
    };
    let help_id = [id, "-help"].concat();
    view! {
        <div class="field">
            <label for=id>{t(&[id, "_label"].concat())}</label>
            <input
                id=id
                class="input short figures"
                type="number"
                min=min.to_string()
                max=max.to_string()
                aria-describedby=help_id.clone()
                aria-invalid=live(move || wrong.get().to_string())
                prop:value=live(move || value(store, |settings| read(settings).to_string()))
                on:change=on(change)
            />
            {live_view(complaint)}
            <p id=help_id class="small muted">{t(&[id, "_help"].concat())}</p>
        </div>
    }
    .into_any()
}

/// Something that is on or off among the settings. `look` is empty, or `warn` for what can do harm.
pub fn check_field(
    id: &'static str,
    look: &'static str,
    store: Store,
    read: fn(&Settings) -> bool,
    patch: fn(bool) -> SettingsPatch,
) -> AnyView {
    let help_id = [id, "-help"].concat();
    let change = move |event: leptos::ev::Event| save(store, patch(event_target_checked(&event)));
    view! {
        <div>
            <label class="check">
                <input
                    type="checkbox"
                    aria-describedby=help_id.clone()
                    prop:checked=live(move || value(store, read))
                    on:change=on(change)
                />
                <strong>{t(&[id, "_label"].concat())}</strong>
            </label>
            <p id=help_id class=["small muted indent ", look].concat()>{t(&[id, "_help"].concat())}</p>
        </div>
    }
    .into_any()
}

/// One of several among the settings.
pub fn choice_field(
    id: &'static str,
    store: Store,
    choices: fn(&str) -> Vec<(String, String)>,
    read: fn(&Settings) -> String,
    patch: fn(String) -> SettingsPatch,
) -> AnyView {
    let help_id = [id, "-help"].concat();
    let options = move || {
        let chosen = value(store, read);
        let option = |(name, word): (String, String)| {
            let is_chosen = name == chosen;
            view! { <option value=name prop:selected=is_chosen>{word}</option> }.into_any()
        };
        choices(&chosen).into_iter().map(option).collect_view()
    };
    view! {
        <div class="field">
            <label for=id>{t(&[id, "_label"].concat())}</label>
            <select
                id=id
                class="input short wide-choice"
                aria-describedby=help_id.clone()
                on:change=on(move |event| save(store, patch(event_target_value(&event))))
            >
                {live_view(options)}
            </select>
            <p id=help_id class="small muted">{t(&[id, "_help"].concat())}</p>
        </div>
    }
    .into_any()
}
