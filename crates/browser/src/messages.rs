//! What the pages ask the worker, and the functions that ask it.
//!
//! The worker has the site's session and does the listing; jobs, progress and settings are asked of the daemon
//! directly, over the page's own [`crate::HostClient`].

use crate::environment::random_uuid;
use crate::fields::{self, list, text};
use crate::json::{from_value, object, to_js};
use crate::runtime::send_message;
use protocol::send::SentPage;
use protocol::{Account, ErrorBody, ErrorCode, JobId, Source, Variant};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use wasm_bindgen::JsValue;

/// The record of the session's storage in which the worker leaves what went wrong while no page was open.
pub const NOTICE_KEY: &str = "notice";

/// A page's question to the worker. `store_id` is a cookie store; without one it is the active tab's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "ask", rename_all = "snake_case")]
pub enum PageMessage {
    /// Who is signed in? Asks the site. Answer: [`Account`].
    WhoIsThere {
        /// The site.
        source: Source,
        /// The cookie store.
        store_id: Option<String>,
    },
    /// Lists everything and has it downloaded. Answer: [`StartedJob`], before the listing has begun.
    DownloadAll {
        /// The site.
        source: Source,
        /// What to bring; the settings' formats when empty.
        formats: Vec<Variant>,
        /// The cookie store.
        store_id: Option<String>,
    },
    /// Is there a session? Looks at the cookies only, so it answers at once. Answer: [`SessionState`].
    SessionOf {
        /// The site.
        source: Source,
        /// The cookie store.
        store_id: Option<String>,
    },
    /// Who is signed in on discogs.com? Asks the site. Answer: their name in addresses, or null.
    DiscogsUser {
        /// The cookie store.
        store_id: Option<String>,
    },
    /// Hands the session over to the daemon again, so that files that wait for it go on. Answer: [`Account`].
    RenewSession {
        /// The site.
        source: Source,
        /// The cookie store.
        store_id: Option<String>,
    },
    /// The daemon forgets the site's session. Answer: null.
    Forget {
        /// The site.
        source: Source,
    },
    /// Sends addresses to the daemon, with the sessions at their sites where those are allowed. Answer: [`Sent`].
    Send {
        /// Idempotency key.
        key: String,
        /// The addresses.
        pages: Vec<SentPage>,
        /// As what; the setting's when absent.
        variant: Option<Variant>,
        /// The cookie store.
        store_id: Option<String>,
    },
    /// Hands the session at a host over, so that what waits for it goes on. Answer: null.
    RenewSite {
        /// The host.
        host: String,
    },
    /// The session at a host is forgotten, here and by the daemon, and not read again. Answer: null.
    ForgetSite {
        /// The host.
        host: String,
    },
    /// The person has seen how things stand: the badge's tick or "!" can go. Answer: null.
    Seen,
    /// Settings were changed: the worker looks whether it has to keep libraries up to date. Answer: null.
    SettingsChanged,
}

/// Answer to [`PageMessage::DownloadAll`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StartedJob {
    /// The job to watch.
    pub job: JobId,
    /// A listing for this site was under way already; this is its job.
    pub existing: bool,
}

/// Answer to [`PageMessage::SessionOf`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionState {
    /// The cookies hold a session. Whether the site still accepts it, only `WhoIsThere` tells.
    pub signed_in: bool,
    /// Whose, where the cookie says so.
    #[serde(default)]
    pub account_id: Option<String>,
}

/// Answer to [`PageMessage::Send`]: what became of the addresses.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sent {
    /// Addresses that the daemon has taken.
    pub pages: u64,
    /// Why others were not taken, if any.
    #[serde(default)]
    pub refused: Option<ErrorBody>,
}

/// The worker's answer on its way to a page: `{"ok": …}` or `{"err": …}`.
pub fn pack(answer: Result<impl Serialize, ErrorBody>) -> JsValue {
    match answer {
        Ok(answer) => object(&[("ok", to_js(&answer))]),
        Err(error) => object(&[("err", to_js(&error))]),
    }
}

/// Opens what [`pack`] has packed.
fn unpack<T: DeserializeOwned>(mut reply: Value) -> Result<T, ErrorBody> {
    match reply.get("err") {
        Some(error) => Err(fields::error(error)),
        None => from_value(fields::take(&mut reply, "ok")),
    }
}

/// Who is signed in to `source`, says the site.
///
/// # Errors
/// [`protocol::ErrorCode::SignedOut`], [`protocol::ErrorCode::Challenge`], … as the site answers.
pub async fn who_is_there(source: Source) -> Result<Account, ErrorBody> {
    ask(&PageMessage::WhoIsThere { source, store_id: None }).await
}

