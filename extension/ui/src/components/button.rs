//! Buttons with a word and perhaps an icon.

use crate::components::icon::{Icon, icon};
use crate::components::live::on;
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

fn class_of(look: &str) -> String {
    ["button ", look].concat()
}
