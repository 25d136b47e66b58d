//! The program of the full page.

use wasm_bindgen::prelude::*;

/// Called by the browser when the program is loaded.
#[wasm_bindgen(start)]
pub fn start() {
    ui::show_app();
}
