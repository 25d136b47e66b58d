//! The pattern of file names that people can set: `{title}_{id}`.

use super::characters::{Fate, fate};
use super::{Parts, clean};
use std::borrow::Cow;

/// What the pattern is when nobody set one.
pub const DEFAULT_TEMPLATE: &str = "{title}_{id}";

/// The fields a pattern may use.
pub const FIELDS: &[&str] = &["title", "id", "date", "artist", "playlist", "format", "source"];

/// The text around the fields may have this many bytes, so that there is always room for the id and some of the title.
const LITERAL_LIMIT: usize = 32;

/// Why a pattern cannot be used, in words for the person who typed it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// A field that does not exist.
    #[error(
        "there is no field {{{0}}}; the fields are {{title}}, {{id}}, {{date}}, {{artist}}, {{playlist}}, {{format}} and {{source}}"
    )]
    UnknownField(String),
    /// A field twice.
    #[error("the field {{{0}}} is there twice")]
    RepeatedField(String),
    /// No id.
    #[error("the pattern needs {{id}}, which keeps songs with the same title apart")]
    IdMissing,
    /// A bracket without its partner.
    #[error("a curly bracket has no partner")]
    Unbalanced,
    /// A character that some system forbids in names.
    #[error("the character {0:?} cannot be used in file names")]
    Character(char),
    /// Too much text around the fields.
    #[error("the text around the fields is too long: at most {LITERAL_LIMIT} bytes")]
    TooLong,
}

/// Whether `template` gives good names: known fields, each once, `{id}` among them, and no character around them that
/// a name must not have.
pub fn validate_template(template: &str) -> Result<(), TemplateError> {
    Template::parse(template).map(|_| ())
}

/// A pattern in pieces.
pub(super) struct Template<'t> {
    pieces: Vec<Piece<'t>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Piece<'t> {
    Literal(&'t str),
    Field(&'static str),
}

impl<'t> Template<'t> {
    pub(super) fn parse(template: &'t str) -> Result<Self, TemplateError> {
        let pieces = split(template)?;
        let literals = pieces.iter().filter_map(|piece| match piece {
            Piece::Literal(text) => Some(*text),
            Piece::Field(_) => None,
        });
        let mut bytes = 0;
        for text in literals {
            bytes += text.len();
            if let Some(bad) = text.chars().find(|&c| c != ' ' && fate(c) != Fate::Keep) {
                return Err(TemplateError::Character(bad));
            }
        }
        if bytes > LITERAL_LIMIT {
            return Err(TemplateError::TooLong);
        }
        if !pieces.contains(&Piece::Field("id")) {
            return Err(TemplateError::IdMissing);
        }
        Ok(Self { pieces })
    }

    pub(super) fn parse_or_default(template: &'t str) -> Self {
        Self::parse(template).unwrap_or_else(|_| Self {
            pieces: vec![Piece::Field("title"), Piece::Literal("_"), Piece::Field("id")],
        })
    }

    /// The name without extension, of at most `limit` bytes. The id is kept whole; what is too long among the other
    /// fields is cut to an equal share.
    pub(super) fn fill(&self, parts: &Parts<'_>, limit: usize) -> String {
        let texts: Vec<Cow<'_, str>> = self.pieces.iter().map(|piece| piece.text(parts)).collect();
        let shrinks = |piece: &Piece<'_>| matches!(piece, Piece::Field(name) if *name != "id");
        let fixed = self.pieces.iter().zip(&texts).filter(|(piece, _)| !shrinks(piece));
        let fixed: usize = fixed.map(|(_, text)| text.len()).sum();
        let lengths = self.pieces.iter().zip(&texts).filter(|(piece, _)| shrinks(piece));
        let share =
            fair_share(lengths.map(|(_, text)| text.len()).collect(), limit.saturating_sub(fixed));
        let mut name = String::new();
        for (piece, text) in self.pieces.iter().zip(&texts) {
            name.push_str(if shrinks(piece) { clean::cut(text, share) } else { text });
        }
        name
    }
}

impl<'t> Piece<'t> {
    fn text(&self, parts: &Parts<'_>) -> Cow<'t, str> {
        let cleaned = match self {
            Piece::Literal(text) => return Cow::Borrowed(text),
            Piece::Field("title") => match clean::part(parts.title) {
                empty if empty.is_empty() => "Untitled".to_owned(),
                title => title,
            },
            Piece::Field("id") => clean::id(parts.id),
            Piece::Field("date") => clean::date(parts.date),
            Piece::Field("artist") => clean::part(parts.artist),
            Piece::Field("playlist") => clean::part(parts.playlist),
            Piece::Field("format") => clean::part(parts.format),
            Piece::Field(_) => clean::part(parts.source),
        };
        Cow::Owned(cleaned)
    }
}

fn split(template: &str) -> Result<Vec<Piece<'_>>, TemplateError> {
    let mut pieces = Vec::new();
    let mut rest = template;
    while !rest.is_empty() {
        let open = rest.find('{').unwrap_or(rest.len());
        let (literal, tail) = rest.split_at(open);
        if literal.contains('}') {
            return Err(TemplateError::Unbalanced);
        }
        if !literal.is_empty() {
            pieces.push(Piece::Literal(literal));
        }
        let Some(field) = tail.strip_prefix('{') else { break };
        let (name, after) = field.split_once('}').ok_or(TemplateError::Unbalanced)?;
        let known = FIELDS.iter().find(|known| **known == name);
        let piece =
            Piece::Field(known.ok_or_else(|| TemplateError::UnknownField(name.to_owned()))?);
        if pieces.contains(&piece) {
            return Err(TemplateError::RepeatedField(name.to_owned()));
        }
        pieces.push(piece);
        rest = after;
    }
    Ok(pieces)
}

/// The largest cap such that the lengths, each cut to it, fit into `room` together.
fn fair_share(mut lengths: Vec<usize>, mut room: usize) -> usize {
    lengths.sort_unstable();
    let mut left = lengths.len();
    for length in lengths {
        if length > room / left {
            return room / left;
        }
        room -= length;
        left -= 1;
    }
    usize::MAX
}
