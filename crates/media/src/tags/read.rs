//! Reading back the tags that are written here.

use super::{Cover, OWN_DOMAIN, OWN_PREFIX, Tags};
use crate::container::Container;
use crate::error::{MediaError, Result};
use crate::inspect::expect;
use lofty::config::ParseOptions;
use lofty::file::AudioFile;
use lofty::id3::v2::{Frame, FrameId, Id3v2Tag};
use lofty::iff::wav::WavFile;
use lofty::mp4::{AtomData, AtomIdent, Ilst, Mp4File};
use lofty::mpeg::MpegFile;
use lofty::picture::Picture;
use std::borrow::Cow;
use std::fs::File;
use std::io::Seek;
use std::path::Path;

/// The tags in a file; empty when it has none. A date comes back in the form in which the container has it.
pub fn read_tags(path: &Path, container: Container) -> Result<Tags> {
    let mut file = File::open(path)?;
    expect(&mut file, container)?;
    file.rewind()?;
    let options = ParseOptions::new().read_properties(false);
    let tags = match container {
        Container::Mp3 => {
            MpegFile::read_from(&mut file, options).map(|mp3| mp3.id3v2().map(from_id3))
        }
        Container::Wav => {
            WavFile::read_from(&mut file, options).map(|wav| wav.id3v2().map(from_id3))
        }
        Container::Mp4 => {
            Mp4File::read_from(&mut file, options).map(|mp4| mp4.ilst().map(from_ilst))
        }
    };
    Ok(tags.map_err(|error| MediaError::Damaged(error.to_string()))?.unwrap_or_default())
}

pub(super) fn from_id3(tag: &Id3v2Tag) -> Tags {
    let text =
        |id: &'static str| tag.get_text(&FrameId::Valid(Cow::Borrowed(id))).map(str::to_owned);
    let date = tag.into_iter().find_map(|frame| match frame {
        Frame::Timestamp(date) if date.id().as_str() == "TDRC" => Some(date.timestamp.to_string()),
        _ => None,
    });
    let url = tag.into_iter().find_map(|frame| match frame {
        Frame::Url(url) if url.id().as_str() == "WOAS" => Some(url.url().to_owned()),
        _ => None,
    });
    let picture = tag.into_iter().find_map(|frame| match frame {
        Frame::Picture(frame) => cover(&frame.picture),
        _ => None,
    });
    Tags {
        title: text("TIT2"),
        artist: text("TPE1"),
        album: text("TALB"),
        date: text("TDRC").or(date),
        lyrics: tag.unsync_text().next().map(|frame| frame.content.to_string()),
        comment: tag
            .comments()
            .find(|frame| frame.description.is_empty())
            .map(|frame| frame.content.to_string()),
        cover: picture,
        site_id: tag.get_user_text(&format!("{OWN_PREFIX}_ID")).map(str::to_owned),
        source_url: url,
    }
}

fn from_ilst(ilst: &Ilst) -> Tags {
    let text = |ident: AtomIdent<'_>| match ilst.get(&ident)?.data().next()? {
        // An empty one was taken away.
        AtomData::UTF8(text) => Some(text.clone()).filter(|text| !text.is_empty()),
        _ => None,
    };
    let known = |kind: &[u8; 4]| text(AtomIdent::Fourcc(*kind));
    let own = |name| {
        text(AtomIdent::Freeform { mean: Cow::Borrowed(OWN_DOMAIN), name: Cow::Borrowed(name) })
    };
    Tags {
        title: known(b"\xa9nam"),
        artist: known(b"\xa9ART"),
        album: known(b"\xa9alb"),
        date: known(b"\xa9day"),
        lyrics: known(b"\xa9lyr"),
        comment: known(b"\xa9cmt"),
        cover: ilst.pictures().and_then(|mut pictures| cover(pictures.next()?)),
        site_id: own("id"),
        source_url: own("url"),
    }
}

fn cover(picture: &Picture) -> Option<Cover> {
    Cover::new(picture.data().to_vec())
}
