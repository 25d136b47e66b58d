//! What a screen reader hears of what is read: where the run of the list that is looked at stands, as that changes.

use super::sentences::run_state;
use super::{Collection, ListOf, Place};
use crate::components::live::{follow, live};
use crate::state::{Derived, State};
use leptos::prelude::*;
use protocol::discogs::RunId;

/// A place that is not seen and always there: what comes together with its words is not read out by all.
pub fn runs(collection: Collection) -> AnyView {
    let newest = Derived::new(move || {
        let Some(Place::List(of)) = collection.place.get() else { return None };
        collection.store.runs.with(|runs| {
            let run = runs.iter().find(|run| ListOf::read_by(run) == of)?;
            Some((run.id, run.state.is_over(), run_state(run)))
        })
    });
    let said = State::new(String::new());
    let mut followed = None::<RunId>;
    follow(move || {
        let (next, words) = heard(followed, newest.get());
        followed = next;
        said.set(words);
    });
    view! { <p class="visually-hidden" role="status">{live(move || said.get())}</p> }.into_any()
}

/// The run that is followed, and what is said: an end only of a run that was there before.
fn heard(
    followed: Option<RunId>,
    newest: Option<(RunId, bool, String)>,
) -> (Option<RunId>, String) {
    match newest {
        Some((id, true, words)) if followed == Some(id) => (followed, words),
        Some((id, false, words)) => (Some(id), words),
        _ => (None, String::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_is_said_of_a_run_that_was_heard_of() {
        let run = |id, is_over| Some((RunId(id), is_over, "words".to_owned()));
        assert_eq!(heard(None, run(1, true)), (None, String::new()), "of an earlier visit");
        assert_eq!(heard(None, run(2, false)), (Some(RunId(2)), "words".into()));
        assert_eq!(heard(Some(RunId(2)), run(2, true)), (Some(RunId(2)), "words".into()));
        assert_eq!(heard(Some(RunId(2)), run(1, true)).1, "", "of another list");
        assert_eq!(heard(Some(RunId(2)), None), (None, String::new()));
    }
}
