//! Closures that views follow, boxed.
//!
//! A view that holds a closure brings its own copy of the code that follows signals, and of an element's code for
//! each kind of closure in it. Boxed, all closures of one result are one kind: a third of the program's size.

use leptos::prelude::*;
use std::hash::Hash;
use std::sync::Arc;

/// A closure that a view calls again when a signal it reads has changed.
pub type Live<T> = Box<dyn FnMut() -> T + Send>;

/// A text, an attribute or a flag that follows signals.
pub fn live<T: 'static>(read: impl FnMut() -> T + Send + 'static) -> Live<T> {
    Box::new(read)
}

/// A part of a view that is drawn anew when signals change; nothing for `None`.
pub fn live_view<V: IntoView + 'static>(
    mut draw: impl FnMut() -> V + Send + 'static,
) -> Live<AnyView> {
    Box::new(move || draw().into_any())
}

/// Does something now, and again when a signal it reads has changed.
pub fn follow(act: impl FnMut() + 'static) {
    follow_boxed(Box::new(act));
}

fn follow_boxed(mut act: Box<dyn FnMut()>) {
    Effect::new(move |_| act());
}

/// What an element calls when something happens to it.
pub fn on<E: 'static>(act: impl FnMut(E) + 'static) -> Box<dyn FnMut(E)> {
    Box::new(act)
}

/// A list of which only what comes and goes is drawn anew.
pub fn each<K: Clone + Eq + Hash + Send + 'static>(
    keys: impl Fn() -> Vec<K> + Send + 'static,
    draw: impl Fn(K) -> AnyView + Send + Sync + 'static,
) -> AnyView {
    let keys: Box<dyn Fn() -> Vec<K> + Send> = Box::new(keys);
    let draw: Arc<dyn Fn(K) -> AnyView + Send + Sync> = Arc::new(draw);
    view! { <For each=keys key=K::clone children=move |key| draw(key) /> }.into_any()
}
