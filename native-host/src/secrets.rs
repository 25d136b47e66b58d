//! Secrets that outlive the daemon, such as an access token: encrypted, in a file that only its owner can read.
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
use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::Mutex;

/// Bytes of a nonce (draft-irtf-cfrg-xchacha).
const NONCE: usize = 24;

/// The secrets of a data folder.
pub struct Secrets {
    file: PathBuf,
    key: PathBuf,
    /// One change at a time.
    changing: Mutex<()>,
}

impl Secrets {
    /// Those of `home`.
    pub fn of(home: &Home) -> Self {
        let at = |name: &str| home.root().join(name);
        Self { file: at("secrets.json"), key: at("secrets.key"), changing: Mutex::new(()) }
    }

    /// Keeps a secret under a name, in place of an older one.
    ///
    /// # Errors
    /// [`ErrorCode::Io`] when the files cannot be read or written; nothing was changed then.
    pub fn put(&self, name: &str, secret: &Secret) -> Result<(), ErrorBody> {
        let _alone = self.changing.lock().expect("nothing panics while holding it");
        let cipher = self.cipher(true)?.ok_or_else(|| broken("the key could not be made"))?;
        let nonce = XChaCha20Poly1305::generate_nonce(&mut OsRng);
        let sealed = cipher
            .encrypt(&nonce, Payload { msg: secret.expose().as_bytes(), aad: name.as_bytes() })
            .map_err(|_| broken("a secret could not be encrypted"))?;
        let mut all = self.read()?;
        all.insert(name.to_owned(), BASE64_STANDARD.encode([&nonce[..], &sealed].concat()));
        self.write(&all)
    }

    /// The secret of a name, if there is one.
    ///
    /// # Errors
    /// [`ErrorCode::Io`] when the files cannot be read, or the secret was not encrypted with this key under this name.
    pub fn get(&self, name: &str) -> Result<Option<Secret>, ErrorBody> {
        let Some(text) = self.read()?.remove(name) else { return Ok(None) };
        let cipher = self.cipher(false)?.ok_or_else(|| broken("the key of the secrets is gone"))?;
        let open = || {
            let bytes = BASE64_STANDARD.decode(text).ok()?;
            let (nonce, sealed) = bytes.split_at_checked(NONCE)?;
            let nonce: XNonce = <[u8; NONCE]>::try_from(nonce).ok()?.into();
            let payload = Payload { msg: sealed, aad: name.as_bytes() };
            String::from_utf8(cipher.decrypt(&nonce, payload).ok()?).ok()
        };
        open().map(|text| Some(Secret::new(text))).ok_or_else(|| broken("a secret is damaged"))
    }

    /// Forgets the secret of a name.
    ///
    /// # Errors
    /// As [`Secrets::put`].
    pub fn remove(&self, name: &str) -> Result<(), ErrorBody> {
        let _alone = self.changing.lock().expect("nothing panics while holding it");
        let mut all = self.read()?;
        if all.remove(name).is_some() {
            self.write(&all)?;
        }
        Ok(())
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

    fn read(&self) -> Result<BTreeMap<String, String>, ErrorBody> {
        match std::fs::read(&self.file) {
            Ok(json) => serde_json::from_slice(&json).map_err(|error| broken(&error.to_string())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(BTreeMap::new()),
            Err(error) => Err(failed(&error)),
        }
    }

    fn write(&self, all: &BTreeMap<String, String>) -> Result<(), ErrorBody> {
        let json = serde_json::to_vec(all).map_err(|error| broken(&error.to_string()))?;
        replace_private_file(&self.file, &json).map_err(|error| failed(&error))
    }
}

fn failed(error: &io::Error) -> ErrorBody {
    broken(&error.to_string())
}

fn broken(detail: &str) -> ErrorBody {
    ErrorBody::new(ErrorCode::Io).with("detail", detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_comes_back_under_its_name_and_lies_nowhere_in_the_open() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::at(folder.path()).unwrap();
        let secrets = Secrets::of(&home);
        assert_eq!(secrets.get("a").unwrap(), None);
        secrets.put("a", &Secret::new("token-of-a")).unwrap();
        secrets.put("b", &Secret::new("token-of-b")).unwrap();
        secrets.put("a", &Secret::new("newer-token")).unwrap();
        let again = Secrets::of(&home);
        assert_eq!(again.get("a").unwrap().unwrap().expose(), "newer-token");
        for file in ["secrets.json", "secrets.key"] {
            let bytes = std::fs::read(folder.path().join(file)).unwrap();
            assert!(!String::from_utf8_lossy(&bytes).contains("token"), "{file}");
            #[cfg(unix)]
            {
                use std::os::unix::fs::PermissionsExt;
                let mode = folder.path().join(file).metadata().unwrap().permissions().mode();
                assert_eq!(mode & 0o077, 0, "{file}");
            }
        }
        again.remove("a").unwrap();
        assert_eq!(secrets.get("a").unwrap(), None);
        assert_eq!(secrets.get("b").unwrap().unwrap().expose(), "token-of-b");
    }

    #[test]
    fn a_secret_that_was_moved_or_changed_is_not_taken() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::at(folder.path()).unwrap();
        let secrets = Secrets::of(&home);
        secrets.put("a", &Secret::new("token")).unwrap();
        let file = folder.path().join("secrets.json");
        let moved = std::fs::read_to_string(&file).unwrap().replace("\"a\"", "\"b\"");
        std::fs::write(&file, moved).unwrap();
        assert_eq!(secrets.get("b").unwrap_err().code, ErrorCode::Io);
        std::fs::remove_file(folder.path().join("secrets.key")).unwrap();
        assert_eq!(secrets.get("b").unwrap_err().code, ErrorCode::Io);
    }
}
