//! A folder with two hundred old files of a person: songs and films of every kind, copies of them, and things that are
//! none.

use media::{Container, Tags};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What the folder holds, in figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attic {
    /// Files that a walk finds.
    pub files: u64,
    /// Different media among them.
    pub media: u64,
    /// Copies of other files in it.
    pub copies: u64,
    /// What is no media.
    pub refused: u64,
}

/// Fills `folder` and gives what is in it.
pub fn fill(folder: &Path) -> Attic {
    let base = folder.with_extension("base");
    fs::create_dir_all(&base).unwrap();
    let sound = ["-f", "lavfi", "-i", "aevalsrc=sin(440*t*t):s=44100:d=1"];
    let picture = ["-f", "lavfi", "-i", "testsrc=size=64x64:rate=10:duration=1"];
    let make = |name: &str, arguments: &[&[&str]]| {
        let path = base.join(name);
        ffmpeg(&arguments.concat(), &path);
        path
    };
    let mp3 = make("a.mp3", &[&sound]);
    let m4a = make("a.m4a", &[&sound, &["-c:a", "aac"]]);
    let wav = make("a.wav", &[&sound, &["-ar", "8000"]]);
    let flac = make("a.flac", &[&sound, &["-ar", "8000"]]);
    let opus = make("a.opus", &[&sound, &["-c:a", "libopus"]]);
    let mp4 = make(
        "a.mp4",
        &[&picture, &sound, &["-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "aac"]],
    );
    let webm = make("a.webm", &[&picture, &sound, &["-c:v", "libvpx", "-c:a", "libopus"]]);

    let mut media = 0;
    let mut tagged = |base: &Path, container: Container, place: &str, title: &str| {
        let path = put(folder, place, &fs::read(base).unwrap());
        let tags = Tags {
            title: Some(title.to_owned()),
            artist: Some("Ana".to_owned()),
            album: Some("Attic".to_owned()),
            date: Some("2019".to_owned()),
            ..Tags::default()
        };
        media::write_tags(&path, container, &tags).unwrap();
        media += 1;
    };
    for i in 0..50 {
        tagged(
            &mp3,
            Container::Mp3,
            &format!("Albums/Disc {}/{i:02}.mp3", i / 10),
            &format!("Song {i}"),
        );
    }
    for i in 0..40 {
        tagged(&m4a, Container::Mp4, &format!("Phone/{i:02}.m4a"), &format!("Phone {i}"));
    }
    for i in 0..35 {
        tagged(&wav, Container::Wav, &format!("Recordings/{i:02}.wav"), &format!("Take {i}"));
    }
    // Names that some system takes for one, and names in many scripts.
    for (i, name) in ["Song.mp3", "SONG.mp3", "song.MP3"].iter().enumerate() {
        tagged(&mp3, Container::Mp3, &format!("Clash/{i}/{name}"), &format!("{name} of {i}"));
    }
    for name in
        ["Ключ.mp3", "夜の歌.mp3", "e\u{301}te\u{301}.mp3", "🎵 ~ %41 'q' \"d\".mp3", "-rf.mp3"]
    {
        tagged(&mp3, Container::Mp3, &format!("Names/{name}"), name);
    }
    for i in 0..12 {
        for (base, place) in
            [(&flac, format!("Lossless/{i}.flac")), (&opus, format!("Voice/{i}.opus"))]
        {
            retitled(base, &folder.join(place), &format!("Track {i}"));
            media += 1;
        }
    }
    for i in 0..6 {
        for (base, place) in
            [(&mp4, format!("Films/{i}.mp4")), (&webm, format!("Films/Web/{i}.webm"))]
        {
            retitled(base, &folder.join(place), &format!("Film {i}"));
            media += 1;
        }
    }
    // The same bytes, elsewhere and under other names.
    let copies = ["Albums/Disc 0/00.mp3", "Phone/00.m4a", "Films/0.mp4", "Albums/Disc 0/00.mp3"];
    for (i, original) in copies.iter().enumerate() {
        let bytes = fs::read(folder.join(original)).unwrap();
        put(folder, &format!("Zz copies/{i}.{}", original.rsplit('.').next().unwrap()), &bytes);
    }
    // No media.
    let noise: Vec<u8> =
        (0..50_000u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 11) as u8).collect();
    let half = |path: &Path| fs::read(path).map(|bytes| bytes[..bytes.len() / 3].to_vec()).unwrap();
    let refused: Vec<(&str, Vec<u8>)> = vec![
        ("Junk/noise.mp3", noise),
        ("Junk/empty.mp3", Vec::new()),
        ("Junk/empty too.wav", Vec::new()),
        ("Junk/page.mp3", b"<!DOCTYPE html><html><body>Sign in</body></html>".to_vec()),
        ("Junk/notes.txt", b"Remember the milk.\n".to_vec()),
        ("Junk/cut.mp4", half(&mp4)),
        ("Junk/answer.m4a", b"{\"error\":\"expired\"}".to_vec()),
        ("Junk/cover.jpg", b"\xFF\xD8\xFF\xE0\0\x10JFIF and so on".to_vec()),
    ];
    for (place, bytes) in &refused {
        put(folder, place, bytes);
    }
    // What is passed over without a word.
    put(folder, ".hidden.mp3", &fs::read(&mp3).unwrap());
    put(folder, ".secret/song.mp3", &fs::read(&mp3).unwrap());
    put(folder, "Albums/half.mp3.downloading", b"half");
    put(folder, "Albums/Disc 0/00.json", b"{}");
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(&mp3, folder.join("link.mp3")).unwrap();
        std::os::unix::fs::symlink(folder, folder.join("Albums/round")).unwrap();
    }
    let (copies, refused) = (copies.len() as u64, refused.len() as u64);
    Attic { files: media + copies + refused, media, copies, refused }
}

/// Adds a file with the folders that lead to it.
pub fn put(folder: &Path, place: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.join(place);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, bytes).unwrap();
    path
}

/// A copy with another title.
fn retitled(base: &Path, to: &Path, title: &str) {
    fs::create_dir_all(to.parent().unwrap()).unwrap();
    let input = base.to_str().unwrap();
    let title = format!("title={title}");
    ffmpeg(
        &["-i", input, "-map", "0", "-c", "copy", "-metadata", &title, "-metadata:s:a", &title],
        to,
    );
}

fn ffmpeg(arguments: &[&str], output: &Path) {
    let mut command = Command::new("ffmpeg");
    command.args(["-v", "error", "-nostdin", "-y"]).args(arguments).arg(output);
    assert!(command.status().expect("ffmpeg is needed for the tests").success(), "{arguments:?}");
}

/// Every file below a folder that is not hidden, with its bytes. Nothing may be at work there.
pub fn contents(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let read = |path: PathBuf| {
        let bytes = fs::read(&path).unwrap();
        (path, bytes)
    };
    places(folder).into_iter().map(read).collect()
}

/// Where the files below a folder are that are not hidden, also while files come, go and get their names.
pub fn places(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let Ok(kind) = entry.file_type() else { continue };
        if entry.file_name().to_string_lossy().starts_with('.') || kind.is_symlink() {
            continue;
        }
        if kind.is_dir() {
            found.extend(places(&entry.path()));
        } else {
            found.push(entry.path());
        }
    }
    found.sort();
    found
}
