//! Cutting a page of listed things into frames that the host takes and that leave room for others in between.

use protocol::RemoteItem;
use serde_json::Value;

/// What one frame may hold.
#[derive(Clone, Copy, Debug)]
pub struct Frame {
    pub items: usize,
    /// Of JSON.
    pub bytes: usize,
}

/// A quarter of what the host takes.
pub const FRAME: Frame = Frame { items: 100, bytes: 4 * 1024 * 1024 };

/// The things in order, in groups that each fit a frame.
///
/// A single thing that does not fit leaves the site's own record behind: the song matters more.
pub fn batches(items: Vec<RemoteItem>, frame: Frame) -> Vec<Vec<RemoteItem>> {
    let mut groups: Vec<Vec<RemoteItem>> = Vec::new();
    let mut bytes = 0;
    for mut item in items {
        let mut size = size_of(&item);
        if size > frame.bytes {
            item.raw = Value::Null;
            size = size_of(&item);
        }
        match groups.last_mut() {
            Some(group) if group.len() < frame.items && bytes + size <= frame.bytes => {
                group.push(item);
                bytes += size;
            }
            _ => {
                groups.push(vec![item]);
                bytes = size;
            }
        }
    }
    groups
}

/// Bytes of JSON, with the comma.
fn size_of(item: &RemoteItem) -> usize {
    serde_json::to_string(item).map_or(0, |text| text.len() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use protocol::envelope::to_value;
    use protocol::{Metadata, Source};

    const SMALL: Frame = Frame { items: 7, bytes: 5_000 };

    fn item(id: usize, raw_bytes: usize) -> RemoteItem {
        RemoteItem {
            source: Source::Producer,
            source_id: id.to_string(),
            title: String::new(),
            metadata: Metadata::default(),
            assets: Vec::new(),
            raw: Value::String("x".repeat(raw_bytes)),
        }
    }

    fn ids(items: &[RemoteItem]) -> Vec<String> {
        items.iter().map(|item| item.source_id.clone()).collect()
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_every_group_fits(
            sizes in prop::collection::vec(0..3_000usize, 0..40)
        ) {
            let items: Vec<_> = sizes.iter().enumerate().map(|(id, size)| item(id, *size)).collect();
            let expected = ids(&items);
            let groups = batches(items, SMALL);
            prop_assert_eq!(ids(&groups.concat()), expected);
            for group in groups {
                prop_assert!(!group.is_empty() && group.len() <= SMALL.items);
                prop_assert!(to_value(&group).to_string().len() <= SMALL.bytes + 2);
            }
        }
    }

    #[test]
    fn a_thing_too_large_for_a_frame_goes_without_its_raw_record() {
        let groups = batches(vec![item(1, 10), item(2, SMALL.bytes), item(3, 10)], SMALL);
        let all = groups.concat();
        assert_eq!(ids(&all), ["1", "2", "3"]);
        assert_eq!(all[1].raw, Value::Null);
        assert_ne!(all[2].raw, Value::Null);
    }

    #[test]
    fn an_empty_page_makes_no_frame() {
        assert!(batches(Vec::new(), SMALL).is_empty());
    }
}
