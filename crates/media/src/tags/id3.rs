//! Rendering ID3v2.4, for mp3 and for the `id3 ` chunk of wav.

use super::{OWN_PREFIX, Tags, unrenderable};
use crate::error::Result;
use lofty::TextEncoding;
use lofty::config::WriteOptions;
use lofty::id3::v2::{
    AttachedPictureFrame, CommentFrame, ExtendedTextFrame, Frame, FrameId, Id3v2Tag,
    TextInformationFrame, UnsynchronizedTextFrame, UrlLinkFrame,
};
use lofty::picture::{MimeType, Picture, PictureType};
use lofty::tag::TagExt;
use std::borrow::Cow;

/// Room kept behind the frames of an mp3, so that a changed title does not move the audio.
pub(super) const PADDING: u64 = 2048;
/// An old tag that would leave more than this unused is not worth keeping its room; a hostile one claims 256 MiB.
pub(super) const MOST_PADDING: u64 = 64 * 1024;
/// "Undetermined" in ISO 639-2. Readers that show the language show nothing for it.
const LANGUAGE: [u8; 3] = *b"und";

/// The whole tag, header included and without padding.
pub(super) fn render(tags: &Tags) -> Result<Vec<u8>> {
    let mut tag = Id3v2Tag::new();
    let texts = [
        ("TIT2", &tags.title),
        ("TPE1", &tags.artist),
        ("TALB", &tags.album),
        ("TDRC", &tags.date),
    ];
    for (id, text) in texts {
        if let Some(text) = text {
            tag.insert(
                TextInformationFrame::new(frame_id(id), TextEncoding::UTF8, text.clone()).into(),
            );
        }
    }
    if let Some(lyrics) = &tags.lyrics {
        tag.insert(
            UnsynchronizedTextFrame::new(TextEncoding::UTF8, LANGUAGE, "", lyrics.clone()).into(),
        );
    }
    if let Some(comment) = &tags.comment {
        tag.insert(CommentFrame::new(TextEncoding::UTF8, LANGUAGE, "", comment.clone()).into());
    }
    if let Some(url) = &tags.source_url {
        tag.insert(UrlLinkFrame::new(frame_id("WOAS"), url.clone()).into());
    }
    if let Some(id) = &tags.site_id {
        let name = format!("{OWN_PREFIX}_ID");
        tag.insert(ExtendedTextFrame::new(TextEncoding::UTF8, name, id.clone()).into());
    }
    if let Some(cover) = &tags.cover {
        let mime = if cover.mime() == "image/png" { MimeType::Png } else { MimeType::Jpeg };
        let picture = Picture::unchecked(cover.data().to_vec())
            .pic_type(PictureType::CoverFront)
            .mime_type(mime);
        tag.insert(Frame::Picture(AttachedPictureFrame::new(
            TextEncoding::Latin1,
            picture.build(),
        )));
    }
    dump(&tag)
}

/// The bytes of a tag.
pub(super) fn dump(tag: &Id3v2Tag) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    tag.dump_to(&mut bytes, WriteOptions::default().preferred_padding(0)).map_err(unrenderable)?;
    // A tag without frames is no tag to lofty; an empty one takes the place of an old one all the same.
    Ok(if bytes.is_empty() { EMPTY.to_vec() } else { bytes })
}

const EMPTY: &[u8] = b"ID3\x04\0\0\0\0\0\0";

fn frame_id(id: &'static str) -> FrameId<'static> {
    FrameId::Valid(Cow::Borrowed(id))
}

/// `tag` with zeros behind its frames until it has `length` bytes, which its header says too.
pub(super) fn padded(mut tag: Vec<u8>, length: usize) -> Vec<u8> {
    tag.resize(length, 0);
    let size = length - EMPTY.len();
    for (place, shift) in (6..10).zip([21, 14, 7, 0]) {
        tag[place] = (size >> shift & 0x7F) as u8;
    }
    tag
}
