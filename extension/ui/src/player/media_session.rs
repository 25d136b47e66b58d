//! `navigator.mediaSession`: what the system shows of the thing that plays, and its media keys.

use js_sys::{Array, Object, Reflect};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(thread_local_v2, js_namespace = navigator, js_name = mediaSession)]
    static SESSION: JsValue;
    #[wasm_bindgen(js_namespace = ["navigator", "mediaSession"], js_name = setActionHandler, catch)]
    fn set_action_handler(action: &str, act: &JsValue) -> Result<(), JsValue>;
    #[wasm_bindgen(js_namespace = ["navigator", "mediaSession"], js_name = setPositionState, catch)]
    fn set_position_state(state: &Object) -> Result<(), JsValue>;

    type MediaMetadata;
    #[wasm_bindgen(constructor, catch)]
    fn new(facts: &Object) -> Result<MediaMetadata, JsValue>;
}

/// The keys that mean something here.
const KEYS: [&str; 7] =
    ["play", "pause", "previoustrack", "nexttrack", "seekto", "seekbackward", "seekforward"];

/// Calls `act` with the name of a media key; for `seekto` with the second to go to.
pub fn on_media_keys(act: impl Fn(&'static str, f64) + Clone + 'static) {
    for key in KEYS {
        let act = act.clone();
        let handler = Closure::<dyn Fn(JsValue)>::new(move |details: JsValue| {
            let to = Reflect::get(&details, &"seekTime".into()).ok().and_then(|to| to.as_f64());
            act(key, to.unwrap_or(0.0));
        });
        // The keys work for as long as the page is there. A browser that lacks one refuses it.
        let _ = set_action_handler(key, &handler.into_js_value());
    }
}

/// Tells what plays. `cover` is an address or empty.
pub fn tell_media(title: &str, artist: &str, album: &str, cover: &str) {
    let facts =
        object(&[("title", title.into()), ("artist", artist.into()), ("album", album.into())]);
    if !cover.is_empty() {
        put(&facts, "artwork", &Array::of1(&object(&[("src", cover.into())])));
    }
    if let Ok(metadata) = MediaMetadata::new(&facts) {
        SESSION.with(|session| put(session, "metadata", &metadata));
    }
}

/// Tells whether it plays, and how far it is of how long, in seconds, and how fast it goes, of 1.
pub fn tell_progress(playing: bool, at: f64, length: f64, speed: f64) {
    let state = if playing { "playing" } else { "paused" };
    SESSION.with(|session| put(session, "playbackState", &state.into()));
    if length.is_finite() && length > 0.0 {
        let state = object(&[
            ("duration", length.into()),
            ("position", at.clamp(0.0, length).into()),
            ("playbackRate", speed.into()),
        ]);
        // Only out of range it is refused.
        let _ = set_position_state(&state);
    }
}

fn object(fields: &[(&str, JsValue)]) -> Object {
    let object = Object::new();
    fields.iter().for_each(|(name, value)| put(&object, name, value));
    object
}

fn put(object: &JsValue, name: &str, value: &JsValue) {
    // Setting a field of these objects cannot fail.
    let _ = Reflect::set(object, &name.into(), value);
}
