//! The local socket between the daemon and its clients (the relay and the command line).
//!
//! It moves messages and knows who may connect: only processes of the same user. What the messages mean
//! is not decided here.

mod address;
mod frames;

pub use address::Address;
pub use frames::{FrameReader, FrameWriter, Side};

use crate::home::{Home, Lock};
use interprocess::local_socket::tokio::prelude::*;
use interprocess::local_socket::tokio::{Listener as RawListener, Stream};
use interprocess::local_socket::{ConnectOptions, ListenerOptions};
use protocol::{Envelope, ErrorBody, ErrorCode};
use std::io;
use tokio::io::{ReadHalf, WriteHalf};

/// The receiving half of a [`Connection`].
pub type Reader = FrameReader<ReadHalf<Stream>>;
/// The sending half of a [`Connection`].
pub type Writer = FrameWriter<WriteHalf<Stream>>;

/// The daemon's end: takes connections.
#[derive(Debug)]
pub struct Listener {
    raw: RawListener,
}

/// Starts to listen for clients of `home`.
///
/// The lock is the proof that no other daemon listens there, so that what lies at the address is left over
/// from one that was killed and is removed. The address stays when the listener goes: removing it could
/// hit the next daemon's.
///
/// # Errors
/// When the system refuses the address.
pub fn listen(home: &Home, _lock: &Lock) -> io::Result<Listener> {
    let address = Address::of(home)?;
    address.clear()?;
    let options = ListenerOptions::new().name(address.name()?).reclaim_name(false);
    Ok(Listener { raw: for_this_user_only(options)?.create_tokio()? })
}

/// On Unix the folder's mode and the check of the peer decide who may connect.
#[cfg(unix)]
fn for_this_user_only(options: ListenerOptions<'_>) -> io::Result<ListenerOptions<'_>> {
    Ok(options)
}

/// On Windows the pipe itself says so: a protected access list with its owner alone.
#[cfg(windows)]
fn for_this_user_only(options: ListenerOptions<'_>) -> io::Result<ListenerOptions<'_>> {
    use interprocess::os::windows::local_socket::ListenerOptionsExt;
    use interprocess::os::windows::security_descriptor::SecurityDescriptor;
    let owner_only = SecurityDescriptor::deserialize(widestring::u16cstr!("D:P(A;;GA;;;OW)"))?;
    Ok(options.security_descriptor(owner_only))
}

impl Listener {
    /// The next connection of this user. Others are turned away without an answer.
    ///
    /// # Errors
    /// When the system cannot accept, such as with too many open files; trying again later is sensible.
    pub async fn accept(&self) -> io::Result<Connection> {
        loop {
            let stream = self.raw.accept().await?;
            if is_same_user(&stream) {
                return Ok(Connection::new(stream, Side::Host));
            }
            tracing::warn!("a connection of another user was refused");
        }
    }
}

/// Connects to the daemon of `home`.
///
/// # Errors
/// [`ErrorCode::HostMissing`] when nobody listens, [`ErrorCode::Forbidden`] when another user does.
pub async fn connect(home: &Home) -> Result<Connection, ErrorBody> {
    let connected = async {
        let address = Address::of(home)?;
        ConnectOptions::new().name(address.name()?).connect_tokio().await
    };
    match connected.await {
        Ok(stream) if is_same_user(&stream) => Ok(Connection::new(stream, Side::Client)),
        Ok(_) => Err(ErrorBody::new(ErrorCode::Forbidden).with("origin", "another user")),
        Err(error) => Err(ErrorBody::new(ErrorCode::HostMissing).with("detail", error)),
    }
}

#[cfg(unix)]
fn is_same_user(stream: &Stream) -> bool {
    let own = rustix::process::geteuid().as_raw();
    stream.peer_creds().ok().and_then(|peer| peer.euid()) == Some(own)
}

/// The access list of the pipe has decided already.
#[cfg(windows)]
fn is_same_user(_: &Stream) -> bool {
    true
}

/// A connection between the daemon and one client.
#[derive(Debug)]
pub struct Connection {
    reader: Reader,
    writer: Writer,
}

impl Connection {
    fn new(stream: Stream, side: Side) -> Self {
        let (read, write) = tokio::io::split(stream);
        Self { reader: FrameReader::new(read, side), writer: FrameWriter::new(write, side) }
    }

    /// See [`FrameReader::recv`].
    ///
    /// # Errors
    /// The same.
    pub async fn recv(&mut self) -> Result<Option<Envelope>, ErrorBody> {
        self.reader.recv().await
    }

    /// See [`FrameWriter::send`].
    ///
    /// # Errors
    /// The same.
    pub async fn send(&mut self, envelope: &Envelope) -> Result<(), ErrorBody> {
        self.writer.send(envelope).await
    }

    /// Both halves, to read and write at the same time. The connection closes when both are gone.
    pub fn split(self) -> (Reader, Writer) {
        (self.reader, self.writer)
    }
}
