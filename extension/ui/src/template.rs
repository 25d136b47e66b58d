//! The file name template as the settings page explains it: known parts, and a preview with a sample song.
//!
//! Only a preview: real names are made and cleaned by the daemon, which also refuses a bad template.

use crate::catalogue::t;

/// The parts a name can have, in the order they are offered. `field_…` of the catalogue says what each is.
pub const FIELDS: [&str; 7] = ["title", "id", "date", "artist", "playlist", "format", "source"];

/// Why a template makes no name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// There is nothing in it.
    Empty,
    /// It names a part that does not exist; with its braces.
    Unknown(String),
}

/// The name that `template` gives to a sample song, with the extension `extension`.
pub fn preview(template: &str, extension: &str) -> Result<String, Problem> {
    if template.trim().is_empty() {
        return Err(Problem::Empty);
    }
    let mut name = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        name.push_str(before);
        let (field, tail) =
            after.split_once('}').ok_or_else(|| Problem::Unknown(format!("{{{after}")))?;
        let value =
            sample(field, extension).ok_or_else(|| Problem::Unknown(format!("{{{field}}}")))?;
        name.push_str(&value);
        rest = tail;
    }
    name.push_str(rest);
    Ok(format!("{name}.{extension}"))
}

fn sample(field: &str, extension: &str) -> Option<String> {
    let value = match field {
        "title" => t("template_sample"),
        "playlist" => t("template_sample_playlist"),
        "id" => "7f3a91c2".into(),
        "date" => "2026-01-31".into(),
        "artist" => "Alex".into(),
        "format" => extension.into(),
        "source" => "producer.ai".into(),
        _ => return None,
    };
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_offered_part_has_a_sample() {
        for field in FIELDS {
            assert!(preview(&format!("{{{field}}}"), "mp3").is_ok(), "{field}");
        }
    }

    #[test]
    fn a_preview_shows_the_parts_in_place() {
        assert_eq!(
            preview("{date} {artist}_{id}", "wav"),
            Ok("2026-01-31 Alex_7f3a91c2.wav".into())
        );
    }

    #[test]
    fn what_is_wrong_is_named() {
        assert_eq!(preview("  ", "mp3"), Err(Problem::Empty));
        assert_eq!(preview("{titel}", "mp3"), Err(Problem::Unknown("{titel}".into())));
        assert_eq!(preview("{title", "mp3"), Err(Problem::Unknown("{title".into())));
    }
}
