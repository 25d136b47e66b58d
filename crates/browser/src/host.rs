//! The client of the native host: questions, answers and events over `runtime.connectNative`.
//!
//! It knows frames and promises. What is asked, and what follows from an answer, is the caller's.

use crate::calls::{Calls, Delivery, Subscriber, read_frame};
use crate::environment::sleep;
use crate::fields::{integer, owned};
use crate::json::{error_of, from_value, message_of, text_of, text_to_js, value_of};
use crate::runtime::{Port, connect_native, disconnect_reason};
use protocol::event::Numbered;
use protocol::frame::{MAX_TO_HOST, check_length};
use protocol::method::{Hello, Method, SayHello, Since, Subscribe, Welcome};
use protocol::{Body, ErrorBody, ErrorCode, HOST_NAME, PROTO, PROTO_MIN, Seq};
use serde_json::Value;
use std::cell::{Cell, RefCell};
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::rc::{Rc, Weak};
use std::task::Poll;
use wasm_bindgen::prelude::*;

/// How long the host may take to say who it is; it may have to start the daemon first.
const HELLO_TIMEOUT_MS: u32 = 15_000;

/// A connection to the host. Clones share it; it is closed when the last one is dropped.
#[derive(Clone)]
pub struct HostClient(Rc<Connection>);

type DisconnectListener = Box<dyn FnOnce(ErrorBody)>;

struct Connection {
    port: Port,
    calls: RefCell<Calls>,
    closed: Cell<bool>,
    disconnect_listener: RefCell<Option<DisconnectListener>>,
    /// Kept alive for as long as the port may call them.
    _on_message: Closure<dyn FnMut(JsValue)>,
    _on_disconnect: Closure<dyn FnMut()>,
}

impl HostClient {
    /// Starts the host, or finds it running, and exchanges versions.
    ///
    /// `browser` is `chromium` or `firefox`, `client_version` the extension's version.
    ///
    /// # Errors
    /// [`ErrorCode::HostMissing`] with the browser's reason as `detail` when no host answers,
    /// [`ErrorCode::UpgradeRequired`] when the two speak no common version.
    pub async fn connect(
        browser: &str,
        client_version: &str,
    ) -> Result<(Self, Welcome), ErrorBody> {
        let port =
            connect_native(HOST_NAME).map_err(|thrown| host_missing(&message_of(&thrown)))?;
        let client = HostClient(Connection::over(port));
        let welcome = client.hello(browser, client_version).await?;
        Ok((client, welcome))
    }

    async fn hello(&self, browser: &str, client_version: &str) -> Result<Welcome, ErrorBody> {
        let hello = Hello {
            proto_min: PROTO_MIN,
            proto_max: PROTO,
            client_version: client_version.to_owned(),
            browser: browser.to_owned(),
            profile: String::new(),
        };
        let hello = self.ask_ref::<SayHello>(&hello);
        let (mut hello, mut timeout) = (pin!(hello), pin!(sleep(HELLO_TIMEOUT_MS)));
        let first = poll_fn(|context| match hello.as_mut().poll(context) {
            Poll::Pending => {
                timeout.as_mut().poll(context).map(|()| Err(host_missing("no answer in time")))
            }
            answered => answered,
        });
        first.await.map(|welcome| read_welcome(&welcome))
    }

    /// Calls a method. Dropping the future before the answer withdraws the question.
    ///
    /// # Errors
    /// What the host answers; [`ErrorCode::HostMissing`] when the connection breaks meanwhile or is broken;
    /// [`ErrorCode::FrameTooLarge`] when the parameters do not fit a frame.
    pub async fn call<M: Method>(&self, params: M::Params) -> Result<M::Answer, ErrorBody> {
        from_value(self.ask::<M>(params).await?)
    }

    /// Calls a method and gives the answer as JSON, for a caller that needs few of its fields.
    ///
    /// # Errors
    /// As [`HostClient::call`].
    pub async fn ask<M: Method>(&self, params: M::Params) -> Body {
        self.ask_ref::<M>(&params).await
    }

    /// As [`HostClient::ask`], for parameters that are kept to be sent again.
    ///
    /// # Errors
    /// As [`HostClient::call`].
    pub async fn ask_ref<M: Method>(&self, params: &M::Params) -> Body {
        self.0.ask(M::NAME, text_of(params), None).await
    }

    /// Hears events: a snapshot first, or what happened after `since`. Ends with the connection.
    ///
    /// Events that this version does not know are left out.
    ///
    /// # Errors
    /// As [`HostClient::call`].
    pub async fn subscribe(
        &self,
        since: Option<Seq>,
        mut on_event: impl FnMut(Numbered) + 'static,
    ) -> Result<(), ErrorBody> {
        let parse = move |event| {
            if let Ok(event) = serde_json::from_value(event) {
                on_event(event);
            }
        };
        self.subscribe_json(since, parse).await
    }

    /// As [`HostClient::subscribe`], with every event as JSON.
    ///
    /// # Errors
    /// As [`HostClient::call`].
    pub async fn subscribe_json(
        &self,
        since: Option<Seq>,
        on_event: impl FnMut(Value) + 'static,
    ) -> Result<(), ErrorBody> {
        let subscriber: Subscriber = Rc::new(RefCell::new(on_event));
        let params = text_of(&Since { seq: since });
        self.0.ask(Subscribe::NAME, params, Some(subscriber)).await.map(drop)
    }

    /// Calls `listener` once when the host goes away (not when the client is dropped), with
    /// [`ErrorCode::HostMissing`] and the browser's reason. The last listener set is the one called.
    pub fn on_disconnect(&self, listener: impl FnOnce(ErrorBody) + 'static) {
        self.0.disconnect_listener.replace(Some(Box::new(listener)));
    }

