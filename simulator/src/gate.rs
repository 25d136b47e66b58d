//! Where every request enters: it is written down, a fault may strike it, and its site answers.

use crate::connection::ResetSwitch;
use crate::discogs::{self, Host, Turn};
use crate::faults::{FaultKind, answer, body, listing};
use crate::filehost;
use crate::flowmusic;
use crate::log::{Asked, Exchange};
use crate::producer;
use crate::service::{CDN, STORAGE, Service, Site};
use crate::videos;
use crate::world::{Mirrored, World};
use axum::Router;
use axum::body::{Body, HttpBody, to_bytes};
use axum::response::{IntoResponse, Redirect, Response};
use futures::StreamExt;
use http::header::{CONTENT_LENGTH, CONTENT_RANGE, IF_RANGE, RANGE};
use http::{HeaderValue, Request, StatusCode, Uri};
use hyper::service::Service as _;
use hyper_util::service::TowerToHyperService;
use std::sync::Arc;

/// All sites.
pub(crate) struct Gate {
    pub world: Arc<World>,
    producer: Router,
    flowmusic: Router,
    storage: Router,
    cdn: Router,
    videos: Router,
    video_files: Router,
    discogs_api: Router,
    discogs_site: Router,
    discogs_images: Router,
}

impl Gate {
    pub(crate) fn new(world: Arc<World>) -> Self {
        Self {
            producer: producer::routes().with_state(world.clone()),
            flowmusic: flowmusic::routes().with_state(world.clone()),
            storage: filehost::routes(STORAGE).with_state(world.clone()),
            cdn: filehost::routes(CDN).with_state(world.clone()),
            videos: videos::site(&world),
            video_files: videos::file_host(&world),
            discogs_api: discogs::api_routes(&world),
            discogs_site: discogs::site_routes(&world),
            discogs_images: discogs::image_routes(&world),
            world,
        }
    }

    /// The answer of `host`, with whatever fault strikes it.
    pub(crate) async fn answer(
        &self,
        host: &str,
        reset: ResetSwitch,
        mut request: Request<Body>,
    ) -> Response {
        let uri = request.uri().clone();
        let exchange = self.world.log.open(&Asked {
            scheme: "https",
            method: request.method().as_str(),
            host,
            path: uri.path(),
            query: uri.query().unwrap_or_default(),
            headers: request.headers(),
        });
        let guard = Closing { world: self.world.clone(), exchange: exchange.clone() };
        if let Some(hop) = answer::next_hop(&uri) {
            exchange.faulted("redirect_chain");
            return counted(hop, guard, None, reset).await;
        }
        // What the limit of an API refuses is not looked at any further.
        let turn =
            (Host::of(host) == Some(Host::Api)).then(|| self.world.discogs.turn(&mut request));
        if let Some(refusal) = turn.as_ref().and_then(Turn::refusal) {
            return counted(told(refusal, turn.as_ref()), guard, None, reset).await;
        }
        let is_chained = uri.query().is_some_and(|query| query.contains(answer::HOP));
        let target = uri.path_and_query().map_or("/", |target| target.as_str());
        let fault = if is_chained { None } else { self.world.faults.strike(host, target) };
        let response = match &fault {
            None => self.dispatch(host, request).await,
            Some(kind) => {
                exchange.faulted(kind.name());
                self.struck(kind, host, request).await
            }
        };
        counted(told(response, turn.as_ref()), guard, fault, reset).await
    }

    async fn struck(&self, kind: &FaultKind, host: &str, mut request: Request<Body>) -> Response {
        let trap = self.world.trap.get().map_or("http://127.0.0.1:9/trap", String::as_str);
        if let Some(response) = answer::instead(kind, host, request.uri(), trap) {
            return response;
        }
        // What only the site itself can do wrong, it reads from here.
        request.extensions_mut().insert(kind.clone());
        match kind {
            FaultKind::IgnoreRange => {
                request.headers_mut().remove(RANGE);
                request.headers_mut().remove(IF_RANGE);
            }
            FaultKind::ChangeEtag => self.world.revise(request.uri().path()),
            FaultKind::EndlessPage => *request.uri_mut() = at_offset_zero(request.uri()),
            _ => {}
        }
        let (head, body) = request.into_parts();
        let response = self.dispatch(host, Request::from_parts(head.clone(), body)).await;
        if *kind == FaultKind::ShiftingPages
            && let Some(Site::Service(service)) = Site::of(host)
            && let Ok(person) = self.world.signed(service, &head)
        {
            self.world.with_account(service, &person.name, |account| account.add(1));
        }
        response
    }

    async fn dispatch(&self, host: &str, request: Request<Body>) -> Response {
        let (host, request) = mirrored(host, request);
        let router = match Site::of(&host) {
            Some(Site::Service(Service::Producer)) => &self.producer,
            Some(Site::Service(Service::Flowmusic)) => &self.flowmusic,
            Some(Site::Storage) => &self.storage,
            Some(Site::Cdn) => &self.cdn,
            Some(Site::Videos) => &self.videos,
            Some(Site::VideoFiles) => &self.video_files,
            Some(Site::Discogs(Host::Api)) => &self.discogs_api,
            Some(Site::Discogs(Host::Site)) => &self.discogs_site,
            Some(Site::Discogs(Host::Images)) => &self.discogs_images,
            Some(Site::Apex(service)) => return moved(&request, service.host()),
            Some(Site::Discogs(Host::Apex)) => return moved(&request, discogs::SITE),
            None => return StatusCode::BAD_GATEWAY.into_response(),
        };
        match TowerToHyperService::new(router.clone()).call(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        }
    }
}

