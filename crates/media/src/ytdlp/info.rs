//! What a site says about a thing, from yt-dlp's `.info.json`.

use super::error::FetchError;
use crate::convert::{Chapter, sound_chapters};
use serde_json::{Map, Value, json};
use std::path::Path;
use tokio::io::AsyncReadExt;

/// Some sites list thousands of captions.
const FILE_LIMIT: u64 = 64 << 20;
/// A description, in characters.
const TEXT_LIMIT: usize = 20_000;
const LIST_LIMIT: usize = 1000;
/// A name of a language, in characters.
const NAME_LIMIT: usize = 100;
/// Addresses that open the file to whoever has them, and what belongs to this machine.
const PRIVATE: &[&str] = &[
    "url",
    "manifest_url",
    "fragment_base_url",
    "cookies",
    "filename",
    "filepath",
    "infojson_filename",
    "original_url",
    "playlist_autonumber",
];

/// What a site says about a thing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Info {
    /// What the site calls it.
    pub id: Option<String>,
    /// yt-dlp's name for the site.
    pub extractor: Option<String>,
    /// Its page.
    pub page: Option<String>,
    /// Its title.
    pub title: Option<String>,
    /// Who made it.
    pub uploader: Option<String>,
    /// What is written under it.
    pub description: Option<String>,
    /// When it was published, as `YYYYMMDD`.
    pub upload_date: Option<String>,
    /// Length in seconds.
    pub duration_s: Option<f64>,
    /// Its chapters, in order and without those that make no sense.
    pub chapters: Vec<Chapter>,
    /// How many chapters the site tells of.
    pub told_chapters: usize,
    /// The languages in which there are subtitles, each once.
    pub texts: Vec<Language>,
    /// It has a picture.
    pub has_picture: bool,
    /// The playlist of the stream that was fetched, where it was one of HLS. It may be signed: it is not for showing.
    pub stream: Option<String>,
    /// All fields that are texts, numbers or lists of texts, and the chapters, without signed addresses and cookies.
    pub raw: Map<String, Value>,
}

/// A language in which there are subtitles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Language {
    /// The site's name for it, such as `en` or `pt-BR`. It may be anything.
    pub code: String,
    /// What the site calls these subtitles, such as `English (auto)`.
    pub title: Option<String>,
}

impl Info {
    /// Reads a file that yt-dlp wrote.
    pub(super) async fn read(path: &Path) -> Result<Self, FetchError> {
        let mut bytes = Vec::new();
        let file = tokio::fs::File::open(path).await?;
        file.take(FILE_LIMIT).read_to_end(&mut bytes).await?;
        let garbled = |detail: String| FetchError::Garbled(detail);
        match serde_json::from_slice(&bytes).map_err(|error| garbled(error.to_string()))? {
            Value::Object(json) => Ok(Self::of(json)),
            _ => Err(garbled("what it says of the file is no record".into())),
        }
    }

    fn of(json: Map<String, Value>) -> Self {
        let stream = stream(&json);
        let listed = json.get("chapters").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let told_chapters = listed.len();
        let readable = listed.iter().take(LIST_LIMIT).filter_map(chapter).collect();
        let duration_s = json.get("duration").and_then(Value::as_f64);
        let chapters = sound_chapters(readable, duration_s);
        let texts = texts(&json);
        let pictures = json.get("thumbnails").and_then(Value::as_array);
        let has_picture = pictures.is_some_and(|all| !all.is_empty());
        let mut raw: Map<String, Value> = json.into_iter().filter_map(kept).collect();
        if !chapters.is_empty() {
            raw.insert("chapters".into(), chapters.iter().map(told).collect());
        }
        let text = |key: &str| raw.get(key).and_then(Value::as_str).map(str::to_owned);
        Self {
            id: text("id"),
            extractor: text("extractor_key"),
            page: text("webpage_url"),
            title: text("title"),
            uploader: text("uploader").or_else(|| text("channel")),
            description: text("description"),
            upload_date: text("upload_date"),
            duration_s,
            chapters,
            told_chapters,
            texts,
            has_picture,
            stream,
            raw,
        }
    }
}

fn stream(json: &Map<String, Value>) -> Option<String> {
    let text = |key: &str| json.get(key).and_then(Value::as_str);
    let is_hls = text("protocol").is_some_and(|protocol| protocol.starts_with("m3u8"));
    text("url").filter(|_| is_hls).map(str::to_owned)
}

/// What is written during a broadcast is no subtitle.
fn texts(json: &Map<String, Value>) -> Vec<Language> {
    let all = json.get("subtitles").and_then(Value::as_object).into_iter().flatten();
    let language = |(code, forms): (&String, &Value)| {
        let title = forms.get(0).and_then(|form| form.get("name")).and_then(Value::as_str);
        let short = |text: &str| text.chars().take(NAME_LIMIT).collect();
        Language { code: short(code), title: title.map(short) }
    };
    all.filter(|(code, _)| *code != "live_chat").take(LIST_LIMIT).map(language).collect()
}

fn chapter(json: &Value) -> Option<Chapter> {
    let title = json.get("title").and_then(Value::as_str);
    Some(Chapter {
        start_s: json.get("start_time")?.as_f64()?,
        end_s: json.get("end_time")?.as_f64()?,
        title: title.map(|title| title.chars().take(TEXT_LIMIT).collect()),
    })
}

/// A chapter as yt-dlp tells it.
fn told(chapter: &Chapter) -> Value {
    json!({ "start_time": chapter.start_s, "end_time": chapter.end_s, "title": chapter.title })
}

fn kept((key, value): (String, Value)) -> Option<(String, Value)> {
    if key.starts_with('_') || PRIVATE.contains(&key.as_str()) {
        return None;
    }
    let value = match value {
        Value::String(text) => Value::String(text.chars().take(TEXT_LIMIT).collect()),
        Value::Number(_) | Value::Bool(_) => value,
        Value::Array(list) if !list.is_empty() && list.iter().all(Value::is_string) => {
            Value::Array(list.into_iter().take(LIST_LIMIT).collect())
        }
        _ => return None,
    };
    Some((key, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_is_read_and_what_is_secret_is_dropped() {
        let Value::Object(json) = json!({
            "id": "1", "extractor_key": "Site", "title": "T", "channel": "C", "duration": 3.5, "tags": ["a", "b"],
            "chapters": [{"start_time": 0, "end_time": 1.5, "title": "One"}, {"start_time": 2}],
            "subtitles": {"en": [{"url": "https://cdn.example/s?token=1", "name": "English"}], "live_chat": [{}]},
            "url": "https://cdn.example/a?token=1", "cookies": "a=b", "http_headers": {"Cookie": "a"},
            "formats": [{"url": "https://cdn.example/a?token=1"}], "_filename": "x", "description": null
        }) else {
            panic!()
        };
        let info = Info::of(json);
        assert_eq!((info.title.as_deref(), info.uploader.as_deref()), (Some("T"), Some("C")));
        assert_eq!((info.chapters.len(), info.told_chapters, info.duration_s), (1, 2, Some(3.5)));
        let english = Language { code: "en".into(), title: Some("English".into()) };
        assert_eq!((info.texts.as_slice(), info.has_picture), (&[english][..], false));
        let kept: Vec<&str> = info.raw.keys().map(String::as_str).collect();
        assert_eq!(
            kept,
            ["channel", "chapters", "duration", "extractor_key", "id", "tags", "title"]
        );
    }
}
