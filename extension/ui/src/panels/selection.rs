//! Which rows are ticked, also those out of sight.

/// Ids in order, so that looking one up is quick in a selection of everything.
#[derive(Clone, Debug)]
pub struct Selection<Id>(Vec<Id>);

impl<Id> Default for Selection<Id> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<Id: Copy + Ord> Selection<Id> {
    /// Ticks an id, or takes the tick away.
    pub fn toggle(&mut self, id: Id) {
        match self.0.binary_search(&id) {
            Ok(at) => drop(self.0.remove(at)),
            Err(at) => self.0.insert(at, id),
        }
    }

    /// Whether `id` is ticked.
    pub fn contains(&self, id: Id) -> bool {
        self.0.binary_search(&id).is_ok()
    }

    /// How many are ticked.
    pub fn count(&self) -> u64 {
        self.0.len() as u64
    }

    /// The ids.
    pub fn into_ids(self) -> Vec<Id> {
        self.0
    }
}

impl<Id: Copy + Ord> From<Vec<Id>> for Selection<Id> {
    fn from(mut ids: Vec<Id>) -> Self {
        ids.sort_unstable();
        ids.dedup();
        Self(ids)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::ItemId;

    #[test]
    fn ticking_twice_takes_the_tick_away() {
        let mut selection = Selection::from(vec![ItemId(5), ItemId(1), ItemId(5)]);
        assert_eq!(selection.count(), 2);
        selection.toggle(ItemId(3));
        selection.toggle(ItemId(5));
        assert!(selection.contains(ItemId(3)) && !selection.contains(ItemId(5)));
        assert_eq!(selection.into_ids(), [ItemId(1), ItemId(3)]);
    }
}
