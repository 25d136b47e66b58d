//! Addresses of the web as people paste, select and type them.
//!
//! Only what is needed to know an address when one sees it, and its host. Whether it may be asked for is the
//! daemon's to say, which also reads it again by the rules of the URL standard.
//!
//! Letters beyond ASCII are not told apart: the tables of all scripts would be a tenth of the worker.

use protocol::send::MOST_PAGES;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = URL)]
    type Url;
    #[wasm_bindgen(constructor, js_class = "URL", catch)]
    fn new(text: &str) -> Result<Url, JsValue>;
    #[wasm_bindgen(method, getter)]
    fn href(this: &Url) -> String;
}

/// Longer ones are nobody's: browsers and servers give up before.
const LONGEST: usize = 8 * 1024;

/// An http or https address with a host and without a password.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Address {
    text: String,
    host: String,
    is_secure: bool,
}

impl Address {
    /// Reads a whole address; `None` for other schemes, for passwords in it and for what is none.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.len() > LONGEST || text.chars().any(ends_address) {
            return None;
        }
        let (scheme, rest) = text.split_once("://")?;
        let is_secure = scheme.eq_ignore_ascii_case("https");
        if !is_secure && !scheme.eq_ignore_ascii_case("http") {
            return None;
        }
        let authority = rest.split(['/', '?', '#']).next()?;
        let host = host_in(authority)?.to_ascii_lowercase();
        Some(Self { text: text.to_owned(), host, is_secure })
    }

    /// As [`Address::parse`], written out as the browser would ask for it: what the host is, is then beyond doubt.
    pub fn canonical(text: &str) -> Option<Self> {
        let url = Url::new(Address::parse(text)?.as_str()).ok()?;
        Address::parse(&url.href())
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Its host without the port, in lower case as far as ASCII goes, such as `videos.example.com`.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Whether nobody on the way can read along: only then are cookies sent.
    pub fn is_secure(&self) -> bool {
        self.is_secure
    }
}

/// The host of `host:port`. Letters of all scripts: the browser writes them in their ASCII form later.
fn host_in(authority: &str) -> Option<&str> {
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, port),
        _ => (authority, ""),
    };
    let is_letter = |c: char| c.is_ascii_alphanumeric() || !c.is_ascii();
    let is_name_char = |c: char| is_letter(c) || matches!(c, '-' | '.' | '_');
    let bracketed = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    let is_host = match bracketed {
        Some(v6) => v6.chars().all(|c| c.is_ascii_hexdigit() || matches!(c, ':' | '.')),
        None => host.chars().all(is_name_char) && host.chars().any(is_letter),
    };
    let is_port = port.len() <= 5 && port.bytes().all(|digit| digit.is_ascii_digit());
    (is_host && is_port && !host.is_empty()).then_some(host)
}

/// Where an address in a text is over: no address holds these as they are.
fn ends_address(c: char) -> bool {
    let bidi =
        matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let quote = matches!(c, '<' | '>' | '"' | '`' | '\\' | '“' | '”' | '«' | '»' | '|' | '^');
    let blank = matches!(c, '\0'..=' ' | '\u{7f}'..='\u{a0}' | '\u{2000}'..='\u{200b}' | '\u{2028}' | '\u{2029}' | '\u{3000}' | '\u{feff}');
    blank || bidi || quote
}

/// The http and https addresses in a text, in their order and each once, at most [`MOST_PAGES`].
pub fn find_all(text: &str) -> Vec<Address> {
    let mut found: Vec<Address> = Vec::new();
    for word in text.split(ends_address) {
        // A word such as `(https://example.com/a).` or `see:https://example.com`.
        for start in starts(word) {
            let rest = &word[start..];
            let next = starts(rest).find(|next| *next > 0 && ends_word(&rest[..*next]));
            let candidate = &rest[..next.unwrap_or(rest.len())];
            if let Some(address) = Address::parse(without_punctuation(candidate))
                && !is_within_another(word, start)
                && !found.contains(&address)
                && found.len() < MOST_PAGES
            {
                found.push(address);
            }
        }
    }
    found
}

/// Where `http://` or `https://` begins in a word.
fn starts(word: &str) -> impl Iterator<Item = usize> {
    let schemes = ["http://", "https://"];
    word.match_indices("://").filter_map(move |(at, _)| {
        schemes.iter().find_map(|scheme| {
            let start = (at + 3).checked_sub(scheme.len())?;
            let written = word.get(start..at + 3)?;
            written.eq_ignore_ascii_case(scheme).then_some(start)
        })
    })
}

/// Between two addresses that are written one after the other: a comma or a semicolon.
fn ends_word(before: &str) -> bool {
    before.ends_with([',', ';'])
}

/// `https://example.com/?to=https://other.example`: the second one is a part of the first.
fn is_within_another(word: &str, start: usize) -> bool {
    starts(word).next().is_some_and(|first| first < start) && !ends_word(&word[..start])
}

/// Without what belongs to the sentence around it.
fn without_punctuation(mut text: &str) -> &str {
    loop {
        let count = |c: char| text.matches(c).count();
        let is_open = |open: char, close: char| text.ends_with(close) && count(close) > count(open);
        let is_sentence = text.ends_with(['.', ',', ';', ':', '!', '?', '\'', '’', '*', '…'])
            || is_open('(', ')')
            || is_open('[', ']')
            || is_open('{', '}');
        match text.char_indices().next_back() {
            Some((last, _)) if is_sentence => text = &text[..last],
            _ => return text,
        }
    }
}

