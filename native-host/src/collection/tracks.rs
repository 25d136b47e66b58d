//! A tracklist as text, one track a line.

use providers::discogs::{Track, credit};

/// `A1. Title (3:45)`; the artists stand in front where they are not the record's.
pub(super) fn lines(tracks: &[Track]) -> String {
    let mut lines = Vec::new();
    add(tracks, &mut lines);
    lines.join("\n")
}

fn add(tracks: &[Track], lines: &mut Vec<String>) {
    for track in tracks {
        lines.push(line(track));
        add(&track.sub_tracks, lines);
    }
}

fn line(track: &Track) -> String {
    let position =
        if track.position.is_empty() { String::new() } else { format!("{}. ", track.position) };
    let artists = if track.artists.is_empty() {
        String::new()
    } else {
        format!("{} – ", credit(&track.artists))
    };
    let duration =
        if track.duration.is_empty() { String::new() } else { format!(" ({})", track.duration) };
    format!("{position}{artists}{}{duration}", track.title)
}
