//! Base64 (RFC 4648 §4 and §5), decoding only, reading either alphabet.
//!
//! Two callers with opposite needs share one table: a session cookie of a few kilobytes, where the size of the
//! code counts, and 100 MB of stems, where speed does.

/// Marks a byte outside both alphabets.
const OTHER: u8 = 0xff;

/// Value of each byte: `A-Z a-z 0-9`, then `+` or `-`, then `/` or `_`.
const SIX_BITS: [u8; 256] = six_bits();

const fn six_bits() -> [u8; 256] {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut table = [OTHER; 256];
    let mut value = 0;
    while value < 64 {
        table[alphabet[value as usize] as usize] = value;
        value += 1;
    }
    table[b'-' as usize] = 62;
    table[b'_' as usize] = 63;
    table
}

/// The six bits of one character, or `None` for anything else.
pub(crate) fn six_bits_of(byte: u8) -> Option<u8> {
    Some(SIX_BITS[usize::from(byte)]).filter(|value| *value != OTHER)
}

/// Decodes whole groups of four characters into groups of three bytes, until `text` or `out` has no whole group
/// left or a group holds a character of neither alphabet. Returns how many groups were done.
pub(crate) fn decode_groups(text: &[u8], out: &mut [u8]) -> usize {
    let mut done = 0;
    for (four, three) in text.chunks_exact(4).zip(out.chunks_exact_mut(3)) {
        let [a, b, c, d] =
            [four[0], four[1], four[2], four[3]].map(|byte| SIX_BITS[usize::from(byte)]);
        if (a | b | c | d) & 0x80 != 0 {
            break;
        }
        three[0] = a << 2 | b >> 4;
        three[1] = b << 4 | c >> 2;
        three[2] = c << 6 | d;
        done += 1;
    }
    done
}

/// The bytes of a group that was not filled: two characters make one byte, three make two. A single one makes
/// none and is an error (`None`).
pub(crate) fn decode_rest(values: &[u8]) -> Option<Vec<u8>> {
    match *values {
        [] => Some(vec![]),
        [a, b] => Some(vec![a << 2 | b >> 4]),
        [a, b, c] => Some(vec![a << 2 | b >> 4, b << 4 | c >> 2]),
        _ => None,
    }
}

/// Decodes a whole text, with or without padding.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    let text = text.trim_end_matches('=').as_bytes();
    let mut out = vec![0; text.len() / 4 * 3];
    if decode_groups(text, &mut out) < text.len() / 4 {
        return None;
    }
    let rest: Option<Vec<u8>> =
        text[text.len() / 4 * 4..].iter().map(|byte| six_bits_of(*byte)).collect();
    out.extend(decode_rest(&rest?)?);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::base64::Engine as _;
    use ::base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_an_independent_encoder_writes_is_read_back(bytes: Vec<u8>) {
            for engine in [STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD] {
                prop_assert_eq!(decode(&engine.encode(&bytes)), Some(bytes.clone()));
            }
        }

        #[test]
        fn any_text_is_decoded_or_refused(text: String) {
            let _ = decode(&text);
        }
    }

    #[test]
    fn foreign_characters_and_a_lone_character_are_refused() {
        for text in ["A", "AAAAA", "AA*A", "AAAA AAAA", "é"] {
            assert_eq!(decode(text), None, "{text}");
        }
    }
}
