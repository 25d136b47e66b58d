//! Rendering `ilst`, the tags of MP4.

use super::{OWN_DOMAIN, Tags, unrenderable};
use crate::error::Result;
use lofty::config::WriteOptions;
use lofty::mp4::{Atom, AtomData, AtomIdent, Ilst};
use lofty::picture::{MimeType, Picture, PictureType};
use lofty::tag::TagExt;
use std::borrow::Cow;

/// The whole `ilst` atom.
pub(super) fn render(tags: &Tags) -> Result<Vec<u8>> {
    let mut ilst = Ilst::new();
    // `©day` has the zone, unlike ID3.
    let date = tags
        .date
        .as_ref()
        .map(|date| if date.contains('T') { format!("{date}Z") } else { date.clone() });
    let texts = [
        (*b"\xa9nam", &tags.title),
        (*b"\xa9ART", &tags.artist),
        (*b"\xa9alb", &tags.album),
        (*b"\xa9day", &date),
        (*b"\xa9lyr", &tags.lyrics),
        (*b"\xa9cmt", &tags.comment),
    ];
    for (kind, text) in texts {
        if let Some(text) = text {
            ilst.insert(Atom::new(AtomIdent::Fourcc(kind), AtomData::UTF8(text.clone())));
        }
    }
    for (name, text) in [("id", &tags.site_id), ("url", &tags.source_url)] {
        if let Some(text) = text {
            let ident =
                AtomIdent::Freeform { mean: Cow::Borrowed(OWN_DOMAIN), name: Cow::Borrowed(name) };
            ilst.insert(Atom::new(ident, AtomData::UTF8(text.clone())));
        }
    }
    if let Some(cover) = &tags.cover {
        let mime = if cover.mime() == "image/png" { MimeType::Png } else { MimeType::Jpeg };
        let picture = Picture::unchecked(cover.data().to_vec())
            .pic_type(PictureType::CoverFront)
            .mime_type(mime);
        ilst.insert_picture(picture.build());
    }
    let mut bytes = Vec::new();
    ilst.dump_to(&mut bytes, WriteOptions::default()).map_err(unrenderable)?;
    // A list without tags is nothing to lofty.
    Ok(if bytes.is_empty() { b"\0\0\0\x08ilst".to_vec() } else { bytes })
}
