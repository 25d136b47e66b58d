//! The list of all secrets, and those that are in no keyring: encrypted, in a file that only its owner can read. Beside
//! them stands what may lie in the keyring and is nobody's secret any more.
//!
//! The key lies in a file of its own beside it. That keeps a secret out of a backup or a search index that takes one
//! file and not the other, out of what somebody sees who looks at the file, and out of logs. It does not keep it from a
//! program that runs as the same person.

use crate::home::Home;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use chacha20poly1305::aead::{Aead, AeadCore, KeyInit, OsRng, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use library::replace_private_file;
use protocol::{ErrorBody, ErrorCode, Secret};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

/// Bytes of a nonce (draft-irtf-cfrg-xchacha).
const NONCE: usize = 24;

/// The files.
pub(super) struct SecretsFile {
    file: PathBuf,
    key: PathBuf,
    /// Held for a moment by who changes one of them.
    changing: Mutex<()>,
}

/// What the file holds.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct Listed {
    /// Labels in the keyring under which something may lie that has to go, with the name that it was kept under.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub left_over: BTreeMap<String, String>,
    /// Where each secret is, by its name.
    #[serde(flatten)]
    pub places: BTreeMap<String, Place>,
}

/// Where a secret is.
#[derive(Clone, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum Place {
    /// Here: nonce and encrypted text, base64.
    Here(String),
    /// In the system's keyring.
    Keyring {
        /// Under this label.
        keyring: String,
    },
}

impl Listed {
    /// The secret of a name is here now. An older one in the keyring is left over, unless this one has taken its place.
    pub fn put(&mut self, name: &str, place: Place) {
        if let Some(Place::Keyring { keyring }) = self.places.remove(name) {
            self.left_over.insert(keyring, name.to_owned());
        }
        if let Place::Keyring { keyring } = &place {
            self.left_over.remove(keyring);
        }
        self.places.insert(name.to_owned(), place);
    }

    /// The secret of a name is nobody's any more. `has_gone`: it is not in the keyring.
    pub fn forget(&mut self, name: &str, has_gone: bool) {
        let Some(Place::Keyring { keyring }) = self.places.remove(name) else { return };
        if !has_gone {
            self.left_over.insert(keyring, name.to_owned());
        }
    }

    /// Whether something lies in the keyring under a label that has to go, and nothing that is needed.
    pub fn has_to_go(&self, label: &str) -> bool {
        let needed =
            |place: &Place| matches!(place, Place::Keyring { keyring } if keyring == label);
        self.left_over.contains_key(label) && !self.places.values().any(needed)
    }
}

impl SecretsFile {
    /// Those of `home`.
    pub fn of(home: &Home) -> Self {
        let at = |name: &str| home.root().join(name);
        Self { file: at("secrets.json"), key: at("secrets.key"), changing: Mutex::default() }
    }

    /// Encrypts a secret for its name. Nothing is written but the key, if there is none yet.
    pub fn seal(&self, name: &str, secret: &Secret) -> Result<Place, ErrorBody> {
        // Of two new keys one would be lost, with what is encrypted with it.
        let _alone = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let cipher = self.cipher(true)?.ok_or_else(|| broken("the key could not be made"))?;
        let nonce = XChaCha20Poly1305::generate_nonce(&mut OsRng);
        let sealed = cipher
            .encrypt(&nonce, Payload { msg: secret.expose().as_bytes(), aad: name.as_bytes() })
            .map_err(|_| broken("a secret could not be encrypted"))?;
        Ok(Place::Here(BASE64_STANDARD.encode([&nonce[..], &sealed].concat())))
    }

    /// What was sealed for this name.
    pub fn open(&self, name: &str, place: &Place) -> Result<Secret, ErrorBody> {
        let cipher = self.cipher(false)?.ok_or_else(|| broken("the key of the secrets is gone"))?;
        let open = || {
            let Place::Here(text) = place else { return None };
            let bytes = BASE64_STANDARD.decode(text).ok()?;
            let (nonce, sealed) = bytes.split_at_checked(NONCE)?;
            let nonce: XNonce = <[u8; NONCE]>::try_from(nonce).ok()?.into();
            let payload = Payload { msg: sealed, aad: name.as_bytes() };
            String::from_utf8(cipher.decrypt(&nonce, payload).ok()?).ok()
        };
        open().map(Secret::new).ok_or_else(|| broken("a secret is damaged"))
    }

    /// Changes what is noted.
    pub fn change(&self, change: impl FnOnce(&mut Listed)) -> Result<(), ErrorBody> {
        let _alone = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let mut listed = self.read()?;
        change(&mut listed);
        let json = serde_json::to_vec(&listed).map_err(|error| broken(&error.to_string()))?;
        replace_private_file(&self.file, &json).map_err(|error| failed(&error))
    }

    /// What is noted.
    pub fn read(&self) -> Result<Listed, ErrorBody> {
        match std::fs::read(&self.file) {
            Ok(json) => serde_json::from_slice(&json).map_err(|error| broken(&error.to_string())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Listed::default()),
            Err(error) => Err(failed(&error)),
        }
    }

    fn cipher(&self, make: bool) -> Result<Option<XChaCha20Poly1305>, ErrorBody> {
        let key = match std::fs::read(&self.key) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound && make => {
                let key = XChaCha20Poly1305::generate_key(&mut OsRng);
                replace_private_file(&self.key, &key).map_err(|error| failed(&error))?;
                key.to_vec()
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed(&error)),
        };
        let cipher = XChaCha20Poly1305::new_from_slice(&key);
        cipher.map(Some).map_err(|_| broken("the key of the secrets is damaged"))
    }
}

fn failed(error: &io::Error) -> ErrorBody {
    broken(&error.to_string())
}

fn broken(detail: &str) -> ErrorBody {
    ErrorBody::new(ErrorCode::Io).with("detail", detail)
}
