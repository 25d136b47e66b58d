//! Is it the file, or a page in its place? Judged by the first bytes and the content type. What container a
//! file is and whether it is whole is not decided here.

/// Bytes enough to decide.
pub(crate) const ENOUGH: usize = 512;

/// What a body is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Media, or at least nothing known to be something else.
    Media,
    Html,
    Json,
    Xml,
    Text,
    Empty,
}

impl Kind {
    /// The word in error parameters.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Media => "media",
            Kind::Html => "html",
            Kind::Json => "json",
            Kind::Xml => "xml",
            Kind::Text => "text",
            Kind::Empty => "empty",
        }
    }

    /// Judges the first [`ENOUGH`] bytes (or all, if fewer) and the `Content-Type`.
    pub fn of(content_type: Option<&str>, head: &[u8]) -> Self {
        if head.is_empty() {
            return Kind::Empty;
        }
        // A known signature outweighs a wrong label.
        if is_media(head) {
            return Kind::Media;
        }
        let looks = looks_like(head);
        match content_type.map(kind_of_type) {
            Some(Kind::Media) | None => looks.unwrap_or(Kind::Media),
            Some(labelled) => looks.unwrap_or(labelled),
        }
    }
}

fn kind_of_type(content_type: &str) -> Kind {
    let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match essence.as_str() {
        "text/html" | "application/xhtml+xml" => Kind::Html,
        "application/json" | "text/json" => Kind::Json,
        "application/xml" | "text/xml" => Kind::Xml,
        other if other.ends_with("+json") => Kind::Json,
        other if other.ends_with("+xml") => Kind::Xml,
        other if other.starts_with("text/") => Kind::Text,
        _ => Kind::Media,
    }
}

/// Signatures of the audio, video and picture formats that are fetched.
fn is_media(head: &[u8]) -> bool {
    const AT_START: &[&[u8]] = &[
        b"ID3",
        b"RIFF",
        b"RF64",
        b"OggS",
        b"fLaC",
        b"\x1a\x45\xdf\xa3",
        b"\xff\xd8\xff",
        b"\x89PNG",
        b"GIF8",
    ];
    AT_START.iter().any(|signature| head.starts_with(signature))
        || head.get(4..8) == Some(b"ftyp")
        || is_mpeg_frame(head)
}

/// An MPEG audio layer 3 frame or an AAC frame in ADTS: eleven or twelve set bits, then the layer.
fn is_mpeg_frame(head: &[u8]) -> bool {
    match head {
        [0xff, second, ..] => second & 0xe6 == 0xe2 || second & 0xf6 == 0xf0,
        _ => false,
    }
}

fn looks_like(head: &[u8]) -> Option<Kind> {
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    let begins = |word: &str| {
        head.len() >= word.len() && head[..word.len()].eq_ignore_ascii_case(word.as_bytes())
    };
    if ["<!doctype html", "<html", "<head", "<body", "<script", "<title", "<!--"]
        .iter()
        .any(|tag| begins(tag))
    {
        return Some(Kind::Html);
    }
    if begins("<?xml") || begins("<error") {
        return Some(Kind::Xml);
    }
    let mut after_brace = head.strip_prefix(b"{").map(|rest| rest.trim_ascii_start().iter());
    if after_brace.as_mut().is_some_and(|rest| matches!(rest.next(), Some(b'"' | b'}') | None)) {
        return Some(Kind::Json);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case::page("text/html", b"<!DOCTYPE html><title>Sign in</title>", Kind::Html)]
    #[case::page_labelled_audio("audio/mpeg", b"\r\n <HTML>", Kind::Html)]
    #[case::page_with_bom("audio/mpeg", b"\xef\xbb\xbf<!doctype html>", Kind::Html)]
    #[case::error_as_audio("audio/mpeg", b"{\"error\":\"no\"}", Kind::Json)]
    #[case::spaced_json("audio/mpeg", b"{\n  \"error\": 1}", Kind::Json)]
    #[case::json("application/json", b"[1]", Kind::Json)]
    #[case::problem("application/problem+json", b"[1]", Kind::Json)]
    #[case::storage_error(
        "application/xml; charset=UTF-8",
        b"<?xml version='1.0'?><Error>",
        Kind::Xml
    )]
    #[case::words("text/plain", b"no such thing", Kind::Text)]
    #[case::empty("audio/mpeg", b"", Kind::Empty)]
    #[case::mp3_with_tag("audio/mpeg", b"ID3\x04\0", Kind::Media)]
    #[case::bare_mp3("application/octet-stream", b"\xff\xfb\x90\x64", Kind::Media)]
    #[case::adts("audio/aac", b"\xff\xf1\x50", Kind::Media)]
    #[case::mp4_with_wrong_label("text/html", b"\0\0\0\x20ftypM4A ", Kind::Media)]
    #[case::wav_with_wrong_label("text/plain", b"RIFF\0\0\0\0WAVE", Kind::Media)]
    #[case::utf16_is_no_mp3("text/plain", b"\xff\xfe<\0h\0", Kind::Text)]
    #[case::unknown_binary("application/octet-stream", b"\x00\x01\x02{\"", Kind::Media)]
    #[case::binary_after_a_brace("application/octet-stream", b"{\x00\x01", Kind::Media)]
    fn a_page_in_place_of_the_file_is_recognised(
        #[case] content_type: &str,
        #[case] head: &[u8],
        #[case] expected: Kind,
    ) {
        assert_eq!(Kind::of(Some(content_type), head), expected);
    }

    proptest! {
        #[test]
        fn any_bytes_are_judged(content_type in ".*", head in proptest::collection::vec(any::<u8>(), 0..64)) {
            prop_assert_eq!(Kind::of(Some(&content_type), &head) == Kind::Empty, head.is_empty());
        }
    }
}
