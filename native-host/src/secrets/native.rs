//! The keyrings of macOS (Keychain) and Windows (Credential Manager).

use super::refusal::Refusal;
use keyring_core::api::CredentialStoreApi;
use keyring_core::{Entry, Error};
use protocol::Secret;
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::time::timeout;

#[cfg(target_os = "macos")]
use apple_native_keyring_store::keychain::Store;
#[cfg(windows)]
use windows_native_keyring_store::Store;

/// The service that secrets are filed under.
const SERVICE: &str = "MediaFetcher";
/// How long the person may take to answer the system's question.
const PATIENCE: Duration = Duration::from_secs(90);

/// Keeps a secret under a label, in place of an older one. When to ask the person is the system's choice.
pub(super) async fn set(label: &str, secret: &Secret, _: bool) -> Result<(), Refusal> {
    let secret = secret.clone();
    with(label, move |entry| entry.set_password(secret.expose())).await
}

/// The secret under a label; `None` when the person has removed it.
pub(super) async fn get(label: &str) -> Result<Option<Secret>, Refusal> {
    let found = with(label, |entry| match entry.get_password() {
        Err(Error::NoEntry) => Ok(None),
        found => found.map(Some),
    });
    Ok(found.await?.map(Secret::new))
}

/// Forgets the secret under a label.
pub(super) async fn remove(label: &str, _: bool) -> Result<(), Refusal> {
    with(label, |entry| match entry.delete_credential() {
        Err(Error::NoEntry) => Ok(()),
        removed => removed,
    })
    .await
}

/// Whether there is a keyring.
pub(super) async fn look() -> Result<(), Refusal> {
    with("check", |_| Ok(())).await
}

/// Asks the keyring in a thread of its own: an answer may wait for the person, and the program's end must not wait for
/// that.
async fn with<T: Send + 'static>(
    label: &str,
    ask: impl FnOnce(&Entry) -> Result<T, Error> + Send + 'static,
) -> Result<T, Refusal> {
    let (label, (answer, answered)) = (label.to_owned(), oneshot::channel());
    std::thread::spawn(move || {
        let asked = Store::new().and_then(|store| ask(&store.build(SERVICE, &label, None)?));
        // Nobody may wait for it any more.
        let _ = answer.send(asked.map_err(refusal));
    });
    match timeout(PATIENCE, answered).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(_)) => Err(Refusal::Denied("it broke off".into())),
        Err(_) => Err(Refusal::Denied("nobody has unlocked it".into())),
    }
}

fn refusal(error: Error) -> Refusal {
    match error {
        Error::NoDefaultStore | Error::NotSupportedByStore(_) => Refusal::Absent(error.to_string()),
        error => Refusal::Denied(error.to_string()),
    }
}
