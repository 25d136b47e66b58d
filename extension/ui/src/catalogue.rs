//! The catalogue of words (`_locales/*/messages.json`): looking a message up and filling its `{places}`.
//!
//! By default the browser chooses the language (`chrome.i18n`); when the person chose one in the settings, that
//! language's file is installed in its place. How figures are written is in [`crate::words`].

use serde_json::Value;
use std::cell::RefCell;
use std::collections::BTreeMap;

/// A language of the catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// English, also for browsers in any other language.
    En,
    /// French.
    Fr,
}

impl Language {
    /// From a tag such as `fr`, `fr-CA` or `fr_CA`.
    pub fn of(tag: &str) -> Self {
        match tag.get(..2) {
            Some("fr" | "FR") => Language::Fr,
            _ => Language::En,
        }
    }

    /// The name of the folder in `_locales` and the value of `lang`.
    pub fn tag(self) -> &'static str {
        match self {
            Language::En => "en",
            Language::Fr => "fr",
        }
    }

    /// Whether `n` things take the singular: French says "0 fichier".
    fn is_singular(self, n: u64) -> bool {
        n == 1 || (self == Language::Fr && n == 0)
    }
}

/// Finds the message of a key; empty when there is none.
type Lookup = Box<dyn Fn(&str) -> String>;

thread_local! {
    static WORDS: RefCell<(Language, Lookup)> = RefCell::new((Language::En, Box::new(|_| String::new())));
}

/// Makes `lookup` the source of all words from now on.
pub fn install(language: Language, lookup: impl Fn(&str) -> String + 'static) {
    WORDS.with_borrow_mut(|words| *words = (language, Box::new(lookup)));
}

/// Installs the text of a `messages.json`. False when it is not one; nothing changes then.
pub fn install_file(language: Language, text: &str) -> bool {
    let Some(table) = parse(text) else { return false };
    install(language, move |key| table.get(key).cloned().unwrap_or_default());
    true
}

/// The keys and messages of a `messages.json`.
pub fn parse(text: &str) -> Option<BTreeMap<String, String>> {
    let file: Value = serde_json::from_str(text).ok()?;
    let message = |entry: &Value| Some(entry.get("message")?.as_str()?.to_owned());
    file.as_object()?.iter().map(|(key, entry)| Some((key.clone(), message(entry)?))).collect()
}

/// The language the words are in.
pub fn language() -> Language {
    WORDS.with_borrow(|words| words.0)
}

/// The message of `key`; the key itself when the catalogue lacks it, so that a gap is seen.
pub fn t(key: &str) -> String {
    find(key).unwrap_or_else(|| key.to_owned())
}

/// The message of `key`, if there is one.
pub fn find(key: &str) -> Option<String> {
    let message = WORDS.with_borrow(|words| (words.1)(key));
    (!message.is_empty()).then_some(message)
}

/// The message of `key` with its places filled.
pub fn tf(key: &str, values: &[(&str, &str)]) -> String {
    fill(&t(key), |name| {
        values.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
    })
}

/// The message of `key` for `n` things: `key_one` is taken for the singular where it exists.
pub fn tn(key: &str, n: u64) -> String {
    let singular = if language().is_singular(n) { find(&format!("{key}_one")) } else { None };
    let message = singular.unwrap_or_else(|| t(key));
    fill(&message, |name| (name == "n").then(|| crate::words::number(n)))
}

/// Replaces every `{name}` by its value, or by an ellipsis when it has none.
///
/// Values are put in as they are and not looked into again: they may quote a site.
pub fn fill(message: &str, value: impl Fn(&str) -> Option<String>) -> String {
    let mut filled = String::with_capacity(message.len() + 16);
    let mut rest = message;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let Some((name, tail)) = after.split_once('}') else {
            filled.push('{');
            rest = after;
            continue;
        };
        filled.push_str(value(name).as_deref().unwrap_or("…"));
        rest = tail;
    }
    filled.push_str(rest);
    filled
}

#[cfg(test)]
mod tests;
