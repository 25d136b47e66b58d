//! What songs are about: prompt, seed, lyrics and when each line is sung. It follows from the song's number.

use crate::song::Song;
use serde_json::{Value, json};

const STYLES: [&str; 8] = [
    "warm lo-fi house with brushed drums",
    "melancholic synthwave at sunset, analog bass",
    "acoustic folk, close harmonies, 92 bpm",
    "dreamy shoegaze \"wall of sound\" & soft vocals",
    "jazz trio, late night, upright bass",
    "drum & bass, liquid, airy pads",
    "chanson française, accordéon, voix grave",
    "8-bit chiptune < happy > arpeggios",
];
const LINES: [&str; 6] = [
    "We left the lights on in the harbour",
    "And the water wrote our names",
    "Naïve hearts don't sleep — they wander",
    "Counting down the passing trains",
    "Oh, stay a little longer",
    "夜が明けるまで",
];

/// What it was made from.
pub(crate) fn prompt(song: &Song) -> &'static str {
    STYLES[song.number as usize % STYLES.len()]
}

/// The seed. Some are larger than a double can tell.
pub(crate) fn seed(song: &Song) -> u64 {
    let small = u64::from(song.number) * 7919;
    if song.number.is_multiple_of(6) { 9_007_199_254_740_993 + small } else { small }
}

/// The lyrics; every fourth song has none.
pub(crate) fn text(song: &Song) -> Option<String> {
    has_words(song).then(|| {
        format!("[Verse]\n{}\n\n[Chorus]\n{}", LINES[..4].join("\n"), LINES[4..].join("\n"))
    })
}

/// When each line is sung, in a song of `seconds`.
pub(crate) fn timed_lines(song: &Song, seconds: f64) -> Option<Vec<(f64, f64, &'static str)>> {
    let step = seconds / LINES.len() as f64;
    let line = |(n, text): (usize, &&'static str)| {
        (round(step * n as f64), round(step * (n as f64 + 0.9)), *text)
    };
    has_words(song).then(|| LINES.iter().enumerate().map(line).collect())
}

/// When each word is sung, as the first era tells it.
pub(crate) fn words(song: &Song, seconds: f64) -> Option<Value> {
    let lines = timed_lines(song, seconds)?;
    let words = lines.iter().enumerate().flat_map(|(line_index, (start, end, text))| {
        let count = text.split(' ').count() as f64;
        text.split(' ').enumerate().map(move |(n, word)| {
            let at = |n: f64| round(start + (end - start) * n / count);
            json!({"text": word, "start": at(n as f64), "end": at(n as f64 + 1.0), "line_index": line_index})
        })
    });
    Some(words.collect())
}

fn has_words(song: &Song) -> bool {
    !song.number.is_multiple_of(4)
}

/// To milliseconds.
fn round(seconds: f64) -> f64 {
    (seconds * 1000.0).round() / 1000.0
}
