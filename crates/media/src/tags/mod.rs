//! Tags: what MediaFetcher writes into the files it keeps, and reading it back.
//!
//! lofty renders and parses the tag formats; putting the rendered bytes into the file is done here, in bounded memory
//! and without touching the audio. Only part files are written to (I2, I3): a crash in the middle spoils one.

mod any;
mod cover;
mod id3;
mod ilst;
mod read;
mod text;
mod wav;

pub(crate) use any::{Kind, read_any};
pub use cover::Cover;
pub use read::read_tags;

use crate::container::Container;
use crate::error::{MediaError, Result};
use crate::inspect::expect;
use crate::{mp4, mpeg, splice};
use protocol::RemoteItem;
use std::fs::{File, OpenOptions};
use std::path::Path;

/// The name of our own fields, in front of `_ID` (ID3 `TXXX`).
const OWN_PREFIX: &str = "MEDIAFETCHER";
/// The reverse domain of our own atoms (MP4 `----`).
const OWN_DOMAIN: &str = "com.mediafetcher";

/// What is written into a file. `None` leaves a field out. Texts may be hostile: they are cleaned when written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tags {
    /// Title.
    pub title: Option<String>,
    /// Artist.
    pub artist: Option<String>,
    /// Album.
    pub album: Option<String>,
    /// When it was made: RFC 3339, or a year, month or day of ISO 8601. Anything else is left out.
    pub date: Option<String>,
    /// Plain lyrics, lines parted by `\n`.
    pub lyrics: Option<String>,
    /// Free text.
    pub comment: Option<String>,
    /// Front cover.
    pub cover: Option<Cover>,
    /// The site's id.
    pub site_id: Option<String>,
    /// The page on the site, or where the file came from.
    pub source_url: Option<String>,
}

impl Tags {
    /// As they are written: without control characters, empty fields and what is no date.
    #[must_use]
    pub(crate) fn cleaned(&self) -> Self {
        text::cleaned(self)
    }
}

/// Writes `tags` into the part file at `path`, replacing what was there; tags that we do not write ourselves stay in
/// mp4 and go in mp3 and wav. The audio stays as it is, and memory use does not depend on the file's size.
///
/// Nothing is synced: the caller reads the file back for its hash and syncs it (I2).
///
/// # Errors
/// [`MediaError::CannotTag`] leaves the file whole and untouched: it can be kept without tags. Any other error, and a
/// crash, can leave it broken: throw it away.
pub fn write_tags(path: &Path, container: Container, tags: &Tags) -> Result<()> {
    let mut file = OpenOptions::new().read(true).write(true).open(path)?;
    expect(&mut file, container)?;
    let tags = text::cleaned(tags);
    match container {
        Container::Mp3 => write_mp3(&mut file, &tags),
        Container::Wav => wav::write(&mut file, &tags),
        Container::Mp4 => mp4::replace_ilst(&mut file, &ilst::render(&tags)?),
    }
}

/// ID3v2 stands in front of the audio: where the old tag leaves just the room nothing is moved. An ID3v1 tag at the end goes, as
/// it would contradict.
fn write_mp3(file: &mut File, tags: &Tags) -> Result<()> {
    let tag = id3::render(tags)?;
    let old = mpeg::id3_length(file)?;
    if mpeg::has_id3v1(file)? {
        file.set_len(file.metadata()?.len() - 128)?;
    }
    let needed = tag.len() as u64;
    let fits = (needed..needed + id3::MOST_PADDING).contains(&old);
    let length = if fits { old } else { needed + id3::PADDING };
    splice::move_tail(file, old, length)?;
    Ok(splice::write_at(file, 0, &id3::padded(tag, length as usize))?)
}

/// The tags of a song: its metadata, and prompt, model and seed in the comment. For a stem that the site lists as a
/// thing of its own, those of [`tags_for_stem`].
pub fn tags_for(item: &RemoteItem, cover: Option<Cover>) -> Tags {
    match &item.metadata.stem {
        Some(stem) => tags_for_stem(item, stem, cover),
        None => tags_titled(item, item.title.clone(), cover),
    }
}

/// The tags of one stem of a song: as the song's, with the stem's name behind the title.
pub fn tags_for_stem(item: &RemoteItem, stem: &str, cover: Option<Cover>) -> Tags {
    let song = item.metadata.parent_title.as_deref().unwrap_or(&item.title);
    tags_titled(item, format!("{song} ({stem})"), cover)
}

fn tags_titled(item: &RemoteItem, title: String, cover: Option<Cover>) -> Tags {
    let metadata = &item.metadata;
    let lines =
        [("Prompt", &metadata.prompt), ("Model", &metadata.model), ("Seed", &metadata.seed)];
    let lines =
        lines.iter().filter_map(|(name, text)| Some(format!("{name}: {}", text.as_deref()?)));
    let made_from = lines.collect::<Vec<_>>().join("\n");
    let comment = match &metadata.description {
        Some(description) if made_from.is_empty() => description.clone(),
        _ => made_from,
    };
    Tags {
        title: Some(title),
        artist: metadata.artist.clone(),
        album: metadata.album.clone(),
        date: metadata.created_at.clone(),
        lyrics: metadata.lyrics.clone(),
        comment: Some(comment),
        cover,
        site_id: Some(item.source_id.clone()),
        source_url: metadata.page_url.clone(),
    }
}

/// lofty refuses to render only what does not fit its format; the text of the error is for people.
fn unrenderable(error: impl std::fmt::Display) -> MediaError {
    MediaError::CannotTag(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::{Metadata, Source};

    fn song(metadata: Metadata) -> RemoteItem {
        let (source, source_id, title) = (Source::Producer, "7".to_owned(), "Song".to_owned());
        RemoteItem {
            source,
            source_id,
            title,
            metadata,
            assets: Vec::new(),
            raw: Default::default(),
        }
    }

    #[test]
    fn the_comment_tells_what_a_song_was_made_from() {
        let text = |text: &str| Some(text.to_owned());
        let metadata = Metadata {
            prompt: text("slow"),
            seed: text("12"),
            artist: text("Ana"),
            ..Metadata::default()
        };
        let tags = text::cleaned(&tags_for(&song(metadata), None));
        assert_eq!(tags.comment.as_deref(), Some("Prompt: slow\nSeed: 12"));
        assert_eq!((tags.title.as_deref(), tags.artist.as_deref()), (Some("Song"), Some("Ana")));
        assert_eq!(text::cleaned(&tags_for(&song(Metadata::default()), None)).comment, None);
    }

    #[test]
    fn a_stem_is_titled_after_its_song() {
        let metadata = Metadata {
            stem: Some("vocals".into()),
            parent_title: Some("Night".into()),
            ..Metadata::default()
        };
        assert_eq!(tags_for(&song(metadata), None).title.as_deref(), Some("Night (vocals)"));
        let bundled = tags_for_stem(&song(Metadata::default()), "drums", None);
        assert_eq!(bundled.title.as_deref(), Some("Song (drums)"));
    }
}
