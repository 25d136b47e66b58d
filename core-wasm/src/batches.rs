//! Cutting a page of listed things into frames that the host takes and that leave room for others in between.

use protocol::RemoteItem;
use protocol::envelope::to_value;
use serde_json::Value;

/// Things in one frame.
const MAX_ITEMS: usize = 100;
/// Bytes of JSON in one frame; the host takes four times as much.
const MAX_BYTES: usize = 4 * 1024 * 1024;

/// The things in order, in groups that each fit a frame.
///
/// A single thing that does not fit leaves the site's own record behind: the song matters more.
pub fn batches(items: Vec<RemoteItem>) -> Vec<Vec<RemoteItem>> {
    let mut groups: Vec<Vec<RemoteItem>> = Vec::new();
    let mut bytes = 0;
    for mut item in items {
        let mut size = size_of(&item);
        if size > MAX_BYTES {
            item.raw = Value::Null;
            size = size_of(&item);
        }
        match groups.last_mut() {
            Some(group) if group.len() < MAX_ITEMS && bytes + size <= MAX_BYTES => {
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
    to_value(item).to_string().len() + 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use protocol::{Metadata, Source};

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
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn nothing_is_lost_and_every_group_fits(
            sizes in prop::collection::vec(prop_oneof![8 => 0..2_000usize, 2 => 0..3_000_000usize], 0..260)
        ) {
            let items: Vec<_> = sizes.iter().enumerate().map(|(id, size)| item(id, *size)).collect();
            let expected = ids(&items);
            let groups = batches(items);
            prop_assert_eq!(ids(&groups.concat()), expected);
            for group in groups {
                prop_assert!(!group.is_empty() && group.len() <= MAX_ITEMS);
                prop_assert!(to_value(&group).to_string().len() <= MAX_BYTES + 2);
            }
        }
    }

    #[test]
    fn a_thing_too_large_for_a_frame_goes_without_its_raw_record() {
        let groups = batches(vec![item(1, 10), item(2, MAX_BYTES), item(3, 10)]);
        let all = groups.concat();
        assert_eq!(ids(&all), ["1", "2", "3"]);
        assert_eq!(all[1].raw, Value::Null);
        assert_ne!(all[2].raw, Value::Null);
    }

    #[test]
    fn an_empty_page_makes_no_frame() {
        assert!(batches(Vec::new()).is_empty());
    }
}
