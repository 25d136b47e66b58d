//! The part of the file list that the page holds: pages of rows as they are scrolled into sight.
//!
//! Pure bookkeeping; [`super::queue`] asks the daemon for what is missing.

use protocol::ItemView;
use std::ops::Range;

/// Rows a page, which is also what is asked for at once.
pub const PAGE: u64 = 100;

/// The rows known so far of one filter.
#[derive(Clone, Debug, Default)]
pub struct Rows {
    /// How many match the filter in all; `None` before the first answer.
    pub total: Option<u64>,
    /// By page number, in no order: there are few.
    pages: Vec<(u64, Vec<ItemView>)>,
}

impl Rows {
    /// The row at `index`, if its page has come.
    pub fn get(&self, index: u64) -> Option<&ItemView> {
        self.page(index / PAGE)?.get((index % PAGE) as usize)
    }

    fn page(&self, page: u64) -> Option<&Vec<ItemView>> {
        self.pages.iter().find(|(held, _)| *held == page).map(|(_, items)| items)
    }

    /// Takes in a page.
    pub fn put(&mut self, page: u64, items: Vec<ItemView>, total: u64) {
        self.total = Some(total);
        let pages = total.div_ceil(PAGE);
        self.pages.retain(|(held, _)| *held != page && *held < pages);
        self.pages.push((page, items));
    }

    /// Forgets the pages that are far from `sight`, so that a long scroll does not pile up rows.
    pub fn keep_near(&mut self, sight: &Range<u64>) {
        let near = (sight.start / PAGE).saturating_sub(10)..sight.end / PAGE + 10;
        self.pages.retain(|(page, _)| near.contains(page));
    }

    /// Replaces a row that is held. Others are left to the next asking: where they belong only the daemon knows.
    pub fn replace(&mut self, item: ItemView) {
        if let Some(held) =
            self.pages.iter_mut().flat_map(|(_, items)| items).find(|held| held.id == item.id)
        {
            *held = item;
        }
    }

    /// The pages of `sight` that are not held.
    pub fn missing(&self, sight: &Range<u64>) -> Vec<u64> {
        pages_of(sight).filter(|page| self.page(*page).is_none()).collect()
    }
}

/// The pages that `sight` touches.
pub fn pages_of(sight: &Range<u64>) -> impl Iterator<Item = u64> + use<> {
    let end = if sight.is_empty() { sight.start / PAGE } else { sight.end.div_ceil(PAGE) };
    sight.start / PAGE..end
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::{ItemId, ItemState, JobId, Source, Variant};

    fn item(id: i64, state: ItemState) -> ItemView {
        ItemView {
            id: ItemId(id),
            job: JobId(1),
            source: Source::Producer,
            source_id: id.to_string(),
            variant: Variant::Mp3,
            title: String::new(),
            state,
            reason: None,
            next_try_at: None,
            attempts: 0,
            bytes: None,
            name: None,
        }
    }

    fn page(first: i64, count: i64) -> Vec<ItemView> {
        (first..first + count).map(|id| item(id, ItemState::Wanted)).collect()
    }

    #[test]
    fn rows_are_found_by_their_place_in_the_whole_list() {
        let mut rows = Rows::default();
        rows.put(2, page(500, 100), 50_000);
        assert_eq!(rows.get(205).map(|item| item.id.0), Some(505));
        assert_eq!(rows.get(5), None);
    }

    #[test]
    fn what_is_in_sight_and_not_held_is_missing() {
        let mut rows = Rows::default();
        rows.put(1, page(0, 100), 50_000);
        assert_eq!(rows.missing(&(90..310)), [0, 2, 3]);
        assert_eq!(rows.missing(&(0..0)), [] as [u64; 0]);
    }

    #[test]
    fn an_event_changes_a_row_in_place() {
        let mut rows = Rows::default();
        rows.put(0, page(0, 3), 3);
        rows.replace(item(1, ItemState::Done));
        rows.replace(item(7, ItemState::Done));
        assert_eq!(rows.get(1).map(|item| item.state), Some(ItemState::Done));
        assert_eq!(rows.get(3), None);
    }

    #[test]
    fn pages_beyond_a_shorter_end_are_forgotten() {
        let mut rows = Rows::default();
        rows.put(3, page(0, 100), 400);
        rows.put(0, page(0, 50), 50);
        assert_eq!(rows.get(300), None);
    }

    #[test]
    fn a_long_scroll_does_not_pile_up_rows() {
        let mut rows = Rows::default();
        for at in 0..500 {
            rows.put(at, page(0, 100), 50_000);
            rows.keep_near(&(at * PAGE..at * PAGE + 20));
        }
        assert!(rows.pages.len() <= 20);
    }
}
