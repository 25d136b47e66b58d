//! Signals of which the program holds one kind, whatever they keep.
//!
//! The framework's signals are compiled anew for each type of value, some kilobytes each time. A [`State`] is one of
//! its signals without content and a value beside it; a [`Derived`] is one memo over values of any type. Both are
//! handles to copy, and end with the view that made them.

use leptos::prelude::{
    Get, GetUntracked, GetValue, IsDisposed, LocalStorage, Memo, Notify, RwSignal, StoredValue,
    Track,
};
use std::any::Any;
use std::cell::RefCell;
use std::marker::PhantomData;
use std::rc::Rc;
use std::sync::Arc;

/// A value that views follow.
pub struct State<T> {
    changed: RwSignal<()>,
    kept: StoredValue<Rc<dyn Any>, LocalStorage>,
    of: PhantomData<fn() -> T>,
}

impl<T> Copy for State<T> {}

impl<T> Clone for State<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Default + 'static> Default for State<T> {
    fn default() -> Self {
        Self::new(T::default())
    }
}

impl<T: 'static> State<T> {
    /// Keeps `value`.
    pub fn new(value: T) -> Self {
        let (changed, kept) = keep(Rc::new(RefCell::new(value)));
        Self { changed, kept, of: PhantomData }
    }

    /// Reads the value, and again when it changes.
    pub fn with<U>(self, read: impl FnOnce(&T) -> U) -> U {
        self.changed.track();
        self.with_untracked(read)
    }

    /// Reads the value once.
    pub fn with_untracked<U>(self, read: impl FnOnce(&T) -> U) -> U {
        read(&cell::<T>(&*self.kept.get_value()).borrow())
    }

    /// The value, and again when it changes.
    pub fn get(self) -> T
    where
        T: Clone,
    {
        self.with(T::clone)
    }

    /// The value once.
    pub fn get_untracked(self) -> T
    where
        T: Clone,
    {
        self.with_untracked(T::clone)
    }

    /// Follows changes without reading.
    pub fn track(self) {
        self.changed.track();
    }

    /// Puts another value in place. Nothing happens when the view is gone: then nobody looks.
    pub fn set(self, value: T) {
        self.update(|kept| *kept = value);
    }

    /// Changes the value in place. As [`State::set`] when the view is gone. The value must not be read meanwhile.
    pub fn update(self, change: impl FnOnce(&mut T)) {
        if let Some(kept) = self.kept.try_get_value() {
            change(&mut cell::<T>(&*kept).borrow_mut());
            self.changed.notify();
        }
    }

    /// Changes the value without telling anybody: nothing that is seen may depend on the change.
    pub fn update_quietly(self, change: impl FnOnce(&mut T)) {
        change(&mut cell::<T>(&*self.kept.get_value()).borrow_mut());
    }

    /// The view that made this is no more; reading would be a mistake.
    pub fn is_gone(self) -> bool {
        self.kept.is_disposed()
    }
}

fn keep(value: Rc<dyn Any>) -> (RwSignal<()>, StoredValue<Rc<dyn Any>, LocalStorage>) {
    (RwSignal::new(()), StoredValue::new_local(value))
}

fn cell<T: 'static>(kept: &dyn Any) -> &RefCell<T> {
    kept.downcast_ref().expect("a state keeps a value of its own type")
}

/// A value that follows from others; views that follow it are told only when it differs.
pub struct Derived<T> {
    memo: Memo<Computed>,
    of: PhantomData<fn() -> T>,
}

impl<T> Copy for Derived<T> {}

impl<T> Clone for Derived<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: PartialEq + Clone + Send + Sync + 'static> Derived<T> {
    /// What `compute` gives, computed again when something that it reads has changed.
    pub fn new(compute: impl Fn() -> T + Send + Sync + 'static) -> Self {
        let memo = memo(Box::new(move || Computed(Arc::new(compute()))));
        Self { memo, of: PhantomData }
    }

    /// Reads the value, and again when it changes.
    pub fn with<U>(self, read: impl FnOnce(&T) -> U) -> U {
        read(value(&*self.memo.get().0))
    }

    /// Reads the value once.
    pub fn with_untracked<U>(self, read: impl FnOnce(&T) -> U) -> U {
        read(value(&*self.memo.get_untracked().0))
    }

    /// The value once.
    pub fn get_untracked(self) -> T {
        self.with_untracked(T::clone)
    }

    /// Follows changes without reading.
    pub fn track(self) {
        self.memo.track();
    }

    /// The value, and again when it changes.
    pub fn get(self) -> T {
        self.with(T::clone)
    }
}

/// Not generic, so that there is one memo in the program.
fn memo(compute: Box<dyn Fn() -> Computed + Send + Sync>) -> Memo<Computed> {
    Memo::new(move |_| compute())
}

fn value<T: 'static>(computed: &dyn Comparable) -> &T {
    computed.as_any().downcast_ref().expect("a derived value is of its own type")
}

/// A value of some type.
#[derive(Clone)]
struct Computed(Arc<dyn Comparable>);

impl PartialEq for Computed {
    fn eq(&self, other: &Self) -> bool {
        self.0.same(other.0.as_any())
    }
}

/// `PartialEq` for values whose type is not known.
trait Comparable: Send + Sync {
    fn same(&self, other: &dyn Any) -> bool;
    fn as_any(&self) -> &dyn Any;
}

impl<T: PartialEq + Send + Sync + 'static> Comparable for T {
    fn same(&self, other: &dyn Any) -> bool {
        other.downcast_ref() == Some(self)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use leptos::prelude::Owner;

    /// Runs `test` as a view's code is run, and then ends the view.
    fn in_a_view<T>(test: impl FnOnce() -> T) -> T {
        let owner = Owner::new();
        let result = owner.with(test);
        owner.cleanup();
        result
    }

    #[test]
    fn what_follows_from_a_value_follows_its_changes() {
        in_a_view(|| {
            let songs = State::new(vec![1, 2]);
            let count = Derived::new(move || songs.with(Vec::len));
            assert_eq!(count.get(), 2);
            songs.update(|songs| songs.push(3));
            assert_eq!(count.get(), 3);
            songs.set(Vec::new());
            assert_eq!((count.get(), songs.get_untracked()), (0, vec![]));
        });
    }

    #[test]
    fn a_change_after_the_view_has_gone_changes_nothing() {
        let late = in_a_view(|| State::new(1));
        assert!(late.is_gone());
        late.set(2);
    }
}
