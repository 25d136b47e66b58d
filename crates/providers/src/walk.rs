//! Walking a list by offset that changes underneath: newest first, no total, no cursor.
//!
//! Pure bookkeeping of ids and offsets; it asks for nothing and knows no service.
//!
//! * A thing **added** at the front during the walk moves everything back: records come twice and are told
//!   apart by their id; the new one is found by looking at the front again at the end.
//! * A thing **deleted** moves everything forward, over the place where the next page begins: records would be
//!   skipped. So pages overlap, and a page counts only when it *joins*: it shows at least one record that was
//!   seen before. What was seen is one unbroken stretch from the front, so everything behind such a record is
//!   the continuation. A page that does not join is not used, and the walk steps back until one does.
//! * The **end** is a page that shows nothing but the overlap. A page shorter than asked for is not taken as the
//!   end: a service may cap its pages.
//! * A list that brings nothing new page after page, or grows without end, is given up.

use protocol::Listing;
use std::collections::HashSet;

/// Pages in a row without anything new after which the list is said to be endless.
const MAX_BARREN: u32 = 10;
/// Pages that do not join, in the whole walk.
const MAX_LOST: u32 = 200;
/// Looks at the front.
const MAX_FRONT_LOOKS: u32 = 8;
/// Things in a list.
const MAX_THINGS: usize = 100_000;

/// Where the walk is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// From the front to the end.
    Down,
    /// Looking at the front again; `found` is whether this look found anything.
    Front { found: bool },
    /// The list is proven complete.
    Done,
}

/// What a page brings.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Look {
    /// It continues what was seen.
    pub joins: bool,
    /// Places in the page of the things not seen before; empty when it does not join.
    pub fresh: Vec<usize>,
}

/// The walk through one list.
pub(crate) struct Walk {
    limit: usize,
    overlap: usize,
    known: HashSet<String>,
    offset: usize,
    phase: Phase,
    barren: u32,
    lost: u32,
    front_looks: u32,
    /// The list ended before the overlap could be seen.
    cut_short: bool,
    /// Since then, nothing new was found before that place.
    searched: bool,
    pages: u64,
    seen: u64,
}

impl Walk {
    /// A walk in pages of `limit` records, of which `overlap` are read again with the next page.
    pub fn new(limit: usize, overlap: usize) -> Self {
        debug_assert!(0 < overlap && overlap < limit);
        Self {
            limit,
            overlap,
            known: HashSet::new(),
            offset: 0,
            phase: Phase::Down,
            barren: 0,
            lost: 0,
            front_looks: 0,
            cut_short: false,
            searched: false,
            pages: 0,
            seen: 0,
        }
    }

    /// The offset of the page to read next; `None` when the list is complete.
    pub fn next_offset(&self) -> Option<usize> {
        (self.phase != Phase::Done).then_some(self.offset)
    }

    /// The proof so far.
    pub fn listing(&self) -> Listing {
        let unique = self.known.len() as u64;
        Listing { pages: self.pages, seen: self.seen, unique, complete: self.phase == Phase::Done }
    }

    /// What the page at [`Walk::next_offset`] brings, without taking it into account yet.
    pub fn look(&self, ids: &[String]) -> Look {
        let joins = self.offset == 0 || ids.iter().any(|id| self.known.contains(id));
        let is_first = |at: usize| !ids[..at].contains(&ids[at]);
        let is_fresh = |at: &usize| !self.known.contains(&ids[*at]) && is_first(*at);
        let fresh = if joins { (0..ids.len()).filter(is_fresh).collect() } else { Vec::new() };
        Look { joins, fresh }
    }

    /// Takes a page into account and decides where to go next.
    ///
    /// # Errors
    /// Says why the list cannot be read to its end.
    pub fn accept(&mut self, mut ids: Vec<String>, look: &Look) -> Result<(), &'static str> {
        self.pages += 1;
        self.seen += ids.len() as u64;
        let length = ids.len();
        if !look.joins {
            return self.step_back(length == 0);
        }
        for &at in &look.fresh {
            self.known.insert(std::mem::take(&mut ids[at]));
        }
        let news = !look.fresh.is_empty();
        self.barren = if news { 0 } else { self.barren + 1 };
        self.cut_short &= !news;
        self.searched = self.cut_short;
        if self.known.len() > MAX_THINGS {
            return Err("the list grows without end");
        }
        if self.barren > MAX_BARREN {
            return Err("the same records come again and again");
        }
        match &mut self.phase {
            Phase::Front { found } => {
                *found |= news;
                if !news {
                    return self.end_of_stretch();
                }
            }
            _ if !news && length <= self.overlap => return self.end_of_stretch(),
            _ => {}
        }
        self.offset += length.saturating_sub(self.overlap);
        Ok(())
    }

    /// The page did not join: deletions moved the list further than the overlap.
    fn step_back(&mut self, empty: bool) -> Result<(), &'static str> {
        if empty && self.searched {
            return self.end_of_stretch();
        }
        self.cut_short |= empty;
        self.lost += 1;
        if self.lost > MAX_LOST {
            return Err("the pages do not fit together");
        }
        self.offset = self.offset.saturating_sub(self.limit - self.overlap);
        Ok(())
    }

    /// The end of the list, or of what is new at its front.
    fn end_of_stretch(&mut self) -> Result<(), &'static str> {
        let proven = match self.phase {
            // A list so short that its end was its front.
            Phase::Down => self.offset == 0,
            Phase::Front { found } => !found,
            Phase::Done => true,
        };
        self.offset = 0;
        self.barren = 0;
        self.cut_short = false;
        self.searched = false;
        self.front_looks += 1;
        self.phase = if proven { Phase::Done } else { Phase::Front { found: false } };
        if !proven && self.front_looks > MAX_FRONT_LOOKS {
            return Err("new records keep coming");
        }
        Ok(())
    }
}
