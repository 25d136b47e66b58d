//! Which language the pages speak: the person's choice if there is one, else the browser's.

use crate::catalogue::{Language, install, install_file};
use browser::i18n;
use browser::storage::Area;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;

/// The record in the extension's storage: `en` or `fr`; absent for the browser's language.
const KEY: &str = "language";

/// Installs the words. Has to be done before anything is drawn.
pub async fn speak() {
    let installed = match chosen_language().await {
        Some(language) => {
            read_file(language).await.is_some_and(|text| install_file(language, &text))
        }
        None => false,
    };
    if !installed {
        install(Language::of(&i18n::ui_language()), |key| i18n::message(key, &[]));
    }
    if let Some(page) = document().document_element() {
        // Any text may be the value of `lang`.
        let _ = page.set_attribute("lang", crate::catalogue::language().tag());
    }
}

/// What the person chose.
pub async fn chosen_language() -> Option<Language> {
    let tag: String = Area::Local.get(KEY).await?;
    Some(Language::of(&tag))
}

/// Keeps the choice (`""` for the browser's language) and shows the page anew in it.
pub fn choose_language(tag: String) {
    spawn_local(async move {
        let kept = match tag.is_empty() {
            true => Area::Local.remove(KEY).await,
            false => Area::Local.set(KEY, &tag).await,
        };
        if kept.is_ok() {
            // A page can always load itself again.
            let _ = window().location().reload();
        }
    });
}

async fn read_file(language: Language) -> Option<String> {
    let path = ["_locales/", language.tag(), "/messages.json"].concat();
    let response = JsFuture::from(window().fetch_with_str(&path)).await.ok()?;
    let text = response.dyn_into::<web_sys::Response>().ok()?.text().ok()?;
    JsFuture::from(text).await.ok()?.as_string()
}
