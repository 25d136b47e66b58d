//! Sessions at the sites of pages that are sent: read when the person has allowed the site, handed to the daemon,
//! forgotten at a word.

use crate::session::store_of;
use crate::{daemon, notes};
use browser::address::Address;
use browser::cookies::{all_of_site, own_store};
use browser::environment::{sleep, user_agent};
use browser::fields::{is_true, text};
use browser::json::value_of;
use browser::site_access::{self, allowed_hosts, cookie_domains, hosts_of, is_within, to_show};
use browser::tabs;
use protocol::method::{ForgetSiteSession, PutSiteSession};
use protocol::send::{OfHost, SiteSession};
use protocol::{ErrorBody, ErrorCode, Source};
use serde_json::Value;
use std::cell::RefCell;
use wasm_bindgen::JsValue;

/// A session comes in several cookies, and they change one after the other.
const SETTLE_MS: u32 = 1_500;

thread_local! {
    /// Hosts whose cookies have just changed.
    static SETTLING: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// The session at `host` in the cookie store `store`; `None` when the person has not allowed it or there is none.
pub async fn session_at(host: &str, store: &str) -> Option<SiteSession> {
    if !site_access::is_allowed(host).await {
        return None;
    }
    // A store that is gone (a private window) holds no session any more.
    let cookies = all_of_site(host, &cookie_domains(host), store).await.ok()?;
    (!cookies.is_empty()).then(|| SiteSession {
        host: host.to_owned(),
        cookies,
        user_agent: Some(user_agent()),
    })
}

/// Hands the session at `host` over again, from the store that it was read from before.
///
/// # Errors
/// `SignedOut` when there is no session; `HostMissing`.
pub async fn renew(host: &str) -> Result<(), ErrorBody> {
    let store = notes::store_of_site(host).await.unwrap_or_else(|| own_store().to_owned());
    put(host, &store).await
}

async fn put(host: &str, store: &str) -> Result<(), ErrorBody> {
    let Some(session) = session_at(host, store).await else {
        return Err(ErrorBody::new(ErrorCode::SignedOut).with("site", host));
    };
    let daemon = daemon::lease().await?;
    daemon.ask_ref::<PutSiteSession>(&session).await.map(drop)
}

/// Takes back what was allowed for `host`, and has the daemon forget.
///
/// # Errors
/// What the browser says; `HostMissing`, and then nothing is read there any more even so.
pub async fn forget(host: &str) -> Result<(), ErrorBody> {
    let allowed = site_access::forget(host).await;
    // Whatever the browser says, the daemon has to forget.
    let mut hosts = allowed.clone().unwrap_or_default();
    if !hosts.iter().any(|forgotten| forgotten == host) {
        hosts.push(host.to_owned());
    }
    forget_sessions(hosts).await?;
    allowed.map(drop)
}

async fn forget_sessions(hosts: Vec<String>) -> Result<(), ErrorBody> {
    let daemon = daemon::lease().await?;
    for host in hosts {
        daemon.ask::<ForgetSiteSession>(OfHost { host }).await?;
    }
    Ok(())
}

/// `permissions.onAdded`: what waits for the session at a site goes on. The popup that asked cannot see to it, because
/// it closes when the browser's question appears.
pub async fn on_permissions_added(permissions: JsValue) {
    let hosts = hosts_of(&value_of(&permissions));
    // A session is handed over for what was sent only.
    if hosts.is_empty() || !daemon::is_watching(Some(Source::Web)).await {
        return;
    }
    // The person has just been asked in the tab in front.
    let store = store_of(tabs::active().await).await;
    for host in to_show(&hosts) {
        if put(&host, &store).await.is_ok() {
            notes::keep_store_of_site(&host, &store).await;
        }
    }
}

/// `permissions.onRemoved`: what was taken back in the browser's own settings is forgotten as well.
pub async fn on_permissions_removed(permissions: JsValue) {
    let hosts = hosts_of(&value_of(&permissions));
    if !hosts.is_empty() {
        // Without a daemon there is nobody who remembers.
        let _ = forget_sessions(hosts).await;
    }
}

/// The daemon needs the session at `origin`. What is not allowed waits for the person.
pub async fn on_needed(origin: &str) {
    if let Some(address) = Address::parse(origin).filter(Address::is_secure) {
        // Without a session its files wait for the person; without a daemon nobody waits.
        let _ = renew(address.host()).await;
    }
}

/// A cookie changed: if pages that were sent from its site may wait for it, the session is handed over again.
pub async fn on_cookie_changed(change: &Value) {
    let Some(domain) = changed_domain(change) else {
        return;
    };
    if !daemon::is_watching(Some(Source::Web)).await {
        return;
    }
    let store = text(&change["cookie"], "storeId").unwrap_or_default();
    for host in allowed_hosts().await {
        let is_new = || SETTLING.with_borrow(|settling| !settling.contains(&host));
        if is_within(&host, domain) && uses_store(&host, store).await && is_new() {
            SETTLING.with_borrow_mut(|settling| settling.push(host.clone()));
            sleep(SETTLE_MS).await;
            SETTLING.with_borrow_mut(|settling| settling.retain(|other| *other != host));
            // As with `on_needed`.
            let _ = put(&host, store).await;
        }
    }
}

/// Only a session that was sent before, from the same store, is renewed without a click.
async fn uses_store(host: &str, store: &str) -> bool {
    notes::store_of_site(host).await.as_deref() == Some(store)
}

/// The domain that somebody may have signed in to, from the information of `cookies.onChanged`.
fn changed_domain(change: &Value) -> Option<&str> {
    let cookie = change.get("cookie")?;
    // Sessions are hidden from scripts; what is not counts visits and keeps choices.
    let is_session = is_true(cookie, "httpOnly") && !is_true(change, "removed");
    text(cookie, "domain").filter(|_| is_session).map(|domain| domain.trim_start_matches('.'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_new_session_cookie_matters_and_a_visit_counter_or_a_sign_out_does_not() {
        let domain = |http_only: bool, removed: bool| {
            let cookie = json!({ "name": "s", "domain": ".example.com", "httpOnly": http_only });
            let change = json!({ "removed": removed, "cookie": cookie });
            changed_domain(&change).map(str::to_owned)
        };
        assert_eq!(domain(true, false).as_deref(), Some("example.com"));
        assert_eq!(domain(false, false), None);
        assert_eq!(domain(true, true), None);
        assert_eq!(changed_domain(&json!({ "cookie": 1 })), None);
    }
}
