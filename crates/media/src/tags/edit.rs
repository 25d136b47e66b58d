//! Changing single fields of the tags that are in a file, whoever wrote them: the rest stays as it is.

use super::{Tags, id3, ilst, text, wav, write_id3};
use crate::container::Container;
use crate::error::{MediaError, Result};
use crate::inspect::expect;
use crate::mp4;
use lofty::TextEncoding;
use lofty::config::{ParseOptions, WriteOptions};
use lofty::file::AudioFile;
use lofty::flac::FlacFile;
use lofty::id3::v1::Id3v1Tag;
use lofty::id3::v2::{FrameId, Id3v2Tag, TextInformationFrame};
use lofty::iff::wav::{RiffInfoList, WavFile};
use lofty::mpeg::MpegFile;
use lofty::ogg::tag::VorbisComments;
use lofty::ogg::{OpusFile, VorbisFile};
use lofty::tag::Accessor;
use std::borrow::Cow;
use std::fs::{File, OpenOptions};
use std::io::{Read, Seek};
use std::path::Path;

/// lofty keeps a FLAC or Ogg file in memory while it writes to it.
const LARGEST: u64 = 512 << 20;

/// What is changed. `None` stays as it is; an empty text goes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TagChanges {
    /// Title.
    pub title: Option<String>,
    /// Artist.
    pub artist: Option<String>,
    /// Album.
    pub album: Option<String>,
    /// When it was made, in the forms of [`Tags::date`].
    pub date: Option<String>,
}

/// Writes `changes` into the part file at `path`, whose name in the library would end in `extension`. Sound, cover and
/// all other fields stay.
///
/// # Errors
/// [`MediaError::CannotTag`] leaves the file whole and untouched: such a file carries no tags that are written here. Any
/// other error, and a crash, can leave it broken: throw it away.
pub fn edit_tags(path: &Path, extension: &str, changes: &TagChanges) -> Result<()> {
    let mut file = OpenOptions::new().read(true).write(true).open(path)?;
    let changes = changes.cleaned();
    if let Some(container) = Container::of_extension(extension) {
        expect(&mut file, container)?;
        file.rewind()?;
        return match container {
            Container::Mp3 => edit_mp3(&mut file, &changes),
            Container::Wav => edit_wav(&mut file, &changes),
            // What the new list does not name stays as it is.
            Container::Mp4 => mp4::replace_ilst(&mut file, &ilst::render(&changes.as_tags())?),
        };
    }
    match extension {
        "flac" => edit_flac(&mut file, &changes),
        "opus" | "ogg" | "oga" => edit_ogg(&mut file, &changes),
        other => Err(MediaError::CannotTag(format!("no tags are written to {other} files"))),
    }
}

impl TagChanges {
    /// Fit for tags; a date that is none changes nothing.
    fn cleaned(&self) -> Self {
        let cleaned = text::cleaned(&self.as_tags());
        let or_empty = |given: &Option<String>, text: Option<String>| {
            given.as_ref().map(|_| text.unwrap_or_default())
        };
        let date = cleaned.date.or_else(|| self.date.clone().filter(String::is_empty));
        Self {
            title: or_empty(&self.title, cleaned.title),
            artist: or_empty(&self.artist, cleaned.artist),
            album: or_empty(&self.album, cleaned.album),
            date,
        }
    }

    fn as_tags(&self) -> Tags {
        Tags {
            title: self.title.clone(),
            artist: self.artist.clone(),
            album: self.album.clone(),
            date: self.date.clone(),
            ..Tags::default()
        }
    }

    /// Each field that is changed, under the names that ID3 and Vorbis have for it.
    fn fields(&self) -> impl Iterator<Item = (&'static str, &'static str, &String)> {
        let fields = [
            ("TIT2", "TITLE", &self.title),
            ("TPE1", "ARTIST", &self.artist),
            ("TALB", "ALBUM", &self.album),
            ("TDRC", "DATE", &self.date),
        ];
        fields.into_iter().filter_map(|(id3, vorbis, text)| Some((id3, vorbis, text.as_ref()?)))
    }
}

fn edit_mp3(file: &mut File, changes: &TagChanges) -> Result<()> {
    let options = ParseOptions::new().read_properties(false);
    let mp3 = MpegFile::read_from(file, options).map_err(damaged)?;
    let old = mp3.id3v2().cloned().or_else(|| mp3.id3v1().map(from_id3v1));
    write_id3(file, &id3::dump(&edited(old, changes))?)
}

fn edit_wav(file: &mut File, changes: &TagChanges) -> Result<()> {
    let options = ParseOptions::new().read_properties(false);
    let wave = WavFile::read_from(file, options).map_err(damaged)?;
    let old = wave.id3v2().cloned().or_else(|| wave.riff_info().map(from_riff));
    let tag = edited(old, changes);
    wav::write(file, &super::read::from_id3(&tag), &id3::dump(&tag)?)
}

