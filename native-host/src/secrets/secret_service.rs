//! The keyring of Linux desktops: the default collection of the Secret Service, such as GNOME Keyring, KWallet or
//! KeePassXC. It asks the person in a window, so that without a screen a locked one stays locked
//! (<https://specifications.freedesktop.org/secret-service/>).

use super::refusal::Refusal;
use crate::screen::has_screen;
use protocol::Secret;
use secret_service::{Collection, EncryptionType, Error, Item, SecretService};
use std::collections::HashMap;
use std::time::Duration;
use tokio::time::timeout;

/// A bus or a service that is there answers at once; one that is just started may need this long.
const GREETING: Duration = Duration::from_secs(5);
/// How long the person may take to unlock the keyring.
const PATIENCE: Duration = Duration::from_secs(90);

/// Keeps a secret under a label, in place of an older one. The person is asked to unlock the keyring only if `ask`.
pub(super) async fn set(label: &str, secret: &Secret, ask: bool) -> Result<(), Refusal> {
    let service = connect().await?;
    patiently(async {
        let collection = collection(&service).await?;
        unlock(&collection, ask).await?;
        let shown = format!("MediaFetcher: {label}");
        let bytes = secret.expose().as_bytes();
        let made = collection.create_item(&shown, names(label), bytes, true, "text/plain").await;
        made.map(drop).map_err(denied)
    })
    .await
}

/// The secret under a label; `None` when the person has removed it. The person is asked to unlock the keyring.
pub(super) async fn get(label: &str) -> Result<Option<Secret>, Refusal> {
    let service = connect().await?;
    patiently(async {
        let Some(item) = find_opening(&service, label, true).await? else { return Ok(None) };
        unlock_item(&item).await?;
        let bytes = item.get_secret().await.map_err(denied)?;
        let text = String::from_utf8(bytes);
        let text = text.map_err(|_| Refusal::Denied("it holds something else".into()))?;
        Ok(Some(Secret::new(text)))
    })
    .await
}

/// Forgets the secret under a label. The person is asked to unlock the keyring only if `ask`.
pub(super) async fn remove(label: &str, ask: bool) -> Result<(), Refusal> {
    let service = connect().await?;
    patiently(async {
        let Some(item) = find_opening(&service, label, ask).await? else { return Ok(()) };
        if !ask && item.is_locked().await.map_err(denied)? {
            return Err(locked());
        }
        unlock_item(&item).await?;
        item.delete().await.map_err(denied)
    })
    .await
}

/// Whether a secret would be taken now. Asks the person nothing.
pub(super) async fn look() -> Result<(), Refusal> {
    let service = connect().await?;
    patiently(async { unlock(&collection(&service).await?, false).await }).await
}

async fn connect() -> Result<SecretService<'static>, Refusal> {
    let greeted = timeout(GREETING, SecretService::connect(EncryptionType::Dh)).await;
    let greeted = greeted.map_err(|_| Refusal::Absent("it does not answer".into()))?;
    greeted.map_err(|error| Refusal::Absent(error.to_string()))
}

async fn collection<'a>(service: &'a SecretService<'_>) -> Result<Collection<'a>, Refusal> {
    match service.get_default_collection().await {
        // Making one is the desktop's business: it asks for a new password.
        Err(Error::NoResult) => Err(Refusal::Absent("it was never set up".into())),
        found => found.map_err(denied),
    }
}

async fn unlock(collection: &Collection<'_>, ask: bool) -> Result<(), Refusal> {
    match collection.is_locked().await.map_err(denied)? {
        false => Ok(()),
        true if ask && has_screen() => collection.unlock().await.map_err(denied),
        true => Err(locked()),
    }
}

async fn unlock_item(item: &Item<'_>) -> Result<(), Refusal> {
    match item.is_locked().await.map_err(denied)? {
        false => Ok(()),
        true if has_screen() => item.unlock().await.map_err(denied),
        true => Err(locked()),
    }
}

/// As [`find`], also in a keyring that does not show what is in it while it is locked.
async fn find_opening<'a>(
    service: &'a SecretService<'_>,
    label: &str,
    ask: bool,
) -> Result<Option<Item<'a>>, Refusal> {
    if let Some(item) = find(service, label).await? {
        return Ok(Some(item));
    }
    unlock(&collection(service).await?, ask).await?;
    find(service, label).await
}

async fn find<'a>(
    service: &'a SecretService<'_>,
    label: &str,
) -> Result<Option<Item<'a>>, Refusal> {
    let found = service.search_items(names(label)).await.map_err(denied)?;
    Ok(found.unlocked.into_iter().chain(found.locked).next())
}

/// What an item is found by.
fn names(label: &str) -> HashMap<&str, &str> {
    HashMap::from([("application", "mediafetcher"), ("secret", label)])
}

fn locked() -> Refusal {
    Refusal::Denied("it is locked".into())
}

fn denied(error: Error) -> Refusal {
    Refusal::Denied(match error {
        Error::Locked => return locked(),
        Error::Prompt | Error::PromptDisconnected => "it is locked, and was not unlocked".into(),
        error => error.to_string(),
    })
}

async fn patiently<T>(asked: impl Future<Output = Result<T, Refusal>>) -> Result<T, Refusal> {
    let waited = timeout(PATIENCE, asked).await;
    waited.unwrap_or_else(|_| Err(Refusal::Denied("nobody has unlocked it".into())))
}
