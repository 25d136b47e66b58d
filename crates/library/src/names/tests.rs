//! I6, by example and for any text.

use super::characters::{Fate, fate, is_device};
use super::*;
use proptest::prelude::*;
use rstest::rstest;
use unicode_normalization::{UnicodeNormalization, is_nfc};

const ID: &str = "0f8fad5b-d9cb-469f-a165-70867728950e";

fn named(title: &str) -> String {
    file_name(DEFAULT_TEMPLATE, &Parts { title, id: "id", ..Parts::default() }, "mp3", 255)
}

#[rstest]
#[case("Night Drive", "Night Drive_id.mp3")]
#[case("", "Untitled_id.mp3")]
#[case(" \u{200B}\u{202E}. ", "Untitled_id.mp3")]
#[case("../../x", "_._x_id.mp3")]
#[case("CON", "CON_id.mp3")]
#[case(r"a/b\c:d*?", "a_b_c_d__id.mp3")]
#[case("Wait...", "Wait_id.mp3")]
#[case("-rf", "rf_id.mp3")]
#[case("one\ttwo\r\nthree", "one two three_id.mp3")]
#[case("gpj.\u{202E}exe", "gpj.exe_id.mp3")]
#[case("שלום עולם", "שלום עולם_id.mp3")]
#[case("e\u{301}te\u{301}", "été_id.mp3")]
#[case("e\u{200D}\u{301}", "é_id.mp3")]
fn a_title_becomes_a_name(#[case] title: &str, #[case] name: &str) {
    assert_eq!(named(title), name);
}

#[rstest]
#[case("CON", "CON_.mp3")]
#[case("nul", "nul_.mp3")]
#[case("COM¹", "COM¹_.mp3")]
#[case("lpt9", "lpt9_.mp3")]
#[case("COM10", "COM10.mp3")]
#[case("CONS", "CONS.mp3")]
#[case("aux.tar", "aux_.tar.mp3")]
fn device_names_are_defused_also_with_an_extension(#[case] id: &str, #[case] name: &str) {
    assert_eq!(file_name("{id}", &Parts { id, ..Parts::default() }, "mp3", 255), name);
    assert!(!is_device(name.split('.').next().unwrap()));
}

#[test]
fn a_long_title_is_cut_between_graphemes_and_keeps_id_and_extension() {
    let flag = "🇫🇷";
    let title = flag.repeat(100);
    let name = file_name(
        DEFAULT_TEMPLATE,
        &Parts { title: &title, id: ID, ..Parts::default() },
        "mp3",
        255,
    );
    let kept = name.strip_suffix(&format!("_{ID}.mp3")).expect("id and extension are kept");
    assert!(kept.len() > 100 && kept.len() % flag.len() == 0, "{kept}");
    assert!(name.len() + PART_SUFFIX.len() <= 255);
}

#[test]
fn a_song_and_what_lies_beside_it_share_one_stem() {
    let title = "x".repeat(400);
    let parts = Parts { title: &title, id: ID, ..Parts::default() };
    let song = file_name(DEFAULT_TEMPLATE, &parts, "mp3", 255);
    let stem = song.strip_suffix(".mp3").unwrap();
    assert_eq!(file_name(DEFAULT_TEMPLATE, &parts, "json", 255), format!("{stem}.json"));
    assert_eq!(stems_folder(DEFAULT_TEMPLATE, &parts, 255), format!("{stem}.stems"));
}

#[test]
fn every_field_finds_its_place() {
    let parts = Parts {
        title: "Song",
        id: "7",
        date: "2025-06-01T12:00:00Z",
        artist: "Ana",
        playlist: "Mix",
        format: "mp3",
        source: "producer.ai",
    };
    let template = "{date} {artist} - {title} [{playlist}] {format} {source} {id}";
    assert_eq!(
        file_name(template, &parts, "mp3", 255),
        "2025-06-01 Ana - Song [Mix] mp3 producer.ai 7.mp3"
    );
}

