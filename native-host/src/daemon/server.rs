//! Connections: frames in, answers and events out. What may be asked is in `methods`.

use super::engine::Engine;
use super::methods;
use crate::socket::{Connection, Listener, Reader, Writer};
use protocol::event::Numbered;
use protocol::method::{Hello, SayHello, Since, Subscribe, Welcome};
use protocol::{
    Envelope, ErrorBody, ErrorCode, Event, Kind, Method, PROTO, PROTO_MIN, Seq, Source, frame,
};
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{Semaphore, broadcast, mpsc};
use tokio::task::AbortHandle;

/// Frames waiting to be written to one client; when it does not read, those who have something to say wait.
const OUTBOX: usize = 64;
/// Requests of one client in work at once.
const MOST_REQUESTS: usize = 256;
/// After the system refused a connection, such as with too many open files.
const PAUSE: Duration = Duration::from_millis(200);

/// Takes connections until the daemon stops: whoever comes later is turned away at once and finds the next one.
pub(super) async fn run(engine: Engine, listener: Listener) {
    static NUMBER: AtomicU64 = AtomicU64::new(1);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = engine.stopping.cancelled() => return,
        };
        match accepted {
            Ok(connection) => {
                let number = NUMBER.fetch_add(1, Ordering::Relaxed);
                tokio::spawn(serve(engine.clone(), connection, number));
            }
            Err(error) => {
                tracing::warn!(%error, "a connection could not be taken");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

/// Who is at the other end.
#[derive(Clone, Copy, Debug)]
pub(super) struct Caller {
    /// The connection.
    pub connection: u64,
    /// The command line may do what a browser may not.
    pub is_cli: bool,
}

async fn serve(engine: Engine, connection: Connection, number: u64) {
    let (mut reader, writer) = connection.split();
    let (outbox, frames) = mpsc::channel(OUTBOX);
    let writing = tokio::spawn(write(writer, frames));
    let mut session = Session {
        engine: engine.clone(),
        outbox: outbox.clone(),
        caller: None,
        number,
        subscriptions: HashMap::new(),
        slots: Arc::new(Semaphore::new(MOST_REQUESTS)),
    };
    let ended = session.read(&mut reader).await;
    session.end();
    if let Err(error) = ended {
        tracing::info!(%error, "a client spoke nonsense");
        let _ = outbox.send(Envelope::error(0, &error)).await;
    }
    drop((session, outbox));
    for job in engine.listers.left_by(number) {
        engine.read_list(job, true);
    }
    let _ = writing.await;
}

async fn write(mut writer: Writer, mut frames: mpsc::Receiver<Envelope>) {
    while let Some(envelope) = frames.recv().await {
        if writer.send(&envelope).await.is_err() {
            return; // gone; its reader notices as well
        }
    }
}

struct Session {
    engine: Engine,
    outbox: mpsc::Sender<Envelope>,
    caller: Option<Caller>,
    number: u64,
    /// Those that never end by themselves.
    subscriptions: HashMap<u64, AbortHandle>,
    /// One permit a request in work.
    slots: Arc<Semaphore>,
}

impl Session {
    async fn read(&mut self, reader: &mut Reader) -> Result<(), ErrorBody> {
        while let Some(envelope) = reader.recv().await? {
            match envelope.kind {
                Kind::Req if self.caller.is_none() => self.greet(envelope).await?,
                Kind::Req => self.take(envelope)?,
                Kind::Cancel => {
                    if let Some(subscription) = self.subscriptions.remove(&envelope.id) {
                        subscription.abort();
                    }
                }
                _ => {
                    let error = ErrorBody::new(ErrorCode::BadFrame);
                    return Err(error.with("detail", "clients send req and cancel"));
                }
            }
        }
        Ok(())
    }

    /// Only subscriptions end with their client: a popup says what it wants and is closed.
    fn end(&mut self) {
        for subscription in self.subscriptions.values() {
            subscription.abort();
        }
    }

    async fn greet(&mut self, envelope: Envelope) -> Result<(), ErrorBody> {
        if envelope.method != SayHello::NAME {
            let error = ErrorBody::new(ErrorCode::BadFrame);
            return Err(error.with("detail", "the first request must be hello"));
        }
        let answer = match methods::parse::<Hello>(envelope.body)
            .and_then(|hello| self.agree(&hello))
        {
            Ok(welcome) => Envelope::answer(envelope.id, protocol::envelope::to_value(&welcome)),
            Err(error) => Envelope::error(envelope.id, &error),
        };
        let _ = self.outbox.send(answer).await;
        Ok(())
    }

    fn agree(&mut self, hello: &Hello) -> Result<Welcome, ErrorBody> {
        let proto = hello.proto_max.min(PROTO);
        if proto < hello.proto_min || proto < PROTO_MIN {
            let error = ErrorBody::new(ErrorCode::UpgradeRequired);
            let error = error.with("host", env!("CARGO_PKG_VERSION"));
            return Err(error.with("extension", &hello.client_version));
        }
        self.caller = Some(Caller { connection: self.number, is_cli: hello.browser == "cli" });
        Ok(Welcome {
            proto,
            host_version: env!("CARGO_PKG_VERSION").to_owned(),
            max_from_host: frame::MAX_FROM_HOST as u32,
            max_to_host: frame::MAX_TO_HOST as u32,
            last_seq: self.engine.hub.last(),
        })
    }

    fn take(&mut self, envelope: Envelope) -> Result<(), ErrorBody> {
        let Some(caller) = self.caller else { return Ok(()) };
        let Ok(slot) = self.slots.clone().try_acquire_owned() else {
            let error = ErrorBody::new(ErrorCode::BadFrame);
            return Err(error.with("detail", "too many requests at once"));
        };
        let (engine, outbox, id) = (self.engine.clone(), self.outbox.clone(), envelope.id);
        if envelope.method == Subscribe::NAME {
            let subscription = tokio::spawn(subscribe(engine, outbox, id, envelope.body));
            self.subscriptions.insert(id, subscription.abort_handle());
            return Ok(());
        }
        tokio::spawn(async move {
            let _slot = slot;
            let answered = methods::answer(&engine, caller, &envelope.method, envelope.body).await;
            let answer = match answered {
                Ok(body) => Envelope::answer(id, body),
                Err(error) => Envelope::error(id, &error),
            };
            let _ = outbox.send(answer).await;
        });
        Ok(())
    }
}

/// Sends events until the client goes: a snapshot or what it missed first, and a snapshot again when it falls behind.
async fn subscribe(
    engine: Engine,
    outbox: mpsc::Sender<Envelope>,
    id: u64,
    body: serde_json::Value,
) {
    let since = methods::parse::<Since>(body).unwrap_or_default();
    let (mut events, missed) = engine.hub.subscribe(since.seq);
    let nothing = protocol::envelope::to_value(&protocol::method::Nothing {});
    let mut sent = outbox.send(Envelope::answer(id, nothing)).await.is_ok();
    match missed {
        Some(missed) => {
            for event in missed {
                sent = sent && send(&outbox, id, &event).await;
            }
        }
        None => sent = sent && send_snapshot(&engine, &outbox, id).await,
    }
    ask_for_sessions(&engine).await;
    while sent {
        sent = match events.recv().await {
            Ok(event) => send(&outbox, id, &event).await,
            Err(RecvError::Lagged(_)) => {
                events = resubscribe(&engine);
                send_snapshot(&engine, &outbox, id).await
            }
            Err(RecvError::Closed) => false,
        };
    }
}

fn resubscribe(engine: &Engine) -> broadcast::Receiver<Numbered> {
    engine.hub.subscribe(None).0
}

async fn send(outbox: &mpsc::Sender<Envelope>, id: u64, event: &Numbered) -> bool {
    outbox.send(Envelope::event(id, protocol::envelope::to_value(event))).await.is_ok()
}

async fn send_snapshot(engine: &Engine, outbox: &mpsc::Sender<Envelope>, id: u64) -> bool {
    let seq: Seq = engine.hub.last();
    match engine.snapshot().await {
        Ok(event) => send(outbox, id, &Numbered { seq, event }).await,
        Err(error) => outbox.send(Envelope::error(id, &error)).await.is_ok(),
    }
}

/// A browser may have come back: sessions that unfinished jobs lack are asked for.
async fn ask_for_sessions(engine: &Engine) {
    for job in engine.library.unfinished_jobs().await.unwrap_or_default() {
        if job.source == Source::Web {
            // Pages of several sites have none.
            if !job.account.id.is_empty() {
                engine.ask_for_site_session(&job.account.id);
            }
            continue;
        }
        let missing = engine.sessions.signer(job.source, &job.account.id).is_err();
        if missing || engine.is_blocked(job.source) {
            engine.hub.send(Event::CredentialNeeded {
                source: job.source,
                origin: job.source.origin().to_owned(),
                account_id: job.account.id,
            });
        }
    }
}
