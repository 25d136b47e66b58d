//! `tabs`: which page the person looks at, and opening pages of the extension.

use crate::fields::{integer, text};
use crate::json::{error_of, to_js, value_of};
use crate::runtime::url_of;
use protocol::ErrorBody;
use serde_json::{Value, json};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = ["chrome", "tabs"], js_name = query, catch)]
    async fn query_js(query: &JsValue) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = ["chrome", "tabs"], js_name = create, catch)]
    async fn create_js(properties: &JsValue) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = ["chrome", "tabs"], js_name = update, catch)]
    async fn update_js(tab: i32, properties: &JsValue) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = ["chrome", "windows"], js_name = update, catch)]
    async fn update_window_js(window: i32, properties: &JsValue) -> Result<JsValue, JsValue>;
}

/// What is known of a tab.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tab {
    /// The browser's number for it.
    pub id: i32,
    /// Its window.
    pub window_id: i32,
    /// Its address; only for sites that the extension may see.
    pub url: Option<String>,
    /// Firefox only; in Chromium the store is found by `cookies.getAllCookieStores`.
    pub cookie_store_id: Option<String>,
}

impl Tab {
    /// Reads a `tabs.Tab`; those of other windows' tools have no number.
    fn read(tab: &Value) -> Option<Self> {
        let number = |name| integer(tab, name).and_then(|number| i32::try_from(number).ok());
        Some(Tab {
            id: number("id")?,
            window_id: number("windowId")?,
            url: text(tab, "url").map(str::to_owned),
            cookie_store_id: text(tab, "cookieStoreId").map(str::to_owned),
        })
    }
}

/// The tab the person looks at in the window used last.
pub async fn active() -> Option<Tab> {
    query(&json!({ "active": true, "lastFocusedWindow": true })).await.into_iter().next()
}

/// Shows a page of the extension, such as `app.html#queue`: the tab that has it already, or a new one.
///
/// # Errors
/// [`protocol::ErrorCode::Internal`] when the browser opens no tab.
pub async fn show_page(path: &str) -> Result<(), ErrorBody> {
    let page = path.split('#').next().unwrap_or(path);
    let open = query(&json!({ "url": format!("{}*", url_of(page)) })).await;
    match open.first() {
        Some(tab) => focus(tab, path).await,
        None => create(&url_of(path)).await,
    }
}

/// Opens an address in a new tab.
///
/// # Errors
/// As [`show_page`].
pub async fn create(url: &str) -> Result<(), ErrorBody> {
    create_js(&to_js(&json!({ "url": url }))).await.map(drop).map_err(error_of)
}

async fn focus(tab: &Tab, path: &str) -> Result<(), ErrorBody> {
    let mut properties = json!({ "active": true });
    if path.contains('#') {
        properties["url"] = Value::String(url_of(path));
    }
    update_js(tab.id, &to_js(&properties)).await.map_err(error_of)?;
    let front = to_js(&json!({ "focused": true }));
    update_window_js(tab.window_id, &front).await.map(drop).map_err(error_of)
}

async fn query(query: &Value) -> Vec<Tab> {
    let Ok(tabs) = query_js(&to_js(query)).await else {
        return Vec::new();
    };
    value_of(&tabs).as_array().into_iter().flatten().filter_map(Tab::read).collect()
}