/// Starts "Download all"; the listing goes on when the page is closed. Empty `formats` means the settings'.
///
/// # Errors
/// As [`who_is_there`], and [`protocol::ErrorCode::HostMissing`].
pub async fn download_all(source: Source, formats: Vec<Variant>) -> Result<StartedJob, ErrorBody> {
    let click = PageMessage::DownloadAll { source, formats, store_id: None };
    match ask(&click).await {
        // The worker was stopped before it answered. The next one finds the click's note, if it came to that, and
        // the two make one job.
        Err(error) if error.code == ErrorCode::Internal => ask(&click).await,
        answered => answered,
    }
}

/// Whether the cookies hold a session for `source`; asks nobody.
///
/// # Errors
/// [`protocol::ErrorCode::Internal`] when the browser gives no cookies.
pub async fn session_of(source: Source) -> Result<SessionState, ErrorBody> {
    ask(&PageMessage::SessionOf { source, store_id: None }).await
}

/// The name of the person who is signed in on discogs.com in this browser, to begin a form with; `None` when nobody is.
///
/// # Errors
/// [`protocol::ErrorCode::Challenge`], [`protocol::ErrorCode::Unreachable`].
pub async fn discogs_user() -> Result<Option<String>, ErrorBody> {
    ask(&PageMessage::DiscogsUser { store_id: None }).await
}

/// Hands the session of `source` over again, after the person has signed in; before "Try again".
///
/// # Errors
/// As [`download_all`].
pub async fn renew_session(source: Source) -> Result<Account, ErrorBody> {
    ask(&PageMessage::RenewSession { source, store_id: None }).await
}

/// Makes the daemon forget the session of `source`.
///
/// # Errors
/// [`protocol::ErrorCode::HostMissing`].
pub async fn forget(source: Source) -> Result<(), ErrorBody> {
    ask::<Value>(&PageMessage::Forget { source }).await.map(drop)
}

/// Sends addresses, such as the page in a tab or a pasted list. `variant` is the setting's when absent.
///
/// # Errors
/// What the daemon says when it takes none of them; [`protocol::ErrorCode::HostMissing`].
pub async fn send(pages: Vec<SentPage>, variant: Option<Variant>) -> Result<Sent, ErrorBody> {
    let message = PageMessage::Send { key: random_uuid(), pages, variant, store_id: None };
    match ask(&message).await {
        // The worker was stopped before it answered. With the same key nothing is sent twice.
        Err(error) if error.code == ErrorCode::Internal => ask(&message).await,
        answered => answered,
    }
}

/// Hands the session at `host` over, after the person has allowed it or has signed in there.
///
/// # Errors
/// [`protocol::ErrorCode::SignedOut`] when there is none, or it is not allowed.
pub async fn renew_site(host: String) -> Result<(), ErrorBody> {
    ask::<Value>(&PageMessage::RenewSite { host }).await.map(drop)
}

/// Has the session at `host` forgotten.
///
/// # Errors
/// [`protocol::ErrorCode::HostMissing`]; the session is not read again even so.
pub async fn forget_site(host: String) -> Result<(), ErrorBody> {
    ask::<Value>(&PageMessage::ForgetSite { host }).await.map(drop)
}

/// Clears the badge's tick or "!". To be called when the popup opens.
pub async fn seen() {
    // A worker that cannot be reached shows no badge that could be cleared.
    let _ = ask::<Value>(&PageMessage::Seen).await;
}

/// Tells the worker that settings were changed. To be called after `settings.set`.
pub async fn settings_changed() {
    // It also looks at each start, so a lost message costs nothing.
    let _ = ask::<Value>(&PageMessage::SettingsChanged).await;
}

async fn ask<T: DeserializeOwned>(message: &PageMessage) -> Result<T, ErrorBody> {
    // Marked, so that other messages inside the extension are never taken for one of ours.
    let message = object(&[("to", WORKER.into()), ("message", to_js(message))]);
    unpack(send_message(&message).await?)
}

/// The address on messages to the worker.
const WORKER: &str = "worker";

