//! Stems arrive whole, whatever the pieces in which the answer comes.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use proptest::prelude::*;
use protocol::{ErrorBody, ErrorCode, Source};
use providers::stems::{StemDecoder, StemError, StemEvent};
use serde_json::{Value, json};

type Stems = Vec<(String, Vec<u8>)>;

/// Decodes an answer given in pieces of these sizes, over and over.
fn decode_in(answer: &[u8], sizes: &[usize]) -> Result<Stems, ErrorBody> {
    let mut decoder = StemDecoder::new(Source::Producer);
    let mut stems = Stems::new();
    let mut open = false;
    let mut rest = answer;
    let mut sizes = sizes.iter().cycle();
    while !rest.is_empty() {
        let size = sizes.next().map_or(rest.len(), |size| (*size).clamp(1, rest.len()));
        let (piece, later) = rest.split_at(size);
        rest = later;
        decoder.push(piece, &mut |event| -> Result<(), ErrorBody> {
            match event {
                StemEvent::Start { name } => {
                    assert!(!std::mem::replace(&mut open, true), "a stem begins within another");
                    stems.push((name.to_owned(), Vec::new()));
                }
                StemEvent::Data(bytes) => {
                    assert!(open && !bytes.is_empty() && bytes.len() <= 48 * 1024);
                    stems.last_mut().expect("a stem is open").1.extend(bytes);
                }
                StemEvent::End => {
                    assert!(std::mem::replace(&mut open, false), "an end without a start")
                }
            }
            Ok(())
        })?;
    }
    assert_eq!(decoder.finish()?, stems.len());
    assert!(!open);
    Ok(stems)
}

fn decode(answer: impl AsRef<[u8]>) -> Result<Stems, ErrorBody> {
    decode_in(answer.as_ref(), &[])
}

fn code(answer: impl AsRef<[u8]>) -> ErrorCode {
    decode(answer).expect_err("not stems").code
}

fn stem(name: &str, bytes: &[u8]) -> (String, Vec<u8>) {
    (name.to_owned(), bytes.to_vec())
}

#[test]
fn stems_are_decoded_in_order() {
    let answer =
        json!({"stems": {"drums": STANDARD.encode("boom"), "vocals": STANDARD.encode("la")}})
            .to_string();
    assert_eq!(decode(answer), Ok(vec![stem("drums", b"boom"), stem("vocals", b"la")]));
}

#[test]
fn other_fields_and_blanks_are_stepped_over() {
    let answer = "\n {\"id\" : \"}\\\"{\", \"n\":[1,{\"stems\":{\"x\":\"!\"}},\"]\"],\"ok\":true,\"t\":-1.5e3 ,
        \"stems\"\t:\r\n{ \"bass\" : \"Ym9vbQ==\" , \"none\": null } , \"after\":null}\n";
    for size in 1..answer.len() {
        assert_eq!(
            decode_in(answer.as_bytes(), &[size]),
            Ok(vec![stem("bass", b"boom")]),
            "pieces of {size}"
        );
    }
}

#[test]
fn escapes_that_encoders_write_within_base64_are_read() {
    // 0xfb 0xff 0xbf is `+/+/` in base64.
    for text in [r"+/+/", r"+\/+\/", r"\u002B\u002f\u002b\u002F", r"+/\r\n+/", r"\u002b/+\/"] {
        let answer = format!(r#"{{"stems":{{"a":"{text}"}}}}"#);
        for size in 1..6 {
            assert_eq!(
                decode_in(answer.as_bytes(), &[size]),
                Ok(vec![stem("a", &[0xfb, 0xff, 0xbf])]),
                "{text}"
            );
        }
    }
}

#[test]
fn padding_may_be_missing() {
    for bytes in [&b""[..], b"a", b"ab", b"abc", b"abcd"] {
        let answer = json!({"stems": {"a": STANDARD_NO_PAD.encode(bytes)}}).to_string();
        assert_eq!(decode(answer), Ok(vec![stem("a", bytes)]));
    }
}

#[test]
fn twins_get_different_names() {
    let answer = r#"{"stems":{"a":"AAAA","A":"BBBB","../a":"CCCC"}}"#;
    let names: Vec<_> = decode(answer).expect("stems").into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["a", "A_2", "a_3"]);
}

