//! Things dragged with the pointer to a place at the side. The line over the list does the same by keyboard.

use super::Library;
use protocol::shelf::Place;
use protocol::{FolderId, LibraryItemId};
use web_sys::DragEvent;

/// What dropping things on a place does to them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Deed {
    /// They are filed there, or in no folder.
    File(Option<FolderId>),
    /// They are marked.
    Mark,
    /// They are deleted, with undo.
    Delete,
    /// They come back from the trash.
    Restore,
}

/// What it means to take something `from` one place `to` another; nothing for places that take nothing.
fn deed(from: Place, to: Place) -> Option<Deed> {
    match (from, to) {
        (from, to) if from == to => None,
        (Place::Trash, Place::Everything) => Some(Deed::Restore),
        (Place::Trash, _) | (_, Place::Everything) => None,
        (_, Place::Folder(id)) => Some(Deed::File(Some(id))),
        (_, Place::Unfiled) => Some(Deed::File(None)),
        (_, Place::Favorites) => Some(Deed::Mark),
        (_, Place::Trash) => Some(Deed::Delete),
    }
}

/// The person begins to drag a thing, and with it all that are ticked if it is one of them.
pub fn begin(library: Library, id: Option<LibraryItemId>, event: &DragEvent) {
    let Some(id) = id else { return event.prevent_default() };
    let ticked = library.list.selected.get_untracked();
    let dragged = if ticked.contains(id) { ticked.into_ids() } else { vec![id] };
    if let Some(data) = event.data_transfer() {
        data.set_effect_allowed("move");
        // Some browsers drag nothing without data. Other programs have no use for it.
        let _ = data.set_data("application/x-mediafetcher", "");
    }
    library.dragged.set(dragged);
}

/// It is over, whatever came of it.
pub fn end(library: Library) {
    library.dragged.set(Vec::new());
    library.over.set(None);
}

/// Something is over `place`: whether it may be dropped there.
pub fn over(library: Library, place: Place, event: &DragEvent) {
    let something = library.dragged.with_untracked(|dragged| !dragged.is_empty());
    if something && deed(library.place.get_untracked(), place).is_some() {
        event.prevent_default();
        if library.over.get_untracked() != Some(place) {
            library.over.set(Some(place));
        }
    }
}

/// It is over `place` no more.
pub fn leave(library: Library, place: Place) {
    if library.over.get_untracked() == Some(place) {
        library.over.set(None);
    }
}

/// It was dropped on `place`.
pub fn drop_on(library: Library, place: Place, event: &DragEvent) {
    event.prevent_default();
    let items = library.dragged.get_untracked();
    let deed = deed(library.place.get_untracked(), place);
    end(library);
    let Some(deed) = deed.filter(|_| !items.is_empty()) else { return };
    // What was ticked where it was is not there any more.
    if items.len() > 1 {
        drop(library.list.take_selection());
    }
    match deed {
        Deed::File(folder) => library.file(items, folder),
        Deed::Mark => library.mark(items, true),
        Deed::Delete => library.delete(items),
        Deed::Restore => library.restore(items),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SETS: Place = Place::Folder(FolderId(3));

    #[test]
    fn each_place_does_what_it_is_for() {
        assert_eq!(deed(Place::Everything, SETS), Some(Deed::File(Some(FolderId(3)))));
        assert_eq!(deed(SETS, Place::Unfiled), Some(Deed::File(None)));
        assert_eq!(deed(SETS, Place::Favorites), Some(Deed::Mark));
        assert_eq!(deed(Place::Unfiled, Place::Trash), Some(Deed::Delete));
        assert_eq!(deed(Place::Trash, Place::Everything), Some(Deed::Restore));
    }

    #[test]
    fn where_nothing_would_change_nothing_is_taken() {
        assert_eq!(deed(SETS, SETS), None);
        assert_eq!(deed(SETS, Place::Everything), None);
        assert_eq!(deed(Place::Trash, SETS), None, "it is brought back first");
    }
}
