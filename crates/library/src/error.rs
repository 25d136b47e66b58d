//! What can go wrong here, and how it is told to people.

use protocol::{ErrorBody, ErrorCode};
use std::io;

/// A failure of the database or of the library folder.
#[derive(Debug, thiserror::Error)]
pub enum LibraryError {
    /// SQLite failed.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    /// A schema step failed.
    #[error("database migration: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// A stored value does not parse.
    #[error("database holds something unreadable: {0}")]
    Unreadable(String),
    /// Reading or writing a file failed.
    #[error("{what}: {source}")]
    Io {
        /// What was being done, with the file's name.
        what: String,
        /// The system's reason.
        source: io::Error,
    },
    /// The folder, or the disk it is on, is not there.
    #[error("the library folder {0} is missing")]
    VolumeMissing(String),
    /// A commit came from work that has since been given to somebody else (I8).
    #[error("the work was taken over")]
    Superseded,
    /// Its file is being worked on at this moment.
    #[error("“{0}” is being worked on: try again in a moment")]
    Busy(String),
    /// What was asked for does not exist.
    #[error("{0} does not exist")]
    NotFound(String),
    /// A value that cannot be accepted; nothing was changed.
    #[error("{0}")]
    Invalid(String),
}

impl LibraryError {
    pub(crate) fn io(what: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let what = what.into();
        move |source| Self::Io { what, source }
    }
}

impl From<serde_json::Error> for LibraryError {
    fn from(error: serde_json::Error) -> Self {
        Self::Unreadable(error.to_string())
    }
}

impl From<LibraryError> for ErrorBody {
    fn from(error: LibraryError) -> Self {
        match error {
            LibraryError::Io { what, source } => io_error(&what, &source),
            LibraryError::VolumeMissing(folder) => {
                ErrorBody::new(ErrorCode::VolumeMissing).with("folder", folder)
            }
            LibraryError::NotFound(what) => ErrorBody::new(ErrorCode::NotFound).with("what", what),
            LibraryError::Invalid(detail) => {
                ErrorBody::new(ErrorCode::BadParameters).with("detail", detail)
            }
            busy @ LibraryError::Busy(_) => {
                ErrorBody::new(ErrorCode::BadParameters).with("detail", busy)
            }
            LibraryError::Superseded => ErrorBody::new(ErrorCode::Withdrawn),
            other => ErrorBody::new(ErrorCode::Database).with("detail", other),
        }
    }
}

/// The numbered error for a failed file operation.
fn io_error(what: &str, error: &io::Error) -> ErrorBody {
    use io::ErrorKind::*;
    match error.kind() {
        StorageFull | QuotaExceeded => ErrorBody::new(ErrorCode::DiskFull).with("folder", what),
        PermissionDenied | ReadOnlyFilesystem => {
            ErrorBody::new(ErrorCode::NotWritable).with("folder", what)
        }
        _ => ErrorBody::new(ErrorCode::Io).with("detail", format!("{what}: {error}")),
    }
}
