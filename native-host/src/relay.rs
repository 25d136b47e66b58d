//! What the browser launches: carries frames between the browser's pipes and the daemon's socket.
//!
//! The browser ends it about 2 s after the port closes, so it owns nothing and decides only two things:
//! whether the caller may speak to the daemon at all, and whether a frame is one. Its standard output
//! carries frames only; what it has to say to people goes to standard error, which browsers log.

use crate::home::Home;
use crate::launch;
use crate::socket::{Connection, FrameReader, FrameWriter, Reader, Side, Writer};
use protocol::{EXTENSION_ID, Envelope, ErrorBody, ErrorCode, HOST_NAME, Kind};
use serde::Deserialize;
use std::ffi::OsString;
use std::process::ExitCode;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::oneshot;

/// The id that the extension has in Firefox.
pub const FIREFOX_ID: &str = "mediafetcher@mediafetcher.app";

/// Who launched us, as the browser says on our command line.
///
/// Sources: Chrome's "Native messaging" (the first argument is the caller's origin) and MDN's "Native
/// messaging" (path of the manifest, then the add-on's id).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Caller {
    /// A Chromium-like browser: the extension's origin.
    Chromium(String),
    /// Firefox: the add-on's id.
    Firefox(String),
}

impl Caller {
    /// Recognises a browser's call in the arguments after the program's name; `None` for a person's.
    pub fn of(arguments: &[OsString]) -> Option<Self> {
        let text = |index: usize| arguments.get(index).map(|text| text.to_string_lossy());
        let first = text(0)?;
        if first.starts_with("chrome-extension://") {
            return Some(Caller::Chromium(first.into_owned()));
        }
        let is_manifest = first.ends_with(&format!("{HOST_NAME}.json"));
        is_manifest.then(|| Caller::Firefox(text(1).unwrap_or_default().into_owned()))
    }

    /// True for our own extension. The browser has checked it against the host manifest already; a
    /// manifest that somebody widened does not widen this.
    pub fn is_ours(&self) -> bool {
        match self {
            Caller::Chromium(origin) => *origin == format!("chrome-extension://{EXTENSION_ID}/"),
            Caller::Firefox(id) => id == FIREFOX_ID,
        }
    }

    fn name(&self) -> &str {
        match self {
            Caller::Chromium(name) | Caller::Firefox(name) => name,
        }
    }
}

/// Serves the browser until either side closes. Gives 1 for a caller that is not our extension and for a
/// daemon that cannot be started, after saying so in an `err` frame with the id 0.
pub async fn run(caller: &Caller) -> ExitCode {
    let mut to_browser = FrameWriter::new(tokio::io::stdout(), Side::Host);
    match open(caller).await {
        Ok((home, daemon)) => {
            let mut from_browser = FrameReader::new(tokio::io::stdin(), Side::Host);
            match introduce(&home, daemon, &mut from_browser, &mut to_browser).await {
                Ok(Some((from_daemon, to_daemon))) => {
                    carry(from_browser, to_browser, from_daemon, to_daemon).await;
                }
                Ok(None) => {}
                Err(error) => complain(&mut to_browser, &error).await,
            }
            ExitCode::SUCCESS
        }
        Err(error) => {
            complain(&mut to_browser, &error).await;
            ExitCode::FAILURE
        }
    }
}

async fn open(caller: &Caller) -> Result<(Home, Connection), ErrorBody> {
    if !caller.is_ours() {
        return Err(ErrorBody::new(ErrorCode::Forbidden).with("origin", caller.name()));
    }
    let no_home = |error| ErrorBody::new(ErrorCode::HostMissing).with("detail", error);
    let home = Home::from_environment().map_err(no_home)?;
    let daemon = launch::connect_or_start(&home).await?;
    Ok((home, daemon))
}

/// The command line may do what a browser may not, and says who it is by itself.
fn refuse_other_names(hello: &[u8]) -> Result<(), ErrorBody> {
    let hello: serde_json::Value = serde_json::from_slice(hello).unwrap_or_default();
    if hello["body"]["browser"] == "cli" {
        return Err(ErrorBody::new(ErrorCode::Forbidden).with("origin", "a browser"));
    }
    Ok(())
}

/// Carries the first frame and its answer. A daemon that is just ending answers nothing: then the next one is
/// asked. `None` when the browser closes without a word.
async fn introduce<R, W>(
    home: &Home,
    mut daemon: Connection,
    from_browser: &mut FrameReader<R>,
    to_browser: &mut FrameWriter<W>,
) -> Result<Option<(Reader, Writer)>, ErrorBody>
where
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin,
{
    let Some(hello) = from_browser.next_frame().await? else { return Ok(None) };
    check_is_message(&hello)?;
    refuse_other_names(&hello)?;
    for _ in 0..launch::MOST_GREETINGS {
        let (mut from_daemon, mut to_daemon) = daemon.split();
        if to_daemon.send_frame(&hello).await.is_ok()
            && let Some(answer) = from_daemon.next_frame().await?
        {
            to_browser.send_frame(&answer).await?;
            return Ok(Some((from_daemon, to_daemon)));
        }
        daemon = launch::connect_or_start(home).await?;
    }
    let error = ErrorBody::new(ErrorCode::HostMissing);
    Err(error.with("detail", "the daemon ended before it answered"))
}

/// Carries frames both ways until one side closes or breaks the rules.
async fn carry<R, W>(
    mut from_browser: FrameReader<R>,
    mut to_browser: FrameWriter<W>,
    mut from_daemon: Reader,
    mut to_daemon: Writer,
) where
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin,
{
    let (browser_ended, mut browser_end) = oneshot::channel();
    let up = async {
        let ended: Result<(), ErrorBody> = async {
            while let Some(frame) = from_browser.next_frame().await? {
                check_is_message(&frame)?;
                to_daemon.send_frame(&frame).await?;
            }
            Ok(())
        }
        .await;
        let _ = browser_ended.send(ended);
        std::future::pending::<()>().await;
    };
    // Only `down` ends the relay, between two frames: a complaint never lands inside another frame.
    let down = async {
        loop {
            let frame = tokio::select! {
                frame = from_daemon.next_frame() => frame?,
                ended = &mut browser_end => return ended.unwrap_or(Ok(())),
            };
            match frame {
                Some(frame) => to_browser.send_frame(&frame).await?,
                None => return Ok(()),
            }
        }
    };
    let ended: Result<(), ErrorBody> = tokio::select! {
        ended = down => ended,
        () = up => Ok(()),
    };
    if let Err(error) = ended {
        complain(&mut to_browser, &error).await;
    }
}

/// The outline of a message; the content is the daemon's to judge.
#[derive(Deserialize)]
struct Outline {
    #[serde(rename = "v")]
    _v: u32,
    #[serde(rename = "id")]
    _id: u64,
    #[serde(rename = "kind")]
    _kind: Kind,
}

fn check_is_message(frame: &[u8]) -> Result<(), ErrorBody> {
    let bad = |error| ErrorBody::new(ErrorCode::BadFrame).with("detail", error);
    serde_json::from_slice::<Outline>(frame).map(|_| ()).map_err(bad)
}

async fn complain<W: AsyncWrite + Unpin>(to_browser: &mut FrameWriter<W>, error: &ErrorBody) {
    eprintln!("mediafetcher relay: {error}");
    if let Err(gone) = to_browser.send(&Envelope::error(0, error)).await {
        eprintln!("mediafetcher relay: the browser no longer listens: {gone}");
    }
}
