//! Fresh credentials for jobs that need them: when the daemon asks, when the site's cookie changes, when the
//! person says so.
//!
//! Cookies are only read. A refresh token is never spent: that is the site's own page's to do.

use crate::daemon;
use crate::listing;
use crate::notes::{Note, Notes};
use crate::session::{Session, every};
use crate::sites;
use browser::environment::sleep;
use browser::fields::{is_true, text};
use browser::json::value_of;
use protocol::method::PutCredentials;
use protocol::{Account, Credentials, ErrorBody, Settings, Source};
use serde_json::Value;
use std::cell::RefCell;
use wasm_bindgen::JsValue;

/// A session comes in several cookies, and they change one after the other.
const SETTLE_MS: u32 = 1_500;

thread_local! {
    /// Sites whose cookies have just changed.
    static SETTLING: RefCell<Vec<Source>> = const { RefCell::new(Vec::new()) };
}

/// The site that somebody may have signed in to, from the information of `cookies.onChanged`.
fn changed_source(change: &Value) -> Option<Source> {
    let cookie = change.get("cookie")?;
    let (name, domain) = (text(cookie, "name")?, text(cookie, "domain")?);
    let is_token = name.starts_with("sb-") && name.contains("auth-token");
    // Hidden from scripts, so none of the counters'; the protection in front of the site has its own.
    let is_protection = ["__cf", "_cf", "cf_"].iter().any(|start| name.starts_with(start));
    let is_session = is_true(cookie, "httpOnly") && !is_protection;
    if is_true(change, "removed") || !(is_token || is_session) {
        return None;
    }
    let domain = domain.trim_start_matches('.');
    Source::SITES.iter().copied().find(|source| is_within(source.origin(), domain))
}

/// True when `origin`'s host is `domain` or below it.
fn is_within(origin: &str, domain: &str) -> bool {
    let host = origin.trim_start_matches("https://");
    host.strip_suffix(domain)
        .is_some_and(|rest| !domain.is_empty() && (rest.is_empty() || rest.ends_with('.')))
}

/// A cookie of some site changed: if jobs of that site are under way, their session is handed over again.
pub async fn on_cookie_changed(change: JsValue) {
    let change = value_of(&change);
    let Some(source) = changed_source(&change) else {
        return sites::on_cookie_changed(&change).await;
    };
    let is_settling = SETTLING.with_borrow(|settling| settling.contains(&source));
    if is_settling || !is_wanted(source).await {
        return;
    }
    SETTLING.with_borrow_mut(|settling| settling.push(source));
    sleep(SETTLE_MS).await;
    SETTLING.with_borrow_mut(|settling| settling.retain(|other| *other != source));
    let Session { store, .. } = likeliest(source).await;
    // Nobody is signed in, or the daemon is away: then there is nothing to hand over.
    let _ = renew(source, Some(store)).await;
}

async fn is_wanted(source: Source) -> bool {
    daemon::is_watching(Some(source)).await || Notes::load().await.of(source).is_some()
}

async fn likeliest(source: Source) -> Session {
    match Notes::load().await.of(source) {
        Some(note) => Session { source, store: note.store.clone() },
        None => Session::own(source),
    }
}

/// Hands the session over and goes on with a listing that waited for it.
///
/// # Errors
/// As the site answers; `HostMissing`.
pub async fn renew(source: Source, store: Option<String>) -> Result<Account, ErrorBody> {
    let identity = Session::of(source, store).await.identify(Settings::default().pace_ms).await?;
    let host = daemon::lease().await?;
    host.ask_ref::<PutCredentials>(&identity.credentials).await?;
    if let Some(note) = Notes::load().await.of(source)
        && may_go_on(note, &identity.account)
    {
        listing::resume(note.clone()).await;
    }
    Ok(identity.account)
}

fn may_go_on(note: &Note, account: &Account) -> bool {
    note.halted && note.account.as_ref().is_none_or(|expected| expected.id == account.id)
}

/// The daemon needs the session of one account. When that one is not signed in (any more), nothing is sent: the
/// files wait for the person.
pub async fn on_needed(event: Value) {
    if text(&event, "source") == Some(Source::Web.as_str()) {
        return sites::on_needed(text(&event, "origin").unwrap_or_default()).await;
    }
    let source = text(&event, "source").and_then(|source| source.parse::<Source>().ok());
    let (Some(source), Some(account_id)) = (source, text(&event, "account_id")) else {
        return;
    };
    if text(&event, "origin") != Some(source.origin()) {
        return;
    }
    let store = likeliest(source).await.store;
    for session in every(source, Some(store)).await {
        if let Some(credentials) = credentials_of(&session, account_id).await
            && let Ok(host) = daemon::lease().await
        {
            // Refused or lost, the daemon asks again.
            let _ = host.ask_ref::<PutCredentials>(&credentials).await;
            return;
        }
    }
}

/// What signs for this account in this store, if it is signed in there.
async fn credentials_of(session: &Session, account_id: &str) -> Option<Credentials> {
    let mut credentials = session.read().await.ok()?;
    if credentials.account_id.is_empty() {
        let identity = session.identify(Settings::default().pace_ms).await.ok()?;
        credentials = identity.credentials;
    }
    (credentials.account_id == account_id).then_some(credentials)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn source_of(name: &str, domain: &str, http_only: bool, removed: bool) -> Option<Source> {
        let cookie = json!({ "name": name, "domain": domain, "httpOnly": http_only, "value": "x", "storeId": "0" });
        let change = json!({ "removed": removed, "cookie": cookie, "cause": "explicit" });
        changed_source(&change)
    }

    #[test]
    fn a_new_session_cookie_of_a_known_site_matters() {
        let producer = Some(Source::Producer);
        assert_eq!(source_of("sb-api-auth-token.1", "www.producer.ai", false, false), producer);
        assert_eq!(source_of("sb-api-auth-token", ".producer.ai", false, false), producer);
        assert_eq!(source_of("session", "www.producer.ai", true, false), producer);
        assert_eq!(
            source_of("sb-x-auth-token.0", "www.flowmusic.app", false, false),
            Some(Source::Flowmusic)
        );
    }

    #[test]
    fn counters_protection_sign_outs_and_other_sites_do_not_matter() {
        assert_eq!(source_of("_ga", ".producer.ai", false, false), None);
        assert_eq!(source_of("__cf_bm", ".producer.ai", true, false), None);
        assert_eq!(source_of("sb-api-auth-token.0", "www.producer.ai", false, true), None);
        assert_eq!(source_of("sb-api-auth-token.0", "notproducer.ai", false, false), None);
        assert_eq!(source_of("sb-api-auth-token.0", "", false, false), None);
    }

    #[test]
    fn a_listing_that_waits_goes_on_only_for_the_same_account() {
        let account = |id: &str| Account { id: id.into(), name: id.into() };
        let note = Note {
            account: Some(account("a")),
            halted: true,
            ..Notes::default().for_click(Source::Producer, Vec::new(), "0".into(), "k".into())
        };
        assert!(may_go_on(&note, &account("a")));
        assert!(!may_go_on(&note, &account("b")));
        assert!(!may_go_on(&Note { halted: false, ..note }, &account("a")));
    }
}
