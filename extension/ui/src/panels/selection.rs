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
    /// Ticks these ids, or takes their ticks away.
    pub fn put(&mut self, ids: Vec<Id>, ticked: bool) {
        let Selection(ids) = Selection::from(ids);
        if ticked {
            self.0.extend(ids);
            self.0.sort_unstable();
            self.0.dedup();
        } else {
            self.0.retain(|id| ids.binary_search(id).is_err());
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

    #[test]
    fn ids_are_ticked_once_whatever_was_before() {
        let mut selection = Selection::from(vec![4, 2, 4]);
        assert_eq!(selection.count(), 2);
        selection.put(vec![3, 9, 2, 3], true);
        selection.put(vec![9, 4, 7], false);
        assert!(selection.contains(3) && !selection.contains(4));
        assert_eq!(selection.into_ids(), [2, 3]);
    }
}
