//! Every file is real, unlike every other, always the same, and as long as it is asked to be.

mod common;

use common::{complaints, probe, simulator};
use simulator::{Format, Service, Stem};
use std::collections::HashSet;

const FORMATS: [(Format, &str); 4] = [
    (Format::Mp3, "mp3"),
    (Format::Wav, "pcm_s16le"),
    (Format::M4a, "aac"),
    (Format::Stem(Stem(1)), "aac"),
];

#[test]
fn every_file_decodes_without_complaint_and_lasts_as_long_as_the_site_says() {
    let simulator = simulator(9);
    let control = simulator.control();
    for song in control.songs(Service::Producer, "demo").iter().take(3) {
        for (format, codec) in FORMATS {
            let bytes = control.truth(&song.id, format).unwrap().to_vec();
            let (found, seconds) = probe(&bytes);
            assert_eq!(found, codec);
            assert!((1.5..5.0).contains(&seconds), "{format:?}: {seconds} s");
            assert_eq!(complaints(&bytes), "", "{format:?}");
        }
        let picture = control.cover(&song.id).unwrap().to_vec();
        assert_eq!(probe(&picture).0, "mjpeg");
    }
}

#[test]
fn a_long_song_is_long_audio() {
    let simulator = simulator(1);
    let control = simulator.control();
    let id = control.songs(Service::Producer, "demo")[0].id.clone();
    control.set_size(Service::Producer, "demo", Some(&id), Format::Mp3, 400_000);
    for (format, codec) in FORMATS {
        let bytes = control.truth(&id, format).unwrap().to_vec();
        let (found, seconds) = probe(&bytes);
        assert_eq!(found, codec);
        assert!(seconds > 20.0, "{format:?}: {seconds} s");
        assert_eq!(complaints(&bytes), "", "{format:?}");
    }
    assert!(control.truth(&id, Format::Mp3).unwrap().len() >= 400_000);
}

#[test]
fn two_gigabytes_cost_no_memory() {
    let simulator = simulator(1);
    let control = simulator.control();
    let id = control.songs(Service::Producer, "demo")[0].id.clone();
    control.set_size(Service::Producer, "demo", None, Format::Wav, 2_000_000_000);
    let file = control.truth(&id, Format::Wav).unwrap();
    assert!((2_000_000_000..2_010_000_000).contains(&file.len()));
    let head: Vec<u8> = file.chunks(0..4).flatten().collect();
    let tail: usize = file.chunks(file.len() - 10..file.len() + 10).map(|chunk| chunk.len()).sum();
    assert_eq!((head.as_slice(), tail), (&b"RIFF"[..], 10));
}

#[test]
fn no_two_files_are_equal_and_a_second_simulator_has_the_same_ones() {
    let (one, other) = (simulator(12), simulator(12));
    let mut seen = HashSet::new();
    for service in Service::ALL {
        for song in one.control().songs(service, "demo") {
            for (format, _) in FORMATS {
                let hash = one.control().truth(&song.id, format).unwrap().sha256();
                assert!(seen.insert(hash), "{service:?} {} {format:?}", song.number);
                assert_eq!(hash, other.control().truth(&song.id, format).unwrap().sha256());
            }
        }
    }
}

#[test]
fn a_replaced_file_has_other_bytes_and_another_tag() {
    let simulator = simulator(1);
    let control = simulator.control();
    let id = control.songs(Service::Producer, "demo")[0].id.clone();
    let before = control.truth(&id, Format::Mp3).unwrap();
    control.replace_files(&id);
    let after = control.truth(&id, Format::Mp3).unwrap();
    assert_ne!(before.etag(), after.etag());
    assert_ne!(before.to_vec(), after.to_vec());
}
