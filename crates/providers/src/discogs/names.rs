//! How Discogs writes names.

use super::model::Artist;

/// A name without the number in parentheses that tells it from others of the same name: `Foo (2)` → `Foo`.
///
/// The site begins to count at 2, so that `(1)` and years stay: `Now (1984)` is a name.
pub fn clean(name: &str) -> &str {
    let Some((before, rest)) = name.rsplit_once(" (") else { return name };
    let Some(number) = rest.strip_suffix(')') else { return name };
    let is_count = (1..=3).contains(&number.len())
        && number.bytes().all(|byte| byte.is_ascii_digit())
        && !number.starts_with('0')
        && number != "1";
    if is_count && !before.trim().is_empty() { before } else { name }
}

/// Artists as they are credited: the name that is printed on the record where it differs (`anv`), and the words
/// between two of them (`join`), such as `A Feat. B, C`.
pub fn credit(artists: &[Artist]) -> String {
    let mut text = String::new();
    for (at, artist) in artists.iter().enumerate() {
        text.push_str(credited(artist));
        if at + 1 < artists.len() {
            text.push_str(&joint(&artist.join));
        }
    }
    text
}

fn credited(artist: &Artist) -> &str {
    if artist.anv.is_empty() { clean(&artist.name) } else { &artist.anv }
}

/// The words between two artists, with the blanks that belong there.
fn joint(join: &str) -> String {
    match join.trim() {
        "" => ", ".to_owned(),
        mark if mark.starts_with([',', ';', ':']) => format!("{mark} "),
        words => format!(" {words} "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn artist(name: &str, anv: &str, join: &str) -> Artist {
        Artist { name: name.into(), anv: anv.into(), join: join.into(), ..Artist::default() }
    }

    #[test]
    fn only_a_count_is_taken_off_a_name() {
        let all = [
            ("Foo (2)", "Foo"),
            ("Foo (120)", "Foo"),
            ("Foo (1)", "Foo (1)"),
            ("Now (1984)", "Now (1984)"),
            ("Foo (02)", "Foo (02)"),
            ("Foo(2)", "Foo(2)"),
            (" (2)", " (2)"),
            ("Foo (2) (3)", "Foo (2)"),
            ("(2)", "(2)"),
            ("", ""),
        ];
        for (raw, cleaned) in all {
            assert_eq!(clean(raw), cleaned, "{raw:?}");
        }
    }

    #[test]
    fn artists_are_credited_as_on_the_record() {
        assert_eq!(credit(&[]), "");
        assert_eq!(credit(&[artist("A (3)", "", "")]), "A");
        assert_eq!(
            credit(&[artist("A", "The A", "Feat."), artist("B (2)", "", "")]),
            "The A Feat. B"
        );
        let three =
            [artist("A", "", ","), artist("B", "", "&"), artist("C", "", "ignored at the end")];
        assert_eq!(credit(&three), "A, B & C");
    }
}
