//! The sound and picture inside a file, without the tags around it: what must be the same, byte for byte, as the site has it.
//!
//! Written from the formats' documents, apart from the product's own code, so that a mistake there shows here.

use anyhow::{Context, Result, bail};

/// The encoded sound of an mp3, wav or m4a file, or sound and picture of an mp4 file.
///
/// # Errors
/// When `bytes` is not a file of that kind.
pub fn of(extension: &str, bytes: &[u8]) -> Result<Vec<u8>> {
    match extension {
        "mp3" => mpeg_frames(bytes).map(<[u8]>::to_vec),
        "wav" => riff_data(bytes).map(<[u8]>::to_vec),
        "m4a" | "mp4" => mp4_media_data(bytes),
        other => bail!("{other} is not a kind of sound file known here"),
    }
}

/// What follows the ID3v2 tag. Its length is four times seven bits (ID3v2.4 structure, section 3.1).
fn mpeg_frames(bytes: &[u8]) -> Result<&[u8]> {
    let mut rest = bytes;
    while let Some(header) = rest.first_chunk::<10>().filter(|header| header.starts_with(b"ID3")) {
        let length = header[6..].iter().fold(0, |sum, byte| sum << 7 | usize::from(byte & 0x7f));
        let footer = if header[5] & 0x10 == 0 { 0 } else { 10 };
        rest = rest.get(10 + length + footer..).context("the ID3 tag is longer than the file")?;
    }
    // The frame sync: eleven set bits.
    if rest.len() < 2 || rest[0] != 0xff || rest[1] & 0xe0 != 0xe0 {
        bail!("no MPEG frame where the sound should begin");
    }
    Ok(rest)
}

/// The `data` chunk (RIFF: id, little-endian length, content, padded to an even length).
fn riff_data(bytes: &[u8]) -> Result<&[u8]> {
    if !bytes.starts_with(b"RIFF") || bytes.get(8..12) != Some(b"WAVE") {
        bail!("not a RIFF WAVE file");
    }
    let mut rest = &bytes[12..];
    while let Some((id, after)) = rest.split_first_chunk::<4>() {
        let (length, content) = after.split_first_chunk::<4>().context("a chunk without length")?;
        let length = u32::from_le_bytes(*length) as usize;
        if id == b"data" {
            return content.get(..length).context("the data chunk is cut");
        }
        rest = content.get(length + length % 2..).context("a chunk is cut")?;
    }
    bail!("no data chunk");
}

/// All `mdat` atoms (ISO/IEC 14496-12: big-endian length, type, content; length 1 means a 64-bit length follows).
fn mp4_media_data(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut found = Vec::new();
    let mut rest = bytes;
    while let Some(head) = rest.first_chunk::<8>() {
        let short = u32::from_be_bytes([head[0], head[1], head[2], head[3]]) as usize;
        let (header, length) = match short {
            0 => (8, rest.len()),
            1 => {
                let long = rest.get(8..16).context("an atom is cut")?;
                (16, long.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte)))
            }
            short => (8, short),
        };
        let atom = rest.get(..length).context("an atom is cut")?;
        if &head[4..] == b"mdat" {
            found.extend_from_slice(atom.get(header..).context("an atom without content")?);
        }
        rest = &rest[length..];
    }
    if found.is_empty() {
        bail!("no mdat atom");
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id3_tag_before_the_sound_is_left_out() -> Result<()> {
        let tagged = b"ID3\x04\x00\x00\x00\x00\x01\x02".iter().copied();
        let file: Vec<u8> = tagged.chain([7; 130]).chain(*b"\xff\xfbsound").collect();
        assert_eq!(of("mp3", &file)?, b"\xff\xfbsound");
        Ok(())
    }

    #[test]
    fn only_the_data_chunk_of_a_wav_counts() -> Result<()> {
        let file = b"RIFF\0\0\0\0WAVELIST\x03\0\0\0abc\0data\x04\0\0\0soundid3 ";
        assert_eq!(of("wav", file)?, b"soun");
        Ok(())
    }

    #[test]
    fn the_mdat_atoms_of_an_m4a_count_wherever_they_are() -> Result<()> {
        let file = b"\0\0\0\x09ftypX\0\0\0\x0amdatab\0\0\0\x01mdat\0\0\0\0\0\0\0\x11c";
        assert_eq!(of("m4a", file)?, b"abc");
        Ok(())
    }

    #[test]
    fn a_page_in_place_of_a_song_is_no_sound() {
        for extension in ["mp3", "wav", "m4a"] {
            assert!(of(extension, b"<!doctype html><title>Sign in</title>").is_err());
        }
    }
}