fn edited(old: Option<Id3v2Tag>, changes: &TagChanges) -> Id3v2Tag {
    let mut tag = old.unwrap_or_default();
    for (id, _, text) in changes.fields() {
        let id = FrameId::Valid(Cow::Borrowed(id));
        tag.remove(&id).for_each(drop);
        if !text.is_empty() {
            tag.insert(TextInformationFrame::new(id, TextEncoding::UTF8, text.clone()).into());
        }
    }
    tag
}

/// What an older tag says, which goes when the newer one is written.
fn from_id3v1(old: &Id3v1Tag) -> Id3v2Tag {
    from_accessor(old)
}

fn from_riff(old: &RiffInfoList) -> Id3v2Tag {
    from_accessor(old)
}

fn from_accessor(old: &impl Accessor) -> Id3v2Tag {
    let text = |text: Option<Cow<'_, str>>| text.map(Cow::into_owned);
    let known = TagChanges {
        title: text(old.title()),
        artist: text(old.artist()),
        album: text(old.album()),
        date: old.date().map(|date| date.to_string()),
    };
    edited(None, &known.cleaned())
}

fn edit_flac(file: &mut File, changes: &TagChanges) -> Result<()> {
    refuse_large(file)?;
    expect_start(file, b"fLaC")?;
    let mut flac = FlacFile::read_from(file, ParseOptions::new()).map_err(damaged)?;
    let length = flac.properties().duration();
    let mut comments = flac.remove_vorbis_comments().unwrap_or_default();
    change(&mut comments, changes);
    flac.set_vorbis_comments(comments);
    file.rewind()?;
    flac.save_to(file, WriteOptions::default()).map_err(damaged)?;
    file.rewind()?;
    let again = FlacFile::read_from(file, ParseOptions::new()).map_err(damaged)?;
    same_length(length, again.properties().duration())
}

fn edit_ogg(file: &mut File, changes: &TagChanges) -> Result<()> {
    refuse_large(file)?;
    expect_start(file, b"OggS")?;
    if let Ok(mut opus) = OpusFile::read_from(file, ParseOptions::new()) {
        let length = opus.properties().duration();
        change(opus.vorbis_comments_mut(), changes);
        file.rewind()?;
        opus.save_to(file, WriteOptions::default()).map_err(damaged)?;
        file.rewind()?;
        let again = OpusFile::read_from(file, ParseOptions::new()).map_err(damaged)?;
        return same_length(length, again.properties().duration());
    }
    file.rewind()?;
    let Ok(mut vorbis) = VorbisFile::read_from(file, ParseOptions::new()) else {
        return Err(MediaError::CannotTag("this ogg holds neither Opus nor Vorbis".into()));
    };
    let length = vorbis.properties().duration();
    change(vorbis.vorbis_comments_mut(), changes);
    file.rewind()?;
    vorbis.save_to(file, WriteOptions::default()).map_err(damaged)?;
    file.rewind()?;
    let again = VorbisFile::read_from(file, ParseOptions::new()).map_err(damaged)?;
    same_length(length, again.properties().duration())
}

fn change(comments: &mut VorbisComments, changes: &TagChanges) {
    for (_, name, text) in changes.fields() {
        comments.remove(name).for_each(drop);
        if !text.is_empty() {
            comments.push(name.to_owned(), text.clone());
        }
    }
    if changes.date.is_some() {
        // Some programs write the year beside the date; it would contradict.
        comments.remove("YEAR").for_each(drop);
    }
}

fn refuse_large(file: &File) -> Result<()> {
    match file.metadata()?.len() {
        length if length > LARGEST => {
            Err(MediaError::CannotTag("it is too large for tags of its kind".into()))
        }
        _ => Ok(()),
    }
}

fn expect_start(file: &mut File, signature: &[u8; 4]) -> Result<()> {
    let mut start = [0; 4];
    file.read_exact(&mut start).map_err(|error| crate::error::cut_off(error, "the file"))?;
    file.rewind()?;
    match &start == signature {
        true => Ok(()),
        false => Err(MediaError::NotMedia("unknown")),
    }
}

/// Both are counted from the sound: it is all there.
fn same_length(before: std::time::Duration, after: std::time::Duration) -> Result<()> {
    match before == after {
        true => Ok(()),
        false => {
            Err(MediaError::Damaged("the sound is another after the tags were written".into()))
        }
    }
}

fn damaged(error: impl std::fmt::Display) -> MediaError {
    MediaError::Damaged(error.to_string())
}
