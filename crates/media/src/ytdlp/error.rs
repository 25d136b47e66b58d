//! What can go wrong when media is fetched from a page.

use crate::process::Stop;
use crate::programs::Program;
use protocol::{ErrorBody, ErrorCode};
use std::io;

/// Why nothing could be fetched. Texts are yt-dlp's own words, shortened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// The address cannot be given to yt-dlp; says why.
    #[error("this address cannot be fetched: {0}")]
    BadAddress(String),
    /// A program is not there or cannot be run.
    #[error("{} is missing", .0.name())]
    Missing(Program),
    /// yt-dlp no longer understands the site, or is too old for what it is asked.
    #[error("sites change, and this yt-dlp does not understand this one: {0}")]
    TooOld(String),
    /// One has to be signed in.
    #[error("the site wants you to sign in: {0}")]
    SignIn(String),
    /// The site's protection wants to see a person.
    #[error("the site wants to see a person: {0}")]
    Challenge(String),
    /// The site refuses it on purpose: protected, not in this country, to be paid for.
    #[error("the site withholds it: {0}")]
    Withheld(String),
    /// There is no such page, or no longer.
    #[error("it is not there: {0}")]
    NotFound(String),
    /// The page holds no media.
    #[error("there is no media on this page")]
    NothingThere,
    /// A broadcast that is not over, which would never end.
    #[error("this is a live stream; it can be fetched when it is over")]
    Live,
    /// The page holds several things: read it first.
    #[error("the page holds more than one thing")]
    Several,
    /// The site asks to slow down.
    #[error("the site asks to slow down: {0}")]
    RateLimited(String),
    /// The site has trouble, or cannot be reached.
    #[error("the site does not answer: {0}")]
    Unreachable(String),
    /// The disk is full.
    #[error("the disk is full")]
    DiskFull,
    /// It is on the list of what is not to be fetched.
    #[error("it is on the list of what is there already")]
    Owned,
    /// Larger than allowed.
    #[error("it is larger than what is allowed")]
    TooLarge,
    /// yt-dlp said nothing for too long and was ended.
    #[error("yt-dlp stopped getting further")]
    Stalled,
    /// The caller's token was cancelled.
    #[error("cancelled")]
    Cancelled,
    /// yt-dlp said something that cannot be understood.
    #[error("yt-dlp gave a garbled answer: {0}")]
    Garbled(String),
    /// Something else, in yt-dlp's words.
    #[error("yt-dlp failed: {0}")]
    Failed(String),
    /// Reading or writing failed here.
    #[error("{0}")]
    Io(String),
}

impl FetchError {
    pub(super) fn from_stop(stop: Stop) -> Self {
        match stop {
            Stop::Missing => Self::Missing(Program::YtDlp),
            Stop::Io(error) => error.into(),
            Stop::Cancelled => Self::Cancelled,
            Stop::Silent => Self::Stalled,
            Stop::TooMuch => Self::Garbled("it does not end".into()),
        }
    }

    /// The error as it travels; `site` is the host that was asked.
    pub fn into_body(self, site: &str) -> ErrorBody {
        let words = self.to_string();
        let at_site = |code| ErrorBody::new(code).with("site", site).with("detail", &words);
        let at_host = |code| ErrorBody::new(code).with("host", site).with("detail", &words);
        let of_program = |code, program: Program| {
            ErrorBody::new(code).with("program", program.name()).with("detail", &words)
        };
        match self {
            Self::BadAddress(_) => ErrorBody::new(ErrorCode::AddressRefused).with("address", site),
            Self::Missing(program) => of_program(ErrorCode::ProgramMissing, program),
            Self::TooOld(_) => {
                at_site(ErrorCode::ProgramOutdated).with("program", Program::YtDlp.name())
            }
            Self::SignIn(_) => at_site(ErrorCode::SignedOut),
            Self::Challenge(_) => at_site(ErrorCode::Challenge),
            Self::Withheld(_) => at_site(ErrorCode::Withheld),
            Self::NotFound(_) => at_site(ErrorCode::Absent),
            Self::NothingThere => at_site(ErrorCode::NothingToFetch),
            Self::Owned => at_site(ErrorCode::AlreadyOwned),
            Self::Live => at_site(ErrorCode::LiveStream),
            Self::RateLimited(_) => at_host(ErrorCode::RateLimited),
            Self::Unreachable(_) => at_host(ErrorCode::Unreachable),
            Self::DiskFull => ErrorBody::new(ErrorCode::DiskFull),
            Self::TooLarge => ErrorBody::new(ErrorCode::TooLarge),
            Self::Stalled => of_program(ErrorCode::ProgramTimeout, Program::YtDlp),
            Self::Cancelled => ErrorBody::new(ErrorCode::Withdrawn),
            Self::Several | Self::Garbled(_) | Self::Failed(_) => {
                of_program(ErrorCode::ProgramFailed, Program::YtDlp)
            }
            Self::Io(_) => ErrorBody::new(ErrorCode::Io).with("detail", words),
        }
    }
}

impl From<io::Error> for FetchError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull,
            _ => Self::Io(error.to_string()),
        }
    }
}
