//! A client of the daemon: asks, waits for the answer, keeps the events that come meanwhile.
//!
//! It is made for one caller that does one thing after the other (the command line, the doctor), so it
//! needs no task of its own and no lock.

use crate::home::Home;
use crate::launch;
use crate::socket::{self, Connection};
use protocol::event::Numbered;
use protocol::method::{Hello, SayHello, Since, Subscribe, Welcome};
use protocol::{Envelope, ErrorBody, ErrorCode, Kind, Method, PROTO, PROTO_MIN};
use serde_json::Value;
use std::collections::VecDeque;

/// Events kept while an answer is awaited. The oldest go first: later ones carry the newer state.
const MOST_EVENTS: usize = 4096;

/// A connection on which both sides have said hello.
#[derive(Debug)]
pub struct Client {
    connection: Connection,
    welcome: Welcome,
    last_id: u64,
    events: VecDeque<Numbered>,
}

impl Client {
    /// Connects to the running daemon of `home`. `who` is how this client calls itself, such as `cli`.
    ///
    /// # Errors
    /// [`ErrorCode::HostMissing`] when none runs, [`ErrorCode::UpgradeRequired`] when it is too old or new.
    pub async fn connect(home: &Home, who: &str) -> Result<Self, ErrorBody> {
        Self::greet(socket::connect(home).await?, who).await
    }

    /// As [`Client::connect`], and starts the daemon when none runs.
    ///
    /// # Errors
    /// As [`Client::connect`] and [`launch::connect_or_start`].
    pub async fn connect_or_start(home: &Home, who: &str) -> Result<Self, ErrorBody> {
        let mut greeted = Self::greet(launch::connect_or_start(home).await?, who).await;
        for _ in 1..launch::MOST_GREETINGS {
            match &greeted {
                // It was just ending; the next one answers.
                Err(error) if matches!(error.code, ErrorCode::HostMissing | ErrorCode::Io) => {
                    greeted = Self::greet(launch::connect_or_start(home).await?, who).await;
                }
                _ => break,
            }
        }
        greeted
    }

    async fn greet(connection: Connection, who: &str) -> Result<Self, ErrorBody> {
        let hello = Hello {
            proto_min: PROTO_MIN,
            proto_max: PROTO,
            client_version: env!("CARGO_PKG_VERSION").to_owned(),
            browser: who.to_owned(),
            profile: String::new(),
        };
        let nobody_yet = Welcome {
            proto: PROTO,
            host_version: String::new(),
            max_from_host: 0,
            max_to_host: 0,
            last_seq: protocol::Seq(0),
        };
        let events = VecDeque::new();
        let mut client = Self { connection, welcome: nobody_yet, last_id: 0, events };
        client.welcome = client.call::<SayHello>(hello).await?;
        Ok(client)
    }

    /// What the daemon said about itself.
    pub fn welcome(&self) -> &Welcome {
        &self.welcome
    }

    /// Calls a method and waits for its answer.
    ///
    /// # Errors
    /// What the daemon answers, and [`ErrorCode::HostMissing`] when the connection ends first.
    pub async fn call<M: Method>(&mut self, params: M::Params) -> Result<M::Answer, ErrorBody> {
        self.last_id += 1;
        let id = self.last_id;
        let request = Envelope::request(id, M::NAME, protocol::envelope::to_value(&params));
        self.connection.send(&request).await?;
        let answer = self.answer_to(id).await?;
        serde_json::from_value(answer).map_err(|error| bad_frame(&error))
    }

    /// Asks for events; [`Client::next_event`] gives them, a snapshot first.
    ///
    /// # Errors
    /// As [`Client::call`].
    pub async fn subscribe(&mut self) -> Result<(), ErrorBody> {
        self.call::<Subscribe>(Since::default()).await.map(|_| ())
    }

    /// The next event; `None` when the daemon ended. May be dropped while it waits.
    ///
    /// # Errors
    /// When something comes that is no event.
    pub async fn next_event(&mut self) -> Result<Option<Numbered>, ErrorBody> {
        loop {
            if let Some(event) = self.events.pop_front() {
                return Ok(Some(event));
            }
            let Some(envelope) = self.connection.recv().await? else { return Ok(None) };
            match envelope.kind {
                Kind::Event => self.keep_event(envelope.body)?,
                Kind::Err if envelope.id == 0 => return Err(error_in(envelope.body)),
                _ => {}
            }
        }
    }

    async fn answer_to(&mut self, id: u64) -> Result<Value, ErrorBody> {
        let mut text = String::new();
        loop {
            let Some(envelope) = self.connection.recv().await? else {
                let error = ErrorBody::new(ErrorCode::HostMissing);
                return Err(error.with("detail", "the daemon ended before it answered"));
            };
            match envelope.kind {
                Kind::Event => self.keep_event(envelope.body)?,
                // An error with the id 0 is about the connection, whatever was asked on it.
                Kind::Err if envelope.id == id || envelope.id == 0 => {
                    return Err(error_in(envelope.body));
                }
                Kind::Res if envelope.id == id && envelope.piece => {
                    text.push_str(envelope.body.as_str().unwrap_or_default());
                    if !envelope.more {
                        return serde_json::from_str(&text).map_err(|error| bad_frame(&error));
                    }
                }
                Kind::Res if envelope.id == id => return Ok(envelope.body),
                _ => {}
            }
        }
    }

    fn keep_event(&mut self, body: Value) -> Result<(), ErrorBody> {
        if self.events.len() == MOST_EVENTS {
            self.events.pop_front();
        }
        self.events.push_back(serde_json::from_value(body).map_err(|error| bad_frame(&error))?);
        Ok(())
    }
}

fn bad_frame(error: &serde_json::Error) -> ErrorBody {
    ErrorBody::new(ErrorCode::BadFrame).with("detail", error)
}

/// The error in an `err` frame; a newer daemon may use a number that is not known here.
fn error_in(body: Value) -> ErrorBody {
    let text = body.to_string();
    let unknown = |_| ErrorBody::new(ErrorCode::Internal).with("detail", text);
    serde_json::from_value(body).unwrap_or_else(unknown)
}

#[cfg(test)]
mod tests;
