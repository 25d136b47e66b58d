//! HLS (RFC 8216): a recording in two sizes, and a camera that never ends. The site has the lists, the file host the
//! segments and the signed addresses that lead to them.

use super::files::{self, failed, off_the_runtime};
use super::studio::{RENDITIONS, Rendition, SEGMENT_SECONDS, SEGMENTS};
use crate::filehost;
use crate::service::VIDEO_FILES;
use crate::session::now;
use crate::world::World;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderMap, Uri};
use std::fmt::Write as _;
use std::sync::Arc;

/// How many segments of the camera are there at a time.
const WINDOW: u64 = 3;

/// The list of the recording's sizes.
pub(super) async fn master(State(world): State<Arc<World>>) -> Response {
    let mut text = "#EXTM3U\n#EXT-X-VERSION:3\n".to_owned();
    for one in RENDITIONS {
        let address = world.sign(VIDEO_FILES, &format!("/hls/{}.m3u8", one.name));
        let Rendition { width, height, bits_per_second, video, .. } = one;
        let _ = writeln!(
            text,
            "#EXT-X-STREAM-INF:BANDWIDTH={bits_per_second},RESOLUTION={width}x{height},\
             CODECS=\"{video},mp4a.40.2\"\n{address}"
        );
    }
    list(text)
}

/// What is on the file host under a signed address: a list of segments, or a segment.
pub(super) async fn signed(
    State(world): State<Arc<World>>,
    Path(name): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    if let Err(refusal) = world.signer.check(&uri) {
        return filehost::refused(VIDEO_FILES, refusal);
    }
    if let Some(rendition) = name.strip_suffix(".m3u8") {
        return recording(world, rendition.to_owned()).await;
    }
    let name = match name.strip_prefix("camera-").and_then(|name| name.strip_suffix(".ts")) {
        Some(number) => shown(number.parse().unwrap_or_default()),
        None => name,
    };
    files::respond(world, name, headers).await
}

/// The list of one size, with the addresses of its segments signed.
async fn recording(world: Arc<World>, rendition: String) -> Response {
    let signing = world.clone();
    let name = format!("{rendition}.m3u8");
    let made = off_the_runtime(move || world.videos.studio.file(&name)).await;
    let text = match made {
        Ok(Some(bytes)) => String::from_utf8_lossy(&bytes).into_owned(),
        Ok(None) => return files::missing().await,
        Err(error) => return failed(&error),
    };
    let line = |line: &str| match line.starts_with('#') {
        true => format!("{line}\n"),
        false => format!("{}\n", signing.sign(VIDEO_FILES, &format!("/hls/{line}"))),
    };
    list(text.lines().map(line).collect())
}

/// The camera's newest segments. It shows the recording over and over.
pub(super) async fn live(State(world): State<Arc<World>>) -> Response {
    let newest = now().unsigned_abs() / SEGMENT_SECONDS;
    let first = newest + 1 - WINDOW;
    let rounds = (first - 1) / SEGMENTS;
    let mut text = format!(
        "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:{SEGMENT_SECONDS}\n\
         #EXT-X-MEDIA-SEQUENCE:{first}\n#EXT-X-DISCONTINUITY-SEQUENCE:{rounds}\n"
    );
    for number in first..=newest {
        if number % SEGMENTS == 0 {
            text.push_str("#EXT-X-DISCONTINUITY\n");
        }
        let address = world.sign(VIDEO_FILES, &format!("/live/camera-{number}.ts"));
        let _ = writeln!(text, "#EXTINF:{SEGMENT_SECONDS}.000000,\n{address}");
    }
    list(text)
}

/// The name of the file that a segment of the camera shows.
fn shown(number: u64) -> String {
    format!("low{}.ts", number % SEGMENTS)
}

fn list(text: String) -> Response {
    let headers = [(CONTENT_TYPE, "application/vnd.apple.mpegurl"), (CACHE_CONTROL, "no-store")];
    (headers, text).into_response()
}