#[test]
fn an_empty_first_field_leaves_no_dash_in_front() {
    let parts = Parts { title: "Song", id: "7", ..Parts::default() };
    assert_eq!(file_name("{artist} - {title} {id}", &parts, "wav", 255), "Song 7.wav");
}

#[test]
fn ids_that_need_cleaning_stay_apart() {
    let name = |id: &str| file_name("{id}", &Parts { id, ..Parts::default() }, "mp3", 255);
    assert_ne!(name("a/b"), name("a\\b"));
    assert_ne!(name("a/b"), name("a_b"));
    assert_ne!(name(&"x".repeat(100)), name(&"x".repeat(101)));
    assert_ne!(name(""), name(" "));
}

#[rstest]
#[case("{title}", TemplateError::IdMissing)]
#[case("{title}/{id}", TemplateError::Character('/'))]
#[case("{title}\u{202E}{id}", TemplateError::Character('\u{202E}'))]
#[case("{titel} {id}", TemplateError::UnknownField("titel".into()))]
#[case("{id}{id}", TemplateError::RepeatedField("id".into()))]
#[case("{id", TemplateError::Unbalanced)]
#[case("id} {id}", TemplateError::Unbalanced)]
#[case("a long text that nobody needs here {id}", TemplateError::TooLong)]
fn a_bad_template_is_refused_with_the_reason(#[case] template: &str, #[case] error: TemplateError) {
    assert_eq!(validate_template(template), Err(error));
}

#[test]
fn the_reason_says_which_fields_there_are() {
    let error = validate_template("{titel}_{id}").unwrap_err().to_string();
    for field in FIELDS {
        assert!(error.contains(&format!("{{{field}}}")), "{error}");
    }
    assert_eq!(validate_template(DEFAULT_TEMPLATE), Ok(()));
}

#[rstest]
#[case("Song.mp3", "sONG.MP3")]
#[case("e\u{301}.mp3", "É.mp3")]
#[case("Straße", "STRASSE")]
#[case("ΟΔΟΣ", "οδος")]
#[case("name", "name. .")]
fn names_that_are_one_file_somewhere_clash(#[case] one: &str, #[case] other: &str) {
    assert_eq!(clash_key(one), clash_key(other));
    assert_ne!(clash_key(one), clash_key("another"));
}

#[test]
fn extensions_outside_the_list_become_harmless() {
    let parts = Parts { title: "a", id: "b", ..Parts::default() };
    assert_eq!(file_name(DEFAULT_TEMPLATE, &parts, "exe", 255), "a_b.bin");
    assert_eq!(file_name(DEFAULT_TEMPLATE, &parts, "MP3", 255), "a_b.mp3");
    assert_eq!(file_name(DEFAULT_TEMPLATE, &parts, "mp3/../../x", 255), "a_b.bin");
}

#[rstest]
#[case("vocals", "vocals.m4a")]
#[case("../drums", "_drums.m4a")]
#[case("", "stem.m4a")]
#[case("con", "con_.m4a")]
fn stems_are_named_by_their_kind(#[case] stem: &str, #[case] name: &str) {
    assert_eq!(stem_file_name(stem), name);
}

#[test]
fn a_number_goes_before_the_extension() {
    assert_eq!(numbered("a_b.mp3", 2), "a_b~2.mp3");
    assert_eq!(numbered("folder", 3), "folder~3");
}

/// Every rule of I6 that a text can be asked for.
fn assert_safe(name: &str, max_bytes: usize) {
    assert!(name.len() + PART_SUFFIX.len() + NUMBER_ROOM <= max_bytes, "too long: {name:?}");
    assert!(is_nfc(name), "not NFC: {name:?}");
    assert!(!name.contains(".."), "dots: {name:?}");
    assert!(!name.starts_with(['.', ' ', '-']), "start: {name:?}");
    assert!(!name.ends_with(['.', ' ']), "end: {name:?}");
    assert!(!is_device(name.split('.').next().unwrap()), "device: {name:?}");
    for c in name.chars() {
        assert!(c == ' ' || fate(c) == Fate::Keep, "{c:?} in {name:?}");
    }
}

