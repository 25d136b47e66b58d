//! A window over the page that has to be closed before anything else: the browser's own `dialog`, which keeps the
//! focus inside, closes with Escape and gives the focus back.

use crate::catalogue::t;
use crate::components::button::{button, icon_button};
use crate::components::icon::Icon;
use crate::components::live::{Live, live_view, on};
use crate::state::State;
use leptos::prelude::*;
use std::rc::Rc;
use wasm_bindgen::JsCast;

/// Opens a dialog. `look` is empty or `wide`; `closed` is called when it was closed and has to take it away.
pub fn dialog(
    look: &'static str,
    title: String,
    content: AnyView,
    closed: impl Fn() + 'static,
) -> AnyView {
    let closed: Box<dyn Fn()> = Box::new(closed);
    // It can be opened once it is in the page, which is in the next frame.
    request_animation_frame(|| {
        if let Some(dialog) = shown() {
            // Only a dialog that is open refuses.
            let _ = dialog.show_modal();
        }
    });
    view! {
        <dialog
            id="dialog"
            class=["dialog ", look].concat()
            aria-labelledby="dialog-title"
            on:close=on(move |_| closed())
        >
            <div class="row top spread">
                <h2 id="dialog-title" class="grow">{title}</h2>
                {icon_button("quiet compact", Icon::Cross, t("close"), close_dialog)}
            </div>
            {content}
        </dialog>
    }
    .into_any()
}

/// Closes the dialog, if one is open.
pub fn close_dialog() {
    if let Some(dialog) = shown() {
        dialog.close();
    }
}

fn shown() -> Option<web_sys::HtmlDialogElement> {
    document().get_element_by_id("dialog").map(JsCast::unchecked_into)
}

/// Something that is done only when the person says so again.
#[derive(Clone)]
pub struct Question {
    /// What is asked.
    pub title: String,
    /// What would follow.
    pub text: String,
    /// On the button that does it.
    pub label: String,
    /// Does it.
    pub act: Rc<dyn Fn()>,
}

/// Asks the question that `asked` holds, if any.
pub fn question(asked: State<Option<Question>>) -> Live<AnyView> {
    live_view(move || {
        asked.get().map(|question| {
            let Question { title, text, label, act } = question;
            let agree = move || {
                close_dialog();
                act();
            };
            let content = view! {
                <p>{text}</p>
                <div class="row">
                    {button("", None, t("keep"), close_dialog)} {button("danger", None, label, agree)}
                </div>
            };
            dialog("", title, content.into_any(), move || asked.set(None))
        })
    })
}
