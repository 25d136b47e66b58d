//! A body as it arrives, with an end to patience: nothing for a while, or next to nothing for longer.

use crate::config::Timeouts;
use crate::fault::{Fault, broken_off, innermost};
use bytes::Bytes;
use reqwest::Response;
use tokio::time::{Instant, timeout};

/// The rest of a response.
pub(crate) struct Body {
    response: Response,
    host: String,
    timeouts: Timeouts,
    /// When the current window of [`Timeouts::trickle`] began, and what came in it.
    window: (Instant, u64),
}

impl Body {
    pub fn new(response: Response, timeouts: Timeouts) -> Self {
        let host = response.url().host_str().unwrap_or_default().to_owned();
        Self { response, host, timeouts, window: (Instant::now(), 0) }
    }

    /// The next piece, `None` at the end. A body shorter than announced is an error, not an end.
    pub async fn next(&mut self) -> Result<Option<Bytes>, Fault> {
        let idle = self.timeouts.idle;
        match timeout(idle, self.response.chunk()).await {
            Ok(Ok(Some(piece))) => {
                self.note(piece.len() as u64)?;
                Ok(Some(piece))
            }
            Ok(Ok(None)) => Ok(None),
            Ok(Err(error)) => Err(broken_off(&self.host, innermost(&error))),
            Err(_) => {
                Err(broken_off(&self.host, format_args!("nothing came for {} s", idle.as_secs())))
            }
        }
    }

    /// Reads on until `head` has at least `enough` bytes or the body ends.
    pub async fn fill(&mut self, head: &mut Vec<u8>, enough: usize) -> Result<(), Fault> {
        while head.len() < enough {
            match self.next().await? {
                Some(piece) => head.extend_from_slice(&piece),
                None => break,
            }
        }
        Ok(())
    }

    /// A server that trickles must not hold a place for ever.
    fn note(&mut self, bytes: u64) -> Result<(), Fault> {
        self.window.1 += bytes;
        if self.window.0.elapsed() < self.timeouts.trickle {
            return Ok(());
        }
        if self.window.1 < Timeouts::SLOWEST {
            return Err(broken_off(&self.host, "it came too slowly"));
        }
        self.window = (Instant::now(), 0);
        Ok(())
    }
}
