//! A transport whose answers are written by the test, and a list that behaves like the sites' lists do.
//!
//! What the sites really look like over TLS is the simulator's business; here each turn of a conversation is
//! chosen by hand.
#![allow(dead_code)] // Each test file uses its part.

use protocol::{Account, Credentials, ErrorBody, Secret, Source};
use providers::{Lister, Request, Response, Transport};
use serde_json::{Value, json};
use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

pub type Answer = Result<Response, ErrorBody>;

/// Answers each request by a function of the request's number (from 0) and the request.
pub struct Scripted<F> {
    answer: RefCell<F>,
    pub source: Source,
    pub account_id: RefCell<String>,
    pub bearers: RefCell<Vec<&'static str>>,
    pub renewals: Cell<u32>,
    pub requests: RefCell<Vec<Request>>,
    pub slept: RefCell<Vec<u64>>,
}

impl<F: FnMut(usize, &Request) -> Answer> Scripted<F> {
    pub fn new(source: Source, answer: F) -> Self {
        Self {
            answer: RefCell::new(answer),
            source,
            account_id: RefCell::default(),
            bearers: RefCell::new(vec!["token"]),
            renewals: Cell::new(0),
            requests: RefCell::default(),
            slept: RefCell::default(),
        }
    }

    /// The paths asked for, without the origin.
    pub fn paths(&self) -> Vec<String> {
        let origin = self.source.origin();
        self.requests.borrow().iter().map(|request| request.url.replace(origin, "")).collect()
    }
}

impl<F: FnMut(usize, &Request) -> Answer> Transport for Scripted<F> {
    async fn send(&self, request: Request) -> Answer {
        let number = self.requests.borrow().len();
        self.requests.borrow_mut().push(request.clone());
        (self.answer.borrow_mut())(number, &request)
    }

    async fn credentials(&self, renew: bool) -> Result<Credentials, ErrorBody> {
        if renew {
            self.renewals.set(self.renewals.get() + 1);
        }
        let bearers = self.bearers.borrow();
        let bearer = bearers.get(self.renewals.get() as usize).or(bearers.last());
        Ok(Credentials {
            source: self.source,
            origin: self.source.origin().to_owned(),
            account_id: self.account_id.borrow().clone(),
            cookies: vec![],
            bearer: bearer.copied().map(Secret::new),
            bearer_expires_at: None,
            user_agent: None,
        })
    }

    async fn sleep(&self, ms: u64) {
        self.slept.borrow_mut().push(ms);
    }
}

/// Runs a future that never has to wait.
pub fn run<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("a scripted transport never waits"),
    }
}

pub fn json_answer(value: &Value) -> Answer {
    Ok(Response {
        status: 200,
        content_type: "application/json".into(),
        body: value.to_string().into_bytes(),
        ..Response::default()
    })
}

pub fn status(status: u16) -> Answer {
    Ok(Response { status, body: b"{}".to_vec(), ..Response::default() })
}

pub fn page(status: u16, html: &str) -> Answer {
    Ok(Response {
        status,
        content_type: "text/html; charset=utf-8".into(),
        body: html.as_bytes().to_vec(),
        ..Response::default()
    })
}

pub fn account() -> Account {
    Account { id: "user-1".into(), name: "Ada".into() }
}

/// The number after `name=` in the address.
pub fn parameter(request: &Request, name: &str) -> usize {
    let (_, rest) = request.url.split_once(&format!("{name}=")).expect("the parameter is there");
    rest.split('&').next().and_then(|number| number.parse().ok()).expect("a number")
}

/// The page of a producer.ai list that a request asks for.
pub fn generations(songs: &[String], request: &Request) -> Answer {
    let (offset, limit) = (parameter(request, "offset"), parameter(request, "limit"));
    let records: Vec<Value> =
        songs.iter().skip(offset).take(limit).map(|id| json!({ "id": id })).collect();
    json_answer(&json!({ "generations": records }))
}

/// `song-1` is the oldest, so it comes last.
pub fn songs(count: usize) -> Vec<String> {
    (1..=count).rev().map(|number| format!("song-{number}")).collect()
}

/// Reads a list to its end: the ids in the order they came.
pub fn read_all<T: Transport>(
    lister: &mut Lister,
    transport: &T,
) -> Result<Vec<String>, ErrorBody> {
    let mut ids = Vec::new();
    while let Some(items) = run(lister.next_page(transport))? {
        assert!(!items.is_empty(), "a page is never empty");
        ids.extend(items.into_iter().map(|item| item.source_id));
    }
    Ok(ids)
}
