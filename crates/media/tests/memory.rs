//! Tagging needs little memory whatever the size of the file. Alone in its file, so that the process's peak is its own.
#![cfg(target_os = "linux")]

mod support;

use media::{Container, Tags, inspect, write_tags};
use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use support::tone;

const SIZE: u64 = 160 << 20;
const LIMIT_KIB: u64 = 20 << 10;

/// Peak resident memory of this process.
fn peak_kib() -> u64 {
    let mut status = String::new();
    File::open("/proc/self/status").unwrap().read_to_string(&mut status).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[test]
fn a_large_file_is_tagged_in_little_memory() {
    let folder = tempfile::tempdir().unwrap();
    let mp3 = tone(
        folder.path(),
        "song.mp3",
        &["-c:a", "libmp3lame", "-b:a", "320k", "-write_xing", "0"],
    );
    let m4a = tone(folder.path(), "song.m4a", &["-c:a", "aac", "-movflags", "+faststart"]);
    let wav = tone(folder.path(), "song.wav", &["-bitexact"]);
    for path in [&mp3, &m4a, &wav] {
        OpenOptions::new().write(true).open(path).unwrap().set_len(SIZE).unwrap();
    }
    // The audio of the m4a reaches to its end, that of the wav too.
    patch(&m4a, b"mdat", -4, &0u32.to_be_bytes());
    patch(&wav, b"data", 4, &u32::MAX.to_le_bytes());

    let before = peak_kib();
    let tags =
        Tags { title: Some("Large".into()), lyrics: Some("la ".repeat(2000)), ..Tags::default() };
    for (path, container) in
        [(&mp3, Container::Mp3), (&m4a, Container::Mp4), (&wav, Container::Wav)]
    {
        write_tags(path, container, &tags).unwrap();
        inspect(path, container).unwrap();
        assert!(path.metadata().unwrap().len() > SIZE);
    }
    let grown = peak_kib() - before;
    assert!(grown < LIMIT_KIB, "grew by {grown} KiB");
}

/// Writes `bytes` at `offset` from the first `mark` within the head of the file.
fn patch(path: &std::path::Path, mark: &[u8], offset: i64, bytes: &[u8]) {
    let mut file = OpenOptions::new().read(true).write(true).open(path).unwrap();
    let mut head = vec![0; 64 * 1024];
    file.read_exact(&mut head).unwrap();
    let at = head.windows(mark.len()).position(|window| window == mark).unwrap();
    file.seek(SeekFrom::Start(at.checked_add_signed(offset as isize).unwrap() as u64)).unwrap();
    file.write_all(bytes).unwrap();
}
