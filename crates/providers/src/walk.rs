//! Walking a list by offset that changes underneath: newest first, no total, no cursor.
//!
//! Pure bookkeeping of ids and offsets; it asks for nothing and knows no service.
//!
//! * A thing **added** at the front during the walk moves everything back: records come twice and are told
//!   apart by their id; the new one is found by looking at the front again at the end.
//! * A thing **deleted** moves everything forward, over the place where the next page begins: records would be
//!   skipped. So pages overlap, and a page counts only when it *joins*: it shows a record of the block being
//!   read. A block is an unbroken run of the list, so what follows one of its records continues it. A page that
//!   does not join is not used, and the walk steps back until one does, at the front with a new block if need be.
//! * A look at the **front** reads a block of its own, which is over when it shows a record of a block that was
//!   read to its end before. Looks are repeated until one finds nothing new. If that never happens, a look that
//!   needed one page only has to do: at that moment the whole list was known.
//! * The **end** is a page that is shorter than others and shows nothing new. A page shorter than asked for is not
//!   taken as the end by itself: a service may cap its pages.
//! * A list that brings nothing new page after page, or grows without end, is given up.

use protocol::Listing;
use std::collections::HashMap;

/// Pages in a row without anything new after which the list is said to be endless.
const MAX_BARREN: u32 = 15;
/// Pages that do not join, in the whole walk.
const MAX_LOST: u32 = 200;
/// Looks at the front in the hope that one finds nothing new.
const MAX_FRONT_LOOKS: u32 = 5;
/// Things in a list.
const MAX_THINGS: usize = 100_000;

/// The number of the block of something just seen for the first time.
const NO_BLOCK: u32 = u32::MAX;

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
    /// It shows a record of a block read before, which ends the one being read.
    closes: bool,
    /// Places in the page of the things not seen before; empty when it does not join.
    pub fresh: Vec<usize>,
}

/// The walk through one list.
pub(crate) struct Walk {
    limit: usize,
    overlap: usize,
    /// Everything seen, with the number of the block in which it was seen last.
    known: HashMap<String, u32>,
    /// The block being read.
    block: u32,
    /// Blocks up to this one were read to their end.
    settled: u32,
    offset: usize,
    phase: Phase,
    barren: u32,
    lost: u32,
    front_looks: u32,
    /// Records in the longest page: what the service really gives, whatever was asked for.
    longest: usize,
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
            known: HashMap::new(),
            block: 1,
            settled: 0,
            offset: 0,
            phase: Phase::Down,
            barren: 0,
            lost: 0,
            front_looks: 0,
            longest: 0,
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
        let blocks = || ids.iter().filter_map(|id| self.known.get(id));
        let joins = self.offset == 0 || blocks().any(|block| *block == self.block);
        let closes = blocks().any(|block| *block <= self.settled);
        let is_first = |at: usize| !ids[..at].contains(&ids[at]);
        let is_fresh = |at: &usize| joins && !self.known.contains_key(&ids[*at]) && is_first(*at);
        Look { joins, closes, fresh: (0..ids.len()).filter(is_fresh).collect() }
    }

    /// Takes a page into account and decides where to go next.
    ///
    /// # Errors
    /// Says why the list cannot be read to its end.
    pub fn accept(&mut self, ids: Vec<String>, look: &Look) -> Result<(), &'static str> {
        self.pages += 1;
        self.seen += ids.len() as u64;
        let length = ids.len();
        if !look.joins {
            return self.step_back();
        }
        let grown = self.add_to_block(ids);
        if let Phase::Front { found } = &mut self.phase {
            *found |= !look.fresh.is_empty();
        }
        self.barren = if grown { 0 } else { self.barren + 1 };
        if self.known.len() > MAX_THINGS {
            return Err("the list grows without end");
        }
        if self.barren > MAX_BARREN {
            return Err("the same records come again and again");
        }
        self.longest = self.longest.max(length);
        // Shorter than others, so it shows the last record; or no more than the overlap.
        let at_the_end = !grown && (length < self.longest || length <= self.overlap);
        if at_the_end || look.closes {
            return self.end_of_block();
        }
        self.offset += length.saturating_sub(self.overlap);
        Ok(())
    }

    /// Adds a page to the block being read; returns whether it grew.
    fn add_to_block(&mut self, ids: Vec<String>) -> bool {
        if self.offset == 0 && !ids.iter().any(|id| self.known.get(id) == Some(&self.block)) {
            self.block += 1;
        }
        let mut grown = false;
        for id in ids {
            let block = self.known.entry(id).or_insert(NO_BLOCK);
            // What was read to its end stays settled.
            if *block > self.settled {
                grown |= *block != self.block;
                *block = self.block;
            }
        }
        grown
    }

    /// The page did not join: deletions moved the list further than the overlap.
    fn step_back(&mut self) -> Result<(), &'static str> {
        self.lost += 1;
        if self.lost > MAX_LOST {
            return Err("the pages do not fit together");
        }
        self.offset = self.offset.saturating_sub(self.limit - self.overlap);
        Ok(())
    }

    /// The end of the list, or of what is new at its front.
    fn end_of_block(&mut self) -> Result<(), &'static str> {
        let one_page = self.offset == 0;
        let proven = match self.phase {
            // A list so short that its end was its front.
            Phase::Down => one_page,
            Phase::Front { found } => !found || (one_page && self.front_looks >= MAX_FRONT_LOOKS),
            Phase::Done => true,
        };
        self.settled = self.block;
        self.block += 1;
        self.offset = 0;
        self.barren = 0;
        self.front_looks += 1;
        self.phase = if proven { Phase::Done } else { Phase::Front { found: false } };
        if !proven && self.front_looks > 2 * MAX_FRONT_LOOKS {
            return Err("new records keep coming");
        }
        Ok(())
    }
}
