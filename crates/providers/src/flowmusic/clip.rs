//! One record of `clips` as an item: a song, or a stem of one.

use crate::account::artist;
use crate::fields::{
    MAX_LYRICS, MAX_NAME, MAX_PROMPT, MAX_TITLE, at, created_at, digits, fetch_from, first_text,
    https_url, id, is_id, number, text, unwrapped,
};
use crate::lyrics::timed_lines;
use crate::site::Wish;
use protocol::{Asset, ErrorBody, Fetch, Metadata, RemoteItem, Source, Variant};
use serde_json::Value;

const SOURCE: Source = Source::Flowmusic;
/// `op_type` of a stem.
const SPLIT_STEMS: &str = "audio__split_stems";
/// Stands between the song's title and the stem's name in a stem's title.
const TITLE_SEPARATOR: &str = " - ";

/// Reads a record; stems are left out unless they are wanted.
pub(crate) fn item(record: Value, wish: &Wish<'_>) -> Result<Option<RemoteItem>, ErrorBody> {
    let id = id(SOURCE, super::SITE.list, &record)?;
    let title = text(&record, "title", MAX_TITLE).unwrap_or_default();
    let mut metadata = metadata(&record, &id, wish);
    let mut assets = Vec::new();
    if !is_stem(&record) {
        assets.extend(wish.formats.iter().filter_map(|variant| song_asset(*variant, &id, &record)));
    } else if wish.formats.contains(&Variant::Stems) {
        describe_stem(&mut metadata, &record, &id, &title, wish);
        assets.push(Asset { variant: Variant::Stems, fetch: given(&record, "audio_url") });
    } else {
        return Ok(None);
    }
    Ok(Some(RemoteItem { source: SOURCE, source_id: id, title, metadata, assets, raw: record }))
}

/// Whether the list left out what decides how the clip is fetched. A field that is there and null is an answer.
pub(crate) fn lacks_fields(record: &Value) -> bool {
    let has = |name: &str| record.get(name).is_some();
    !has("title") || !has("audio_url") || !has("operation") || !(has("wav_url") || is_stem(record))
}

/// The id of the song that this stem was split from; `None` for songs.
pub(crate) fn parent_of_stem(record: &Value) -> Option<&str> {
    if is_stem(record) { at(record, "operation.source_clip_id").as_str() } else { None }
}

fn is_stem(record: &Value) -> bool {
    let is_split = |path| at(record, path).as_str() == Some(SPLIT_STEMS);
    is_split("op_type") || is_split("operation.op_type")
}

/// The addresses are those in the record, never built: some are signed.
fn song_asset(variant: Variant, id: &str, record: &Value) -> Option<Asset> {
    let fetch = match variant {
        Variant::M4a => given(record, "audio_url"),
        Variant::Wav => given(record, "wav_url"),
        Variant::Mp3 => Fetch::Api {
            url: [SOURCE.origin(), "/__api/download/audio/", id, "?format=mp3"].concat(),
        },
        // Stems are clips of their own.
        Variant::Stems | Variant::Media | Variant::Opus => return None,
    };
    Some(Asset { variant, fetch })
}

fn given(record: &Value, path: &str) -> Fetch {
    https_url(record, path).map_or(Fetch::Missing, |url| fetch_from(SOURCE, url))
}

fn metadata(record: &Value, id: &str, wish: &Wish<'_>) -> Metadata {
    let lyrics = unwrapped(at(record, "lyrics"));
    Metadata {
        artist: first_text(record, &["author.username", "author_name", "username"], MAX_NAME)
            .or_else(|| artist(wish.account)),
        created_at: created_at(record),
        duration_s: number(unwrapped(at(record, "duration"))),
        lyrics: text(lyrics, "text", MAX_LYRICS).or_else(|| text(record, "lyrics", MAX_LYRICS)),
        lyrics_timing: timed_lines(at(record, "lyrics_timing")),
        prompt: first_text(
            record,
            &["operation.sound_prompt", "operation.instruction"],
            MAX_PROMPT,
        ),
        model: first_text(record, &["model_display_name", "operation.model_name"], MAX_NAME),
        seed: digits(at(record, "operation.seed")),
        image_url: https_url(record, "image_url"),
        favorite: at(record, "is_favorite") == &Value::Bool(true),
        page_url: Some([SOURCE.origin(), "/song/", id].concat()),
        ..Metadata::default()
    }
}

/// Says which stem of which song this is.
fn describe_stem(metadata: &mut Metadata, record: &Value, id: &str, title: &str, wish: &Wish<'_>) {
    let parent = parent_of_stem(record).filter(|parent| is_id(parent));
    let name = stem_name(record, id, title);
    let known = parent.and_then(|parent| wish.titles.get(parent)).filter(|title| !title.is_empty());
    metadata.parent_title = known.cloned().or_else(|| {
        let (song, _) = title.rsplit_once(TITLE_SEPARATOR)?;
        Some(song.to_owned())
    });
    metadata.parent_id = parent.map(str::to_owned);
    metadata.stem = Some(name);
}

/// The name in the operation's list of stems, or the end of the title, or the title, or `stem`.
fn stem_name(record: &Value, id: &str, title: &str) -> String {
    let stems = at(record, "operation.stems").as_array().map(Vec::as_slice).unwrap_or_default();
    let this = stems.iter().find(|stem| at(stem, "clip_id").as_str() == Some(id));
    let listed = this.and_then(|stem| first_text(stem, &["stem_type", "name", "type"], MAX_NAME));
    let own = || first_text(record, &["stem_type", "stem", "operation.stem_type"], MAX_NAME);
    let from_title = || {
        let (_, name) = title.rsplit_once(TITLE_SEPARATOR).unwrap_or(("", title));
        (!name.trim().is_empty()).then(|| name.trim().to_owned())
    };
    listed.or_else(own).or_else(from_title).unwrap_or_else(|| "stem".to_owned())
}
