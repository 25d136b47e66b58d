//! `cookies`: a site's cookies in the store of the tab that the person acted in.
//!
//! What is read here goes to the daemon and nowhere else; the values travel as [`Secret`].

use crate::json::{error_of, from_js, to_js};
use protocol::{Cookie, ErrorBody, Secret};
use serde::Deserialize;
use serde_json::json;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = ["chrome", "cookies"], js_name = getAll, catch)]
    async fn get_all_js(details: &JsValue) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = ["chrome", "cookies"], js_name = getAllCookieStores, catch)]
    async fn get_all_stores_js() -> Result<JsValue, JsValue>;
}

/// One cookie store: the profile's own, the private windows', or a Firefox container's.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Store {
    /// The browser's name for it.
    pub id: String,
    /// The tabs that use it.
    #[serde(default)]
    pub tab_ids: Vec<i32>,
}

/// A cookie as the API gives it (`cookies.Cookie`).
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ApiCookie {
    name: String,
    value: Secret,
    domain: String,
    #[serde(default)]
    host_only: bool,
    path: String,
    #[serde(default)]
    secure: bool,
    #[serde(default)]
    http_only: bool,
    #[serde(default)]
    expiration_date: Option<f64>,
}

impl From<ApiCookie> for Cookie {
    fn from(cookie: ApiCookie) -> Self {
        Cookie {
            domain: cookie.domain.trim_start_matches('.').to_owned(),
            name: cookie.name,
            value: cookie.value,
            host_only: cookie.host_only,
            path: cookie.path,
            secure: cookie.secure,
            http_only: cookie.http_only,
            expires_at: cookie.expiration_date.map(|seconds| seconds as i64),
        }
    }
}

/// The cookies that a request to `url` would carry, partitioned ones included.
///
/// # Errors
/// [`protocol::ErrorCode::Internal`] when the store is gone or the site is not permitted.
pub async fn all_for(url: &str, store: &str) -> Result<Vec<Cookie>, ErrorBody> {
    // Without `partitionKey` the API leaves partitioned cookies out; an empty one means "of any partition".
    let details = json!({ "url": url, "storeId": store, "partitionKey": {} });
    let cookies = get_all_js(&to_js(&details)).await.map_err(error_of)?;
    let cookies: Vec<ApiCookie> = from_js(&cookies)?;
    Ok(cookies.into_iter().map(Cookie::from).collect())
}

/// Every store that is in use now. The profile's own comes first.
///
/// # Errors
/// [`protocol::ErrorCode::Internal`] when the browser does not answer.
pub async fn stores() -> Result<Vec<Store>, ErrorBody> {
    from_js(&get_all_stores_js().await.map_err(error_of)?)
}

/// The profile's own store: the one that a `fetch` of the worker uses.
pub fn own_store() -> &'static str {
    match crate::runtime::browser_family() {
        "firefox" => "firefox-default",
        _ => "0",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_cookie_loses_its_dot_and_a_fractional_expiry_its_fraction() {
        let api = json!({"name": "a", "value": "v", "domain": ".producer.ai", "hostOnly": false, "path": "/",
            "secure": true, "httpOnly": true, "session": false, "expirationDate": 1_900_000_000.75, "storeId": "0"});
        let cookie = Cookie::from(serde_json::from_value::<ApiCookie>(api).unwrap());
        assert_eq!(cookie.domain, "producer.ai");
        assert_eq!(cookie.expires_at, Some(1_900_000_000));
        assert!(cookie.secure && cookie.http_only && !cookie.host_only);
        assert_eq!(cookie.value.expose(), "v");
    }

    #[test]
    fn a_session_cookie_has_no_expiry() {
        let api = json!({"name": "a", "value": "", "domain": "www.producer.ai", "hostOnly": true, "path": "/x"});
        let cookie = Cookie::from(serde_json::from_value::<ApiCookie>(api).unwrap());
        assert_eq!(cookie.expires_at, None);
        assert!(cookie.host_only);
    }
}
