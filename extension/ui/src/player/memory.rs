//! What the player remembers from one visit to the next: volume, order, and where it was. In `localStorage`.

use super::play_queue::Repeat;
use crate::memo;
use protocol::LibraryItemId;

/// The record's name.
const KEY: &str = "player";

/// What is remembered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Memory {
    /// 0 to 100.
    pub volume: u64,
    /// The order is by chance.
    pub shuffled: bool,
    /// What follows the end.
    pub repeat: Repeat,
    /// What played last.
    pub item: Option<LibraryItemId>,
    /// How far, in seconds.
    pub at: u64,
    /// Silent, however loud it would be.
    pub muted: bool,
    /// How fast videos are played, of 100.
    pub speed: u64,
    /// In which language subtitles are shown; empty for none.
    pub language: String,
}

/// How fast videos can be played, of 100.
pub const SPEEDS: [u64; 8] = [50, 75, 100, 125, 150, 175, 200, 300];

impl Default for Memory {
    fn default() -> Self {
        Self {
            volume: 100,
            shuffled: false,
            repeat: Repeat::Off,
            item: None,
            at: 0,
            muted: false,
            speed: 100,
            language: String::new(),
        }
    }
}

impl Memory {
    /// What was kept; the defaults where that is nothing or nonsense.
    pub fn load() -> Self {
        Self::parse(&memo::kept(KEY))
    }

    /// Keeps this.
    pub fn save(&self) {
        memo::keep(KEY, &self.text());
    }

    fn text(&self) -> String {
        let item = self.item.map(|item| item.to_string()).unwrap_or_default();
        let Memory { volume, shuffled, repeat, at, muted, speed, language, .. } = self;
        let repeat = repeat.as_str();
        format!(
            "volume={volume}&shuffled={shuffled}&repeat={repeat}&item={item}&at={at}\
             &muted={muted}&speed={speed}&language={language}"
        )
    }

    fn parse(text: &str) -> Self {
        let mut memory = Self::default();
        for (name, value) in text.split('&').filter_map(|pair| pair.split_once('=')) {
            match name {
                "volume" => {
                    memory.volume = value.parse().map_or(100, |volume: u64| volume.min(100))
                }
                "shuffled" => memory.shuffled = value == "true",
                "repeat" => memory.repeat = Repeat::of(value),
                "item" => memory.item = value.parse().ok(),
                "at" => memory.at = value.parse().unwrap_or(0),
                "muted" => memory.muted = value == "true",
                "speed" => {
                    let known = value.parse().ok().filter(|speed| SPEEDS.contains(speed));
                    memory.speed = known.unwrap_or(100);
                }
                "language" => memory.language = value.to_owned(),
                _ => {}
            }
        }
        memory
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_comes_back() {
        let memory = Memory {
            volume: 35,
            shuffled: true,
            repeat: Repeat::One,
            item: Some(LibraryItemId(77)),
            at: 3_601,
            muted: true,
            speed: 150,
            language: "en-GB".into(),
        };
        assert_eq!(Memory::parse(&memory.text()), memory);
        assert_eq!(Memory::parse(&Memory::default().text()), Memory::default());
    }

    #[test]
    fn nonsense_is_the_default() {
        for text in
            ["", "player", "volume=loud&at=-3&item=x&repeat=2&shuffled=yes&speed=7&muted=1&a=b"]
        {
            assert_eq!(Memory::parse(text), Memory::default(), "{text}");
        }
        assert_eq!(Memory::parse("volume=900").volume, 100);
    }
}
