//! Names of stems: cleaned, short and different from each other. Making them file names is the library's job.

/// More stems than this no song has.
const MAX_STEMS: usize = 64;
/// Longest name.
const MAX_NAME: usize = 40;

/// The names given so far.
#[derive(Default)]
pub(super) struct Names(Vec<String>);

impl Names {
    /// How many.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Makes a name of a raw JSON key; `None` when there are too many.
    pub fn add(&mut self, key: &[u8]) -> Option<&str> {
        if self.0.len() == MAX_STEMS {
            return None;
        }
        let name = cleaned(key);
        let taken = |name: &str| self.0.iter().any(|other| other.eq_ignore_ascii_case(name));
        let numbered = (2..).map(|number| format!("{name}_{number}"));
        let free = std::iter::once(name.clone()).chain(numbered).find(|name| !taken(name))?;
        self.0.push(free);
        self.0.last().map(String::as_str)
    }
}

/// Keeps ASCII letters, digits, `-` and `_`; anything else between them becomes one `_`.
fn cleaned(key: &[u8]) -> String {
    let quoted = [b"\"", key, b"\""].concat();
    // A key that was cut within an escape is no JSON any more.
    let text: String = serde_json::from_slice(&quoted).unwrap_or_default();
    let mut name = String::new();
    for letter in text.trim().chars() {
        let kept = letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | ' ');
        if kept || !name.ends_with('_') {
            name.push(if kept { letter } else { '_' });
        }
        // Room for a number that tells twins apart.
        if name.len() + 3 >= MAX_NAME {
            break;
        }
    }
    let name = name.trim_matches([' ', '_']);
    if name.is_empty() { "stem".to_owned() } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn add(names: &mut Names, key: &str) -> String {
        names.add(key.as_bytes()).expect("room").to_owned()
    }

    #[test]
    fn names_are_cleaned_and_twins_numbered() {
        let mut names = Names::default();
        for (key, name) in [
            ("drums", "drums"),
            ("Drums", "Drums_2"),
            ("drums", "drums_3"),
            ("../../etc/passwd", "etc_passwd"),
            ("back\\u0069ng vocals", "backing vocals"),
            ("\\ud83e\\udd41", "stem"),
            ("", "stem_2"),
            ("bad \\", "stem_3"),
        ] {
            assert_eq!(add(&mut names, key), name);
        }
        assert_eq!(names.len(), 8);
    }

    #[test]
    fn there_is_an_end_to_stems() {
        let mut names = Names::default();
        for _ in 0..MAX_STEMS {
            add(&mut names, "x");
        }
        assert_eq!(names.add(b"x"), None);
    }

    proptest! {
        #[test]
        fn any_key_becomes_a_short_plain_name(key: Vec<u8>) {
            let mut names = Names::default();
            let name = names.add(&key).expect("room");
            prop_assert!((1..=MAX_NAME).contains(&name.len()));
            let plain = |letter: char| letter.is_ascii_alphanumeric() || "-_ ".contains(letter);
            prop_assert!(name.chars().all(plain), "{}", name);
        }
    }
}
