//! The program of the small pages, popup and onboarding: what opens at a click must not wait for the full page's.

use wasm_bindgen::prelude::*;

/// Called by the browser when the program is loaded.
#[wasm_bindgen(start)]
pub fn start() {
    ui::show_small();
}
