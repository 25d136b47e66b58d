//! What can go wrong when media is probed or converted.

use crate::process::Stop;
use crate::programs::Program;
use protocol::{ErrorBody, ErrorCode};
use std::io;

/// Why media could not be probed or converted.
#[derive(Debug, thiserror::Error)]
pub enum ConvertError {
    /// The program is not there or cannot be run.
    #[error("{} is missing", .0.name())]
    Missing(Program),
    /// This build of ffmpeg cannot do what is needed: too old, or made without an encoder. Says what it lacks.
    #[error("this ffmpeg cannot do it: {0}")]
    Incapable(String),
    /// The media is broken, or is none; ffmpeg's reason, cleaned of paths.
    #[error("damaged: {0}")]
    Damaged(String),
    /// What came out is not as long as what went in. Both in seconds.
    #[error("{found:.1} of {expected:.1} seconds came out")]
    WrongDuration {
        /// Length of the source.
        expected: f64,
        /// Length of the result.
        found: f64,
    },
    /// The disk of the result is full.
    #[error("the disk is full")]
    DiskFull,
    /// The program stopped getting further and was ended.
    #[error("{} stopped getting further", .0.name())]
    Stalled(Program),
    /// The caller's token was cancelled.
    #[error("cancelled")]
    Cancelled,
    /// The program was ended by somebody else or broke; says how.
    #[error("{program} died: {detail}", program = .0.name(), detail = .1)]
    Died(Program, String),
    /// The program said something that cannot be understood.
    #[error("{program} gave a garbled answer: {detail}", program = .0.name(), detail = .1)]
    Garbled(Program, String),
    /// Talking to the program, or reading the source, failed.
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl ConvertError {
    pub(super) fn from_stop(stop: Stop, program: Program) -> Self {
        match stop {
            Stop::Missing => Self::Missing(program),
            Stop::Io(error) => Self::Io(error),
            Stop::Cancelled => Self::Cancelled,
            Stop::Silent => Self::Stalled(program),
            Stop::TooMuch => Self::Garbled(program, "it does not end".into()),
        }
    }
}

impl From<ConvertError> for ErrorBody {
    fn from(error: ConvertError) -> Self {
        let detail = error.to_string();
        let failed = |program: Program, detail: String| {
            ErrorBody::new(ErrorCode::ProgramFailed)
                .with("program", program.name())
                .with("detail", detail)
        };
        match error {
            ConvertError::Missing(program) => {
                ErrorBody::new(ErrorCode::ProgramMissing).with("program", program.name())
            }
            ConvertError::Incapable(detail) => failed(Program::Ffmpeg, detail),
            ConvertError::Damaged(detail) => {
                ErrorBody::new(ErrorCode::Damaged).with("detail", detail)
            }
            ConvertError::WrongDuration { .. } => {
                ErrorBody::new(ErrorCode::Damaged).with("detail", detail)
            }
            ConvertError::DiskFull => ErrorBody::new(ErrorCode::DiskFull),
            ConvertError::Stalled(program) => {
                ErrorBody::new(ErrorCode::ProgramTimeout).with("program", program.name())
            }
            ConvertError::Cancelled => ErrorBody::new(ErrorCode::Withdrawn),
            ConvertError::Died(program, detail) | ConvertError::Garbled(program, detail) => {
                failed(program, detail)
            }
            ConvertError::Io(error) => ErrorBody::new(ErrorCode::Io).with("detail", error),
        }
    }
}
