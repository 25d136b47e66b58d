//! The front cover.

use std::fmt;

/// More than any player shows; what is larger is not a cover.
const LIMIT: usize = 10 << 20;

/// A picture that both ID3 and MP4 can carry: JPEG or PNG.
#[derive(Clone, PartialEq, Eq)]
pub struct Cover {
    mime: &'static str,
    data: Vec<u8>,
}

impl Cover {
    /// Takes a picture by its signature, whatever the server called it. `None` when it is neither JPEG nor PNG, or has
    /// more than 10 MiB.
    pub fn new(data: Vec<u8>) -> Option<Self> {
        let mime = match data.as_slice() {
            [0xFF, 0xD8, 0xFF, ..] => "image/jpeg",
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1A, b'\n', ..] => "image/png",
            _ => return None,
        };
        (data.len() <= LIMIT).then_some(Self { mime, data })
    }

    /// `image/jpeg` or `image/png`.
    pub fn mime(&self) -> &'static str {
        self.mime
    }

    /// The bytes of the picture.
    pub fn data(&self) -> &[u8] {
        &self.data
    }
}

impl fmt::Debug for Cover {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cover({}, {} bytes)", self.mime, self.data.len())
    }
}
