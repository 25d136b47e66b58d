//! What can go wrong with a media file.

use protocol::{ErrorBody, ErrorCode};
use std::io;

/// Why a file could not be read or tagged.
#[derive(Debug, thiserror::Error)]
pub enum MediaError {
    /// Reading or writing failed.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// Not media at all, or not the container that was expected; the parameter says what it is.
    #[error("not the expected media but {0}")]
    NotMedia(&'static str),
    /// The structure is broken; the parameter says where.
    #[error("damaged: {0}")]
    Damaged(String),
    /// The file is good and has a form that cannot carry tags. It is worth keeping without them.
    #[error("tags cannot be written: {0}")]
    CannotTag(String),
}

pub(crate) type Result<T> = std::result::Result<T, MediaError>;

/// Shorthand for [`MediaError::Damaged`].
pub(crate) fn damaged<T>(detail: impl Into<String>) -> Result<T> {
    Err(MediaError::Damaged(detail.into()))
}

/// Reading past the end of a structure means that it is cut off, which is the file's fault and not the disk's.
pub(crate) fn cut_off(error: io::Error, what: &str) -> MediaError {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => MediaError::Damaged(format!("{what} is cut off")),
        _ => MediaError::Io(error),
    }
}

impl From<MediaError> for ErrorBody {
    fn from(error: MediaError) -> Self {
        match error {
            MediaError::Io(error) => {
                let code = match error.kind() {
                    io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                        ErrorCode::DiskFull
                    }
                    io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                        ErrorCode::NotWritable
                    }
                    _ => ErrorCode::Io,
                };
                ErrorBody::new(code).with("detail", error)
            }
            MediaError::NotMedia(kind) => ErrorBody::new(ErrorCode::NotMedia).with("kind", kind),
            MediaError::Damaged(detail) => {
                ErrorBody::new(ErrorCode::Damaged).with("detail", detail)
            }
            MediaError::CannotTag(detail) => {
                ErrorBody::new(ErrorCode::Unsupported).with("detail", detail)
            }
        }
    }
}
