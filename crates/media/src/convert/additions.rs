//! What is put into a file that its source does not have: subtitles as tracks, chapters, and what its page said.

use super::probe::{Chapter, file_argument};
use isolang::Language;
use std::ffi::OsString;
use std::fmt::Write as _;
use std::io;
use std::path::{Path, PathBuf};

/// A name in a list of tracks, in characters.
const TITLE_LIMIT: usize = 100;

/// What is added. The default is nothing.
#[derive(Clone, Debug, Default)]
pub struct Additions {
    /// Subtitles, which a video gets as tracks.
    pub texts: Vec<Text>,
    /// Tags and chapters.
    pub sheet: Option<Sheet>,
}

/// Subtitles in one language.
#[derive(Clone, Debug)]
pub struct Text {
    /// A file of SubRip.
    pub file: PathBuf,
    /// The language as its site names it, such as `en` or `pt-BR`.
    pub language: String,
    /// What its site calls it, such as `English (auto)`.
    pub title: Option<String>,
}

/// Tags and chapters as a file of ffmpeg's (<https://ffmpeg.org/ffmpeg-formats.html#Metadata-2>).
#[derive(Clone, Debug)]
pub struct Sheet {
    file: PathBuf,
    has_chapters: bool,
}

impl Sheet {
    /// Writes tags by ffmpeg's names for them, and chapters, to `file`. Tags win over those of the source; chapters
    /// count only where the source has none.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn write(file: &Path, tags: &[(&str, String)], chapters: &[Chapter]) -> io::Result<Self> {
        std::fs::write(file, sheet(tags, chapters))?;
        Ok(Self { file: file.to_owned(), has_chapters: !chapters.is_empty() })
    }
}

impl Additions {
    /// The arguments that name the files, behind the one of the source. `with_texts`: what is made has a place for
    /// subtitles.
    pub(super) fn input_arguments(&self, with_texts: bool) -> Vec<OsString> {
        let texts = self.texts.iter().filter(|_| with_texts).map(|text| ("srt", &text.file));
        let sheet = self.sheet.iter().map(|sheet| ("ffmetadata", &sheet.file));
        let input = |(form, file): (&str, &PathBuf)| {
            ["-f".into(), form.into(), "-i".into(), file_argument(file)]
        };
        texts.chain(sheet).flat_map(input).collect()
    }

    /// The arguments that make the texts tracks behind the `before` others.
    pub(super) fn track_arguments(&self, before: usize) -> Vec<String> {
        let track = |(nth, text): (usize, &Text)| {
            let (input, place) = (nth + 1, before + nth);
            let title = title(text);
            [
                "-map".to_owned(),
                format!("{input}:0"),
                format!("-c:{place}"),
                "mov_text".to_owned(),
                format!("-metadata:s:{place}"),
                format!("language={}", iso_639_2(&text.language)),
                // Players show one or the other.
                format!("-metadata:s:{place}"),
                format!("title={title}"),
                format!("-metadata:s:{place}"),
                format!("handler_name={title}"),
            ]
        };
        self.texts.iter().enumerate().flat_map(track).collect()
    }

    /// The arguments that take tags and chapters, the ones of the source included.
    pub(super) fn sheet_arguments(&self, with_texts: bool, has_chapters: bool) -> Vec<String> {
        let number = 1 + if with_texts { self.texts.len() } else { 0 };
        let mut arguments = Vec::new();
        // Of two with a tag, ffmpeg listens to the first.
        if self.sheet.is_some() {
            arguments.extend(["-map_metadata".to_owned(), number.to_string()]);
        }
        arguments.extend(["-map_metadata".to_owned(), "0".to_owned()]);
        let is_told = self.sheet.as_ref().is_some_and(|sheet| sheet.has_chapters);
        let from = if is_told && !has_chapters { number } else { 0 };
        arguments.extend(["-map_chapters".to_owned(), from.to_string()]);
        arguments
    }
}

fn title(text: &Text) -> String {
    let title = text.title.as_deref().unwrap_or(&text.language);
    title.chars().filter(|c| !c.is_control()).take(TITLE_LIMIT).collect()
}

/// The code of three letters that MP4 has a place for.
fn iso_639_2(language: &str) -> &'static str {
    let primary = language.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
    let known = match primary.len() {
        2 => Language::from_639_1(&primary),
        3 => Language::from_639_3(&primary),
        _ => None,
    };
    known.map_or("und", |language| language.to_639_3())
}

fn sheet(tags: &[(&str, String)], chapters: &[Chapter]) -> String {
    let mut text = ";FFMETADATA1\n".to_owned();
    for (name, value) in tags {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{name}={}", escaped(value));
    }
    for chapter in chapters {
        let [start, end] = [chapter.start_s, chapter.end_s].map(|s| (s * 1000.0).round() as u64);
        let title = escaped(chapter.title.as_deref().unwrap_or_default());
        let _ =
            writeln!(text, "[CHAPTER]\nTIMEBASE=1/1000\nSTART={start}\nEND={end}\ntitle={title}");
    }
    text
}

fn escaped(value: &str) -> String {
    let mut text = String::new();
    for c in value.chars().filter(|c| *c == '\n' || !c.is_control()) {
        if matches!(c, '=' | ';' | '#' | '\\' | '\n') {
            text.push('\\');
        }
        text.push(c);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("en", "eng")]
    #[case("pt-BR", "por")]
    #[case("DE_at", "deu")]
    #[case("fra", "fra")]
    #[case("null", "und")]
    #[case("xx", "und")]
    #[case("../x", "und")]
    #[case("", "und")]
    fn a_language_has_three_letters(#[case] site: &str, #[case] code: &str) {
        assert_eq!(iso_639_2(site), code);
    }

    #[test]
    fn nothing_in_a_text_begins_another_entry() {
        let chapters =
            [Chapter { start_s: 0.0, end_s: 1.5, title: Some("a\n[CHAPTER]\0=;#\\".into()) }];
        let text = sheet(&[("title", "x\nartist=y".into())], &chapters);
        assert_eq!(
            text,
            ";FFMETADATA1\ntitle=x\\\nartist\\=y\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=1500\n\
             title=a\\\n[CHAPTER]\\=\\;\\#\\\\\n"
        );
    }
}
