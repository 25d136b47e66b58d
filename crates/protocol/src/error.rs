//! Numbered errors with parameters. The words live in the user interface, so that they can be translated
//! (`_locales/*/messages.json`, key `error_<number>`; the command line has its own English table).

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::io;

/// What the person or the program can do about an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorClass {
    /// Trying again as it is will not help.
    Permanent,
    /// It will be tried again by itself.
    Temporary,
    /// The person has to do something first.
    NeedsUser,
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $number:literal, $class:ident;)*) => {
        /// The number of an error. 1xxx protocol, 2xxx site and session, 3xxx transfer and content,
        /// 4xxx disk and library, 5xxx programs and set-up.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(into = "u16", try_from = "u16")]
        pub enum ErrorCode { $($(#[$doc])* $name = $number,)* }

        impl ErrorCode {
            /// Every code, for tables of words that must be complete.
            pub const ALL: &[ErrorCode] = &[$(ErrorCode::$name,)*];

            /// What can be done about it.
            pub fn class(self) -> ErrorClass {
                match self { $(ErrorCode::$name => ErrorClass::$class,)* }
            }
        }

        impl TryFrom<u16> for ErrorCode {
            type Error = String;
            fn try_from(number: u16) -> Result<Self, String> {
                match number {
                    $($number => Ok(ErrorCode::$name),)*
                    other => Err(format!("unknown error number {other}")),
                }
            }
        }
    };
}

codes! {
    /// The frame is not what the protocol allows. `detail`.
    BadFrame = 1001, Permanent;
    /// A frame is larger than the limit. `size`, `limit`.
    FrameTooLarge = 1002, Permanent;
    /// The method is not known here. `method`.
    Unsupported = 1003, Permanent;
    /// The parameters do not fit the method. `detail`.
    BadParameters = 1004, Permanent;
    /// Extension and program speak no common version. `host`, `extension`.
    UpgradeRequired = 1005, NeedsUser;
    /// The program was asked by somebody who may not. `origin`.
    Forbidden = 1006, Permanent;
    /// The request was withdrawn.
    Withdrawn = 1007, Permanent;
    /// The thing asked for does not exist. `what`.
    NotFound = 1008, Permanent;
    /// Something broke inside MediaFetcher. `detail`.
    Internal = 1009, Temporary;
    /// The program does not answer.
    HostMissing = 1010, NeedsUser;

    /// Nobody is signed in. `site`.
    SignedOut = 2001, NeedsUser;
    /// The session ended in the middle. `site`.
    SessionExpired = 2002, NeedsUser;
    /// The site's protection wants to see a person. `site`.
    Challenge = 2003, NeedsUser;
    /// The site has changed. `site`, `detail` such as "`generations[].id` is missing".
    SiteChanged = 2004, Permanent;
    /// The list on the site never ended or never became stable. `site`, `detail`.
    ListingUnstable = 2005, Temporary;
    /// Somebody else is signed in now. `site`, `expected`, `found`.
    OtherAccount = 2006, NeedsUser;
    /// A broadcast that is not over, which would never end. `site`.
    LiveStream = 2007, Permanent;
    /// There is nothing to play on the page. `site`.
    NothingToFetch = 2008, Permanent;
    /// The list on the site is longer than what is taken of one. `site`, `listed`, `taken`.
    ListCut = 2009, Permanent;
    /// The site shows the list to its owner alone. `site`.
    PrivateList = 2010, NeedsUser;

    /// The server cannot be reached. `host`, `detail`.
    Unreachable = 3001, Temporary;
    /// The server answered with an error. `host`, `status`.
    ServerError = 3002, Temporary;
    /// The server asks to slow down. `host`.
    RateLimited = 3003, Temporary;
    /// The transfer stopped in the middle. `host`.
    Interrupted = 3004, Temporary;
    /// Fewer or more bytes than announced. `expected`, `got`.
    WrongLength = 3005, Temporary;
    /// A page or a message came in place of the file. `kind`.
    NotMedia = 3006, Temporary;
    /// The file came but is damaged. `detail`.
    Damaged = 3007, Temporary;
    /// The site has no such file.
    Absent = 3008, Permanent;
    /// The site refuses this file on purpose.
    Withheld = 3009, Permanent;
    /// The address leads into the local network or to something that is not http. `address`.
    AddressRefused = 3010, Permanent;
    /// Redirected too often. `host`.
    TooManyRedirects = 3011, Permanent;
    /// The signed address has expired and will be asked for again. `host`.
    AddressExpired = 3012, Temporary;
    /// The request was refused by the server as wrong. `host`, `status`.
    Refused = 3013, Permanent;
    /// The answer is larger than what is allowed. `limit`.
    TooLarge = 3014, Permanent;
    /// A list of another program says that the person has it. `site`.
    AlreadyOwned = 3015, Permanent;
    /// The media came, these subtitles of it did not. `languages`.
    SubtitlesMissing = 3020, Permanent;
    /// The media came; these subtitles of it are empty or broken. `languages`.
    SubtitlesUnreadable = 3021, Permanent;
    /// The media came; these subtitles of it are more than what is kept. `languages`.
    SubtitlesTooMuch = 3022, Permanent;
    /// The media came, its picture did not, or is none.
    PictureUnusable = 3023, Permanent;
    /// The media came; some of its chapters make no sense. `count`.
    ChaptersUnusable = 3024, Permanent;

    /// The disk is full. `free`, `needed`, `folder`.
    DiskFull = 4001, NeedsUser;
    /// The folder cannot be written to. `folder`.
    NotWritable = 4002, NeedsUser;
    /// The folder, or the disk it is on, is not there. `folder`.
    VolumeMissing = 4003, NeedsUser;
    /// Reading or writing failed. `detail`.
    Io = 4004, Temporary;
    /// The database could not be used. `detail`.
    Database = 4005, Temporary;
    /// A file that was there is gone or was changed. `name`.
    FileLost = 4006, Temporary;
    /// The disk takes too short names to be a library's. `folder`, `longest`, `needed`: bytes.
    NamesTooShort = 4007, NeedsUser;
    /// Files on the disk cannot be given another name, so that none could be finished there. `folder`, `detail`.
    CannotRename = 4008, NeedsUser;
    /// The folder that files are taken in from, or the disk it is on, is not there. `folder`.
    SourceMissing = 4009, NeedsUser;

    /// A program that is needed was not found. `program`.
    ProgramMissing = 5001, NeedsUser;
    /// A program failed. `program`, `detail`.
    ProgramFailed = 5002, Permanent;
    /// A program took too long. `program`.
    ProgramTimeout = 5003, Temporary;
    /// A program is too old for what a site is now. `program`, `version`, `site`, `detail`.
    ProgramOutdated = 5004, NeedsUser;
    /// The program can show no window where it runs.
    NoScreen = 5005, NeedsUser;
    /// The system's keyring, in which a secret lies, is locked, gone, or does not give it out. `detail`.
    KeyringRefused = 5006, NeedsUser;
}

impl ErrorCode {
    /// What a failure of the disk means. One that only this file has, and that is no fault of the disk's, is
    /// [`ErrorCode::Io`].
    pub fn of_disk(error: &io::Error) -> Self {
        use io::ErrorKind::*;
        match error.kind() {
            StorageFull | QuotaExceeded => Self::DiskFull,
            PermissionDenied | ReadOnlyFilesystem => Self::NotWritable,
            StaleNetworkFileHandle
            | NotConnected
            | HostUnreachable
            | NetworkUnreachable
            | NetworkDown
            | TimedOut => Self::VolumeMissing,
            _ if error.raw_os_error().is_some_and(|number| GONE.contains(&number)) => {
                Self::VolumeMissing
            }
            _ => Self::Io,
        }
    }
}

/// What Linux says of a disk that went away and the standard library has no word for: EIO, ENXIO, ENODEV, ESHUTDOWN,
/// EHOSTDOWN, EREMOTEIO and ENOMEDIUM (asm-generic/errno.h). Other Unixes share the first three.
#[cfg(unix)]
const GONE: &[i32] = &[5, 6, 19, 108, 112, 121, 123];
/// ERROR_NOT_READY, ERROR_BAD_NETPATH, ERROR_DEV_NOT_EXIST, ERROR_NETNAME_DELETED and ERROR_DEVICE_NOT_CONNECTED.
#[cfg(not(unix))]
const GONE: &[i32] = &[21, 53, 55, 64, 1167];

impl From<ErrorCode> for u16 {
    fn from(code: ErrorCode) -> u16 {
        code as u16
    }
}

/// An error as it travels and as it is stored beside an item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorBody {
    /// Which error.
    pub code: ErrorCode,
    /// What the sentence needs: named in the docs of each code.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub params: BTreeMap<String, String>,
}

impl ErrorBody {
    /// An error without parameters.
    pub fn new(code: ErrorCode) -> Self {
        Self { code, params: BTreeMap::new() }
    }

    /// Adds a parameter. Values are cut at 300 characters: they may quote a hostile site.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl fmt::Display) -> Self {
        let value: String = value.to_string().chars().take(300).collect();
        self.params.insert(name.to_owned(), value);
        self
    }

    /// What can be done about it.
    pub fn class(&self) -> ErrorClass {
        self.code.class()
    }
}

impl fmt::Display for ErrorBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "E{} {:?}", u16::from(self.code), self.code)?;
        for (name, value) in &self.params {
            write!(f, " {name}={value}")?;
        }
        Ok(())
    }
}

impl std::error::Error for ErrorBody {}
