//! The JSON of one clip: what the list says of it, and what the details add.

use crate::account::{Clip, Person};
use crate::filehost::{clip_path, format_of, private_path};
use crate::lyrics;
use crate::media::{Format, Stem};
use crate::service::{CDN, STORAGE};
use crate::song::{Availability, Song, uuid};
use crate::world::World;
use serde_json::{Value, json};

/// One entry of the list. What takes the site long to compute is still on its way there for every third song.
pub(crate) fn listed(world: &World, person: &Person, clip: &Clip) -> Value {
    let mut json = detailed(world, person, clip);
    if clip.song.number.is_multiple_of(3) {
        json["lyrics"] = pending();
    }
    json["lyrics_timing"] = pending();
    json
}

/// Everything about a clip.
pub(crate) fn detailed(world: &World, person: &Person, clip: &Clip) -> Value {
    let song = &clip.song;
    let seconds = world.media.seconds(&song.recording(Format::M4a));
    let text = lyrics::text(song).filter(|_| clip.stem.is_none());
    json!({
        "id": clip.id(),
        "author_id": person.user_id,
        "title": title(clip),
        "created_at": song.created_at(),
        "op_type": op_type(clip),
        "op_id": uuid(&format!("op/{}/{}", song.id, clip.stem.is_some())),
        "operation": operation(clip),
        "audio_url": audio_url(world, clip),
        "wav_url": wav_url(world, clip),
        "image_url": (!song.quirk(13, 6)).then(|| format!("https://{STORAGE}{}", clip_path(&song.id, "jpg"))),
        "video_url": null,
        "duration": duration(clip, seconds),
        "lyrics": text.map(|text| complete(json!({"id": uuid(&text), "text": text}))),
        "lyrics_timing": timing(clip, seconds),
        "is_favorite": song.number.is_multiple_of(7),
        "favorite_count": song.number % 7 / 6,
        "play_count": song.number * 3 % 41,
        "has_vocals": !song.number.is_multiple_of(4),
        "privacy": "private",
        "allow_public_use": false,
        "is_remix_eligible": true,
        "deleted_at": null,
        "project_id": null,
    })
}

fn title(clip: &Clip) -> Option<String> {
    let title = clip.song.title.clone();
    match clip.stem {
        None => title,
        Some(stem) => {
            let (first, rest) = stem.name().split_at(1);
            Some(format!("{} - {}{rest}", title.unwrap_or_default(), first.to_uppercase()))
        }
    }
}

fn op_type(clip: &Clip) -> &'static str {
    match (clip.stem, clip.song.number % 9) {
        (Some(_), _) => "audio__split_stems",
        (None, 8) => "audio__render_edit",
        (None, _) => "audio__create_song",
    }
}

/// How the clip was made. All stems of a song come from one operation, which names them all.
fn operation(clip: &Clip) -> Value {
    let song = &clip.song;
    if clip.stem.is_some() {
        let stems: Vec<Value> = Stem::all()
            .map(|stem| json!({"stem_type": stem.name(), "clip_id": song.stem_id(stem)}))
            .collect();
        return json!({"source_clip_id": song.id, "stems": stems});
    }
    json!({
        "sound_prompt": lyrics::prompt(song),
        "seed": lyrics::seed(song),
        "model_name": "Lyria 3.5",
        "source_clip_id": null,
        "conversation_id": uuid(&format!("conversation/{}", song.number / 4)),
    })
}

/// The m4a: public, or signed on either file host. Withheld stems have an address as well: it answers 403.
fn audio_url(world: &World, clip: &Clip) -> Option<String> {
    let format = format_of(clip, "m4a")?;
    if clip.song.availability(format) == Availability::Absent {
        return None;
    }
    Some(address(world, &clip.song, &clip.id(), "m4a"))
}

/// The wav: the site makes up this address for every clip that has sound, whether there is a wav or not.
fn wav_url(world: &World, clip: &Clip) -> Option<String> {
    (!clip.song.is_silent()).then(|| address(world, &clip.song, &clip.id(), "wav"))
}

fn address(world: &World, song: &Song, id: &str, extension: &str) -> String {
    match song.number % 3 {
        0 => format!("https://{STORAGE}{}", clip_path(id, extension)),
        1 => world.sign(STORAGE, &private_path(id, extension)),
        _ => world.sign(CDN, &private_path(id, extension)),
    }
}

/// Wrapped, as text with all its digits; some are not computed yet.
fn duration(clip: &Clip, seconds: f64) -> Value {
    if clip.song.quirk(17, 8) { pending() } else { complete(json!(format!("{seconds:.12}"))) }
}

fn timing(clip: &Clip, seconds: f64) -> Value {
    let lines = lyrics::timed_lines(&clip.song, seconds).filter(|_| clip.stem.is_none());
    let line = |(start, end, text): &(f64, f64, &str)| json!({"text": text, "start_s": start, "end_s": end});
    lines.map_or(Value::Null, |lines| complete(lines.iter().map(line).collect()))
}

fn complete(value: Value) -> Value {
    json!({"status": "complete", "value": value})
}

fn pending() -> Value {
    json!({"status": "pending", "value": null})
}
