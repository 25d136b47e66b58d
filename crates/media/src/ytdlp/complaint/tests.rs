use super::*;
use rstest::rstest;

#[rstest]
#[case(
    "ERROR: [youtube] a: Private video. Sign in if you've been granted access to this video",
    Meaning::SignIn
)]
#[case(
    "ERROR: [youtube] a: Sign in to confirm your age. This video may be inappropriate",
    Meaning::SignIn
)]
#[case(
    "ERROR: [youtube] a: Sign in to confirm you’re not a bot. Use --cookies",
    Meaning::Challenge
)]
#[case(
    "ERROR: [vimeo] 1: The web client only works when logged-in. Use --cookies, --cookies-from-browser, --username and --password",
    Meaning::SignIn
)]
#[case(
    "ERROR: [x] 1: This video is only available for registered users. Use --cookies for the authentication",
    Meaning::SignIn
)]
#[case(
    "ERROR: [generic] a: Unable to download webpage: HTTP Error 401: Unauthorized",
    Meaning::SignIn
)]
#[case(
    "ERROR: [generic] Got HTTP Error 403 caused by Cloudflare anti-bot challenge; try again with",
    Meaning::Challenge
)]
#[case(
    "ERROR: [generic] a: Unable to download webpage: HTTP Error 403: Forbidden (caused by <HTTPError 403>)",
    Meaning::Withheld
)]
#[case("ERROR: unable to download video data: HTTP Error 403: Forbidden", Meaning::Withheld)]
#[case(
    "ERROR: [DRM] The requested site is known to use DRM protection. It will NOT be supported.",
    Meaning::Withheld
)]
#[case("ERROR: [crackle] 1: This video is DRM protected", Meaning::Withheld)]
#[case(
    "ERROR: [x] 1: This video is not available from your location due to geo restriction",
    Meaning::Withheld
)]
#[case(
    "ERROR: [youtube] a: The uploader has not made this video available in your country",
    Meaning::Withheld
)]
#[case(
    "ERROR: [youtube] a: Join this channel to get access to members-only content",
    Meaning::Withheld
)]
#[case("ERROR: [youtube] a: This video requires payment to watch", Meaning::Withheld)]
#[case(
    "ERROR: [generic] x: Unable to download webpage: HTTP Error 404: Not Found",
    Meaning::NotFound
)]
#[case("ERROR: [generic] x: Unable to download webpage: HTTP Error 410: Gone", Meaning::NotFound)]
#[case(
    "ERROR: [youtube] a: Video unavailable. This video has been removed by the uploader",
    Meaning::NotFound
)]
#[case("ERROR: [youtube] a: This live event will begin in 3 hours.", Meaning::Live)]
#[case("ERROR: [youtube] a: Premieres in 20 minutes", Meaning::Live)]
#[case("ERROR: Did not get any data blocks", Meaning::NothingThere)]
#[case("ERROR: Unsupported URL: http://127.0.0.1/drm-sign-in.html", Meaning::NothingThere)]
#[case(
    "ERROR: [generic] x: No video formats found!; please report this issue on https://github.com/",
    Meaning::NothingThere
)]
#[case(
    "ERROR: [tiktok] 1: Unable to extract universal data; please report this issue on  https://github.com/",
    Meaning::TooOld
)]
#[case(
    "Usage: yt-dlp [OPTIONS] URL [URL...]\n\nyt-dlp: error: no such option: --no-exec",
    Meaning::TooOld
)]
#[case(
    "ERROR: [generic] x: Unable to download webpage: HTTP Error 429: Too Many Requests",
    Meaning::RateLimited
)]
#[case(
    "ERROR: [generic] x: Unable to download webpage: HTTP Error 503: Service Unavailable",
    Meaning::Unreachable
)]
#[case(
    "ERROR: [generic] Unable to download webpage: [Errno 111] Connection refused (caused by ...)",
    Meaning::Unreachable
)]
#[case(
    "ERROR: [generic] x: Unable to download webpage: The read operation timed out",
    Meaning::Unreachable
)]
#[case("ERROR: unable to write data: [Errno 28] No space left on device", Meaning::DiskFull)]
#[case(
    "ERROR: You have requested merging of multiple formats but ffmpeg is not installed. Aborting due to --abort-on-error",
    Meaning::NoFfmpeg
)]
fn a_sentence_has_a_meaning(#[case] stderr: &str, #[case] expected: Meaning) {
    assert_eq!(meaning(&error_line(stderr)), Some(expected));
}

#[rstest]
#[case("")]
#[case("ERROR: something new")]
#[case("Traceback (most recent call last):\n  File \"x\"\nSyntaxError: invalid syntax")]
fn what_is_not_known_has_none(#[case] stderr: &str) {
    assert_eq!(meaning(&error_line(stderr)), None);
}

#[test]
fn the_last_error_counts_and_warnings_do_not() {
    let stderr = "ERROR: first\nERROR: second\nWARNING: HTTP Error 404\n";
    assert_eq!(error_line(stderr), "ERROR: second");
}

#[test]
fn words_are_for_a_person() {
    let line = "ERROR: [x] 1: Broken \u{1b}[0m(caused by <HTTPError 404>); please report this issue on https://a";
    assert_eq!(shortened(line), "[x] 1: Broken [0m(caused by <HTTPError 404>)");
    assert_eq!(shortened("ERROR: a (caused by b)"), "a");
    assert_eq!(shortened(&"é".repeat(999)).chars().count(), WORDS_LIMIT);
}
