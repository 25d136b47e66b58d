//! Files with wrong bytes in them are refused or tagged, never the cause of a crash, a hang or a flood of memory.

mod support;

use media::{Container, Tags, inspect, read_tags, write_tags};
use proptest::prelude::*;
use std::sync::OnceLock;
use support::tone;

/// One small file of each container, made once.
fn originals() -> &'static [(Container, Vec<u8>)] {
    static FILES: OnceLock<Vec<(Container, Vec<u8>)>> = OnceLock::new();
    FILES.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let make = |name: &str, arguments: &[&str]| {
            let short = ["-t", "0.2", "-ac", "1", "-ar", "22050", "-metadata", "title=Old"];
            std::fs::read(tone(folder.path(), name, &[&short, arguments].concat())).unwrap()
        };
        vec![
            (Container::Mp3, make("a.mp3", &["-c:a", "libmp3lame"])),
            (Container::Mp4, make("a.m4a", &["-c:a", "aac", "-movflags", "+faststart"])),
            (Container::Mp4, make("b.m4a", &["-c:a", "aac"])),
            (
                Container::Mp4,
                make("c.m4a", &["-c:a", "aac", "-movflags", "+empty_moov+default_base_moof"]),
            ),
            (Container::Wav, make("a.wav", &[])),
        ]
    })
}

/// Bytes that sizes, counts and flags are sensitive to.
fn byte() -> impl Strategy<Value = u8> {
    prop_oneof![Just(0u8), Just(1), Just(0x7F), Just(0x80), Just(0xFF), any::<u8>()]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn wrong_bytes_anywhere_do_no_harm(
        which in 0..5usize,
        changes in prop::collection::vec((any::<prop::sample::Index>(), byte()), 1..12),
        // Most structure is near the start or, with `moov` last, near the end.
        region in prop_oneof![Just((0.0, 0.1)), Just((0.7, 1.0)), Just((0.0, 1.0))],
        cut in prop_oneof![3 => Just(1.0), 1 => 0.0..1.0f64],
    ) {
        let (container, original) = &originals()[which];
        let mut bytes = original.clone();
        let (from, to) = ((region.0 * bytes.len() as f64) as usize, (region.1 * bytes.len() as f64) as usize);
        for (index, byte) in changes {
            bytes[from + index.index(to - from)] = byte;
        }
        bytes.truncate((cut * bytes.len() as f64) as usize);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        std::fs::write(&path, &bytes).unwrap();
        let _ = inspect(&path, *container);
        let _ = read_tags(&path, *container);
        let tags = Tags { title: Some("New".into()), ..Tags::default() };
        match write_tags(&path, *container, &tags) {
            Ok(()) => prop_assert!(path.metadata().unwrap().len() < bytes.len() as u64 + 64 * 1024),
            Err(media::MediaError::CannotTag(_)) => prop_assert!(std::fs::read(&path).unwrap() == bytes),
            Err(_) => {}
        }
    }
}
