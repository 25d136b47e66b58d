//! The part of a long list that the page holds: pages of rows as they are scrolled into sight.
//!
//! Pure bookkeeping; [`super::paged`] asks the daemon for what is missing.

use std::ops::Range;

/// Rows a page, which is also what is asked for at once.
pub const PAGE: u64 = 100;

/// The rows known so far of one query.
#[derive(Clone, Debug)]
pub struct HeldRows<T> {
    /// How many match the query in all; `None` before the first answer.
    pub total: Option<u64>,
    /// By page number, in no order: there are few.
    pages: Vec<(u64, Vec<T>)>,
}

impl<T> Default for HeldRows<T> {
    fn default() -> Self {
        Self { total: None, pages: Vec::new() }
    }
}

impl<T> HeldRows<T> {
    /// The row at `index`, if its page has come.
    pub fn get(&self, index: u64) -> Option<&T> {
        self.page(index / PAGE)?.get((index % PAGE) as usize)
    }

    fn page(&self, page: u64) -> Option<&Vec<T>> {
        self.pages.iter().find(|(held, _)| *held == page).map(|(_, items)| items)
    }

    /// Takes in a page.
    pub fn put(&mut self, page: u64, items: Vec<T>, total: u64) {
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

    /// Forgets the pages that are not of `sight`.
    pub fn keep_only(&mut self, sight: &Range<u64>) {
        let seen: Vec<u64> = pages_of(sight).collect();
        self.pages.retain(|(page, _)| seen.contains(page));
    }

    /// The row that `is_it` says it is, if it is held. What belongs where only the daemon knows.
    pub fn find(&mut self, is_it: impl FnMut(&&mut T) -> bool) -> Option<&mut T> {
        self.pages.iter_mut().flat_map(|(_, items)| items).find(is_it)
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

    fn page(first: i64, count: i64) -> Vec<i64> {
        (first..first + count).collect()
    }

    #[test]
    fn rows_are_found_by_their_place_in_the_whole_list() {
        let mut rows = HeldRows::default();
        rows.put(2, page(500, 100), 50_000);
        assert_eq!(rows.get(205), Some(&505));
        assert_eq!(rows.get(5), None);
    }

    #[test]
    fn what_is_in_sight_and_not_held_is_missing() {
        let mut rows = HeldRows::default();
        rows.put(1, page(0, 100), 50_000);
        assert_eq!(rows.missing(&(90..310)), [0, 2, 3]);
        assert_eq!(rows.missing(&(0..0)), [] as [u64; 0]);
    }

    #[test]
    fn a_row_that_is_held_changes_in_place() {
        let mut rows = HeldRows::default();
        rows.put(0, page(0, 3), 3);
        *rows.find(|row| **row == 1).expect("a row") = 100;
        assert_eq!(rows.find(|row| **row == 7), None);
        assert_eq!(rows.get(1), Some(&100));
        assert_eq!(rows.get(3), None);
    }

    #[test]
    fn pages_beyond_a_shorter_end_are_forgotten() {
        let mut rows = HeldRows::default();
        rows.put(3, page(0, 100), 400);
        rows.put(0, page(0, 50), 50);
        assert_eq!(rows.get(300), None);
    }

    #[test]
    fn what_is_out_of_sight_is_forgotten_when_rows_may_have_moved() {
        let mut rows = HeldRows::default();
        (0..4).for_each(|at| rows.put(at, page(0, 100), 400));
        rows.keep_only(&(150..160));
        assert_eq!(rows.missing(&(0..400)), [0, 2, 3]);
    }

    #[test]
    fn a_long_scroll_does_not_pile_up_rows() {
        let mut rows = HeldRows::default();
        for at in 0..500 {
            rows.put(at, page(0, 100), 50_000);
            rows.keep_near(&(at * PAGE..at * PAGE + 20));
        }
        assert!(rows.pages.len() <= 20);
    }
}
