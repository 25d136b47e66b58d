//! Secrets that outlive the daemon, such as an access token: in the system's keyring, and where there is none or it does
//! not want to, encrypted in a file.
//!
//! The file is also the list of all of them: for each name it holds the secret, or where in the keyring it lies. So a
//! keyring that cannot be reached is told from a secret that there never was.
//!
//! | module | job |
//! |---|---|
//! | `file` | the list, and encryption |
//! | `keyring` | the system's keyring |

mod file;
#[cfg_attr(target_os = "linux", path = "secret_service.rs")]
#[cfg_attr(not(target_os = "linux"), path = "native.rs")]
mod keyring;
mod refusal;

use crate::home::Home;
use file::{Place, SecretsFile};
use protocol::{ErrorBody, ErrorCode, Secret};
pub use refusal::Refusal;
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::Mutex;

/// The secrets of a data folder.
pub struct Secrets {
    file: Arc<SecretsFile>,
    /// Tells the secrets of this data folder from those of another in the same keyring.
    owner: String,
    /// One change at a time.
    changing: Mutex<()>,
}

/// Where secrets are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Why new ones do not go to the keyring; `None` when they do.
    pub refusal: Option<Refusal>,
    /// How many are in the keyring.
    pub in_keyring: usize,
    /// How many are in the file.
    pub in_file: usize,
}

impl Secrets {
    /// Those of `home`.
    pub fn of(home: &Home) -> Self {
        let owner = home.root().display().to_string();
        Self { file: Arc::new(SecretsFile::of(home)), owner, changing: Mutex::default() }
    }

    /// Keeps a secret under a name, in place of an older one. Where the keyring is locked, the system may ask the person
    /// to open it.
    ///
    /// # Errors
    /// [`ErrorCode::Io`] when the files cannot be read or written.
    pub async fn put(&self, name: &str, secret: &Secret) -> Result<(), ErrorBody> {
        let _alone = self.changing.lock().await;
        let label = self.label(name);
        let place = match keyring::set(&label, secret, true).await {
            Ok(()) => Place::Keyring { keyring: label },
            Err(refusal) => {
                tracing::info!(%refusal, "a secret is kept in the encrypted file");
                self.seal(name, secret).await?
            }
        };
        self.note(name, Some(place)).await
    }

    /// The secret of a name, if there is one. One that lies in the file moves to the keyring if that is open.
    ///
    /// # Errors
    /// [`ErrorCode::KeyringRefused`] when it lies there and does not come out; [`ErrorCode::Io`] when the files cannot be
    /// read, or the secret was not encrypted with this key under this name.
    pub async fn get(&self, name: &str) -> Result<Option<Secret>, ErrorBody> {
        let _alone = self.changing.lock().await;
        match self.read().await?.remove(name) {
            None => Ok(None),
            Some(Place::Keyring { keyring }) => Ok(keyring::get(&keyring).await?),
            Some(sealed) => {
                let secret = self.open(name, sealed).await?;
                self.move_over(name, &secret).await;
                Ok(Some(secret))
            }
        }
    }

    /// Forgets the secret of a name, wherever it is.
    ///
    /// # Errors
    /// [`ErrorCode::KeyringRefused`] when it lies in a keyring that does not let go of it; [`ErrorCode::Io`].
    pub async fn remove(&self, name: &str) -> Result<(), ErrorBody> {
        let _alone = self.changing.lock().await;
        let Some(place) = self.read().await?.remove(name) else { return Ok(()) };
        let (label, must) = match place {
            Place::Keyring { keyring } => (keyring, true),
            // A kill while it moved may have left it in both.
            Place::Here(_) => (self.label(name), false),
        };
        match keyring::remove(&label, must).await {
            Err(refusal @ Refusal::Denied(_)) if must => return Err(refusal.into()),
            // With the keyring itself, the secret is out of reach.
            Err(refusal) => tracing::info!(%refusal, "nothing was removed from the keyring"),
            Ok(()) => {}
        }
        self.note(name, None).await
    }

    /// Where they are kept. Asks nobody for anything.
    ///
    /// # Errors
    /// [`ErrorCode::Io`] when the file cannot be read.
    pub async fn kept(&self) -> Result<Kept, ErrorBody> {
        let all = self.read().await?;
        let in_keyring =
            all.values().filter(|place| matches!(place, Place::Keyring { .. })).count();
        let in_file = all.len() - in_keyring;
        Ok(Kept { refusal: keyring::look().await.err(), in_keyring, in_file })
    }

    /// Nothing is lost if this fails at any step: the secret is taken out of the file last.
    async fn move_over(&self, name: &str, secret: &Secret) {
        let label = self.label(name);
        if keyring::set(&label, secret, false).await.is_err() {
            return;
        }
        if let Err(error) = self.note(name, Some(Place::Keyring { keyring: label })).await {
            tracing::warn!(%error, "a secret is in the keyring and in the file");
        }
    }

    fn label(&self, name: &str) -> String {
        format!("{name} ({})", self.owner)
    }

    async fn read(&self) -> Result<BTreeMap<String, Place>, ErrorBody> {
        self.on_disk(SecretsFile::read).await
    }

    async fn note(&self, name: &str, place: Option<Place>) -> Result<(), ErrorBody> {
        let name = name.to_owned();
        self.on_disk(move |file| file.note(&name, place)).await
    }

    async fn seal(&self, name: &str, secret: &Secret) -> Result<Place, ErrorBody> {
        let (name, secret) = (name.to_owned(), secret.clone());
        self.on_disk(move |file| file.seal(&name, &secret)).await
    }

    async fn open(&self, name: &str, sealed: Place) -> Result<Secret, ErrorBody> {
        let name = name.to_owned();
        self.on_disk(move |file| file.open(&name, &sealed)).await
    }

    /// Does something that waits for the disk.
    async fn on_disk<T: Send + 'static>(
        &self,
        work: impl FnOnce(&SecretsFile) -> Result<T, ErrorBody> + Send + 'static,
    ) -> Result<T, ErrorBody> {
        let file = self.file.clone();
        let done = tokio::task::spawn_blocking(move || work(&file)).await;
        done.unwrap_or_else(|error| Err(ErrorBody::new(ErrorCode::Internal).with("detail", error)))
    }
}

#[cfg(test)]
mod tests;
