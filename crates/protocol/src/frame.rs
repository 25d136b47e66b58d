//! Native messaging framing: a 32-bit length in native byte order, then that many bytes of UTF-8 JSON.
//!
//! Source: Chrome's "Native messaging" documentation. From the host a browser takes at most 1 MiB; one byte
//! more and it closes the port.

use crate::error::{ErrorBody, ErrorCode};

/// The most a browser takes from a host.
pub const BROWSER_LIMIT: usize = 1024 * 1024;
/// The most we send to a browser in one frame.
pub const MAX_FROM_HOST: usize = 512 * 1024;
/// The most we take from a client in one frame.
pub const MAX_TO_HOST: usize = 16 * 1024 * 1024;
/// Bytes of the length prefix.
pub const PREFIX: usize = 4;

/// The frame for `json`.
///
/// # Errors
/// [`ErrorCode::FrameTooLarge`] when `json` is longer than `limit`.
pub fn encode(json: &[u8], limit: usize) -> Result<Vec<u8>, ErrorBody> {
    check_length(json.len(), limit)?;
    let mut frame = Vec::with_capacity(PREFIX + json.len());
    frame.extend_from_slice(&(json.len() as u32).to_ne_bytes());
    frame.extend_from_slice(json);
    Ok(frame)
}

/// Refuses a length that no frame may have.
///
/// # Errors
/// [`ErrorCode::FrameTooLarge`] above `limit`, [`ErrorCode::BadFrame`] for zero: an empty text is not JSON.
pub fn check_length(length: usize, limit: usize) -> Result<(), ErrorBody> {
    if length == 0 {
        return Err(ErrorBody::new(ErrorCode::BadFrame).with("detail", "empty frame"));
    }
    if length > limit {
        let error = ErrorBody::new(ErrorCode::FrameTooLarge);
        return Err(error.with("size", length).with("limit", limit));
    }
    Ok(())
}

/// Takes bytes as they come and gives frames as they are complete.
///
/// It never holds more than one frame's bytes plus what was pushed last.
#[derive(Debug)]
pub struct FrameDecoder {
    buffer: Vec<u8>,
    limit: usize,
}

impl FrameDecoder {
    /// A decoder that refuses frames above `limit` bytes.
    pub fn new(limit: usize) -> Self {
        Self { buffer: Vec::new(), limit }
    }

    /// Adds bytes.
    pub fn push(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// The next complete frame's JSON bytes, or `None` when more bytes are needed.
    ///
    /// # Errors
    /// As [`check_length`]. The stream cannot be used after an error: where the next frame starts is unknown.
    pub fn next_frame(&mut self) -> Result<Option<Vec<u8>>, ErrorBody> {
        let Some(prefix) = self.buffer.first_chunk::<PREFIX>() else {
            return Ok(None);
        };
        let length = u32::from_ne_bytes(*prefix) as usize;
        check_length(length, self.limit)?;
        if self.buffer.len() < PREFIX + length {
            return Ok(None);
        }
        let frame = self.buffer[PREFIX..PREFIX + length].to_vec();
        self.buffer.drain(..PREFIX + length);
        Ok(Some(frame))
    }

    /// True when the stream may end here without cutting a frame.
    pub fn is_between_frames(&self) -> bool {
        self.buffer.is_empty()
    }
}