const NUMBER_ROOM: usize = clash::NUMBER_ROOM;

/// Text with far more of what hurts than chance would give.
fn hostile() -> impl Strategy<Value = String> {
    let nasty = prop::sample::select(vec![
        "..",
        "/",
        "\\",
        "CON",
        "nul.",
        "COM¹",
        "\u{202E}",
        "\u{200D}",
        "\u{301}",
        "e",
        "\u{1100}",
        "\u{1161}",
        "\u{11A8}",
        "👩‍🚀",
        "🇫🇷",
        " ",
        "\0",
        "\n",
        "-",
        "ß",
        "İ",
        "\u{345}",
        "\u{37E}",
        "\u{2000}",
        "\u{FEFF}",
        "~",
    ])
    .prop_map(str::to_owned);
    let piece = prop_oneof![nasty, "\\PC{0,4}", any::<char>().prop_map(String::from)];
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

fn template() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(vec![
            DEFAULT_TEMPLATE.to_owned(),
            "{id}".into(),
            "{title}.{id}".into(),
            "{artist} - {playlist}.{title}..{date}_{id}{format}{source}".into(),
            "-{id}.".into(),
        ]),
        hostile(),
    ]
}

proptest! {
    #[test]
    fn any_text_in_any_part_gives_a_safe_name(
        template in template(),
        (title, id, date, artist) in (hostile(), hostile(), hostile(), hostile()),
        (playlist, format, source) in (hostile(), hostile(), hostile()),
        extension in prop_oneof![prop::sample::select(EXTENSIONS.to_vec()).prop_map(str::to_owned), hostile()],
        max_bytes in SMALLEST_LIMIT..300usize,
    ) {
        let parts = Parts {
            title: &title, id: &id, date: &date, artist: &artist, playlist: &playlist, format: &format, source: &source,
        };
        let name = file_name(&template, &parts, &extension, max_bytes);
        assert_safe(&name, max_bytes);
        let extension = name.rsplit_once('.').expect("an extension").1;
        prop_assert!(EXTENSIONS.contains(&extension));
        assert_safe(&stems_folder(&template, &parts, max_bytes), max_bytes);
    }

    #[test]
    fn the_id_is_always_in_the_name(title in hostile(), id in "[a-zA-Z0-9_-]{0,63}[a-zA-Z0-9]", max in 0..300usize) {
        let id = id.trim_start_matches('-');
        let name = file_name(DEFAULT_TEMPLATE, &Parts { title: &title, id, ..Parts::default() }, "mp3", max);
        let tail = format!("_{id}.mp3");
        prop_assert!(name.ends_with(&tail));
    }

    #[test]
    fn cleaning_twice_changes_nothing(text in hostile()) {
        let once = clean::whole(&text);
        prop_assert_eq!(&clean::whole(&once), &once);
        let id = clean::id(&text);
        prop_assert_eq!(&clean::id(&id), &id);
    }

    #[test]
    fn stem_names_are_safe(text in hostile()) {
        assert_safe(&stem_file_name(&text), SMALLEST_LIMIT);
    }

    #[test]
    fn a_key_is_its_own_key(text in hostile()) {
        let key = clash_key(&text);
        prop_assert_eq!(&clash_key(&key), &key);
    }

    #[test]
    fn letters_clash_with_their_capitals(text in "[\\p{Lu}\\p{Ll}\\p{Lt} .0-9]{0,20}") {
        // U+0345 is a mark that becomes a letter when capitalised, and then stands elsewhere among other marks.
        prop_assume!(!text.nfd().any(|c| c == '\u{345}'));
        prop_assert_eq!(clash_key(&text.to_uppercase()), clash_key(&text.to_lowercase()));
    }
}
