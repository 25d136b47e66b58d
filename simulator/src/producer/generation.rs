//! The JSON of one song as producer.ai lists it: the fields that are known, some that are not, and gaps.

use crate::account::Person;
use crate::filehost::riff_path;
use crate::lyrics;
use crate::media::Format;
use crate::service::STORAGE;
use crate::song::Song;
use crate::world::World;
use serde_json::{Value, json};

/// One entry of `generations`.
pub(crate) fn json(world: &World, person: &Person, song: &Song) -> Value {
    let recording = song.recording(Format::M4a);
    let seconds = world.media.seconds(&recording);
    let address = |folder, extension| {
        format!("https://{STORAGE}{}", riff_path(&person.user_id, folder, &song.id, extension))
    };
    let words = lyrics::words(song, seconds);
    json!({
        "id": song.id,
        "title": song.title,
        "lyrics": lyrics::text(song),
        "lyrics_timestamped": words.map(|words| json!({"words": words})),
        "sound": lyrics::prompt(song),
        "seed": lyrics::seed(song),
        "model_display_name": if song.number.is_multiple_of(2) { "FUZZ-2.0 Pro" } else { "FUZZ-1.1" },
        "conditions": [{
            "prompt": lyrics::prompt(song), "strength": 1.0, "condition_start": 0.0, "condition_end": 1.0, "lyrics": null,
        }],
        "created_at": song.created_at(),
        "author_id": person.user_id,
        "duration_s": (!song.quirk(17, 8)).then_some(seconds),
        "audio_url": (!song.is_silent()).then(|| address("audio", "m4a")),
        "image_url": (!song.quirk(13, 6)).then(|| address("image", "jpg")),
        "video_url": null,
        "is_favorite": song.number.is_multiple_of(7),
        "favorite_count": song.number % 7 / 6,
        "play_count": song.number * 3 % 41,
        "privacy": "private",
        "parent_riff_id": null,
        "transform": null,
        "status": "complete",
        "simple_waveform": [0.1, 0.4, 0.9, 0.3],
    })
}
