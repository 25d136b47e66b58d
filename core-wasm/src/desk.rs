//! Answers the pages' questions.

use crate::sending::{self, Sending};
use crate::session::{Session, store_of};
use crate::{daemon, discogs, listing, renewal, sites, upkeep};
use browser::json::value_of;
use browser::messages::{Sent, SessionState, pack, parse};
use browser::{PageMessage, tabs};
use protocol::method::{ForgetCredentials, OfSource};
use protocol::send::SentPage;
use protocol::{Account, ErrorBody, ErrorCode, Settings, Source, Variant};
use wasm_bindgen::JsValue;

/// The answer to what `runtime.onMessage` gave.
pub async fn answer(message: JsValue) -> JsValue {
    let Some(message) = parse(&value_of(&message)) else {
        return pack(Err::<(), _>(ErrorBody::new(ErrorCode::Unsupported)));
    };
    match message {
        PageMessage::WhoIsThere { source, store_id } => pack(who_is_there(source, store_id).await),
        PageMessage::DownloadAll { source, formats, store_id } => {
            pack(listing::start(source, formats, store_id).await)
        }
        PageMessage::SessionOf { source, store_id } => pack(session_of(source, store_id).await),
        PageMessage::DiscogsUser { store_id } => pack(discogs::user(store_id).await),
        PageMessage::RenewSession { source, store_id } => {
            pack(renewal::renew(source, store_id).await)
        }
        PageMessage::Forget { source } => pack(forget(source).await),
        PageMessage::Send { key, pages, variant, store_id } => {
            pack(send(key, pages, variant, store_id).await)
        }
        PageMessage::RenewSite { host } => pack(sites::renew(&host).await),
        PageMessage::ForgetSite { host } => pack(sites::forget(&host).await),
        PageMessage::Seen => {
            daemon::seen().await;
            pack(Ok(()))
        }
        PageMessage::SettingsChanged => pack(upkeep::on_settings_changed().await),
    }
}

async fn who_is_there(source: Source, store: Option<String>) -> Result<Account, ErrorBody> {
    let pace_ms = Settings::default().pace_ms;
    Session::of(source, store).await.identify(pace_ms).await.map(|identity| identity.account)
}

async fn send(
    key: String,
    pages: Vec<SentPage>,
    variant: Option<Variant>,
    store: Option<String>,
) -> Result<Sent, ErrorBody> {
    let store = match store {
        Some(store) => store,
        None => store_of(tabs::active().await).await,
    };
    sending::send(Sending { key, pages, variant, store }).await
}

async fn session_of(source: Source, store: Option<String>) -> Result<SessionState, ErrorBody> {
    match Session::of(source, store).await.read().await {
        Ok(credentials) => {
            let account_id = Some(credentials.account_id).filter(|id| !id.is_empty());
            Ok(SessionState { signed_in: true, account_id })
        }
        Err(error) if error.code == ErrorCode::SignedOut => Ok(SessionState::default()),
        Err(error) => Err(error),
    }
}

async fn forget(source: Source) -> Result<(), ErrorBody> {
    let host = daemon::lease().await?;
    host.ask::<ForgetCredentials>(OfSource { source }).await.map(drop)
}
