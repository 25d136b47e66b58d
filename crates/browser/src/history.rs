//! The steps that a page has made, as the browser's Back and Forward know them.

use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = history, js_name = back)]
    fn back_js();
}

/// Undoes the last step, as Back does. The page is told of it later.
pub fn step_back() {
    back_js();
}
