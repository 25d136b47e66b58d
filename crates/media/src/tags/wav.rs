//! Tags of wav: an `id3 ` chunk with everything, and a `LIST INFO` for programs that read no ID3.

use super::Tags;
use crate::error::{MediaError, Result};
use crate::riff::{CHUNK_HEADER, Chunk, HEADER, Wave};
use crate::splice::{read_at, write_at};
use std::fs::File;

/// Appends the tags behind the audio. Old tags at the end are cut off; those in front of something else, where cutting
/// would move the audio, become `JUNK`, which every reader skips.
///
/// `id3` is the whole tag; `tags` is what it says, for those who read no ID3.
pub(super) fn write(file: &mut File, tags: &Tags, id3: &[u8]) -> Result<()> {
    let wave = Wave::read(file)?;
    if wave.is_64bit {
        return Err(MediaError::CannotTag("this is a 64-bit wav".into()));
    }
    let chunks: Vec<Chunk> = inside(file, &wave)?;
    let mut is_tag = Vec::new();
    for chunk in &chunks {
        is_tag.push(holds_tags(file, chunk)?);
    }
    let keep = is_tag.iter().rposition(|tag| !tag).map_or(0, |last| last + 1);
    let end = chunks[..keep].last().map_or(HEADER, Chunk::end);
    let appended = [chunk(b"LIST", &info(tags)), chunk(b"id3 ", id3)].concat();
    let Ok(riff_size) = u32::try_from(end + appended.len() as u64 - CHUNK_HEADER) else {
        return Err(MediaError::CannotTag("a wav cannot be larger than 4 GiB".into()));
    };
    for (old, _) in chunks[..keep].iter().zip(&is_tag).filter(|(_, tag)| **tag) {
        write_at(file, old.start, b"JUNK")?;
    }
    // Grows by the padding byte that some writers leave out behind an odd chunk, or drops what was behind the end.
    file.set_len(end)?;
    write_at(file, end, &appended)?;
    write_at(file, 4, &riff_size.to_le_bytes())?;
    // A size that was never filled in would now take the tags for audio.
    Ok(write_at(file, wave.data.start + 4, &(wave.data.size as u32).to_le_bytes())?)
}

/// The chunks that belong to the RIFF, without garbage behind its end.
fn inside(file: &mut File, wave: &Wave) -> Result<Vec<Chunk>> {
    let size: [u8; 4] = read_at(file, 4)?;
    let announced = u64::from(u32::from_le_bytes(size)) + CHUNK_HEADER;
    // Some writers forget the size or count short: the audio is inside in any case.
    let end = announced.max(wave.data.end());
    Ok(wave.chunks.iter().filter(|chunk| chunk.content() + chunk.size <= end).copied().collect())
}

fn holds_tags(file: &mut File, chunk: &Chunk) -> Result<bool> {
    match &chunk.id {
        b"id3 " | b"ID3 " => Ok(true),
        b"LIST" if chunk.size >= 4 => Ok(&read_at::<4>(file, chunk.content())? == b"INFO"),
        _ => Ok(false),
    }
}

/// The content of `LIST INFO`. Its texts end with NUL.
fn info(tags: &Tags) -> Vec<u8> {
    let day = tags.date.as_ref().map(|date| date.split('T').next().unwrap_or_default().to_owned());
    let fields = [
        (b"INAM", &tags.title),
        (b"IART", &tags.artist),
        (b"IPRD", &tags.album),
        (b"ICRD", &day),
        (b"ICMT", &tags.comment),
    ];
    let texts = fields.into_iter().filter_map(|(id, text)| Some((id, text.as_ref()?)));
    let chunks = texts.flat_map(|(id, text)| chunk(id, &[text.as_bytes(), b"\0"].concat()));
    b"INFO".iter().copied().chain(chunks).collect()
}

fn chunk(id: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let size = (content.len() as u32).to_le_bytes();
    let padding: &[u8] = if content.len() % 2 == 1 { &[0] } else { &[] };
    [id, &size[..], content, padding].concat()
}
