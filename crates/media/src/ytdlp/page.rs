//! What a page holds.

use super::command::address;
use super::complaint;
use super::error::FetchError;
use super::{Address, Nest, YtDlp};
use crate::process::{self, Heard, Watch};
use serde_json::Value;
use tokio_util::sync::CancellationToken;

/// A list of 50,000 videos takes about half of this.
const OUTPUT_LIMIT: usize = 64 << 20;
/// Lists in lists in lists: channels have tabs that have playlists.
const DEPTH_LIMIT: usize = 4;
/// Titles and names are texts of strangers, in characters.
const TEXT_LIMIT: usize = 1000;

/// One thing that can be fetched from a page.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The page to fetch it from. It may be a list in turn, which [`YtDlp::fetch`] answers with `Several`.
    pub address: Address,
    /// Which of the things on that page it is, from 1, where there are several without pages of their own.
    pub item: Option<u32>,
    /// Its media itself, where that is one file that the page names.
    pub media: Option<Address>,
    /// yt-dlp's name for the site.
    pub extractor: Option<String>,
    /// What the site calls it.
    pub id: Option<String>,
    /// Its title.
    pub title: Option<String>,
    /// Who made it.
    pub uploader: Option<String>,
    /// Length in seconds.
    pub duration_s: Option<f64>,
    /// A broadcast that is not over.
    pub is_live: bool,
    /// The title of the list that it is in.
    pub list: Option<String>,
}

impl Entry {
    /// A thing of which no more is known than where it is.
    pub fn unread(address: Address, item: Option<u32>) -> Self {
        Self {
            address,
            item,
            media: None,
            extractor: None,
            id: None,
            title: None,
            uploader: None,
            duration_s: None,
            is_live: false,
            list: None,
        }
    }
}

impl YtDlp {
    /// What can be fetched from the page, in its order: one entry for a page about one thing, else one for each.
    ///
    /// A video that is shown as part of a list is read alone.
    ///
    /// # Errors
    /// `NothingThere` for a page without media, `Live` for a page about a broadcast that is not over, and each other
    /// of [`FetchError`] that reading can end with.
    pub async fn read_page(
        &self,
        page: &Address,
        nest: &Nest<'_>,
        cancel: &CancellationToken,
    ) -> Result<Vec<Entry>, FetchError> {
        let mut command = self.command(nest);
        command
            .args(["--dump-single-json", "--flat-playlist", "--no-playlist"])
            .args(address(page));
        let mut output = Vec::new();
        let watch = Watch { patience: self.patience, hears_stderr: true, nice: true, cancel };
        let ended = process::run(command, watch, |piece| {
            output.extend_from_slice(piece);
            if output.len() > OUTPUT_LIMIT { Heard::TooMuch } else { Heard::Further(self.patience) }
        })
        .await
        .map_err(FetchError::from_stop)?;
        if !ended.status.success() {
            return Err(complaint::error_of(&ended));
        }
        entries_of(&last_object(&output)?, page)
    }
}

/// Between its words, yt-dlp prints one line of JSON, as the last one.
fn last_object(output: &[u8]) -> Result<Value, FetchError> {
    let line = output.split(|byte| *byte == b'\n').rfind(|line| line.starts_with(b"{"));
    let line = line.ok_or_else(|| FetchError::Garbled("it says nothing of the page".into()))?;
    serde_json::from_slice(line).map_err(|error| FetchError::Garbled(error.to_string()))
}

fn entries_of(json: &Value, page: &Address) -> Result<Vec<Entry>, FetchError> {
    let mut entries = Vec::new();
    if is_list(json) {
        add_list(json, page, DEPTH_LIMIT, &mut entries);
    } else if is_live(json) {
        return Err(FetchError::Live);
    } else if has_media(json) {
        let own = field(json, "webpage_url").and_then(|own| Address::parse(&own).ok());
        entries.push(entry(json, own.as_ref().unwrap_or(page), None, None));
    }
    if entries.is_empty() { Err(FetchError::NothingThere) } else { Ok(entries) }
}

fn add_list(json: &Value, page: &Address, depth: usize, entries: &mut Vec<Entry>) {
    let title = field(json, "title");
    let things = json.get("entries").and_then(Value::as_array).into_iter().flatten();
    // One that cannot be read is null, and keeps its place.
    for (thing, place) in things.zip(1..).filter(|(thing, _)| thing.is_object()) {
        let of_its_own = |key| field(thing, key).and_then(|text| Address::parse(&text).ok());
        if is_list(thing) {
            let own = of_its_own("webpage_url");
            if depth > 0 {
                add_list(thing, own.as_ref().unwrap_or(page), depth - 1, entries);
            }
            continue;
        }
        let is_link = matches!(kind(thing), "url" | "url_transparent");
        let found = match of_its_own("url").filter(|_| is_link) {
            Some(own) => entry(thing, &own, None, title.clone()),
            None => entry(thing, page, Some(place), title.clone()),
        };
        entries.push(found);
    }
}

fn entry(json: &Value, address: &Address, item: Option<u32>, list: Option<String>) -> Entry {
    Entry {
        address: address.clone(),
        item,
        media: media_of(json),
        extractor: field(json, "ie_key").or_else(|| field(json, "extractor_key")),
        id: field(json, "id"),
        title: field(json, "title"),
        uploader: field(json, "uploader").or_else(|| field(json, "channel")),
        duration_s: json.get("duration").and_then(Value::as_f64).filter(|seconds| *seconds >= 0.0),
        is_live: is_live(json),
        list,
    }
}

/// The one file that holds all of a thing: nothing to choose, to join or to put together from pieces.
fn media_of(json: &Value) -> Option<Address> {
    let formats = json.get("formats").and_then(Value::as_array);
    let one = match formats.map(Vec::as_slice) {
        Some([one]) => one,
        Some(_) => return None,
        None => json,
    };
    let is_whole = matches!(field(one, "protocol").as_deref(), Some("http" | "https") | None)
        && json.get("requested_formats").is_none_or(Value::is_null)
        && matches!(kind(json), "video")
        && one.get("fragments").is_none_or(Value::is_null);
    let has_extras =
        json.get("subtitles").and_then(Value::as_object).is_some_and(|all| !all.is_empty());
    if !is_whole || has_extras {
        return None;
    }
    Address::parse(&field(one, "url")?).ok()
}

fn kind(json: &Value) -> &str {
    json.get("_type").and_then(Value::as_str).unwrap_or("video")
}

fn is_list(json: &Value) -> bool {
    matches!(kind(json), "playlist" | "multi_video")
}

fn is_live(json: &Value) -> bool {
    let status = json.get("live_status").and_then(Value::as_str);
    json.get("is_live") == Some(&Value::Bool(true))
        || matches!(status, Some("is_live" | "is_upcoming"))
}

fn has_media(json: &Value) -> bool {
    let formats = json.get("formats").and_then(Value::as_array);
    json.get("url").is_some_and(Value::is_string) || formats.is_some_and(|all| !all.is_empty())
}

fn field(json: &Value, key: &str) -> Option<String> {
    let text: String = json.get(key)?.as_str()?.chars().take(TEXT_LIMIT).collect();
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests;