#[test]
fn a_song_without_stems_has_none() {
    assert_eq!(decode(r#"{"stems":{}}"#), Ok(vec![]));
    assert_eq!(decode(r#"{"stems":null}"#), Ok(vec![]));
}

#[test]
fn what_is_not_base64_is_damage() {
    for text in [
        "AA*A",
        "AAAAA",
        "A",
        "AA=A",
        "A===",
        "AAAA=",
        "AA==AAAA",
        r"AA\t",
        r"\u0100AAA",
        r"\uzzzz",
        "AA AA",
    ] {
        assert_eq!(code(format!(r#"{{"stems":{{"a":"{text}"}}}}"#)), ErrorCode::Damaged, "{text}");
    }
}

#[test]
fn other_answers_are_errors_and_not_zero_stems() {
    assert_eq!(code("<!doctype html>"), ErrorCode::NotMedia);
    assert_eq!(code("[]"), ErrorCode::Damaged);
    assert_eq!(code(r#"{"stems":{}} {}"#), ErrorCode::Damaged);
    assert_eq!(code(r#"{"stems":{"a" "b"}}"#), ErrorCode::Damaged);
    assert_eq!(code(r#"{"error":"no"}"#), ErrorCode::SiteChanged);
    assert_eq!(code(r#"{"stems":[]}"#), ErrorCode::SiteChanged);
    assert_eq!(code(r#"{"stems":{"a":{"url":"x"}}}"#), ErrorCode::SiteChanged);
    assert_eq!(code(""), ErrorCode::Interrupted);
}

#[test]
fn an_answer_cut_anywhere_is_noticed() {
    let answer =
        json!({"id": 1, "stems": {"a": STANDARD.encode([7; 50])}, "more": [true]}).to_string();
    for end in 0..answer.len() {
        assert_eq!(code(&answer[..end]), ErrorCode::Interrupted, "cut at {end}");
    }
}

#[test]
fn more_stems_than_a_song_has_are_refused() {
    let stems: serde_json::Map<_, _> =
        (0..65).map(|number| (format!("s{number}"), Value::from("AAAA"))).collect();
    assert_eq!(code(json!({ "stems": stems }).to_string()), ErrorCode::Damaged);
}

#[test]
fn an_error_of_the_receiver_comes_back_as_it_is() {
    let mut decoder = StemDecoder::new(Source::Producer);
    let refused = decoder.push(br#"{"stems":{"a":"AAAA"}}"#, &mut |event| match event {
        StemEvent::Data(_) => Err("disk full"),
        _ => Ok(()),
    });
    assert_eq!(refused, Err(StemError::Sink("disk full")));
}

#[test]
fn a_long_stem_comes_in_bounded_pieces() {
    let bytes: Vec<u8> =
        (0..3_000_000_u32).map(|number| (number.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let answer = json!({"stems": {"mix": STANDARD.encode(&bytes)}}).to_string();
    assert_eq!(decode(&answer), Ok(vec![stem("mix", &bytes)]), "in one piece");
    assert_eq!(
        decode_in(answer.as_bytes(), &[16_384]),
        Ok(vec![stem("mix", &bytes)]),
        "as it arrives"
    );
}

/// The JSON text of an answer, with `/` escaped or not.
fn answer_of(stems: &Stems, escape: bool) -> String {
    let text = |bytes: &Vec<u8>| {
        let text = STANDARD.encode(bytes);
        if escape { text.replace('/', r"\/") } else { text }
    };
    let stems: Vec<_> =
        stems.iter().map(|(name, bytes)| format!(r#""{name}": "{}""#, text(bytes))).collect();
    format!(r#"{{"before":{{"a":["\"",1]}},"stems":{{{}}},"after":"x"}}"#, stems.join(","))
}

proptest! {
    #[test]
    fn any_split_of_an_answer_gives_the_same_stems(
        files in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 0..5),
        sizes in prop::collection::vec(1usize..50, 1..10),
        escape: bool,
    ) {
        let stems: Stems = files.into_iter().enumerate().map(|(at, bytes)| (format!("stem{at}"), bytes)).collect();
        let answer = answer_of(&stems, escape);
        prop_assert_eq!(decode_in(answer.as_bytes(), &sizes), Ok(stems));
    }

    #[test]
    fn any_bytes_are_decoded_or_refused(bytes: Vec<u8>, sizes in prop::collection::vec(1usize..9, 1..4)) {
        let _ = decode_in(&bytes, &sizes);
        let inside = [br#"{"stems":{"a":""#, &bytes[..]].concat();
        let _ = decode_in(&inside, &sizes);
    }
}
