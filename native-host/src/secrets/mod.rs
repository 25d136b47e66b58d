//! Secrets that outlive the daemon, such as an access token: in the system's keyring, and where there is none or it does
//! not want to, encrypted in a file.
//!
//! The file is also the list of all of them: for each name it holds the secret, or where in the keyring it lies. So a
//! keyring that cannot be reached is told from a secret that there never was. Whatever may lie in the keyring is on the
//! list before it does: what was replaced or forgotten while the keyring was locked or away is remembered, without the
//! secret itself, and goes when the keyring can be had again.
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
use file::{Listed, Place, SecretsFile};
use protocol::{ErrorBody, ErrorCode, Secret};
pub use refusal::Refusal;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::{Mutex, Notify};
use tokio::time::sleep;

/// Between two looks at a keyring in which something is left over.
const PAUSE: Duration = Duration::from_secs(5 * 60);

/// The secrets of a data folder.
pub struct Secrets {
    file: Arc<SecretsFile>,
    /// Tells the secrets of this data folder from those of another in the same keyring.
    owner: String,
    /// Held by who asks for the secret of a name or changes it, also while the system asks the person. Nobody else waits
    /// for that, and who has waited is not asked again.
    turns: std::sync::Mutex<HashMap<String, Turn>>,
    /// The keyring has answered, or something is left over in it.
    tidying: Notify,
}

type Turn = Arc<Mutex<Option<Denial>>>;

/// What the person, or the system, has answered to the last who asked for a secret.
struct Denial {
    refusal: Refusal,
    at: Instant,
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
    /// How many that were replaced or forgotten may be in the keyring still.
    pub left_over: usize,
}

impl Secrets {
    /// Those of `home`.
    pub fn of(home: &Home) -> Self {
        let owner = home.root().display().to_string();
        let (file, turns) = (Arc::new(SecretsFile::of(home)), Default::default());
        Self { file, owner, turns, tidying: Notify::new() }
    }

    /// Keeps a secret under a name, in place of an older one. Where the keyring is locked, the system may ask the person
    /// to open it.
    ///
    /// # Errors
    /// [`ErrorCode::Io`] when the files cannot be read or written.
    pub async fn put(&self, name: &str, secret: &Secret) -> Result<(), ErrorBody> {
        let turn = self.turn(name);
        let mut denial = turn.lock().await;
        *denial = None;
        let place = match self.hand_over(name, secret, true).await? {
            Ok(place) => place,
            Err(refusal) => {
                tracing::info!(%refusal, "a secret is kept in the encrypted file");
                self.seal(name, secret).await?
            }
        };
        let name = name.to_owned();
        self.change(move |listed| listed.put(&name, place)).await?;
        self.tidying.notify_one();
        Ok(())
    }

    /// The secret of a name, if there is one. One that lies in the file moves to the keyring if that is open.
    ///
    /// # Errors
    /// [`ErrorCode::KeyringRefused`] when it lies there and does not come out; [`ErrorCode::Io`] when the files cannot be
    /// read, or the secret was not encrypted with this key under this name.
    pub async fn get(&self, name: &str) -> Result<Option<Secret>, ErrorBody> {
        let came = Instant::now();
        let turn = self.turn(name);
        let mut denial = turn.lock().await;
        match self.read().await?.places.remove(name) {
            None => Ok(None),
            Some(Place::Keyring { keyring }) => {
                // The answer to a question that was open when this one came is the answer to both.
                if let Some(known) = denial.as_ref().filter(|denial| denial.at > came) {
                    return Err(known.refusal.clone().into());
                }
                let found = keyring::get(&keyring).await;
                if let Err(refusal @ Refusal::Denied(_)) = &found {
                    *denial = Some(Denial { refusal: refusal.clone(), at: Instant::now() });
                }
                let secret = found?;
                self.tidying.notify_one();
                Ok(secret)
            }
            Some(sealed) => {
                let secret = self.open(name, sealed).await?;
                self.move_over(name, &secret).await;
                Ok(Some(secret))
            }
        }
    }

