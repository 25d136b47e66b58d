//! Any bytes on the relay's standard input: no panic, no frame above the limit, and the same frames and the same error
//! from the reader of streams as from the plain decoder, however the bytes are cut.
#![no_main]

use futures::executor::block_on;
use libfuzzer_sys::fuzz_target;
use mediafetcher::socket::{FrameReader, Side};
use protocol::ErrorCode;
use protocol::frame::{FrameDecoder, MAX_TO_HOST};

type Read = (Vec<Vec<u8>>, Option<ErrorCode>);

fn by_decoder(bytes: &[u8], step: usize) -> Read {
    let mut decoder = FrameDecoder::new(MAX_TO_HOST);
    let mut frames = Vec::new();
    for piece in bytes.chunks(step) {
        decoder.push(piece);
        loop {
            match decoder.next_frame() {
                Ok(Some(frame)) => frames.push(frame),
                Ok(None) => break,
                Err(error) => return (frames, Some(error.code)),
            }
        }
    }
    let cut = (!decoder.is_between_frames()).then_some(ErrorCode::BadFrame);
    (frames, cut)
}

fn by_reader(bytes: &[u8]) -> Read {
    let mut reader = FrameReader::new(bytes, Side::Host);
    let mut frames = Vec::new();
    loop {
        match block_on(reader.next_frame()) {
            Ok(Some(frame)) => frames.push(frame.to_vec()),
            Ok(None) => return (frames, None),
            Err(error) => return (frames, Some(error.code)),
        }
    }
}

fuzz_target!(|input: (u8, &[u8])| {
    let (step, bytes) = input;
    let whole = by_decoder(bytes, bytes.len().max(1));
    assert!(whole.0.iter().all(|frame| (1..=MAX_TO_HOST).contains(&frame.len())));
    assert_eq!(by_decoder(bytes, usize::from(step).max(1)), whole);
    assert_eq!(by_reader(bytes), whole);
});
