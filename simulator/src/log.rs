//! What was asked and answered: every request, the hosts that are none of ours, and how many answers were under way
//! at once.
//!
//! Of credentials it only says whether there were any, and of cookies which by name.

use crate::session::Cookies;
use http::HeaderMap;
use http::header::{
    ACCEPT_ENCODING, AUTHORIZATION, COOKIE, HeaderName, IF_RANGE, RANGE, USER_AGENT,
};
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU16, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Instant;

/// One request and what became of it.
#[derive(Clone, Debug, Serialize)]
pub struct LogEntry {
    /// Its number, from 0.
    pub n: u64,
    /// When it came, in milliseconds since the start.
    pub at_ms: u64,
    /// `https`, or `http` for one that came in the clear.
    pub scheme: &'static str,
    /// GET, POST, …
    pub method: String,
    /// The host name.
    pub host: String,
    /// The path.
    pub path: String,
    /// The query without `?`; empty if there is none. Values that open something are left out.
    pub query: String,
    /// It carried a `Cookie` header.
    pub cookie: bool,
    /// The names of the cookies in it, in their order.
    pub cookies: Vec<String>,
    /// It carried an `Authorization` header.
    pub authorization: bool,
    /// Its `Range`.
    pub range: Option<String>,
    /// Its `If-Range`.
    pub if_range: Option<String>,
    /// Its `Accept-Encoding`.
    pub accept_encoding: Option<String>,
    /// Its `User-Agent`.
    pub user_agent: Option<String>,
    /// The status answered; 0 while there is none.
    pub status: u16,
    /// Bytes of body handed to the connection.
    pub bytes: u64,
    /// The whole body was handed over.
    pub complete: bool,
    /// The fault that was done to it.
    pub fault: Option<&'static str>,
}

/// Sums over everything since the start or the last clearing.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Counters {
    /// Requests for our hosts.
    pub requests: u64,
    /// Bytes of body.
    pub bytes: u64,
    /// Requests for other hosts, which were refused.
    pub escapes: BTreeMap<String, u64>,
    /// Requests in the clear for our hosts.
    pub plain: u64,
    /// Requests that followed a redirect to this machine, which nobody should.
    pub trapped: u64,
    /// Answers under way now, by host.
    pub in_flight: BTreeMap<String, u32>,
    /// The most answers that were under way at once, by host.
    pub most_in_flight: BTreeMap<String, u32>,
}

/// The log.
#[derive(Debug)]
pub(crate) struct RequestLog {
    started: Instant,
    exchanges: Mutex<Vec<Arc<Exchange>>>,
    sums: Mutex<Counters>,
}

/// A request under way.
#[derive(Debug)]
pub(crate) struct Exchange {
    asked: LogEntry,
    status: AtomicU16,
    bytes: AtomicU64,
    complete: AtomicBool,
    fault: OnceLock<&'static str>,
}

impl Exchange {
    pub(crate) fn answered(&self, status: u16) {
        self.status.store(status, Ordering::Relaxed);
    }

    pub(crate) fn sent(&self, bytes: usize) {
        self.bytes.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    pub(crate) fn completed(&self) {
        self.complete.store(true, Ordering::Relaxed);
    }

    pub(crate) fn faulted(&self, name: &'static str) {
        // The first fault is the one that is told.
        self.fault.get_or_init(|| name);
    }

    pub(crate) fn host(&self) -> &str {
        &self.asked.host
    }

    fn entry(&self) -> LogEntry {
        LogEntry {
            status: self.status.load(Ordering::Relaxed),
            bytes: self.bytes.load(Ordering::Relaxed),
            complete: self.complete.load(Ordering::Relaxed),
            fault: self.fault.get().copied(),
            ..self.asked.clone()
        }
    }
}

/// A request as it came.
pub(crate) struct Asked<'a> {
    pub scheme: &'static str,
    pub method: &'a str,
    pub host: &'a str,
    pub path: &'a str,
    pub query: &'a str,
    pub headers: &'a HeaderMap,
}

impl RequestLog {
    pub(crate) fn new() -> Self {
        Self { started: Instant::now(), exchanges: Mutex::default(), sums: Mutex::default() }
    }

    /// Notes a request for one of our hosts.
    pub(crate) fn open(&self, asked: &Asked<'_>) -> Arc<Exchange> {
        let header = |name: HeaderName| {
            asked
                .headers
                .get(name)
                .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
        };
        let mut exchanges = lock(&self.exchanges);
        let entry = LogEntry {
            n: exchanges.len() as u64,
            at_ms: self.started.elapsed().as_millis() as u64,
            scheme: asked.scheme,
            method: asked.method.to_owned(),
            host: asked.host.to_owned(),
            path: asked.path.to_owned(),
            query: without_secrets(asked.query),
            cookie: asked.headers.contains_key(COOKIE),
            cookies: Cookies::of(asked.headers).names().map(str::to_owned).collect(),
            authorization: asked.headers.contains_key(AUTHORIZATION),
            range: header(RANGE),
            if_range: header(IF_RANGE),
            accept_encoding: header(ACCEPT_ENCODING),
            user_agent: header(USER_AGENT),
            status: 0,
            bytes: 0,
            complete: false,
            fault: None,
        };
        let exchange = Arc::new(Exchange {
            asked: entry,
            status: AtomicU16::new(0),
            bytes: AtomicU64::new(0),
            complete: AtomicBool::new(false),
            fault: OnceLock::new(),
        });
        exchanges.push(exchange.clone());
        drop(exchanges);

        let mut sums = lock(&self.sums);
        sums.plain += u64::from(asked.scheme == "http");
        let now = sums.in_flight.entry(asked.host.to_owned()).or_default();
        *now += 1;
        let now = *now;
        let most = sums.most_in_flight.entry(asked.host.to_owned()).or_default();
        *most = now.max(*most);
        exchange
    }

    /// Notes that an answer has ended, whole or not.
    pub(crate) fn close(&self, exchange: &Exchange) {
        if let Some(now) = lock(&self.sums).in_flight.get_mut(exchange.host()) {
            *now = now.saturating_sub(1);
        }
    }

    /// Notes a request for a host that is none of ours.
    pub(crate) fn escaped(&self, host: &str) {
        *lock(&self.sums).escapes.entry(host.to_owned()).or_default() += 1;
    }

    /// Notes a request at the end of a redirect to this machine.
    pub(crate) fn trapped(&self) {
        lock(&self.sums).trapped += 1;
    }

    pub(crate) fn entries(&self) -> Vec<LogEntry> {
        lock(&self.exchanges).iter().map(|exchange| exchange.entry()).collect()
    }

    pub(crate) fn counters(&self) -> Counters {
        let entries = lock(&self.exchanges);
        let bytes = entries.iter().map(|exchange| exchange.bytes.load(Ordering::Relaxed)).sum();
        Counters { requests: entries.len() as u64, bytes, ..lock(&self.sums).clone() }
    }

    /// Forgets everything but what is under way now.
    pub(crate) fn clear(&self) {
        lock(&self.exchanges).clear();
        let mut sums = lock(&self.sums);
        let in_flight = std::mem::take(&mut sums.in_flight);
        *sums = Counters { in_flight, ..Counters::default() };
    }
}

/// The query with names but no values where those are credentials.
fn without_secrets(query: &str) -> String {
    let shown = |pair: &str| match pair.split_once('=') {
        Some((name @ ("token" | "key" | "secret"), _)) => format!("{name}="),
        _ => pair.to_owned(),
    };
    query.split('&').map(shown).collect::<Vec<_>>().join("&")
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
