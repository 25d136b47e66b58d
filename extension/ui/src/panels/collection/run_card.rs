//! What is read of a list: how far it is, why it waits, and the buttons that stop it and let it go on.

use super::sentences::{run_figures, run_state};
use super::{Collection, ListOf, Open};
use crate::actions::concerns_session;
use crate::catalogue::{t, tn};
use crate::components::button::button;
use crate::components::icon::{Icon, icon};
use crate::components::live::{Live, each, live, live_view};
use crate::components::progress_bar::{Extent, progress_bar};
use crate::link::command;
use crate::state::Derived;
use crate::store::Store;
use crate::words;
use leptos::prelude::*;
use protocol::discogs::{OfRun, Run, RunId, RunState};
use protocol::method::{CancelRun, Method, Nothing, PauseRun, ResumeRun};
use protocol::{ErrorBody, ErrorCode};

/// The runs of a list that the person may want to see.
pub fn cards(collection: Collection, of: ListOf) -> AnyView {
    let runs = collection.store.runs;
    let shown = move || {
        runs.with(|runs| {
            let mut of_list = runs.iter().filter(|run| ListOf::read_by(run) == of).peekable();
            let newest = of_list.peek().map(|run| run.id);
            let is_shown =
                |run: &&Run| !run.state.is_over() || (Some(run.id) == newest && went_wrong(run));
            of_list.filter(is_shown).map(|run| run.id.0).collect()
        })
    };
    each(shown, move |id| card(collection, RunId(id)))
}

/// Something of it is not there, and nobody has said so yet.
fn went_wrong(run: &Run) -> bool {
    run.state == RunState::Failed || (run.state == RunState::Finished && run.figures.failed > 0)
}

fn card(collection: Collection, id: RunId) -> AnyView {
    let run = collection.run(id);
    let said = Derived::new(move || run.with(|run| run.as_ref().map(run_state)));
    let figures = move || run.with(|run| run.as_ref().map(run_figures));
    let extent = Derived::new(move || match run.with(|run| run.as_ref().map(|run| run.figures)) {
        Some(figures) if figures.total > 0 => {
            Extent::Of { done: figures.done, total: figures.total }
        }
        _ => Extent::Unknown,
    });
    let rests = move || run.with(|run| run.as_ref().is_none_or(|r| r.state != RunState::Running));
    let is_over = Derived::new(move || run.with(|r| r.as_ref().is_none_or(|r| r.state.is_over())));
    let name = move || said.get().unwrap_or_default();
    let bar = move || (!is_over.get()).then(|| progress_bar("", name, extent, rests));
    view! {
        <section class="card run">
            <div class="row spread">
                <div class="row">
                    <strong role="status">{live(move || said.get())}</strong>
                    <span class="figures small muted">{live(figures)}</span>
                </div>
                {actions(collection, run)}
            </div>
            {live_view(bar)}
            {trouble(collection, run)}
        </section>
    }
    .into_any()
}

/// Why it does not go on, and what could not be read.
fn trouble(collection: Collection, run: Derived<Option<Run>>) -> AnyView {
    let reason = Derived::new(move || {
        run.with(|run| run.as_ref().and_then(|run| Some((run.account, run.reason.clone()?))))
    });
    let failed = Derived::new(move || run.with(|run| run.as_ref().map_or(0, |r| r.figures.failed)));
    let why = move || {
        reason.get().map(|(account, reason)| {
            let why = why_not(&reason, collection.is_by_name(account), words::error);
            view! { <p class="small complaint">{icon(Icon::Alert)} " " {why}</p> }
        })
    };
    let missed = move || {
        let failed = failed.get();
        (failed > 0).then(|| view! { <p class="small tone-warn">{tn("run_missed", failed)}</p> })
    };
    view! { {live_view(why)} {live_view(missed)} }.into_any()
}

/// What is meant here by errors that are met elsewhere too; `words` says the others. Of an account `by_name`, nothing
/// signs the requests.
pub fn why_not(reason: &ErrorBody, by_name: bool, words: fn(&ErrorBody) -> String) -> String {
    match reason.code {
        ErrorCode::SessionExpired | ErrorCode::SignedOut | ErrorCode::PrivateList if by_name => {
            t("discogs_name_private")
        }
        ErrorCode::SessionExpired | ErrorCode::SignedOut => t("run_token_ended"),
        _ => words(reason),
    }
}

/// The buttons. They stay while only figures change.
fn actions(collection: Collection, run: Derived<Option<Run>>) -> Live<AnyView> {
    let state = Derived::new(move || {
        run.with(|run| {
            let run = run.as_ref()?;
            let signs_in = run.reason.as_ref().is_some_and(concerns_session);
            Some((run.id, run.account, run.state, signs_in))
        })
    });
    live_view(move || {
        state.get().map(|(id, account, state, signs_in)| {
            let sign_in = match collection.is_by_name(account) {
                true => "discogs_sign_in_short",
                false => "discogs_renew",
            };
            buttons(collection, id, state, signs_in.then_some(sign_in))
        })
    })
}

fn buttons(
    collection: Collection,
    id: RunId,
    state: RunState,
    sign_in: Option<&'static str>,
) -> AnyView {
    let store = collection.store;
    let pause = matches!(state, RunState::Running | RunState::Waiting);
    let pause = pause.then(|| tell::<PauseRun>(store, id, Some(Icon::Pause), "pause"));
    let needed = state == RunState::NeedsYou;
    let sign_in = sign_in.filter(|_| needed).map(|key| {
        button("primary compact", Some(Icon::Person), t(key), move || {
            collection.open.set(Some(Open::SignIn));
        })
    });
    let resume = match state {
        RunState::Paused => Some("resume"),
        RunState::NeedsYou | RunState::Waiting => Some("try_again"),
        _ => None,
    };
    let resume = resume.map(|key| tell::<ResumeRun>(store, id, Some(Icon::Retry), key));
    let cancel = (!state.is_over()).then(|| tell::<CancelRun>(store, id, None, "cancel"));
    view! { <div class="row">{sign_in} {pause} {resume} {cancel}</div> }.into_any()
}

/// A button that tells the daemon something about a run.
fn tell<M: Method<Params = OfRun, Answer = Nothing> + 'static>(
    store: Store,
    run: RunId,
    picture: Option<Icon>,
    key: &str,
) -> AnyView {
    button("compact", picture, t(key), move || command::<M>(store, OfRun { run }, || ()))
}
