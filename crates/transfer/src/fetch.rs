//! One file from its address to the disk or to a sink: what may be appended, what must begin again, what is not the
//! file at all.

use crate::body::Body;
use crate::chain::Chain;
use crate::downloader::Shared;
use crate::fault::{Fault, TransferError, disk};
use crate::host::HostClass;
use crate::open_end::OpenEnd;
use crate::part::{self, Part};
use crate::signer::Signer;
use crate::sniff::{ENOUGH, Kind};
use crate::validator::{Kept, Resume, Validator};
use bytes::Bytes;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use http::{HeaderMap, StatusCode};
use protocol::{ErrorBody, ErrorCode};
use reqwest::Response;
use std::path::Path;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// The longest JSON that may stand in for a file's address.
const JSON_ADDRESS: usize = 64 * 1024;

/// What to fetch.
#[derive(Clone, Debug)]
pub struct Target {
    /// Absolute address. Plain http only for a file host without credentials.
    pub url: String,
    /// Signs requests to the session's own origin.
    pub signer: Option<Arc<Signer>>,
    /// How the first host is treated; hosts that it redirects to are file hosts.
    pub class: HostClass,
    /// An API may answer with JSON `{"url": "https://…"}`, which is then followed without credentials.
    pub allow_json_url: bool,
}

/// News of a running transfer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// The version that is about to be written. Comes after the part file was cut to what belongs to it and
    /// before its first new byte: storing it now makes a later resume possible and safe.
    Validator(Validator),
    /// Bytes arrived.
    Bytes {
        /// In the part file, kept ones included.
        so_far: u64,
        /// The whole, where known.
        total: Option<u64>,
    },
}

/// A file that came to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetched {
    /// Bytes, kept ones included.
    pub length: u64,
    /// Its version, if the server names one.
    pub validator: Option<Validator>,
    /// `Content-Type` as sent.
    pub content_type: Option<String>,
    /// Where this transfer went on; 0 if it began anew.
    pub resumed_from: u64,
    /// The address that answered. May be signed: not for logs.
    pub final_url: String,
}

pub(crate) async fn file(
    shared: &Shared,
    target: &Target,
    path: &Path,
    kept: Option<Kept>,
    on: &(dyn Fn(Step) + Send + Sync),
    cancel: &CancellationToken,
) -> Result<Fetched, TransferError> {
    let kept = still_there(path, kept).await;
    let mut transfer = Transfer { path, on, part: None, version: Validator::default(), kept };
    let outcome = tokio::select! {
        biased;
        () = cancel.cancelled() => Err(withdrawn()),
        outcome = transfer.run(shared, target) => outcome,
    };
    transfer.close(outcome).await
}

fn withdrawn() -> Fault {
    Fault::new(ErrorCode::Withdrawn)
}

/// What the caller remembers, if the part file is still at least as long.
async fn still_there(path: &Path, kept: Option<Kept>) -> Option<Kept> {
    let kept = kept.filter(Kept::is_useful)?;
    let found = part::length(path).await?;
    (found >= kept.length).then_some(kept)
}

/// A file on its way to the disk. Survives the cancelling of [`Transfer::run`], so that what came can be closed.
struct Transfer<'a> {
    path: &'a Path,
    on: &'a (dyn Fn(Step) + Send + Sync),
    /// Open once the bytes of `version` are being written.
    part: Option<Part>,
    version: Validator,
    /// What was there before, while nothing was written.
    kept: Option<Kept>,
}

