//! Subtitles as text: the cues of WebVTT and of SubRip, and SubRip again, which is what players outside browsers read.
//!
//! Both formats mark a cue by a line of two times and end it with an empty line; what is neither is passed over, as
//! browsers do (<https://www.w3.org/TR/webvtt1/#file-parsing>). Where a cue stands and how it looks is left out.

use std::fmt::Write as _;

/// More cues are no subtitles of one film.
const MOST_CUES: usize = 20_000;
/// What one cue says, in characters.
const TEXT_LIMIT: usize = 2_000;
/// What both formats understand.
const PLAIN_MARKS: &[&str] = &["b", "/b", "i", "/i", "u", "/u"];
const ENTITIES: &[(&str, &str)] =
    &[("&lt;", "<"), ("&gt;", ">"), ("&nbsp;", " "), ("&lrm;", ""), ("&rlm;", ""), ("&amp;", "&")];

/// What is said from one moment to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cue {
    /// When it begins, in milliseconds.
    pub start_ms: u64,
    /// When it ends, in milliseconds; later than the start.
    pub end_ms: u64,
    /// One line or several, parted by `\n`; never empty.
    pub text: String,
}

/// The cues of a file of WebVTT or SubRip, by their beginning. None for what is neither.
pub fn cues(file: &[u8]) -> Vec<Cue> {
    let text = String::from_utf8_lossy(file);
    let mut lines = text.lines().peekable();
    let mut found = Vec::new();
    while let Some(line) = lines.next() {
        let Some((start_ms, end_ms)) = times(line) else { continue };
        let mut said = Vec::new();
        while let Some(line) =
            lines.next_if(|line| !line.trim().is_empty() && times(line).is_none())
        {
            said.push(plain(line));
        }
        said.retain(|line| !line.is_empty());
        let text: String = said.join("\n").chars().take(TEXT_LIMIT).collect();
        if end_ms > start_ms && !text.is_empty() {
            found.push(Cue { start_ms, end_ms, text });
        }
        if found.len() == MOST_CUES {
            break;
        }
    }
    found.sort_by_key(|cue| cue.start_ms);
    found
}

/// Without what comes after `end_s`: a cue would make a film longer than its picture.
#[must_use]
pub fn until(mut cues: Vec<Cue>, end_s: f64) -> Vec<Cue> {
    let end_ms = (end_s.max(0.0) * 1000.0) as u64;
    cues.retain(|cue| cue.start_ms < end_ms);
    cues.iter_mut().for_each(|cue| cue.end_ms = cue.end_ms.min(end_ms));
    cues
}

/// As a file of SubRip.
pub fn subrip(cues: &[Cue]) -> String {
    render(cues, ',')
}

/// As a file of WebVTT.
pub fn webvtt(cues: &[Cue]) -> String {
    format!("WEBVTT\n\n{}", render(cues, '.'))
}

fn render(cues: &[Cue], point: char) -> String {
    let mut text = String::new();
    for (number, Cue { start_ms, end_ms, text: said }) in (1..).zip(cues) {
        let (start, end) = (clock(*start_ms, point), clock(*end_ms, point));
        // Writing to a String cannot fail.
        let _ = write!(text, "{number}\n{start} --> {end}\n{said}\n\n");
    }
    text
}

fn clock(ms: u64, point: char) -> String {
    let (hours, minutes, seconds) = (ms / 3_600_000, ms / 60_000 % 60, ms / 1000 % 60);
    format!("{hours:02}:{minutes:02}:{seconds:02}{point}{:03}", ms % 1000)
}

/// `00:01.000 --> 00:02.000`, with hours or without, and settings behind.
fn times(line: &str) -> Option<(u64, u64)> {
    let (start, rest) = line.split_once("-->")?;
    Some((milliseconds(start.trim())?, milliseconds(rest.split_whitespace().next()?)?))
}

fn milliseconds(clock: &str) -> Option<u64> {
    let (whole, thousandths) = clock.split_once(['.', ','])?;
    let parts: Vec<&str> = whole.split(':').collect();
    let is_clock = (2..=3).contains(&parts.len()) && thousandths.len() == 3;
    let number = |text: &str| {
        let is_plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse::<u32>().ok().filter(|_| is_plain).map(u64::from)
    };
    let seconds =
        parts.iter().try_fold(0, |sum: u64, part| sum.checked_mul(60)?.checked_add(number(part)?));
    seconds?.checked_mul(1000)?.checked_add(number(thousandths)?).filter(|_| is_clock)
}

/// A line without marks that only one format knows, with its entities as characters.
fn plain(line: &str) -> String {
    let mut text = String::new();
    let mut rest = line;
    while let Some((before, behind)) = rest.split_once('<') {
        text.push_str(before);
        // None closes any more: looking for it behind each would take the square of the line's length.
        let Some((mark, behind)) = behind.split_once('>') else {
            text.extend(behind.split('<'));
            rest = "";
            break;
        };
        if PLAIN_MARKS.contains(&mark) {
            let _ = write!(text, "<{mark}>");
        }
        rest = behind;
    }
    text.push_str(rest);
    for (entity, character) in ENTITIES {
        text = text.replace(entity, character);
    }
    text.chars().filter(|c| !c.is_control()).collect::<String>().trim().replace("-->", "->")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const FILE: &str = "\u{feff}WEBVTT - x\r\n\r\nNOTE a --> b\r\n\r\nSTYLE\r\n::cue { color: red }\r\n\r\n\
        one\r\n01:02.500 --> 01:04.000 align:start\r\n<v Ann>It&amp;s <i>in</i>\r\n<c.x>and</c> out\r\n\r\n\
        00:00:01,000 --> 00:00:02,000\r\nFirst\r\n";

    #[test]
    fn cues_of_both_formats_are_read_in_order() {
        let expected = "1\n00:00:01,000 --> 00:00:02,000\nFirst\n\n\
                        2\n00:01:02,500 --> 00:01:04,000\nIt&s <i>in</i>\nand out\n\n";
        assert_eq!(subrip(&cues(FILE.as_bytes())), expected);
        let again = webvtt(&cues(FILE.as_bytes()));
        assert_eq!(cues(again.as_bytes()), cues(expected.as_bytes()));
    }

    #[test]
    fn what_is_no_subtitle_has_no_cues() {
        for file in [
            "",
            "WEBVTT\n\n",
            "<html><!-- a --> <body>Not found</body></html>",
            "00:02.000 --> 00:01.000\nbackwards",
            "00:01.000 --> 00:02.000\n\n",
            "-1:00.000 --> 00:02.000\nbefore",
            "99999999999999999999:00:00.000 --> 00:02.000\nnever",
        ] {
            assert_eq!(cues(file.as_bytes()), [], "{file}");
        }
    }

    #[test]
    fn nothing_is_said_after_the_end() {
        let long = "00:01.000 --> 99:00:00.000\na\n\n00:05.000 --> 00:06.000\nb\n";
        let cut = until(cues(long.as_bytes()), 4.0);
        assert_eq!(cut, [Cue { start_ms: 1000, end_ms: 4000, text: "a".into() }]);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again_as_it_was(file in any::<Vec<u8>>(), text in ".{0,80}") {
            let _ = cues(&file);
            let once = cues(format!("00:01.000 --> 00:02.000\n{text}\n").as_bytes());
            prop_assert!(once.iter().all(|cue| !cue.text.contains("-->")));
            prop_assert_eq!(cues(subrip(&once).as_bytes()).len(), once.len());
        }
    }
}
