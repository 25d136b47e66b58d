//! The list of all secrets, and those that are in no keyring: encrypted, in a file that only its owner can read.
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

/// Bytes of a nonce (draft-irtf-cfrg-xchacha).
const NONCE: usize = 24;

/// The files.
pub(super) struct SecretsFile {
    file: PathBuf,
    key: PathBuf,
}

/// Where a secret is.
#[derive(Serialize, Deserialize)]
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

impl SecretsFile {
    /// Those of `home`.
    pub fn of(home: &Home) -> Self {
        let at = |name: &str| home.root().join(name);
        Self { file: at("secrets.json"), key: at("secrets.key") }
    }

    /// Encrypts a secret for its name. Nothing is written but the key, if there is none yet.
    pub fn seal(&self, name: &str, secret: &Secret) -> Result<Place, ErrorBody> {
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

    /// Notes where the secret of a name is, or that there is none any more.
    pub fn note(&self, name: &str, place: Option<Place>) -> Result<(), ErrorBody> {
        let mut all = self.read()?;
        match place {
            Some(place) => all.insert(name.to_owned(), place),
            None => all.remove(name),
        };
        let json = serde_json::to_vec(&all).map_err(|error| broken(&error.to_string()))?;
        replace_private_file(&self.file, &json).map_err(|error| failed(&error))
    }

    /// All of them, by name.
    pub fn read(&self) -> Result<BTreeMap<String, Place>, ErrorBody> {
        match std::fs::read(&self.file) {
            Ok(json) => serde_json::from_slice(&json).map_err(|error| broken(&error.to_string())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(BTreeMap::new()),
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
