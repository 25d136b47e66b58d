//! Figures, errors and balances as sentences. Pure text: it knows the catalogue and the protocol, not the pages.

use crate::catalogue::{fill, find, t, tf, tn};
use protocol::method::Check;
use protocol::shelf::{LibraryItem, MediaKind};
use protocol::{Balance, ErrorBody, ErrorCode, ItemState, ItemView, JobState, Source, Variant};
use std::str::FromStr;

/// A whole number with the language's thousands mark.
pub fn number(n: u64) -> String {
    let digits = n.to_string();
    let mark = t("thousands_mark");
    let mut text = String::with_capacity(digits.len() + 4);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push_str(&mark);
        }
        text.push(digit);
    }
    text
}

/// A byte count in decimal units with one digit after the mark, such as "12.3 MB".
pub fn bytes(n: u64) -> String {
    let (unit, key) = match n {
        0..1_000 => return tf("unit_b", &[("n", &n.to_string())]),
        1_000..1_000_000 => (1_000, "unit_kb"),
        1_000_000..1_000_000_000 => (1_000_000, "unit_mb"),
        _ => (1_000_000_000, "unit_gb"),
    };
    let tenths = n / (unit / 10);
    let mut text = number(tenths / 10);
    if tenths < 1_000 {
        text.push_str(&t("decimal_mark"));
        text.push_str(&(tenths % 10).to_string());
    }
    tf(key, &[("n", &text)])
}

/// A figure that is not negative, with one digit after the mark, such as "3.1".
pub fn tenths(figure: f64) -> String {
    // What is too large or no number becomes the largest or 0.
    let tenths = (figure * 10.0) as u64;
    [&number(tenths / 10), &t("decimal_mark"), &(tenths % 10).to_string()[..]].concat()
}

/// A speed, such as "3.1 MB/s".
pub fn speed(bytes_per_s: u64) -> String {
    tf("unit_per_s", &[("size", &bytes(bytes_per_s))])
}

/// A length of time in its largest sensible units.
pub fn duration(seconds: u64) -> String {
    match seconds {
        0..60 => tf("time_s", &[("n", &seconds.to_string())]),
        60..3_600 => tf("time_min", &[("n", &seconds.div_ceil(60).to_string())]),
        _ => tf(
            "time_h_min",
            &[("h", &number(seconds / 3_600)), ("n", &(seconds % 3_600 / 60).to_string())],
        ),
    }
}

/// A place in something that plays, or its length, as players write it: "3:07", "1:02:03".
pub fn play_time(seconds: u64) -> String {
    let (h, m, s) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    if h > 0 { format!("{h}:{m:02}:{s:02}") } else { format!("{m}:{s:02}") }
}

/// Done of total, 0 to 100.
pub fn percent(done: u64, total: u64) -> u64 {
    if total == 0 { 0 } else { (done.min(total) as u128 * 100 / total as u128) as u64 }
}

/// What went wrong and what to do, in a sentence or two, where what can be tried again is tried again by itself.
pub fn error(error: &ErrorBody) -> String {
    told(&t(&format!("error_{}", u16::from(error.code))), error)
}

/// The same for the answer to something that the person asked for, which nobody tries again for them.
pub fn refusal(error: &ErrorBody) -> String {
    match find(&format!("refusal_{}", u16::from(error.code))) {
        Some(message) => told(&message, error),
        None => self::error(error),
    }
}

fn told(message: &str, error: &ErrorBody) -> String {
    fill(message, |name| error.params.get(name).map(|value| readable_param(name, value)))
}

/// Why something in the queue is not there (yet).
pub fn reason(item: &ItemView) -> Option<String> {
    let why = item.reason.as_ref()?;
    Some(match (item.source, item.state) {
        (Source::Files, ItemState::Failed) => {
            tf("import_not_taken_in", &[("why", &why_not_taken_in(why))])
        }
        _ => error(why),
    })
}

/// Why a file of the person's own is not taken in. The words of errors are about what a site sent.
pub fn why_not_taken_in(reason: &ErrorBody) -> String {
    let parameter = |name: &str| reason.params.get(name).map_or("", String::as_str);
    match reason.code {
        ErrorCode::NotMedia => t(match parameter("kind") {
            "empty" => "import_why_empty",
            "html" => "import_why_page",
            "nothing to play" => "import_why_silent",
            _ => "import_why_other",
        }),
        ErrorCode::Damaged => tf("import_why_damaged", &[("detail", parameter("detail"))]),
        ErrorCode::Io => parameter("detail").to_owned(),
        _ => error(reason),
    }
}

/// Sites are stored by their short name and known to people by another.
fn readable_param(name: &str, value: &str) -> String {
    match (name, Source::from_str(value)) {
        ("site", Ok(known)) => source(known),
        _ => value.to_owned(),
    }
}

/// "317 new, 3 already here, 1 not on the site".
pub fn balance(balance: &Balance) -> String {
    let parts = balance_parts(balance).into_iter().filter(|(_, n)| *n > 0);
    let sentences = parts.map(|(name, n)| tn(&format!("part_{name}"), n));
    sentences.reduce(|a, b| tf("list_comma", &[("a", &a), ("b", &b)])).unwrap_or_default()
}

