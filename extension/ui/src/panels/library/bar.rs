//! What can be done with the ticked things.

use super::tag_fields::Target;
use super::{Library, folder_tree, in_trash};
use crate::catalogue::{t, tn};
use crate::components::button::button;
use crate::components::choice::choice;
use crate::components::dialog::Question;
use crate::components::icon::Icon;
use crate::state::State;
use leptos::prelude::*;
use protocol::FolderId;
use protocol::method::{EmptyTrash, Nothing};
use protocol::shelf::Place;
use std::rc::Rc;

/// For things in the trash: to bring them back. For others: to file, mark, change and delete them.
pub fn actions(library: Library) -> AnyView {
    let taken = move || library.list.take_selection();
    match library.place.get() {
        Place::Trash => button("compact", Some(Icon::Retry), t("restore_selected"), move || {
            library.restore(taken());
        }),
        place => {
            let marked = place == Place::Favorites;
            let mark = if marked { "unmark_selected" } else { "mark_selected" };
            view! {
                {move_choice(library)}
                {button("compact", Some(Icon::Star), t(mark), move || library.mark(taken(), !marked))}
                {button("compact", Some(Icon::Pencil), t("edit"), move || edit(library))}
                {button("compact", Some(Icon::Trash), t("delete_selected"), move || library.delete(taken()))}
            }
            .into_any()
        }
    }
}

/// They stay ticked, so that the focus comes back to the button.
fn edit(library: Library) {
    let ticked = library.list.selected.get_untracked().into_ids();
    library.edited.set(Some(Target::Ticked(ticked)));
}

/// A folder is chosen first and gone to with a button: a choice alone would move things at each arrow key.
fn move_choice(library: Library) -> AnyView {
    let target = State::new(String::new());
    let folders = move || {
        let none = (String::new(), t("no_folder"));
        let paths = library.folders.with(|folders| {
            let path = |id: FolderId| folder_tree::path(folders, id).unwrap_or_default();
            let ordered = folder_tree::in_order(folders);
            ordered.iter().map(|(_, f)| (f.id.to_string(), path(f.id))).collect::<Vec<_>>()
        });
        std::iter::once(none).chain(paths).collect()
    };
    let go = move || {
        let folder = target.with_untracked(|target| target.parse().ok());
        library.file(library.list.take_selection(), folder);
    };
    view! {
        <span class="row move-choice">
            {choice(t("move_target"), folders, move || target.get(), move |chosen| target.set(chosen))}
            {button("compact", Some(Icon::Folder), t("move_selected"), go)}
        </span>
    }
    .into_any()
}

/// Asks before it empties the trash.
pub fn empty_trash(library: Library) {
    let things = library.counts.with_untracked(in_trash);
    let empty = move || {
        library.change::<EmptyTrash>(Nothing {}, move || {
            library.store.toasts.say(t("trash_emptied"));
        });
    };
    library.asked.set(Some(Question {
        title: t("empty_trash_title"),
        text: tn("empty_trash_text", things),
        label: t("empty_trash"),
        act: Rc::new(empty),
    }));
}