    /// Forgets the secret of a name, wherever it is. Where there is no keyring now, it goes from there later.
    ///
    /// # Errors
    /// [`ErrorCode::KeyringRefused`] when it lies in a keyring that does not let go of it; [`ErrorCode::Io`].
    pub async fn remove(&self, name: &str) -> Result<(), ErrorBody> {
        let turn = self.turn(name);
        let _alone = turn.lock().await;
        let Some(place) = self.read().await?.places.remove(name) else { return Ok(()) };
        let mut has_gone = false;
        if let Place::Keyring { keyring } = place {
            match keyring::remove(&keyring, true).await {
                Err(refusal @ Refusal::Denied(_)) => return Err(refusal.into()),
                Err(refusal) => tracing::info!(%refusal, "a secret leaves the keyring later"),
                Ok(()) => has_gone = true,
            }
        }
        let name = name.to_owned();
        self.change(move |listed| listed.forget(&name, has_gone)).await?;
        self.tidying.notify_one();
        Ok(())
    }

    /// Where they are kept. Asks nobody for anything.
    ///
    /// # Errors
    /// [`ErrorCode::Io`] when the file cannot be read.
    pub async fn kept(&self) -> Result<Kept, ErrorBody> {
        let Listed { places, left_over } = self.read().await?;
        let in_keyring =
            places.values().filter(|place| matches!(place, Place::Keyring { .. })).count();
        let in_file = places.len() - in_keyring;
        let refusal = keyring::look().await.err();
        Ok(Kept { refusal, in_keyring, in_file, left_over: left_over.len() })
    }

    /// Removes from the keyring what is left over there, now and whenever there is something. Asks nobody for anything,
    /// and never ends.
    pub async fn keep_tidy(&self) {
        loop {
            let is_tidy = self.tidy().await.unwrap_or_else(|error| {
                tracing::warn!(%error, "what is left over in the keyring is not known");
                true
            });
            tokio::select! {
                () = self.tidying.notified() => {}
                () = sleep(PAUSE), if !is_tidy => {}
            }
        }
    }

    /// Returns whether nothing is left over any more.
    async fn tidy(&self) -> Result<bool, ErrorBody> {
        let mut is_tidy = true;
        for (label, name) in self.read().await?.left_over {
            is_tidy &= self.clear(label, &name).await?;
        }
        Ok(is_tidy)
    }

    async fn clear(&self, label: String, name: &str) -> Result<bool, ErrorBody> {
        // Who has the turn changes this very secret, perhaps with a question to the person.
        let Ok(_alone) = self.turn(name).try_lock_owned() else { return Ok(false) };
        if self.read().await?.has_to_go(&label)
            && let Err(refusal) = keyring::remove(&label, false).await
        {
            tracing::debug!(%refusal, "a secret is left over in the keyring");
            return Ok(false);
        }
        self.change(move |listed| drop(listed.left_over.remove(&label))).await?;
        Ok(true)
    }

    /// Nothing is lost if this fails at any step: the secret is taken out of the file last.
    async fn move_over(&self, name: &str, secret: &Secret) {
        let moved = async {
            if let Ok(place) = self.hand_over(name, secret, false).await? {
                let name = name.to_owned();
                self.change(move |listed| listed.put(&name, place)).await?;
                self.tidying.notify_one();
            }
            Ok::<_, ErrorBody>(())
        };
        if let Err(error) = moved.await {
            tracing::warn!(%error, "a secret may be in the keyring and in the file");
        }
    }

    /// Gives a secret to the keyring, if there is one that takes it. That it may be there is noted before: whatever comes
    /// between, it is found again.
    async fn hand_over(
        &self,
        name: &str,
        secret: &Secret,
        ask: bool,
    ) -> Result<Result<Place, Refusal>, ErrorBody> {
        match keyring::look().await {
            Err(Refusal::Denied(_)) if ask => {}
            Err(refusal) => return Ok(Err(refusal)),
            Ok(()) => {}
        }
        let label = self.label(name);
        let (noted, owner) = (label.clone(), name.to_owned());
        self.change(move |listed| drop(listed.left_over.insert(noted, owner))).await?;
        let taken = keyring::set(&label, secret, ask).await;
        Ok(taken.map(|()| Place::Keyring { keyring: label }))
    }

    fn turn(&self, name: &str) -> Turn {
        let mut turns = self.turns.lock().expect("nothing panics while holding it");
        turns.entry(name.to_owned()).or_default().clone()
    }

    fn label(&self, name: &str) -> String {
        format!("{name} ({})", self.owner)
    }

    async fn read(&self) -> Result<Listed, ErrorBody> {
        self.on_disk(SecretsFile::read).await
    }

    async fn change(
        &self,
        change: impl FnOnce(&mut Listed) + Send + 'static,
    ) -> Result<(), ErrorBody> {
        self.on_disk(move |file| file.change(change)).await
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
