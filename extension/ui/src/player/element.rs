//! The page's one media element: it sounds, and shows pictures where there are any. What the bindings lack of it.

use js_sys::{Promise, Reflect};
use leptos::prelude::document;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Element, HtmlMediaElement};

#[wasm_bindgen]
extern "C" {
    /// Something that can fill the screen, or stand in a window of its own.
    #[wasm_bindgen(extends = Element)]
    type Shown;
    #[wasm_bindgen(method, catch, js_name = requestFullscreen)]
    fn request_fullscreen(this: &Shown) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch, js_name = requestPictureInPicture)]
    fn request_picture_in_picture(this: &Shown) -> Result<Promise, JsValue>;

    #[wasm_bindgen(js_namespace = document, js_name = exitFullscreen, catch)]
    fn exit_fullscreen() -> Result<Promise, JsValue>;
    #[wasm_bindgen(js_namespace = document, js_name = exitPictureInPicture, catch)]
    fn exit_picture_in_picture() -> Result<Promise, JsValue>;
}

/// The element.
pub fn element() -> Option<HtmlMediaElement> {
    document().get_element_by_id("sound").map(JsCast::unchecked_into)
}

/// Has it play.
pub async fn play(element: &HtmlMediaElement) {
    if let Ok(begun) = element.play() {
        // Broken off by the next thing, or refused until the person presses play; either is seen.
        let _ = JsFuture::from(begun).await;
    }
}

/// Fills the screen with the element of `id`, or ends that.
pub fn toggle_full_screen(id: &str) {
    if is_full_screen() {
        leave_full_screen();
    } else if let Some(element) = document().get_element_by_id(id) {
        settle(element.unchecked_into::<Shown>().request_fullscreen());
    }
}

/// Something fills the screen.
pub fn is_full_screen() -> bool {
    is_set("fullscreenElement")
}

/// Nothing fills the screen any more.
pub fn leave_full_screen() {
    if is_full_screen() {
        settle(exit_fullscreen());
    }
}

/// Puts the picture in a window of its own, or takes it back.
pub fn toggle_window() {
    if is_set("pictureInPictureElement") {
        leave_window();
    } else if let Some(element) = element() {
        settle(element.unchecked_into::<Shown>().request_picture_in_picture());
    }
}

/// The picture has no window of its own any more.
pub fn leave_window() {
    if is_set("pictureInPictureElement") {
        settle(exit_picture_in_picture());
    }
}

/// The browser can do it at all.
pub fn has_windows() -> bool {
    is_set("pictureInPictureEnabled")
}

fn is_set(property: &str) -> bool {
    Reflect::get(&document(), &property.into()).is_ok_and(|value| value.is_truthy())
}

/// What the browser or the person refuses is seen; nothing is to be said about it.
fn settle(asked: Result<Promise, JsValue>) {
    if let Ok(promise) = asked {
        wasm_bindgen_futures::spawn_local(async move {
            let _ = JsFuture::from(promise).await;
        });
    }
}