/// The message in what `runtime.onMessage` gives; `None` when it is not for the worker or makes no sense.
pub fn parse(received: &Value) -> Option<PageMessage> {
    if text(received, "to")? != WORKER {
        return None;
    }
    let message = received.get("message")?;
    let source = || text(message, "source")?.parse().ok();
    let store_id = || text(message, "store_id").map(str::to_owned);
    Some(match text(message, "ask")? {
        "who_is_there" => PageMessage::WhoIsThere { source: source()?, store_id: store_id() },
        "download_all" => PageMessage::DownloadAll {
            source: source()?,
            formats: variants(message),
            store_id: store_id(),
        },
        "session_of" => PageMessage::SessionOf { source: source()?, store_id: store_id() },
        "discogs_user" => PageMessage::DiscogsUser { store_id: store_id() },
        "renew_session" => PageMessage::RenewSession { source: source()?, store_id: store_id() },
        "forget" => PageMessage::Forget { source: source()? },
        "send" => PageMessage::Send {
            key: text(message, "key")?.to_owned(),
            pages: list(message, "pages").iter().filter_map(sent_page).collect(),
            variant: text(message, "variant").and_then(|variant| variant.parse().ok()),
            store_id: store_id(),
        },
        "renew_site" => PageMessage::RenewSite { host: text(message, "host")?.to_owned() },
        "forget_site" => PageMessage::ForgetSite { host: text(message, "host")?.to_owned() },
        "seen" => PageMessage::Seen,
        "settings_changed" => PageMessage::SettingsChanged,
        _ => return None,
    })
}

fn sent_page(page: &Value) -> Option<SentPage> {
    let optional = |name| text(page, name).map(str::to_owned);
    let address = text(page, "address")?.to_owned();
    Some(SentPage { address, found_on: optional("found_on"), title: optional("title") })
}

/// The field `formats` of a message, of settings or of a note. Formats that we do not know are left out.
pub fn variants(of: &Value) -> Vec<Variant> {
    let names = list(of, "formats").iter().filter_map(Value::as_str);
    names.filter_map(|name| name.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_message_survives_the_way() {
        let source = Source::Flowmusic;
        let store_id = Some("1".to_owned());
        let messages = [
            PageMessage::WhoIsThere { source, store_id: store_id.clone() },
            PageMessage::DownloadAll {
                source,
                formats: Variant::OF_SONGS.to_vec(),
                store_id: None,
            },
            PageMessage::SessionOf { source: Source::Producer, store_id: store_id.clone() },
            PageMessage::DiscogsUser { store_id: store_id.clone() },
            PageMessage::RenewSession { source, store_id },
            PageMessage::Forget { source },
            PageMessage::Send {
                key: "k".into(),
                pages: vec![
                    SentPage {
                        address: "https://example.com/é".into(),
                        found_on: Some("https://example.com/".into()),
                        title: Some("A \"page\"".into()),
                    },
                    SentPage { address: "http://example.org".into(), ..SentPage::default() },
                ],
                variant: Some(Variant::Opus),
                store_id: Some("0".into()),
            },
            PageMessage::Send { key: "k".into(), pages: Vec::new(), variant: None, store_id: None },
            PageMessage::RenewSite { host: "example.com".into() },
            PageMessage::ForgetSite { host: "example.com".into() },
            PageMessage::Seen,
            PageMessage::SettingsChanged,
        ];
        for sent in messages {
            assert_eq!(parse(&json!({ "to": "worker", "message": sent })), Some(sent));
        }
    }

    #[test]
    fn a_message_for_somebody_else_is_not_ours_and_nonsense_is_none() {
        assert_eq!(parse(&json!({ "ask": "seen" })), None);
        assert_eq!(parse(&json!("ping")), None);
        assert_eq!(parse(&json!({ "to": "worker", "message": { "ask": "format_disk" } })), None);
        assert_eq!(
            parse(&json!({ "to": "worker", "message": { "ask": "forget", "source": "x" } })),
            None
        );
        let pages = json!([{ "address": 1 }, "https://example.com", { "title": "no address" }]);
        let message = json!({ "ask": "send", "key": "k", "pages": pages, "variant": "exe" });
        let sent =
            PageMessage::Send { key: "k".into(), pages: Vec::new(), variant: None, store_id: None };
        assert_eq!(parse(&json!({ "to": "worker", "message": message })), Some(sent));
    }

    #[test]
    fn a_reply_opens_to_what_was_packed() {
        let state = SessionState { signed_in: true, account_id: Some("u1".into()) };
        assert_eq!(unpack(json!({ "ok": state.clone() })), Ok(state));
        assert_eq!(unpack::<Value>(json!({ "ok": null })), Ok(Value::Null));
        let error = ErrorBody::new(ErrorCode::SignedOut).with("site", "producer.ai");
        let sent = Sent { pages: 2, refused: Some(error.clone()) };
        assert_eq!(unpack(json!({ "ok": sent.clone() })), Ok(sent));
        assert_eq!(unpack::<Value>(json!({ "err": error.clone() })), Err(error));
        assert_eq!(unpack::<SessionState>(json!({})).unwrap_err().code, ErrorCode::BadParameters);
    }
}
