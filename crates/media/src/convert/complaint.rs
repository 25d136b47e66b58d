//! What ffmpeg says on stderr, in words for a person.

use super::error::ConvertError;
use crate::process::Ended;
use crate::programs::Program;

/// A sentence is not longer than this, in characters.
const REASON_LIMIT: usize = 300;

/// True of a disk as well as of a quota.
const FULL: &[&str] = &["No space left on device", "Disk quota exceeded"];
/// A build that is too old, or that was made without this encoder.
const INCAPABLE: &[&str] = &[
    "Unknown encoder",
    "Unrecognized option",
    "Option not found",
    "No such filter",
    "is not a suitable output format",
];
/// Lines that only say that it failed; the reason is in another one.
const EMPTY_WORDS: &[&str] = &[
    "Conversion failed",
    "Error opening input",
    "Error opening output",
    "Error splitting the argument list",
    "Error initializing output stream",
    "Invalid data found when processing input",
    "Nothing was written into output file",
    "Last message repeated",
    "Terminating thread",
    "Task finished with error code",
];

/// The error behind a run of `program` that did not do its work.
pub(super) fn error_of(ended: &Ended, program: Program) -> ConvertError {
    let says = |words: &[&str]| words.iter().any(|word| ended.stderr.contains(word));
    if says(FULL) {
        return ConvertError::DiskFull;
    }
    if let Some(line) = lines(&ended.stderr).rfind(|line| has_any(line, INCAPABLE)) {
        return ConvertError::Incapable(line);
    }
    if let Some(signal) = signal_of(ended) {
        return ConvertError::Died(program, format!("ended by signal {signal}"));
    }
    ConvertError::Damaged(reason(&ended.stderr))
}

/// The last line that says something, else the last line, else that there is none.
fn reason(stderr: &str) -> String {
    let all: Vec<String> = lines(stderr).collect();
    let telling = all.iter().rfind(|line| !has_any(line, EMPTY_WORDS));
    telling.or(all.last()).cloned().unwrap_or_else(|| "no reason was given".into())
}

fn has_any(line: &str, words: &[&str]) -> bool {
    words.iter().any(|word| line.contains(word))
}

fn lines(stderr: &str) -> impl DoubleEndedIterator<Item = String> {
    stderr.lines().map(plain).filter(|line| !line.is_empty())
}

/// Without the part of ffmpeg that speaks (`[mov,mp4 @ 0x55…]`) and the file's name: neither tells a person anything,
/// and the name leads into a private folder.
fn plain(line: &str) -> String {
    let mut rest = line.trim();
    while let Some((_, behind)) = rest.strip_prefix('[').and_then(|inner| inner.split_once(']')) {
        rest = behind.trim_start();
    }
    if let Some(named) = rest.find("file:") {
        let behind = rest[named..].rsplit_once(": ").map_or("", |(_, behind)| behind);
        let before = rest[..named].trim_end_matches(['\'', '"', ' ']);
        rest = if behind.is_empty() { before } else { behind };
    }
    rest.chars().filter(|c| !c.is_control()).take(REASON_LIMIT).collect::<String>().trim().into()
}

#[cfg(unix)]
fn signal_of(ended: &Ended) -> Option<i32> {
    std::os::unix::process::ExitStatusExt::signal(&ended.status)
}

#[cfg(not(unix))]
fn signal_of(_ended: &Ended) -> Option<i32> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(
        "[mov,mp4,m4a,3gp,3g2,mj2 @ 0x5581] moov atom not found\nfile:/a/b: c.mp4: Invalid data found when processing input\n",
        "moov atom not found"
    )]
    #[case(
        "file:/private/x.webm: Invalid data found when processing input\n",
        "Invalid data found when processing input"
    )]
    #[case("[h264 @ 0x1] [eac3 @ 0x2] no frame!\nConversion failed!\n", "no frame!")]
    #[case("[in#0 @ 0x2] Error opening input 'file:/tmp/x'\n", "Error opening input")]
    #[case("\n  \n", "no reason was given")]
    fn the_reason_is_the_last_line_that_says_something(#[case] stderr: &str, #[case] words: &str) {
        assert_eq!(reason(stderr), words);
    }

    #[test]
    fn a_reason_is_short_and_without_control_characters() {
        let words = reason(&format!("\u{1b}[31m{}", "a".repeat(5000)));
        assert_eq!(words.chars().count(), REASON_LIMIT);
        assert!(words.chars().all(|c| !c.is_control()));
    }
}
