//! A small client of the Chrome DevTools Protocol over its WebSocket.
//!
//! One connection to the browser, "flattened" sessions to pages and workers inside it. It carries calls and waits
//! for targets; what is done with a page is in [`crate::page`].
//! Source: <https://chromedevtools.github.io/devtools-protocol/>.

use anyhow::{Context, Result, anyhow, bail};
use futures::stream::{SplitSink, SplitStream};
use futures::{SinkExt, StreamExt};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::{Message, protocol::WebSocketConfig};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async_with_config};

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;
type Answers = Arc<Mutex<HashMap<u64, Caller>>>;

/// A call that takes longer is broken; scripts that wait for something set their own end below this.
const CALL_LIMIT: Duration = Duration::from_secs(120);
/// A full-page screenshot comes as one message.
const LARGEST_MESSAGE: usize = 256 * 1024 * 1024;

/// Who waits for an answer, and in which session.
struct Caller {
    session: Option<String>,
    sender: oneshot::Sender<Value>,
}

/// A connection to a browser.
#[derive(Clone)]
pub struct Cdp {
    calls: Arc<tokio::sync::Mutex<SplitSink<Socket, Message>>>,
    answers: Answers,
    next_id: Arc<AtomicU64>,
}

/// Something in the browser that can be attached to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Its id.
    pub id: String,
    /// `page`, `service_worker`, …
    pub kind: String,
    /// What it shows or runs.
    pub url: String,
}

impl Cdp {
    /// Connects to `ws://127.0.0.1:PORT/devtools/browser/ID`.
    ///
    /// # Errors
    /// When nothing answers there.
    pub async fn connect(address: &str) -> Result<Self> {
        let config = WebSocketConfig::default()
            .max_message_size(Some(LARGEST_MESSAGE))
            .max_frame_size(Some(LARGEST_MESSAGE));
        let (socket, _) = connect_async_with_config(address, Some(config), true)
            .await
            .with_context(|| format!("cannot connect to {address}"))?;
        let (calls, messages) = socket.split();
        let answers = Answers::default();
        tokio::spawn(read(messages, Arc::clone(&answers)));
        Ok(Self { calls: Arc::new(calls.into()), answers, next_id: Arc::default() })
    }

    /// Calls `method` of the browser itself, or of the session named.
    ///
    /// # Errors
    /// What the browser says, or that it is gone.
    pub async fn call(&self, session: Option<&str>, method: &str, params: Value) -> Result<Value> {
        let id = self.next_id.fetch_add(1, Ordering::Relaxed);
        let mut message = json!({"id": id, "method": method, "params": params});
        if let Some(session) = session {
            message["sessionId"] = session.into();
        }
        let (sender, answer) = oneshot::channel();
        let caller = Caller { session: session.map(str::to_owned), sender };
        lock(&self.answers).insert(id, caller);
        let sent = self.calls.lock().await.send(Message::text(message.to_string())).await;
        sent.with_context(|| format!("{method}: the browser is gone"))?;
        let answer =
            timeout(CALL_LIMIT, answer).await.with_context(|| format!("{method}: no answer"))?;
        let mut answer =
            answer.map_err(|_| anyhow!("{method}: the page or the browser is gone"))?;
        if let Some(error) = answer.get("error") {
            bail!("{method}: {}", error["message"].as_str().unwrap_or("failed"));
        }
        Ok(answer["result"].take())
    }

    /// What is open and running.
    ///
    /// # Errors
    /// As [`Cdp::call`].
    pub async fn targets(&self) -> Result<Vec<Target>> {
        let answer = self.call(None, "Target.getTargets", json!({})).await?;
        let infos = answer["targetInfos"].as_array().cloned().unwrap_or_default();
        let text = |info: &Value, name: &str| info[name].as_str().unwrap_or_default().to_owned();
        let target = |info: &Value| Target {
            id: text(info, "targetId"),
            kind: text(info, "type"),
            url: text(info, "url"),
        };
        Ok(infos.iter().map(target).collect())
    }

