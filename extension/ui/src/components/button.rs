//! Buttons with a word and perhaps an icon.

use crate::catalogue::t;
use crate::components::icon::{Icon, icon};
use crate::components::live::{Live, live, live_view, on};
use crate::state::{Derived, State};
use leptos::prelude::*;

/// A button. `look` is classes of `styles/components.css` beside `button`, such as `primary` or `quiet`.
pub fn button(
    look: &'static str,
    picture: Option<Icon>,
    label: String,
    press: impl Fn() + 'static,
) -> AnyView {
    // Boxed, so that there is one button in the program and not one for every use.
    let press: Box<dyn Fn()> = Box::new(press);
    view! {
        <button type="button" class=class_of(look) on:click=on(move |_| press())>
            {picture.map(icon)}
            {label}
        </button>
    }
    .into_any()
}

/// A button that shows only its word `shown`, and says `name` (which begins with it) to those who cannot see around it.
pub fn named_button(
    look: &'static str,
    shown: String,
    name: String,
    press: impl Fn() + 'static,
) -> AnyView {
    let press: Box<dyn Fn()> = Box::new(press);
    view! {
        <button type="button" class=class_of(look) aria-label=name on:click=on(move |_| press())>
            {shown}
        </button>
    }
    .into_any()
}

/// A button whose work takes a while. It shows the first of the catalogue's `words`, the second while it is `busy`, and does
/// nothing then; `press` begins the work. It can be reached all the time, so that it keeps the focus.
pub fn busy_button(
    look: &'static str,
    picture: Icon,
    words: (&'static str, &'static str),
    busy: State<bool>,
    press: impl Fn() + 'static,
) -> AnyView {
    let press: Box<dyn Fn()> = Box::new(press);
    let act = move |_| {
        if !busy.get_untracked() {
            press();
        }
    };
    let label = move || t(if busy.get() { words.1 } else { words.0 });
    let blocked = move || busy.get().then_some("true");
    view! {
        <button type="button" class=class_of(look) aria-disabled=live(blocked) on:click=on(act)>
            {icon(picture)}
            <span>{live(label)}</span>
        </button>
    }
    .into_any()
}

/// A button with an icon only.
pub fn icon_button(
    look: &'static str,
    picture: Icon,
    name: String,
    press: impl Fn() + 'static,
) -> AnyView {
    let press: Box<dyn Fn()> = Box::new(press);
    let title = name.clone();
    view! {
        <button type="button" class=class_of(look) aria-label=name title=title on:click=on(move |_| press())>
            {icon(picture)}
        </button>
    }
    .into_any()
}

/// A button with an icon only that changes while it stays, so that it keeps the focus.
pub struct LiveButton {
    /// Classes beside `button`.
    pub look: &'static str,
    /// What it shows.
    pub picture: Live<Icon>,
    /// What it is called.
    pub name: Derived<String>,
    /// Of a button that is on or off: which it is.
    pub pressed: Live<Option<bool>>,
    /// Of one among many: whether it is the one that counts now.
    pub current: Live<bool>,
    /// Whether Tab reaches it.
    pub reached: Live<bool>,
    /// What it does.
    pub press: Box<dyn Fn()>,
}

impl LiveButton {
    /// A button that Tab reaches and that is neither on nor off.
    pub fn new(
        look: &'static str,
        picture: impl FnMut() -> Icon + Send + 'static,
        name: impl Fn() -> String + Send + Sync + 'static,
        press: impl Fn() + 'static,
    ) -> Self {
        Self {
            look,
            picture: live(picture),
            name: Derived::new(name),
            pressed: live(|| None),
            current: live(|| false),
            reached: live(|| true),
            press: Box::new(press),
        }
    }

    /// Draws it.
    pub fn view(self) -> AnyView {
        let Self { look, mut picture, name, mut pressed, mut current, mut reached, press } = self;
        let pressed = move || pressed().map(|on| if on { "true" } else { "false" });
        view! {
            <button
                type="button"
                class=class_of(look)
                aria-label=live(move || name.get())
                title=live(move || name.get())
                aria-pressed=live(pressed)
                aria-current=live(move || current().then_some("true"))
                tabindex=live(move || if reached() { "0" } else { "-1" })
                on:click=on(move |_| press())
            >
                {live_view(move || icon(picture()))}
            </button>
        }
        .into_any()
    }
}

fn class_of(look: &str) -> String {
    ["button ", look].concat()
}
