//! What went wrong, in the project's error codes. The reading of HTTP statuses is in `refusal`.

use crate::resolver::Refused;
use crate::validator::Kept;
use protocol::{ErrorBody, ErrorCode};
use std::error::Error;
use std::io;
use std::path::Path;
use std::time::Duration;

/// A failed transfer.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{error}")]
pub struct TransferError {
    /// Why.
    pub error: ErrorBody,
    /// How long the server asks to be left alone, or how long its host is held back here.
    pub retry_after: Option<Duration>,
    /// What the part file holds and the next try may go on from. `None`: the next try begins at zero.
    pub kept: Option<Kept>,
    /// A request was sent. `false` when its host was held back here, which should not count as an attempt.
    pub asked: bool,
}

/// A failure inside a transfer, before it is known what remains of the part file.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    pub error: ErrorBody,
    pub retry_after: Option<Duration>,
    pub asked: bool,
}

impl Fault {
    pub fn new(code: ErrorCode) -> Self {
        Self { error: ErrorBody::new(code), retry_after: None, asked: true }
    }

    pub fn with(mut self, name: &str, value: impl std::fmt::Display) -> Self {
        self.error = self.error.with(name, value);
        self
    }

    pub fn after(mut self, wait: Option<Duration>) -> Self {
        self.retry_after = wait;
        self
    }

    /// Nothing was sent.
    pub fn unasked(mut self) -> Self {
        self.asked = false;
        self
    }

    pub fn keeping(self, kept: Option<Kept>) -> TransferError {
        TransferError { error: self.error, retry_after: self.retry_after, kept, asked: self.asked }
    }
}

impl From<ErrorBody> for TransferError {
    /// For work around a transfer that fails: nothing was asked of a server that it could want a pause from.
    fn from(error: ErrorBody) -> Self {
        Self { error, retry_after: None, kept: None, asked: true }
    }
}

impl From<Fault> for TransferError {
    fn from(fault: Fault) -> Self {
        fault.keeping(None)
    }
}

impl From<ErrorBody> for Fault {
    fn from(error: ErrorBody) -> Self {
        Self { error, retry_after: None, asked: true }
    }
}

/// A request that brought no answer.
pub(crate) fn no_answer(host: &str, error: &reqwest::Error) -> Fault {
    if let Some(refused) = causes(error).find_map(|cause| cause.downcast_ref::<Refused>()) {
        return Fault::new(ErrorCode::AddressRefused).with("address", refused.address()).unasked();
    }
    Fault::new(ErrorCode::Unreachable).with("host", host).with("detail", innermost(error))
}

/// A body that broke off.
pub(crate) fn broken_off(host: &str, detail: impl std::fmt::Display) -> Fault {
    Fault::new(ErrorCode::Interrupted).with("host", host).with("detail", detail)
}

/// The last cause. reqwest's own text would repeat the address, and a signed address is a credential.
pub(crate) fn innermost(error: &reqwest::Error) -> String {
    causes(error).last().map_or_else(|| "no answer".to_owned(), ToString::to_string)
}

fn causes<'a>(error: &'a reqwest::Error) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(error.source(), |cause: &&'a (dyn Error + 'static)| (*cause).source())
}

/// A failure of the disk while `needed` more bytes were to be written to `path`.
pub(crate) fn disk(error: &io::Error, path: &Path, needed: Option<u64>) -> Fault {
    let folder = path.parent().unwrap_or(path);
    let of_folder = |code| Fault::new(code).with("folder", folder.display());
    match (ErrorCode::of_disk(error), error.kind()) {
        (ErrorCode::DiskFull, _) => {
            let mut fault = of_folder(ErrorCode::DiskFull);
            if let Ok(free) = fs4::available_space(folder) {
                fault = fault.with("free", free);
            }
            match needed {
                Some(needed) => fault.with("needed", needed),
                None => fault,
            }
        }
        // The folder of a part is the library's own.
        (ErrorCode::Io, io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            of_folder(ErrorCode::VolumeMissing)
        }
        (ErrorCode::Io, _) => Fault::new(ErrorCode::Io).with("detail", error),
        (code, _) => of_folder(code),
    }
}
