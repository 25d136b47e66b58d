//! What can go wrong here, and how it is told to people.

use crate::names::SMALLEST_LIMIT;
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
    /// The disk of the folder takes too short names.
    #[error("names on the disk of {folder} have at most {longest} bytes")]
    NamesTooShort {
        /// The library folder.
        folder: String,
        /// Bytes of the longest name that it takes.
        longest: usize,
    },
    /// Files on the disk of the folder cannot be given another name.
    #[error("files on the disk of {folder} cannot be renamed: {source}")]
    CannotRename {
        /// The library folder.
        folder: String,
        /// The system's reason.
        source: io::Error,
    },
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
    /// The disk of the library refused, not the database.
    pub(crate) fn is_of_disk(&self) -> bool {
        matches!(self, Self::Io { .. } | Self::VolumeMissing(_))
    }

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
            LibraryError::NamesTooShort { folder, longest } => {
                let error = ErrorBody::new(ErrorCode::NamesTooShort).with("folder", folder);
                error.with("longest", longest).with("needed", SMALLEST_LIMIT)
            }
            LibraryError::CannotRename { folder, source } => {
                let error = ErrorBody::new(ErrorCode::CannotRename).with("folder", folder);
                error.with("detail", source)
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
    match ErrorCode::of_disk(error) {
        ErrorCode::Io => ErrorBody::new(ErrorCode::Io).with("detail", format!("{what}: {error}")),
        code => ErrorBody::new(code).with("folder", what),
    }
}