    /// False once the host has gone away.
    pub fn is_connected(&self) -> bool {
        !self.0.closed.get()
    }
}

impl Connection {
    /// A connection over `port`, listening to it.
    fn over(port: Port) -> Rc<Self> {
        Rc::new_cyclic(|connection: &Weak<Self>| {
            let on_message = Closure::new(listener(connection, |connection, frame: JsValue| {
                connection.receive(&frame)
            }));
            let mut closed = listener(connection, |connection, ()| connection.close());
            let on_disconnect = Closure::<dyn FnMut()>::new(move || closed(()));
            port.on_message().add_listener(on_message.as_ref());
            port.on_disconnect().add_listener(on_disconnect.as_ref());
            Connection {
                port,
                calls: RefCell::default(),
                closed: Cell::new(false),
                disconnect_listener: RefCell::new(None),
                _on_message: on_message,
                _on_disconnect: on_disconnect,
            }
        })
    }

    /// Asks with the JSON text of the parameters.
    async fn ask(&self, method: &str, params: String, subscriber: Option<Subscriber>) -> Body {
        if self.closed.get() {
            return Err(host_missing(""));
        }
        let (id, answer) = self.calls.borrow_mut().open();
        let _open = OpenCall { connection: self, id };
        if let Some(subscriber) = subscriber {
            // The first event may come before the answer does.
            self.calls.borrow_mut().subscribe(id, subscriber);
        }
        self.send(id, "req", method, &params)?;
        answer.await
    }

    fn send(&self, id: u64, kind: &str, method: &str, body: &str) -> Result<(), ErrorBody> {
        let text = frame_text(id, kind, method, body);
        check_length(text.len(), MAX_TO_HOST)?;
        self.port.post_message(&text_to_js(&text)).map_err(error_of)
    }

    fn receive(&self, frame: &JsValue) {
        let Some(frame) = read_frame(value_of(frame)) else {
            return;
        };
        let delivery = self.calls.borrow_mut().receive(frame);
        match delivery {
            Delivery::Answer(asker, body) => asker.tell(body),
            Delivery::Event(subscriber, event) => (subscriber.borrow_mut())(event),
            Delivery::Nothing => {}
        }
    }

    fn close(&self) {
        let reason = host_missing(&disconnect_reason(&self.port));
        self.closed.set(true);
        let open = self.calls.borrow_mut().close();
        for asker in open {
            asker.tell(Err(reason.clone()));
        }
        if let Some(listener) = self.disconnect_listener.take() {
            listener(reason);
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        if !self.closed.get() {
            self.port.disconnect();
        }
    }
}

/// Withdraws a question when the future that asked it is dropped before the answer.
struct OpenCall<'a> {
    connection: &'a Connection,
    id: u64,
}

impl Drop for OpenCall<'_> {
    fn drop(&mut self) {
        let was_open = self.connection.calls.borrow_mut().withdraw(self.id);
        if was_open && !self.connection.closed.get() {
            // A port that takes no message any more has nothing to withdraw either.
            drop(self.connection.send(self.id, "cancel", "", "null"));
        }
    }
}

/// A port listener that does not keep the connection alive.
fn listener<A, F: Fn(&Connection, A)>(
    connection: &Weak<Connection>,
    act: F,
) -> impl FnMut(A) + use<A, F> {
    let connection = connection.clone();
    move |argument| {
        if let Some(connection) = connection.upgrade() {
            act(&connection, argument);
        }
    }
}

/// A `protocol::Envelope` around a body that is JSON text already. Kinds and methods are our own names.
fn frame_text(id: u64, kind: &str, method: &str, body: &str) -> String {
    let (version, id) = (PROTO.to_string(), id.to_string());
    let frame = [
        r#"{"v":"#,
        &version,
        r#","id":"#,
        &id,
        r#","kind":""#,
        kind,
        r#"","method":""#,
        method,
        r#"","body":"#,
        body,
        "}",
    ];
    frame.concat()
}

fn read_welcome(welcome: &Value) -> Welcome {
    let number = |name| integer(welcome, name).and_then(|number| u32::try_from(number).ok());
    Welcome {
        proto: number("proto").unwrap_or(PROTO),
        host_version: owned(welcome, "host_version"),
        max_from_host: number("max_from_host").unwrap_or_default(),
        max_to_host: number("max_to_host").unwrap_or_default(),
        last_seq: Seq(integer(welcome, "last_seq").unwrap_or_default()),
    }
}

fn host_missing(detail: &str) -> ErrorBody {
    ErrorBody::new(ErrorCode::HostMissing).with("detail", detail)
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::Envelope;
    use protocol::envelope::to_value;
    use serde_json::json;

    #[test]
    fn a_frame_says_what_the_envelope_says() {
        let read = |text: String| serde_json::from_str::<Envelope>(&text).unwrap();
        let body = json!({ "title": "a \"b\" \\ é" });
        let request = frame_text(7, "req", "job.start", &body.to_string());
        assert_eq!(read(request), Envelope::request(7, "job.start", body));
        assert_eq!(read(frame_text(8, "cancel", "", "null")), Envelope::cancel(8));
    }

    #[test]
    fn a_welcome_reads_as_it_was_sent() {
        let sent = Welcome {
            proto: 1,
            host_version: "0.1.0".into(),
            max_from_host: 524_288,
            max_to_host: 16_777_216,
            last_seq: Seq(41),
        };
        assert_eq!(read_welcome(&to_value(&sent)), sent);
    }
}
