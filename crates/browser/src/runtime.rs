//! `runtime`: messages inside the extension, its own addresses, the port to the native host.

use crate::json::{message_of, settle};
use js_sys::Promise;
use protocol::ErrorBody;
use serde_json::Value;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// A `runtime.Port`.
    pub(crate) type Port;
    #[wasm_bindgen(method, js_name = postMessage, catch)]
    pub(crate) fn post_message(this: &Port, message: &JsValue) -> Result<(), JsValue>;
    #[wasm_bindgen(method)]
    pub(crate) fn disconnect(this: &Port);
    #[wasm_bindgen(method, getter, js_name = onMessage)]
    pub(crate) fn on_message(this: &Port) -> EventTarget;
    #[wasm_bindgen(method, getter, js_name = onDisconnect)]
    pub(crate) fn on_disconnect(this: &Port) -> EventTarget;
    /// Firefox puts the reason here, Chromium into `runtime.lastError`.
    #[wasm_bindgen(method, getter)]
    fn error(this: &Port) -> JsValue;

    /// An `events.Event`: what listeners are added to.
    pub(crate) type EventTarget;
    #[wasm_bindgen(method, js_name = addListener)]
    pub(crate) fn add_listener(this: &EventTarget, listener: &JsValue);

    #[wasm_bindgen(js_namespace = ["chrome", "runtime"], js_name = connectNative, catch)]
    pub(crate) fn connect_native(host: &str) -> Result<Port, JsValue>;
    #[wasm_bindgen(js_namespace = ["chrome", "runtime"], js_name = sendMessage, catch)]
    fn send_message_js(message: &JsValue) -> Result<Promise, JsValue>;
    #[wasm_bindgen(js_namespace = ["chrome", "runtime"], js_name = getURL)]
    fn get_url(path: &str) -> String;
    #[wasm_bindgen(js_namespace = ["chrome", "runtime"], js_name = getManifest)]
    fn get_manifest() -> Manifest;
    #[wasm_bindgen(thread_local_v2, js_namespace = ["chrome", "runtime"], js_name = id)]
    static ID: String;
    #[wasm_bindgen(thread_local_v2, js_namespace = chrome, js_name = runtime)]
    static RUNTIME: Runtime;

    type Runtime;
    #[wasm_bindgen(method, getter, js_name = lastError)]
    fn last_error(this: &Runtime) -> JsValue;

    type Manifest;
    #[wasm_bindgen(method, getter)]
    fn version(this: &Manifest) -> String;

    /// Something with a `message`, such as `runtime.lastError`, which is no `Error` in Chromium.
    type Complaint;
    #[wasm_bindgen(method, getter)]
    fn message(this: &Complaint) -> JsValue;
}

/// Sends `message` to the other parts of the extension and gives the answer of the one that answers.
///
/// # Errors
/// [`protocol::ErrorCode::Internal`] when nobody listens.
pub async fn send_message(message: &JsValue) -> Result<Value, ErrorBody> {
    settle(send_message_js(message)).await
}

/// The absolute address of a file of the extension, such as `popup.html`.
pub fn url_of(path: &str) -> String {
    get_url(path)
}

/// The extension's id.
pub fn id() -> String {
    ID.with(String::clone)
}

/// The version in the manifest.
pub fn version() -> String {
    get_manifest().version()
}

/// The browser's family as `hello` names it: `firefox` or `chromium`.
pub fn browser_family() -> &'static str {
    if get_url("").starts_with("moz-extension:") { "firefox" } else { "chromium" }
}

/// Why `port` was closed by the other side, to be asked inside its `onDisconnect`; empty when not told.
pub(crate) fn disconnect_reason(port: &Port) -> String {
    let told = [port.error(), RUNTIME.with(Runtime::last_error)];
    let reason = told.into_iter().find(|complaint| complaint.is_object());
    reason.map(|complaint| text_of(&complaint)).unwrap_or_default()
}

/// Looks at `runtime.lastError`, so that the browser does not report it as one that nobody has looked at.
pub(crate) fn forget_last_error() {
    drop(RUNTIME.with(Runtime::last_error));
}

fn text_of(complaint: &JsValue) -> String {
    let message = complaint.unchecked_ref::<Complaint>().message();
    message.as_string().unwrap_or_else(|| message_of(complaint))
}
