//! What is said in a video, written under its picture: which language, and the track that shows it.

use super::Player;
use super::element::element;
use crate::catalogue::language;
use crate::link::ask;
use leptos::prelude::document;
use leptos::task::spawn_local;
use protocol::LibraryItemId;
use protocol::method::ReadSubtitles;
use protocol::shelf::OfSubtitles;
use wasm_bindgen::prelude::*;
use web_sys::{Blob, BlobPropertyBag, Element, HtmlTrackElement, TextTrackMode, Url};

#[wasm_bindgen]
extern "C" {
    type DisplayNames;
    #[wasm_bindgen(constructor, catch, js_namespace = Intl)]
    fn new(language: &str, options: &js_sys::Object) -> Result<DisplayNames, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn of(this: &DisplayNames, code: &str) -> Result<Option<String>, JsValue>;
}

/// Among `languages`, that of `wish`, or the nearest kind of it; none when nothing is wished for.
pub fn nearest<'a>(languages: &'a [String], wish: &str) -> Option<&'a String> {
    let primary = |tag: &str| tag.split(['-', '_']).next().unwrap_or_default().to_lowercase();
    let wished = primary(wish);
    let exact = languages.iter().find(|language| *language == wish);
    let near = || languages.iter().find(|language| primary(language) == wished);
    if wished.is_empty() { None } else { exact.or_else(near) }
}

/// A language's name in the page's own, such as "English"; its code where the browser knows none.
pub fn name_of(code: &str) -> String {
    let options = js_sys::Object::new();
    // Setting a field of a fresh object cannot fail.
    let _ = js_sys::Reflect::set(&options, &"type".into(), &"language".into());
    let names = DisplayNames::new(language().tag(), &options);
    let name = names.and_then(|names| names.of(code)).ok().flatten();
    name.unwrap_or_else(|| code.to_owned())
}

impl Player {
    /// Chooses a language, or none when empty. It is remembered.
    pub(super) fn choose_subtitles(self, language: String) {
        self.language.set(language);
        self.remember();
        self.show_subtitles();
    }

    /// With subtitles in the first language there is, or without.
    pub(super) fn toggle_subtitles(self) {
        let on = self.subtitles_on();
        let first = self.languages.with_untracked(|all| all.first().cloned());
        self.choose_subtitles(match on {
            Some(_) => String::new(),
            None => first.unwrap_or_default(),
        });
    }

    /// The language that is shown.
    pub(super) fn subtitles_on(self) -> Option<String> {
        let nearest =
            |all: &Vec<String>| self.language.with_untracked(|wish| nearest(all, wish).cloned());
        self.languages.with_untracked(nearest)
    }

    /// Puts the wished for language under the picture, if there is one.
    pub(super) fn show_subtitles(self) {
        take_tracks_away();
        let item = self.now.with_untracked(|now| now.as_ref().map(|now| now.id));
        let (Some(item), Some(language)) = (item, self.subtitles_on()) else { return };
        spawn_local(async move {
            let asked = OfSubtitles { item, language: language.clone() };
            let answer = ask::<ReadSubtitles>(asked).await;
            // Something else may have been chosen meanwhile.
            if !self.is_showing(item) || self.subtitles_on().as_ref() != Some(&language) {
                return;
            }
            match answer {
                Ok(subtitles) => put_track(&subtitles.vtt, &language),
                Err(error) => self.store.toasts.complain(&error),
            }
        });
    }

    fn is_showing(self, id: LibraryItemId) -> bool {
        self.now.with_untracked(|now| now.as_ref().is_some_and(|now| now.id == id))
    }
}

fn put_track(vtt: &str, code: &str) {
    take_tracks_away();
    let Some((element, address)) = element().zip(address_of(vtt)) else { return };
    let Ok(track) = document().create_element("track") else { return };
    let track: HtmlTrackElement = track.unchecked_into();
    track.set_kind("subtitles");
    track.set_srclang(code);
    track.set_label(&name_of(code));
    track.set_src(&address);
    // The element is there, and what was made just now goes anywhere.
    let _ = element.append_child(&track);
    if let Some(text) = track.track() {
        text.set_mode(TextTrackMode::Showing);
    }
}

fn take_tracks_away() {
    let tracks = element().and_then(|element| element.query_selector_all("track").ok());
    let Some(tracks) = tracks else { return };
    for track in (0..tracks.length()).filter_map(|at| tracks.item(at)) {
        let track: Element = track.unchecked_into();
        // An address that is none cannot be given up, which is as well.
        let _ = Url::revoke_object_url(&track.get_attribute("src").unwrap_or_default());
        track.remove();
    }
}

/// An address at which this page, and no other, finds the text.
fn address_of(vtt: &str) -> Option<String> {
    let kind = BlobPropertyBag::new();
    kind.set_type("text/vtt");
    let parts = js_sys::Array::of1(&vtt.into());
    let blob = Blob::new_with_str_sequence_and_options(&parts, &kind).ok()?;
    Url::create_object_url_with_blob(&blob).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wished_for_language_is_found_also_by_another_kind_of_it() {
        let languages = ["de", "en-GB", "en", "pt_BR"].map(String::from);
        let found = |wish: &str| nearest(&languages, wish).map(String::as_str);
        assert_eq!(found("en"), Some("en"));
        assert_eq!(found("en-US"), Some("en-GB"));
        assert_eq!((found("pt"), found("DE")), (Some("pt_BR"), Some("de")));
        assert_eq!((found(""), found("fr")), (None, None));
    }
}
