//! A progress bar.

use crate::components::live::live;
use crate::state::Derived;
use crate::words::percent;
use leptos::prelude::*;

/// How far something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// Nothing is known of the end.
    Unknown,
    /// Of `total` parts, `done` are there.
    Of {
        /// How many are there.
        done: u64,
        /// How many there will be.
        total: u64,
    },
}

/// A bar called `name`. `look` is empty or `thin`; a bar that rests is grey.
pub fn progress_bar(
    look: &'static str,
    name: impl Fn() -> String + Send + 'static,
    extent: Derived<Extent>,
    resting: impl Fn() -> bool + Send + 'static,
) -> AnyView {
    let share = move || match extent.get() {
        Extent::Unknown => None,
        Extent::Of { done, total } => Some(percent(done, total)),
    };
    // The bar is drawn at full width and scaled, which costs no layout.
    let scale = move || share().map(|share| format!("scaleX({}.{:02})", share / 100, share % 100));
    view! {
        <div
            class=["progress ", look].concat()
            class:waiting=live(resting)
            class:unknown=live(move || share().is_none())
            role="progressbar"
            aria-label=live(name)
            aria-valuemin="0"
            aria-valuemax="100"
            aria-valuenow=live(move || share().map(|share| share.to_string()))
        >
            <span style:transform=live(scale)></span>
        </div>
    }
    .into_any()
}
