//! Chance that falls the same way at every start: each thing throws dice of its own, cast from the world's seed.

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use std::ops::Range;

/// What is decided. Dice of different topics know nothing of each other.
#[derive(Clone, Copy, Debug)]
pub(super) enum Topic {
    Sheet = 1,
    Details,
    Person,
    Copy,
    Want,
    Listing,
    Market,
}

/// The dice of one thing.
#[derive(Debug)]
pub(super) struct Dice(StdRng);

impl Dice {
    pub(super) fn of(seed: u64, topic: Topic, number: u64) -> Self {
        let mixed = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ ((topic as u64) << 56) ^ number;
        Self(StdRng::seed_from_u64(mixed))
    }

    pub(super) fn within(&mut self, range: Range<u32>) -> u32 {
        self.0.random_range(range)
    }

    pub(super) fn one_in(&mut self, chances: u32) -> bool {
        self.within(0..chances) == 0
    }

    pub(super) fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.within(0..from.len() as u32) as usize]
    }

    /// Different ones in the order of `from`, at most `most` and at least one.
    pub(super) fn some(&mut self, from: &[&str], most: u32) -> Vec<String> {
        let count = self.within(1..most + 1) as usize;
        let first = self.within(0..from.len() as u32) as usize;
        let step = 1 + self.within(0..3) as usize;
        let mut at: Vec<usize> = (0..count).map(|n| (first + n * step) % from.len()).collect();
        at.sort_unstable();
        at.dedup();
        at.into_iter().map(|at| from[at].to_owned()).collect()
    }

    /// Letters and digits, as keys and tokens have them.
    pub(super) fn letters(&mut self, count: usize) -> String {
        const FROM: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        (0..count).map(|_| char::from(*self.pick(FROM))).collect()
    }
}

/// A number for a name: FNV-1a, which stays the same with every compiler.
pub(super) fn number_of(name: &str) -> u64 {
    name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}
