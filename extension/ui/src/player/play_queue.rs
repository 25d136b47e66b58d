//! What is played after what: the things of a list, in its order or shuffled, once or again and again.
//!
//! Pure bookkeeping; [`super`] makes the sound.

use protocol::LibraryItemId;

/// What follows the end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Repeat {
    /// Silence.
    #[default]
    Off,
    /// The list from its beginning.
    All,
    /// The same thing again.
    One,
}

impl Repeat {
    /// Every way, in the order in which a button goes through them. `player_repeat_…` of the catalogue says which.
    pub const ALL: [(Repeat, &str); 3] =
        [(Repeat::Off, "off"), (Repeat::All, "all"), (Repeat::One, "one")];

    /// Its name.
    pub fn as_str(self) -> &'static str {
        Self::ALL[self as usize].1
    }

    /// The one of a name.
    pub fn of(name: &str) -> Self {
        Self::ALL.iter().find(|(_, known)| *known == name).map_or(Repeat::Off, |(way, _)| *way)
    }

    /// The one after this.
    pub fn next(self) -> Self {
        Self::ALL[(self as usize + 1) % Self::ALL.len()].0
    }
}

/// A random number from 0 to below 1.
pub type Random = fn() -> f64;

/// The things to play and where among them the player is.
#[derive(Clone, Debug, Default)]
pub struct PlayQueue {
    /// In the order of the list.
    ids: Vec<LibraryItemId>,
    /// Places in `ids`, in the order of play.
    order: Vec<usize>,
    /// Place in `order`.
    at: usize,
    /// The order is by chance.
    pub shuffled: bool,
    /// What follows the end.
    pub repeat: Repeat,
}

impl PlayQueue {
    /// Which thing it is at.
    pub fn current(&self) -> Option<LibraryItemId> {
        self.ids.get(*self.order.get(self.at)?).copied()
    }

    /// Nothing yet.
    pub fn new(shuffled: bool, repeat: Repeat) -> Self {
        Self { shuffled, repeat, ..Self::default() }
    }

    /// Takes one thing for the list.
    pub fn begin_alone(&mut self, id: LibraryItemId) {
        (self.ids, self.order, self.at) = (vec![id], vec![0], 0);
    }

    /// Takes `ids` for the list and begins at `first`. Nothing changes when that is not among them.
    pub fn begin(&mut self, ids: Vec<LibraryItemId>, first: LibraryItemId, random: Random) -> bool {
        let Some(place) = ids.iter().position(|id| *id == first) else { return false };
        self.ids = ids;
        self.arrange(place, random);
        true
    }

    /// Begins at another thing of the list. False when it is not in it.
    pub fn jump(&mut self, to: LibraryItemId, random: Random) -> bool {
        let place = self.ids.iter().position(|id| *id == to);
        place.map(|place| self.arrange(place, random)).is_some()
    }

    /// Shuffles what is to come, or goes back to the order of the list. What plays goes on.
    pub fn shuffle(&mut self, shuffled: bool, random: Random) {
        self.shuffled = shuffled;
        if let Some(place) = self.order.get(self.at).copied() {
            self.arrange(place, random);
        }
    }

    fn arrange(&mut self, current: usize, random: Random) {
        self.order = (0..self.ids.len()).collect();
        self.at = current;
        if self.shuffled {
            self.order.swap(0, current);
            self.at = 0;
            // Every order of the others is as likely as any.
            for last in (2..self.order.len()).rev() {
                let chosen = 1 + (random() * last as f64) as usize;
                self.order.swap(last, chosen.min(last));
            }
        }
    }

    /// Goes on. When `asked` by the person, also from a thing that would be repeated.
    pub fn next(&mut self, asked: bool) -> Option<LibraryItemId> {
        let next = if self.repeat == Repeat::One && !asked { self.at } else { self.at + 1 };
        self.go_to(next)
    }

    /// Goes back; from the first thing to the last when the list is repeated.
    pub fn previous(&mut self) -> Option<LibraryItemId> {
        let last = self.order.len().checked_sub(1)?;
        let before = self.at.checked_sub(1).or((self.repeat != Repeat::Off).then_some(last))?;
        self.go_to(before)
    }

    /// Takes away what it is at, which cannot be played, and goes on.
    pub fn drop_current(&mut self) -> Option<LibraryItemId> {
        if self.at >= self.order.len() {
            return None;
        }
        let gone = self.order.remove(self.at);
        self.ids.remove(gone);
        self.order.iter_mut().filter(|place| **place > gone).for_each(|place| *place -= 1);
        self.go_to(self.at)
    }

