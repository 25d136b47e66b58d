//! `cookies`: a site's cookies in the store of the tab that the person acted in.
//!
//! What is read here goes to the daemon and nowhere else; the values travel as [`Secret`].

use crate::fields::{is_true, list, members, text};
use crate::json::{object, settle};
use crate::site_access::is_within;
use js_sys::{Object, Promise};
use protocol::{Cookie, ErrorBody, Secret};
use serde_json::Value;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = ["chrome", "cookies"], js_name = getAll, catch)]
    fn get_all_js(details: &JsValue) -> Result<Promise, JsValue>;
    #[wasm_bindgen(js_namespace = ["chrome", "cookies"], js_name = getAllCookieStores, catch)]
    fn get_all_stores_js() -> Result<Promise, JsValue>;
}

/// One cookie store: the profile's own, the private windows', or a Firefox container's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Store {
    /// The browser's name for it.
    pub id: String,
    /// The tabs that use it.
    pub tab_ids: Vec<i32>,
}

/// Reads a `cookies.Cookie`; `None` for what has no name.
fn read_cookie(cookie: &Value) -> Option<Cookie> {
    let expires_at = cookie.get("expirationDate").and_then(Value::as_f64);
    Some(Cookie {
        name: text(cookie, "name")?.to_owned(),
        value: Secret::new(text(cookie, "value").unwrap_or_default()),
        domain: text(cookie, "domain")?.trim_start_matches('.').to_owned(),
        host_only: is_true(cookie, "hostOnly"),
        path: text(cookie, "path").unwrap_or("/").to_owned(),
        secure: is_true(cookie, "secure"),
        http_only: is_true(cookie, "httpOnly"),
        expires_at: expires_at.map(|seconds| seconds as i64),
    })
}

fn read_store(store: &Value) -> Option<Store> {
    let tab = |tab: &Value| tab.as_i64().and_then(|tab| i32::try_from(tab).ok());
    let tab_ids = list(store, "tabIds").iter().filter_map(tab).collect();
    Some(Store { id: text(store, "id")?.to_owned(), tab_ids })
}

/// The cookies that a request to `url` would carry, partitioned ones included.
///
/// # Errors
/// [`protocol::ErrorCode::Internal`] when the store is gone or the site is not permitted.
pub async fn all_for(url: &str, store: &str) -> Result<Vec<Cookie>, ErrorBody> {
    // Without `partitionKey` the API leaves partitioned cookies out; an empty one means "of any partition".
    let any = Object::new().into();
    let details = [("url", url.into()), ("storeId", store.into()), ("partitionKey", any)];
    let cookies = settle(get_all_js(&object(&details))).await?;
    Ok(members(&cookies).iter().filter_map(read_cookie).collect())
}

/// The cookies that a page of `host` over https may be sent, whatever its path: those of the host itself, and those
/// that `domains`, the host and the ones above it, have set for what is below them.
///
/// # Errors
/// As [`all_for`].
pub async fn all_of_site(
    host: &str,
    domains: &[&str],
    store: &str,
) -> Result<Vec<Cookie>, ErrorBody> {
    let mut found = Vec::new();
    for domain in domains {
        let any = Object::new().into();
        let details =
            [("domain", (*domain).into()), ("storeId", store.into()), ("partitionKey", any)];
        let cookies = settle(get_all_js(&object(&details))).await?;
        found.extend(members(&cookies).iter().filter_map(|cookie| of_site(cookie, host, domain)));
    }
    Ok(own_partition_first(found))
}

/// A cookie that was found under `domain`, and whether it is kept apart for another site that embeds `host`.
fn of_site(cookie: &Value, host: &str, domain: &str) -> Option<(bool, Cookie)> {
    let is_elsewhere = |site: &str| {
        let embedder = site.rsplit("://").next().unwrap_or_default();
        !is_within(host, embedder.split(':').next().unwrap_or_default())
    };
    let key = cookie.get("partitionKey").and_then(|key| text(key, "topLevelSite"));
    let cookie = read_cookie(cookie)?;
    // The question for a domain is answered with the cookies of all that is below it as well.
    let is_sent = cookie.domain == domain && (domain == host || !cookie.host_only);
    is_sent.then(|| (key.is_some_and(is_elsewhere), cookie))
}

