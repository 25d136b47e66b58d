//! One record of `generations` as an item.

use crate::account::artist;
use crate::fields::{
    MAX_LYRICS, MAX_NAME, MAX_PROMPT, MAX_TITLE, at, created_at, cut, digits, fetch_from,
    first_text, https_url, id, number, text,
};
use crate::lyrics::timed_lines;
use crate::site::Wish;
use protocol::{Asset, ErrorBody, Fetch, Metadata, RemoteItem, Source, Variant};
use serde_json::Value;

const SOURCE: Source = Source::Producer;

/// Reads a record; every one is a song.
pub(crate) fn item(record: Value, wish: &Wish<'_>) -> Result<Option<RemoteItem>, ErrorBody> {
    let id = id(SOURCE, super::SITE.list, &record)?;
    let assets = wish.formats.iter().map(|variant| asset(*variant, &id, &record)).collect();
    let metadata = Metadata {
        artist: first_text(&record, &["author.username", "author_name", "username"], MAX_NAME)
            .or_else(|| artist(wish.account)),
        created_at: created_at(&record),
        duration_s: number(at(&record, "duration_s")),
        lyrics: text(&record, "lyrics", MAX_LYRICS),
        lyrics_timing: timed_lines(at(&record, "lyrics_timestamped")),
        prompt: prompt(&record),
        model: text(&record, "model_display_name", MAX_NAME),
        seed: digits(at(&record, "seed")),
        image_url: https_url(&record, "image_url"),
        favorite: at(&record, "is_favorite") == &Value::Bool(true),
        page_url: Some([SOURCE.origin(), "/song/", &id].concat()),
        ..Metadata::default()
    };
    let title = text(&record, "title", MAX_TITLE).unwrap_or_default();
    Ok(Some(RemoteItem { source: SOURCE, source_id: id, title, metadata, assets, raw: record }))
}

/// A song whose `audio_url` is null failed to be made; it is still asked for, since only the site can say that
/// there is nothing.
fn asset(variant: Variant, id: &str, record: &Value) -> Asset {
    let api = |path: &[&str]| [SOURCE.origin(), "/__api/", &path.concat()].concat();
    let download = || Fetch::Api { url: api(&[id, "/download?format=", variant.as_str()]) };
    let fetch = match variant {
        Variant::Stems => Fetch::StemBundle { url: api(&["stems/", id]) },
        // The public address costs the site's API nothing.
        Variant::M4a => {
            https_url(record, "audio_url").map_or_else(download, |url| fetch_from(SOURCE, url))
        }
        Variant::Mp3 | Variant::Wav => download(),
        // What pages of the web are sent as; songs do not come in it.
        Variant::Media | Variant::Opus => Fetch::Missing,
    };
    Asset { variant, fetch }
}

/// What was asked of the model: the prompts of all conditions, or the described sound.
fn prompt(record: &Value) -> Option<String> {
    let conditions = at(record, "conditions").as_array().map(Vec::as_slice).unwrap_or_default();
    let prompts: Vec<&str> =
        conditions.iter().filter_map(|condition| at(condition, "prompt").as_str()).collect();
    let joined = prompts.join("\n");
    if joined.trim().is_empty() {
        return text(record, "sound", MAX_PROMPT);
    }
    Some(cut(&joined, MAX_PROMPT).to_owned())
}
