//! Short messages that come up at the bottom and go by themselves, some with one button such as "Undo". They wait for who
//! is not there to read them, and for who is at one of them.

use crate::catalogue::t;
use crate::components::button::{button, icon_button};
use crate::components::icon::Icon;
use crate::components::live::each;
use crate::state::State;
use crate::words;
use browser::environment::sleep;
use leptos::prelude::*;
use leptos::task::spawn_local;
use protocol::ErrorBody;
use std::rc::Rc;

/// How long a message stays: enough to read it, and where it has a button to reach that by keys.
const STAY_MS: u32 = 10_000;
const STAY_WITH_BUTTON_MS: u32 = 20_000;
/// Between two looks at whether one may go that is kept.
const AGAIN_MS: u32 = 2_000;
/// Older ones make room.
const MOST: usize = 3;
/// What is there while messages do not go.
const KEEPING: &str = "dialog[open], .toast:is(:hover, :focus-within)";

#[derive(Clone)]
struct Toast {
    id: u64,
    text: String,
    action: Option<Action>,
}

/// The word on a button, and what it does.
type Action = (String, Rc<dyn Fn()>);

/// The messages shown now.
#[derive(Clone, Copy)]
pub struct Toasts {
    shown: State<Vec<Toast>>,
    last_id: State<u64>,
}

impl Toasts {
    /// None yet.
    pub fn new() -> Self {
        Self { shown: State::default(), last_id: State::new(0) }
    }

    /// Shows a message.
    pub fn say(self, text: String) {
        self.show(text, None);
    }

    /// Shows a message with a button.
    pub fn offer(self, text: String, label: String, act: impl Fn() + 'static) {
        self.show(text, Some((label, Rc::new(act))));
    }

    /// Shows what went wrong.
    pub fn complain(self, error: &ErrorBody) {
        self.show(words::refusal(error), None);
    }

    fn show(self, text: String, action: Option<Action>) {
        let stay = if action.is_some() { STAY_WITH_BUTTON_MS } else { STAY_MS };
        let id = self.last_id.get_untracked() + 1;
        self.last_id.set(id);
        self.shown.update(|shown| {
            let surplus = (shown.len() + 1).saturating_sub(MOST);
            shown.drain(..surplus);
            shown.push(Toast { id, text, action });
        });
        spawn_local(async move {
            sleep(stay).await;
            while is_kept() {
                while is_kept() {
                    sleep(AGAIN_MS).await;
                }
                // Whoever comes back to it has its time for it.
                sleep(stay).await;
            }
            self.dismiss(id);
        });
    }

    fn ids(self) -> Vec<u64> {
        self.shown.with(|shown| shown.iter().map(|toast| toast.id).collect())
    }

    fn dismiss(self, id: u64) {
        self.shown.update(|shown| shown.retain(|toast| toast.id != id));
    }
}

/// The page is not looked at, something open over it keeps the person from what lies below, or the person is at a message.
fn is_kept() -> bool {
    let page = document();
    page.hidden() || page.query_selector(KEEPING).is_ok_and(|found| found.is_some())
}

/// The place where messages appear. It is always there, so that they are read out when they come.
pub fn toasts(toasts: Toasts) -> AnyView {
    view! {
        <div class="toasts" role="status" aria-live="polite">
            {each(move || toasts.ids(), move |id| one(toasts, id).into_any())}
        </div>
    }
    .into_any()
}

fn one(toasts: Toasts, id: u64) -> Option<AnyView> {
    let toast =
        toasts.shown.with_untracked(|shown| shown.iter().find(|toast| toast.id == id).cloned())?;
    let action = toast.action.map(|(label, act)| {
        button("compact act", None, label, move || {
            act();
            toasts.dismiss(id);
        })
    });
    let view = view! {
        <div class="toast">
            <span class="grow">{toast.text}</span>
            {action}
            {icon_button("compact", Icon::Cross, t("close"), move || toasts.dismiss(id))}
        </div>
    };
    Some(view.into_any())
}