/// Cookies of one name, domain and path can be kept in several partitions. A request carries one of them: the one of
/// the site itself, where there is one.
fn own_partition_first(found: Vec<(bool, Cookie)>) -> Vec<Cookie> {
    let mut cookies: Vec<Cookie> = Vec::new();
    let (elsewhere, own): (Vec<_>, Vec<_>) =
        found.into_iter().partition(|(is_elsewhere, _)| *is_elsewhere);
    for (_, cookie) in own.into_iter().chain(elsewhere) {
        let same = |other: &Cookie| {
            (&other.name, &other.domain, &other.path)
                == (&cookie.name, &cookie.domain, &cookie.path)
        };
        if !cookies.iter().any(same) {
            cookies.push(cookie);
        }
    }
    cookies
}

/// Every store that is in use now. The profile's own comes first.
///
/// # Errors
/// [`protocol::ErrorCode::Internal`] when the browser does not answer.
pub async fn stores() -> Result<Vec<Store>, ErrorBody> {
    let stores = settle(get_all_stores_js()).await?;
    Ok(members(&stores).iter().filter_map(read_store).collect())
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
    use serde_json::json;

    #[test]
    fn a_domain_cookie_loses_its_dot_and_a_fractional_expiry_its_fraction() {
        let api = json!({"name": "a", "value": "v", "domain": ".producer.ai", "hostOnly": false, "path": "/",
            "secure": true, "httpOnly": true, "session": false, "expirationDate": 1_900_000_000.75, "storeId": "0"});
        let cookie = read_cookie(&api).unwrap();
        assert_eq!(cookie.domain, "producer.ai");
        assert_eq!(cookie.expires_at, Some(1_900_000_000));
        assert!(cookie.secure && cookie.http_only && !cookie.host_only);
        assert_eq!(cookie.value.expose(), "v");
    }

    #[test]
    fn a_session_cookie_has_no_expiry() {
        let api = json!({"name": "a", "value": "", "domain": "www.producer.ai", "hostOnly": true, "path": "/x"});
        let cookie = read_cookie(&api).unwrap();
        assert_eq!(cookie.expires_at, None);
        assert!(cookie.host_only);
    }

    #[test]
    fn a_site_is_sent_its_own_cookies_and_those_set_above_it_for_all_below() {
        let cookie = |domain: &str, host_only: bool| json!({"name": "a", "value": "v", "domain": domain, "hostOnly": host_only, "path": "/p"});
        let sent =
            |cookie: &Value, domain: &str| of_site(cookie, "www.example.com", domain).is_some();
        assert!(sent(&cookie("www.example.com", true), "www.example.com"));
        assert!(sent(&cookie(".example.com", false), "example.com"));
        assert!(!sent(&cookie("example.com", true), "example.com"));
        assert!(!sent(&cookie("login.example.com", true), "example.com"));
        assert!(!sent(&cookie(".x.www.example.com", false), "www.example.com"));
    }

    #[test]
    fn of_a_cookie_in_several_partitions_the_sites_own_counts() {
        let cookie = |value: &str, site: Option<&str>| {
            let key = site.map(|site| json!({ "topLevelSite": site }));
            json!({"name": "a", "value": value, "domain": "www.example.com", "hostOnly": true, "path": "/", "partitionKey": key})
        };
        let values = |cookies: &[Value]| -> Vec<String> {
            let host = "www.example.com";
            let found = cookies.iter().filter_map(|cookie| of_site(cookie, host, host)).collect();
            own_partition_first(found).iter().map(|c| c.value.expose().to_owned()).collect()
        };
        let (own, other) = (
            cookie("own", Some("https://example.com")),
            cookie("other", Some("https://b.example")),
        );
        assert_eq!(values(&[other.clone(), own]), ["own"]);
        assert_eq!(values(&[other.clone(), cookie("plain", None)]), ["plain"]);
        assert_eq!(values(&[other]), ["other"]);
    }

    #[test]
    fn a_store_lists_its_tabs() {
        let store = read_store(&json!({ "id": "1", "tabIds": [7, 8] }));
        assert_eq!(store, Some(Store { id: "1".into(), tab_ids: vec![7, 8] }));
        assert_eq!(read_store(&json!({ "tabIds": [7] })), None);
    }
}
