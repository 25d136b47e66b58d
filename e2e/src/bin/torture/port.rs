//! A native messaging port as a browser opens it: the relay's pipes, one request at a time.
//!
//! It sends what the extension sends, but knows nothing of pages or lists.

use anyhow::{Context, Result, bail};
use e2e::daemon::Home;
use protocol::frame::{self, FrameDecoder};
use protocol::method::{Hello, SayHello};
use protocol::{EXTENSION_ID, Envelope, Kind, Method, PROTO, PROTO_MIN};
use serde_json::Value;
use std::process::Stdio;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, ChildStdin, ChildStdout};

/// How much is read from the pipe at once, in bytes.
const READ: usize = 64 * 1024;

/// An open port. The relay ends when it is dropped; the daemon it may have started goes on.
pub struct Port {
    _relay: Child,
    to_host: ChildStdin,
    from_host: ChildStdout,
    frames: FrameDecoder,
    last: u64,
}

impl Port {
    /// Starts the relay, which starts the daemon if none runs, and says hello.
    ///
    /// # Errors
    /// When the daemon does not welcome us.
    pub async fn open(home: &Home) -> Result<Self> {
        let mut command = home.command(&[&format!("chrome-extension://{EXTENSION_ID}/")])?;
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut relay = command.spawn()?;
        let to_host = relay.stdin.take().context("the relay has no standard input")?;
        let from_host = relay.stdout.take().context("the relay has no standard output")?;
        let frames = FrameDecoder::new(frame::BROWSER_LIMIT);
        let mut port = Self { _relay: relay, to_host, from_host, frames, last: 0 };
        let hello = Hello {
            proto_min: PROTO_MIN,
            proto_max: PROTO,
            client_version: env!("CARGO_PKG_VERSION").to_owned(),
            browser: "chromium".to_owned(),
            profile: "torture".to_owned(),
        };
        port.call::<SayHello>(&hello).await?;
        Ok(port)
    }

    /// Asks and waits for the answer.
    ///
    /// # Errors
    /// When the daemon refuses or the port closes.
    pub async fn call<M: Method>(&mut self, params: &M::Params) -> Result<M::Answer> {
        self.last += 1;
        let body = protocol::envelope::to_value(params);
        let json = serde_json::to_vec(&Envelope::request(self.last, M::NAME, body))?;
        let framed =
            frame::encode(&json, frame::MAX_TO_HOST).map_err(|error| refused(M::NAME, &error))?;
        self.to_host.write_all(&framed).await?;
        self.to_host.flush().await?;
        let answer = self.answer(M::NAME).await?;
        Ok(serde_json::from_value(answer)?)
    }

    async fn answer(&mut self, method: &str) -> Result<Value> {
        let mut pieces = String::new();
        loop {
            let envelope: Envelope = serde_json::from_slice(&self.next_frame().await?)?;
            match envelope.kind {
                Kind::Err => bail!("{method}: {}", envelope.body),
                Kind::Res if envelope.id != self.last => {}
                Kind::Res if envelope.piece => {
                    pieces.push_str(envelope.body.as_str().context("a piece is not text")?);
                    if !envelope.more {
                        return Ok(serde_json::from_str(&pieces)?);
                    }
                }
                Kind::Res => return Ok(envelope.body),
                _ => {}
            }
        }
    }

    async fn next_frame(&mut self) -> Result<Vec<u8>> {
        let mut buffer = vec![0; READ];
        loop {
            let next = self.frames.next_frame().map_err(|error| refused("a frame", &error))?;
            if let Some(json) = next {
                return Ok(json);
            }
            let read = self.from_host.read(&mut buffer).await?;
            if read == 0 {
                bail!("the port was closed");
            }
            self.frames.push(&buffer[..read]);
        }
    }
}

fn refused(what: &str, error: &protocol::ErrorBody) -> anyhow::Error {
    anyhow::anyhow!("{what}: {error}")
}
