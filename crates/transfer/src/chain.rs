//! From an address to the answer that matters: manners, signing, redirects. Credentials are left behind for good at
//! the first step to another origin, every address on the way is checked, and the place at a host is given back
//! when the way leads to another one.

use crate::address;
use crate::body::Body;
use crate::downloader::Shared;
use crate::fault::{Fault, no_answer};
use crate::fetch::Target;
use crate::host::{HostClass, Priority, Slot};
use crate::refusal::{Origin, PAGE};
use crate::signer::Signer;
use crate::sniff::Kind;
use crate::validator::Resume;
use crate::window::Ceiling;
use http::header::{ACCEPT_ENCODING, LOCATION, USER_AGENT};
use http::{HeaderMap, HeaderValue, StatusCode};
use protocol::ErrorCode;
use reqwest::{RequestBuilder, Response, Url};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;

const REDIRECTS: u32 = 10;

/// The way from one address to its final answer.
pub(crate) struct Chain<'a> {
    shared: &'a Shared,
    url: Url,
    class: HostClass,
    signer: Option<Arc<Signer>>,
    site: String,
    https_only: bool,
    hops: u32,
    slot: Option<Slot>,
}

impl<'a> Chain<'a> {
    pub fn new(shared: &'a Shared, target: &Target) -> Result<Self, Fault> {
        let https_only = target.class == HostClass::Api || target.signer.is_some();
        let url = address::parse(&target.url, https_only)?;
        let signer = target.signer.clone();
        let site = match &signer {
            Some(signer) => signer.site().to_string(),
            None => url.host_str().unwrap_or_default().to_owned(),
        };
        Ok(Self { shared, url, class: target.class, signer, site, https_only, hops: 0, slot: None })
    }

    /// Asks, and follows redirects, until the answer is a success, or a refusal of the range.
    pub async fn answer(&mut self, resume: Option<&Resume>) -> Result<Response, Fault> {
        loop {
            let response = self.ask(resume).await?;
            match response.status() {
                StatusCode::OK | StatusCode::NON_AUTHORITATIVE_INFORMATION => return Ok(response),
                StatusCode::PARTIAL_CONTENT | StatusCode::RANGE_NOT_SATISFIABLE
                    if resume.is_some() =>
                {
                    return Ok(response);
                }
                status => match location(status, response.headers()) {
                    Some(next) => self.follow(&next)?,
                    None => return Err(self.refuse(response).await),
                },
            }
        }
    }

    async fn ask(&mut self, resume: Option<&Resume>) -> Result<Response, Fault> {
        let mut headers = base_headers(self.shared);
        if let Some(signer) = &self.signer {
            signer.sign(&self.url, &mut headers);
        }
        if let Some(resume) = resume {
            resume.add_to(&mut headers);
        }
        let request =
            self.shared.clients.pick(&self.url, self.class).get(self.url.clone()).headers(headers);
        let slot = match &mut self.slot {
            Some(slot) => {
                slot.start().await?;
                slot
            }
            empty => {
                let (priority, ceiling) = (Priority::default(), Ceiling::default());
                let hosts = &self.shared.hosts;
                empty.insert(hosts.enter(&self.url, self.class, priority, ceiling).await?)
            }
        };
        send(slot, request, self.shared.timeouts.answer).await
    }

    fn follow(&mut self, location: &str) -> Result<(), Fault> {
        let next = self.url.join(location);
        let next = next.map_err(|_| {
            Fault::new(ErrorCode::AddressRefused).with("address", "redirect to nowhere")
        })?;
        address::check(&next, self.https_only)?;
        self.step_to(next)
    }

    /// Goes on to an address that the answer contained, without credentials and over https, wherever it leads.
    pub fn follow_unsigned(&mut self, address: &str) -> Result<(), Fault> {
        self.signer = None;
        self.step_to(address::parse(address, true)?)
    }

    fn step_to(&mut self, next: Url) -> Result<(), Fault> {
        self.hops += 1;
        if self.hops > REDIRECTS {
            let host = self.url.host_str().unwrap_or_default();
            return Err(Fault::new(ErrorCode::TooManyRedirects).with("host", host));
        }
        if next.origin() != self.url.origin() {
            self.signer = None;
            self.slot = None;
            self.class = HostClass::Files;
        }
        self.url = next;
        Ok(())
    }

    async fn refuse(&mut self, response: Response) -> Fault {
        let (status, headers) = (response.status(), response.headers().clone());
        let mut page = Vec::new();
        // A page that breaks off is read as far as it came.
        let _ = Body::new(response, self.shared.timeouts).fill(&mut page, PAGE).await;
        self.origin().refusal(status, &headers, &page)
    }

    /// Names what came in place of the file.
    pub async fn not_the_file(
        &self,
        kind: Kind,
        headers: &HeaderMap,
        mut head: Vec<u8>,
        body: &mut Body,
    ) -> Fault {
        if kind == Kind::Html {
            let _ = body.fill(&mut head, PAGE).await;
        }
        self.origin().in_place_of_the_file(kind, headers, &head)
    }

    fn origin(&self) -> Origin<'_> {
        Origin { url: &self.url, site: &self.site, at_home: self.at_home() }
    }

    /// Still at the site itself.
    pub fn at_home(&self) -> bool {
        self.class == HostClass::Api
    }

    /// Where the last answer came from.
    pub fn url(&self) -> &Url {
        &self.url
    }
}

/// What every request has. Content codings do not go together with ranges (I4).
pub(crate) fn base_headers(shared: &Shared) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    headers.insert(USER_AGENT, shared.user_agent.clone());
    headers
}

/// Sends one request and tells its host how that went.
pub(crate) async fn send(
    slot: &mut Slot,
    request: RequestBuilder,
    limit: Duration,
) -> Result<Response, Fault> {
    let fault = match timeout(limit, request.send()).await {
        Ok(Ok(response)) => {
            slot.answered(response.status(), response.headers());
            return Ok(response);
        }
        Ok(Err(error)) => no_answer(slot.host(), &error),
        Err(_) => Fault::new(ErrorCode::Unreachable)
            .with("host", slot.host())
            .with("detail", format_args!("no answer in {} s", limit.as_secs())),
    };
    if fault.error.code == ErrorCode::Unreachable {
        slot.failed();
    }
    Err(fault)
}

fn location(status: StatusCode, headers: &HeaderMap) -> Option<String> {
    let is_redirect = matches!(
        status,
        StatusCode::MOVED_PERMANENTLY
            | StatusCode::FOUND
            | StatusCode::SEE_OTHER
            | StatusCode::TEMPORARY_REDIRECT
            | StatusCode::PERMANENT_REDIRECT
    );
    let target = headers.get(LOCATION).filter(|_| is_redirect)?;
    // Some servers send the raw UTF-8 of an address.
    Some(String::from_utf8_lossy(target.as_bytes()).into_owned())
}
