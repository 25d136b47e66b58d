//! What yt-dlp's errors mean. It has no codes for them, only sentences.

use super::error::FetchError;
use crate::process::Ended;
use crate::programs::Program;

/// A sentence is not longer than this, in characters.
const WORDS_LIMIT: usize = 300;

/// What a sentence means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Meaning {
    BadAddress,
    NoFfmpeg,
    TooOld,
    SignIn,
    Challenge,
    Withheld,
    NotFound,
    NothingThere,
    Live,
    RateLimited,
    Unreachable,
    DiskFull,
}

/// Parts of sentences in lower case. The first that is found counts, so the special ones are before the general ones:
/// "sign in to confirm you're not a bot" is also "sign in".
const TABLE: &[(Meaning, &[&str])] = &[
    // The words of the proxy that yt-dlp is sent through.
    (Meaning::BadAddress, &["local-network-refused"]),
    (Meaning::DiskFull, &["no space left on device", "disk quota exceeded", "[errno 28]"]),
    (
        Meaning::NoFfmpeg,
        &["ffmpeg is not installed", "ffmpeg not found", "ffmpeg could not be found"],
    ),
    (Meaning::TooOld, &["no such option", "ambiguous option", "unsupported version of python"]),
    (Meaning::Challenge, &["anti-bot", "not a bot", "captcha", "cloudflare"]),
    (
        Meaning::Withheld,
        &[
            "drm",
            "geo restriction",
            "geo-restrict",
            "geo restricted",
            "available in your country",
            "available from your location",
            "available in your region",
            "requires payment",
            "purchase",
            "paywall",
            "members-only",
            "join this channel",
            "premium",
            "blocked it",
            "copyright",
            "http error 451",
        ],
    ),
    (
        Meaning::SignIn,
        &[
            "http error 401",
            "sign in",
            "log in",
            "login required",
            "logged in",
            "logged-in",
            "registered users",
            "account credentials",
            "use --cookies",
            "private video",
            "video is private",
            "password",
        ],
    ),
    (
        Meaning::Live,
        &["live event will begin", "premieres in", "live stream", "livestream", "is live"],
    ),
    (
        Meaning::NotFound,
        &[
            "http error 404",
            "http error 410",
            "does not exist",
            "doesn't exist",
            "has been removed",
            "has been deleted",
            "was deleted",
            "video unavailable",
            "is unavailable",
            "no longer available",
            "not found",
            "terminated",
        ],
    ),
    (Meaning::Withheld, &["http error 403"]),
    (Meaning::RateLimited, &["http error 429", "too many requests", "rate-limit", "rate limit"]),
    (
        Meaning::Unreachable,
        &[
            "http error 5",
            "timed out",
            "timeout",
            "connection refused",
            "connection reset",
            "connection aborted",
            "name or service not known",
            "name resolution",
            "getaddrinfo failed",
            "nodename nor servname",
            "failed to resolve",
            "network is unreachable",
            "no route to host",
            "certificate verify failed",
            "unable to connect to proxy",
            "remote end closed connection",
            "incompleteread",
            "bytes read",
            "ssl:",
        ],
    ),
    (
        Meaning::BadAddress,
        &["is not a valid url", "unsupported url scheme", "file:// urls are disabled"],
    ),
    (
        Meaning::NothingThere,
        &[
            "unsupported url",
            "no video formats found",
            "no media found",
            "did not get any data blocks",
            "downloaded file is empty",
            "no video in",
        ],
    ),
    (
        Meaning::TooOld,
        &[
            "please report this issue",
            "unable to extract",
            "failed to extract",
            "failed to parse json",
        ],
    ),
];

/// The error behind a run that did not do its work.
pub(super) fn error_of(ended: &Ended) -> FetchError {
    let words = error_line(&ended.stderr);
    let shown = shortened(&words);
    match meaning(&words) {
        Some(Meaning::BadAddress) => FetchError::BadAddress(shown),
        Some(Meaning::NoFfmpeg) => FetchError::Missing(Program::Ffmpeg),
        Some(Meaning::TooOld) => FetchError::TooOld(shown),
        Some(Meaning::SignIn) => FetchError::SignIn(shown),
        Some(Meaning::Challenge) => FetchError::Challenge(shown),
        Some(Meaning::Withheld) => FetchError::Withheld(shown),
        Some(Meaning::NotFound) => FetchError::NotFound(shown),
        Some(Meaning::NothingThere) => FetchError::NothingThere,
        Some(Meaning::Live) => FetchError::Live,
        Some(Meaning::RateLimited) => FetchError::RateLimited(shown),
        Some(Meaning::Unreachable) => FetchError::Unreachable(shown),
        Some(Meaning::DiskFull) => FetchError::DiskFull,
        None if shown.is_empty() => FetchError::Failed(ended.status.to_string()),
        None => FetchError::Failed(shown),
    }
}

fn meaning(words: &str) -> Option<Meaning> {
    let words = without_addresses(&words.to_lowercase());
    let hits = |parts: &[&str]| parts.iter().any(|part| words.contains(part));
    TABLE.iter().find(|(_, parts)| hits(parts)).map(|(meaning, _)| *meaning)
}

/// The last error, else the last line: what a Python that broke ends with.
fn error_line(stderr: &str) -> String {
    let lines = || stderr.lines().map(str::trim).filter(|line| !line.is_empty());
    let is_error = |line: &&str| line.starts_with("ERROR:") || line.contains(": error: ");
    lines().rfind(is_error).or_else(|| lines().next_back()).unwrap_or_default().to_owned()
}

/// An address may contain any word, and is somebody else's.
fn without_addresses(words: &str) -> String {
    let is_address = |word: &&str| word.contains("://") && !word.starts_with("file://");
    words.split(' ').filter(|word| !is_address(word)).collect::<Vec<_>>().join(" ")
}

/// Without the advice for developers.
fn shortened(line: &str) -> String {
    let line = line.trim_start_matches("ERROR:").trim_start();
    let line = line.split(" (caused by ").next().unwrap_or_default();
    let line = line.split("; please report this issue").next().unwrap_or_default();
    let line = line.split(" Use --cookies").next().unwrap_or_default();
    line.chars().filter(|c| !c.is_control()).take(WORDS_LIMIT).collect()
}

#[cfg(test)]
mod tests;
