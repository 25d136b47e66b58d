//! What a page and the worker have alike and no extension API gives: time to wait, random ids, the user agent.

use gloo_timers::future::TimeoutFuture;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = crypto, js_name = randomUUID)]
    fn random_uuid_js() -> String;
    #[wasm_bindgen(js_namespace = Date, js_name = now)]
    fn now_js() -> f64;
    #[wasm_bindgen(thread_local_v2, js_namespace = navigator, js_name = userAgent)]
    static USER_AGENT: String;
}

/// A random UUID, version 4.
pub fn random_uuid() -> String {
    random_uuid_js()
}

/// The browser's `User-Agent`.
pub fn user_agent() -> String {
    USER_AGENT.with(String::clone)
}

/// Milliseconds since 1970.
pub fn now_ms() -> i64 {
    now_js() as i64
}

/// Seconds since 1970.
pub fn now_s() -> i64 {
    now_ms() / 1000
}

/// Waits. A worker that sleeps longer than half a minute without an open port may be stopped meanwhile.
pub async fn sleep(milliseconds: u32) {
    TimeoutFuture::new(milliseconds).await;
}