    fn go_to(&mut self, place: usize) -> Option<LibraryItemId> {
        self.at = match place < self.order.len() {
            true => place,
            false if self.repeat == Repeat::Off => return None,
            false => 0,
        };
        self.current()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(numbers: &[i64]) -> Vec<LibraryItemId> {
        numbers.iter().copied().map(LibraryItemId).collect()
    }

    fn queue(count: i64, first: i64) -> PlayQueue {
        let mut queue = PlayQueue::default();
        let all = (0..count).map(LibraryItemId).collect();
        assert!(queue.begin(all, LibraryItemId(first), || 0.0));
        queue
    }

    /// What comes by itself, at most `most`.
    fn rest(queue: &mut PlayQueue, most: usize) -> Vec<i64> {
        std::iter::from_fn(|| queue.next(false)).take(most).map(|id| id.0).collect()
    }

    #[test]
    fn a_list_is_played_from_the_chosen_thing_to_its_end() {
        let mut queue = queue(4, 1);
        assert_eq!(rest(&mut queue, 9), [2, 3]);
        assert_eq!(queue.current(), Some(LibraryItemId(3)));
        assert_eq!(queue.previous(), Some(LibraryItemId(2)));
    }

    #[test]
    fn nothing_is_before_the_first_unless_the_list_repeats() {
        let mut queue = queue(3, 0);
        assert_eq!(queue.previous(), None);
        queue.repeat = Repeat::All;
        assert_eq!(queue.previous(), Some(LibraryItemId(2)));
        assert_eq!(rest(&mut queue, 4), [0, 1, 2, 0]);
    }

    #[test]
    fn one_thing_repeats_until_the_person_goes_on() {
        let mut queue = queue(3, 1);
        queue.repeat = Repeat::One;
        assert_eq!(rest(&mut queue, 3), [1, 1, 1]);
        assert_eq!(queue.next(true), Some(LibraryItemId(2)));
        assert_eq!(queue.next(true), Some(LibraryItemId(0)));
    }

    #[test]
    fn shuffled_everything_is_played_once_and_the_chosen_thing_first() {
        for random in [(|| 0.0) as Random, || 0.5, || 0.999_999] {
            let mut queue = PlayQueue::new(true, Repeat::Off);
            assert!(queue.begin((0..50).map(LibraryItemId).collect(), LibraryItemId(7), random));
            assert_eq!(queue.current(), Some(LibraryItemId(7)));
            let mut played = rest(&mut queue, 99);
            assert_ne!(played, (0..50).filter(|id| *id != 7).collect::<Vec<_>>());
            played.push(7);
            played.sort_unstable();
            assert_eq!(played, (0..50).collect::<Vec<_>>());
        }
    }

    #[test]
    fn the_order_of_the_list_comes_back_when_shuffling_ends() {
        let mut queue = queue(5, 2);
        queue.shuffle(true, || 0.3);
        assert_eq!(queue.current(), Some(LibraryItemId(2)));
        queue.shuffle(false, || 0.3);
        assert_eq!(rest(&mut queue, 9), [3, 4]);
    }

    #[test]
    fn what_cannot_be_played_is_left_out() {
        let mut queue = queue(4, 1);
        assert_eq!(queue.drop_current(), Some(LibraryItemId(2)));
        assert_eq!(queue.previous(), Some(LibraryItemId(0)));
        assert_eq!(rest(&mut queue, 9), [2, 3]);
        assert_eq!(queue.drop_current(), None);
        queue.repeat = Repeat::All;
        assert_eq!(rest(&mut queue, 2), [0, 2]);
    }

    #[test]
    fn a_queue_of_things_that_cannot_be_played_ends() {
        let mut queue = queue(2, 0);
        queue.repeat = Repeat::All;
        assert_eq!(queue.drop_current(), Some(LibraryItemId(1)));
        assert_eq!(queue.drop_current(), None);
        assert_eq!((queue.next(true), queue.previous()), (None, None));
    }

    #[test]
    fn a_thing_of_another_list_is_not_jumped_to() {
        let mut queue = queue(3, 0);
        assert!(!queue.jump(LibraryItemId(9), || 0.0));
        assert!(!queue.begin(ids(&[5, 6]), LibraryItemId(9), || 0.0));
        assert_eq!(queue.current(), Some(LibraryItemId(0)));
        assert!(queue.jump(LibraryItemId(2), || 0.0));
        assert_eq!(queue.current(), Some(LibraryItemId(2)));
    }

    #[test]
    fn ways_of_repeating_go_round_and_keep_their_names() {
        for (way, name) in Repeat::ALL {
            assert_eq!((Repeat::of(name), way.as_str()), (way, name));
        }
        assert_eq!(Repeat::One.next(), Repeat::Off);
        assert_eq!(Repeat::of("?"), Repeat::Off);
    }
}
