//! The envelope every frame carries.

use crate::error::ErrorBody;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What a frame is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A question from a client.
    Req,
    /// The answer to the request of the same `id`.
    Res,
    /// The request of the same `id` failed; the body is an [`ErrorBody`].
    Err,
    /// Something happened; `id` is the subscription's request id.
    Event,
    /// The client no longer wants the answer to `id`.
    Cancel,
}

/// The JSON of a frame: `{v, id, kind, method, body}`. Unknown fields are ignored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Envelope {
    /// Protocol version of the sender.
    pub v: u32,
    /// Chosen by the client; answers repeat it.
    pub id: u64,
    /// What this is.
    pub kind: Kind,
    /// The method's name; empty in answers.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub method: String,
    /// The parameters or the answer.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub body: Value,
    /// An answer longer than a frame comes as several `res` frames of one `id` whose bodies are string
    /// pieces of the JSON text; all but the last have `more`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub more: bool,
    /// The body is a piece of the answer's JSON text, see `more`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub piece: bool,
}

/// The parsed content of an answer.
pub type Body = Result<Value, ErrorBody>;

impl Envelope {
    /// A request.
    pub fn request(id: u64, method: &str, body: Value) -> Self {
        Self::new(id, Kind::Req, method, body)
    }

    /// A successful answer.
    pub fn answer(id: u64, body: Value) -> Self {
        Self::new(id, Kind::Res, "", body)
    }

    /// A failed answer.
    pub fn error(id: u64, error: &ErrorBody) -> Self {
        Self::new(id, Kind::Err, "", to_value(error))
    }

    /// An event for the subscription `id`.
    pub fn event(id: u64, body: Value) -> Self {
        Self::new(id, Kind::Event, "", body)
    }

    /// Withdraws the request `id`.
    pub fn cancel(id: u64) -> Self {
        Self::new(id, Kind::Cancel, "", Value::Null)
    }

    fn new(id: u64, kind: Kind, method: &str, body: Value) -> Self {
        Self {
            v: crate::PROTO,
            id,
            kind,
            method: method.to_owned(),
            body,
            more: false,
            piece: false,
        }
    }
}

/// Turns a message type into JSON. Our types have string keys only, so this cannot fail.
pub fn to_value(value: &impl Serialize) -> Value {
    serde_json::to_value(value).expect("protocol types serialise to JSON")
}

/// Splits an answer whose JSON text is longer than `limit` bytes into pieces that fit.
///
/// A short answer comes back as it is, in one envelope.
pub fn split_answer(answer: Envelope, limit: usize) -> Vec<Envelope> {
    let text = answer.body.to_string();
    if text.len() <= limit {
        return vec![answer];
    }
    // A piece is escaped once more as a JSON string, which at worst doubles quotes and backslashes.
    let pieces = split_at_chars(&text, limit / 2);
    let last = pieces.len() - 1;
    let one = |(index, piece): (usize, &str)| Envelope {
        body: Value::String(piece.to_owned()),
        more: index < last,
        piece: true,
        ..answer.clone()
    };
    pieces.into_iter().enumerate().map(one).collect()
}

fn split_at_chars(text: &str, limit: usize) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while rest.len() > limit {
        let cut = (0..=limit).rev().find(|&at| rest.is_char_boundary(at)).unwrap_or(limit);
        let (head, tail) = rest.split_at(cut);
        pieces.push(head);
        rest = tail;
    }
    pieces.push(rest);
    pieces
}
