//! The frame decoder and the splitting of long answers.

use proptest::prelude::*;
use protocol::envelope::{Envelope, split_answer};
use protocol::frame::{self, FrameDecoder, MAX_FROM_HOST};
use protocol::{ErrorCode, Kind};
use serde_json::{Value, json};

fn drain(decoder: &mut FrameDecoder) -> Vec<Vec<u8>> {
    std::iter::from_fn(|| decoder.next_frame().unwrap()).collect()
}

proptest! {
    #[test]
    fn frames_come_out_as_they_went_in_however_the_stream_is_cut(
        bodies in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..300), 0..8),
        cuts in prop::collection::vec(1usize..50, 1..40),
    ) {
        let stream: Vec<u8> =
            bodies.iter().flat_map(|body| frame::encode(body, 1000).unwrap()).collect();
        let mut decoder = FrameDecoder::new(1000);
        let (mut found, mut rest, mut cut) = (Vec::new(), stream.as_slice(), cuts.iter().cycle());
        while !rest.is_empty() {
            let (head, tail) = rest.split_at(rest.len().min(*cut.next().unwrap()));
            decoder.push(head);
            found.extend(drain(&mut decoder));
            rest = tail;
        }
        prop_assert_eq!(found, bodies);
        prop_assert!(decoder.is_between_frames());
    }

    #[test]
    fn no_bytes_make_the_decoder_panic_or_hold_more_than_it_was_given(
        bytes in prop::collection::vec(any::<u8>(), 0..2000),
    ) {
        let mut decoder = FrameDecoder::new(500);
        decoder.push(&bytes);
        while let Ok(Some(frame)) = decoder.next_frame() {
            prop_assert!(frame.len() <= 500 && !frame.is_empty());
        }
    }

    #[test]
    fn a_long_answer_is_whole_again_when_its_pieces_are_joined(text in "\\PC{0,400}", limit in 40usize..200) {
        let answer = Envelope::answer(7, json!({ "text": text }));
        let whole = answer.body.clone();
        let pieces = split_answer(answer, limit);
        prop_assert!(pieces.iter().rev().skip(1).all(|piece| piece.more));
        prop_assert!(!pieces.last().unwrap().more);
        let joined: Value = if pieces.len() == 1 && !pieces[0].piece {
            pieces[0].body.clone()
        } else {
            let text: String = pieces.iter().map(|piece| piece.body.as_str().unwrap()).collect();
            serde_json::from_str(&text).unwrap()
        };
        prop_assert_eq!(joined, whole);
    }
}

#[test]
fn an_empty_and_an_oversize_frame_are_named_errors() {
    let mut decoder = FrameDecoder::new(100);
    decoder.push(&0u32.to_ne_bytes());
    assert_eq!(decoder.next_frame().unwrap_err().code, ErrorCode::BadFrame);
    let mut decoder = FrameDecoder::new(100);
    decoder.push(&101u32.to_ne_bytes());
    assert_eq!(decoder.next_frame().unwrap_err().code, ErrorCode::FrameTooLarge);
    assert_eq!(frame::encode(&[b' '; 101], 100).unwrap_err().code, ErrorCode::FrameTooLarge);
}

#[test]
fn a_piece_of_a_huge_answer_fits_a_frame_even_if_every_character_is_escaped() {
    let answer = Envelope::answer(1, json!("\"\\".repeat(1024 * 1024)));
    for piece in split_answer(answer, MAX_FROM_HOST) {
        assert_eq!(piece.kind, Kind::Res);
        assert!(serde_json::to_vec(&piece).unwrap().len() <= frame::BROWSER_LIMIT);
    }
}
