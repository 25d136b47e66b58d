//! The stems of a song as producer.ai sends them: `{"stems":{"drums":"<base64>","vocals":"…"}}`, often more
//! than 100 MB, taken apart while it arrives and in bounded memory.
//!
//! A push parser for this one shape: other fields are stepped over, but an answer of another shape is an error
//! rather than no stems. It writes no files; the caller gets names and bytes.

mod name;
mod text;

use crate::fields::changed;
use name::Names;
use protocol::{ErrorBody, ErrorCode, Source};
use text::Base64Text;

/// Longest key that is looked at, in bytes.
const MAX_KEY: usize = 512;

/// What the decoder found, in order: for each stem one `Start`, any number of `Data`, one `End`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StemEvent<'a> {
    /// A stem begins.
    Start {
        /// Its name: ASCII letters, digits, blanks, `-` and `_`, 1 to 40 of them, different for each stem
        /// whatever the case of its letters.
        name: &'a str,
    },
    /// The next bytes of its file, at most 48 KiB.
    Data(&'a [u8]),
    /// It is complete.
    End,
}

/// Why decoding stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StemError<E> {
    /// The answer is not what it should be: `NotMedia`, `Damaged` or `SiteChanged`.
    Answer(ErrorBody),
    /// The receiver of the events refused one.
    Sink(E),
}

impl From<StemError<ErrorBody>> for ErrorBody {
    fn from(error: StemError<ErrorBody>) -> Self {
        match error {
            StemError::Answer(error) | StemError::Sink(error) => error,
        }
    }
}

/// Which braces the decoder is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scope {
    Answer,
    Stems,
}

/// What comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expect {
    /// The answer's `{`.
    Open,
    /// A key, or the end of the braces.
    Key,
    /// More of a key.
    KeyText { escaped: bool },
    /// `:`
    Colon,
    /// The value of the key.
    Value,
    /// More of a stem.
    Stem,
    /// More of a value that is stepped over.
    Other { depth: usize, text: bool, escaped: bool },
    /// `,` or the end of the braces.
    Comma,
    /// Nothing.
    End,
}

/// Takes the answer apart piece by piece.
pub struct StemDecoder {
    source: Source,
    scope: Scope,
    expect: Expect,
    key: Vec<u8>,
    names: Names,
    text: Base64Text,
    found: bool,
}

