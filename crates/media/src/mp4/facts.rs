//! Checking an mp4 and reading what it says about itself.

use super::atom::{Atom, child, children, descend, number, top_level, wide_number};
use super::moov::{Moov, chunk_tables};
use crate::container::Container;
use crate::error::{Result, damaged};
use crate::inspect::{Facts, bitrate_kbps};
use std::fs::File;
use std::ops::Range;

/// Checks that the atoms fill the file, that the audio they speak of is there, and reads the facts.
pub(crate) fn facts(file: &mut File) -> Result<Facts> {
    let atoms = top_level(file)?;
    let moov = Moov::read(file, &atoms)?;
    let audio: u64 =
        atoms.iter().filter(|atom| &atom.kind == b"mdat").map(|atom| atom.end - atom.content).sum();
    if audio == 0 {
        return damaged("the atom `mdat` is missing");
    }
    check_chunks(&moov, &atoms)?;
    let content = &moov.content;
    let duration_s = duration(content);
    let track = audio_track(content);
    let (codec, channels, sample_rate) = match track.and_then(|track| sample_entry(content, track))
    {
        Some((codec, channels, rate)) => (codec, Some(channels), Some(rate)),
        None => ("unknown".to_owned(), None, None),
    };
    Ok(Facts {
        container: Container::Mp4,
        codec,
        duration_s,
        bitrate_kbps: duration_s.and_then(|seconds| bitrate_kbps(audio, seconds)),
        sample_rate,
        channels,
        bytes: file.metadata()?.len(),
    })
}

/// Every chunk of samples must begin inside the file.
fn check_chunks(moov: &Moov, atoms: &[Atom]) -> Result<()> {
    let length = atoms.last().map_or(0, |atom| atom.end);
    let last =
        chunk_tables(&moov.content).iter().flat_map(|table| table.offsets(&moov.content)).max();
    match last {
        Some(last) if last >= length => damaged("sample data lies beyond the end"),
        _ => Ok(()),
    }
}

/// `mvhd`: scale and duration, in 32 or 64 bits. A file in fragments says 0.
fn duration(moov: &[u8]) -> Option<f64> {
    let at = child(moov, 0..moov.len(), b"mvhd")?.content.start;
    let (scale, duration) = match moov.get(at)? {
        1 => (number(moov, at + 20)?, wide_number(moov, at + 24)?),
        _ => (number(moov, at + 12)?, number(moov, at + 16)?.into()),
    };
    (scale > 0 && duration > 0).then(|| duration as f64 / f64::from(scale))
}

/// Whether sound is all that its tracks carry.
pub(crate) fn is_sound_alone(file: &mut File) -> Result<bool> {
    let atoms = top_level(file)?;
    let moov = Moov::read(file, &atoms)?.content;
    let kinds: Vec<_> = tracks(&moov).map(|track| handler(&moov, &track).to_vec()).collect();
    Ok(!kinds.is_empty() && kinds.iter().all(|kind| kind == b"soun"))
}

/// The first track whose handler is sound.
fn audio_track(moov: &[u8]) -> Option<Range<usize>> {
    tracks(moov).find(|track| handler(moov, track) == b"soun")
}

fn tracks(moov: &[u8]) -> impl Iterator<Item = Range<usize>> {
    let tracks = children(moov, 0..moov.len()).filter(|child| &child.kind == b"trak");
    tracks.map(|track| track.content)
}

/// What a track carries, in four letters.
fn handler<'m>(moov: &'m [u8], track: &Range<usize>) -> &'m [u8] {
    let at = descend(moov, track.clone(), &[b"mdia", b"hdlr"]);
    at.and_then(|at| moov.get(at.start + 8..at.start + 12)).unwrap_or_default()
}

/// Codec, channels and rate from the first entry of `stsd`.
fn sample_entry(moov: &[u8], track: Range<usize>) -> Option<(String, u16, u32)> {
    let stsd = descend(moov, track, &[b"mdia", b"minf", b"stbl", b"stsd"])?;
    let entry = children(moov, stsd.start + 8..stsd.end).next()?;
    let at = entry.content.start;
    let channels = (number(moov, at + 16)? >> 16) as u16;
    let rate = number(moov, at + 24)? >> 16;
    let codec = match &entry.kind {
        b"mp4a" => "aac".to_owned(),
        other => other.escape_ascii().to_string().trim().to_ascii_lowercase(),
    };
    Some((codec, channels, rate))
}