    /// Waits for a target that `wanted` picks, and attaches to it.
    ///
    /// # Errors
    /// When none comes.
    pub async fn wait_for_target(
        &self,
        what: &str,
        wanted: impl Fn(&Target) -> bool,
    ) -> Result<Session> {
        let found = crate::wait::until(what, crate::wait::LONG, async || {
            Ok(self.targets().await?.into_iter().find(|target| wanted(target)))
        });
        self.attach(found.await?).await
    }

    /// Attaches to a target.
    ///
    /// # Errors
    /// As [`Cdp::call`].
    pub async fn attach(&self, target: Target) -> Result<Session> {
        let params = json!({"targetId": target.id, "flatten": true});
        let answer = self.call(None, "Target.attachToTarget", params).await?;
        let id = answer["sessionId"].as_str().context("a session without id")?.to_owned();
        Ok(Session { cdp: self.clone(), id, target })
    }

    /// Opens a tab.
    ///
    /// # Errors
    /// As [`Cdp::call`].
    pub async fn open_tab(&self, url: &str) -> Result<Session> {
        self.create(url, false).await
    }

    /// Opens a tab behind the one in front.
    ///
    /// # Errors
    /// As [`Cdp::call`].
    pub async fn open_tab_behind(&self, url: &str) -> Result<Session> {
        self.create(url, true).await
    }

    async fn create(&self, url: &str, background: bool) -> Result<Session> {
        let params = json!({"url": url, "background": background});
        let answer = self.call(None, "Target.createTarget", params).await?;
        let id = answer["targetId"].as_str().context("a target without id")?.to_owned();
        self.attach(Target { id, kind: "page".into(), url: url.into() }).await
    }
}

/// Hands each answer to whoever called. Open calls end when their session does, and all when the browser does.
async fn read(mut messages: SplitStream<Socket>, answers: Answers) {
    while let Some(Ok(message)) = messages.next().await {
        let Ok(text) = message.to_text() else { continue };
        let Ok(value) = serde_json::from_str::<Value>(text) else { continue };
        let caller = value["id"].as_u64().and_then(|id| lock(&answers).remove(&id));
        if let Some(caller) = caller {
            // A caller that gave up waiting does not want it any more.
            let _ = caller.sender.send(value);
        } else if value["method"] == "Target.detachedFromTarget" {
            // A popup that closes by itself takes what it was about to answer with it.
            let gone = value["params"]["sessionId"].as_str();
            lock(&answers).retain(|_, caller| gone.is_none() || caller.session.as_deref() != gone);
        }
    }
    lock(&answers).clear();
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A page or a worker that we are attached to.
#[derive(Clone)]
pub struct Session {
    cdp: Cdp,
    id: String,
    /// What it is.
    pub target: Target,
}

impl Session {
    /// Calls `method` in this session.
    ///
    /// # Errors
    /// As [`Cdp::call`].
    pub async fn call(&self, method: &str, params: Value) -> Result<Value> {
        self.cdp.call(Some(&self.id), method, params).await
    }

    /// The value of a JavaScript expression; promises are awaited.
    ///
    /// # Errors
    /// What the script throws, or that its value is not a `T`.
    pub async fn evaluate<T: DeserializeOwned>(&self, expression: &str) -> Result<T> {
        let params = json!({
            "expression": expression, "awaitPromise": true, "returnByValue": true, "userGesture": true,
        });
        let mut answer = self.call("Runtime.evaluate", params).await?;
        if let Some(thrown) = answer.get("exceptionDetails") {
            let text = thrown["exception"]["description"].as_str().or(thrown["text"].as_str());
            bail!("`{expression}` threw {}", text.unwrap_or("something"));
        }
        let value = answer["result"]["value"].take();
        serde_json::from_value(value).with_context(|| format!("value of `{expression}`"))
    }

    /// Closes the tab, or stops the worker.
    ///
    /// # Errors
    /// As [`Cdp::call`].
    pub async fn close(&self) -> Result<()> {
        let params = json!({"targetId": self.target.id});
        self.cdp.call(None, "Target.closeTarget", params).await.map(drop)
    }
}