type Sink<'s, E> = &'s mut dyn FnMut(StemEvent<'_>) -> Result<(), E>;

impl StemDecoder {
    /// A decoder for one answer of `source`.
    pub fn new(source: Source) -> Self {
        Self {
            source,
            scope: Scope::Answer,
            expect: Expect::Open,
            key: Vec::new(),
            names: Names::default(),
            text: Base64Text::new(),
            found: false,
        }
    }

    /// Decodes the next piece of the answer, cut anywhere. All of it is used up.
    ///
    /// # Errors
    /// `Answer` when the bytes are not such an answer, `Sink` with what the receiver returned. The decoder is of
    /// no use afterwards.
    pub fn push<E>(&mut self, piece: &[u8], sink: Sink<'_, E>) -> Result<(), StemError<E>> {
        let mut rest = piece;
        while let Some(&byte) = rest.first() {
            let used = match self.expect {
                Expect::Stem => self.stem(rest, sink)?,
                Expect::Other { depth, text: true, escaped: false } => {
                    let plain =
                        rest.iter().take_while(|byte| !matches!(byte, b'"' | b'\\')).count();
                    match rest.get(plain) {
                        Some(mark) => self.other(*mark, depth, true, false),
                        None => 0,
                    };
                    rest.len().min(plain + 1)
                }
                Expect::Other { depth, text, escaped } => self.other(byte, depth, text, escaped),
                _ => {
                    self.structure(byte, sink)?;
                    1
                }
            };
            rest = &rest[used..];
        }
        Ok(())
    }

    /// Says whether the answer was complete; how many stems it held.
    ///
    /// # Errors
    /// `Interrupted` when it ended in the middle, `SiteChanged` when it had no `stems`.
    pub fn finish(self) -> Result<usize, ErrorBody> {
        if self.expect != Expect::End {
            let host = self.source.origin().trim_start_matches("https://");
            return Err(ErrorBody::new(ErrorCode::Interrupted).with("host", host));
        }
        if !self.found {
            return Err(changed(self.source, &["stems"], "is missing"));
        }
        Ok(self.names.len())
    }

    /// One byte outside of values.
    fn structure<E>(&mut self, byte: u8, sink: Sink<'_, E>) -> Result<(), StemError<E>> {
        if let Expect::KeyText { escaped } = self.expect {
            self.key_text(byte, escaped);
            return Ok(());
        }
        if byte.is_ascii_whitespace() {
            return Ok(());
        }
        self.expect = match (self.expect, byte) {
            (Expect::Open, b'{') => Expect::Key,
            (Expect::Open, b'<') => {
                let page = ErrorBody::new(ErrorCode::NotMedia).with("kind", "page");
                return Err(StemError::Answer(page));
            }
            (Expect::Key, b'"') => {
                self.key.clear();
                Expect::KeyText { escaped: false }
            }
            (Expect::Colon, b':') => Expect::Value,
            (Expect::Comma, b',') => Expect::Key,
            (Expect::Key | Expect::Comma, b'}') if self.scope == Scope::Stems => {
                self.scope = Scope::Answer;
                Expect::Comma
            }
            (Expect::Key | Expect::Comma, b'}') => Expect::End,
            (Expect::Value, first) => return self.value(first, sink),
            _ => return Err(damaged("it is not the JSON that was expected")),
        };
        Ok(())
    }

    fn key_text(&mut self, byte: u8, escaped: bool) {
        if byte == b'"' && !escaped {
            self.expect = Expect::Colon;
            return;
        }
        if self.key.len() < MAX_KEY {
            self.key.push(byte);
        }
        self.expect = Expect::KeyText { escaped: byte == b'\\' && !escaped };
    }

    /// The first byte of a value.
    fn value<E>(&mut self, first: u8, sink: Sink<'_, E>) -> Result<(), StemError<E>> {
        let is_stems = self.scope == Scope::Answer && self.key == b"stems";
        self.found |= is_stems;
        self.expect = match (self.scope, first) {
            (Scope::Answer, b'{') if is_stems => {
                self.scope = Scope::Stems;
                Expect::Key
            }
            (Scope::Stems, b'"') => {
                let name =
                    self.names.add(&self.key).ok_or_else(|| damaged("it has too many stems"))?;
                sink(StemEvent::Start { name }).map_err(StemError::Sink)?;
                Expect::Stem
            }
            // A null is a stem that the site does not have.
            (Scope::Stems, byte) if byte != b'n' => {
                return Err(self.wrong(&["stems[]"], "is not text"));
            }
            (Scope::Answer, byte) if is_stems && byte != b'n' => {
                return Err(self.wrong(&["stems"], "is not a record"));
            }
            (_, b'{' | b'[') => Expect::Other { depth: 1, text: false, escaped: false },
            (_, byte) => Expect::Other { depth: 0, text: byte == b'"', escaped: false },
        };
        Ok(())
    }

    /// More of a stem; returns how many bytes were used.
    fn stem<E>(&mut self, rest: &[u8], sink: Sink<'_, E>) -> Result<usize, StemError<E>> {
        let (used, ended) = self.text.push(rest, &mut |bytes| sink(StemEvent::Data(bytes)))?;
        if ended {
            sink(StemEvent::End).map_err(StemError::Sink)?;
            self.expect = Expect::Comma;
        }
        Ok(used)
    }

    /// One byte of a value that is stepped over; returns how many bytes were used.
    fn other(&mut self, byte: u8, depth: usize, text: bool, escaped: bool) -> usize {
        let next = |depth, text, escaped| Expect::Other { depth, text, escaped };
        let last_of_container = depth == 1 && !text;
        let (expect, used) = match byte {
            _ if escaped => (next(depth, true, false), 1),
            b'\\' if text => (next(depth, true, true), 1),
            b'"' if text && depth == 0 => (Expect::Comma, 1),
            b'"' => (next(depth, !text, false), 1),
            _ if text => (next(depth, true, false), 1),
            b'{' | b'[' => (next(depth + 1, false, false), 1),
            b'}' | b']' if last_of_container => (Expect::Comma, 1),
            b'}' | b']' if depth > 1 => (next(depth - 1, false, false), 1),
            // The end of a number or a word belongs to what is around it.
            b',' | b'}' | b']' if depth == 0 => (Expect::Comma, 0),
            _ => (next(depth, false, false), 1),
        };
        self.expect = expect;
        used
    }

    fn wrong<E>(&self, path: &[&str], what: &str) -> StemError<E> {
        StemError::Answer(changed(self.source, path, what))
    }
}

fn damaged<E>(detail: &str) -> StemError<E> {
    StemError::Answer(ErrorBody::new(ErrorCode::Damaged).with("detail", detail))
}
