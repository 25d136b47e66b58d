//! The field for the file name template: parts to insert, a preview, and what is wrong.

use crate::actions::set_settings;
use crate::catalogue::{t, tf};
use crate::components::button::named_button;
use crate::components::live::{follow, live, live_view, on};
use crate::state::{Derived, State};
use crate::store::Store;
use crate::template::{FIELDS, Problem, preview};
use leptos::prelude::*;
use protocol::SettingsPatch;

/// Draws it.
pub fn template_field(store: Store) -> AnyView {
    let text = State::new(String::new());
    let saved = Derived::new(move || {
        store.settings.with(|s| s.as_ref().map(|s| s.template.clone())).unwrap_or_default()
    });
    let extension = move || {
        store
            .settings
            .with(|s| s.as_ref().and_then(|s| s.formats.first().copied()))
            .map_or("mp3", |v| v.extension())
    };
    follow(move || text.set(saved.get()));
    let shown = Derived::new(move || preview(&text.get(), extension()));
    let wrong = move || shown.get().is_err();
    let save = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let template = Some(text.get_untracked());
        set_settings(
            store,
            SettingsPatch { template, ..SettingsPatch::default() },
            Some(t("settings_saved")),
        );
    };
    let below = move || {
        match shown.get() {
        Ok(name) => view! { <p class="preview small" role="status">{tf("template_preview", &[("name", &name)])}</p> }.into_any(),
        Err(problem) => view! { <p class="complaint small" role="alert">{complaint(&problem)}</p> }.into_any(),
    }
    };
    let parts = FIELDS.iter().map(|field| part(text, field)).collect_view();
    view! {
        <form class="field" on:submit=on(save)>
            <label for="template">{t("template_label")}</label>
            <div class="with-button">
                <input
                    id="template"
                    class="input mono"
                    type="text"
                    spellcheck="false"
                    autocomplete="off"
                    aria-describedby="template-help"
                    aria-invalid=live(move || wrong().to_string())
                    prop:value=live(move || text.get())
                    on:input=on(move |event| text.set(event_target_value(&event)))
                />
                <button type="submit" class="button" disabled=live(move || wrong() || text.get() == saved.get())>
                    {t("template_save")}
                </button>
            </div>
            {live_view(below)}
            <p id="template-help" class="small muted">{t("template_help")}</p>
            <div class="parts small">{parts}</div>
        </form>
    }
    .into_any()
}

fn complaint(problem: &Problem) -> String {
    match problem {
        Problem::Empty => t("template_empty"),
        Problem::Unknown(field) => tf("template_unknown", &[("field", field)]),
    }
}

fn part(text: State<String>, field: &'static str) -> impl IntoView {
    let braced = format!("{{{field}}}");
    let name = tf("template_insert", &[("field", &braced)]);
    let inserted = braced.clone();
    view! {
        {named_button("compact mono", braced, name, move || text.update(|text| text.push_str(&inserted)))}
        <span class="muted">{t(&format!("field_{field}"))}</span>
    }
}
