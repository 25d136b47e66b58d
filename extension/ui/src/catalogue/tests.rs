use super::*;
use protocol::{ErrorClass, ErrorCode};
use std::collections::BTreeSet;
use std::path::Path;

const EN: &str = include_str!("../../../_locales/en/messages.json");
const FR: &str = include_str!("../../../_locales/fr/messages.json");
/// What can go wrong with wanted files only.
const FILES_ALONE: [u16; 5] = [3005, 3006, 3007, 3012, 4006];

fn tables() -> [(Language, BTreeMap<String, String>); 2] {
    [(Language::En, EN), (Language::Fr, FR)]
        .map(|(language, text)| (language, parse(text).expect("a catalogue")))
}

fn places(message: &str) -> BTreeSet<String> {
    let names = message.split('{').skip(1).filter_map(|part| part.split_once('}'));
    names.map(|(name, _)| name.to_owned()).collect()
}

/// The text of every source file of the pages, tests left out.
fn sources(folder: &Path) -> Vec<String> {
    let mut texts = Vec::new();
    for entry in std::fs::read_dir(folder).expect("the source folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            texts.extend(sources(&path));
        } else if path.file_name().is_some_and(|name| name != "tests.rs") {
            texts.push(std::fs::read_to_string(&path).expect("a source file"));
        }
    }
    texts
}

/// What names words: the pages, the worker, and the manifest in the browser's own form `__MSG_key__`.
fn all_sources() -> String {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let manifest = std::fs::read_to_string(here.join("../../manifest.json")).expect("the manifest");
    let mut texts = sources(&here.join("src"));
    texts.extend(sources(&here.join("../../core-wasm/src")));
    texts.push(manifest.replace("__MSG_", "").replace("__", ""));
    texts.concat()
}

#[test]
fn both_languages_have_the_same_keys_with_the_same_places() {
    let [(_, en), (_, fr)] = tables();
    assert_eq!(en.keys().collect::<Vec<_>>(), fr.keys().collect::<Vec<_>>());
    for (key, message) in &en {
        assert_eq!(places(message), places(&fr[key]), "{key}");
    }
}

#[test]
fn every_error_has_words_in_both_languages() {
    for (language, table) in tables() {
        for code in ErrorCode::ALL {
            let key = format!("error_{}", u16::from(*code));
            assert!(table.get(&key).is_some_and(|words| words.len() > 20), "{key} in {language:?}");
        }
    }
}

#[test]
fn no_error_has_words_that_no_code_needs() {
    let [(_, en), _] = tables();
    let numbers = en.keys().filter_map(|key| key.strip_prefix("error_"));
    for number in numbers {
        let number: u16 = number.parse().expect("a number");
        assert!(ErrorCode::try_from(number).is_ok(), "error_{number}");
    }
}

#[test]
fn what_is_asked_for_once_is_not_said_to_be_tried_again_by_itself() {
    let [(_, en), (_, fr)] = tables();
    let by_itself = ["by itself", "nouvel essai suit", "reprend seul", "repris automatiquement"];
    for (table, code) in [&en, &fr].into_iter().flat_map(|table| {
        let temporary = ErrorCode::ALL.iter().filter(|code| code.class() == ErrorClass::Temporary);
        temporary.map(move |code| (table, u16::from(*code)))
    }) {
        let (error, refusal) = (format!("error_{code}"), format!("refusal_{code}"));
        let shown = table.get(&refusal).unwrap_or(&table[&error]);
        let is_of_a_file = FILES_ALONE.contains(&code);
        assert!(is_of_a_file || by_itself.iter().all(|words| !shown.contains(words)), "{shown}");
        assert_eq!(places(shown), places(&table[&error]), "{code}");
    }
    let numbers = en.keys().filter_map(|key| key.strip_prefix("refusal_"));
    for number in numbers {
        assert!(en.contains_key(&format!("error_{number}")), "refusal_{number}");
    }
}

/// The first arguments of calls such as `t("…")`, where they are written out.
fn keys_named(source: &str, call: &str) -> Vec<String> {
    let starts = source
        .match_indices(call)
        .filter(|(at, _)| !source[..*at].ends_with(|c: char| c.is_alphanumeric() || c == '_'));
    starts
        .filter_map(|(at, _)| source[at + call.len()..].split('"').next())
        .map(str::to_owned)
        .collect()
}

#[test]
fn every_key_that_the_code_names_is_in_the_catalogue() {
    let [(_, en), _] = tables();
    let source = all_sources();
    let keys: Vec<String> =
        ["t(\"", "tf(\"", "tn(\""].iter().flat_map(|call| keys_named(&source, call)).collect();
    assert!(
        keys.len() > 100,
        "only {} keys were found: has the way of naming them changed?",
        keys.len()
    );
    for key in keys {
        assert!(en.contains_key(&key), "{key}");
    }
}

#[test]
fn the_catalogue_holds_nothing_that_no_page_shows() {
    let [(_, en), _] = tables();
    let source = all_sources();
    // Built from a name at run time, or read by the manifest or the worker.
    let built = [
        "badge_",
        "error_",
        "check_",
        "state_",
        "job_state_",
        "part_",
        "row_",
        "field_",
        "format_",
        "app",
        "refusal_",
        "result_",
        "pace_",
        "parallel_",
        "player_repeat_",
        "threads_",
        "trash_",
        "height_",
        "open_ended_",
        "original_",
        "preset_",
        "local_",
        "keep_",
        "kind_",
        "send_as_",
        "source_",
        "cache_days_",
    ];
    for key in en.keys() {
        let known = source.contains(&format!("\"{key}\""))
            || key.strip_suffix("_one").is_some_and(|many| source.contains(&format!("\"{many}\"")))
            || built.iter().any(|prefix| key.starts_with(prefix))
            || key == "actionTitle";
        assert!(known, "{key} is shown nowhere");
    }
}

#[test]
fn a_message_of_the_browsers_form_has_no_dollar_sign() {
    // `$` begins a placeholder of `chrome.i18n`, which we do not use.
    assert!(!EN.contains('$') && !FR.contains('$'));
}

#[test]
fn the_description_fits_the_manifest() {
    for (_, table) in tables() {
        assert!(table["appDescription"].chars().count() <= 132);
    }
}

#[test]
fn a_value_that_looks_like_a_place_is_left_alone() {
    let filled = fill("{a} and {b}", |name| (name == "a").then(|| "{b}".to_owned()));
    assert_eq!(filled, "{b} and …");
}

#[test]
fn an_open_brace_stays() {
    assert_eq!(fill("a { b", |_| None), "a { b");
}

#[test]
fn one_file_is_singular_and_french_zero_too() {
    assert!(install_file(Language::En, EN));
    assert_eq!((tn("files", 0), tn("files", 1)), ("0 files".to_owned(), "1 file".to_owned()));
    assert!(install_file(Language::Fr, FR));
    assert_eq!((tn("files", 0), tn("files", 2)), ("0 fichier".to_owned(), "2 fichiers".to_owned()));
}

#[test]
fn a_broken_file_changes_nothing() {
    assert!(install_file(Language::En, EN));
    assert!(!install_file(Language::Fr, "{\"a\": 1}"));
    assert_eq!(language(), Language::En);
}
