//! The HTML of the video site.

use super::files::{LISTED, MANY};
use super::watch::{PAGES, PARTS, Part, Watch};
use super::{Half, file_host_address};
use crate::pages::escape;
use crate::world::World;
use axum::Extension;
use axum::extract::State;
use axum::response::{Html, IntoResponse, Redirect, Response};
use http::StatusCode;
use std::fmt::Write as _;
use std::sync::Arc;

const NAME: &str = "Example Videos";

/// The form that signs in. It says so also to those who came for something else.
pub(crate) fn sign_in() -> String {
    let form = r#"<h1>Sign in to watch</h1><form method="post" action="/sign-in">
<label>Account <input name="account" value="demo"></label>
<button type="submit">Sign in</button></form>"#;
    page("Sign in to watch", "", form)
}

pub(super) async fn front(Extension(half): Extension<Half>) -> Html<String> {
    let others = ["/chapters", "/list", "/many", "/nothing", "/live", "/feed.xml"];
    let paths = PAGES.iter().map(|one| one.path).chain(others);
    let mut links = String::new();
    for path in paths {
        let _ = write!(links, r#"<li><a href="{}">{path}</a></li>"#, half.address(path));
    }
    Html(page(NAME, "", &format!("<h1>{NAME}</h1><ul>{links}</ul>")))
}

pub(super) async fn watch(one: &Watch, Extension(half): Extension<Half>) -> Html<String> {
    let (title, description) = (escape(one.title), escape(one.description));
    let picture = half.address(one.picture);
    let head = format!(
        r#"<meta name="description" content="{description}">
<meta property="og:type" content="video.other"><meta property="og:site_name" content="{NAME}">
<meta property="og:title" content="{title}"><meta property="og:description" content="{description}">
<meta property="og:url" content="{}"><meta property="og:image" content="{picture}">"#,
        half.address(one.path)
    );
    let mut tracks = String::new();
    for (language, path) in one.captions {
        let captions = half.address(path);
        let _ = write!(tracks, r#"<track kind="captions" srclang="{language}" src="{captions}">"#);
    }
    let content = format!(
        r#"<h1>{title}</h1><video controls width="320" height="240" poster="{picture}">
<source src="{}" type="{}">{tracks}</video><p>{description}</p>"#,
        half.address(one.source),
        one.kind,
    );
    Html(page(one.title, &head, &content))
}

/// A page that tells of its video and of the parts of it in JSON-LD (<https://schema.org/Clip>), as many do.
pub(super) async fn chapters(Extension(half): Extension<Half>) -> Html<String> {
    let part = |(name, start, end): &Part| serde_json::json!({ "@type": "Clip", "name": name, "startOffset": start, "endOffset": end });
    let about = serde_json::json!({
        "@context": "https://schema.org", "@type": "VideoObject", "name": "Tide in chapters",
        "description": "In, and out.", "duration": "PT5S", "encodingFormat": "video/webm",
        "contentUrl": half.address("/files/clip.webm"),
        "thumbnailUrl": [half.address("/files/poster.jpg")],
        "hasPart": PARTS.iter().map(part).collect::<Vec<_>>(),
    });
    let head = format!(r#"<script type="application/ld+json">{about}</script>"#);
    Html(page("Tide in chapters", &head, "<h1>Tide in chapters</h1>"))
}

/// Twelve videos on one page.
pub(super) async fn list(Extension(half): Extension<Half>) -> Html<String> {
    let names = (1..=LISTED).map(|n| format!("/files/list-{n}.mp4"));
    Html(shelf("Twelve harbours", names, half))
}

/// More videos on one page than anybody wants.
pub(super) async fn many(Extension(half): Extension<Half>) -> Html<String> {
    let names = (1..=MANY).map(|n| format!("/files/many-{n}.mp4"));
    Html(shelf("All of the archive", names, half))
}

fn shelf(title: &str, paths: impl Iterator<Item = String>, half: Half) -> String {
    let mut videos = String::new();
    for path in paths {
        let source = half.address(&path);
        let _ = writeln!(
            videos,
            r#"<video controls preload="none" width="160" height="120" src="{source}"></video>"#
        );
    }
    page(title, "", &format!("<h1>{title}</h1>\n{videos}"))
}

pub(super) async fn nothing() -> Html<String> {
    Html(page("Words only", "", "<h1>Words only</h1><p>There is no video on this page.</p>"))
}

/// A stream without end, in the way that sites with video.js write it. There is no program of theirs here: a line
/// stands in for it.
pub(super) async fn live(Extension(half): Extension<Half>) -> Html<String> {
    let content = format!(
        r#"<h1>Pier camera</h1><video id="camera" controls width="160" height="120"></video>
<script>function videojs(id) {{ return {{src: (one) => document.getElementById(id).src = one.src}}; }}</script>
<script>var player = videojs("camera");
player.src({{"src": "{}", "type": "application/x-mpegURL"}});</script>"#,
        half.address("/live/stream.m3u8")
    );
    Html(page("Pier camera", "", &content))
}

/// A way to this machine, which nobody should follow.
pub(super) async fn redirect_to_loopback(State(world): State<Arc<World>>) -> Redirect {
    Redirect::to(world.trap.get().map_or("http://127.0.0.1:9/trap", String::as_str))
}

/// A way to what clouds tell their machines, which nobody should follow.
pub(super) async fn redirect_to_link_local() -> Redirect {
    Redirect::to("http://169.254.169.254/latest/meta-data/")
}

/// Neither a page nor a file.
pub(super) async fn missing(uri: http::Uri) -> Response {
    if uri.path() == "/favicon.ico" {
        return StatusCode::NO_CONTENT.into_response();
    }
    (StatusCode::NOT_FOUND, Html(page("Not found", "", "<h1>Not found</h1>"))).into_response()
}

fn page(title: &str, head: &str, content: &str) -> String {
    let (title, files) = (escape(title), file_host_address("/"));
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title}</title>\n{head}\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <link rel=\"preconnect\" href=\"{files}\">\
         <style>body{{font:16px/1.5 system-ui,sans-serif;margin:2rem;max-width:60rem}}</style></head>\n\
         <body>{content}</body></html>\n"
    )
}
