//! The settings. They live in the daemon and are saved field by field; only the language is the extension's own.

use super::Page;
use super::fields::{NumberField, check_field, group, number_field, value};
use super::sending_settings::{sending_group, trash_field};
use super::sites_setting::sites_group;
use super::template_field::template_field;
use crate::actions::set_settings;
use crate::catalogue::{t, tf};
use crate::components::live::{follow, live, live_view, on};
use crate::components::missing_host::missing_host;
use crate::components::variant_chips::{chosen_formats, variant_chips};
use crate::language::{choose_language, chosen_language};
use crate::link::ask;
use crate::state::{Derived, State};
use crate::store::{Link, Store};
use leptos::prelude::*;
use leptos::task::spawn_local;
use protocol::SettingsPatch;
use protocol::method::{Check, Doctor, Nothing};

/// Draws the panel.
pub fn settings(page: Page) -> AnyView {
    let store = page.store;
    let known = Derived::new(move || store.settings.get().is_some());
    let missing = Derived::new(move || matches!(store.link.get(), Link::Missing(_)));
    let of_program = move || {
        match (known.get(), missing.get()) {
        (true, _) => {
            view! { {files_group(store)} {sending_group(store)} {speed_group(store)} {keep_group(store)} }.into_any()
        }
        (false, true) => {
            view! { <p class="muted">{t("settings_need_host")}</p> {missing_host(store)} }
                .into_any()
        }
        (false, false) => view! { <p class="muted">{t("loading")}</p> }.into_any(),
    }
    };
    view! {
        <div class="panel">
            <div class="panel-head"><h1>{t("settings_title")}</h1></div>
            <div class="narrow stack">
                {live_view(of_program)}
                {sites_group(store)}
                {group("settings_general", language_field())}
            </div>
        </div>
    }
    .into_any()
}

fn files_group(store: Store) -> AnyView {
    let chosen = chosen_formats(store);
    let fields = view! {
        {folder_field(store)}
        <div class="field">
            <h3>{t("formats_label")}</h3>
            {variant_chips(store, chosen)}
            <p class="small muted">{t("formats_help")}</p>
        </div>
        {template_field(store)}
        {trash_field(store)}
    };
    group("settings_files", fields.into_any())
}

fn folder_field(store: Store) -> AnyView {
    let text = State::new(String::new());
    let saved = Derived::new(move || value(store, |settings| settings.folder.clone()));
    follow(move || text.set(saved.get()));
    let save = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let folder = Some(text.get_untracked().trim().to_owned());
        set_settings(
            store,
            SettingsPatch { folder, ..SettingsPatch::default() },
            Some(t("settings_saved")),
        );
    };
    let unchanged = move || text.with(|text| text.trim().is_empty() || *text == saved.get());
    view! {
        <form class="field" on:submit=on(save)>
            <label for="folder">{t("folder_label")}</label>
            <div class="with-button">
                <input
                    id="folder"
                    class="input"
                    type="text"
                    spellcheck="false"
                    autocomplete="off"
                    aria-describedby="folder-help"
                    prop:value=live(move || text.get())
                    on:input=on(move |event| text.set(event_target_value(&event)))
                />
                <button type="submit" class="button" disabled=live(unchanged)>{t("folder_save")}</button>
            </div>
            <p id="folder-help" class="small muted">{t("folder_help")}</p>
            {disk_line(store, saved)}
        </form>
    }
    .into_any()
}

/// What the disk of the folder is and can, as the checklist has it.
fn disk_line(store: Store, folder: Derived<String>) -> AnyView {
    let found = State::new(String::new());
    let up = Derived::new(move || store.link.get().is_up());
    follow(move || {
        if up.get() && !folder.get().is_empty() {
            spawn_local(async move {
                // The checklist says what is wrong when this fails.
                if let Ok(answer) = ask::<Doctor>(Nothing {}).await {
                    found.set(of_disk(&answer.checks));
                }
            });
        }
    });
    let line = move || {
        let found = found.get();
        let text = (!found.is_empty()).then(|| tf("folder_disk", &[("found", &found)]));
        text.map(|text| view! { <p class="small muted">{text}</p> })
    };
    view! { {live_view(line)} }.into_any()
}

/// "nfs, over a network, no hard links, locks; 2 TB free".
fn of_disk(checks: &[Check]) -> String {
    let found = |id: &str| checks.iter().find(|check| check.id == id).map(|check| &*check.found);
    let parts: Vec<&str> =
        ["folder.volume", "folder.space"].into_iter().filter_map(found).collect();
    parts.join("; ")
}

fn speed_group(store: Store) -> AnyView {
    let parallel = number_field(
        NumberField { id: "parallel", range: 1..=32, read: |settings| settings.parallel.into() },
        store,
        |n| SettingsPatch { parallel: u32::try_from(n).ok(), ..SettingsPatch::default() },
    );
    let pace = number_field(
        NumberField { id: "pace", range: 100..=60_000, read: |settings| settings.pace_ms },
        store,
        |n| SettingsPatch { pace_ms: Some(n), ..SettingsPatch::default() },
    );
    group("settings_speed", view! { {parallel} {pace} }.into_any())
}

fn keep_group(store: Store) -> AnyView {
    let field = check_field(
        "keep",
        "",
        store,
        |settings| settings.keep_up_to_date,
        |keep| SettingsPatch { keep_up_to_date: Some(keep), ..SettingsPatch::default() },
    );
    view! { <section class="card">{field}</section> }.into_any()
}

fn language_field() -> AnyView {
    let chosen = State::new(String::new());
    spawn_local(async move {
        let tag = chosen_language().await.map(|language| language.tag()).unwrap_or_default();
        chosen.set(tag.to_owned());
    });
    let option = move |tag: &'static str, key: &str| {
        view! { <option value=tag prop:selected=live(move || chosen.get() == tag)>{t(key)}</option> }
    };
    view! {
        <div class="field">
            <label for="language">{t("language_label")}</label>
            <select id="language" class="input short wide-choice" on:change=on(move |event| choose_language(event_target_value(&event)))>
                {option("", "language_browser")}
                {option("en", "language_en")}
                {option("fr", "language_fr")}
            </select>
        </div>
    }
    .into_any()
}
