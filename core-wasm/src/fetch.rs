//! The providers' transport over the worker's `fetch`.
//!
//! A `fetch` from the worker to a permitted host carries that host's cookies of the profile's own store. The
//! bindings are a dozen lines because a general HTTP layer would cost more than the rest of this module.

use crate::session::Session;
use browser::environment::{now_ms, now_s, sleep};
use browser::json::{message_of, object};
use js_sys::Uint8Array;
use protocol::{Credentials, ErrorBody, ErrorCode};
use providers::{HttpMethod, MAX_ANSWER, Request, Response, Transport};
use std::cell::{Cell, RefCell};
use wasm_bindgen::prelude::*;

/// A call that takes longer than this is given up, in milliseconds.
const TIMEOUT_MS: u32 = 120_000;
/// A token that ends within so many seconds is read again first.
const TOKEN_MARGIN_S: i64 = 60;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = fetch, catch)]
    async fn fetch_js(url: &str, init: &JsValue) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = AbortSignal, js_name = timeout)]
    fn abort_after(milliseconds: u32) -> JsValue;

    type Answer;
    #[wasm_bindgen(method, getter)]
    fn status(this: &Answer) -> u16;
    #[wasm_bindgen(method, getter, js_name = type)]
    fn kind(this: &Answer) -> String;
    #[wasm_bindgen(method, getter)]
    fn headers(this: &Answer) -> Headers;
    #[wasm_bindgen(method, getter)]
    fn body(this: &Answer) -> Option<Stream>;

    type Headers;
    #[wasm_bindgen(method)]
    fn get(this: &Headers, name: &str) -> Option<String>;

    type Stream;
    #[wasm_bindgen(method, js_name = getReader)]
    fn get_reader(this: &Stream) -> Reader;

    type Reader;
    #[wasm_bindgen(method, catch)]
    async fn read(this: &Reader) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method)]
    fn cancel(this: &Reader) -> js_sys::Promise;

    type Chunk;
    #[wasm_bindgen(method, getter)]
    fn value(this: &Chunk) -> Option<Uint8Array>;
}

/// Calls one site with one session, at a gentle pace.
pub struct FetchTransport {
    session: Session,
    pace_ms: u64,
    /// When the last call was begun, milliseconds since 1970.
    last_call: Cell<i64>,
    credentials: RefCell<Option<Credentials>>,
}

impl FetchTransport {
    /// A transport that leaves `pace_ms` between the beginnings of two calls.
    pub fn new(session: Session, pace_ms: u64) -> Self {
        Self { session, pace_ms, last_call: Cell::new(0), credentials: RefCell::new(None) }
    }

    async fn keep_pace(&self) {
        let due = self.last_call.get() + self.pace_ms as i64;
        let wait = (due - now_ms()).clamp(0, self.pace_ms as i64);
        if wait > 0 {
            sleep(wait as u32).await;
        }
        self.last_call.set(now_ms());
    }

    fn unreachable(&self, thrown: JsValue) -> ErrorBody {
        let host = self.session.source.origin().trim_start_matches("https://");
        ErrorBody::new(ErrorCode::Unreachable)
            .with("host", host)
            .with("detail", message_of(&thrown))
    }

    /// What was read before, unless its token is about to end.
    fn remembered(&self) -> Option<Credentials> {
        let remembered = self.credentials.borrow();
        let lasts = |end: i64| end - now_s() > TOKEN_MARGIN_S;
        remembered.clone().filter(|known| known.bearer_expires_at.is_none_or(lasts))
    }
}

impl Transport for FetchTransport {
    async fn send(&self, request: Request) -> Result<Response, ErrorBody> {
        self.keep_pace().await;
        let answer = fetch_js(&request.url, &init_of(&request)).await;
        let answer: Answer = answer.map_err(|thrown| self.unreachable(thrown))?.unchecked_into();
        let body = read_body(&answer).await.map_err(|thrown| self.unreachable(thrown))?;
        let header = |name| answer.headers().get(name);
        Ok(Response {
            status: status_of(&answer),
            content_type: header("content-type").unwrap_or_default(),
            retry_after: header("retry-after"),
            // The browser does not tell scripts where a redirect leads.
            location: None,
            cf_mitigated: header("cf-mitigated").is_some_and(|what| what == "challenge"),
            body: body
                .ok_or_else(|| ErrorBody::new(ErrorCode::TooLarge).with("limit", MAX_ANSWER))?,
        })
    }

    async fn credentials(&self, renew: bool) -> Result<Credentials, ErrorBody> {
        if !renew && let Some(known) = self.remembered() {
            return Ok(known);
        }
        let credentials = self.session.read().await?;
        self.credentials.replace(Some(credentials.clone()));
        Ok(credentials)
    }

    async fn sleep(&self, ms: u64) {
        sleep(u32::try_from(ms).unwrap_or(u32::MAX)).await;
    }
}

fn init_of(request: &Request) -> JsValue {
    let headers =
        request.headers.iter().map(|(name, value)| (name.as_str(), value.as_str().into()));
    let headers: Vec<(&str, JsValue)> = headers.collect();
    let mut init = vec![
        ("method", request.method.as_str().into()),
        ("headers", object(&headers)),
        ("credentials", "include".into()),
        ("cache", "no-store".into()),
        // A redirect is an answer of its own: it leads to a sign-in page.
        ("redirect", "manual".into()),
        ("signal", abort_after(TIMEOUT_MS)),
    ];
    if let (HttpMethod::Post, Some(body)) = (request.method, &request.body) {
        init.push(("body", body.as_str().into()));
    }
    object(&init)
}

/// The status; a redirect that was not followed hides its own and is told as 302.
fn status_of(answer: &Answer) -> u16 {
    if answer.kind() == "opaqueredirect" { 302 } else { answer.status() }
}

/// The whole body, or `None` when it is longer than [`MAX_ANSWER`].
async fn read_body(answer: &Answer) -> Result<Option<Vec<u8>>, JsValue> {
    let mut body = Vec::new();
    let Some(stream) = answer.body() else {
        return Ok(Some(body));
    };
    let reader = stream.get_reader();
    while let Some(bytes) = reader.read().await?.unchecked_into::<Chunk>().value() {
        let start = body.len();
        let length = bytes.length() as usize;
        if start + length > MAX_ANSWER {
            drop(reader.cancel());
            return Ok(None);
        }
        body.resize(start + length, 0);
        bytes.copy_to(&mut body[start..]);
    }
    Ok(Some(body))
}