impl Transfer<'_> {
    async fn run(&mut self, shared: &Shared, target: &Target) -> Result<Fetched, Fault> {
        let mut chain = Chain::new(shared, target)?;
        let mut resume = self.kept.as_ref().and_then(Resume::from);
        loop {
            let response = chain.answer(resume.as_ref()).await?;
            refuse_coding(response.headers())?;
            if let Some(resume) = resume.take_if(|_| is_about_the_range(response.status())) {
                match resume.continues(response.headers(), response.content_length()) {
                    Some(total) if response.status() == StatusCode::PARTIAL_CONTENT => {
                        let arrival = Arrival::new(response, shared, Some(total));
                        return self
                            .receive(arrival, resume.offset, Vec::new(), shared, &chain)
                            .await;
                    }
                    // Another version or a wrong range: what is there is worth nothing.
                    _ => {
                        self.kept = None;
                        continue;
                    }
                }
            }
            let mut arrival = Arrival::new(response, shared, None);
            let mut head = Vec::new();
            arrival.body.fill(&mut head, ENOUGH).await?;
            match arrival.kind(&head) {
                Kind::Media => return self.receive(arrival, 0, head, shared, &chain).await,
                Kind::Json if target.allow_json_url && chain.at_home() => {
                    arrival.body.fill(&mut head, JSON_ADDRESS).await?;
                    chain.follow_unsigned(&json_address(&head)?)?;
                }
                kind => {
                    return Err(chain
                        .not_the_file(kind, &arrival.headers, head, &mut arrival.body)
                        .await);
                }
            }
        }
    }

    /// Writes `head` and the rest of the body from `offset` on.
    async fn receive(
        &mut self,
        mut arrival: Arrival,
        offset: u64,
        head: Vec<u8>,
        shared: &Shared,
        chain: &Chain<'_>,
    ) -> Result<Fetched, Fault> {
        let total = arrival.total;
        let missing = total.map(|total| total - offset);
        let host = chain.url().host_str().unwrap_or_default();
        let folder = self.path.parent();
        let mut open_end = OpenEnd::of(shared, host, total, &arrival.headers, folder)?;
        let part = Part::open(self.path, offset)
            .await
            .map_err(|error| disk(&error, self.path, missing))?;
        let part = self.part.insert(part);
        self.kept = None;
        self.version = Validator::of(&arrival.headers, total);
        (self.on)(Step::Validator(self.version.clone()));
        let mut so_far = offset;
        let mut next = Some(Bytes::from(head));
        while let Some(piece) = next {
            so_far += piece.len() as u64;
            if total.is_some_and(|total| so_far > total) {
                // The announcement or the bytes are wrong, and nobody can say which.
                self.version = Validator::default();
                return Err(wrong_length(total, so_far));
            }
            if let Some(open_end) = &mut open_end {
                open_end.check(so_far).await?;
            }
            let missing = total.map(|total| total - so_far);
            part.push(&piece).await.map_err(|error| disk(&error, self.path, missing))?;
            (self.on)(Step::Bytes { so_far, total });
            next = arrival.body.next().await?;
        }
        if total.is_some_and(|total| so_far < total) {
            return Err(wrong_length(total, so_far));
        }
        Ok(Fetched {
            length: so_far,
            validator: Some(self.version.clone()).filter(Validator::can_resume),
            content_type: arrival.content_type(),
            resumed_from: offset,
            final_url: chain.url().to_string(),
        })
    }

    /// Flushes what came, so that what is reported as kept is in the file.
    async fn close(self, outcome: Result<Fetched, Fault>) -> Result<Fetched, TransferError> {
        let Some(part) = self.part else {
            return outcome.map_err(|fault| fault.keeping(self.kept));
        };
        let (length, flushed) = part.finish().await;
        let kept =
            || Some(Kept { length, validator: Some(self.version.clone()) }).filter(Kept::is_useful);
        match (outcome, flushed) {
            (Ok(fetched), Ok(())) => Ok(fetched),
            (Ok(fetched), Err(error)) => {
                Err(disk(&error, self.path, Some(fetched.length - length)).keeping(kept()))
            }
            (Err(fault), _) => Err(fault.keeping(kept())),
        }
    }
}

/// A response whose head has been read.
struct Arrival {
    headers: HeaderMap,
    total: Option<u64>,
    body: Body,
}

impl Arrival {
    /// `total` is that of the whole file, where it is not simply the length of the body.
    fn new(response: Response, shared: &Shared, total: Option<u64>) -> Self {
        let headers = response.headers().clone();
        let total = total.or(response.content_length());
        Self { headers, total, body: Body::new(response, shared.timeouts) }
    }

    fn content_type(&self) -> Option<String> {
        Some(self.headers.get(CONTENT_TYPE)?.to_str().ok()?.to_owned())
    }