/// What somebody types where an address is expected: `example.com/x` means the one over https.
pub fn typed(text: &str) -> Option<Address> {
    let text = text.trim();
    if text.contains("://") {
        return Address::parse(text);
    }
    let address = Address::parse(&["https://", text].concat())?;
    let (_, top) = address.host().rsplit_once('.')?;
    // No number with a dot in it, no file name, no other scheme.
    let is_top = top.chars().count() >= 2 && !top.starts_with(|c: char| c.is_ascii_digit());
    let is_name = address.host().split('.').all(|label| !label.is_empty());
    (is_top && is_name).then_some(address)
}

/// What a text of many lines holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recognised {
    /// The addresses, each once.
    pub addresses: Vec<Address>,
    /// Lines that hold none.
    pub strange_lines: u64,
}

/// Reads what was pasted or dropped: text with addresses in it, or a `text/uri-list`, in which `#` begins a remark.
pub fn recognise(text: &str) -> Recognised {
    let mut read = Recognised::default();
    for line in text.lines().map(str::trim) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let mut found = find_all(line);
        if found.is_empty() {
            found.extend(typed(line));
        }
        if found.is_empty() {
            read.strange_lines += 1;
        }
        for address in found {
            if !read.addresses.contains(&address) && read.addresses.len() < MOST_PAGES {
                read.addresses.push(address);
            }
        }
    }
    read
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        find_all(text).into_iter().map(|address| address.text).collect()
    }

    #[test]
    fn an_address_knows_its_host_and_whether_it_is_secure() {
        let address = Address::parse(" HTTPS://Videos.Example.com:8443/w?v=1#t ").unwrap();
        assert_eq!((address.host(), address.is_secure()), ("videos.example.com", true));
        let plain = Address::parse("http://example.com").unwrap();
        assert_eq!((plain.host(), plain.is_secure()), ("example.com", false));
        assert_eq!(Address::parse("https://[2001:db8::1]:443/").unwrap().host(), "[2001:db8::1]");
        assert_eq!(Address::parse("https://exämple.de/ü").unwrap().host(), "exämple.de");
    }

    #[test]
    fn hostile_texts_are_no_addresses() {
        let long = ["https://example.com/", &"a".repeat(LONGEST)].concat();
        for text in [
            "",
            "https://",
            "https:///x",
            "https://./",
            "javascript:alert(1)//https://example.com",
            "data:text/html,https://example.com",
            "file:///etc/passwd",
            "--exec=https://example.com",
            "https://user:password@example.com/",
            "https://example.com\\@evil.example/",
            "https://example.com/a b",
            "https://example.com:99999999/",
            "https://example.com/\u{202e}gpm",
            "https://exa\u{0}mple.com/",
            &long,
        ] {
            assert_eq!(Address::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn addresses_are_found_in_sentences_without_their_punctuation() {
        let text = "See https://example.com/a, (http://b.example/x_(y)) and <https://c.example/?q=1&r=2>.\n\
            Again: https://example.com/a! Or “HTTPS://D.example/é”…";
        let expected = [
            "https://example.com/a",
            "http://b.example/x_(y)",
            "https://c.example/?q=1&r=2",
            "HTTPS://D.example/é",
        ];
        assert_eq!(found(text), expected);
    }

    #[test]
    fn an_address_inside_another_is_a_part_of_it_and_a_list_is_many() {
        assert_eq!(
            found("https://a.example/?to=https://b.example/"),
            ["https://a.example/?to=https://b.example/"]
        );
        assert_eq!(
            found("https://a.example/1,https://b.example/2;https://c.example/"),
            ["https://a.example/1", "https://b.example/2", "https://c.example/"]
        );
    }

    #[test]
    fn a_text_without_addresses_gives_none_whatever_is_in_it() {
        for text in ["", "no address", "é://😀://", "http", "://", "ftp://example.com", "𝕙ttp://x"]
        {
            assert!(found(text).is_empty(), "{text}");
        }
        let many: String = (0..1_200).map(|n| format!("https://example.com/{n} ")).collect();
        assert_eq!(found(&many).len(), MOST_PAGES);
    }

    #[test]
    fn what_is_typed_without_a_scheme_is_taken_as_https() {
        let typed = |text| typed(text).map(|address| address.text);
        assert_eq!(typed("example.com/x"), Some("https://example.com/x".into()));
        assert_eq!(typed("example.com:8443/x"), Some("https://example.com:8443/x".into()));
        assert_eq!(typed(" http://example.com "), Some("http://example.com".into()));
        for text in [
            "cats",
            "two words.com x",
            "3.14",
            "javascript:alert(1)",
            "mailto:a@b.example",
            "a..b",
            "",
        ] {
            assert_eq!(typed(text), None, "{text}");
        }
    }

    #[test]
    fn pasted_lines_are_addresses_remarks_or_strange() {
        let read = recognise(
            "# a list\r\nhttps://a.example/1\r\n\r\nb.example/2\nwhat is this\nhttps://a.example/1",
        );
        let texts: Vec<_> = read.addresses.iter().map(Address::as_str).collect();
        assert_eq!(texts, ["https://a.example/1", "https://b.example/2"]);
        assert_eq!(read.strange_lines, 1);
    }
}
