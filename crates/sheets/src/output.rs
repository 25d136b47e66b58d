//! Where the bytes of a table go: counted, and in large pieces.

use std::io::{self, BufWriter, Write};

/// A buffered writer that knows how much went through it.
pub(crate) struct Output<W: Write> {
    inner: BufWriter<W>,
    bytes: u64,
}

impl<W: Write> Output<W> {
    pub fn new(inner: W) -> Self {
        Self { inner: BufWriter::with_capacity(64 * 1024, inner), bytes: 0 }
    }

    /// Bytes so far.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }
}

impl<W: Write> Write for Output<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}
