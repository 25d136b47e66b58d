//! The dialog in which the person changes what things say of themselves. Saved, it can be undone.

use super::Library;
use super::tag_fields::{Outcome, TagFields, Target};
use crate::catalogue::{t, tn};
use crate::components::button::button;
use crate::components::dialog::{close_dialog, dialog};
use crate::components::live::{Live, live_view, on};
use crate::link::ask;
use crate::state::State;
use crate::words;
use leptos::prelude::*;
use leptos::task::spawn_local;
use protocol::ErrorBody;
use protocol::edit::{EditItems, EditedItem, ItemEdit, MOST_EDITED};
use protocol::method::EditItemTags;

/// Longest text of a field: what the daemon keeps.
const LONGEST: &str = "1000";

/// A field: its element's id, the catalogue's key of its name, and where its text is.
struct Field {
    id: &'static str,
    label: &'static str,
    text: fn(&mut TagFields) -> &mut String,
}

const FIELDS: [Field; 4] = [
    Field { id: "edit-title", label: "edit_title_label", text: |fields| &mut fields.title },
    Field { id: "edit-artist", label: "details_artist", text: |fields| &mut fields.artist },
    Field { id: "edit-album", label: "details_album", text: |fields| &mut fields.album },
    Field { id: "edit-year", label: "details_year", text: |fields| &mut fields.year },
];

/// The dialog, while something is edited.
pub fn edited(library: Library) -> Live<AnyView> {
    live_view(move || library.edited.get().map(|target| form(library, target)))
}

fn form(library: Library, target: Target) -> AnyView {
    let fields = State::new(target.beginning());
    let complaint = State::new(None::<String>);
    let saving = State::new(false);
    let heading = target.heading();
    let help = matches!(target, Target::Ticked(_))
        .then(|| view! { <p class="small muted">{t("edit_ticked_help")}</p> });
    let save = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if saving.get_untracked() {
            return;
        }
        match target.edits(&fields.get_untracked()) {
            Err(why) => complaint.set(Some(why)),
            Ok(edits) if edits.is_empty() => close_dialog(),
            Ok(edits) => {
                complaint.set(None);
                saving.set(true);
                send(library, edits, Form { saving, complaint });
            }
        }
    };
    let state = move || match complaint.get() {
        Some(why) => Some(view! { <p class="complaint" role="alert">{why}</p> }.into_any()),
        None => saving
            .get()
            .then(|| view! { <p class="muted" role="status">{t("edit_saving")}</p> }.into_any()),
    };
    let inputs = FIELDS.iter().enumerate().map(|(at, one)| field(one, fields, at == 0));
    let content = view! {
        <form class="stack" on:submit=on(save)>
            {help}
            {inputs.collect_view()}
            {live_view(state)}
            <div class="row">
                <button type="submit" class="button primary">{t("edit_save")}</button>
                {button("", None, t("cancel"), close_dialog)}
            </div>
        </form>
    };
    dialog("", heading, content.into_any(), move || library.edited.set(None))
}

fn field(field: &Field, fields: State<TagFields>, is_first: bool) -> AnyView {
    let Field { id, label, text } = *field;
    let mut beginning = fields.get_untracked();
    let value = std::mem::take(text(&mut beginning));
    view! {
        <div class="field">
            <label for=id>{t(label)}</label>
            <input
                id=id
                class="input"
                type="text"
                maxlength=LONGEST
                autocomplete="off"
                autofocus=is_first
                value=value
                on:input=on(move |event| fields.update(|fields| *text(fields) = event_target_value(&event)))
            />
        </div>
    }
    .into_any()
}

/// What an open dialog tells of its saving.
#[derive(Clone, Copy)]
struct Form {
    saving: State<bool>,
    complaint: State<Option<String>>,
}

impl Form {
    /// The person has closed it meanwhile, and perhaps opened another.
    fn is_closed(self) -> bool {
        self.saving.is_gone()
    }

    fn fail(self, why: String) {
        self.saving.set(false);
        self.complaint.set(Some(why));
    }
}

/// Has the changes made. When none was, the dialog stays and says why.
fn send(library: Library, edits: Vec<ItemEdit>, form: Form) {
    spawn_local(async move {
        let toasts = library.store.toasts;
        let (edited, error) = change(edits).await;
        match (Outcome::of(edited), error) {
            (Outcome::Nothing(why), error) => {
                let why = error.map_or(why, |error| words::error(&error));
                if form.is_closed() { toasts.say(why) } else { form.fail(why) }
            }
            (Outcome::Changed { said, undo }, error) => {
                if !form.is_closed() {
                    close_dialog();
                }
                library.refresh();
                toasts.offer(said, t("undo"), move || take_back(library, undo.clone()));
                if let Some(error) = error {
                    toasts.complain(&error);
                }
            }
        }
    });
}

/// Has things say again what they said before.
fn take_back(library: Library, edits: Vec<ItemEdit>) {
    spawn_local(async move {
        let (edited, error) = change(edits).await;
        let toasts = library.store.toasts;
        let done = edited.iter().filter(|one| one.error.is_none()).count();
        let failure = edited.into_iter().find_map(|one| one.error);
        if done > 0 {
            toasts.say(tn("edit_undone", done as u64));
        }
        if let Some(error) = error.or(failure) {
            toasts.complain(&error);
        }
        library.refresh();
    });
}

/// Asks for changes, so many at once as the daemon takes: what became of them, and why it was not asked for all.
async fn change(edits: Vec<ItemEdit>) -> (Vec<EditedItem>, Option<ErrorBody>) {
    let mut edited = Vec::with_capacity(edits.len());
    for some in edits.chunks(MOST_EDITED) {
        match ask::<EditItemTags>(EditItems { edits: some.to_vec() }).await {
            Ok(answer) => edited.extend(answer.items),
            Err(error) => return (edited, Some(error)),
        }
    }
    (edited, None)
}
