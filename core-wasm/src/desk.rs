//! Answers the pages' questions.

use crate::session::Session;
use crate::{daemon, listing, renewal, upkeep};
use browser::PageMessage;
use browser::json::{to_js, value_of};
use browser::messages::{Reply, SessionState, parse};
use protocol::method::{ForgetCredentials, OfSource};
use protocol::{Account, ErrorBody, ErrorCode, Settings, Source};
use wasm_bindgen::JsValue;

/// The answer to what `runtime.onMessage` gave.
pub async fn answer(message: JsValue) -> JsValue {
    let reply = match parse(&value_of(&message)) {
        Some(message) => reply(message).await,
        None => Reply::Err(ErrorBody::new(ErrorCode::Unsupported)),
    };
    to_js(&reply)
}

async fn reply(message: PageMessage) -> Reply {
    match message {
        PageMessage::WhoIsThere { source, store_id } => {
            Reply::of(who_is_there(source, store_id).await)
        }
        PageMessage::DownloadAll { source, formats, store_id } => {
            Reply::of(listing::start(source, formats, store_id).await)
        }
        PageMessage::SessionOf { source, store_id } => {
            Reply::of(session_of(source, store_id).await)
        }
        PageMessage::RenewSession { source, store_id } => {
            Reply::of(renewal::renew(source, store_id).await)
        }
        PageMessage::Forget { source } => Reply::of(forget(source).await),
        PageMessage::Seen => {
            daemon::seen().await;
            Reply::of(Ok(()))
        }
        PageMessage::SettingsChanged => Reply::of(upkeep::on_settings_changed().await),
    }
}

async fn who_is_there(source: Source, store: Option<String>) -> Result<Account, ErrorBody> {
    let pace_ms = Settings::default().pace_ms;
    Session::of(source, store).await.identify(pace_ms).await.map(|identity| identity.account)
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
