//! `udta/meta/ilst`: the tags inside `moov`.

use super::atom::{Inner, child, children, header};
use std::ops::Range;

/// Version and flags, and a handler of type `mdir`, without which players do not look for `ilst`.
const META_START: [u8; 4] = [0; 4];
const HDLR: &[u8] = b"\0\0\0\x21hdlr\0\0\0\0\0\0\0\0mdirappl\0\0\0\0\0\0\0\0\0";

/// A whole new `udta` from the one in `moov`, if any: what is foreign in it stays, our tags are replaced by those of
/// `ilst`, which is a whole atom.
pub(super) fn rebuild(moov: &[u8], ilst: &[u8]) -> Vec<u8> {
    let old = child(moov, 0..moov.len(), b"udta");
    let old_meta = old.as_ref().and_then(|udta| child(moov, udta.content.clone(), b"meta"));
    let meta = rebuild_meta(moov, old_meta, ilst);
    let others = old
        .into_iter()
        .flat_map(|udta| children(moov, udta.content))
        .filter(|atom| &atom.kind != b"meta");
    let mut content: Vec<u8> = others.flat_map(|atom| &moov[atom.whole]).copied().collect();
    content.extend(meta);
    wrapped(b"udta", &content)
}

fn rebuild_meta(moov: &[u8], old: Option<Inner>, ilst: &[u8]) -> Vec<u8> {
    let mut content = META_START.to_vec();
    let Some(inside) = old.and_then(|meta| meta_children(moov, meta.content)) else {
        content.extend(HDLR);
        content.extend(ilst);
        return wrapped(b"meta", &content);
    };
    let mut tags = ilst.get(8..).unwrap_or_default().to_vec();
    for atom in children(moov, inside) {
        match &atom.kind {
            b"ilst" => tags.extend(foreign(moov, atom.content, ilst)),
            b"free" => {}
            _ => content.extend(&moov[atom.whole]),
        }
    }
    content.extend(wrapped(b"ilst", &tags));
    wrapped(b"meta", &content)
}

/// Where the atoms in `meta` lie: behind version and flags, which QuickTime leaves out. `None` when the handler is
/// missing or another one, as then it is not a list of tags.
fn meta_children(moov: &[u8], content: Range<usize>) -> Option<Range<usize>> {
    let full = content.start + 4..content.end;
    [full, content].into_iter().find(|range| {
        let handler = child(moov, range.clone(), b"hdlr").map(|hdlr| hdlr.content.start);
        handler.and_then(|at| moov.get(at + 8..at + 12)) == Some(b"mdir")
    })
}

/// The tags of an old list that the new one does not replace.
fn foreign(moov: &[u8], old: Range<usize>, new: &[u8]) -> Vec<u8> {
    let ours: Vec<Vec<u8>> = children(new, 8..new.len()).map(|tag| key(new, &tag)).collect();
    let foreign = children(moov, old).filter(|tag| !ours.contains(&key(moov, tag)));
    foreign.flat_map(|tag| &moov[tag.whole]).copied().collect()
}

/// What makes a tag the same tag: its kind, and for the free form `----` the `mean` and `name` in it.
fn key(bytes: &[u8], tag: &Inner) -> Vec<u8> {
    let mut key = tag.kind.to_vec();
    if &tag.kind == b"----" {
        let names = children(bytes, tag.content.clone())
            .filter(|part| matches!(&part.kind, b"mean" | b"name"));
        key.extend(names.flat_map(|part| &bytes[part.whole]));
    }
    key
}

fn wrapped(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    [&header(kind, content.len()), content].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_handler_atom_has_its_own_length() {
        assert_eq!(
            children(HDLR, 0..HDLR.len()).next().map(|atom| atom.whole),
            Some(0..HDLR.len())
        );
    }

    #[test]
    fn foreign_tags_stay_and_ours_are_replaced() {
        let tag = |kind: &[u8; 4], text: &[u8]| wrapped(kind, text);
        let old =
            wrapped(b"ilst", &[tag(b"\xa9too", b"encoder"), tag(b"\xa9nam", b"old")].concat());
        let meta = wrapped(b"meta", &[&META_START, HDLR, &old].concat());
        let moov = wrapped(b"udta", &[wrapped(b"name", b"x"), meta].concat());
        let new = wrapped(b"ilst", &tag(b"\xa9nam", b"new"));
        let rebuilt = rebuild(&moov, &new);
        let contains = |needle: &[u8]| rebuilt.windows(needle.len()).any(|window| window == needle);
        assert!(contains(b"encoder") && contains(b"new") && contains(b"name") && !contains(b"old"));
        assert_eq!(rebuild(&rebuilt, &new), rebuilt, "a second time changes nothing");
    }

    proptest! {
        #[test]
        fn any_bytes_can_be_rebuilt(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let moov = wrapped(b"udta", &wrapped(b"meta", &bytes));
            let _ = rebuild(&moov, &wrapped(b"ilst", b""));
            let _ = rebuild(&bytes, &wrapped(b"ilst", b""));
        }
    }
}