/// The parts of a balance, by the name that `part_…` and `row_…` of the catalogue have, in reading order.
pub fn balance_parts(balance: &Balance) -> [(&'static str, u64); 8] {
    [
        ("done", balance.done),
        ("already", balance.already),
        ("absent", balance.absent),
        ("withheld", balance.withheld),
        ("failed", balance.failed),
        ("cancelled", balance.cancelled),
        ("needs_you", balance.needs_you),
        ("pending", balance.pending),
    ]
}

/// The name of a file's state.
pub fn item_state(state: ItemState) -> String {
    t(&format!("state_{}", state.as_str()))
}

/// The name of a job's state.
pub fn job_state(state: JobState) -> String {
    t(&format!("job_state_{}", state.as_str()))
}

/// The name of a source: sites have one of their own, the others a word.
pub fn source(source: Source) -> String {
    match source {
        Source::Producer | Source::Flowmusic | Source::Discogs => source.title().to_owned(),
        Source::Web | Source::Files => t(&format!("source_{source}")),
    }
}

/// The name of a format.
pub fn format(variant: Variant) -> String {
    t(&format!("format_{variant}"))
}

/// Whether there is something to look at.
pub fn kind(kind: MediaKind) -> String {
    t(["kind_", kind.as_str()].concat().as_str())
}

/// The name of a thing's format; of what was taken as it was, whether it has pictures.
pub fn rendering(item: &LibraryItem) -> String {
    if item.variant == Variant::Media { kind(item.kind) } else { format(item.variant) }
}

/// The name of the format in which something of `source` is wanted. Of pages that were sent it is the one that was
/// chosen there.
pub fn wanted_format(source: Source, variant: Variant) -> String {
    match (source, variant) {
        (Source::Web, Variant::Media) => t("send_as_media"),
        _ => format(variant),
    }
}

/// The names of several formats.
pub fn formats(source: Source, variants: &[Variant]) -> String {
    let names = variants.iter().map(|variant| wanted_format(source, *variant));
    names.reduce(|a, b| tf("list_comma", &[("a", &a), ("b", &b)])).unwrap_or_default()
}

/// A file's title. Without one, a page that was sent is known by its address.
pub fn title(item: &ItemView) -> String {
    match item.source {
        Source::Web if item.title.trim().is_empty() => item.source_id.clone(),
        _ => or_untitled(&item.title),
    }
}

/// The title of a thing in the library, with the stem's name if it is one.
pub fn library_title(item: &LibraryItem) -> String {
    let title = or_untitled(&item.title);
    if item.part.is_empty() { title } else { [&title, " – ", &item.part].concat() }
}

fn or_untitled(title: &str) -> String {
    if title.trim().is_empty() { t("untitled") } else { title.to_owned() }
}

/// What a check is about. Checks that this catalogue does not know yet show their id.
pub fn check(check: &Check) -> String {
    let (family, rest) = check.id.split_once('.').unwrap_or((&check.id, ""));
    if family == "manifest" {
        return match rest {
            "" => t("check_browser"),
            browser => tf("check_manifest", &[("browser", &browser_name(browser))]),
        };
    }
    let key: String =
        check.id.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    find(&format!("check_{key}")).unwrap_or_else(|| tf("check_other", &[("id", &check.id)]))
}

/// `chromium` as people write it: the ids of browsers are their lower-case names.
fn browser_name(id: &str) -> String {
    let mut chars = id.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::{Language, install_file};
    use protocol::ErrorCode;
    use protocol::method::CheckResult;

    fn speak(language: Language) {
        let text = match language {
            Language::En => include_str!("../../_locales/en/messages.json"),
            Language::Fr => include_str!("../../_locales/fr/messages.json"),
        };
        assert!(install_file(language, text));
    }

    #[test]
    fn figures_are_written_as_the_language_does() {
        speak(Language::En);
        assert_eq!((number(999), number(1_234_567)), ("999".into(), "1,234,567".into()));
        assert_eq!(
            (bytes(999), bytes(1_550), bytes(123_456_789)),
            ("999 B".into(), "1.5 kB".into(), "123 MB".into())
        );
        speak(Language::Fr);
        assert_eq!((number(12_345), bytes(2_300_000)), ("12\u{202f}345".into(), "2,3 Mo".into()));
    }

    #[test]
    fn time_is_rounded_up_to_minutes() {
        speak(Language::En);
        assert_eq!([59, 61, 3_700].map(duration), ["59 s", "2 min", "1 h 1 min"].map(String::from));
    }

    #[test]
    fn places_in_a_song_are_written_as_players_do() {
        assert_eq!(
            [0, 7, 67, 3_599, 3_600, 36_061].map(play_time),
            ["0:00", "0:07", "1:07", "59:59", "1:00:00", "10:01:01"].map(String::from)
        );
    }

    #[test]
    fn every_source_and_every_format_has_a_word_in_both_languages() {
        for language in [Language::En, Language::Fr] {
            speak(language);
            for known in Source::ALL {
                assert!(!source(*known).contains('_'), "{known} in {language:?}");
            }
            for variant in Variant::ALL {
                assert!(!format(*variant).contains('_'), "{variant} in {language:?}");
            }
        }
        assert_eq!([MediaKind::Audio, MediaKind::Video].map(kind), ["Son", "Vidéo"]);
        assert_eq!(
            (source(Source::Files), format(Variant::Media)),
            ("Fichiers".into(), "Vidéo ou son".into())
        );
    }

    #[test]
    fn a_page_that_was_sent_is_wanted_in_the_format_that_was_chosen_for_it() {
        speak(Language::En);
        let wanted = |source| wanted_format(source, Variant::Media);
        assert_eq!([Source::Web, Source::Files].map(wanted), ["Video", "Video or sound"]);
        assert_eq!(formats(Source::Web, &[Variant::Media, Variant::Opus]), "Video, Opus");
    }

    #[test]
    fn a_figure_has_one_digit_after_the_mark() {
        speak(Language::En);
        assert_eq!([3.17, 0.0, 1_234.56].map(tenths), ["3.1", "0.0", "1,234.5"].map(String::from));
        assert_eq!(tenths(f64::NAN), "0.0");
    }

    #[test]
    fn percent_stays_in_range_whatever_is_counted() {
        assert_eq!((percent(0, 0), percent(5, 4), percent(1, 3)), (0, 100, 33));
        assert_eq!(percent(u64::MAX, u64::MAX), 100);
    }

    #[test]
    fn a_balance_names_only_what_there_is() {
        speak(Language::En);
        let sample = Balance {
            listed: 323,
            done: 317,
            already: 3,
            absent: 1,
            withheld: 2,
            ..Balance::default()
        };
        assert_eq!(
            balance(&sample),
            "317 new, 3 already here, 1 not on the site, 2 withheld by the site"
        );
        assert_eq!(balance(&Balance::default()), "");
    }

    #[test]
    fn the_parts_shown_are_all_parts_that_add_up() {
        let sample = Balance {
            listed: 36,
            done: 1,
            already: 2,
            absent: 3,
            withheld: 4,
            failed: 5,
            cancelled: 6,
            needs_you: 7,
            pending: 8,
        };
        assert!(sample.adds_up());
        assert_eq!(balance_parts(&sample).iter().map(|part| part.1).sum::<u64>(), sample.listed);
    }

    #[test]
    fn why_a_file_was_refused_is_said_of_a_file_of_ones_own() {
        speak(Language::En);
        let not_media =
            |kind: &str| why_not_taken_in(&ErrorBody::new(ErrorCode::NotMedia).with("kind", kind));
        assert_eq!(not_media("empty"), "it is empty");
        assert_eq!(not_media("html"), "it is a web page");
        assert_eq!(not_media("a ZIP archive"), not_media("unknown"));
        let damaged = ErrorBody::new(ErrorCode::Damaged).with("detail", "no frames");
        assert_eq!(why_not_taken_in(&damaged), "it is damaged or no media (no frames)");
    }

    #[test]
    fn the_queue_speaks_of_no_site_where_there_is_none() {
        let refused = |source| ItemView {
            id: protocol::ItemId(1),
            job: protocol::JobId(1),
            source,
            source_id: "1".into(),
            variant: Variant::Media,
            title: "notes.mp3".into(),
            state: ItemState::Failed,
            reason: Some(ErrorBody::new(ErrorCode::NotMedia).with("kind", "html")),
            next_try_at: None,
            attempts: 1,
            bytes: None,
            name: None,
        };
        speak(Language::En);
        let own = reason(&refused(Source::Files)).unwrap();
        assert_eq!(own, "Not taken in: it is a web page");
        assert!(reason(&refused(Source::Producer)).unwrap().starts_with("The site sent"));
        speak(Language::Fr);
        let own = reason(&refused(Source::Files)).unwrap();
        assert_eq!(own, "Non ajouté : c’est une page web");
    }

    #[test]
    fn an_error_says_the_site_as_people_know_it() {
        speak(Language::En);
        let signed_out = ErrorBody::new(ErrorCode::SignedOut).with("site", "flowmusic");
        assert_eq!(
            error(&signed_out),
            "Nobody is signed in at Google Flow Music. Sign in there, then try again."
        );
    }

    #[test]
    fn checks_have_words_and_unknown_ones_their_id() {
        speak(Language::En);
        let named = |id: &str| {
            check(&Check {
                id: id.into(),
                result: CheckResult::Ok,
                found: String::new(),
                hint: String::new(),
            })
        };
        assert_eq!(named("manifest.chromium"), "Chromium knows the program");
        assert_eq!(named("yt-dlp"), "yt-dlp, for videos from other pages");
        assert_eq!(named("gpu.tempo"), "gpu.tempo");
        for id in [
            "manifest",
            "daemon",
            "ffmpeg",
            "ffprobe",
            "folder.writable",
            "folder.space",
            "folder.names",
            "folder.volume",
            "data.volume",
            "secrets",
        ] {
            assert_ne!(named(id), id);
        }
    }
}
