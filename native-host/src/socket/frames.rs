//! Protocol frames over any byte stream: the socket between processes, and the browser's pipes.
//!
//! The format and its limits are `protocol::frame`; here they meet asynchronous readers and writers.

use bytes::{Buf, Bytes, BytesMut};
use futures::StreamExt;
use protocol::envelope::split_answer;
use protocol::frame::{self, BROWSER_LIMIT, MAX_FROM_HOST, MAX_TO_HOST, PREFIX};
use protocol::{Envelope, ErrorBody, ErrorCode, Kind};
use std::io;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio_util::codec::{Decoder, FramedRead};

/// Which end of a connection this is; it decides which limit holds in which direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The daemon: takes up to [`MAX_TO_HOST`], never sends above [`BROWSER_LIMIT`].
    Host,
    /// A client of the daemon: the other way round.
    Client,
}

impl Side {
    /// The largest frame this side takes, in bytes.
    pub fn takes(self) -> usize {
        match self {
            Side::Host => MAX_TO_HOST,
            Side::Client => BROWSER_LIMIT,
        }
    }

    /// The largest frame this side sends, in bytes.
    pub fn sends(self) -> usize {
        match self {
            Side::Host => BROWSER_LIMIT,
            Side::Client => MAX_TO_HOST,
        }
    }
}

/// Reads frames.
#[derive(Debug)]
pub struct FrameReader<R> {
    frames: FramedRead<R, FrameCodec>,
}

impl<R: AsyncRead + Unpin> FrameReader<R> {
    /// Reads what `side` takes from `stream`.
    pub fn new(stream: R, side: Side) -> Self {
        Self { frames: FramedRead::new(stream, FrameCodec { limit: side.takes() }) }
    }

    /// The JSON text of the next frame, not parsed; `None` when the other end closed between frames.
    /// May be dropped while it waits: nothing is lost.
    ///
    /// # Errors
    /// As [`frame::check_length`], and [`ErrorCode::BadFrame`] for a stream that ends inside a frame. The
    /// stream cannot be used afterwards.
    pub async fn next_frame(&mut self) -> Result<Option<Bytes>, ErrorBody> {
        match self.frames.next().await {
            None => Ok(None),
            Some(Ok(frame)) => Ok(Some(frame)),
            Some(Err(FrameError::Protocol(error))) => Err(error),
            Some(Err(FrameError::Io(error))) if is_hang_up(&error) => Ok(None),
            Some(Err(FrameError::Io(error))) => Err(io_error(&error)),
        }
    }

    /// The next message; `None` when the other end closed. May be dropped while it waits.
    ///
    /// # Errors
    /// As [`FrameReader::next_frame`], and [`ErrorCode::BadFrame`] for a frame that is no message.
    pub async fn recv(&mut self) -> Result<Option<Envelope>, ErrorBody> {
        let Some(frame) = self.next_frame().await? else { return Ok(None) };
        match serde_json::from_slice(&frame) {
            Ok(envelope) => Ok(Some(envelope)),
            Err(error) => Err(ErrorBody::new(ErrorCode::BadFrame).with("detail", error)),
        }
    }
}

/// Writes frames.
#[derive(Debug)]
pub struct FrameWriter<W> {
    stream: W,
    limit: usize,
}

impl<W: AsyncWrite + Unpin> FrameWriter<W> {
    /// Writes what `side` may send to `stream`.
    pub fn new(stream: W, side: Side) -> Self {
        Self { stream, limit: side.sends() }
    }

    /// Sends a message; an answer longer than [`MAX_FROM_HOST`] goes as several pieces. Must not be dropped
    /// while it waits: half a frame may be out.
    ///
    /// # Errors
    /// [`ErrorCode::FrameTooLarge`] for what may not be split (nothing was sent then), [`ErrorCode::Io`]
    /// when the other end is gone.
    pub async fn send(&mut self, envelope: &Envelope) -> Result<(), ErrorBody> {
        let json = to_json(envelope)?;
        if json.len() <= MAX_FROM_HOST || envelope.kind != Kind::Res {
            return self.send_frame(&json).await;
        }
        drop(json);
        for piece in split_answer(envelope.clone(), MAX_FROM_HOST) {
            self.send_frame(&to_json(&piece)?).await?;
        }
        Ok(())
    }

    /// Sends JSON text as it is.
    ///
    /// # Errors
    /// As [`FrameWriter::send`].
    pub async fn send_frame(&mut self, json: &[u8]) -> Result<(), ErrorBody> {
        let frame = frame::encode(json, self.limit)?;
        let sent = async {
            self.stream.write_all(&frame).await?;
            self.stream.flush().await
        };
        sent.await.map_err(|error| io_error(&error))
    }
}

fn to_json(envelope: &Envelope) -> Result<Vec<u8>, ErrorBody> {
    let internal = |error| ErrorBody::new(ErrorCode::Internal).with("detail", error);
    serde_json::to_vec(envelope).map_err(internal)
}

/// The other end went away without a goodbye, which ends a connection like a goodbye does.
fn is_hang_up(error: &io::Error) -> bool {
    use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset};
    matches!(error.kind(), BrokenPipe | ConnectionAborted | ConnectionReset)
}

fn io_error(error: &io::Error) -> ErrorBody {
    ErrorBody::new(ErrorCode::Io).with("detail", error)
}

#[derive(Debug)]
struct FrameCodec {
    limit: usize,
}

#[derive(Debug)]
enum FrameError {
    Io(io::Error),
    Protocol(ErrorBody),
}

impl From<io::Error> for FrameError {
    fn from(error: io::Error) -> Self {
        FrameError::Io(error)
    }
}

impl Decoder for FrameCodec {
    type Item = Bytes;
    type Error = FrameError;

    fn decode(&mut self, buffer: &mut BytesMut) -> Result<Option<Bytes>, FrameError> {
        let Some(prefix) = buffer.first_chunk::<PREFIX>() else { return Ok(None) };
        let length = u32::from_ne_bytes(*prefix) as usize;
        frame::check_length(length, self.limit).map_err(FrameError::Protocol)?;
        // Nothing is reserved for a length that is only announced: memory follows what really came.
        if buffer.len() < PREFIX + length {
            return Ok(None);
        }
        buffer.advance(PREFIX);
        Ok(Some(buffer.split_to(length).freeze()))
    }

    fn decode_eof(&mut self, buffer: &mut BytesMut) -> Result<Option<Bytes>, FrameError> {
        match self.decode(buffer)? {
            None if !buffer.is_empty() => {
                let error = ErrorBody::new(ErrorCode::BadFrame);
                Err(FrameError::Protocol(error.with("detail", "the stream ends inside a frame")))
            }
            frame => Ok(frame),
        }
    }
}

#[cfg(test)]
mod tests;
