//! `tabs`: which page the person looks at, and opening pages of the extension.

use crate::fields::{integer, members, text};
use crate::json::{object, settle};
use crate::runtime::url_of;
use js_sys::Promise;
use protocol::ErrorBody;
use serde_json::Value;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = ["chrome", "tabs"], js_name = query, catch)]
    fn query_js(query: &JsValue) -> Result<Promise, JsValue>;
    #[wasm_bindgen(js_namespace = ["chrome", "tabs"], js_name = create, catch)]
    fn create_js(properties: &JsValue) -> Result<Promise, JsValue>;
    #[wasm_bindgen(js_namespace = ["chrome", "tabs"], js_name = update, catch)]
    fn update_js(tab: i32, properties: &JsValue) -> Result<Promise, JsValue>;
    #[wasm_bindgen(js_namespace = ["chrome", "windows"], js_name = update, catch)]
    fn update_window_js(window: i32, properties: &JsValue) -> Result<Promise, JsValue>;
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
    /// Its title; as the address.
    pub title: Option<String>,
    /// Firefox only; in Chromium the store is found by `cookies.getAllCookieStores`.
    pub cookie_store_id: Option<String>,
}

impl Tab {
    /// Reads a `tabs.Tab`; those of other windows' tools have no number.
    pub fn read(tab: &Value) -> Option<Self> {
        let number = |name| integer(tab, name).and_then(|number| i32::try_from(number).ok());
        Some(Tab {
            id: number("id")?,
            window_id: number("windowId")?,
            url: text(tab, "url").map(str::to_owned),
            title: text(tab, "title").map(str::to_owned),
            cookie_store_id: text(tab, "cookieStoreId").map(str::to_owned),
        })
    }
}

/// The tab the person looks at in the window used last.
pub async fn active() -> Option<Tab> {
    let looked_at = object(&[("active", true.into()), ("lastFocusedWindow", true.into())]);
    query(&looked_at).await.into_iter().next()
}

/// Shows a page of the extension, such as `app.html#queue`: the tab that has it already, or a new one.
///
/// # Errors
/// [`protocol::ErrorCode::Internal`] when the browser opens no tab.
pub async fn show_page(path: &str) -> Result<(), ErrorBody> {
    let page = path.split('#').next().unwrap_or(path);
    let pattern = [&url_of(page), "*"].concat();
    let open = query(&object(&[("url", pattern.into())])).await;
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
    settle(create_js(&object(&[("url", url.into())]))).await.map(drop)
}

async fn focus(tab: &Tab, path: &str) -> Result<(), ErrorBody> {
    let mut properties = vec![("active", true.into())];
    if path.contains('#') {
        properties.push(("url", url_of(path).into()));
    }
    settle(update_js(tab.id, &object(&properties))).await?;
    let front = object(&[("focused", true.into())]);
    settle(update_window_js(tab.window_id, &front)).await.map(drop)
}

async fn query(query: &JsValue) -> Vec<Tab> {
    let tabs = settle(query_js(query)).await.unwrap_or_default();
    members(&tabs).iter().filter_map(Tab::read).collect()
}
