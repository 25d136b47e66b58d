//! Base64 within a JSON text, decoded while it arrives.
//!
//! Almost all of the input goes through [`decode_groups`], which finds the end of the text and decodes it in the
//! same pass. One character at a time only where a group is cut by the end of a piece or by an escape: some
//! encoders write `\/` for `/` and `\u002B` for `+`.

use super::{StemError, damaged};
use crate::base64::{decode_groups, decode_rest, six_bits_of};

/// Bytes that are collected before they are handed on.
const BUFFER: usize = 48 * 1024;

#[derive(Clone, Copy)]
enum Escape {
    None,
    /// After the backslash.
    Begun,
    /// After `\u`: digits still to come, and their value so far.
    Unicode {
        missing: u8,
        code: u32,
    },
}

/// Decodes one text after the other.
pub(super) struct Base64Text {
    /// The group that is not complete yet.
    group: [u8; 4],
    filled: usize,
    padding: usize,
    escape: Escape,
    out: Box<[u8]>,
    ready: usize,
}

type Receive<'r, E> = &'r mut dyn FnMut(&[u8]) -> Result<(), E>;

impl Base64Text {
    pub fn new() -> Self {
        let out = vec![0; BUFFER].into_boxed_slice();
        Self { group: [0; 4], filled: 0, padding: 0, escape: Escape::None, out, ready: 0 }
    }

    /// Decodes up to the closing quote. Returns how many bytes were used, and whether the quote was among them.
    pub fn push<E>(
        &mut self,
        piece: &[u8],
        receive: Receive<'_, E>,
    ) -> Result<(usize, bool), StemError<E>> {
        let mut at = 0;
        while at < piece.len() {
            if self.out.len() - self.ready < 3 {
                self.hand_on(receive)?;
            }
            if self.filled == 0 && self.padding == 0 && matches!(self.escape, Escape::None) {
                let groups = decode_groups(&piece[at..], &mut self.out[self.ready..]);
                self.ready += groups * 3;
                at += groups * 4;
                if groups > 0 {
                    continue;
                }
            }
            let ended = self.byte(piece[at]).map_err(damaged)?;
            at += 1;
            if ended {
                self.end(receive)?;
                return Ok((at, true));
            }
        }
        self.hand_on(receive)?;
        Ok((at, false))
    }

    /// One byte the slow way. Returns whether it is the closing quote.
    fn byte(&mut self, byte: u8) -> Result<bool, &'static str> {
        let next = match (self.escape, byte) {
            (Escape::None, b'"') => return Ok(true),
            (Escape::None, b'\\') => Escape::Begun,
            (Escape::None, byte) => return self.character(byte).map(|()| false),
            (Escape::Begun, b'u') => Escape::Unicode { missing: 4, code: 0 },
            (Escape::Begun, b'/') => {
                self.character(b'/')?;
                Escape::None
            }
            // Line breaks, as MIME has them.
            (Escape::Begun, b'n' | b'r') => Escape::None,
            (Escape::Begun, _) => return Err("base64 holds a foreign character"),
            (Escape::Unicode { missing, code }, byte) => self.hex_digit(missing, code, byte)?,
        };
        self.escape = next;
        Ok(false)
    }

    fn hex_digit(&mut self, missing: u8, code: u32, byte: u8) -> Result<Escape, &'static str> {
        let digit = char::from(byte).to_digit(16).ok_or("base64 holds a broken escape")?;
        let code = code * 16 + digit;
        if missing > 1 {
            return Ok(Escape::Unicode { missing: missing - 1, code });
        }
        self.character(u8::try_from(code).map_err(|_| "base64 holds a foreign character")?)?;
        Ok(Escape::None)
    }

    fn character(&mut self, byte: u8) -> Result<(), &'static str> {
        if byte == b'=' && self.filled >= 2 && self.filled + self.padding < 4 {
            self.padding += 1;
            return Ok(());
        }
        let value = six_bits_of(byte).ok_or("base64 holds a foreign character")?;
        if self.padding > 0 {
            return Err("base64 goes on after its end");
        }
        self.group[self.filled] = value;
        self.filled += 1;
        if self.filled == 4 {
            let [a, b, c, d] = self.group;
            let bytes = [a << 2 | b >> 4, b << 4 | c >> 2, c << 6 | d];
            self.out[self.ready..self.ready + 3].copy_from_slice(&bytes);
            self.ready += 3;
            self.filled = 0;
        }
        Ok(())
    }

    /// Decodes the last group and makes ready for the next text.
    fn end<E>(&mut self, receive: Receive<'_, E>) -> Result<(), StemError<E>> {
        let rest =
            decode_rest(&self.group[..self.filled]).ok_or_else(|| damaged("base64 is cut"))?;
        if self.out.len() - self.ready < rest.len() {
            self.hand_on(receive)?;
        }
        self.out[self.ready..self.ready + rest.len()].copy_from_slice(&rest);
        self.ready += rest.len();
        self.filled = 0;
        self.padding = 0;
        self.hand_on(receive)
    }

    fn hand_on<E>(&mut self, receive: Receive<'_, E>) -> Result<(), StemError<E>> {
        let ready = std::mem::take(&mut self.ready);
        if ready == 0 {
            return Ok(());
        }
        receive(&self.out[..ready]).map_err(StemError::Sink)
    }
}
