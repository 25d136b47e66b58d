use super::*;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::io::ReadBuf;

/// A stream that gives its bytes in chunks of the given sizes.
struct Dripping {
    bytes: Vec<u8>,
    sizes: Vec<usize>,
    turn: usize,
}

impl AsyncRead for Dripping {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        out: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let size = self.sizes[self.turn % self.sizes.len()];
        self.turn += 1;
        let size = size.min(self.bytes.len()).min(out.remaining());
        let chunk: Vec<u8> = self.bytes.drain(..size).collect();
        out.put_slice(&chunk);
        Poll::Ready(Ok(()))
    }
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

async fn all(bytes: Vec<u8>, sizes: Vec<usize>) -> Result<Vec<Bytes>, ErrorBody> {
    let mut reader = FrameReader::new(Dripping { bytes, sizes, turn: 0 }, Side::Host);
    let mut frames = Vec::new();
    while let Some(frame) = reader.next_frame().await? {
        frames.push(frame);
    }
    Ok(frames)
}

proptest! {
    #[test]
    fn frames_come_out_as_they_went_in_however_the_bytes_are_cut(
        texts in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..200), 0..8),
        sizes in prop::collection::vec(1usize..50, 1..6),
    ) {
        let bytes: Vec<u8> =
            texts.iter().flat_map(|text| frame::encode(text, MAX_TO_HOST).unwrap()).collect();
        let frames = block_on(all(bytes, sizes)).unwrap();
        prop_assert_eq!(frames, texts);
    }

    #[test]
    fn a_stream_cut_inside_a_frame_is_an_error_and_never_a_frame(
        text in prop::collection::vec(any::<u8>(), 1..100),
        cut in 1usize..103,
    ) {
        let mut bytes = frame::encode(&text, MAX_TO_HOST).unwrap();
        bytes.truncate(cut.min(bytes.len() - 1));
        let error = block_on(all(bytes, vec![7])).unwrap_err();
        prop_assert_eq!(error.code, ErrorCode::BadFrame);
    }
}

#[test]
fn a_length_of_zero_or_above_the_limit_is_refused_before_any_content() {
    let zero = block_on(all(0u32.to_ne_bytes().to_vec(), vec![4])).unwrap_err();
    assert_eq!(zero.code, ErrorCode::BadFrame);
    let length = MAX_TO_HOST as u32 + 1;
    let large = block_on(all(length.to_ne_bytes().to_vec(), vec![4])).unwrap_err();
    assert_eq!(large.code, ErrorCode::FrameTooLarge);
}

#[test]
fn a_long_answer_goes_in_pieces_that_a_browser_takes_and_joins_to_the_same_text() {
    let body = json!({ "text": "\"é\\\n".repeat(200_000) });
    let (mut near, far) = tokio::io::duplex(64 * 1024);
    let joined = block_on(async {
        let answer = Envelope::answer(7, body.clone());
        let send = async {
            FrameWriter::new(&mut near, Side::Host).send(&answer).await.unwrap();
            drop(near);
        };
        let receive = async {
            let mut reader = FrameReader::new(far, Side::Client);
            let mut text = String::new();
            while let Some(frame) = reader.next_frame().await.unwrap() {
                assert!(frame.len() <= BROWSER_LIMIT);
                let piece: Envelope = serde_json::from_slice(&frame).unwrap();
                assert!(piece.piece && piece.id == 7);
                text.push_str(piece.body.as_str().unwrap());
            }
            text
        };
        tokio::join!(send, receive).1
    });
    assert_eq!(serde_json::from_str::<Value>(&joined).unwrap(), body);
}

#[test]
fn an_event_too_large_for_a_browser_is_refused_and_nothing_of_it_is_sent() {
    let mut out = Vec::new();
    let event = Envelope::event(1, Value::String("x".repeat(BROWSER_LIMIT)));
    let error = block_on(FrameWriter::new(&mut out, Side::Host).send(&event)).unwrap_err();
    assert_eq!(error.code, ErrorCode::FrameTooLarge);
    assert!(out.is_empty());
}