/// `cdn.flowmusic.app/mirror/HOST/PATH` is `HOST/PATH` on another origin: it asks for no credentials.
fn mirrored(host: &str, mut request: Request<Body>) -> (String, Request<Body>) {
    let target = request.uri().path_and_query().map_or("/", |target| target.as_str());
    let inner = target
        .strip_prefix("/mirror/")
        .filter(|_| host == CDN)
        .and_then(|inner| inner.split_once('/'));
    let inner = inner.and_then(|(host, target)| {
        Some((host.to_owned(), format!("/{target}").parse::<Uri>().ok()?))
    });
    let Some((inner, uri)) = inner else { return (host.to_owned(), request) };
    *request.uri_mut() = uri;
    request.extensions_mut().insert(Mirrored);
    (inner, request)
}

/// The same address at another host.
fn moved(request: &Request<Body>, host: &str) -> Response {
    let target = request.uri().path_and_query().map_or("/", |target| target.as_str());
    Redirect::permanent(&format!("https://{host}{target}")).into_response()
}

/// The answer with what its API says of the limit. What Cloudflare answers in its place says nothing of it.
fn told(mut response: Response, turn: Option<&Turn>) -> Response {
    let headers = response.headers();
    let is_of_api = !headers.contains_key("cf-ray");
    if let Some(turn) = turn.filter(|_| is_of_api) {
        match response.status() {
            StatusCode::TOO_MANY_REQUESTS => turn.tell_nothing_left(response.headers_mut()),
            _ => turn.tell(response.headers_mut()),
        }
    }
    response
}

fn at_offset_zero(uri: &Uri) -> Uri {
    let kept =
        uri.query().unwrap_or_default().split('&').filter(|pair| !pair.starts_with("offset="));
    let query: Vec<&str> = kept.collect();
    format!("{}?{}", uri.path(), query.join("&")).parse().unwrap_or_else(|_| uri.clone())
}

/// Ends the exchange in the log when the answer is gone.
struct Closing {
    world: Arc<World>,
    exchange: Arc<Exchange>,
}

impl Drop for Closing {
    fn drop(&mut self) {
        self.world.log.close(&self.exchange);
    }
}

/// The response as it goes out: faults of header and body done, its bytes counted while they flow.
async fn counted(
    response: Response,
    guard: Closing,
    fault: Option<FaultKind>,
    reset: ResetSwitch,
) -> Response {
    let (mut head, mut content) = response.into_parts();
    guard.exchange.answered(head.status.as_u16());
    if let Some(kind) =
        fault.as_ref().filter(|kind| listing::concerns(kind) && head.status.is_success())
    {
        let text = listing::rewrite(kind, to_bytes(content, usize::MAX).await.unwrap_or_default());
        head.headers.remove(CONTENT_LENGTH);
        content = Body::from(text);
    }
    // The header first: the answer to a HEAD has a length but no body.
    let told = head.headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    let known: Option<u64> = told.or_else(|| content.size_hint().exact());
    if let Some(length) = known {
        head.headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
    }
    let mut flow = body::flow_of(content);
    if let (Some(FaultKind::ContentLength { by }), Some(length)) = (&fault, known) {
        let told = length.saturating_add_signed(*by);
        head.headers.insert(CONTENT_LENGTH, HeaderValue::from(told));
        flow = if *by < 0 { body::cut(flow, told) } else { body::leave(flow) };
    }
    if let Some(FaultKind::ContentRange { shift }) = fault {
        shift_range(&mut head.headers, shift);
    }
    if let Some(kind) = &fault {
        flow = body::disturb(flow, kind, reset);
    }
    let left = known.filter(|_| fault.is_none());
    let sent =
        futures::stream::unfold((flow, guard, 0), move |(mut flow, guard, sent)| async move {
            let Some(chunk) = flow.next().await else {
                guard.exchange.completed();
                return None;
            };
            let length = chunk.as_ref().map_or(0, |bytes| bytes.len());
            let sent = sent + length as u64;
            guard.exchange.sent(length);
            // A body of known length is not asked for more once it is all there.
            if left == Some(sent) {
                guard.exchange.completed();
            }
            Some((chunk, (flow, guard, sent)))
        });
    Response::from_parts(head, Body::from_stream(sent))
}

/// Moves the start and end in `Content-Range`.
fn shift_range(headers: &mut http::HeaderMap, shift: i64) {
    let Some(text) = headers.get(CONTENT_RANGE).and_then(|value| value.to_str().ok()) else {
        return;
    };
    let numbers: Vec<u64> = text
        .split(|c: char| !c.is_ascii_digit())
        .filter_map(|number| number.parse().ok())
        .collect();
    if let [start, end, length] = numbers[..] {
        let moved = |at: u64| at.saturating_add_signed(shift);
        let value = format!("bytes {}-{}/{length}", moved(start), moved(end));
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(CONTENT_RANGE, value);
        }
    }
}
