//! The files of the video site, by name: names are unlike each other over both hosts.

use super::feed;
use crate::connection::ResetSwitch;
use crate::faults::{FaultKind, body};
use crate::media::long_file::LongFile;
use crate::serve;
use crate::world::World;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::header::ACCESS_CONTROL_ALLOW_ORIGIN;
use http::{HeaderMap, HeaderValue, StatusCode};
use sha2::{Digest, Sha256};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, SystemTime};

/// How many videos are on the page `/list`.
pub(super) const LISTED: usize = 12;
/// How many videos are on the page `/many`.
pub(super) const MANY: usize = 500;
/// When all files were put there, in seconds since 1970.
const MODIFIED: u64 = 1_760_000_000;

const CAPTIONS: &str = "WEBVTT\n\n00:00.000 --> 00:02.000\nThe tide comes in.\n\n\
                        00:02.500 --> 00:04.500\nAnd goes out again.\n";

const GERMAN: &str = "1\n00:00:00,000 --> 00:00:02,000\nDie Flut kommt.\n\n";
/// Captions that nobody reads to their end, in bytes.
const FLOOD: usize = 50_000_000;

/// The last part of a path.
pub(super) fn name_in(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}

/// The file of this name as it is now, `None` when there is none. The first call encodes, which takes some seconds.
pub(super) fn find(world: &World, name: &str) -> anyhow::Result<Option<LongFile>> {
    let revision = world.videos.revision(name);
    if let Some(episode) = feed::episode(name, revision) {
        return Ok(Some(world.media.file(&episode, crate::media::Format::Mp3)));
    }
    let Some((_, extension)) = name.rsplit_once('.') else { return Ok(None) };
    let Some(mut bytes) = content(world, name)? else { return Ok(None) };
    if let Some(number) = numbered(name) {
        bytes = [bytes.as_ref(), &free_box(&number)].concat().into();
    }
    let hash = Sha256::digest(&bytes);
    let modified = SystemTime::UNIX_EPOCH + Duration::from_secs(MODIFIED + u64::from(revision));
    let mut file =
        LongFile::new(&format!("{name}/{revision}/{hash:x}"), modified, kind_of(extension));
    if !bytes.is_empty() {
        file.push(bytes, 1);
    }
    if revision > 0 && extension == "mp4" {
        file.push(free_box(&format!("revision {revision}")), 1);
    }
    Ok(Some(file))
}

fn content(world: &World, name: &str) -> anyhow::Result<Option<Bytes>> {
    let made = |name: &str| world.videos.studio.file(name);
    Ok(match name {
        "captions.en.vtt" => Some(Bytes::from_static(CAPTIONS.as_bytes())),
        "captions.de.srt" => Some(Bytes::from_static(GERMAN.as_bytes())),
        "flood.vtt" => Some(CAPTIONS.repeat(FLOOD / CAPTIONS.len()).into()),
        "poster.vtt" => made("poster.jpg")?,
        "empty.mp4" | "empty.vtt" => Some(Bytes::new()),
        "slow.mp4" => made("clip.mp4")?,
        "broken.webm" => made("clip.webm")?.map(|whole| whole.slice(..whole.len() / 2)),
        "garbled.webm" => made("clip.webm")?.map(|whole| garbled(&whole)),
        _ if numbered(name).is_some() => made("tiny.mp4")?,
        _ => made(name)?.filter(|_| !name.ends_with(".m3u8")),
    })
}

/// What tells a file apart that shares its picture with others.
fn numbered(name: &str) -> Option<String> {
    let stem = name.strip_suffix(".mp4")?;
    let number = stem.strip_prefix("many-").map(|number| number.parse::<usize>());
    match number {
        Some(Ok(number)) if (1..=MANY).contains(&number) => Some(format!("number {number}")),
        None if stem == "escape" => Some(stem.to_owned()),
        _ => None,
    }
}

/// A box that players skip (ISO/IEC 14496-12, 8.1.2).
fn free_box(text: &str) -> Vec<u8> {
    [&(text.len() as u32 + 8).to_be_bytes()[..], b"free", text.as_bytes()].concat()
}

/// The first bytes of a WebM, and noise where its tracks should be.
fn garbled(whole: &Bytes) -> Bytes {
    const KEPT: usize = 64;
    let noise = (0..whole.len() - KEPT.min(whole.len())).map(|n| (n * n % 251) as u8);
    whole.iter().copied().take(KEPT).chain(noise).collect()
}

fn kind_of(extension: &str) -> &'static str {
    match extension {
        "webm" => "video/webm",
        "mp4" => "video/mp4",
        "ts" => "video/mp2t",
        "jpg" => "image/jpeg",
        "vtt" => "text/vtt; charset=utf-8",
        "srt" => "application/x-subrip",
        _ => "application/octet-stream",
    }
}

pub(super) async fn get(
    State(world): State<Arc<World>>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Response {
    respond(world, name, headers).await
}

/// The answer with the file of this name.
pub(super) async fn respond(world: Arc<World>, name: String, headers: HeaderMap) -> Response {
    match off_the_runtime(move || find(&world, &name)).await {
        Ok(Some(file)) => serve::file(&file, &headers),
        Ok(None) => missing().await,
        Err(error) => failed(&error),
    }
}

/// Runs what may have to encode first.
pub(super) async fn off_the_runtime<T: Send + 'static>(
    work: impl FnOnce() -> anyhow::Result<T> + Send + 'static,
) -> anyhow::Result<T> {
    tokio::task::spawn_blocking(work).await?
}

/// What a site without its encoder says.
pub(super) fn failed(error: &anyhow::Error) -> Response {
    (StatusCode::INTERNAL_SERVER_ERROR, format!("{error:#}\n")).into_response()
}

pub(super) async fn missing() -> Response {
    (StatusCode::NOT_FOUND, "Not found\n").into_response()
}

/// `clip.mp4` at the rate that is set.
pub(super) async fn slow(State(world): State<Arc<World>>, headers: HeaderMap) -> Response {
    let bytes_per_second = world.videos.slow.load(Ordering::Relaxed);
    let (head, content) = respond(world, "slow.mp4".into(), headers).await.into_parts();
    let kind = FaultKind::Trickle { bytes_per_second };
    let flow = body::disturb(body::flow_of(content), &kind, ResetSwitch::default());
    Response::from_parts(head, Body::from_stream(flow))
}

/// Lets scripts of any page read the answer, as file hosts do.
pub(super) async fn for_any_origin(mut response: Response) -> Response {
    response.headers_mut().insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    response
}
