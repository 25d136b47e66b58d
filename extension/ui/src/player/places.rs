//! Where the person stopped in long things, so that each goes on from there. In `localStorage`.

use crate::memo;
use protocol::LibraryItemId;

/// The record's name.
const KEY: &str = "player_places";
/// The places of so many things are kept.
const MOST: usize = 50;
/// Sound of at least so many seconds is something one stops in; shorter, it is a song.
const LONG_S: u64 = 20 * 60;
/// Nearer to the beginning or the end than this, in seconds, it is begun anew.
const EDGE_S: u64 = 5;

/// Places, the latest last.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Places(Vec<(LibraryItemId, u64)>);

impl Places {
    /// What was kept; nothing where that is nonsense.
    pub fn load() -> Self {
        Self::parse(&memo::kept(KEY))
    }

    /// Keeps them.
    pub fn save(&self) {
        memo::keep(KEY, &self.text());
    }

    /// Where to go on with a thing, in seconds.
    pub fn of(&self, id: LibraryItemId) -> u64 {
        self.0.iter().find(|(known, _)| *known == id).map_or(0, |(_, at)| *at)
    }

    /// Takes in that a thing of `length` seconds is at second `at`. False when nothing changed.
    pub fn note(&mut self, id: LibraryItemId, is_video: bool, at: u64, length: u64) -> bool {
        if !(is_video || length >= LONG_S) {
            return false;
        }
        let before = self.0.clone();
        self.0.retain(|(known, _)| *known != id);
        if at >= EDGE_S && at + EDGE_S < length {
            self.0.push((id, at));
            self.0.drain(..self.0.len().saturating_sub(MOST));
        }
        self.0 != before
    }

    fn text(&self) -> String {
        let places: Vec<_> = self.0.iter().map(|(id, at)| format!("{id}:{at}")).collect();
        places.join(",")
    }

    fn parse(text: &str) -> Self {
        let place = |part: &str| {
            let (id, at) = part.split_once(':')?;
            Some((id.parse().ok()?, at.parse().ok()?))
        };
        Self(text.split(',').filter_map(place).take(MOST).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILM: LibraryItemId = LibraryItemId(7);
    const TALK: LibraryItemId = LibraryItemId(8);

    #[test]
    fn a_film_and_a_talk_go_on_where_they_stopped_and_a_song_begins_anew() {
        let mut places = Places::default();
        assert!(places.note(FILM, true, 61, 300));
        assert!(places.note(TALK, false, 900, 1_800));
        assert!(!places.note(LibraryItemId(9), false, 61, 200));
        assert_eq!((places.of(FILM), places.of(TALK), places.of(LibraryItemId(9))), (61, 900, 0));
        assert_eq!(Places::parse(&places.text()), places);
    }

    #[test]
    fn what_was_seen_to_its_end_begins_anew() {
        let mut places = Places::default();
        places.note(FILM, true, 200, 300);
        assert!(places.note(FILM, true, 297, 300));
        assert_eq!(places.of(FILM), 0);
        assert!(!places.note(FILM, true, 2, 300), "nothing was kept and nothing is to be");
    }

    #[test]
    fn only_the_latest_are_kept_and_nonsense_is_none() {
        let mut places = Places::default();
        for id in 0..80 {
            places.note(LibraryItemId(id), true, 30, 300);
        }
        assert_eq!((places.0.len(), places.of(LibraryItemId(29))), (MOST, 0));
        assert_eq!(places.of(LibraryItemId(79)), 30);
        for text in ["", "a", "1:x,:,7", ",,"] {
            assert_eq!(Places::parse(text), Places::default(), "{text}");
        }
    }
}
