//! What a person types, as a question to the index of words.

/// Each word as an FTS5 string with a star: all must begin a word of the thing. Quotes keep the person's text from
/// being read as FTS5 syntax (sqlite.org/fts5.html, 3.1).
pub(crate) fn match_words(text: &str) -> String {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(|word| format!("\"{word}\"*")).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::match_words;

    #[test]
    fn what_a_person_types_is_never_syntax() {
        assert_eq!(
            match_words("  Ça va? \"OR\" title:x* "),
            "\"Ça\"* \"va\"* \"OR\"* \"title\"* \"x\"*"
        );
        assert_eq!(match_words("-- * \" "), "");
    }
}