    fn kind(&self, head: &[u8]) -> Kind {
        Kind::of(self.content_type().as_deref(), head)
    }
}

pub(crate) async fn stream(
    shared: &Shared,
    target: &Target,
    sink: &mut (dyn FnMut(&[u8]) -> Result<(), ErrorBody> + Send),
    cancel: &CancellationToken,
) -> Result<Fetched, TransferError> {
    let outcome = tokio::select! {
        biased;
        () = cancel.cancelled() => Err(withdrawn()),
        outcome = pour(shared, target, sink) => outcome,
    };
    Ok(outcome?)
}

async fn pour(
    shared: &Shared,
    target: &Target,
    sink: &mut (dyn FnMut(&[u8]) -> Result<(), ErrorBody> + Send),
) -> Result<Fetched, Fault> {
    let mut chain = Chain::new(shared, target)?;
    let response = chain.answer(None).await?;
    refuse_coding(response.headers())?;
    let mut arrival = Arrival::new(response, shared, None);
    let mut head = Vec::new();
    arrival.body.fill(&mut head, ENOUGH).await?;
    let kind = arrival.kind(&head);
    if matches!(kind, Kind::Html | Kind::Xml | Kind::Empty) {
        return Err(chain.not_the_file(kind, &arrival.headers, head, &mut arrival.body).await);
    }
    let host = chain.url().host_str().unwrap_or_default();
    let mut open_end = OpenEnd::of(shared, host, arrival.total, &arrival.headers, None)?;
    let mut length = 0;
    let mut next = Some(Bytes::from(head));
    while let Some(piece) = next {
        length += piece.len() as u64;
        if let Some(open_end) = &mut open_end {
            open_end.check(length).await?;
        }
        sink(&piece)?;
        next = arrival.body.next().await?;
    }
    Ok(Fetched {
        length,
        validator: Some(Validator::of(&arrival.headers, arrival.total))
            .filter(Validator::can_resume),
        content_type: arrival.content_type(),
        resumed_from: 0,
        final_url: chain.url().to_string(),
    })
}

pub(crate) async fn small(
    shared: &Shared,
    url: &str,
    limit: usize,
) -> Result<(Option<String>, Vec<u8>), TransferError> {
    let target = Target {
        url: url.to_owned(),
        signer: None,
        class: HostClass::Files,
        allow_json_url: false,
    };
    let mut bytes = Vec::new();
    let too_large = || ErrorBody::new(ErrorCode::TooLarge).with("limit", limit);
    let mut sink = |piece: &[u8]| {
        bytes.extend_from_slice(piece);
        if bytes.len() > limit { Err(too_large()) } else { Ok(()) }
    };
    let fetched = pour(shared, &target, &mut sink).await?;
    Ok((fetched.content_type, bytes))
}

fn is_about_the_range(status: StatusCode) -> bool {
    matches!(status, StatusCode::PARTIAL_CONTENT | StatusCode::RANGE_NOT_SATISFIABLE)
}

/// A coding that was not asked for would make lengths and ranges meaningless (I4).
fn refuse_coding(headers: &HeaderMap) -> Result<(), Fault> {
    match headers.get(CONTENT_ENCODING) {
        Some(coding) if !coding.as_bytes().eq_ignore_ascii_case(b"identity") => {
            Err(Fault::new(ErrorCode::NotMedia)
                .with("kind", String::from_utf8_lossy(coding.as_bytes())))
        }
        _ => Ok(()),
    }
}

fn json_address(body: &[u8]) -> Result<String, Fault> {
    #[derive(serde::Deserialize)]
    struct Address {
        url: String,
    }
    let parsed = serde_json::from_slice::<Address>(body);
    let not_media = |_| Fault::new(ErrorCode::NotMedia).with("kind", Kind::Json.as_str());
    Ok(parsed.map_err(not_media)?.url)
}

fn wrong_length(expected: Option<u64>, got: u64) -> Fault {
    Fault::new(ErrorCode::WrongLength)
        .with("expected", expected.unwrap_or_default())
        .with("got", got)
}
