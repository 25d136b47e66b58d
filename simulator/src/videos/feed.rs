//! A podcast: RSS 2.0 with enclosures on the file host.

use super::{Half, file_host_address};
use crate::media::{Format, Recording};
use crate::world::World;
use axum::Extension;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::CONTENT_TYPE;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// The episodes' titles, newest first.
const EPISODES: [&str; 3] =
    ["Three: what the keeper said", "Two: fog & foghorns", "One: before the lamp"];
/// When the first episode came out, in seconds since 1970.
const FIRST: u64 = 1_758_000_000;
/// How many episodes the long feed names.
const MANY: usize = 10_050;
const WEEK: u64 = 7 * 24 * 3600;

/// The recording behind `episode-N.mp3`.
pub(super) fn episode(name: &str, revision: u32) -> Option<Recording> {
    let number = name.strip_prefix("episode-")?.strip_suffix(".mp3")?.parse().ok()?;
    (1..=EPISODES.len()).contains(&number).then(|| Recording {
        id: format!("podcast-{number}"),
        rounds: number as u64,
        revision,
        modified: FIRST + number as u64 * WEEK,
    })
}

pub(super) async fn get(
    State(world): State<Arc<World>>,
    Extension(half): Extension<Half>,
) -> Response {
    let mut items = String::new();
    for (title, number) in EPISODES.iter().zip((1..=EPISODES.len()).rev()) {
        let name = format!("episode-{number}.mp3");
        let Some(recording) = episode(&name, world.videos.revision(&name)) else { continue };
        let length = world.media.file(&recording, Format::Mp3).len();
        let seconds = world.media.seconds(&recording).round();
        let address = file_host_address(&format!("/podcast/{name}"));
        let when = SystemTime::UNIX_EPOCH + Duration::from_secs(recording.modified);
        let _ = writeln!(
            items,
            "<item><title>{}</title><guid isPermaLink=\"false\">{}</guid><pubDate>{}</pubDate>\
             <enclosure url=\"{address}\" length=\"{length}\" type=\"audio/mpeg\"/>\
             <itunes:duration>{seconds}</itunes:duration><itunes:episode>{number}</itunes:episode></item>",
            crate::pages::escape(title),
            recording.id,
            httpdate::fmt_http_date(when),
        );
    }
    rss(half, &items)
}

/// A feed of more episodes than anybody hears: the first one, over and over.
pub(super) async fn long(Extension(half): Extension<Half>) -> Response {
    let mut items = String::new();
    for number in (1..=MANY).rev() {
        let address = file_host_address(&format!("/podcast/episode-1.mp3?night={number}"));
        let _ = writeln!(
            items,
            "<item><title>Night {number}</title><enclosure url=\"{address}\" type=\"audio/mpeg\"/></item>",
        );
    }
    rss(half, &items)
}

fn rss(half: Half, items: &str) -> Response {
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <rss version=\"2.0\" xmlns:itunes=\"http://www.itunes.com/dtds/podcast-1.0.dtd\"><channel>\
         <title>Keepers of the light</title><link>{}</link><description>Evenings in a lighthouse.</description>\
         <language>en</language><itunes:author>Example Videos</itunes:author>\n{items}</channel></rss>\n",
        half.address("/"),
    );
    ([(CONTENT_TYPE, "application/rss+xml; charset=utf-8")], text).into_response()
}
