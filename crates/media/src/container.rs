//! Telling from the first bytes what a file is, above all whether a page or a message came in place of audio.

use crate::mpeg;
use std::fmt;

/// How many bytes from the start [`sniff`] looks at.
pub const HEAD_LEN: usize = 4096;

/// A container that MediaFetcher keeps and tags.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Container {
    /// MPEG audio layer 3, with or without ID3v2 in front.
    Mp3,
    /// ISO base media: m4a, mp4.
    Mp4,
    /// RIFF WAVE, also its 64-bit forms.
    Wav,
}

impl Container {
    /// The container that files with this extension have.
    pub fn of_extension(extension: &str) -> Option<Self> {
        match extension.to_ascii_lowercase().as_str() {
            "mp3" => Some(Container::Mp3),
            "m4a" | "mp4" => Some(Container::Mp4),
            "wav" => Some(Container::Wav),
            _ => None,
        }
    }

    /// Its short name.
    pub fn as_str(self) -> &'static str {
        match self {
            Container::Mp3 => "mp3",
            Container::Mp4 => "mp4",
            Container::Wav => "wav",
        }
    }
}

impl fmt::Display for Container {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What the first bytes say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sniffed {
    /// A container we know.
    Media(Container),
    /// A web page.
    Html,
    /// A JSON message.
    Json,
    /// Some other XML.
    Xml,
    /// Nothing at all.
    Empty,
    /// None of these.
    Unknown,
}

impl Sniffed {
    /// The word for the `kind` parameter of [`protocol::ErrorCode::NotMedia`].
    pub fn as_str(self) -> &'static str {
        match self {
            Sniffed::Media(container) => container.as_str(),
            Sniffed::Html => "html",
            Sniffed::Json => "json",
            Sniffed::Xml => "xml",
            Sniffed::Empty => "empty",
            Sniffed::Unknown => "unknown",
        }
    }
}

/// Judges a file by its first [`HEAD_LEN`] bytes (or all of them, if it is shorter).
pub fn sniff(head: &[u8]) -> Sniffed {
    if head.is_empty() {
        return Sniffed::Empty;
    }
    let signature = |at: usize| head.get(at..at + 4).unwrap_or_default();
    if signature(4) == b"ftyp" {
        return Sniffed::Media(Container::Mp4);
    }
    if matches!(signature(0), b"RIFF" | b"RF64" | b"BW64") && signature(8) == b"WAVE" {
        return Sniffed::Media(Container::Wav);
    }
    if head.starts_with(b"ID3") || mpeg::first_frame(head).is_some() {
        return Sniffed::Media(Container::Mp3);
    }
    sniff_text(head)
}

fn sniff_text(head: &[u8]) -> Sniffed {
    let head = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head);
    let text = head.trim_ascii_start();
    let lower = text[..text.len().min(1024)].to_ascii_lowercase();
    let contains = |needle: &[u8]| lower.windows(needle.len()).any(|window| window == needle);
    match lower.first() {
        Some(b'<') if contains(b"<html") || contains(b"<!doctype html") || contains(b"<head") => {
            Sniffed::Html
        }
        Some(b'<') if lower.starts_with(b"<?xml") => Sniffed::Xml,
        Some(b'<') if contains(b"<body") || contains(b"<script") || contains(b"<title") => {
            Sniffed::Html
        }
        Some(b'<') => Sniffed::Xml,
        Some(b'{' | b'[') => Sniffed::Json,
        _ => Sniffed::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case(b"", Sniffed::Empty)]
    #[case(b"\0\0\0\x1cftypM4A ", Sniffed::Media(Container::Mp4))]
    #[case(b"RIFF\x24\0\0\0WAVEfmt ", Sniffed::Media(Container::Wav))]
    #[case(b"RF64\xff\xff\xff\xffWAVEds64", Sniffed::Media(Container::Wav))]
    #[case(b"RIFF\x24\0\0\0AVI LIST", Sniffed::Unknown)]
    #[case(b"ID3\x04\0\0\0\0\0\0", Sniffed::Media(Container::Mp3))]
    #[case(b"\n <!DOCTYPE html><html>", Sniffed::Html)]
    #[case(b"\xEF\xBB\xBF<HTML lang=en>", Sniffed::Html)]
    #[case(b"<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>", Sniffed::Xml)]
    #[case(b"<?xml version='1.0'?><!DOCTYPE html><html/>", Sniffed::Html)]
    #[case(b"{\"error\":\"expired\"}", Sniffed::Json)]
    #[case(b"not found", Sniffed::Unknown)]
    fn the_first_bytes_tell(#[case] head: &[u8], #[case] sniffed: Sniffed) {
        assert_eq!(sniff(head), sniffed);
    }

    proptest! {
        #[test]
        fn any_bytes_get_an_answer(head in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = sniff(&head);
        }
    }
}
