//! The pages that show one video each.

/// A page with one video.
#[derive(Debug)]
pub(super) struct Watch {
    /// The page's path.
    pub path: &'static str,
    /// The title, as people wrote it.
    pub title: &'static str,
    /// What it says of itself.
    pub description: &'static str,
    /// The path of the video in the same half of the site.
    pub source: &'static str,
    /// Its media type, as the page tells it.
    pub kind: &'static str,
    /// Its captions: the language as the page has it, and the path of the file.
    pub captions: &'static [(&'static str, &'static str)],
    /// The path of its picture.
    pub picture: &'static str,
}

/// A language that would lead out of a folder.
pub const ESCAPING_LANGUAGE: &str = "/../../escaped";
/// A part of the film that a page tells of: its name, and when it begins and ends in seconds.
pub(super) type Part = (&'static str, f64, f64);
/// What the page `/chapters` tells of: two parts that overlap, and two that are nowhere.
pub(super) const PARTS: &[Part] = &[
    ("Tide", 0.0, 2.0),
    ("Before", -9.0, -3.0),
    ("Ebb", 2.0, 5.0),
    ("Gulls", 1.0, 4.0),
    ("After", 5_000.0, 9_000.0),
];

/// A title that would lead out of a folder, turn the writing's direction and run as a script, if it were let.
pub const ESCAPING_TITLE: &str = "../../etc/passwd\u{202e}<script>";

const WEBM: &str = "video/webm";
const MP4: &str = "video/mp4";
const HLS: &str = "application/vnd.apple.mpegurl";
const POSTER: &str = "/files/poster.jpg";
const DESCRIPTION: &str = "A moving test picture with a tone.";

const fn plain(
    path: &'static str,
    title: &'static str,
    source: &'static str,
    kind: &'static str,
) -> Watch {
    Watch { path, title, description: DESCRIPTION, source, kind, captions: &[], picture: POSTER }
}

/// All of them.
pub(super) const PAGES: &[Watch] = &[
    Watch {
        captions: &[("en", "/files/captions.en.vtt")],
        description: "The tide comes in & goes out again, in five seconds.",
        ..plain("/watch/webm", "Tide at the pier", "/files/clip.webm", WEBM)
    },
    Watch {
        captions: &[
            ("en", "/files/captions.en.vtt"),
            ("de", "/files/captions.de.srt"),
            ("fr", "/files/empty.vtt"),
            ("it", "/files/poster.vtt"),
            ("nl", "/files/none.vtt"),
            ("ja", "/files/flood.vtt"),
            (ESCAPING_LANGUAGE, "/files/captions.en.vtt"),
            ("", "/files/captions.en.vtt"),
        ],
        picture: "/nothing?picture.jpg",
        ..plain("/watch/texts", "Captions of all kinds", "/files/clip.webm", WEBM)
    },
    plain("/watch/hls", "Harbour in two sizes", "/hls/master.m3u8", HLS),
    plain("/watch/mp4", "Lighthouse", "/files/clip.mp4", MP4),
    Watch {
        captions: &[("en", "/files/captions.en.vtt")],
        ..plain("/watch/mp4-texts", "Lighthouse with words", "/files/clip.mp4", MP4)
    },
    plain("/watch/slow", "Slow boat", "/slow.mp4", MP4),
    // yt-dlp does not look whether the stream of a `<video>` is live; see `pages::live`.
    plain("/watch/live", "Pier camera, plain", "/live/stream.m3u8", HLS),
    plain("/watch/redirect-local", "Next door", "/redirect-local", MP4),
    plain("/escape", ESCAPING_TITLE, "/files/escape.mp4", MP4),
    plain("/broken", "Cut in the middle", "/files/broken.webm", WEBM),
    plain("/garbled", "Noise after the head", "/files/garbled.webm", WEBM),
    plain("/empty", "Nothing in the file", "/files/empty.mp4", MP4),
];
